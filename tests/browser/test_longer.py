"""Texts of a language whose words are 40 % longer than English ones fit on the narrowest screen."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import pytest
from babel import support

from incidents.adapters import catalogues, data_files
from incidents.services import moderation, releases
from incidents.web.reporting import shell
from tests import builders
from tests.browser import shown
from tests.browser.conftest import Site, served
from tests.browser.shown import KINDS, Known, Look
from tests.browser.test_walk import settle_others
from tests.conftest import settings_in

pytestmark = pytest.mark.browser
TAG = "sq"
"""The language whose place the longer texts take."""


def longer(text: str) -> str:
    """Every word of a text grown by two fifths; placeholders stay."""
    return re.sub(r"%\(\w+\)s|\w+", lambda found: found[0] if found[0][0] == "%" else _grown(found[0]), text)


def _grown(word: str) -> str:
    return word + word[: math.ceil(0.4 * len(word))]


class Longer(support.NullTranslations):
    """A catalogue made from the ids alone."""

    def gettext(self, message: str) -> str:
        return longer(message)

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        return longer(singular if num == 1 else plural)

    def pgettext(self, context: str, message: str) -> str:
        return longer(message)

    ugettext, ungettext = gettext, ngettext


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("longer")
    with pytest.MonkeyPatch.context() as patch, served(settings_in(folder), folder) as site:
        settle_others(site)
        publish(site)
        patch.setattr(catalogues, "catalogue", lambda _tag, _domain: Longer())
        patch.setattr(shell, "_shells", {})
        yield site


def publish(site: Site) -> None:
    now = site.now()
    with site.database.unit_of_work() as session:
        draft = releases.build_release(
            session,
            today=now.date(),
            vocabulary=data_files.vocabulary(),
            places=data_files.places(),
            label=catalogues.label,
            actor="system",
            pepper=site.settings.pepper,
            now=now,
        )
        for member in site.members:
            releases.sign_release(
                session, draft.number, digest=draft.digest, member=member.id, today=now.date(), now=now
            )


@pytest.fixture(scope="module")
def known(site: Site) -> Known:
    """A report about which the desk has asked."""
    member, now = site.members[0], site.now()
    with site.database.unit_of_work() as session:
        code = builders.send(session, builders.a_report(), site.settings, now=now)
        report = builders.only_report(session)
        version = moderation.take_report(session, report, member=member, now=now)
        moderation.ask(session, report, longer("Did anybody see it?"), version=version, member=member, now=now)
    return Known(code)


def test_words_grow_and_placeholders_stay() -> None:
    assert longer("%(num)s open reports") == "%(num)s openop reportsrep"


@pytest.mark.parametrize("kind", KINDS)
def test_longer_words_fit_on_the_narrowest_screen(open_phone, site: Site, known: Known, kind: str) -> None:
    page = open_phone(width=320).new_page()
    Look("light", 320).put_on(page)
    KINDS[kind](page, TAG, known)
    assert longer("Skip to the content") in page.content()
    assert shown.does_not_fit(page) == []
