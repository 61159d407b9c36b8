"""Files through the browser's door: sent with a code, seen at the desk."""

from __future__ import annotations

import io
import subprocess
import tempfile
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage
from werkzeug.test import TestResponse, encode_multipart

from incidents.adapters import remaking
from incidents.adapters.remaking import Refused, Remade, Unavailable
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.files import LARGEST_FILE, Kind
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.db.report import SentFile
from incidents.web import requests
from incidents.web.reporting import uploads
from incidents.web.requests import Sending, SentBytes
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.adapters.test_remaking import SECRET, complaint, encoded, png, two_halves, with_notes
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk

Sent = tuple[bytes, str]


@pytest.fixture
def code(two: list[AtDesk], database: Database, settings: Settings) -> ReceiptCode:
    with database.unit_of_work() as session:
        return builders.send(session, a_report(), settings, now=NOW)


@pytest.fixture
def report(code: ReceiptCode, database: Database) -> str:
    with database.reader() as session:
        return f"/desk/reports/{builders.only_report(session)}"


@pytest.fixture
def token(app: Flask) -> str:
    with app.test_request_context():
        return new_token()


@pytest.fixture
def send(client: FlaskClient, code: ReceiptCode, token: str) -> Callable[..., TestResponse]:
    def post(*sent: Sent, tag: str = "en", **changes: str) -> TestResponse:
        data: dict[str, Any] = {"token": token, "code": code, **changes}
        data["files"] = [FileStorage(io.BytesIO(content), name) for content, name in sent]
        # By hand: the test client would put a large body into a temporary file of its own.
        boundary, body = encode_multipart(data)
        return client.post(f"/{tag}/receipt/files", data=body, content_type=f"multipart/form-data; boundary={boundary}")

    return post


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the process apart, where a test is about something else."""

    def remake(content: bytes) -> Remade:
        if not content:
            raise Refused("empty")
        return Remade(Kind.PICTURE, "image/jpeg", b"\xff\xd8\xff" + content[::-1], None)

    monkeypatch.setattr(uploads, "remake", remake)


def stored_files(database: Database) -> int:
    with database.reader() as session:
        return len(session.scalars(sa.select(SentFile.id)).all())


def said(answer: TestResponse) -> list[str]:
    """The sentences about files, without the marks that keep a name from turning the sentence around."""
    page = pages.parsed(answer.text)
    found = [item for box in page.iter("div") if box.get("class") in {"mistakes", "good"} for item in box.iter()]
    texts = ["".join(item.itertext()).strip() for item in found if item.tag in {"li", "p"}]
    return [text.replace("\u2068", "").replace("\u2069", "") for text in texts]


def test_a_picture_with_its_place_is_seen_at_the_desk_without_it(send, two, report: str, database: Database) -> None:
    answer = send((with_notes(), "IMG_2031.jpg"))
    assert (answer.status_code, said(answer)) == (200, ["“IMG_2031.jpg” is with us."])
    two[0].press(report, "/take")
    page = two[0].open(report)
    [preview] = [image.get("src") for image in pages.parsed(page).iter("img")]
    blurred = two[0].client.get(preview)
    copy = two[0].press(report, "/copy")
    for shown in (blurred, copy):
        assert (shown.status_code, shown.mimetype) == (200, "image/jpeg")
        assert shown.headers["X-Content-Type-Options"] == "nosniff"
        assert shown.headers["Content-Disposition"] == 'inline; filename="file.jpg"'
        assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert shown.headers["Cache-Control"] == "no-store"
        assert SECRET not in shown.data
        assert dict(Image.open(io.BytesIO(shown.data)).getexif()) == {}
    original = two[0].press(report, "/original", reason="copy_unclear")
    assert original.data == with_notes()
    assert original.mimetype == "application/octet-stream"
    assert original.headers["Content-Disposition"] == 'attachment; filename="file.jpg"'


def test_a_document_is_seen_page_by_page_as_pictures_by_who_opened_it(send, two, report: str) -> None:
    assert send((complaint(3), "prijava.pdf")).status_code == 200
    two[0].press(report, "/take")
    form = pages.form(two[0].open(report), "/copy")
    there = form.action.replace("/copy", "/pages")
    assert [two[0].client.get(path).status_code for path in (there, f"{there}/1")] == [404, 404]
    shown = two[0].client.post(form.action, data=form.sent())
    assert (shown.status_code, shown.headers["Location"]) == (303, there)
    pictures = [image.get("src") for image in pages.parsed(two[0].open(there)).iter("img")]
    assert pictures == [f"{there}/{number}" for number in (1, 2, 3)]
    for picture in pictures:
        answer = two[0].client.get(picture)
        assert (answer.mimetype, answer.headers["Content-Security-Policy"]) == (
            "image/jpeg",
            "sandbox; default-src 'none'",
        )
        assert Image.open(io.BytesIO(answer.data)).size == (834, 417)
        assert SECRET not in answer.data
    assert [two[0].client.get(f"{there}/{number}").status_code for number in (0, 4, 10**30)] == [404] * 3
    assert [two[1].client.get(path).status_code for path in (there, pictures[0])] == [404, 404]


def test_sound_is_saved(send, two, report: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "remake", lambda _: Remade(Kind.SOUND, "audio/ogg", b"OggS copy", None))
    send((b"OggS as sent", "poruka.opus"))
    two[0].press(report, "/take")
    assert list(pages.parsed(two[0].open(report)).iter("img")) == []
    copy = two[0].press(report, "/copy")
    assert (copy.mimetype, copy.data) == ("audio/ogg", b"OggS copy")
    assert copy.headers["Content-Disposition"] == 'attachment; filename="file.ogg"'


def test_what_is_refused_is_named_with_its_reason_and_the_rest_is_kept(send, database: Database) -> None:
    sent = [
        (png(12_000, 12_000), "zid.png"),
        (encoded(two_halves(), "PNG"), "Екран.png"),
        (b"<html><script>alert(1)</script>", "<script>alert(1)</script>.html"),
        (b"", "prazno.jpg"),
        (b"%PDF-1.7 nothing follows", "dopis.pdf"),
    ]
    answer = send(*sent)
    assert answer.status_code == 422
    assert said(answer) == [
        "“zid.png” has too many pixels. Please send a smaller picture.",
        "“<script>alert(1)</script>.html” is of a kind that we cannot take. Of a video you can send a screenshot.",
        "“prazno.jpg” is empty.",
        "“dopis.pdf” is damaged and cannot be opened.",
        "“Екран.png” is with us.",
    ]
    assert list(pages.parsed(answer.text).iter("script")) == []
    assert stored_files(database) == 1


@pytest.mark.parametrize("reason", sorted(remaking.REASONS))
def test_every_refusal_is_a_sentence_of_its_own(send, monkeypatch: pytest.MonkeyPatch, reason: str) -> None:
    def refuse(_content: bytes) -> Remade:
        raise Refused(reason)

    monkeypatch.setattr(uploads, "remake", refuse)
    [sentence] = said(send((b"x", "a.jpg")))
    assert sentence.startswith("“a.jpg” ")
    assert ("damaged" in sentence) == (reason == "broken")


@pytest.mark.usefixtures("quick")
def test_what_is_too_large_or_too_much_is_counted_and_let_go(send, database: Database) -> None:
    large = [(bytes([number]) * 9_000_000, f"{number}.jpg") for number in range(1, 4)]
    answer = send((bytes(LARGEST_FILE + 1), "video.mp4"), *large, (b"small", "small.jpg"))
    assert said(answer) == [
        "“video.mp4” is larger than 10 MB. Please send a smaller one.",
        "“3.jpg” was left out: together it was over 25 MB. Please send it by itself.",
        "“1.jpg” is with us.",
        "“2.jpg” is with us.",
        "“small.jpg” is with us.",
    ]
    assert stored_files(database) == 3


def test_memory_holds_no_more_than_the_limits(app: Flask) -> None:
    with app.test_request_context():
        one = SentBytes(request)
        for _ in range(LARGEST_FILE // 100_000 + 50):
            one.write(bytes(100_000))
        assert (one.is_too_large, one.getvalue(), request.kept_bytes) == (True, b"", 0)
        kept = [SentBytes(request) for _ in range(4)]
        for stream in kept:
            for _ in range(90):
                stream.write(bytes(100_000))
        assert [stream.is_over_all for stream in kept] == [False, False, True, True]
        assert sum(len(stream.getvalue()) for stream in kept) == request.kept_bytes == 18_000_000


def test_a_body_beyond_all_limits_is_refused_before_it_is_read(client: FlaskClient, code: ReceiptCode) -> None:
    class Unread(io.BytesIO):
        def read(self, _size: int | None = -1) -> bytes:
            raise AssertionError("it was read")

    answer = client.post(
        "/hu/receipt/files",
        input_stream=Unread(),
        content_type="multipart/form-data; boundary=x",
        environ_overrides={"CONTENT_LENGTH": str(requests.LARGEST_UPLOAD + 1)},
    )
    assert answer.status_code == 413
    assert "A bejelentése biztonságban van" in pages.text_of(answer.text)


@pytest.mark.parametrize("path", ["/en/report", "/en/receipt", "/en/receipt/withdraw", "/desk/login"])
def test_no_other_address_takes_more_than_before(client: FlaskClient, code: ReceiptCode, path: str) -> None:
    assert client.post(path, data={"files": (io.BytesIO(bytes(70_000)), "a.jpg")}).status_code == 413


@pytest.mark.usefixtures("quick")
def test_nothing_of_an_upload_touches_the_disk(send, monkeypatch: pytest.MonkeyPatch) -> None:
    def to_disk(*_arguments: object, **_options: object) -> None:
        raise AssertionError("a temporary file")

    for name in ("TemporaryFile", "SpooledTemporaryFile", "NamedTemporaryFile", "mkstemp", "mkdtemp"):
        monkeypatch.setattr(tempfile, name, to_disk)
    monkeypatch.setattr("werkzeug.formparser.SpooledTemporaryFile", to_disk)
    assert send((bytes(range(256)) * 8_000, "a.jpg")).status_code == 200


@pytest.mark.usefixtures("quick")
def test_a_file_full_of_line_ends_is_read_in_good_time(send) -> None:
    answer = send((b"\r\n--" * 2_000_000, "a.jpg"))
    assert said(answer) == ["“a.jpg” is with us."]


@pytest.mark.usefixtures("quick")
def test_the_same_files_sent_again_are_kept_once(send, database: Database) -> None:
    """The signal was lost, and the page is sent again."""
    sent = [(b"one", "1.jpg"), (b"two", "2.jpg")]
    assert [said(send(*sent)) for _ in range(2)] == [["“1.jpg” is with us.", "“2.jpg” is with us."]] * 2
    assert stored_files(database) == 2


@pytest.mark.usefixtures("quick")
def test_after_five_files_no_more_are_asked_for(send, database: Database) -> None:
    answer = send(*[(b"%d" % number, f"{number}.jpg") for number in range(6)])
    assert "“5.jpg” was left out: a report can have five files." in said(answer)
    assert "yours has them" in pages.text_of(answer.text)
    assert [box for box in pages.parsed(answer.text).iter("input") if box.get("type") == "file"] == []
    assert stored_files(database) == 5


def test_where_nothing_can_be_looked_at_just_now_that_is_said_once_for_all(
    send, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bytes] = []

    def busy(content: bytes) -> Remade:
        asked.append(content)
        raise Unavailable

    monkeypatch.setattr(uploads, "remake", busy)
    answer = send((b"1", "1.jpg"), (b"2", "2.jpg"))
    later = "could not be opened just now. Your report is safe. Please try again later."
    assert said(answer) == [f"“1.jpg” {later}", f"“2.jpg” {later}"]
    assert (len(asked), stored_files(database)) == (1, 0)


def test_a_machine_without_room_for_a_process_answers_calmly(send, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object, **_options: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(subprocess, "Popen", full)
    answer = send((encoded(two_halves(), "PNG"), "a.png"))
    assert (answer.status_code, "safe" in said(answer)[0]) == (422, True)


@pytest.mark.usefixtures("quick")
def test_files_wait_when_their_room_is_used_up(app, send, monkeypatch, database: Database) -> None:
    monkeypatch.setattr(Settings, "most_file_bytes", 0)
    object.__setattr__(app.extensions["incidents"].settings, "most_file_bytes", 0)
    assert "Your report is safe" in said(send((b"x", "a.jpg")))[0]


@pytest.mark.usefixtures("quick")
def test_nothing_chosen_is_said_at_the_field(send) -> None:
    answer = send((b"", ""))
    assert answer.status_code == 422
    assert "Choose a file first." in pages.text_of(answer.text)
    assert 'aria-invalid="true"' in answer.text


@pytest.mark.usefixtures("quick")
def test_without_a_token_of_ours_nothing_is_taken(send, database: Database) -> None:
    assert send((b"x", "a.jpg"), token="x").status_code == 422
    assert stored_files(database) == 0


@pytest.mark.usefixtures("quick")
def test_files_for_an_unknown_code_are_not_looked_at(send, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "remake", None)
    answer = send((b"x", "a.jpg"), code="1913716418518271473681180862")
    assert (answer.status_code, "We know no report with it" in answer.text) == (422, True)


def test_a_request_that_is_cut_off_in_the_middle_is_no_error_of_ours(client: FlaskClient, code, token: str) -> None:
    head = f'--b\r\nContent-Disposition: form-data; name="code"\r\n\r\n{code}\r\n'
    file = '--b\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\n\xff\xd8'
    answer = client.post(
        "/en/receipt/files", data=(head + file).encode(), content_type="multipart/form-data; boundary=b"
    )
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("slika\u202egpj.exe", "slikagpj.exe"),
        ("a" * 300 + ".jpg", "a" * 40 + "…" + "a" * 11 + ".jpg"),
        ("фото (1).jpg", "фото (1).jpg"),
        ("%(name)s %s {{ 7*7 }}.png", "%(name)s %s {{ 7*7 }}.png"),
    ],
)
@pytest.mark.usefixtures("quick")
def test_a_name_is_shown_on_one_line_and_turns_nothing_around(send, name: str, shown: str) -> None:
    assert said(send((b"x", name))) == [f"“{shown}” is with us."]


@pytest.mark.usefixtures("quick")
def test_no_name_is_kept(send, database: Database, two, report: str, caplog) -> None:
    send((b"content", "Jelena_Petrovic_stan.jpg"))
    two[0].press(report, "/take")
    assert "Jelena" not in two[0].open(report)
    assert "Jelena" not in caplog.text


def files_form(page: str) -> dict[str, list[str]]:
    return pages.form(page, "/copy").sent()


@pytest.mark.usefixtures("quick")
def test_only_who_holds_the_report_opens_its_files(send, two, report: str) -> None:
    send((b"x", "a.jpg"))
    two[0].press(report, "/take")
    form = pages.form(two[0].open(report), "/copy")
    assert "<form" in two[1].open(report)
    assert not pages.has_form(two[1].open(report), "/copy")
    [other] = pages.form(two[1].open(report), "/take").sent()["token"]
    answer = two[1].client.post(form.action, data={"token": other, "version": "1"})
    assert answer.status_code == 409
    assert two[1].client.get(form.action.replace("/copy", "/preview")).status_code == 404
    assert two[1].client.post(form.action, data={"token": "x"}).status_code == 422


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("reason", ["", "curious"])
def test_an_original_is_not_given_out_without_a_reason(send, two, report: str, reason: str) -> None:
    send((b"x", "a.jpg"))
    two[0].press(report, "/take")
    answer = two[0].press(report, "/original", reason=reason)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert "Изаберите разлог." in pages.text_of(answer.text)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MODERATOR}, key=str))
def test_no_other_role_opens_files(app, database, settings, send, report: str, role: Role) -> None:
    with database.reader() as session:
        row = session.scalars(sa.select(stored.Report.id)).one()
    with database.unit_of_work() as session:
        person = builders.a_member(session, settings, role, now=NOW)
    from tests.web.desk import come_in

    who = come_in(app, database, settings, person)
    there = f"/desk/reports/{row}/files/{row}"
    assert who.client.get(f"{there}/preview").status_code == 403
    for act in ("copy", "original"):
        assert who.client.post(f"{there}/{act}").status_code == 403


def test_senders_at_once_all_get_an_answer(send, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two are looked at, the third waits its turn."""
    monkeypatch.setattr(remaking, "MAX_SECONDS_IN_LINE", 20)
    picture = [encoded(two_halves().resize((50 + number, 40)), "PNG") for number in range(3)]
    remade: list[Kind] = []
    threads = [threading.Thread(target=lambda one=one: remade.append(remaking.remake(one).kind)) for one in picture]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert remade == [Kind.PICTURE] * 3


def test_requests_are_of_the_kind_that_stays_in_memory(app: Flask) -> None:
    assert app.request_class is Sending
