"""Lines of a calendar, unfolded as readers of the format do it."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from incidents.publishing.calendar import Event, write

EVENT = Event(
    "2026-Q4@a.example",
    "Најављене бројке: 4. квартал 2026, прво издање; са исправкама",
    datetime(2027, 1, 14, 23, tzinfo=UTC),
    date(2026, 11, 24),
    2,
    "https://a.example/sr-Cyrl/statistics/",
)


def lines(content: bytes) -> list[str]:
    return content.replace(b"\r\n ", b"").decode().removesuffix("\r\n").split("\r\n")


def test_a_day_is_a_whole_day_by_clocks_in_serbia() -> None:
    assert "DTSTART;VALUE=DATE:20270115" in lines(write("Figures", [EVENT]))


def test_an_hour_is_told_in_utc() -> None:
    at_ten = Event(**{**vars(EVENT), "at": datetime(2027, 1, 15, 9, tzinfo=UTC)})
    assert "DTSTART:20270115T090000Z" in lines(write("Figures", [at_ten]))


def test_who_subscribed_learns_that_a_day_was_moved() -> None:
    found = lines(write("Figures", [EVENT]))
    assert {"UID:2026-Q4@a.example", "SEQUENCE:2", "DTSTAMP:20261124T000000Z"} <= set(found)
    assert found[0] == "BEGIN:VCALENDAR"
    assert found[-1] == "END:VCALENDAR"


def test_signs_that_end_a_value_are_written_otherwise() -> None:
    assert "SUMMARY:Најављене бројке: 4. квартал 2026\\, прво издање\\; са исправкама" in lines(write("F", [EVENT]))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=200))
def test_no_line_is_longer_than_75_octets_and_no_letter_is_cut(title: str) -> None:
    content = write("Figures", [Event(**{**vars(EVENT), "title": title})])
    for line in content.removesuffix(b"\r\n").split(b"\r\n"):
        assert len(line) <= 75
        line.decode()
    escaped = title.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    assert f"SUMMARY:{escaped}".encode() in content.replace(b"\r\n ", b"")
