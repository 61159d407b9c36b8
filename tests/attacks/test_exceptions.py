"""Whatever breaks, wherever, on whichever public page: nothing that was sent is in the answer or in a log."""

from __future__ import annotations

import errno
import io
import logging
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import cycle, product
from pathlib import Path
from types import FrameType
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError, StatementError
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import BadRequest, BadRequestKeyError
from werkzeug.routing import AnyConverter, PathConverter, Rule, UnicodeConverter
from werkzeug.test import TestResponse

from incidents.adapters import catalogues
from incidents.app import create_app
from incidents.config import Door
from incidents.core.languages import LANGUAGES
from incidents.db.release import Release
from incidents.web import headers
from incidents.web.errors import error_page
from incidents.web.languages import speak
from incidents.web.reporting import shell
from incidents.web.tokens import new_token
from tests import builders, databases
from tests.attacks.markers import found_in, found_under
from tests.attacks.test_markers import CYRILLIC, drawn
from tests.conftest import NOW, settings_in
from tests.serving import Served
from tests.test_house import ROOT
from tests.web.released import publish
from tests.web.test_intake import KEY
from tests.web.test_reporting import ANSWERS

PLACES = ("query", "name of a query", "browser", "referrer", "cookie", "language", "key", "field", "name of a field")
PLACES_IN_BODY = ("words", "place", "file", "name of a file", "path")
REAL = {"code": "79014", "name": "ground", "table": "ground"}
"""What stands in addresses where a page is to be reached that is there."""
HOOKS = ("before_request_funcs", "url_value_preprocessors", "after_request_funcs")
DEPTHS = {
    "addresses": ("incidents.web.languages",),
    "forms": ("incidents.web.reporting.forms", "incidents.web.tokens", "incidents.web.help.forms"),
    "services": ("incidents.services.",),
    "rules": ("incidents.core.",),
    "database": ("incidents.db.",),
    "adapters": ("incidents.adapters.",),
    "texts": ("incidents.web.texts",),
    "templates": (str(ROOT / "templates"),),
}
"""Where it breaks as soon as something there is called: names of modules, or of files, that begin so."""
REACHED = {
    "services": {"reporting.send", "reporting.receipts.open_", "reporting.receipts.files", "intake.take"},
    "database": {"reporting.send", "reporting.receipts.withdraw", "published.newest", "api.listed"},
    "driver": {"reporting.send", "reporting.receipts.open_", "intake.take", "published.newest", "watching.ready"},
    "templates": {"reporting.send", "pages.start", "helping.answer"},
}
"""Pages that break there for sure, so that a walk past all of them is noticed."""


def a_person() -> dict[str, str]:
    """Words that can be found again, in two scripts, by where they are put."""
    names = (*PLACES, *PLACES_IN_BODY)
    return {name: drawn() for name in names} | {f"{name}, Cyrillic": drawn(CYRILLIC) for name in names}


