"""Settings of one running site, read from INCIDENTS_* variables and from key files outside the checkout."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

SECRET_BYTES = 32
SHORTEST_TOKEN = 32
ONION = re.compile(r"[a-z2-7]{56}\.onion", re.ASCII)
"""An address of the third version (Tor rend-spec-v3)."""
_CONTACT = re.compile(r"(mailto:[^\s@]+@|https://)[!-~]+", re.ASCII)
"""As RFC 9116 has it, and nothing that would begin another line."""


class Door(enum.Enum):
    """Which surface a process serves."""

    BOTH = "both"
    PUBLIC = "public"
    DESK = "desk"


class BadSetting(Exception):
    """A setting is missing or cannot be used; the text says which and how to mend it."""


@dataclass(frozen=True, kw_only=True)
class Mail:
    """How the operator's daily note goes out."""

    to: tuple[str, ...]
    sender: str
    scheme: str = ""
    """smtp (to a server on this machine), smtps or smtp+starttls; empty for the machine's own sendmail."""
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""


@dataclass(frozen=True, kw_only=True)
class OwnHost:
    """The one host outside that may be asked something."""

    is_secure: bool
    name: str
    port: int
    base: str
    """Path before those of the service."""
    authority: Path | None = None
    """Certificates (PEM) that vouch for the host instead of those of the system."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    instance: Path
    database_url: str
    replica_url: str = ""
    """A PostgreSQL server that follows the database's own: what is published is read from it. Empty without one."""
    pepper: bytes
    """Keys the look-up of receipt codes and of sessions; 32 bytes, never in the database."""
    token_key: bytes
    """Seals form tokens and second-factor secrets; 32 bytes, never in the database."""
    door: Door = Door.BOTH
    trial: bool = False
    exit_url: str = "https://www.wikipedia.org/"
    """The neutral page that the exit leads to in the end."""
    help_file: Path | None = None
    """Local organisations that the operator adds to the page of help."""
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost")
    https: bool = True
    """False only to try it on this machine over plain HTTP: the desk's cookie then has no __Host- prefix."""
    shortest_honest_seconds: int = 20
    """A report sent sooner after its form was opened is held for a check."""
    most_file_bytes: int = 20_000_000_000
    """What files of all reports may take of the disk. Beyond it files wait, and reports are still taken."""
    seal_memory_mib: int = 128
    """Memory of Argon2id for a member's key (RFC 9106, section 4)."""
    hard_a_day: int = 8
    hard_a_week: int = 30
    """From so many hard reports on a pause is suggested to the member who opened them; 0 for never."""
    coded_twice_percent: int = 10
    """How many of a hundred incidents a second member codes without seeing the first coding; the gravest always."""
    shapes: Path | None = None
    """GeoJSON with official borders of municipalities, to draw maps with instead of the derived ones."""
    counters: Path | None = None
    """Folder in which all processes count answers together; None to count in each alone."""
    metrics_token: str = ""
    """Who knows it may read the metrics; without one nobody may."""
    least_free_bytes: int = 500_000_000
    """The site is not ready with less room on its disk."""
    tick_within: timedelta = timedelta(hours=1)
    """The regular work must have been done so recently."""
    backup_within: timedelta | None = timedelta(days=2)
    """A backup must have been made so recently; None where other means make them."""
    backup_kept: timedelta = timedelta(days=30)
    """Backups are deleted after so long: only then is what was destroyed out of them too."""
    keep_days: tuple[tuple[str, int], ...] = ()
    """How long reports are kept, by what core.retention names, where that is not as usual; not judged here."""
    mail: Mail | None = None
    """For the daily note; None where nobody wants one."""
    flaws_to: str = ""
    """Where whoever finds a flaw can write: a mailto or https address; empty where the operator named none."""
    onion: str = ""
    """The onion address of the public site, one of its hosts; empty without one."""
    nominatim: OwnHost | None = None
    """The operator's own address service, for the desk; nothing outside is asked unless it is set."""


