"""How ODIHR and the Commissioner read what is chosen, with the reason, on the form that members settle with."""

from xml.etree.ElementTree import Element

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.database import Database
from incidents.db.incident import Incident
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import file, propose

CODED = {
    "acts": ["physical_attack"],
    "grounds": ["national_ethnic"],
    "targets": ["roma"],
    "setting": "street",
    "verification": "2",
    "bias_strength": "3",
}


@pytest.fixture
def vesna(app: Flask, database: Database, settings: Settings) -> AtDesk:
    [vesna] = a_desk(app, database, settings, (Role.MODERATOR,))
    return vesna


@pytest.fixture
def report(vesna: AtDesk, database: Database, settings: Settings) -> str:
    path = file(database, settings)
    vesna.press(path, "/take")
    return path


def read_anew(vesna: AtDesk, path: str, ending: str = "/propose", **changes: str | list[str]) -> TestResponse:
    """Press the button of the readings, with these codes chosen."""
    page = vesna.open(path)
    assert f'formaction="{path}/read#readings"' in page
    return vesna.client.post(f"{path}/read", data=pages.form(page, ending).sent(**{**CODED, **changes}))


def lines(page: str) -> list[str]:
    """What is in sight of the readings."""
    [box] = [part for part in pages.parsed(page).iter("section") if part.get("id") == "readings"]
    return [" ".join("".join(part.itertext()).split()) for part in box.iter() if is_line(part)]


def is_line(part: Element) -> bool:
    return part.get("hidden") is None and any(
        part.get(name) is not None for name in ("data-line", "data-in", "data-out")
    )


def test_each_reading_says_why_and_nothing_is_stored(vesna: AtDesk, report: str, database: Database) -> None:
    answer = read_anew(vesna, report)
    assert answer.status_code == 200
    assert lines(answer.text) == [
        "Ишло би у ОДИХР: кривично дело, а иза њега предрасуда.",
        "Насилан напад на људе, због избора: Физички напад без оружја",
        "Злочин из мржње према Ромима, због избора: Роми и Ромкиње",
        "Наведено у члану 2. Закона о забрани дискриминације: Национална припадност или етничко порекло",
        "Област „Јавна сфера / општа јавност“, због врсте места: Улица, трг, пролаз",
    ]
    with database.reader() as session:
        assert session.scalars(sa.select(Incident)).all() == []


def test_what_stays_out_says_why(vesna: AtDesk, report: str) -> None:
    answer = read_anew(vesna, report, acts=["unequal_work"], bias_strength="0")
    found = lines(answer.text)
    assert found[0].startswith("Не би ишло у ОДИХР.")
    assert any(line.startswith("Изоставља се јер ОДИХР не броји") for line in found)
    assert any(line.startswith("Изоставља се јер злочина из мржње нема") for line in found)


def test_what_is_not_checked_stays_marked(vesna: AtDesk, report: str) -> None:
    found = lines(read_anew(vesna, report, setting="home").text)
    assert any("још није проверено" in line for line in found)


def test_what_was_chosen_stays_and_a_code_that_is_none_is_passed_over(vesna: AtDesk, report: str) -> None:
    answer = read_anew(vesna, report, acts=["threat", "martian"])
    sent = pages.form(answer.text, "/propose").sent()
    assert sent["acts"] == ["threat"]
    assert sent["verification"] == ["2"]
    assert any(line.startswith("Претња, због избора:") for line in lines(answer.text))


def test_an_old_form_is_refused(vesna: AtDesk, report: str) -> None:
    assert read_anew(vesna, report, token="x").status_code == 422


def test_an_incident_is_read_too(vesna: AtDesk, database: Database, settings: Settings) -> None:
    incident = propose(vesna, file(database, settings))
    answer = read_anew(vesna, incident, "/revise")
    assert lines(answer.text)[0].startswith("Ишло би у ОДИХР")
