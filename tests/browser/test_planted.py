"""Hostile texts in every field that people write in are text on every page: nothing runs, nothing has to be stopped."""

from __future__ import annotations

import csv
import io
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import cycle

import pytest
import sqlalchemy as sa
from flask_wtf import FlaskForm
from playwright.sync_api import Browser, Error
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.fields.core import UnboundField

from incidents.adapters import catalogues, data_files
from incidents.adapters.remaking import Remade
from incidents.core.accounts import Role
from incidents.core.files import MOST_FILES, Kind
from incidents.core.languages import AT_DESK, LANGUAGES
from incidents.core.report import LONGEST_PLACE
from incidents.core.search.query import LONGEST as LONGEST_QUERY
from incidents.db.tables import METADATA
from incidents.services import files, trial
from incidents.services.files import TooManyFiles
from incidents.web import headers
from tests import builders
from tests.attacks import payloads, planted
from tests.attacks.payloads import AROUND, SHAPES
from tests.attacks.planted import LONGEST_PERSON, Planted, plant
from tests.browser import shown, walk
from tests.browser.conftest import Site, served
from tests.browser.test_walk import settle_others
from tests.browser.tour import Tour
from tests.browser.walk import Told, Walker
from tests.browser.watched import Watched, watched
from tests.conftest import settings_in

