"""The operator's guide, followed to the letter on a machine of its own: every command that it says, in its order.

Commands run as they are written, but for those of `STAND_INS`. What the guide says in words (carry the key
away) is done here as a person would.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.operators.guide import blocks
from tests.operators.inside import PACKAGES
from tests.operators.inside import STAND_INS as FOLDER
from tests.operators.machine import INTERPRETER, Machine, archive, machine, terminal
from tests.pages import form, text_of
from tests.postgres import binaries
from tests.programs import needed
from tests.test_house import ROOT
from tests.web.test_reporting import ANSWERS, code_on

STAND_INS = {
    "apt-get": (
        "takes the network: what it installs is here already; Debian's packages start what they bring",
        'for name in "${@:2}"; do case $name in\n'
        "nginx-light) systemctl start nginx;;\n"
        "postgresql) pg_createcluster $(ls /usr/lib/postgresql | tail -n 1) main --start;;\n"
        "esac; done",
    ),
    "certbot": (
        "takes the network: checks what the authority would ask for, and makes a certificate by openssl",
        "local names=() root hook; shift; while [ $# -gt 0 ]; do case $1 in\n"
        "--webroot) shift;; -w) root=$2; shift 2;; -d) names+=($2); shift 2;; --deploy-hook) hook=$2; shift 2;;\n"
        "*) return 2;; esac; done\n"
        "local challenge=$root/.well-known/acme-challenge live=/etc/letsencrypt/live/${names[0]} subject name\n"
        "mkdir -p $challenge $live && echo asked > $challenge/one\n"
        'for name in "${names[@]}"; do\n'
        "[ $(curl -sf http://$name/.well-known/acme-challenge/one) = asked ] || return 1; subject+=,DNS:$name; done\n"
        "openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=${names[0]} -addext subjectAltName=${subject:1} "
        "-keyout $live/privkey.pem -out $live/fullchain.pem 2>/dev/null && eval $hook",
    ),
    "python3": (
        "the interpreter that the tests run by; its packages are there in each folder that it makes, pip too, which "
        "may not ask the network, finds them and holds them to the versions of requirements.txt",
        f'{INTERPRETER} "$@" --without-pip && export PIP_NO_INDEX=1 PIP_DISABLE_PIP_VERSION_CHECK=1 &&\n'
        f"echo {PACKAGES} > $(echo $3/lib/python3.*/site-packages)/packages.pth &&\n"
        """echo 'exec "${0%/*}/python" -m pip "$@"' > $3/bin/pip && chmod +x $3/bin/pip""",
    ),
    "systemctl": (
        "takes a running systemd: does by hand what the units say",
        f'{INTERPRETER} {FOLDER}/systemctl.py "$@"',
    ),
}
"""Commands that cannot be what they are: why, and what is run in their place."""
pytestmark = pytest.mark.machine
PAGES = ("machine", "upgrade", "backup", "moving", "postgresql")
PASSWORDS = {"ANA": "tri zelene kruške na stolu", "BORIS": "četiri žute dunje u korpi"}
NEWER = """
import sqlalchemy as sa
from alembic import op

revision = "9001"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table("newer", sa.Column("id", sa.Integer(), primary_key=True))


def downgrade() -> None:
    op.drop_table("newer")
