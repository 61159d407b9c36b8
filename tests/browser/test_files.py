"""After sending: files, a correction and the way back, on a phone, with and without script."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page

from incidents.db import report as stored
from tests import builders
from tests.adapters.test_remaking import SECRET, complaint, with_notes
from tests.browser import walk
from tests.browser.conftest import Site
from tests.browser.going_back import what_comes_back
from tests.browser.walk import Open, Told, Walker

pytestmark = [pytest.mark.browser, pytest.mark.history]

SAID = {
    "sr-Cyrl": "Исправка: то је било у уторак, а не у среду.",
    "hu": "Javítás: kedden történt, nem szerdán. A szomszéd is látta.",
}


def files_of_a_phone(folder: Path) -> list[Path]:
    """A photograph with its place inside, a document, and something that is neither."""
    files = {"IMG_2031.jpg": with_notes(), "dopis.pdf": complaint(), "snimak.mp4": b"\0\0\0\x18ftypmp42" + SECRET}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in files]


def press(page: Page, where: str) -> None:
    with page.expect_navigation():
        page.locator(f"main form{where} button").click()


def add_files(who: Walker, files: list[Path]) -> None:
    press(who.page, "[action$='/receipt/files']")
    who.look("files")
    who.page.locator("#files").set_input_files(files)
    press(who.page, "[enctype='multipart/form-data']")
    who.page.locator(".good").wait_for()
    who.look("files taken")


def look_at_copy(who: Walker, kind: str) -> int:
    """Opens it in a tab of its own; gives the width of the picture there."""
    with who.page.context.expect_page() as opened:
        who.page.locator(f".files li:has-text('{kind}') form[action$='/copy'] button").click()
    opened.value.wait_for_load_state()
    picture = opened.value.locator("img")
    picture.evaluate("image => image.decode()")  # the pages of a document are loaded when they are near
    return int(picture.evaluate("image => image.naturalWidth"))


def is_within_the_screen(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("tag", ["sr-Cyrl", "hu"])
def test_what_is_added_after_sending_reaches_the_desk_and_can_be_taken_back(
    open_phone: Open, site: Site, tmp_path: Path, tag: str, with_script: bool
) -> None:
    outside = open_phone(with_script=with_script)
    reporter = Walker(outside.new_page(), tag, with_script)
    ana = Walker(open_phone(with_script=with_script).new_page(), "sr-Cyrl", with_script)
    page = reporter.page

    code = walk.report(reporter, Told())
    add_files(reporter, files_of_a_phone(tmp_path))
    taken, refused = page.locator(".good").inner_text(), page.locator(".mistakes").inner_text()
    assert ("IMG_2031.jpg" in taken, "dopis.pdf" in taken, "snimak.mp4" in refused) == (True, True, True)
    assert is_within_the_screen(page)

    press(page, "[action$='/receipt']")
    page.locator("[name=kind][value=correction]").check()
    page.locator("#answer").fill(SAID[tag])
    press(page, ":has(#answer)")
    page.locator(".good").wait_for()
    reporter.look("corrected")
    assert SAID[tag] not in page.content()
    assert is_within_the_screen(page)

    walk.log_in(ana, site, site.members[0])
    ana.press(".queue__line a")
    ana.press("form[action$='/take'] button")
    ana.page.locator(".files").wait_for()
    ana.look("report with files")
    assert SAID[tag] in ana.page.locator(".talk").inner_text()
    assert ana.page.locator(".files img").first.evaluate("image => image.naturalWidth") > 100
    widths = {look_at_copy(ana, kind) for kind in ("Слика", "Документ")}
    assert widths == {300, 834}
    assert is_within_the_screen(ana.page)

    walk.status(reporter, code)
    press(page, "[action$='/receipt/withdraw']")
    reporter.look("withdraw")
    press(page, "")
    reporter.look("withdrawn")
    assert is_within_the_screen(page)
    with site.database.reader() as session:
        for table in (stored.Report, stored.Message, stored.SentFile, stored.FilePiece):
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    ana.page.reload()
    assert ana.page.locator("h1").inner_text() == "Ова пријава је повучена"
    assert outside.cookies() == []
    assert "\n".join(sorted({*reporter.wrong, *ana.wrong})) == ""


def traces_of(marks: list[str]) -> Callable[[Page], list[str]]:
    """Looks for these marks in the page that is open and in its fields."""

    def found(page: Page) -> list[str]:
        fields = [field.input_value() for field in page.locator("textarea, input[type=text]").all()]
        return [f"{mark} at {page.url}" for mark in marks if mark in page.content() or mark in "".join(fields)]

    return found


@pytest.mark.parametrize("with_script", [True, False], ids=["with script", "without script"])
def test_after_leaving_the_pages_of_a_code_nothing_comes_back(
    open_phone: Open, site: Site, tmp_path: Path, with_script: bool
) -> None:
    context = open_phone(with_script=with_script)
    reporter = Walker(context.new_page(), "hu", with_script=False)
    page = reporter.page
    with site.database.unit_of_work() as session:
        code = builders.send(session, builders.a_report(), site.settings, now=site.now())
    walk.status(reporter, code)
    page.locator("#answer").fill("zöld titkos szó")
    page.locator("main form:has(#answer) button").click()
    page.locator(".good").wait_for()
    add_files(reporter, files_of_a_phone(tmp_path))
    page.locator("a.exit").click()
    page.wait_for_url(site.neutral)
    assert what_comes_back(page, site, traces_of(["titkos", code[:4], "IMG_2031"])) == []
    assert context.cookies() == []
