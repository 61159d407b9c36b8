from pathlib import Path

import pytest

from incidents.adapters import data_files
from incidents.core.vocabulary import BadVocabulary


def _is_sound(code: str) -> bool:
    """The register's check digit: weights from the right 2, 3, 4 ...; 11 minus the sum modulo 11."""
    total = sum(int(digit) * weight for digit, weight in zip(reversed(code[:-1]), range(2, 8), strict=False))
    check = 11 - total % 11
    return int(code[-1]) == (check if check < 10 else 0)


def test_there_are_168_municipalities_with_sound_codes() -> None:
    municipalities = data_files.places().municipalities
    assert len(municipalities) == 168
    assert [code for code in municipalities if not _is_sound(code)] == []


def test_every_municipality_lies_in_a_district_and_the_people_add_up() -> None:
    places = data_files.places()
    assert {m.district_code for m in places.municipalities.values()} == {f"{n:02d}" for n in range(25)}
    assert sum(m.population for m in places.municipalities.values()) == 6_647_003


def test_every_place_has_a_name_in_both_scripts_and_english() -> None:
    places = data_files.places()
    for place in [*places.districts.values(), *places.municipalities.values()]:
        assert {"sr-Cyrl", "sr-Latn", "en"} <= set(place.names)


def test_a_faulty_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("list,order,code,parent,visible_to,status,label_en\na,1,b,,,,\n")
    (tmp_path / "mapping-1.csv").write_text("list,code\n")
    with pytest.raises(BadVocabulary, match=r"codes\.csv:2: a\.b has no label"):
        data_files.read_vocabulary(tmp_path, "1")


def test_a_row_with_too_many_cells_is_named(tmp_path: Path) -> None:
    (tmp_path / "codes.csv").write_text("list,order\na,1,2,3\n")
    (tmp_path / "mapping-1.csv").write_text("list,code\n")
    with pytest.raises(BadVocabulary, match=r"codes\.csv:2: more cells than columns"):
        data_files.read_vocabulary(tmp_path, "1")
