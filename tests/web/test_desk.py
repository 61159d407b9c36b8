from typing import Any
from uuid import UUID
from xml.etree.ElementTree import tostring

import html5lib
import pytest
import sqlalchemy as sa
from flask import Flask

from incidents.adapters import data_files
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import Decision, Handling
from incidents.core.receipt import ReceiptCode
from incidents.db import report as stored
from incidents.db.audit import AuditEntry
from incidents.db.database import Database
from incidents.db.incident import Incident, codes_of
from incidents.db.report import MessageKind
from incidents.services import receipts
from incidents.services.withdrawal import withdraw_report
from incidents.web.desk import shown
from tests import builders, pages, plain_pages
from tests.builders import a_report
from tests.conftest import NOW
from tests.web.desk import AtDesk, a_desk

SETTLERS = (Role.MODERATOR, Role.REVIEWER, Role.PUBLISHER)
NOBODY = "00000000-0000-4000-8000-000000000000"
ASSESSED = {"verification": "2", "bias_strength": "1"}


@pytest.fixture
def two(app: Flask, database: Database, settings: Settings) -> list[AtDesk]:
    return a_desk(app, database, settings, SETTLERS, SETTLERS)


@pytest.fixture
def filed(two: list[AtDesk], database: Database, settings: Settings) -> str:
    """The address of one report that waits."""
    return file(database, settings)


def file(database: Database, settings: Settings, **changes: Any) -> str:
    with database.unit_of_work() as session:
        before = set(session.scalars(sa.select(stored.Report.id)))
        builders.send(session, a_report(**changes), settings, now=NOW)
        [report] = set(session.scalars(sa.select(stored.Report.id))) - before
    return f"/desk/reports/{report}"


def file_with_code(database: Database, settings: Settings) -> tuple[str, ReceiptCode]:
    """The address at the desk, and what the reporter holds."""
    with database.unit_of_work() as session:
        code = builders.send(session, a_report(), settings, now=NOW)
        return f"/desk/reports/{builders.only_report(session)}", code


def propose(who: AtDesk, report: str, **changes: str | list[str]) -> str:
    """Take a report, propose an incident from it; gives the incident's address."""
    who.press(report, "/take")
    assert who.press(report, "/propose", **{**ASSESSED, **changes}).status_code == 303
    incident = pages.form(who.open(report), "/unlink")
    assert incident
    with who.client.application.extensions["incidents"].database.reader() as session:
        row = session.get_one(stored.Report, UUID(report.rsplit("/", 1)[1]))
    return f"/desk/incidents/{row.incident_id}"


def test_a_decision_leads_on_to_the_next_proposal_of_a_colleague(two, database, settings) -> None:
    ana, boris = two
    proposed = {propose(ana, file(database, settings)) for _ in range(2)}
    first = boris.client.get("/desk/incidents/next").location
    assert first in proposed
    assert 'data-key="y"' not in boris.open(first)
    boris.press(first, "/accept")
    assert 'href="/desk/incidents/next" data-key="y"' in boris.open(first)
    assert {boris.client.get("/desk/incidents/next").location} == proposed - {first}
    assert ana.client.get("/desk/incidents/next").location == "/desk/incidents/"


def only_incident(database: Database) -> Incident:
    with database.reader() as session:
        return session.scalars(sa.select(Incident).options(sa.orm.selectinload(Incident.codes))).one()


def test_the_queue_names_what_waits_and_the_reports_words_stay_shut_until_it_is_taken(two, filed) -> None:
    assert filed in two[0].open("/desk/")
    assert "одакле сам дошао" not in two[0].open(filed)
    two[0].press(filed, "/take")
    assert "одакле сам дошао" in pages.text_of(two[0].open(filed))
    assert "одакле сам дошао" not in two[1].open(filed)


def test_cyrillic_words_can_be_read_in_latin_letters(two, filed) -> None:
    two[0].press(filed, "/take")
    assert "Vikali su mi da idem odakle sam došao" in pages.text_of(two[0].open(filed))


def test_marks_that_turn_text_around_are_written_out(two, database, settings) -> None:
    report = file(database, settings, words="ime \u202egpj.exe\u202c שלום 👩‍🦽")
    two[0].press(report, "/take")
    assert "ime [U+202E]gpj.exe[U+202C] שלום 👩‍🦽" in pages.text_of(two[0].open(report))


