"""What a receipt code opens in the browser."""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from types import FrameType

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incidents.adapters import opening, sealing
from incidents.config import Settings
from incidents.core.incident import Handling
from incidents.core.languages import LANGUAGES
from incidents.core.receipt import ReceiptCode
from incidents.core.report import to_bytes
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.db.report import Message, MessageKind
from incidents.services import keys, moderation
from incidents.services.accounts import Member
from incidents.services.destruction import destroy_again
from incidents.services.receipts import UnknownCode
from incidents.web.lookups import A_MINUTE, Lookups
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.builders import a_report
from tests.conftest import NOW

SECRET = "Комшија из броја седам ми је претио."


@pytest.fixture
def desk(database: Database, settings: Settings) -> Member:
    with database.unit_of_work() as session:
        return builders.a_desk(session, settings, now=NOW)[0]


@pytest.fixture
def code(database: Database, settings: Settings, desk: Member) -> ReceiptCode:
    with database.unit_of_work() as session:
        return builders.send(session, a_report(words=SECRET), settings, now=NOW)


@pytest.fixture
def token(app: Flask) -> Callable[[], str]:
    def fresh(minutes: int = 5) -> str:
        with app.test_request_context():
            return new_token(opened_at=NOW - timedelta(minutes=minutes))

    return fresh


@pytest.fixture
def post(client: FlaskClient, token: Callable[[], str]) -> Callable[..., TestResponse]:
    def send(path: str, tag: str = "en", **data: str) -> TestResponse:
        return client.post(f"/{tag}{path}", data={"token": token(), **data})

    return send


def messages(database: Database, desk: Member) -> list[tuple[MessageKind, str]]:
    with database.reader() as session:
        rows = session.scalars(sa.select(Message).order_by(Message.number)).all()
        private = keys.desk_private(session, 1, desk.id, desk.key)
    return [(row.kind, opening.open_message(row.sealed_for_desk, private)) for row in rows]


def ask(database: Database, desk: Member, question: str) -> None:
    with database.unit_of_work() as session:
        report = builders.only_report(session)
        version = moderation.take_report(session, report, member=desk, now=NOW)
        moderation.ask(session, report, question, version=version, member=desk, now=NOW)


def test_an_unknown_code_is_told_from_a_slip(post, code: ReceiptCode) -> None:
    unknown = sealing.code_of_token(b"a token nobody had")
    slip = unknown[:-1] + str((int(unknown[-1]) + 1) % 10)
    assert "We know no report with it" in post("/receipt", code=unknown).text
    assert "slip of a digit" in post("/receipt", code=slip).text


KINDS = ("unknown", "withdrawn", "destroyed", "unknown in a flood", "withdrawn in a flood")
OPENING = {"/receipt": {}, "/receipt/withdraw": {}, "/receipt/files": {}, "/receipt?": {"answer": "И још нешто."}}
"""What is posted with a code: the last says something, by the address of the first."""


@pytest.fixture
def wrong_codes(app: Flask, post, database: Database, settings: Settings, desk: Member) -> dict[str, ReceiptCode]:
    """Of each kind that opens nothing."""
    with database.unit_of_work() as session:
        gone, destroyed = (builders.send(session, a_report(), settings, now=NOW) for _ in range(2))
        session.flush()
        [row] = session.scalars(
            sa.select(stored.Report).where(stored.Report.verifier == sealing.verifier_of(destroyed, settings.pepper))
        )
        destroy_again(session, [row.id], pepper=settings.pepper, now=NOW)
    assert post("/receipt/withdraw", code=gone, sure="yes").status_code == 200
    unknown = sealing.code_of_token(b"a token nobody had")
    return dict(zip(KINDS, (unknown, gone, destroyed, unknown, gone), strict=True))