pytestmark = pytest.mark.browser
TAGS = [language.tag for language in LANGUAGES]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with figures, and local organisations that the operator has written down."""
    folder = tmp_path_factory.mktemp("planted")
    settings = replace(settings_in(folder), help_file=planted.help_file(folder))
    with served(settings, folder) as site:
        settle_others(site)
        with site.database.unit_of_work() as session:
            trial.publish_past_quarters(
                session,
                [member.id for member in site.members],
                vocabulary=data_files.vocabulary(),
                places=data_files.places(),
                label=catalogues.label,
                pepper=settings.pepper,
                now=site.now(),
            )
        yield site


BETWEEN = "<p>{}</p>"
INSIDE = {
    "bare address": '<iframe src="{}"></iframe>',
    "bare address of a page": '<iframe src="{}"></iframe>',
    "a further attribute, double": '<input value="{}">',
    "a further attribute, single": "<input value='{}'>",
    "a further attribute, no quotes": "<input value={}>",
    "style with a motion": '<style>@keyframes k { from { top: 0 } }</style><p title="{}">x</p>',
    "out of a script's words": "<script>var said = '{}';</script>",
    "line ends of a script": "<script>// {}</script>",
    "another ground": "{}<img src=x>",
    "picture never ended": "{}'>",
}
"""Places of a page in which these shapes would act, unescaped; all others act between elements."""
CLICKED = {
    "drawing that sets a link",
    "formula with a link",
    "link",
    "link with a tab",
    "link in references",
    "link with a page in it",
    "link of another language",
    "form",
    "button of another form",
}
"""Shapes that wait for a click. `Watched` finds them lying there."""
READ_TWICE = {
    "script never closed",
    "script in halves",
    "picture with backquotes",
    "comment of an old browser",
    "text in a formula",
    "form in a form",
    "all that follows",
    "letters that become marks",
    "small marks",
    "angles of another book",
    "letters of another script",
    "nothing between",
    "unseen between",
    "references",
    "references by number",
    "references of references",
    "percent",
    "percent twice",
    "escapes of a script",
    "seven bits",
    "too many bytes",
    "bytes read as letters",
    "template of the browser",
    "command of a sheet",
    "mark of another format",
}
"""Shapes that act only where something decodes, cleans or calculates before a browser reads, or in old browsers."""


def show_unescaped(one: Watched, shape: str, policy: str = "") -> None:
    """A page on which a payload stands as it is."""
    number = [*SHAPES].index(shape)
    body = f"<!doctype html><link rel=icon href=data:,>{INSIDE.get(shape, BETWEEN)}"
    body = body.replace("{}", payloads.numbered(shape, number))
    guard = {"Content-Security-Policy": policy} if policy else {}
    address, kind = f"{one.address}/unescaped/{number}", "text/html; charset=utf-8"
    one.context.route(address, lambda route: route.fulfill(body=body, content_type=kind, headers=guard))
    with suppress(Error):  # some lead away at once
        one.page.goto(address, wait_until="commit")


def test_what_is_not_escaped_gives_itself_away(browser: Browser, published: Site) -> None:
    """So that finding nothing means something."""
    silent = []
    with watched(browser, published, with_policy=False) as one:
        for shape in SHAPES.keys() - READ_TWICE:
            before = len(one.acted())
            show_unescaped(one, shape)
            until = time.monotonic() + 5
            while len(one.acted()) == before and time.monotonic() < until:
                if shape in CLICKED:
                    one.look()
                one.page.wait_for_timeout(10)
            if len(one.acted()) == before:
                silent.append(shape)
    assert silent == []


def test_the_policy_alone_stops_what_is_not_escaped(browser: Browser, published: Site) -> None:
    with watched(browser, published) as one:
        for shape in SHAPES.keys() - READ_TWICE - CLICKED:
            show_unescaped(one, shape, headers.policy(with_script=True))
        one.page.goto("about:blank")
        assert one.executed == []
    assert one.reports


def nothing_acted(one: Watched) -> None:
    assert one.executed == []
    assert one.elsewhere == []
    assert one.armed == []
    assert one.reports == []
    assert one.unguarded == []


def said(what: str, told: str) -> None:
    """Figures to be quoted, seen with `-s` or `-rP`."""
    print(f"{what}: {told}")


PAGES = ("", "report/easy", "help", "complaint", "privacy", "languages", "statistics/", "statistics/4/tables/ground/")
PARTS = ("", "search/", "incidents/", "referrals/", "releases/", "notices/", "rules/", "members/", "account", "audit")
SHUNNED = frozenset({"pages.leave", "pages.left", "assets.static_file", "desk.releases.ahead"})
"""Routes that lead out, and figures looked at ahead, which are public pages."""


class Visitor(Walker):
    """Somebody whose browser notices what acts."""

    def __init__(self, one: Watched, tag: str) -> None:
        super().__init__(one.page, tag)
        self.one = one

    def look(self, name: str) -> None:
        self.one.look()


def shown_routes(site: Site, within: str) -> set[str]:
    """Endpoints of the pages and files under an address."""
    assert site.app is not None
    rules = [rule for rule in site.app.url_map.iter_rules() if "GET" in (rule.methods or ())]
    return {rule.endpoint for rule in rules if rule.rule.startswith(within)}


def test_normal_use_gives_the_policy_nothing_to_report(browser: Browser, published: Site) -> None:
    """In every language somebody reports, comes back, says more and reads on; members go through the desk."""
    with watched(browser, published) as one:
        tour = Tour(one, published, shunned=SHUNNED)
        for tag in TAGS:
            visitor = Visitor(one, tag)
            walk.status(visitor, walk.report(visitor, Told()))
            one.page.locator("#answer").fill("Било је и других који су то видели.")
            visitor.press("form:has(#answer) button")
            one.look()
            for path in PAGES:
                tour.open(f"/{tag}/{path}")
        tour.follow("/sr-Cyrl/", "/sr-Cyrl/")
        walk.log_in(Visitor(one, "sr-Cyrl"), published, published.members[0])
        tour.follow("/desk/", "/desk/")
        for language in AT_DESK:
            shown.speak_at_desk(one.page, language.tag)
            for path in PARTS:
                tour.open(f"/desk/{path}")
        nothing_acted(one)
    said("normal use", f"{len(one.opened)} pages, {len(TAGS)} languages, {len(tour.endpoints)} routes, 0 reports")


@dataclass(frozen=True)
class Ground:
    """A site with hostile texts everywhere."""

    site: Site
    planted: Planted


@pytest.fixture(scope="module")
def ground(published: Site) -> Ground:
    return Ground(published, plant(published.database, published.settings, published.members, now=published.now()))


def close(what: str, tour: Tour, *, with_policy: bool = True, least: int = len(SHAPES) // 2) -> None:
    """Nothing acted, and payloads were there to act: `least` different ones."""
    one = tour.one
    nothing_acted(one)
    assert len({number for _page, number in one.sightings}) >= least
    guard = "0 reports" if with_policy else "without policy"
    said(what, f"{len(one.opened)} pages, {len(one.sightings)} payloads read on them, 0 executed, {guard}")


def whole(place: int) -> list[str]:
    """All payloads in one text, in a script, the scripts in turn."""
    script = [*AROUND][place % len(AROUND)]
    return [" ".join(payloads.texts(script))]


def strange(place: int) -> list[str]:
    """A pack of payloads that an address has room for; after all languages each has stood in one."""
    packs = payloads.packed(payloads.texts([*AROUND][place % len(AROUND)]), 1500)
    return [packs[place // len(AROUND) % len(packs)]]


@pytest.mark.parametrize("with_policy", [True, False], ids=["with policy", "escaping alone"])
def test_public_pages_show_it_as_text_in_every_language(browser: Browser, ground: Ground, with_policy: bool) -> None:
    with watched(browser, ground.site, with_policy=with_policy) as one:
        tour = Tour(one, ground.site, {"published.release": 4}, SHUNNED)
        for place, tag in enumerate(TAGS if with_policy else TAGS[-1:]):
            one.open(f"/{tag}/receipt")
            one.press("/receipt", code=str(ground.planted.code))
            for path in ("", "help", *(f"statistics/{number}/" for number in range(1, 5))):
                tour.open(f"/{tag}/{path}")
            one.open(f"/{tag}/report")
            [form] = [form for form in one.forms() if form.action == f"/{tag}/report"]
            one.send(form, "", whole(place))
            tour.ask_strangely(f"/{tag}/", strange(place))
        for path in FILES:
            tour.open(path)
        close("public pages", tour, with_policy=with_policy)


FILES = (
    "/en/statistics/releases.atom",
    "/en/statistics/calendar.ics",
    "/api/v1/releases",
    *(f"/api/v1/releases/{number}/status" for number in range(1, 5)),
    "/api/v1/releases/1",
    "/api/v1/releases/1/datapackage.json",
    "/api/v1/releases/1/structure.xml",
    "/api/v1/releases/1/citation.en.txt",
    "/api/v1/releases/1/tables/ground.en.svg",
    "/api/v1/catalog.jsonld",
)


def typed_fields(*modules: str) -> set[str]:
    """Names of the fields that people type into, of all forms in these modules."""
    return {
        name
        for form in all_forms(FlaskForm)
        if form.__module__.startswith(modules)
        for name, made in vars(form).items()
        if isinstance(made, UnboundField)
        and issubclass(made.field_class, (StringField, TextAreaField))
        and not issubclass(made.field_class, HiddenField)
    }


def all_forms(form: type) -> Iterator[type]:
    for one in form.__subclasses__():
        yield one
        yield from all_forms(one)


@pytest.mark.parametrize("place", range(len(AROUND)), ids=[*AROUND])
def test_public_forms_give_it_back_as_text(browser: Browser, ground: Ground, place: int) -> None:
    """Each button of each form, in a language that is written so or in another."""
    tag = ("sr-Cyrl", "hu", "en")[place]
    with watched(browser, ground.site) as one:
        tour = Tour(one, ground.site, shunned=SHUNNED)
        paths = ["report", "report/easy", "receipt", "help", "complaint", "statistics/1/tables/ground/"]
        tour.type_into_all([f"/{tag}/{path}" for path in paths], whole(place))
        close("public forms", tour)
        assert typed_fields("incidents.web.reporting", "incidents.web.help") - one.filled == {"answer"}


def test_what_a_script_shows_of_the_answers_is_text(browser: Browser, ground: Ground) -> None:
    """The last step, where the page's own script shows everything that was typed before it is sent."""
    with watched(browser, ground.site) as one:
        for place, tag in enumerate(("sr-Cyrl", "hu", "en")):
            one.open(f"/{tag}/report")
            [text] = whole(place)
            one.page.locator("[name=role][value=organisation]").check()
            for _ in range(20):
                typed = one.page.locator(
                    ".step:not([hidden]) :is(input:not([type]), [type=text], [type=url], textarea)"
                )
                for line in typed.all():
                    if line.is_visible():
                        line.fill(text)
                on = one.page.locator(".step:not([hidden]) .step__on button:not(.button--plain)")
                if not on.count():
                    break
                on.click()
            one.page.locator("[data-answers] dt").first.wait_for()
            one.look()
            assert one.page.locator("[data-answers]").inner_text().count("ran(") > len(SHAPES)
        nothing_acted(one)


