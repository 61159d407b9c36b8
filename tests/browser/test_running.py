"""The real command: what people type reads well at the desk, leaves no word on the disk, and outlives kill -9."""

from __future__ import annotations

import csv
import http.client
import io
import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import pytest
from playwright.sync_api import Browser, Page

from incidents.core.periods import Quarter
from incidents.core.receipt import DIGITS
from incidents.web.platform import utc_now
from tests.adapters.test_remaking import SECRET, complaint, with_notes
from tests.browser import walk
from tests.browser.conftest import LONGEST_MS, PHONE
from tests.browser.running import RunningSite
from tests.browser.typed import TYPED
from tests.browser.walk import Told, Walker

pytestmark = pytest.mark.browser
PASSWORDS = {"Ana": "plava kruska tiha reka", "Boris": "stari most bela lopta"}


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningSite]:
    site = RunningSite(tmp_path)
    site.start()
    yield site
    site.kill()


@pytest.fixture
def sit_down(browser: Browser, running: RunningSite) -> Iterator[Callable[..., Walker]]:
    """Somebody new at a phone."""
    contexts = []

    def sit(tag: str = "sr-Latn", *, with_script: bool = False) -> Walker:
        context = browser.new_context(
            base_url=running.address, viewport=PHONE, java_script_enabled=with_script, reduced_motion="reduce"
        )
        context.set_default_timeout(8000)
        context.set_default_navigation_timeout(LONGEST_MS)
        contexts.append(context)
        return Walker(context.new_page(), tag, with_script)

    yield sit
    for context in contexts:
        context.close()


def come_in(who: Walker, site: RunningSite, name: str) -> None:
    walk.type_login(who, name, PASSWORDS[name], site.command("members", "code", name))


def phrases(text: str) -> set[str]:
    """Every three words that stand beside each other: what a search of the disk would look for.

    Two would not do: words of the site itself, in thirteen languages, are on the disk with each release.
    """
    words = re.findall(r"\w+", text)
    return {" ".join(some) for some in zip(words, words[1:], words[2:], strict=False)}


def found_on_disk(site: RunningSite, told: Told) -> set[tuple[str, str]]:
    return {
        (name, phrase)
        for name, content in site.traces()
        for phrase in phrases(told.words)
        if phrase.encode() in content or phrase.encode("utf-16-le") in content
    }


def words_at_desk(page: Page, link: str) -> str | None:
    page.goto(link)
    page.locator("form[action$='/take'] button").click()
    page.locator(".points").first.wait_for()
    if page.locator("details.fold:not([open])").count():  # a hard story, announced
        page.locator("details.fold > summary").click()
    shown = page.locator(".words")
    return shown.first.inner_text() if shown.count() else None


def test_twelve_typed_reports_read_at_the_desk_as_they_were_typed_and_leave_no_word_on_the_disk(
    running: RunningSite, sit_down
) -> None:
    before = set(ids(running))
    for tag, told in TYPED:
        walk.report(sit_down(tag), told)
    ana = sit_down()
    come_in(ana, running, "Ana")
    read = {words_at_desk(ana.page, f"/desk/reports/{report}") for report in set(ids(running)) - before}
    turned = {"\u202e": "[U+202E]", "\u202c": "[U+202C]"}
    assert read == {told.words.translate(str.maketrans(turned)) or None for _, told in TYPED}
    running.kill()
    assert set().union(*(found_on_disk(running, told) for _, told in TYPED)) == set()
    assert {"incidents.sqlite", "incidents.sqlite-wal", "log"} <= {name for name, _ in running.traces()}
    assert found_on_disk(running, Told(words="Incidents by place")), "the search finds what is published"
    running.start()


def test_a_complaint_and_a_question_for_help_leave_no_word_on_the_disk(running: RunningSite, sit_down) -> None:
    told = Told(words="Nisu me pustili u kafanu zbog kolica, konobar je zatvorio vrata preda mnom.")
    page = sit_down().page
    page.goto("/sr-Latn/help")
    page.locator("[name=place]").fill(told.words[:60])
    page.locator(".ask button.button").click()
    page.locator("main a[href$='/complaint']").click()
    for name in ("name", "contact", "wrongdoer", "where", "what", "evidence"):
        page.locator(f"[name={name}]").fill(told.words)
    with page.expect_download() as download:
        page.locator("[name=make]").click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")
    running.kill()
    assert found_on_disk(running, told) == set()
    assert found_on_disk(running, Told(words="Incidents by place")), "the search finds what is published"
    running.start()