def kinds(said: dict[str, str]) -> dict[str, Callable[[], BaseException]]:
    """Exceptions that hold all of it in every way in which a library may keep it."""
    words = " ".join(said.values())

    def chained() -> BaseException:
        outer = ValueError(f"no number: {words}")
        outer.__cause__, outer.__context__ = KeyError(words), LookupError(words)
        outer.add_note(words)
        return outer

    return {
        "value": lambda: ValueError(f"no number: {words}"),
        "chained": chained,
        "key": lambda: KeyError(words),
        "undecodable": lambda: UnicodeDecodeError("utf-8", words.encode(), 0, 1, words),
        "unencodable": lambda: UnicodeEncodeError("ascii", words, 0, 1, words),
        "memory": lambda: MemoryError(words),
        "recursion": lambda: RecursionError(words),
        "disk": lambda: OSError(errno.ENOSPC, words, words),
        "group": lambda: ExceptionGroup(words, [ValueError(words), KeyError(words)]),
        "statement": lambda: StatementError(words, "INSERT INTO report VALUES (:w)", {"w": words}, ValueError(words)),
        "integrity": lambda: IntegrityError(f"INSERT {words}", {"w": words}, sqlite3.IntegrityError(words)),
        "operational": lambda: OperationalError(f"INSERT {words}", {"w": words}, sqlite3.OperationalError(words)),
        "bad request": lambda: BadRequest(words),
        "missing key": lambda: BadRequestKeyError(words),
    }


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The public door, with releases and a report whose code is known."""
    database = databases.at(f"sqlite:///{tmp_path_factory.mktemp('broken') / 'site.sqlite'}")
    settings = replace(settings_in(Path()), door=Door.PUBLIC)
    publish(database, settings)
    app = create_app(settings, now=lambda: NOW, database=database)
    with database.unit_of_work() as session:
        app.config["code"] = builders.send(session, builders.a_report(), settings, now=NOW)
        app.config["number"] = session.scalar(
            sa.select(sa.func.max(Release.number)).where(Release.published_on.is_not(None))
        )
    yield app
    database.close()


@dataclass
class Broken:
    """What somebody sees of a site that breaks, and what it logs."""

    app: Flask
    said: dict[str, str]
    logged: io.StringIO
    is_broken: bool = False
    last: int = 0
    """The status of the last answer."""
    answers: dict[tuple[str, str], set[bytes]] = field(default_factory=dict)
    """What was answered where something broke, by rule and method."""
    tried: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        with self.app.test_request_context():
            self.token = new_token(opened_at=NOW)
        self.known = {
            (status, page.get_data())
            for status in (400, 500, 503)
            for path in ("/", "/api/v1/")
            for language in LANGUAGES
            for page in self._pages(status, path, language)
        }

    def _pages(self, status: int, path: str, language: Any) -> Iterator[Any]:
        with self.app.test_request_context(path):
            speak(language)
            page = self.app.make_response(error_page(status))
        yield page

    def ask(self, rule: Rule, method: str, *, is_marked: bool) -> None:
        """One request with markers everywhere; where something broke, its answer is our plain page and is kept."""
        self.is_broken = False
        answer = self._asked(rule, method, is_marked=is_marked)
        self.tried.add((rule.rule, method))
        self.last = answer.status_code
        if self.is_broken:
            where = (rule.rule, method, answer.status_code)
            assert answer.status_code in {200, 400, 422, 500, 503}, where
            if answer.status_code in {200, 422}:
                # A page that does without what broke, or a form: WTForms takes a ValueError of a field for a mistake of
                # whoever sent it, and says so to them. Both give back what was sent, so only the log is searched.
                return
            self._is_plain(answer, method, where)
            lines = "".join(f"{name}: {value}\n" for name, value in answer.headers)
            self.answers.setdefault(where[:2], set()).add(lines.encode() + self._without_own(answer))

    def _asked(self, rule: Rule, method: str, *, is_marked: bool) -> TestResponse:
        said, path = self.said, rule.rule
        words = {"language": "sr-Cyrl", "number": str(self.app.config["number"]), **REAL}
        for name, converter in rule._converters.items():
            value = words.get(name, said["path"])
            if isinstance(converter, AnyConverter):
                value = min(converter.items)
            elif is_marked and type(converter) in {UnicodeConverter, PathConverter}:
                value = f"{said['path']}{said['path, Cyrillic']}"
            path = re.sub(rf"<[^<>]*\b{name}>", value, path)
        sent = {
            "User-Agent": _as_sent(said, "browser"),
            "Referer": _as_sent(said, "referrer"),
            "Cookie": f"__Host-desk={_as_sent(said, 'cookie')}",
            "Accept-Language": _as_sent(said, "language"),
            "Idempotency-Key": KEY,
            "X-Key": _as_sent(said, "key"),
        }
        query = {said["name of a query, Cyrillic"]: said["query"], said["name of a query"]: said["query, Cyrillic"]}
        return self.app.test_client().open(
            path, method=method, query_string=query, headers=sent, **self._body(rule, method, is_marked=is_marked)
        )

    def _body(self, rule: Rule, method: str, *, is_marked: bool) -> dict[str, Any]:
        said = self.said
        if method != "POST":
            return {}
        words = {"words": f"{said['words']} {said['words, Cyrillic']} речи", "place": said["place"]}
        answers = {name: value for name, value in ANSWERS.items() if value is not None} | words
        if rule.rule.startswith("/api/"):
            more = {said["field"]: said["field, Cyrillic"]} if is_marked else {"place": ANSWERS["place"]}
            return {"json": {"language": "sr-Latn", **answers, **more}}
        own = {said["name of a field"]: said["field, Cyrillic"], said["name of a field, Cyrillic"]: said["field"]}
        form = {**answers, **own, "token": self.token, "code": self.app.config["code"]}
        if rule.rule.endswith("/files"):
            content = f"{said['file']}{said['file, Cyrillic']}".encode()
            name = f"{said['name of a file']}{said['name of a file, Cyrillic']}.jpg"
            form["files"] = FileStorage(io.BytesIO(content), name, content_type="image/jpeg")
            return {"data": form, "content_type": "multipart/form-data"}
        if rule.rule.endswith("/receipt"):
            form |= {"answer": said["words"], "kind": "addition"}
        return {"data": form}

    def _is_plain(self, answer: TestResponse, method: str, where: tuple[object, ...]) -> None:
        kept = dict(answer.headers)
        is_page = answer.mimetype == "text/html"
        assert is_page or answer.mimetype == "application/problem+json", where
        policy = {"Content-Security-Policy": headers.policy(with_script=False)} if is_page else {}
        wanted = {**headers.FIXED, "Cache-Control": headers.PRIVATE, **policy}
        assert wanted.items() <= kept.items(), (where, wanted.items() - kept.items())
        assert kept["Cross-Origin-Resource-Policy"] in {"same-origin", "cross-origin"}, where
        if method == "POST" and b'id="kept"' in answer.data:
            return
        assert method == "HEAD" or (answer.status_code, answer.data) in self.known, (where, answer.text)

    def _without_own(self, answer: TestResponse) -> bytes:
        """Who sent something on a form gets it back, to send it again: that alone may stand there."""
        page = answer.text
        if 'id="kept"' not in page:
            return answer.data
        page = re.sub(r'<input type="hidden" name="[^"]*" value="[^"]*">', "", page)
        return re.sub(r'<textarea name="[^"]*"[^>]*>[^<]*</textarea>', "", page).encode()

    def found(self) -> set[tuple[str, str, str]]:
        """Markers in answers and in what was logged so far."""
        everywhere = [(" ".join(where), b"\n".join(pages)) for where, pages in self.answers.items()]
        everywhere.append(("log", self.logged.getvalue().encode()))
        found = {(where, *one) for where, content in everywhere for one in found_in(content, self.said)}
        return {one for one in found if one[2] != "pieces"}  # four letters: as many stand in any text


def _as_sent(said: dict[str, str], name: str) -> str:
    """Bytes of UTF-8, which a server hands on as if they were Latin-1."""
    return f"{said[name]} {said[f'{name}, Cyrillic']}".encode().decode("latin-1")


@pytest.fixture
def broken(site: Flask, capfd: pytest.CaptureFixture[str]) -> Iterator[Broken]:
    """Everything that any logger is told of errors, with all that a record holds; what is printed counts too."""
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s %(args)s %(pathname)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    yield Broken(site, a_person(), logged)
    root.removeHandler(handler)
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def pairs(app: Flask) -> list[tuple[Rule, str]]:
    return [(rule, method) for rule in app.url_map.iter_rules() for method in sorted(rule.methods or ())]


def breaking(broken: Broken, error: Callable[[], BaseException]) -> Callable[..., Any]:
    def breaks(*_arguments: object, **_more: object) -> Any:
        broken.is_broken = True
        raise error()

    return breaks


@contextmanager
def broken_at(broken: Broken, starts: tuple[str, ...], error: Callable[[], BaseException]) -> Iterator[None]:
    """The first call of something whose module, or whose file, begins so."""
    before = sys.gettrace()

    def called(frame: FrameType, _what: str, _argument: object) -> None:
        if frame.f_code.co_filename.startswith(starts) or str(frame.f_globals.get("__name__")).startswith(starts):
            sys.settrace(None)
            broken.is_broken = True
            raise error()

    sys.settrace(called)
    try:
        yield
    finally:
        sys.settrace(before)


@contextmanager
def broken_driver(broken: Broken, error: Callable[[], BaseException]) -> Iterator[None]:
    """The first statement; SQLAlchemy puts around it what the statement was, with all that was sent for it."""

    def execute(_cursor: object, _statement: str, _parameters: object, _context: object) -> None:
        broken.is_broken = True
        raise error()

    engines = broken.app.extensions["incidents"].database.engines
    for engine in engines:
        sa.event.listen(engine, "do_execute", execute)
    try:
        yield
    finally:
        for engine in engines:
            sa.event.remove(engine, "do_execute", execute)


def views(app: Flask) -> list[tuple[Rule, str]]:
    """Without what the framework answers by itself."""
    return [(rule, method) for rule, method in pairs(app) if method != "OPTIONS"]


def hooks(app: Flask) -> list[tuple[list[Any], int]]:
    """All that runs before and after each view: the list that it stands in, and where."""
    lists = [one for name in HOOKS for one in getattr(app, name).values()]
    return [(one, number) for one in lists for number in range(len(one))]


def test_a_view_that_breaks_says_and_logs_nothing_of_what_was_sent(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = 0
    for rule, method in pairs(broken.app):
        for error in kinds(broken.said).values():
            monkeypatch.setitem(broken.app.view_functions, rule.endpoint, breaking(broken, error))
            broken.ask(rule, method, is_marked=True)
            assert broken.is_broken is (method != "OPTIONS"), (rule.rule, method)
            assert broken.last in ({200} if method == "OPTIONS" else {400, 500, 503}), (rule.rule, method)
            tried += 1
        monkeypatch.undo()
    assert tried == len(pairs(broken.app)) * len(kinds(broken.said))
    assert broken.answers.keys() == {(rule.rule, method) for rule, method in views(broken.app)}
    assert broken.found() == set()


@pytest.mark.parametrize("depth", [*DEPTHS, "driver"])
def test_what_breaks_beneath_a_view_says_and_logs_nothing_either(broken: Broken, depth: str) -> None:
    """One kind after the other, so that each page meets another one at each depth."""
    errors = cycle(kinds(broken.said).values())
    reached = set()
    for rule, method in views(broken.app):
        error = next(errors)
        where = (
            broken_driver(broken, _of_driver(error)) if depth == "driver" else broken_at(broken, DEPTHS[depth], error)
        )
        shell._shells.clear()  # else no template is needed any more
        with where:
            broken.ask(rule, method, is_marked=False)
        if broken.is_broken:
            reached.add(rule.endpoint)
    assert broken.tried == {(rule.rule, method) for rule, method in views(broken.app)}
    assert reached >= REACHED.get(depth, set())
    assert len(reached) > 2
    assert broken.found() == set()


def _of_driver(error: Callable[[], BaseException]) -> Callable[[], BaseException]:
    """Every second one of the driver's own kinds."""
    words = str(error())
    return error if len(words) % 2 else lambda: sqlite3.IntegrityError(words)