OPENED_OTHERWISE = {
    *("accounts.login", "accounts.forgot", "accounts.invited.welcome"),  # typed into, below
    *("desk.files.pages", "desk.files.page", "desk.files.preview"),  # by buttons, below
    *("desk.redaction.show", "desk.redaction.draw", "desk.redaction.page", "desk.redaction.save"),
    *("desk.batches.template", "desk.releases.ahead"),  # a file of ours, and public pages
    *("desk.codings.exercise", "desk.odihr.show", "desk.retention.show"),  # codes and dates
}
"""Routes that no link of the desk leads to here, or that show no words."""
MOST_AT_DESK = {
    "desk.reports.show": 60,
    "accounts.colleagues.show": 6,
    "desk.incidents.show": 6,
    "desk.rules.show": 6,
    "desk.releases.file": 2,
}


@pytest.mark.parametrize("with_policy", [True, False], ids=["with policy", "escaping alone"])
def test_the_desk_shows_it_as_text(browser: Browser, ground: Ground, with_policy: bool) -> None:
    """Every page in one language, with all reports; each kind of page in the others."""
    site = ground.site
    with watched(browser, site, with_policy=with_policy) as one:
        walk.log_in(Visitor(one, "sr-Cyrl"), site, site.members[0])
        tour = Tour(one, site, MOST_AT_DESK if with_policy else {}, SHUNNED)
        for language in AT_DESK if with_policy else AT_DESK[:1]:
            shown.speak_at_desk(one.page, language.tag)
            for path in at_known_addresses(ground.planted):
                tour.open(path)
            tour.follow("/desk/", "/desk/")
            tour.most = {}
        if with_policy:
            assert shown_routes(site, "/desk") - tour.endpoints.keys() <= OPENED_OTHERWISE
        close("the desk", tour, with_policy=with_policy)


