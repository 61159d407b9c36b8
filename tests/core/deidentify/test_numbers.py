import pytest

from incidents.core.deidentify.letters import plain
from incidents.core.deidentify.numbers import numbers


def found(text: str) -> list[tuple[str, str]]:
    letters = plain(text)
    return [(kind.value, text[letters.place(start) : letters.end(end)]) for start, end, kind in numbers(letters)]


@pytest.mark.parametrize(
    "number",
    [
        "0642223344",
        "06 42 22 33 44",
        "064 / 222-33-44",
        "+49 151 23456789",
        "044 222 333",
        "06 30 222 3344",
        "٠٦٤٢٢٢٣٣٤٤",
    ],
)
def test_a_phone_is_found_however_it_is_typed(number: str) -> None:
    assert found(f"zovi {number}.")[0] == ("phone", number)


@pytest.mark.parametrize(
    "text",
    ["cena 12.500 dinara", "04.05.2024. 12", "0800 100 200", "od 2019-2024", "broj 112", "u 14.30-15.45", "1234 1234"],
)
def test_other_numbers_are_no_phones(text: str) -> None:
    assert found(text) == []


def test_a_local_number_needs_a_word_that_says_so() -> None:
    assert found("telefon 555-123") == [("phone", "555-123")]
    assert found("zgrada 555-123") == []


@pytest.mark.parametrize(("number", "kind"), [("0101900710004", "jmbg"), ("0101900710005", "jmbg_suspect")])
def test_a_slip_in_a_citizens_number_is_told(number: str, kind: str) -> None:
    assert found(number) == [(kind, number)]


@pytest.mark.parametrize("number", ["3002900710004", "0113900710004", "1700000000000", "01019007100041"])
def test_no_day_no_citizens_number(number: str) -> None:
    assert found(number) == []


def test_an_account_is_told_by_its_check_or_by_a_word() -> None:
    assert found("12 999-123-73 34")[0] == ("account", "999-123-73")
    assert found("999-123-74") == []
    assert found("račun 999-123-74") == [("account", "999-123-74")]


def test_a_foreign_iban_ends_where_its_country_says() -> None:
    assert found("HU56 9999 0000 1234 5678 0000 0017 99 evra")[0] == ("iban", "HU56 9999 0000 1234 5678 0000 0017")
    assert found("HU57 9999 0000 1234 5678 0000 0017") == []


@pytest.mark.parametrize("plate", ["BG 123-AB", "bg-123-ab", "SU123ČĆ", "БГ 1234 АБ", "BČ-112-KM"])
def test_a_plate_is_found(plate: str) -> None:
    assert found(f"auto {plate}, beli") == [("plate", plate)]


@pytest.mark.parametrize("text", ["SU 300 km", "od 100 do", "član 54a, PU 192", "strana 2024-OK"])
def test_words_around_a_number_are_no_plate(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("number", ["KT 123/24", "07-00-348/2022-02", "KTR. 45/2023"])
def test_a_file_number_is_found(number: str) -> None:
    assert found(f"predmet {number} stoji") == [("id", number)]