@pytest.fixture
def flood(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[float]]:
    """Lets guesses take all turns of a second from now on; gives the list of how long is waited for one then."""
    waits: list[float] = []

    def begin() -> list[float]:
        lookups = Lookups(lambda: 0.0, lambda wait_s: waits.append(wait_s))
        app.extensions["incidents"] = replace(app.extensions["incidents"], lookups=lookups)
        for _ in range(A_MINUTE // 60):
            with suppress(UnknownCode), lookups.turn():
                raise UnknownCode
        return waits

    return begin


@pytest.mark.parametrize("path", list(OPENING))
def test_unknown_withdrawn_and_throttled_codes_get_the_same_bytes(
    client: FlaskClient, token, wrong_codes, flood: Callable[[], list[float]], path: str
) -> None:
    def asked(code: ReceiptCode) -> tuple[int, bytes, list[tuple[str, str]]]:
        data = {"token": token(), "code": code, **OPENING[path]}
        answer = client.post(f"/hu{path}", data=data, headers={"Accept-Encoding": "gzip"})
        assert "Ezzel a kóddal" in gzip.decompress(answer.data).decode()
        return answer.status_code, answer.data, list(answer.headers)

    waits: list[float] = []
    answers = []
    for kind, code in wrong_codes.items():
        if kind == "unknown in a flood":
            waits = flood()
        answers.append(asked(code))
    assert answers[0][0] == 422
    assert answers == [answers[0]] * len(KINDS)
    assert len(waits) == 2, "the last two were throttled"


@pytest.mark.parametrize("path", list(OPENING))
def test_unknown_withdrawn_and_throttled_codes_take_the_same_steps(
    client: FlaskClient, token, wrong_codes, flood: Callable[[], list[float]], database: Database, path: str
) -> None:
    """Functions called, hashes made, statements run: where they are the same, time tells nothing about a code."""
    sent = {kind: {"token": token(), "code": code, **OPENING[path]} for kind, code in wrong_codes.items()}
    client.post(f"/hu{path}", data=sent["unknown"])  # draws the page, once for all
    taken: dict[str, list[str]] = {}
    for kind in KINDS:
        if kind == "unknown in a flood":
            flood()
        with steps_of(database) as steps:
            client.post(f"/hu{path}", data=sent[kind])
        taken[kind] = [step for step in steps if step != "monotonic"]  # the clock, which is another one in `flood`
    calm = taken["unknown"]
    for kind in KINDS:
        assert taken[kind] == calm, kind
    assert len([step for step in calm if step.startswith("SELECT")]) == 1
    assert calm.count("digest") >= 1
    assert {"verifier_of", "open_receipt", "turn"} <= set(calm)


@contextmanager
def steps_of(database: Database) -> Iterator[list[str]]:
    """Our functions that are called meanwhile, built-in ones that they call, and statements, one after the other."""
    steps: list[str] = []

    def called(frame: FrameType, what: str, argument: object) -> None:
        if str(frame.f_globals.get("__name__")).startswith("incidents."):
            if what == "call":
                steps.append(frame.f_code.co_name)
            elif what == "c_call":
                steps.append(argument.__name__)  # type: ignore[attr-defined]

    def run(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        steps.append(statement.rstrip("0123456789"))  # of savepoints

    sa.event.listen(database.engine, "before_cursor_execute", run)
    sys.setprofile(called)
    try:
        yield steps
    finally:
        sys.setprofile(None)
        sa.event.remove(database.engine, "before_cursor_execute", run)


def test_in_a_flood_a_right_code_opens(post, code: ReceiptCode, flood: Callable[[], list[float]]) -> None:
    waits = flood()
    for _ in range(30):
        assert post("/receipt", code=code).status_code == 200
    assert max(waits, default=0) == pytest.approx(60 / A_MINUTE)


def test_in_a_flood_nobody_loses_what_they_wrote(post, database, desk, code: ReceiptCode, flood) -> None:
    flood()
    post("/receipt", code=code, answer="И ово сам заборавила.")
    assert messages(database, desk) == [(MessageKind.ADDITION, "И ово сам заборавила.")]


@pytest.mark.parametrize("path", list(OPENING))
def test_a_guess_takes_a_turn_and_never_begins_to_write(
    app: Flask, post, database: Database, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write() -> None:
        raise AssertionError("a guess would hold up everybody who writes")

    monkeypatch.setattr(database, "unit_of_work", write)
    unknown = sealing.code_of_token(b"a token nobody had")
    assert post(path, code=unknown, sure="yes", **OPENING[path]).status_code == 422
    assert app.extensions["incidents"].lookups._taken == pytest.approx(1, abs=0.99)


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("answer", MessageKind.ANSWER),
        ("addition", MessageKind.ADDITION),
        ("correction", MessageKind.CORRECTION),
        ("question", MessageKind.ADDITION),
        ("", MessageKind.ADDITION),
    ],
)
def test_what_is_said_goes_to_the_desk_and_is_not_shown_again(
    post, database: Database, desk: Member, code: ReceiptCode, kind: str, said: MessageKind
) -> None:
    thanks = post("/receipt", tag="sr-Cyrl", code=code, kind=kind, answer="Било је у уторак <b>")
    assert thanks.status_code == 200
    assert 'class="good" role="status"' in thanks.text
    assert "у уторак" not in thanks.text
    assert messages(database, desk) == [(said, "Било је у уторак <b>")]


@pytest.mark.parametrize(
    ("text", "why"),
    [("  \n", "Write something first."), ("", "Write something first."), ("ш" * 5001, "That is too long. Please keep")],
)
def test_what_cannot_be_sent_says_why_and_stays(
    post, database: Database, desk: Member, code: ReceiptCode, text: str, why: str
) -> None:
    again = post("/receipt", code=code, kind="correction", answer=text)
    assert again.status_code == 422
    assert why in pages.text_of(again.text)
    sent = pages.form(again.text, "", own="/en/receipt").sent()
    assert (sent["kind"], sent["answer"]) == (["correction"], [text])
    assert messages(database, desk) == []


def test_a_message_with_a_stale_token_stays_on_the_page(post, database, desk, code: ReceiptCode, token) -> None:
    again = post("/receipt", code=code, answer="још нешто", token=token(minutes=60 * 24 * 8))
    assert (again.status_code, messages(database, desk)) == (422, [])
    form = pages.form(again.text, "", own="/en/receipt")
    assert post("/receipt", **{name: values[0] for name, values in form.sent().items()}).status_code == 200
    assert messages(database, desk) == [(MessageKind.ADDITION, "још нешто")]


def test_a_message_sent_twice_is_kept_once(client: FlaskClient, database, desk, code: ReceiptCode, token) -> None:
    data = {"token": token(), "code": code, "answer": "да"}
    assert [client.post("/en/receipt", data=data).status_code for _ in range(2)] == [200, 200]
    assert len(messages(database, desk)) == 1


def test_only_who_was_asked_is_offered_to_answer(post, database: Database, desk: Member, code: ReceiptCode) -> None:
    before = pages.parsed(post("/receipt", code=code).text)
    assert [one.get("value") for one in before.iter("input") if one.get("name") == "kind"] == ["addition", "correction"]
    ask(database, desk, "Када је то било?")
    page = post("/receipt", code=code).text
    assert "Када је то било?" in pages.text_of(page)
    assert pages.form(page, "", own="/en/receipt").sent()["kind"] == ["answer"]


def test_no_page_behind_a_code_shows_what_was_reported(post, database: Database, desk, code: ReceiptCode) -> None:
    report = to_bytes(a_report(words=SECRET)).decode()
    assert SECRET in report
    ask(database, desk, "Када?")
    shown = [
        post("/receipt", code=code, tag="sr-Cyrl").text,
        post("/receipt", code=code, answer="у петак", tag="sr-Cyrl").text,
        post("/receipt/withdraw", code=code, tag="sr-Cyrl").text,
        post("/receipt/withdraw", code=code, sure="yes", tag="sr-Cyrl").text,
    ]
    for page in shown:
        assert "Комшија" not in page
        assert "Суботици" not in page
        assert "у петак" not in page
        assert list(pages.parsed(page).iter("textarea")) == [] or pages.form(page, "", own="r").sent()["answer"] == [""]


def test_withdrawing_is_explained_first_and_confirmed(post, database: Database, code: ReceiptCode) -> None:
    page = post("/receipt/withdraw", code=code)
    assert page.status_code == 200
    assert "Everything you sent is deleted" in pages.text_of(page.text)
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report.handling)).all() == [Handling.RECEIVED]
    form = pages.form(page.text, "", own="/en/receipt/withdraw")
    gone = post("/receipt/withdraw", **{name: values[0] for name, values in form.sent(sure="yes").items()})
    assert "Your report is deleted" in pages.text_of(gone.text)
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report)).all() == []