"""
"""What tells the second release from the first: tables of a newer form."""


class Person:
    """Answers what the commands ask, and keeps what they hand out on paper."""

    def __init__(self) -> None:
        self._password = ""
        self._sheets: deque[str] = deque()
        self._lines: deque[str] = deque()

    def __call__(self, said: str) -> str | None:
        if asked := re.search(r"Password of (\w+): $", said):
            self._password = PASSWORDS[asked[1]]
            return self._password
        if said.endswith("Repeat for confirmation: "):
            return self._password
        if said.endswith("(Enter: later): "):
            return str(re.findall(r"^ +([\d ]+)$", said, re.MULTILINE)[-1])
        if said.endswith("press Enter"):
            self._sheets.append(said)
            return ""
        if said.endswith("an empty line ends it.\n> "):
            self._lines = deque(re.findall(r"^ ?\d+ [a-z].*$", self._sheets.popleft(), re.MULTILINE))
        return self._lines.popleft() if said.endswith("> ") and self._lines else None


@dataclass
class Followed:
    """The guide, as far as it was followed, and the site that came of it."""

    machine: Machine
    person: Person = field(default_factory=Person)
    done: set[tuple[str, int]] = field(default_factory=set)
    codes: list[str] = field(default_factory=list)
    """Receipt codes of the reports that were sent."""

    @property
    def home(self) -> Path:
        return self.machine.folder / "incidents"

    @property
    def away(self) -> Path:
        """Not on the machine."""
        return self.machine.folder.with_name("away")

    def type(self, user: str, *lines: str) -> str:
        with terminal(self.machine, user, self.person) as shell:
            return "".join(shell.type(line) for line in lines)

    def follow(self, page: str, *places: int) -> str:
        """Types blocks of a page that one person types, by their places on it; gives what was said."""
        typed = [blocks(page)[place] for place in places]
        [user] = {block.user for block in typed}
        self.done |= {(page, place) for place in places}
        return self.type(user, *(line for block in typed for line in block.lines))

    def bring(self, folder: str, *names: str) -> None:
        """Copies of what was carried away, for the user of the site alone."""
        owner = self.home.stat()
        target = self.home / folder
        target.mkdir(mode=0o700, exist_ok=True)
        for name in names:
            shutil.copy(self.away / name, target)
        for path in (target, *(target / name for name in names)):
            os.chown(path, owner.st_uid, owner.st_gid)

    def readiness(self, door: str = "public") -> dict[str, bool]:
        ask = f"curl -s --unix-socket /run/incidents-{door}/socket -H 'Host: prijavi.example' http://x/readyz"
        found = json.loads(self.type("root", ask))
        assert isinstance(found, dict)
        return found

    def send(self) -> None:
        """A report, over the proxy by the name for the public."""
        address = "https://prijavi.example/sr-Cyrl/report"
        status, page = self.machine.ask(address)
        assert status == 200
        answers = form(page, "/sr-Cyrl/report", own="/sr-Cyrl/report").sent(**ANSWERS)
        status, page = self.machine.ask(address, answers, {"Referer": address})
        assert status == 200, text_of(page)
        self.codes.append(code_on(page))

    def knows(self, code: str) -> bool:
        address = "https://prijavi.example/sr-Cyrl/receipt"
        fields = form(self.machine.ask(address)[1], "/receipt", own="/sr-Cyrl/receipt").sent(code=code)
        return self.machine.ask(address, fields, {"Referer": address})[0] == 200


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Followed]:
    """A machine that was set up by `machine.md`; a report was sent."""
    for name in ("tor", "curl", "adduser", "openssl"):
        needed(name)
    needed("nginx", package="nginx-light")
    needed("systemd-tmpfiles", package="systemd")
    if os.getuid():
        pytest.fail("only root makes a machine") if os.environ.get("CI") else pytest.skip("only root makes a machine")
    folder = tmp_path_factory.mktemp("guide") / "srv"
    folder.mkdir()
    with machine(folder) as own:
        functions = "".join(f"{name}() {{\n{body}\n}}\n" for name, (_, body) in STAND_INS.items())
        own.inside(f"{FOLDER}/functions").write_text(functions, encoding="utf-8")
        guide = Followed(own)
        guide.follow("machine", 0)
        archive(guide.home / "incidents-1.tar.gz")
        guide.follow("machine", 1, 2, 3, 4)
        guide.away.mkdir()
        for name in ("backup.key", "instance/pepper", "instance/token-key"):
            shutil.copy(guide.home / name, guide.away)
        (guide.home / "backup.key").unlink()
        guide.follow("machine", 5, 6, 7)
        guide.follow("machine", 8)
        guide.send()
        yield guide


@pytest.fixture(scope="module")
def upgraded(site: Followed) -> Followed:
    """The site after `upgrade.md`; a second report was sent."""
    newest = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("[0-9]*.py"))
    newer = ("migrations/versions/9001_newer.py", NEWER.format(before=newest))
    archive(site.home / "incidents-2.tar.gz", newer)
    site.follow("upgrade", 0)
    site.follow("upgrade", 1)
    site.send()
    return site


@pytest.fixture(scope="module")
def rolled_back(upgraded: Followed) -> Followed:
    """The site after it went back to the first release; a third report was sent."""
    upgraded.follow("upgrade", 2)
    upgraded.follow("upgrade", 3)
    upgraded.send()
    return upgraded


@pytest.fixture(scope="module")
def restored(rolled_back: Followed) -> Followed:
    """The site after its database was lost and came back from a backup of that moment."""
    a_backup = "backup make /srv/incidents/backups/last.backup --key /srv/incidents/backup.key.pub"
    rolled_back.type("incidents", f".venv/bin/python -m incidents {a_backup}")
    rolled_back.follow("backup", 0)
    shutil.rmtree(rolled_back.home / "instance")
    rolled_back.bring("instance", "pepper", "token-key")
    rolled_back.bring(".", "backup.key")
    rolled_back.follow("backup", 1)
    rolled_back.follow("backup", 2)
    return rolled_back


@pytest.fixture(scope="module")
def moved(restored: Followed) -> tuple[Followed, str]:
    """The site on PostgreSQL with two roles, after `moving.md`, and what was said; one more report was sent."""
    if binaries() is None:
        pytest.fail("PostgreSQL is not installed") if os.environ.get("CI") else pytest.skip(
            "PostgreSQL is not installed"
        )
    restored.follow("moving", 0)
    said = restored.follow("moving", 1)
    restored.follow("postgresql", 0)
    restored.follow("postgresql", 1)
    restored.follow("moving", 2)
    restored.send()
    return restored, said


ON_A_SECOND_MACHINE = {("postgresql", 2), ("postgresql", 3)}
"""A replica: tests/services/test_sources.py makes one in the same way and names it by the same setting."""


def test_a_machine_set_up_by_the_guide_takes_reports(site: Followed) -> None:
    assert site.readiness() == dict.fromkeys(("database", "migrations", "intake", "tick", "backup", "disk"), True)
    assert site.knows(site.codes[0])
    assert not site.knows("1" * 28)
    assert "/desk/" in site.machine.ask("https://pult.prijavi.example/desk/")[1]


def test_the_timers_are_on_and_what_they_start_does_its_work(site: Followed) -> None:
    enabled = site.machine.inside("/run/units/enabled").read_text(encoding="utf-8").split()
    assert {"incidents-tick.timer", "incidents-backup.timer"} <= set(enabled)
    site.type("root", "systemctl start incidents-tick incidents-backup")
    backup = site.home / "backups" / f"{datetime.now(UTC).date()}.backup"
    assert backup.stat().st_mode & 0o777 == 0o600


def test_who_comes_by_tor_is_answered(site: Followed) -> None:
    onion = site.machine.inside("/var/lib/tor/incidents/hostname").read_text(encoding="ascii").strip()
    status, page = site.machine.ask("http://127.0.0.1:8081/sr-Cyrl/report", headers={"Host": onion})
    assert (status, "</form>" in page) == (200, True)


def test_no_log_of_the_machine_has_who_asked_for_what(site: Followed) -> None:
    site.machine.ask("https://prijavi.example/sr-Cyrl/marker7731")
    logs = [path for path in site.machine.inside("/var/log").rglob("*") if path.is_file()]
    assert any(path.name == "error.log" for path in logs)
    assert not [path for path in logs if b"7731" in path.read_bytes()]


def test_an_upgraded_site_keeps_its_reports_and_takes_more(upgraded: Followed) -> None:
    assert (upgraded.home / "current").readlink() == Path("releases/2")
    assert all(upgraded.readiness().values())
    assert all(map(upgraded.knows, upgraded.codes))


def test_a_site_that_was_rolled_back_keeps_what_came_meanwhile(rolled_back: Followed) -> None:
    assert (rolled_back.home / "current").readlink() == Path("releases/1")
    assert all(rolled_back.readiness().values())
    assert all(map(rolled_back.knows, rolled_back.codes))


def test_a_lost_database_comes_back(restored: Followed) -> None:
    assert all(restored.readiness().values())
    assert len(restored.codes) == 3
    assert all(map(restored.knows, restored.codes))
    assert not (restored.home / "backup.key").exists()


def test_a_drill_finds_the_newest_backup_whole(restored: Followed) -> None:
    restored.bring("drill", "backup.key", "pepper", "token-key")
    said = restored.follow("backup", 3)
    assert "3 reports among them" in said
    assert "The chain is whole" in said
    assert not (restored.home / "drill").exists()


@pytest.mark.postgres
def test_a_site_moves_to_postgresql(moved: tuple[Followed, str]) -> None:
    site, said = moved
    assert re.search(r"Moved [\d,]+ rows of \d+ tables, 3 reports among them; every row was compared\.", said)
    assert all(site.readiness().values())
    assert all(map(site.knows, site.codes))
    site.type("root", "systemctl start incidents-tick")


@pytest.mark.postgres
def test_each_door_comes_by_its_own_role_and_not_as_the_owner(moved: tuple[Followed, str]) -> None:
    site, _ = moved
    assert site.readiness("public")["database"]
    assert site.readiness("desk")["database"]
    query = "SELECT DISTINCT usename FROM pg_stat_activity WHERE datname = current_database()"
    asked = f"su postgres -c \"psql -Atc '{query}' incidents\" | cat"
    assert set(site.type("root", asked).split()) == {"incidents_public", "incidents_desk", "postgres"}
    hidden = "ls -A /proc/$(cat /run/units/incidents-public.service)/root/run/postgresql"
    assert site.type("root", hidden) == ""
    assert site.type("root", "ls -A /run/postgresql") != ""


@pytest.mark.postgres
def test_nothing_of_the_guide_is_left_out(moved: tuple[Followed, str]) -> None:
    everything = {(page, place) for page in PAGES for place in range(len(blocks(page)))}
    assert moved[0].done | {("backup", 3)} == everything - ON_A_SECOND_MACHINE