def at_known_addresses(planted: Planted) -> Iterator[str]:
    """Pages that no link leads to, and those with the most to show."""
    for report in planted.talked:
        yield f"/desk/reports/{report}"
    for bulk in planted.bulks:
        yield f"/desk/clusters/done/{bulk}"
    yield f"/desk/reports/{planted.talked[0]}/hand-over"
    yield f"/desk/referrals/{planted.referral}"


DRESSING = re.compile(r"/files/[^/]+/copy: .*(inline style|style-src)")
"""A picture alone in a tab: there the policy refuses the browser its own style for pictures, and nothing of ours."""


def test_what_is_opened_at_the_desk_by_a_button_is_text(browser: Browser, ground: Ground) -> None:
    site, report = ground.site, ground.planted.talked[0]
    with watched(browser, site) as one:
        walk.log_in(Visitor(one, "en"), site, site.members[0])
        tour = Tour(one, site, shunned=SHUNNED)
        shown.speak_at_desk(one.page, "en")
        tour.open("/desk/clusters/")
        one.press("/clusters/")
        [group] = [form.action for form in one.forms() if len(form.action) > len("/desk/clusters/")][:1]
        one.press(group)
        one.press("/clusters/act", comment=whole(0)[0])
        tour.open(f"/desk/referrals/{ground.planted.referral}")
        one.press("/letter")
        for rule in [path for path in opened_from(tour, "/desk/rules/") if "new" not in path][:2]:
            tour.open(rule)
            one.press("/try")
        tour.open(f"/desk/reports/{report}")
        for twin in [form.action for form in one.forms() if form.action.endswith("/compare")][:1]:
            one.press(twin)
        sent = sorted({form.action for form in one.forms() if form.action.endswith(("/copy", "/original"))})
        for file in sent:
            tour.open(f"/desk/reports/{report}")
            one.press(file, reason="copy_unclear")
        for file in {file.rpartition("/")[0] for file in sent}:
            tour.open(f"/desk/reports/{report}")
            one.press(f"{file}/redacted/begin")
        for query in payloads.packed(payloads.short_texts(LONGEST_QUERY), LONGEST_QUERY):
            tour.open("/desk/search/")
            one.press("/search/", words=query)
        one.press("/search/", words="ran")
        assert one.downloads >= len(sent) // 2
        one.reports = [report for report in one.reports if not DRESSING.search(report)]
        close("opened by a button", tour)