def read_settings(variables: Mapping[str, str]) -> Settings:
    """Settings from the environment; `instance/` in the working folder unless INCIDENTS_INSTANCE says otherwise.

    Raises BadSetting.
    """
    instance = Path(variables.get("INCIDENTS_INSTANCE", "instance")).resolve()
    try:
        door = Door(variables.get("INCIDENTS_DOOR", "both"))
    except ValueError:
        raise BadSetting("INCIDENTS_DOOR must be both, public or desk.") from None
    trial = (instance / "trial").exists()
    hosts = tuple(name for name in variables.get("INCIDENTS_HOSTS", "").split(",") if name)
    if not hosts and not trial:
        raise BadSetting("INCIDENTS_HOSTS is not set: name the hosts of the site, separated by commas.")
    onion = variables.get("INCIDENTS_ONION", "")
    if onion and not ONION.fullmatch(onion):
        raise BadSetting("INCIDENTS_ONION must be 56 letters and digits and .onion.")
    exit_url = variables.get("INCIDENTS_EXIT_URL", Settings.exit_url)
    if not exit_url.startswith(("https://", "http://127.0.0.1")):
        raise BadSetting("INCIDENTS_EXIT_URL must be an https address.")
    flaws_to = variables.get("INCIDENTS_FLAWS_TO", "")
    if flaws_to and not _CONTACT.fullmatch(flaws_to):
        raise BadSetting("INCIDENTS_FLAWS_TO must be mailto: and an address, or an https address.")
    help_file = Path(variables["INCIDENTS_HELP_FILE"]).resolve() if variables.get("INCIDENTS_HELP_FILE") else None
    if help_file is not None and not help_file.is_file():
        raise BadSetting(f"INCIDENTS_HELP_FILE names {help_file}, and there is no such file.")
    kept_days = _whole(variables, "INCIDENTS_BACKUP_KEPT_DAYS", 30, "days")
    if not kept_days:
        raise BadSetting("INCIDENTS_BACKUP_KEPT_DAYS must be one day or more.")
    backup_days = _whole(variables, "INCIDENTS_BACKUP_DAYS", 2, "days")
    percent = variables.get("INCIDENTS_CODED_TWICE", "10")
    if not (percent.isascii() and percent.isdigit() and int(percent) <= 100):
        raise BadSetting("INCIDENTS_CODED_TWICE must be a whole number of per cent, from 0 to 100.")
    database_url = variables.get("INCIDENTS_DATABASE_URL", f"sqlite:///{(instance / 'incidents.sqlite').as_posix()}")
    return Settings(
        instance=instance,
        database_url=database_url,
        replica_url=_replica(variables, database_url),
        pepper=_secret(instance / "pepper"),
        token_key=_secret(instance / "token-key"),
        door=door,
        trial=trial,
        exit_url=exit_url,
        help_file=help_file,
        hosts=(*(hosts or Settings.hosts), *([onion] if onion else [])),
        onion=onion,
        flaws_to=flaws_to,
        https=not trial,
        shapes=Path(variables["INCIDENTS_SHAPES"]) if variables.get("INCIDENTS_SHAPES") else None,
        most_file_bytes=_whole(variables, "INCIDENTS_FILES_GB", 20, "gigabytes") * 1_000_000_000,
        counters=Path(variables.get("INCIDENTS_COUNTERS", instance / "counters")),
        metrics_token=_token(instance / "metrics-token"),
        least_free_bytes=_whole(variables, "INCIDENTS_FREE_MB", 500, "megabytes") * 1_000_000,
        tick_within=timedelta(minutes=_whole(variables, "INCIDENTS_TICK_MINUTES", 60, "minutes")),
        backup_within=timedelta(days=backup_days) if backup_days else None,
        backup_kept=timedelta(days=kept_days),
        keep_days=_keep_days(variables.get("INCIDENTS_KEEP_DAYS", "")),
        mail=_mail(variables, instance / "mail-password"),
        coded_twice_percent=int(percent),
        hard_a_day=_whole(variables, "INCIDENTS_HARD_A_DAY", 8, "reports"),
        hard_a_week=_whole(variables, "INCIDENTS_HARD_A_WEEK", 30, "reports"),
        nominatim=_nominatim(variables),
    )


def _whole(variables: Mapping[str, str], name: str, usual: int, unit: str) -> int:
    typed = variables.get(name) or str(usual)
    if not (typed.isascii() and typed.isdigit() and len(typed) < 7):
        raise BadSetting(f"{name} must be a whole number of {unit}.")
    return int(typed)


def _replica(variables: Mapping[str, str], database_url: str) -> str:
    url = variables.get("INCIDENTS_REPLICA_URL", "").strip()
    if url and not all(address.startswith("postgresql+psycopg://") for address in (url, database_url)):
        raise BadSetting(
            "INCIDENTS_REPLICA_URL must be postgresql+psycopg://..., and so must INCIDENTS_DATABASE_URL: it names a "
            "server that follows the one of the database."
        )
    return url


