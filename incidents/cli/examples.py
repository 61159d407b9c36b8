"""`examples`: units, timers and settings of proxies, with the operator's own names in them."""

from __future__ import annotations

import re
from pathlib import Path

import click

from incidents.adapters.catalogues import catalogue
from incidents.cli.site import Wrong
from incidents.config import ONION
from incidents.core.languages import LANGUAGES
from incidents.resources import data_file

_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)
_PATH = re.compile(r"/[A-Za-z0-9_./-]+", re.ASCII)
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,30}", re.ASCII)
_NO_ONION = "not-made-yet.onion"
_UNAVAILABLE = "unavailable.html"
_PARTS = {"hardening"}
"""Pieces of other files."""


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--host", required=True, help="The name of the public site.")
@click.option("--desk-host", required=True, help="The name of the desk.")
@click.option("--onion", default="", help="The onion address, once tor has made it.")
@click.option("--user", default="incidents", show_default=True, help="Whom the site runs as.")
@click.option("--home", default="/srv/incidents", show_default=True, help="The folder of the site.")
@click.option("--certificates", default="", help="Folder of fullchain.pem and privkey.pem; certbot's unless said.")
def examples(folder: Path, host: str, desk_host: str, onion: str, user: str, home: str, certificates: str) -> None:
    """Write units for systemd, settings for nginx, Caddy and tor, and a page for when the site is down, to FOLDER.

    Read them before you use them: nothing is installed.
    """
    certificates = certificates or f"/etc/letsencrypt/live/{host}"
    for value, shape in ((host, _HOST), (desk_host, _HOST), (user, _USER), (home, _PATH), (certificates, _PATH)):
        if not shape.fullmatch(value):
            raise Wrong(f"{value} cannot stand in these files.")
    if onion and not ONION.fullmatch(onion):
        raise Wrong("An onion address has 56 letters and digits before .onion.")
    own = {
        "host": host,
        "desk_host": desk_host,
        "onion": onion or _NO_ONION,
        "onion_line": f"INCIDENTS_ONION={onion}" if onion else "# INCIDENTS_ONION=",
        "onion_port": "8081",
        "user": user,
        "home": home,
        "certificate": f"{certificates}/fullchain.pem",
        "certificate_key": f"{certificates}/privkey.pem",
    }
    try:
        _write(folder, own)
    except OSError as error:
        raise Wrong(f"{folder} cannot be written: {error.strerror}.") from None


def _write(folder: Path, own: dict[str, str]) -> None:
    source = data_file("operation")
    own["hardening"] = _filled((source / "hardening").read_text(encoding="utf-8").strip(), own)
    contents = {
        path.name: _filled(path.read_text(encoding="utf-8"), own)
        for path in sorted(source.iterdir())
        if path.name not in _PARTS
    }
    contents[_UNAVAILABLE] = _unavailable()
    folder.mkdir(parents=True, exist_ok=True)
    for name in contents:
        if (folder / name).exists():
            raise Wrong(f"{folder / name} is there already: nothing is written over.")
    for name, content in contents.items():
        (folder / name).write_text(content, encoding="utf-8")
        click.echo(folder / name)


def _filled(text: str, own: dict[str, str]) -> str:
    return re.sub(r"\{\{(\w+)\}\}", lambda found: own[found[1]], text)


def _unavailable() -> str:
    """What a proxy answers while nothing of the site does: in all languages, because nobody is there to choose one."""
    parts = [_in_language(language.tag) for language in LANGUAGES]
    return f"""<!doctype html>
<html lang="sr-Cyrl">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>503</title>
</head>
<body>
{"".join(parts)}</body>
</html>
"""


def _in_language(tag: str) -> str:
    _ = catalogue(tag, "messages").gettext
    title, then = (
        _("Something went wrong on our side"),
        _("Please try again in a few minutes. Nothing you did was wrong."),
    )
    written = _(
        "If you wrote something, do not close this page. "
        "Load it again in a minute: your answers are then sent once more, and count once."
    )
    danger = _("If you are in danger now, call the police first: 192.")
    return f'<section lang="{tag}">\n<h2>{title}</h2>\n<p>{then}</p>\n<p>{written}</p>\n<p>{danger}</p>\n</section>\n'