def test_what_a_reporter_typed_is_never_markup(two, database, settings) -> None:
    typed = '<script>alert(1)</script><img src=x onerror="alert(1)">'
    report = file(database, settings, words=typed, place=typed)
    two[0].press(report, "/take")
    page = two[0].open(report)
    assert pages.text_of(page).count(typed) >= 2
    assert [one.get("src", "")[:11] for one in pages.parsed(page).iter("script")] == ["/static/js/"] * 3
    assert list(pages.parsed(page).iter("img")) == []


def test_the_form_is_filled_with_what_was_reported(two, filed) -> None:
    two[0].press(filed, "/take")
    sent = pages.form(two[0].open(filed), "/propose").sent()
    assert (sent["place"], sent["year"], sent["month"]) == (["Суботица"], ["2026"], ["10"])
    assert sorted(sent["acts"]) == ["threat", "verbal_insult"]
    assert (sent["grounds"], sent["setting"]) == (["national_ethnic"], ["street"])


def test_what_one_proposes_another_accepts(two, filed, database) -> None:
    incident = propose(two[0], filed)
    assert two[1].press(incident, "/accept").status_code == 303
    row = only_incident(database)
    assert (row.decision, row.accepted_on) == (Decision.ACCEPTED, NOW.date())
    assert (row.place, row.year, row.month) == ("80438", 2026, 10)
    assert codes_of(row, "act_type") == {"threat", "verbal_insult"}


def test_nobody_accepts_their_own_proposal(two, filed, database) -> None:
    incident = propose(two[0], filed)
    page = two[0].open(incident)
    assert not pages.has_form(page, "/accept")
    token = pages.form(page, "/revise").sent()
    answer = two[0].client.post(f"{incident}/accept", data={"token": token["token"], "version": token["version"]})
    assert answer.status_code == 409
    assert only_incident(database).decision is Decision.PROPOSED


def test_a_returned_incident_names_what_is_not_shared_and_is_settled_anew(two, filed, database) -> None:
    incident = propose(two[0], filed)
    assert two[1].press(incident, "/return", why_place="reads_otherwise").status_code == 303
    assert "Место: у пријави пише друкчије" in pages.text_of(two[0].open(incident))
    assert two[0].press(incident, "/revise", place="Сента").status_code == 303
    row = only_incident(database)
    assert (row.decision, row.place) == (Decision.PROPOSED, "80365")


def test_the_second_person_reads_the_summary_where_they_decide_and_takes_nothing_away(two, filed, database) -> None:
    incident = propose(two[0], filed)
    two[0].press(filed, "/summary", summary="Групи је прећено и речено јој је да оде.")
    assert "Групи је прећено и речено јој је да оде." in pages.text_of(two[1].open(incident))
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report.lease_member_id)).one() == two[0].member.id


def test_a_summary_of_something_hard_stays_folded_for_whoever_wants_that(two, filed) -> None:
    incident = propose(two[0], filed, acts=["threat"])
    two[0].press(filed, "/summary", summary="Пребијен је.")
    [fold] = [
        one for one in pages.parsed(two[1].open(incident)).iter("details") if "fold" in (one.get("class") or "").split()
    ]
    assert fold.get("open") is None
    assert "Пребијен је." in "".join(fold.itertext())


def test_what_is_not_shared_is_no_mistake_of_whoever_opens_the_incident(two, filed) -> None:
    incident = propose(two[0], filed)
    two[1].press(incident, "/return", why_place="reads_otherwise")
    assert "треба поново погледати" not in pages.text_of(two[0].open(incident))


HIT = {"genders": ["woman", "prefer_not"], "ages": ["14_17", "18_29"], "reported_to": ["police"]}


def test_who_was_hit_and_where_it_was_reported_can_be_left_open(two, filed) -> None:
    incident = propose(two[0], filed)
    assert not HIT.keys() & pages.form(two[0].open(incident), "/revise").sent().keys()


