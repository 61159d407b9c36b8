import json
from pathlib import Path
from typing import Any

import pytest

from incidents.disclosure.spec import read_spec, spec_of
from incidents.disclosure.trees import BadSpec
from tests.disclosure.tables import COLUMNS, ROWS, dimension

GOOD: dict[str, Any] = {
    "dims": {"row": dimension(ROWS, "where"), "column": dimension(COLUMNS, "column")},
    "tables": [["row", "column"]],
    "threshold": 5,
}


def test_parents_stand_before_their_children() -> None:
    tree = spec_of(GOOD).trees["row"]
    assert tree.codes == ("T", "a", "b", "a1", "a2", "b1", "b2")
    assert [tree.codes[parent] for parent in tree.parents[1:]] == ["T", "T", "a", "a", "b", "b"]
    assert [tree.codes[place] for place in tree.lines[tree.places["b1"]]] == ["b1", "b", "T"]


def changed(**parts: Any) -> dict[str, Any]:
    return {**GOOD, **parts}


def with_row(**parts: Any) -> dict[str, Any]:
    return changed(dims={**GOOD["dims"], "row": {**dimension(ROWS, "where"), **parts}})


@pytest.mark.parametrize(
    ("stated", "said"),
    [
        (changed(threshold=1), "`threshold` must be a whole number of 2 or more"),
        (changed(threshold="5"), "`threshold` must be a whole number"),
        (changed(tables=[]), "`tables` must name"),
        (changed(tables="row"), "`tables` must be a list of lists"),
        (changed(tables=[["row", "age"]]), "'age', which is no dimension; there are row, column"),
        (changed(tables=[["row", "row"]]), "the same dimension twice"),
        (changed(multi_response="bias"), "`multi_response` names 'bias'"),
        (changed(release_dimension="year"), "`release_dimension` names 'year'"),
        (changed(manual_primary=[["a1"]]), "`manual_primary` must list cells"),
        (with_row(total=None), "Dimension row has no `total`"),
        (with_row(total="Z"), "the total 'Z' has no children"),
        (with_row(rel={"T": ["a", "b"], "a": ["b"]}), "'b' stands under two parents"),
        (with_row(rel={"T": ["a"], "c": ["d"]}), "c, d hang below no total"),
        (with_row(rel={"T": ["a"], "a": ["T"]}), "'T' is above itself"),
        (with_row(rel={"T": []}), "'T' has no list of children"),
    ],
)
def test_a_specification_that_contradicts_itself_says_where(stated: dict[str, Any], said: str) -> None:
    with pytest.raises(BadSpec, match=said.replace("(", r"\(")):
        spec_of(stated)


@pytest.mark.parametrize(("content", "said"), [("{", "is not JSON"), ("[]", "must hold one JSON object")])
def test_a_file_that_is_no_specification_is_named(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "spec.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadSpec, match=said):
        read_spec(path)
    with pytest.raises(BadSpec, match="cannot be read"):
        read_spec(tmp_path / "none.json")


def test_a_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(GOOD), encoding="utf-8")
    assert read_spec(path) == spec_of(GOOD)
