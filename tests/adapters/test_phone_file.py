import gzip
from functools import cache

from incidents.adapters import data_files
from incidents.adapters.phone_file import NAME, phone_file
from incidents.core.script import fold, to_latin
from incidents.resources import folder

LARGEST = 120 * 1024


@cache
def made() -> str:
    return phone_file(data_files.gazetteer(), data_files.places())


def test_the_file_that_phones_load_is_the_one_that_the_place_data_give() -> None:
    assert (folder("static") / NAME).read_text(encoding="utf-8") == made(), "run: python -m incidents places phone"


def test_it_is_small_enough_for_a_slow_line_and_says_where_the_data_are_from(client) -> None:
    from incidents.web.assets import asset

    answer = client.get(asset(NAME), headers={"Accept-Encoding": "gzip"})
    assert len(answer.data) + sum(len(f"{name}: {value}\r\n") for name, value in answer.headers) < LARGEST
    assert "GeoNames (CC BY 4.0)" in gzip.decompress(answer.data).decode()[:120]
    assert "immutable" in answer.headers["Cache-Control"]


def test_no_name_breaks_the_lines_it_stands_in() -> None:
    lines = made().split("export const places = ")[1].split('","')
    assert len(lines) > 4900
    for line in lines:
        name, _around, key, *others = line.strip('[]";\n').split(";")
        assert key == fold(name)
        assert [fold(other) for other in others[::2]] == others[1::2]


def test_every_name_goes_letter_by_letter_into_latin_as_phones_do_it() -> None:
    for line in made().split("export const places = ")[1].split('","'):
        for name in line.strip('[]";\n').split(";")[:2]:
            assert to_latin(name) == "".join(to_latin(letter) for letter in name), name