def test_who_was_hit_and_where_it_was_reported_is_shown_as_it_was_ticked(two, filed, database) -> None:
    incident = propose(two[0], filed, **HIT)
    assert codes_of(only_incident(database), "age_band") == {"14_17", "18_29"}
    shown = pages.points(two[1].open(incident))
    assert (shown["Пол или род особа на мети"], shown["Коме је пријављено"]) == ("Жена; Не желим да кажем", "Полицији")
    form = pages.form(two[1].open(incident), "/revise")
    assert {name: form.sent()[name] for name in HIT} == HIT
    two[1].client.post(form.action, data=form.sent(reported_to=["none"]))
    assert pages.form(two[0].open(incident), "/revise").sent()["reported_to"] == ["none"]
    assert pages.points(two[0].open(incident)) == {**shown, "Коме је пријављено": "Никоме"}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("genders", "Пол или род особа на мети"),
        ("ages", "Старост особа на мети"),
        ("reported_to", "Коме је пријављено"),
        ("setting", "Врста места"),
    ],
)
def test_who_was_hit_and_where_it_was_reported_can_be_what_is_not_shared(two, filed, reason, said) -> None:
    incident = propose(two[0], filed)
    two[1].press(incident, "/return", **{f"why_{reason}": "not_said"})
    assert f"{said}: у пријави то не пише" in pages.text_of(two[0].open(incident))


def test_a_stale_save_compares_who_was_hit_and_where_it_was_reported(two, filed) -> None:
    incident = propose(two[0], filed, **HIT)
    seen_early = pages.form(two[1].open(incident), "/revise")
    two[0].press(incident, "/revise", genders=["man"], reported_to=[])
    answer = two[1].client.post(seen_early.action, data=seen_early.sent(ages=["65_plus"]))
    assert answer.status_code == 409
    differing = [row[1:] for row in pages.rows(answer.text) if "разликује" in row[0]]
    assert differing == [["Жена; Не желим да кажем", "Мушкарац"], ["65 и више", "14-17; 18-29"], ["Полицији", "–"]]


def test_a_stale_save_is_refused_shows_both_versions_and_keeps_what_was_typed(two, filed, database) -> None:
    incident = propose(two[0], filed)
    seen_early = pages.form(two[1].open(incident), "/revise")
    assert two[0].press(incident, "/revise", place="Сента", month="9").status_code == 303
    answer = two[1].client.post(seen_early.action, data=seen_early.sent(place="Чока", month="8"))
    assert answer.status_code == 409
    differing = [row[1:] for row in pages.rows(answer.text) if "разликује" in row[0]]
    assert differing == [["август 2026.", "септембар 2026."], ["Чока", "Сента"]]
    kept = pages.form(answer.text, "/revise").sent()
    assert (kept["place"], kept["month"]) == (["Чока"], ["8"])
    assert only_incident(database).place == "80365"


def test_after_comparing_the_second_save_goes_through(two, filed, database) -> None:
    incident = propose(two[0], filed)
    seen_early = pages.form(two[1].open(incident), "/revise")
    two[0].press(incident, "/revise", place="Сента")
    refused = two[1].client.post(seen_early.action, data=seen_early.sent(place="Чока"))
    again = pages.form(refused.text, "/revise")
    assert two[1].client.post(again.action, data=again.sent()).status_code == 303
    assert only_incident(database).place == "80489"


def test_a_report_settled_by_a_colleague_meanwhile_shows_both_and_goes_on_as_a_revision(two, filed, database) -> None:
    two[0].press(filed, "/take")
    seen_early = pages.form(two[0].open(filed), "/propose")
    propose(two[1], filed, place="Сента")
    answer = two[0].client.post(seen_early.action, data=seen_early.sent(place="Чока", **ASSESSED))
    assert answer.status_code == 409
    assert ["Чока", "Сента"] in [row[1:] for row in pages.rows(answer.text)]
    again = pages.form(answer.text, "/revise")
    assert two[0].client.post(again.action, data=again.sent()).status_code == 303
    assert only_incident(database).place == "80489"


def test_a_report_taken_over_by_a_colleague_keeps_the_form_and_can_be_taken_back_with_it(two, filed, database) -> None:
    two[0].press(filed, "/take")
    mine = pages.form(two[0].open(filed), "/propose")
    two[1].press(filed, "/take")
    answer = two[0].client.post(mine.action, data=mine.sent(place="Чока", **ASSESSED))
    assert answer.status_code == 409
    assert two[1].member.name in pages.text_of(answer.text)
    again = pages.form(answer.text, "/propose").sent(take_over="yes")
    assert two[0].client.post(mine.action, data=again).status_code == 303
    assert only_incident(database).place == "80489"


