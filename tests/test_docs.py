"""The documentation is built without a warning, leads nowhere that is not there, and names what the program has."""

from __future__ import annotations

import ast
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import click
import pytest

from benchmarks.__main__ import MEASUREMENTS
from incidents.__main__ import cli
from incidents.config import read_settings
from tests.test_house import ROOT

DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted(DOCS.rglob("*.md"))]
_LOADS = {"src", "srcset", "poster", "data"}
_NAMESPACE = "http://www.w3.org/"


def build(source: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-b", "html", source, out]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


class Page(HTMLParser):
    """What a page has to be led to, where it leads, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.names.add(value)
            if name == "href" and tag in {"a", "area"}:
                self.links.append(value or "")
            if (name in _LOADS or (name == "href" and tag in {"link", "image", "use"})) and value:
                self.loaded.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("docs") / "out"
    built = build(DOCS, out)
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return out


@pytest.fixture(scope="module")
def pages(site: Path) -> Mapping[Path, Page]:
    return {path.resolve(): Page(path) for path in sorted(site.rglob("*.html"))}


def test_the_site_has_every_page(site: Path) -> None:
    written = {path.relative_to(DOCS).with_suffix(".html") for path in DOCS.rglob("*.md")}
    assert len(written) > 30
    assert written <= {path.relative_to(site) for path in site.rglob("*.html")}


def test_a_link_that_leads_nowhere_stops_the_build(tmp_path: Path) -> None:
    shutil.copytree(DOCS / "_ext", tmp_path / "docs" / "_ext")
    shutil.copy(DOCS / "conf.py", tmp_path / "docs")
    (tmp_path / "docs" / "index.md").write_text("# Guide\n\n[Keys](keys.md)\n", encoding="utf-8")
    built = build(tmp_path / "docs", tmp_path / "out")
    assert built.returncode != 0
    assert "keys.md" in built.stderr


def leads_nowhere(path: Path, link: str, pages: Mapping[Path, Page]) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return False
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    if target not in pages:
        return not target.is_file()
    return bool(parts.fragment) and unquote(parts.fragment) not in pages[target].names


def test_every_link_and_every_anchor_is_there(pages: Mapping[Path, Page]) -> None:
    links = [(path, link) for path, page in pages.items() for link in page.links]
    assert len(links) > 500
    assert [(path.name, link) for path, link in links if leads_nowhere(path, link, pages)] == []


def test_a_missing_page_and_a_missing_anchor_are_found(site: Path, pages: Mapping[Path, Page]) -> None:
    start = (site / "index.html").resolve()
    assert leads_nowhere(start, "operators/nothing.html", pages)
    assert leads_nowhere(start, "operators/keys.html#nothing", pages)
    assert not leads_nowhere(start, "operators/keys.html#before-a-site-takes-reports", pages)


def test_every_way_of_the_readme_is_there(pages: Mapping[Path, Page], site: Path) -> None:
    links = re.findall(r"\]\(((?!https?:)[^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(links) > 20
    for link in links:
        file, _, name = link.partition("#")
        assert (ROOT / file).is_file(), link
        if name:
            built = site / Path(file).relative_to("docs").with_suffix(".html")
            assert name in pages[built.resolve()].names, link


def test_no_page_loads_anything_from_elsewhere(site: Path, pages: Mapping[Path, Page]) -> None:
    loaded = [link for page in pages.values() for link in page.loaded]
    assert len(loaded) > 100
    for sheet in site.rglob("*.css"):
        text = sheet.read_text(encoding="utf-8")
        loaded += re.findall(r"url\(\s*[\"']?([^\"')]+)", text) + re.findall(r"@import\s+[\"']([^\"']+)", text)
    for script in site.rglob("*.js"):
        loaded += re.findall(r"[\"'`]((?:https?:)?//[^\"'`\s]+)[\"'`]", script.read_text(encoding="utf-8"))
    foreign = {link for link in loaded if re.match(r"([a-z]+:)?//", link) and not link.startswith(_NAMESPACE)}
    assert foreign == set()


def imports_of(path: Path) -> Iterator[tuple[str, str]]:
    """Which of our packages a module imports from, but for what only types need."""
    package = path.relative_to(ROOT / "incidents").parts[0].removesuffix(".py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in set(ast.walk(tree)) - for_types:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("incidents"):
            found = [node.module] if node.module != "incidents" else [f"incidents.{one.name}" for one in node.names]
        elif isinstance(node, ast.Import):
            found = [one.name for one in node.names if one.name.startswith("incidents.")]
        else:
            continue
        yield from ((package, str(name).split(".")[1]) for name in found)


def test_the_picture_of_the_house_has_every_import(site: Path) -> None:
    page = (site / "developers" / "architecture.html").read_text(encoding="utf-8")
    drawn = set(re.findall(r"<title>(\w+) imports (\w+) \(\d+\)</title>", page))
    modules = [
        path for path in (ROOT / "incidents").rglob("*.py") if path.name != "__init__.py" or path.parent.parent != ROOT
    ]
    assert drawn == {(one, other) for path in modules for one, other in imports_of(path) if one != other}
    assert len(drawn) > 20


def rows_of(site: Path, page: str) -> int:
    return (site / page).read_text(encoding="utf-8").count("<tr class=")


def test_tables_made_from_the_source_have_all_of_it(site: Path) -> None:
    listed = (ROOT / "templates/desk/_keys.html").read_text(encoding="utf-8").partition("{% for")[0].count("<dt>")
    menu = ast.parse((ROOT / "incidents/web/desk/menu.py").read_text(encoding="utf-8"))
    tuples = [one.elts for one in ast.walk(menu) if isinstance(one, ast.Tuple)]
    ways = [one for one in tuples if len(one) == 4 and isinstance(one[0], ast.Constant)]
    assert rows_of(site, "moderators/keyboard.html") == listed + len(ways) + 1
    threats = (ROOT / "SECURITY.md").read_text(encoding="utf-8").count("\n[[threat]]\n")
    assert (site / "threats.html").read_text(encoding="utf-8").count("Held: <strong>") == threats > 10
    bars = [line for one in MEASUREMENTS for line in one.lines if line.bar is not None]
    assert rows_of(site, "operators/figures.html") == len(bars) + 1


class Noted(Mapping[str, str]):
    """Variables of which nothing is set but the hosts, and which notes what is asked for."""

    def __init__(self, instance: Path) -> None:
        self._set = {"INCIDENTS_INSTANCE": str(instance), "INCIDENTS_HOSTS": "prijavi.example"}
        self._set["INCIDENTS_MAIL_TO"] = self._set["INCIDENTS_MAIL_FROM"] = "site@prijavi.example"
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self._set[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._set)

    def __len__(self) -> int:
        return len(self._set)


def test_the_operators_guide_names_all_variables_and_no_others(tmp_path: Path) -> None:
    for name in ("pepper", "token-key"):
        (tmp_path / name).write_text("0123456789abcdef" * 4, encoding="ascii")
    variables = Noted(tmp_path)
    read_settings(variables)
    assert len(variables.asked) > 20
    guide = "".join(path.read_text(encoding="utf-8") for path in (DOCS / "operators").glob("*.md"))
    assert set(re.findall(r"INCIDENTS_[A-Z_]+", guide)) == variables.asked
    everywhere = "".join(path.read_text(encoding="utf-8") for path in PAGES)
    assert set(re.findall(r"INCIDENTS_[A-Z_]+", everywhere)) == variables.asked


# Commands.

_CALL = "python -m incidents"
_SPAN = re.compile(r"(`+)(.+?)\1")
_TOP = cli.list_commands(click.Context(cli))


def parsed(typed: str, *, is_whole: bool = False) -> None:
    """Take words as the shell does and let click read them. A whole line names all that the command needs too."""
    words = shlex.split(re.split(r" && | \| |;|>", typed.replace("[", "").replace("]", ""))[0], comments=True)
    command: click.Command = cli
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        inner = command.get_command(click.Context(command), words[0])
        assert inner is not None, f"{typed}: there is no {words[0]}"
        command, words = inner, words[1:]
    named, left, _order = command.make_parser(click.Context(command)).parse_args(words)
    assert not left, f"{typed}: {left} is too much"
    for one in (one for one in command.params if isinstance(one.type, click.Choice)):
        for value in values_of(named.get(one.name or "")):
            one.type.convert(value, one, None)
    if is_whole:
        missing = [one.name for one in command.params if one.required and not named.get(one.name or "")]
        assert not missing, f"{typed}: {missing} is missing"


def values_of(given: object) -> list[str]:
    """What was given for a choice, but for what stands in capitals for whatever one wants."""
    several = given if isinstance(given, list | tuple) else [given]
    return [one for one in several if isinstance(one, str) and not one.isupper()]


def spans_of(line: str) -> Iterator[str]:
    """What a line names in code: whole calls, commands by their name, or those of a group that it named before."""
    group: click.Command | None = None
    for _ticks, span in _SPAN.findall(line):
        if _CALL in span:
            words = span.partition(_CALL)[2].strip()
            group = cli.get_command(click.Context(cli), words.split()[0]) if words else None
            yield words
        elif span.split()[0] in _TOP:
            yield span
        elif isinstance(group, click.Group) and span.split()[0] in group.commands:
            yield f"{group.name} {span}"


def commands_named() -> Iterator[tuple[str, bool]]:
    for path in PAGES:
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("    ") and _CALL in line:
                yield line.partition(_CALL)[2].strip(), True
            else:
                yield from ((span, False) for span in spans_of(line))


def test_every_command_named_is_there_with_its_options() -> None:
    named = list(commands_named())
    assert len(named) > 80
    assert sum(is_whole for _typed, is_whole in named) > 15
    for typed, is_whole in named:
        try:
            parsed(typed, is_whole=is_whole)
        except click.UsageError as wrong:
            pytest.fail(f"{typed}: {wrong.message}")


@pytest.mark.parametrize(
    "typed",
    [
        "keyss status",
        "keys shares mak",
        "members list ANA",
        "migrate --forward",
        "restore FILE",
        "move --to",
        "release tabulate weather --year 2026",
    ],
)
def test_a_command_that_is_not_there_is_found(typed: str) -> None:
    with pytest.raises((AssertionError, click.UsageError)):
        parsed(typed, is_whole=True)


def test_every_option_named_alone_belongs_to_some_command() -> None:
    known = set(re.findall(r"\"(--[a-z-]+)\"", (ROOT / "benchmarks/__main__.py").read_text(encoding="utf-8")))
    known |= {option for command in all_of(cli) for one in command.params for option in one.opts} | {"--help"}
    named = {
        span.split()[0]
        for path in PAGES
        for _ticks, span in _SPAN.findall(path.read_text(encoding="utf-8"))
        if span.startswith("--")
    }
    assert len(named) > 10
    assert named <= known


def all_of(command: click.Command) -> Iterator[click.Command]:
    yield command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from all_of(inner)


def test_pictures_are_small() -> None:
    pictures = list((DOCS / "_static").glob("*.png"))
    assert len(pictures) == 5
    assert {path.name for path in pictures if path.stat().st_size >= 60_000} == set()
