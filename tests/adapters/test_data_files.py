from pathlib import Path

import pytest

from incidents.adapters import data_files
from incidents.core.vocabulary import BadVocabulary


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
