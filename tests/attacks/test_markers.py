"""Nothing of who reports and what they say is in any file that a site and its servers write, in whatever form."""

from __future__ import annotations

import gzip
import http.client
import io
import os
import re
import resource
import secrets
import shutil
import signal
import zlib
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from PIL import Image, PngImagePlugin
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from incidents.__main__ import cli
from incidents.db.database import Database
from incidents.db.report import Message, Report, SentFile
from tests import pages, postgres, proxying
from tests.attacks.markers import found_in, found_under
from tests.serving import Served, served
from tests.web.test_reporting import ANSWERS, code_on

SOURCE = "127.83.41.197"
"""Where the reporter sits: all of 127/8 is this machine."""
CYRILLIC = "абвгдежзијклмнопрстуфхцш"


def drawn(letters: str = "abcdefghijkmnpqrstuvwxyz") -> str:
    return "".join(secrets.choice(letters) for _ in range(20))


def a_picture(note: str) -> bytes:
    """A photograph with a note in its EXIF and in its text."""
    exif = Image.Exif()
    exif[0x010E] = note
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", note)
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (140, 10, 10)).save(out, "PNG", exif=exif, pnginfo=text)
    return out.getvalue()


class Reporter:
    """Somebody who says what can be found again, at an address of their own."""

    def __init__(self, address: str) -> None:
        self._host = urlsplit(address)
        self.markers = {name: drawn() for name in ("latin", "place", "organisation", "link", "answer", "file", "note")}
        self.markers |= {"cyrillic": drawn(CYRILLIC), "address": SOURCE, "phone": f"06{secrets.randbelow(10**14):014}"}
        self.markers |= {name: drawn() for name in ("browser", "referrer", "language", "query", "cookie")}

    def report(self) -> None:
        """Send a report by the form, an addition and a picture; the receipt code is a marker too."""
        said = self.markers
        form = pages.form(self._asked("GET", "/sr-Latn/report"), "/sr-Latn/report", own="/sr-Latn/report")
        words = f"{said['latin']} {said['cyrillic']} {said['phone']} reci kojima se nista ne kaze. " * 40
        typed = {name: said[name] for name in ("place", "organisation")}
        answers = {**ANSWERS, **typed, "link": f"https://{said['link']}.example/", "words": words}
        digits = code_on(self._asked("POST", "/sr-Latn/report", form.sent(**answers)))
        assert len(digits) == 28
        groups = re.findall("....", digits)
        said |= {"code": digits, "code in groups": " ".join(groups), "code with dashes": "-".join(groups)}
        page = self._asked("POST", "/sr-Latn/receipt", self._opening())
        answer = pages.form(page, "", own="/sr-Latn/receipt").sent(kind="addition", answer=said["answer"], code=digits)
        self._asked("POST", "/sr-Latn/receipt", answer)
        picture = FileStorage(io.BytesIO(a_picture(said["note"])), f"{said['file']}.png", content_type="image/png")
        self._asked("POST", "/sr-Latn/receipt/files", {**self._opening(), "files": [picture]})

    def _opening(self) -> dict[str, object]:
        page = self._asked("GET", "/sr-Latn/receipt")
        return dict(pages.form(page, "", own="/sr-Latn/receipt").sent(code=self.markers["code"]))

    def _asked(self, method: str, path: str, fields: dict[str, object] | None = None) -> str:
        said = self.markers
        headers = {
            "User-Agent": said["browser"],
            "Referer": f"https://{said['referrer']}.example/",
            "Accept-Language": said["language"],
            "Cookie": f"__Host-desk={said['cookie']}",
            "X-Forwarded-For": SOURCE,
        }
        kind, body = _encoded(fields or {})
        connection = http.client.HTTPConnection(
            str(self._host.hostname), self._host.port, timeout=60, source_address=(SOURCE, 0)
        )
        try:
            connection.request(method, f"{path}?q={said['query']}", body, {**headers, "Content-Type": kind})
            answer = connection.getresponse()
            page = answer.read().decode()
        finally:
            connection.close()
        assert answer.status == 200, (path, answer.status, page)
        return page


def _encoded(fields: dict[str, object]) -> tuple[str, bytes]:
    if "files" not in fields:
        return "application/x-www-form-urlencoded", urlencode(fields, doseq=True).encode()
    boundary, body = encode_multipart(fields)
    return f"multipart/form-data; boundary={boundary}", body


@pytest.fixture
def nginx_settings(tmp_path: Path) -> Path:
    folder = tmp_path / "examples"
    names = ("--host", "prijavi.example", "--desk-host", "pult.prijavi.example", "--home", str(tmp_path / "home"))
    assert CliRunner().invoke(cli, ["examples", str(folder), *names]).exit_code == 0
    return folder


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[str, Path | None]]:
    """Address and folder of a database server that writes down all it can; "" and None for SQLite."""
    programs = postgres.binaries()
    if request.param == "sqlite":
        yield "", None
        return
    if programs is None:
        pytest.skip("PostgreSQL is not installed (Debian: postgresql)")
    with postgres.running(programs) as server:
        engine = sa.create_engine(server.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for name, value in _TALKATIVE.items():
                connection.execute(sa.text(f"ALTER SYSTEM SET {name} = '{value}'"))
        engine.dispose()
        server.stop()
        server.start()
        yield server.url, server.folder


_TALKATIVE = {
    "logging_collector": "on",
    "log_statement": "all",
    "log_min_duration_statement": "0",
    "log_connections": "on",
    "log_parameter_max_length_on_error": "-1",
    "full_page_writes": "on",
}


@pytest.fixture
def _cores_are_written() -> Iterator[None]:
    """Unless a program says otherwise, as on a machine where somebody looked for a fault."""
    soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, (soft, hard))


