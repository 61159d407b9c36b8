import pytest

from incidents.config import Settings
from incidents.core.languages import BY_TAG
from incidents.db.audit import entries
from incidents.db.database import Database
from incidents.db.notice import Page
from incidents.services import notices
from incidents.services.notices import StaleNotice, TooLong
from tests import builders
from tests.conftest import NOW


@pytest.fixture
def write(database: Database, settings: Settings):
    def write(typed: str, *, language: str = "sr-Cyrl", version: int = 0) -> None:
        with database.unit_of_work() as session:
            member = builders.a_member(session, settings, now=NOW)
            notices.write_notice(session, Page.START, language, typed, version=version, member=member, now=NOW)

    return write


def read(database: Database, tag: str) -> str | None:
    with database.reader() as session:
        found = notices.notice_for(session, Page.START, BY_TAG[tag])
    return found.text if found else None


def test_a_notice_stands_on_its_page_only(database: Database, write) -> None:
    write("Не радимо 2. јануара.")
    assert read(database, "sr-Cyrl") == "Не радимо 2. јануара."
    with database.reader() as session:
        assert notices.notice_for(session, Page.HELP, BY_TAG["sr-Cyrl"]) is None


def test_a_reader_gets_the_notice_of_their_language_or_of_the_one_it_falls_back_to(database: Database, write) -> None:
    write("Не радимо сутра.")
    assert read(database, "sr-Latn") == read(database, "hu") == "Не радимо сутра."
    assert read(database, "en") is None
    write("Holnap zárva vagyunk.", language="hu")
    assert read(database, "hu") == "Holnap zárva vagyunk."


def test_an_empty_text_takes_the_notice_away(database: Database, write) -> None:
    write("Нешто.")
    write("  ", version=1)
    assert read(database, "sr-Cyrl") is None


def test_a_colleagues_notice_is_not_overwritten(database: Database, write) -> None:
    write("Прво.")
    with pytest.raises(StaleNotice):
        write("Друго.")
    assert read(database, "sr-Cyrl") == "Прво."


def test_a_notice_has_an_end(database: Database, write) -> None:
    with pytest.raises(TooLong):
        write("а" * (notices.LONGEST + 1))
    assert read(database, "sr-Cyrl") is None


def test_who_wrote_which_notice_is_in_the_trail_without_its_words(database: Database, write) -> None:
    write("Нешто.")
    write("", version=1)
    with database.reader() as session:
        noted = [entry for entry, _ in entries(session, subject="notice:start:sr-Cyrl")]
    assert [entry.action for entry in noted] == ["write_notice", "remove_notice"]
    assert "Нешто" not in str(noted)
