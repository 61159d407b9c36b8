"""The house itself: routes, templates, texts, and what must never be written."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import polib
import pytest
from babel.messages.extract import extract_from_dir
from flask import Flask
from jinja2 import meta, nodes

from incidents.core.languages import BY_TAG, LANGUAGES
from incidents.resources import folder
from incidents.web.accounts.guard import GUARDED
from tests.conftest import settings_in, with_routes

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "incidents"
TEMPLATES = sorted(folder("templates").rglob("*.html"))
# Pages that anybody may open; every other one stands behind a role.
OPEN_TO_ALL = {
    "accounts.forgot",
    "accounts.invited.begin",
    "accounts.invited.enrol",
    "accounts.invited.welcome",
    "accounts.log_in",
    "accounts.login",
    "accounts.recover",
    "assets.static_file",
    "intake.take",
    "helping.answer",
    "helping.bodies",
    "helping.complaint",
    "helping.write",
    "pages.choose",
    "pages.leave",
    "pages.left",
    "pages.paper",
    "pages.privacy",
    "pages.robots",
    "pages.security",
    "pages.start",
    "pages.sweep",
    "pages.tongues",
    "reporting.easy",
    "reporting.receipts.come_back",
    "reporting.receipts.files",
    "reporting.receipts.nothing_to_see",
    "reporting.receipts.open_",
    "reporting.receipts.withdraw",
    "reporting.report",
    "reporting.send",
    "reporting.send_easy",
    "watching.health",
    "watching.metrics",
    "watching.ready",
}
OPEN_PARTS = ("published.", "api.", "openapi.")


@pytest.fixture(scope="module")
def app() -> Flask:
    """Routes and templates: the same on every database, so none is asked for."""
    return with_routes(settings_in(Path()))


def test_every_route_is_open_on_purpose_or_guarded(app: Flask) -> None:
    for endpoint, view in app.view_functions.items():
        guarded = f"{view.__module__}.{view.__qualname__}" in GUARDED
        is_open = endpoint in OPEN_TO_ALL or endpoint.startswith(OPEN_PARTS)
        assert guarded != is_open, endpoint


def test_every_open_endpoint_exists(app: Flask) -> None:
    assert set(app.view_functions) >= OPEN_TO_ALL


def test_no_view_both_shows_and_acts(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        assert not {"GET", "POST"} <= (rule.methods or set()), rule


def _views(method: str) -> Iterator[tuple[Path, ast.FunctionDef]]:
    for path in sorted((PACKAGE / "web").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and any(
                re.match(rf"\w+\.{method}\(", ast.unparse(decorator)) for decorator in node.decorator_list
            ):
                yield path, node


def test_showing_never_writes() -> None:
    shown = list(_views("get"))
    assert len(shown) > 8
    assert [(path, view.name) for path, view in shown if "unit_of_" in ast.unparse(view)] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_has_nothing_inline_and_trusts_nothing(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"\|\s*safe\b|autoescape\s+false|<style|\sstyle=|\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"(src|href|action)=\"(https?:)?//", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_template_parses_and_uses_what_it_imports(app: Flask, path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    tree = app.jinja_env.parse(source)
    assert meta.find_undeclared_variables(tree) is not None
    for name in re.findall(r"{% import \"[^\"]+\" as (\w+)", source):
        assert re.search(rf"\b{name}\.", source), name


# What must not be written, and where it may be all the same.
FORBIDDEN = [
    (r"\bMarkup\(", {"web/safe_html.py"}),
    (r"^(from|import) bleach\b", {"web/safe_html.py"}),
    (r"\bremote_addr\b|\baccess_route\b|\buser_agent\b|X-Forwarded", set()),
    (r"\bpickle\b|yaml\.load|(?<![.\w])(eval|exec)\(|shell=True", set()),
    (r"render_template_string", set()),
    (r"\.commit\(\)", set()),
    (
        r"^\s*(import random|from random)",
        {
            "core/synthesis/world.py",
            "core/synthesis/samples.py",
            "cli/synthesise.py",
            "services/practised.py",
            "services/trial.py",
            "cli/trial.py",
        },
    ),
    (r"set_cookie\(", {"web/accounts/guard.py"}),
    (r"localStorage|indexedDB|serviceWorker|innerHTML|document\.cookie", set()),
    (r"text\(f\"|execute\(f\"|exec_driver_sql\(f\"", {"db/database.py"}),
]


@pytest.mark.parametrize(("pattern", "allowed"), FORBIDDEN, ids=[pattern for pattern, _ in FORBIDDEN])
def test_what_must_never_be_written_is_not_there(pattern: str, allowed: set[str]) -> None:
    sources = [*PACKAGE.rglob("*.py"), *folder("static").rglob("*.js"), *TEMPLATES]
    found = [
        path.as_posix()
        for path in sources
        if re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
        and not path.as_posix().endswith(tuple(allowed or {"\0"}))
    ]
    assert found == []


# What only members of the desk read: texts of these places are written in the languages of the desk alone.
_DESK = (
    *("web/desk/", "web/accounts/", "desk/", "accounts/", "layouts/desk.html", "macros/desk.html"),
    *("adapters/spreadsheets.py", "services/batch_words.py"),
)


@cache
def _messages() -> tuple[set[tuple[str, str | None]], set[tuple[str, str | None]]]:
    """The texts of the public pages, and those that the desk alone shows."""
    public: set[tuple[str, str | None]] = set()
    desk: set[tuple[str, str | None]] = set()
    for place, method in ((PACKAGE, "python"), (folder("templates"), "jinja2")):
        pattern = "**.py" if method == "python" else "**.html"
        for name, _, message, _, _ in extract_from_dir(
            str(place),
            method_map=[(pattern, method)],
            options_map={pattern: {"trim_blocks": "true", "lstrip_blocks": "true"}},
            keywords={"_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)},
        ):
            singular, plural = message if isinstance(message, tuple) else (message, None)
            (desk if Path(name).as_posix().startswith(_DESK) else public).add((singular, plural))
    return public, desk - public


def _translated(tag: str, domain: str) -> set[tuple[str, str | None]]:
    entries = polib.pofile(str(folder("translations") / tag / "LC_MESSAGES" / f"{domain}.po"))
    return {
        (entry.msgid, entry.msgid_plural or None)
        for entry in entries
        if not entry.fuzzy and (entry.msgstr or (entry.msgstr_plural and all(entry.msgstr_plural.values())))
    }


WRITTEN = [language.tag for language in LANGUAGES if language.derived_from is None and language.tag != "en"]


@pytest.mark.parametrize("tag", WRITTEN)
def test_every_public_text_is_translated_and_no_translation_is_left_over(tag: str) -> None:
    assert _translated(tag, "messages") == _messages()[0]


@pytest.mark.parametrize("tag", [tag for tag in WRITTEN if BY_TAG[tag].is_at_desk])
def test_every_text_of_the_desk_is_translated_and_no_translation_is_left_over(tag: str) -> None:
    assert _translated(tag, "desk") == _messages()[1]


def test_only_languages_of_the_desk_have_its_texts() -> None:
    found = {path.parent.parent.name for path in folder("translations").rglob("desk.po")}
    assert found == {tag for tag in WRITTEN if BY_TAG[tag].is_at_desk}


def _says(tool: str, *arguments: str | Path) -> str:
    """What a tool of this environment prints."""
    found = Path(sys.executable).parent / tool
    return subprocess.run([found, *arguments], cwd=ROOT, capture_output=True, text=True, check=False).stdout


def test_layers_are_kept() -> None:
    assert _says("lint-imports", "--no-cache").endswith("0 broken.\n")


def _names_in_templates(app: Flask) -> set[str]:
    trees = [app.jinja_env.parse(path.read_text(encoding="utf-8")) for path in TEMPLATES]
    attributes = {node.attr for tree in trees for node in tree.find_all(nodes.Getattr)}
    return attributes | {name for tree in trees for name in meta.find_undeclared_variables(tree)}


def test_no_code_is_dead(app: Flask, tmp_path: Path) -> None:
    used = tmp_path / "templates.py"
    used.write_text("".join(f"_.{name}\n" for name in sorted(_names_in_templates(app))), encoding="utf-8")
    assert _says("vulture", PACKAGE, used) == ""