def test_nothing_is_withdrawn_without_a_token_of_ours(post, database: Database, code: ReceiptCode) -> None:
    again = post("/receipt/withdraw", code=code, sure="yes", token="x")
    assert "open for too long" in again.text
    with database.reader() as session:
        assert len(session.scalars(sa.select(stored.Report)).all()) == 1


def test_a_withdrawal_with_a_mistyped_code_asks_for_the_code(post, code: ReceiptCode) -> None:
    again = post("/receipt/withdraw", code=code[:-1], sure="yes")
    assert again.status_code == 422
    assert "seven groups of four" in again.text


def test_an_address_without_its_code_leads_to_where_the_code_is_typed(client: FlaskClient, code: ReceiptCode) -> None:
    answer = client.get("/sk/receipt/withdraw")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sk/receipt")


@pytest.mark.parametrize("typed", ["cyrillic keyboard", "full width"])
def test_a_code_typed_with_other_signs_opens(post, code: ReceiptCode, typed: str) -> None:
    signs = {"cyrillic keyboard": "ОІ2Зч56789", "full width": "０１２３４５６７８９"}[typed]
    assert post("/receipt", code=code.translate(str.maketrans("0123456789", signs))).status_code == 200


@pytest.mark.parametrize("tag", [language.tag for language in LANGUAGES])
def test_every_page_behind_a_code_is_valid_and_sweeps_what_the_browser_kept(
    post, database, desk, code: ReceiptCode, tag: str
) -> None:
    import html5lib

    ask(database, desk, "Када?")
    for path, data in (
        ("/receipt", {}),
        ("/receipt", {"answer": ""}),
        ("/receipt", {"answer": "да", "kind": "correction"}),
        ("/receipt/withdraw", {}),
        ("/receipt/withdraw", {"sure": "yes"}),
        ("/receipt", {}),
    ):
        answer = post(path, tag, code=code, **data)
        parser = html5lib.HTMLParser(strict=False)
        parser.parse(answer.text)
        assert [error for _, error, _ in parser.errors] == []
        assert f'<html lang="{tag}">' in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
        assert ("sweep" in answer.text) == (code[:4] in answer.text or "sure" in data)