def opened_from(tour: Tour, path: str) -> list[str]:
    tour.open(path)
    return [one for one in tour.one.links() if tour.route_of(one) == "desk.rules.show"]


BY_HAND = {
    "session",  # the value of a button
    "comment",  # of a group of reports: see above
}
"""Names of fields that no form of these pages has to be typed into."""


def test_forms_of_the_desk_give_it_back_as_text(browser: Browser, ground: Ground) -> None:
    site = ground.site
    with watched(browser, site) as one:
        tour = Tour(one, site, shunned=SHUNNED)
        tour.type_into_all(["/desk/login", "/desk/recover"], whole(0))
        one.open(f"/desk/invited/{ground.planted.invitation}")
        one.press(ground.planted.invitation)
        [enrolment] = [form for form in one.forms() if form.is_typed_into]
        one.send(enrolment, "", whole(2))
        walk.log_in(Visitor(one, "sr-Cyrl"), site, site.members[0])
        planted = ground.planted
        parts = [
            *(f"/desk/{part}" for part in (*PARTS, "clusters/", "odihr/", "retention/", "rules/new")),
            "/desk/members/invitations/new",
            "/desk/notices/help/sq",
            "/desk/intake/hu",
            f"/desk/members/{site.members[1].id}",
            f"/desk/referrals/{planted.referral}",
            f"/desk/incidents/{planted.incidents[0]}",
            f"/desk/incidents/{planted.proposed}",
            f"/desk/reports/{planted.talked[1]}",
        ]
        tour.type_into_all(parts, whole(1))
        tour.ask_strangely("/desk/", strange(2))
        close("forms of the desk", tour)
        assert typed_fields("incidents.web.accounts", "incidents.web.desk") - one.filled == BY_HAND