def _keep_days(typed: str) -> tuple[tuple[str, int], ...]:
    found: dict[str, int] = {}
    for part in filter(None, typed.replace(" ", "").split(",")):
        name, _equals, days = part.partition("=")
        if not (name and days.isascii() and days.isdigit() and len(days) < 7):
            raise BadSetting("INCIDENTS_KEEP_DAYS must be like set_aside=365,files=180.")
        found[name] = int(days)
    return tuple(found.items())


_ADDRESS = re.compile(r"[!-?A-~]+@[!-?A-~]+", re.ASCII)
_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


def _mail(variables: Mapping[str, str], password: Path) -> Mail | None:
    to = tuple(address for address in variables.get("INCIDENTS_MAIL_TO", "").split(",") if address)
    sender, by = variables.get("INCIDENTS_MAIL_FROM", ""), variables.get("INCIDENTS_MAIL_BY", "")
    if not to:
        return None
    if not all(_ADDRESS.fullmatch(address) for address in (*to, sender)):
        raise BadSetting("INCIDENTS_MAIL_TO and INCIDENTS_MAIL_FROM must be mail addresses.")
    if not by:
        return Mail(to=to, sender=sender)
    try:
        server = urlsplit(by)
        port = server.port or _PORTS[server.scheme]
    except (ValueError, KeyError):
        port = 0
    is_plain = server.scheme == "smtp" and (server.username or not _is_this_machine(server.hostname or ""))
    if not port or not server.hostname or is_plain:
        raise BadSetting(
            "INCIDENTS_MAIL_BY must be smtps://user@host or smtp+starttls://user@host, or smtp://127.0.0.1 for a "
            "server on this machine; the password stands in the file mail-password of the instance folder."
        )
    secret = password.read_text(encoding="utf-8").strip() if server.username and password.is_file() else ""
    if server.username and not secret:
        raise BadSetting(f"{password} is missing: it holds the password for INCIDENTS_MAIL_BY.")
    return Mail(
        to=to,
        sender=sender,
        scheme=server.scheme,
        host=server.hostname,
        port=port,
        user=server.username or "",
        password=secret,
    )


def _token(path: Path) -> str:
    """Empty where there is none."""
    try:
        token = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    if len(token) < SHORTEST_TOKEN or not token.isalnum():
        raise BadSetting(f"{path} holds a weak token: it must be {SHORTEST_TOKEN} or more random letters and digits.")
    return token


def _nominatim(variables: Mapping[str, str]) -> OwnHost | None:
    url, authority = (variables.get(f"INCIDENTS_NOMINATIM_{name}", "").strip() for name in ("URL", "CA_FILE"))
    if authority and not Path(authority).is_file():
        raise BadSetting(f"INCIDENTS_NOMINATIM_CA_FILE names {authority}, and there is no such file.")
    try:
        return own_host(url, Path(authority) if authority else None) if url else None
    except ValueError as error:
        raise BadSetting(f"INCIDENTS_NOMINATIM_URL cannot be used: {error}.") from None


def own_host(url: str, authority: Path | None = None) -> OwnHost:
    """The host that an address names. Raises ValueError with what is wrong."""
    parts = urlsplit(url)
    name, port = parts.hostname or "", parts.port
    if parts.scheme not in {"http", "https"} or not name:
        raise ValueError("it must begin with https:// and name a host")
    if not re.fullmatch(r"https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?", url, re.IGNORECASE):
        raise ValueError("it must be a host, a port and a path, without user, blanks, question mark or #")
    if parts.scheme == "http" and not _is_this_machine(name):
        raise ValueError("http:// goes to this machine only (127.0.0.1, ::1, localhost), others need https://")
    if f".{name.rstrip('.')}".endswith(".openstreetmap.org"):
        raise ValueError("it must be a service of your own, because what is asked tells where something happened")
    is_secure = parts.scheme == "https"
    usual = 443 if is_secure else 80
    return OwnHost(is_secure=is_secure, name=name, port=port or usual, base=parts.path.rstrip("/"), authority=authority)


def _is_this_machine(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def _secret(path: Path) -> bytes:
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise BadSetting(f"{path} is missing: run `python -m incidents init` first.") from None
    except ValueError:
        raise BadSetting(f"{path} does not hold a key: it must be {SECRET_BYTES * 2} hexadecimal digits.") from None
    if len(secret) != SECRET_BYTES or len(set(secret)) < SECRET_BYTES // 4:
        raise BadSetting(f"{path} holds a weak key: it must be {SECRET_BYTES} random bytes.")
    return secret