def test_a_place_of_several_is_asked_back_and_the_answer_counts(two, filed, database) -> None:
    two[0].press(filed, "/take")
    answer = two[0].press(filed, "/propose", place="Палилула", **ASSESSED)
    assert answer.status_code == 422
    again = pages.form(answer.text, "/propose")
    nis = next(code for code, one in data_files.places().municipalities.items() if one.names["en"] == "Palilula (Niš)")
    assert f'value="{nis}"' in answer.text
    assert two[0].client.post(again.action, data=again.sent(place_code=nis)).status_code == 303
    assert only_incident(database).place == nis


def test_of_a_city_alone_the_district_is_settled(two, filed, database) -> None:
    two[0].press(filed, "/take")
    answer = two[0].press(filed, "/propose", place="Beograd", **ASSESSED)
    again = pages.form(answer.text, "/propose")
    assert two[0].client.post(again.action, data=again.sent(place_code="00")).status_code == 303
    assert only_incident(database).place == "00"


def test_a_place_nobody_knows_is_asked_for_again_and_nothing_typed_is_lost(two, filed) -> None:
    two[0].press(filed, "/take")
    answer = two[0].press(filed, "/propose", place="Негде тамо", month="9", acts=["arson"], **ASSESSED)
    assert answer.status_code == 422
    sent = pages.form(answer.text, "/propose").sent()
    assert (sent["place"], sent["month"], sent["acts"]) == (["Негде тамо"], ["9"], ["arson"])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verification": ""}, "Наведите колико је проверено."),
        ({"bias_strength": ""}, "Наведите какви знаци предрасуде постоје."),
        ({"year": "прошле"}, "Упишите годину са четири цифре"),
        ({"year": "1875"}, "Ова година не може бити тачна."),
        ({"month": "12"}, "Тај датум тек долази."),
        ({"acts": []}, "Означите шта се догодило."),
        ({"grounds": []}, "Означите бар једно лично својство."),
        ({"acts": ["not_sure"]}, "Један од ових избора се у међувремену променио."),
        ({"genders": ["no_such_code"]}, "Један од ових избора се у међувремену променио."),
        ({"reported_to": ["none", "police"]}, "„Никоме“ и „Није познато“ стоје само без других одговора."),
        ({"setting": ""}, "Изаберите врсту места."),
        ({"setting": "no_such_code"}, "Један од ових избора се у међувремену променио."),
        ({"place": "На интернету"}, "Ова врста места није на интернету."),
    ],
)
def test_what_cannot_be_settled_is_said_in_words(two, filed, database, changes, said) -> None:
    two[0].press(filed, "/take")
    answer = two[0].press(filed, "/propose", **{**ASSESSED, **changes})
    assert answer.status_code == 422
    assert said in pages.text_of(answer.text)
    with database.reader() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 0


def test_a_second_report_of_the_same_is_offered_the_incident_and_linked(two, filed, database, settings) -> None:
    incident = propose(two[0], filed)
    twin = file(database, settings, words="И ја сам то видела.")
    two[1].press(twin, "/take")
    assert two[1].press(twin, "/link").status_code == 303
    assert "2 пријаве" in pages.text_of(two[0].open(incident))
    with database.reader() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Incident)) == 1


def test_linking_to_nothing_is_refused(two, filed, database) -> None:
    two[0].press(filed, "/take")
    sent = pages.form(two[0].open(filed), "/propose").sent()
    data = {"token": sent["token"], "version": sent["version"]}
    assert two[0].client.post(f"{filed}/link", data={**data, "incident": "x"}).status_code == 400
    assert two[0].client.post(f"{filed}/link", data={**data, "incident": NOBODY}).status_code == 404


def test_a_report_is_set_aside_with_a_reason_and_brought_back(two, filed, database) -> None:
    two[0].press(filed, "/take")
    assert two[0].press(filed, "/set-aside", reason="").status_code == 422
    assert two[0].press(filed, "/set-aside", reason="abuse").status_code == 303
    assert filed not in two[0].open("/desk/")
    assert two[0].press(filed, "/bring-back").status_code == 303
    assert filed in two[0].open("/desk/")


def test_a_question_reaches_the_reporter_and_the_answer_the_desk(two, database, settings) -> None:
    with database.unit_of_work() as session:
        code = builders.send(session, a_report(), settings, now=NOW)
        report = f"/desk/reports/{builders.only_report(session)}"
    two[0].press(report, "/take")
    assert two[0].press(report, "/ask", question="Да ли је било сведока?").status_code == 303
    with database.reader() as session:
        found = receipts.open_receipt(session, code, pepper=settings.pepper)
    assert [message.text for message in found.exchanges] == ["Да ли је било сведока?"]
    assert "Да ли је било сведока?" in pages.text_of(two[0].open(report))


