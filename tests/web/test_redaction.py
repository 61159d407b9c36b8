"""A redacted copy from the report's page to the struck one; who sees it; what is typed wrong."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from incidents.adapters.remaking import remake
from incidents.config import Settings
from incidents.core.files import FilePart
from incidents.core.receipt import ReceiptCode
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.report import FilePiece, SentFile
from incidents.services import files
from tests import builders, pages
from tests.adapters.test_remaking import complaint, with_notes
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk

BOX = {"page": ["1", "1"], "left": ["10", ""], "top": ["10", ""], "width": ["80", ""], "height": ["30,5", ""]}


@pytest.fixture
def code(two: list[AtDesk], database: Database, settings: Settings) -> ReceiptCode:
    with database.unit_of_work() as session:
        return builders.send(session, a_report(), settings, now=NOW)


@pytest.fixture
def report(code: ReceiptCode, database: Database) -> str:
    with database.reader() as session:
        return f"/desk/reports/{builders.only_report(session)}"


def add(database: Database, settings: Settings, code: ReceiptCode, content: bytes) -> None:
    with database.unit_of_work() as session:
        files.add_file(session, code, content, remake(content), today=NOW.date(), pepper=settings.pepper)


def begin(who: AtDesk, report: str) -> str:
    who.press(report, "/take")
    answer = who.press(report, "/redacted/begin")
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def draw(who: AtDesk, there: str, **changes: object) -> object:
    form = pages.form(who.open(there), "/redacted/draw")
    hidden = {name: form.sent()[name] for name in ("token", "version")}
    return who.client.post(form.action, data={**hidden, **BOX, **changes})


def stored(database: Database) -> tuple[set[FilePart], int, int]:
    """The parts that are stored, how many pieces there are, and how many the file says that it has."""
    with database.reader() as session:
        pieces = session.scalars(sa.select(FilePiece.part)).all()
        return set(pieces), len(pieces), session.scalars(sa.select(SentFile.pieces)).one()


def test_a_redacted_copy_is_made_seen_saved_and_struck(two, report: str, code, database, settings) -> None:
    add(database, settings, code, with_notes())
    ana = two[0]
    there = begin(ana, report)
    answer = draw(ana, there)
    assert answer.status_code == 303
    shown = answer.headers["Location"]
    picture = Image.open(io.BytesIO(ana.client.get(f"{shown}1").data)).convert("L")
    wide, high = picture.size
    assert picture.crop((wide // 10 + 1, high // 10 + 1, wide * 9 // 10, high * 4 // 10)).getextrema()[1] <= 2
    saved = ana.client.get(f"{shown}file")
    assert saved.headers["Content-Disposition"] == 'attachment; filename="redacted.jpg"'
    assert saved.data == ana.client.get(f"{shown}1").data
    assert stored(database)[0] == {*FilePart}
    assert "Зацрњен је 1 правоугаоник." in pages.text_of(ana.open(shown))
    assert "Зацрњена копија" in ana.open(report)
    assert pages.parsed(ana.open(there)).findall(".//{http://www.w3.org/2000/svg}rect")[0].get("height") == "30.5"
    before = stored(database)
    assert draw(ana, there, height=["50", ""]).status_code == 303  # in place of the one before
    assert stored(database) == before
    assert ana.press(shown, "/strike").status_code == 303
    assert ana.client.get(shown).status_code == 404
    parts, pieces, told = stored(database)
    assert FilePart.REDACTED not in parts
    assert pieces == told
    with database.reader() as session:
        told = [entry.action for entry, _ in entries(session) if entry.action.endswith(("redact", "redacted"))]
    assert told == ["redact", "redact", "strike_redacted"]


def test_each_page_of_a_document_has_boxes_of_its_own(two, report: str, code, database, settings) -> None:
    add(database, settings, code, complaint(3))
    there = begin(two[0], report)
    shown = draw(two[0], there, page=["3", "1"], left=["0", ""], top=["0", ""], width=["100", ""], height=["100", ""])
    address = shown.headers["Location"]
    brightest = [
        Image.open(io.BytesIO(two[0].client.get(f"{address}{number}").data)).convert("L").getextrema()[1]
        for number in (1, 2, 3)
    ]
    assert [bright > 200 for bright in brightest] == [True, True, False]
    assert two[0].client.get(f"{address}4").status_code == 404
    assert two[0].client.get(f"{address}file").mimetype == "application/pdf"


@pytest.mark.parametrize(
    ("changes", "status", "told"),
    [
        ({"left": ["десет", ""]}, 422, "Правоугаоник 1: упишите бројеве од 0 до 100."),
        ({"page": ["2", "1"]}, 422, "Правоугаоник 1 је ван стране."),
        ({"width": ["0", ""]}, 422, "Правоугаоник 1 нема ширину или висину."),
        ({"left": ["", ""], "top": ["", ""], "width": ["", ""], "height": ["", ""]}, 422, "Нацртајте или упишите"),
        ({"token": "stale"}, 422, "Ова страница је застарела."),
    ],
)
def test_what_is_no_box_is_told_and_kept(two, report, code, database, settings, changes, status, told) -> None:
    add(database, settings, code, with_notes())
    answer = draw(two[0], begin(two[0], report), **changes)
    assert (answer.status_code, told in pages.text_of(answer.text)) == (status, True)
    assert FilePart.REDACTED not in stored(database)[0]
    kept = pages.form(answer.text, "/redacted/draw").sent()
    typed = {**BOX, **changes}
    assert [kept[name][0] for name in ("left", "width")] == [typed["left"][0], typed["width"][0]]


def test_boxes_can_be_looked_at_before_anything_is_kept(two, report, code, database, settings) -> None:
    add(database, settings, code, with_notes())
    answer = draw(two[0], begin(two[0], report), look="1")
    assert answer.status_code == 200
    [box] = pages.parsed(answer.text).findall(".//{http://www.w3.org/2000/svg}rect")
    assert (box.get("x"), box.get("height")) == ("10.0", "30.5")
    assert FilePart.REDACTED not in stored(database)[0]


def test_only_who_has_taken_the_report_and_opened_the_copy_draws(two, report, code, database, settings) -> None:
    add(database, settings, code, with_notes())
    ana, boris = two
    ana.press(report, "/take")
    form = pages.form(ana.open(report), "/redacted/begin")
    there = form.action.replace("begin", "draw")
    assert ana.client.get(there).status_code == 404
    assert ana.client.post(form.action, data=form.sent()).status_code == 303
    assert ana.client.get(there).status_code == 200
    draw(ana, there)
    shown = there.replace("draw", "")
    for path in (there, shown, f"{shown}1", f"{shown}file"):
        assert boris.client.get(path).status_code == 404
    assert boris.client.post(there, data=form.sent()).status_code in {404, 422}