@pytest.mark.parametrize("is_for_good", [False, True])
def test_what_breaks_before_and_after_a_view_says_and_logs_nothing_either(broken: Broken, is_for_good: bool) -> None:
    """Where what adds the headers breaks for good, they are there all the same."""
    errors = cycle(kinds(broken.said).values())
    assert len(hooks(broken.app)) > 8
    for there, number in hooks(broken.app):
        whole = there[number]
        for rule, method in pairs(broken.app):
            breaks = breaking(broken, next(errors))

            def hook(*given: Any, _breaks: Callable[..., Any] = breaks, _whole: Callable[..., Any] = whole) -> Any:
                return _whole(*given) if broken.is_broken and not is_for_good else _breaks()

            there[number] = hook
            try:
                broken.ask(rule, method, is_marked=True)
            finally:
                there[number] = whole
    assert broken.answers.keys() == {(rule.rule, method) for rule, method in pairs(broken.app)}
    assert broken.found() == set()


def test_where_no_page_can_be_drawn_any_more_the_last_one_says_nothing_either(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = cycle(kinds(broken.said).values())
    for rule, method in views(broken.app):
        breaks = breaking(broken, next(errors))
        monkeypatch.setitem(broken.app.view_functions, rule.endpoint, breaks)
        monkeypatch.setattr(broken.app.jinja_env, "get_or_select_template", breaks)
        monkeypatch.setattr(catalogues, "catalogue", breaks)
        broken.ask(rule, method, is_marked=True)
        assert (broken.is_broken, broken.last) == (True, 500)
        monkeypatch.undo()
    assert broken.answers.keys() == {(rule.rule, method) for rule, method in views(broken.app)}
    assert broken.found() == set()


_BREAKS = """
import incidents.app
from flask import request

def breaks(**given):
    words = f"{request.full_path} {request.headers} {request.form} {request.cookies} {request.get_data()} {given}"
    raise ValueError(words) from KeyError(words)

def broken_app(*given, **more):
    app = create_app(*given, **more)
    for endpoint in app.view_functions:
        if endpoint != "watching.health":
            app.view_functions[endpoint] = breaks
    whole = app.wsgi_app

    def outside(environ, start_response):
        if "outside" in environ["QUERY_STRING"]:
            raise ValueError(str(environ))
        return whole(environ, start_response)

    app.wsgi_app = outside
    return app

create_app = incidents.app.create_app
incidents.app.create_app = broken_app
from incidents.__main__ import cli
cli()
"""
"""The site as it is served, with every view broken; with `outside` in the query before Flask sees anything."""


def test_a_server_writes_nothing_of_it_into_any_file(tmp_path: Path) -> None:
    said = a_person()
    site = Served(tmp_path, program=("-c", _BREAKS), more={"INCIDENTS_DOOR": "public"})
    site.make()
    site.start()
    sent = {"User-Agent": _as_sent(said, "browser"), "Cookie": f"a={_as_sent(said, 'cookie')}"}
    fields = {"words": said["words"], said["name of a field"]: said["words, Cyrillic"]}
    pages = []
    try:
        for more, path in product(
            ("", "&outside=1"), ("/sr-Cyrl/report", "/en/receipt", "/hu/help", "/api/v1/reports")
        ):
            address = f"{path}?{said['name of a query']}={quote(said['query, Cyrillic'])}{more}"
            status, page = site.post(address, fields, sent)
            assert status == 500
            pages.append(re.sub(r'<input type="hidden"[^>]*>', "", page))
            if not path.startswith("/api/"):
                status, page = site.get(address, sent)
                assert status == 500
                pages.append(page)
    finally:
        site.kill()
    assert len(pages) == 14
    assert site.log.read_text(encoding="utf-8").count("ValueError") >= len(pages)
    assert found_under([tmp_path], said) == set()
    assert {one for one in found_in("\n".join(pages).encode(), said) if one[1] != "pieces"} == set()