@pytest.mark.parametrize(("typed", "said"), [("  ", "Прво напишите нешто."), ("а" * 2001, "Предугачко је.")])
def test_a_question_that_cannot_be_sent_is_kept(two, filed, typed, said) -> None:
    two[0].press(filed, "/take")
    answer = two[0].press(filed, "/ask", question=typed)
    assert answer.status_code == 422
    assert said in pages.text_of(answer.text)
    assert pages.form(answer.text, "/ask").sent()["question"] == [typed]


def test_a_report_put_back_waits_again_and_shuts(two, filed, database) -> None:
    two[0].press(filed, "/take")
    assert two[0].press(filed, "/put-back").status_code == 303
    assert "одакле сам дошао" not in two[0].open(filed)
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report.handling)).all() == [Handling.RECEIVED]


def test_an_act_without_the_sessions_token_changes_nothing(two, filed, database) -> None:
    foreign = pages.form(two[1].open(filed), "/take").sent()
    refused = two[0].client.post(f"{filed}/take", data=foreign)
    assert refused.status_code == 422
    assert "Ова страница је застарела" in pages.text_of(refused.text)
    with database.reader() as session:
        assert session.scalars(sa.select(stored.Report.handling)).all() == [Handling.RECEIVED]


@pytest.mark.parametrize("path", [f"/desk/reports/{NOBODY}", f"/desk/incidents/{NOBODY}", "/desk/releases/9/x.csv"])
def test_what_is_not_there_is_not_found(two, path) -> None:
    assert two[0].client.get(path).status_code == 404


OPEN_TO = {
    Role.MODERATOR: {
        "/desk/",
        "/desk/incidents/",
        "/desk/intake/hu",
        "/desk/search/",
        "/desk/times/",
        "/desk/members/",
        "/desk/retention/",
    },
    Role.REVIEWER: {"/desk/incidents/", "/desk/members/", "/desk/retention/"},
    Role.PUBLISHER: {"/desk/releases/", "/desk/notices/"},
    Role.AUDITOR: {"/desk/audit", "/desk/retention/"},
    Role.ADMINISTRATOR: {"/desk/members/"},
    Role.PARTNER: {"/desk/tables/"},
}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_enters_its_own_parts_and_no_other(app, database, settings, role) -> None:
    [who] = a_desk(app, database, settings, (role,))
    parts = ["/desk/incidents/", "/desk/intake/hu", "/desk/releases/", "/desk/notices/", "/desk/audit"]
    parts += ["/desk/tables/", "/desk/search/", "/desk/times/", "/desk/members/", "/desk/retention/"]
    entered = {path for path in parts if who.client.get(path).status_code == 200}
    assert entered == OPEN_TO[role] - {"/desk/"}
    first = who.client.get("/desk/")
    lands_in = {"/desk/"} if role is Role.MODERATOR else OPEN_TO[role]
    assert (first.headers.get("Location") or "/desk/") in lands_in


def test_every_page_of_the_desk_is_valid_and_kept_by_nobody(app, database, settings) -> None:
    one, other = a_desk(app, database, settings, Role, Role)
    report = file(database, settings)
    incident = propose(one, report)
    for path in (
        "/desk/",
        report,
        incident,
        "/desk/incidents/",
        "/desk/intake/rom",
        "/desk/releases/",
        "/desk/notices/",
        "/desk/notices/help/hu",
        "/desk/audit",
        "/desk/search/",
        "/desk/times/",
        "/desk/keys/",
    ):
        answer = other.client.get(path)
        parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
        tree = parser.parse(answer.text)
        assert [error for _, error, _ in parser.errors] == [], path
        assert tostring(plain_pages.read(answer.text)) == tostring(tree), path
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Content-Encoding" not in answer.headers