@pytest.mark.usefixtures("_cores_are_written")
def test_nothing_of_a_reporter_is_in_any_file_that_site_proxy_and_database_write(
    place: tuple[str, Path | None], nginx_settings: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, server_folder = place
    (tmp_path / "site" / "temporary").mkdir(parents=True)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "site" / "temporary"))
    if url:
        url = url.rpartition("/")[0] + "/marked"
    folders = [tmp_path / "site", tmp_path / "nginx", *([server_folder] if server_folder else [])]
    with served(tmp_path / "site", url=url) as site:
        workers = _workers(site)
        assert {_most_of_a_core(worker) for worker in workers} == {"0"}
        with proxying.proxied(nginx_settings, tmp_path / "nginx", site.port) as address:
            through, straight = Reporter(address), Reporter(f"http://127.0.0.1:{site.port}")
            through.report()
            straight.report()
            markers = {
                f"{name} {number}": one
                for number, who in enumerate((through, straight))
                for name, one in who.markers.items()
            }
            assert found_under(folders, markers) == set()
        os.kill(workers[0], signal.SIGABRT)
        for arguments in (
            ("backup", "key", site.folder / "k"),
            ("backup", "make", site.folder / "b", "--key", site.folder / "k.pub"),
        ):
            made = site.command(*map(str, arguments))
            assert made.returncode == 0, made.stderr
        assert site.command("tick").returncode == 0
        _settled(site)
        assert found_under(folders, markers) == set()
    assert found_under(folders, markers) == set()
    seen = {path.name for folder in folders for path in folder.rglob("*")}
    assert seen > {"log", "b", "pepper", *(("PG_VERSION", "pg_wal") if url else ("incidents.sqlite",))}


def _workers(site: Served) -> list[int]:
    assert site.process is not None
    children = Path(f"/proc/{site.process.pid}/task/{site.process.pid}/children").read_text(encoding="ascii")
    return [int(child) for child in children.split()]


def _most_of_a_core(process: int) -> str:
    """Bytes of its memory that a process may leave behind when it dies."""
    [line] = re.findall(r"^Max core file size +(\S+)", Path(f"/proc/{process}/limits").read_text("ascii"), re.MULTILINE)
    return str(line)


def _settled(site: Served) -> None:
    """Two reports, two additions, two files are there, and written to the disk."""
    database = Database(site.settings().database_url)
    with database.without_transaction() as connection:
        for table in (Report, Message, SentFile):
            assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 2
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("CHECKPOINT"))
            log = connection.scalar(sa.text("SELECT pg_read_file(pg_current_logfile())"))
            assert "INSERT INTO report" in str(log)
    database.close()


@pytest.mark.parametrize(
    ("form", "write"),
    [
        ("utf-8", str.encode),
        ("utf-16-le", lambda text: text.encode("utf-16-le")),
        ("utf-16-be", lambda text: text.encode("utf-16-be")),
        ("cp1251", lambda text: text.encode("cp1251")),
        ("hex", lambda text: text.encode().hex().encode()),
        ("hex in capitals", lambda text: text.encode().hex().upper().encode()),
        ("percent", lambda text: quote(text).encode()),
        ("percent in small letters", lambda text: "".join(f"%{byte:02x}" for byte in text.encode()).encode()),
        ("escapes", lambda text: text.encode("unicode_escape")),
        ("references", lambda text: text.encode("ascii", "xmlcharrefreplace")),
        ("base64 from byte 0", lambda text: b64encode(text.encode())),
        ("base64 from byte 1", lambda text: b64encode(b"x" + text.encode())),
        ("base64 from byte 2", lambda text: b64encode(b"xy" + text.encode())),
        ("packed utf-8", lambda text: gzip.compress(text.encode())),
        ("packed utf-16-le", lambda text: zlib.compress(text.encode("utf-16-le"))),
        ("pieces", lambda text: text.encode()[:9]),
    ],
)
@pytest.mark.parametrize("marker", ["жбун" * 3, "bush7731"])
def test_the_search_finds_what_was_planted(tmp_path: Path, form: str, write, marker: str) -> None:
    shutil.rmtree(tmp_path, ignore_errors=True)
    (tmp_path / "deep" / "er").mkdir(parents=True)
    (tmp_path / "deep" / "er" / "page").write_bytes(os.urandom(5000) + write(marker) + os.urandom(5000))
    assert ("page", "m", form) in found_under([tmp_path], {"m": marker})
    assert found_under([tmp_path], {"m": "drawn9264"}) == set()


def test_the_search_finds_a_name_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "ispovest7731.txt").write_bytes(b"")
    assert {form for _, _, form in found_under([tmp_path], {"m": "ispovest7731"})} >= {"utf-8", "pieces"}


@pytest.mark.postgres
def test_the_search_finds_what_postgresql_has_packed(postgres: str, tmp_path: Path) -> None:
    """Long values lie packed in its pages, where no word stands together any more."""
    marker = drawn()
    engine = sa.create_engine(postgres, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE planted (words text)"))
        connection.execute(sa.text("INSERT INTO planted VALUES (:words)"), {"words": "речи " * 900 + marker})
        connection.execute(sa.text("CHECKPOINT"))
        path = connection.scalar(sa.text("SELECT pg_read_binary_file(pg_relation_filepath('planted'))"))
        toast = connection.scalar(sa.text("SELECT pg_column_size(words) FROM planted"))
        connection.execute(sa.text("DROP TABLE planted"))
    engine.dispose()
    assert int(toast) < 1000
    assert ("m", "pieces") in found_in(bytes(path), {"m": marker})