def test_a_table_of_an_organisation_is_text(browser: Browser, ground: Ground) -> None:
    """Refused and taken, with payloads in every column, and as the name of the file."""
    site = ground.site
    with site.database.unit_of_work() as session:
        member = builders.a_member(session, site.settings, Role.PARTNER, now=site.now())
    hostile = payloads.short_texts(LONGEST_PLACE)
    refused = a_table(hostile, *([text] * len(HEADER) for text in hostile))
    taken = a_table(HEADER, *(["threat", "language", "street", "3.2026", "", text, text] for text in hostile))
    with watched(browser, site) as one:
        tour = Tour(one, site, shunned=SHUNNED)
        one.open("/desk/login")
        one.press("/login", name=member.name, password=builders.PASSWORD, code=site.code_of(member))
        for place, content in enumerate((refused, a_table(HEADER, *[[text] * 7 for text in hostile[:40]]), taken)):
            tour.open("/desk/tables/")
            name = f"{hostile[place]}.csv".replace("/", "_")
            one.page.locator("[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
            one.press("/tables/", **({"sends": "y"} if content is taken else {}))
        close("tables of organisations", tour, least=15)  # a page names the first rows that it refuses


HEADER = ["acts", "grounds", "setting", "date", "place", "words", "reference"]


def a_table(*rows: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def test_names_and_contents_of_files_are_text(browser: Browser, ground: Ground) -> None:
    """Pages and drawings that call themselves pictures are refused, by the name that they came with."""
    content = "".join(payloads.texts("Latin")).encode()
    kinds = {
        "html": (b"<!doctype html>" + content, "text/html"),
        "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + content, "image/svg+xml"),
        "jpg": (b"GIF89a" + content, "image/jpeg"),
        "pdf": (b"%PDF-1.7\n" + content, "application/pdf"),
    }
    with watched(browser, ground.site) as one:
        names = [text.replace("/", "_") for text in payloads.short_texts(LONGEST_PERSON)]
        sent = [
            {"name": f"{name}.{ending}", "mimeType": kind, "buffer": body}
            for name, (ending, (body, kind)) in zip(names, cycle(kinds.items()), strict=False)
        ]
        for some, tag in ((sent[: len(kinds)], "sr-Cyrl"), (sent, "en")):
            one.open(f"/{tag}/receipt")
            one.press("/receipt", code=str(ground.planted.code))
            one.press("/receipt/files")
            one.page.locator("[type=file]").set_input_files(some)
            if some is sent:
                fill_up(ground)  # what is refused for that is only named: quicker than to look into it
            one.press("/receipt/files")
        close("names of files", Tour(one, ground.site))


def fill_up(ground: Ground) -> None:
    """As many files as a report may have."""
    site, code = ground.site, ground.planted.code
    remade = Remade(Kind.PICTURE, "image/jpeg", b"x", None)
    with site.database.unit_of_work() as session:
        for number in range(MOST_FILES):
            with suppress(TooManyFiles):
                content = f"file {number}".encode()
                files.add_file(session, code, content, remade, today=site.now().date(), pepper=site.settings.pepper)


OPEN = {
    *("member.name", "invitation.name", "passkey.name", "desk.name", "notice.written", "saved_filter.name"),
    *("queue_rule.name", "queue_rule.tag", "queue_rule.words", "release_withdrawal.english"),
    *("release_withdrawal.serbian", "audit_entry.actor", "audit_entry.after", "audit_entry.reason"),
}
"""Columns that hold what people wrote, as it is."""
SEALED = {
    *("report.sealed", "message.sealed_for_desk", "message.sealed_for_reporter", "deidentification.sealed_rulings"),
    *("deidentification.sealed_summary", "return_note.sealed", "bulk.sealed_comment", "sent_file.sealed_facts"),
    "file_piece.sealed",
}
"""Columns that hold it sealed."""
NO_WORDS = re.compile(
    r"(.*\.(.*digest|.*hash|.*_key|key|public|.*_public|.*private.*|.*salt|sealed_to|verifier|.*_tag|epoch|counter|language"
    r"|quarter|batch|place|area|setting|ground|target|act|vocabulary|vocabulary_version|code|source|partner|.*reason"
    r"|standing|part|why|kind|field|coded_in|verification|gender|age|reported|delay|view|held|rules?|cell|subject"
    r"|action|before|recipient|media_type|content|added_table|credential_id))"
    r"|(ruled_out\.tag|job\.name|release_file\.name|member\.sealed_totp_secret|member_key\.under_.*|desk_key\.desk"
    r"|desk_member\.desk|desk_area\.(desk|municipality)|hold\.reason)"
)
"""Columns of codes, keys, hashes and of figures, which take no words of anybody."""


def test_every_column_that_takes_words_holds_hostile_ones(ground: Ground) -> None:
    """A new column of text or bytes is planted, or said to hold no words."""
    columns = {
        f"{table.name}.{column.name}": column
        for table in METADATA.tables.values()
        for column in table.columns
        if isinstance(column.type, (sa.String, sa.LargeBinary)) and not isinstance(column.type, sa.Enum)
    }
    assert columns.keys() >= OPEN | SEALED
    assert [name for name in columns.keys() - OPEN - SEALED if not NO_WORDS.fullmatch(name)] == []
    with ground.site.database.reader() as session:
        holding = {
            name
            for name in OPEN | SEALED
            if session.scalar(
                sa.select(sa.func.count()).where(
                    columns[name].like("%ran(%") if name in OPEN else columns[name].is_not(None)
                )
            )
        }
    assert holding == OPEN | SEALED
    said(
        "columns", f"{len(holding)} that take words, of {len(columns)}; {len(SHAPES)} payloads in {len(AROUND)} scripts"
    )