def test_the_trail_says_who_did_what_and_not_a_word_of_it(two, filed, database) -> None:
    propose(two[0], filed)
    with database.reader() as session:
        rows = session.scalars(sa.select(AuditEntry)).all()
    settling = [row.action for row in rows if row.action in {"take", "propose", "link"}]
    assert settling == ["take", "propose", "link"]
    assert "одакле" not in " ".join(f"{row.before}{row.after}{row.reason}" for row in rows)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, None),
        ({"origin": "app"}, "Послато из апликације"),
        ({"origin": "batch", "partner": "praxis"}, "Из групе пријава организације praxis"),
    ],
)
def test_a_report_says_how_it_came_unless_by_the_form(app: Flask, changes: dict[str, str], told: str | None) -> None:
    with app.test_request_context():
        points = {point.name: point.text for point in shown.points_of_report(builders.a_report(**changes))}
    assert points.get("Како је стигло") == told


def test_a_correction_of_the_reporter_is_marked_in_the_queue_and_stands_out(two, database, settings) -> None:
    report, code = file_with_code(database, settings)
    propose(two[0], report)
    assert report not in two[1].open("/desk/")
    with database.unit_of_work() as session:
        sent = {"nonce": builders.a_nonce(), "today": NOW.date(), "pepper": settings.pepper}
        receipts.say(session, code, MessageKind.CORRECTION, "Није била среда.", **sent)
    queue = two[1].open("/desk/")
    assert report in queue
    assert "стигло је нешто ново" in queue
    two[1].press(report, "/take")
    page = two[1].open(report)
    assert "Није била среда." in pages.text_of(page)
    assert report not in two[1].open("/desk/")


def test_who_acts_on_what_they_saw_before_the_reporter_wrote_is_told_so(two, database, settings) -> None:
    report, code = file_with_code(database, settings)
    two[0].press(report, "/take")
    form = pages.form(two[0].open(report), "/propose")
    with database.unit_of_work() as session:
        sent = {"nonce": builders.a_nonce(), "today": NOW.date(), "pepper": settings.pepper}
        receipts.say(session, code, MessageKind.ADDITION, "Сетила сам се: био је и сведок.", **sent)
    answer = two[0].client.post(form.action, data=form.sent(**ASSESSED, place="Сента"))
    assert answer.status_code == 409
    assert "Прво то прочитајте" in pages.text_of(answer.text)
    assert "био је и сведок" in pages.text_of(answer.text)
    assert pages.form(answer.text, "/propose").sent()["place"] == ["Сента"]


def test_a_withdrawn_report_is_a_clear_page_for_who_had_it_open(two, database, settings) -> None:
    report, code = file_with_code(database, settings)
    two[0].press(report, "/take")
    form = pages.form(two[0].open(report), "/ask")
    with database.unit_of_work() as session:
        withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    for answer in (two[0].client.post(form.action, data=form.sent(question="Где?")), two[0].client.get(report)):
        assert answer.status_code == 410
        assert "Повукла ју је особа која је пријавила, 24. 11. 2026." in pages.text_of(answer.text)
    assert "<b>1</b>" in two[1].open("/desk/")


def test_the_trail_shows_the_day_of_a_withdrawal_and_no_time(app, database, settings) -> None:
    [auditor] = a_desk(app, database, settings, (Role.AUDITOR,))
    _, code = file_with_code(database, settings)
    with database.unit_of_work() as session:
        withdraw_report(session, code, today=NOW.date(), pepper=settings.pepper)
    [row] = [row for row in pages.rows(auditor.open("/desk/audit")) if "withdraw_report" in row]
    assert row[2] == "reporter"
    assert ":" not in row[1]


# What the story says of the place.


def test_places_that_the_story_names_are_suggested_but_not_filled_in(two, database, settings) -> None:
    words = "Возили смо се из Сенте у Чачак, код Слатине су нас зауставили."
    report = file(database, settings, place="", words=words)
    two[0].press(report, "/take")
    page = two[0].open(report)
    assert "У причи се помињу места у: Сента, Чачак." in pages.text_of(page)
    assert pages.form(page, "/propose").sent()["place"] != ["Сента"]


def test_the_place_that_the_reporter_gave_is_not_suggested_again(two, database, settings) -> None:
    report = file(database, settings, place="у Суботици", words="Било је у Суботици, испред школе.")
    two[0].press(report, "/take")
    assert "У причи се помињу" not in pages.text_of(two[0].open(report))


def test_what_the_story_names_is_not_shown_to_who_has_not_taken_it(two, database, settings) -> None:
    report = file(database, settings, place="", words="Возили смо се из Сенте у Чачак.")
    assert "У причи се помињу" not in pages.text_of(two[0].open(report))