def test_nothing_of_a_file_is_found_in_anything_that_the_site_writes(
    running: RunningSite, sit_down, tmp_path: Path
) -> None:
    """Neither its name nor notes and text inside, as sent and as remade. The phone's folder is not the site's."""
    sent = tmp_path.parent / f"{tmp_path.name}-phone"
    sent.mkdir()
    (sent / "Jelena_Petrovic_Futoska.jpg").write_bytes(with_notes())
    (sent / "Dopis_Petrovic.pdf").write_bytes(complaint())
    (sent / "Ispovest_Petrovic.txt").write_bytes(SECRET * 20)
    reporter = sit_down("sr-Latn")
    walk.report(reporter, Told())
    reporter.page.locator("main form[action$='/receipt/files'] button").click()
    reporter.page.locator("#files").set_input_files(sorted(sent.iterdir()))
    reporter.page.locator("main form[enctype='multipart/form-data'] button").click()
    assert reporter.page.locator(".good p").count() == 2
    ana = sit_down()
    come_in(ana, running, "Ana")
    ana.page.goto("/desk/")
    ana.page.locator(".queue__line:has(.mark--news) a").first.click()
    ana.page.locator("form[action$='/take'] button").click()
    assert ana.page.locator(".files img").count() == 2
    running.kill()
    # Long enough not to stand in sealed bytes by chance: three bytes are found in every sixth megabyte of them.
    marks = [SECRET, b"Petrovic", b"Futoska", b"%PDF-1.", b"\x00\x10JFIF\x00", b"Exif\x00\x00"]
    assert {(name, mark) for name, content in running.traces() for mark in marks if mark in content} == set()
    assert any(b"sent_file" in content for _, content in running.traces()), "the search reads the database"
    running.start()


def ids(site: RunningSite) -> list[UUID]:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        return [UUID(row[0]) for row in database.execute("SELECT id FROM report")]


def test_nothing_confirmed_is_lost_when_the_server_is_killed_between_any_two_steps(
    running: RunningSite, sit_down
) -> None:
    told = Told(place="Нови Кнежевац", words="Избацили су нас из кафића чим су чули како говоримо.")
    reporter, ana, boris = sit_down("sr-Cyrl"), sit_down(), sit_down()
    code = walk.report(reporter, told)
    running.killed()
    waiting = walk.status(reporter, code)
    come_in(ana, running, "Ana")
    come_in(boris, running, "Boris")
    running.killed()
    walk.propose(ana, act=told.act, ground=told.ground, place=told.place)
    running.killed()
    walk.accept(boris)
    running.killed()
    walk.build(ana)
    running.killed()
    walk.sign(ana)
    running.killed()
    walk.sign(boris)
    running.killed()
    assert walk.status(reporter, code) != waiting
    quarter = str(Quarter.of(utc_now().date()))
    rows = csv.DictReader(io.StringIO(walk.download(reporter, "district")))
    total = [row["obs_value"] for row in rows if (row["time"], row["area"]) == (quarter, "_T")]
    assert total == [str(counted(running, quarter))]
    assert running.command("audit", "verify").startswith("The chain is whole")


def counted(site: RunningSite, quarter: str) -> int:
    with sqlite3.connect(f"file:{site.database}?mode=ro", uri=True) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        [number] = database.execute("SELECT count(*) FROM counted_incident WHERE batch = ?", (quarter,)).fetchone()
    return int(number)


def send(site: RunningSite, number: int, codes: list[str]) -> None:
    """File a report without a browser; a code that arrives is a promise."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        connection.request("GET", "/sr-Latn/report")
        token = re.search(r'name="token" value="([^"]+)"', connection.getresponse().read().decode())
        assert token
        answers = {"token": token[1], "tongue": "sr-Latn", "role": "victim", "acts": "threat", "grounds": "not_sure"}
        rest = {"when": "unknown", "setting": "street", "wish": "count_only", "words": f"Prijava broj {number}, noćas."}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", "/sr-Latn/report", urlencode({**answers, **rest}), headers)
        page = connection.getresponse().read().decode()
    except (http.client.HTTPException, OSError):
        return
    finally:
        connection.close()
    digits = "".join(re.findall(r"<span>(\d{4})</span>", page))
    if len(digits) == DIGITS:
        codes.append(digits)


def test_every_code_that_arrived_opens_a_report_though_the_server_was_killed_in_mid_request(
    running: RunningSite, sit_down
) -> None:
    codes: list[str] = []
    some = threading.Event()
    with ThreadPoolExecutor(8) as senders:
        for number in range(120):
            senders.submit(send, running, number, codes).add_done_callback(lambda _: len(codes) > 20 and some.set())
        assert some.wait(30)
        running.kill()
    arrived = list(codes)
    running.start()
    assert 20 < len(arrived) < 120
    reporter = sit_down()
    assert {walk.status(reporter, code) for code in arrived} == {walk.status(reporter, arrived[0])}
