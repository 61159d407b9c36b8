"""What an operator's file of official borders has to be, and what it hears when it is not."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from incidents.adapters import data_files
from incidents.adapters.official_shapes import BadShapes, read_official
from incidents.core.places import KOSOVO
from incidents.core.shapes import STEP, Shapes

Change = Callable[[list[dict[str, Any]]], object]


@pytest.fixture(scope="module")
def features() -> list[dict[str, Any]]:
    """A file as an office would hand it out: here our own shapes, codes as numbers."""
    ours = data_files.shapes()
    return [
        {
            "type": "Feature",
            "properties": {"municipality_code": int(code)},
            "geometry": {
                "type": "MultiPolygon",
                "coordinates": [
                    [[[x * STEP, y * STEP] for x, y in ours.points(ring)] for ring in polygon] for polygon in own
                ],
            },
        }
        for code, own in ours.polygons.items()
        if code != KOSOVO
    ]


def read(tmp_path: Path, features: list[dict[str, Any]], change: Change = lambda _: None) -> Shapes:
    changed = copy.deepcopy(features)
    change(changed)
    path = tmp_path / "borders.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": changed}), encoding="utf-8")
    return read_official(path, data_files.places(), data_files.shapes())


def of(features: list[dict[str, Any]], code: int) -> dict[str, Any]:
    [found] = [one for one in features if one["properties"]["municipality_code"] == code]
    return found


def without(*codes: int) -> Change:
    def change(features: list[dict[str, Any]]) -> None:
        features[:] = [one for one in features if one["properties"]["municipality_code"] not in codes]

    return change


def test_every_municipality_of_the_file_is_there_and_kosovo_as_we_draw_it(
    tmp_path: Path, features: list[dict[str, Any]]
) -> None:
    shapes, ours = read(tmp_path, features), data_files.shapes()
    assert set(shapes.polygons) == set(ours.polygons)
    assert shapes.doubled_area(shapes.rings(KOSOVO)) == ours.doubled_area(ours.rings(KOSOVO))
    own, others = (sum(one.doubled_area(one.rings(code)) for code in one.polygons) for one in (shapes, ours))
    assert own == pytest.approx(others, rel=0.001)


def test_parts_of_cities_without_an_official_polygon_may_be_missing(
    tmp_path: Path, features: list[dict[str, Any]]
) -> None:
    def change(features: list[dict[str, Any]]) -> None:
        """Kostolac is inside the polygon of Požarevac there."""
        inner = of(features, 71340)["geometry"]["coordinates"]
        without(71340)(features)
        of(features, 70939)["geometry"]["coordinates"] += inner

    with pytest.raises(BadShapes, match="no polygon of Voždovac"):
        read(tmp_path, features, without(70106))
    assert "71340" not in read(tmp_path, features, change).polygons


def test_municipalities_of_kosovo_in_the_register_are_left_out(tmp_path: Path, features: list[dict[str, Any]]) -> None:
    def change(features: list[dict[str, Any]]) -> None:
        features.append({"properties": {"municipality_code": "90018"}, "geometry": features[0]["geometry"]})

    assert "90018" not in read(tmp_path, features, change).polygons


def moved(features: list[dict[str, Any]], by: float) -> None:
    """One corner of a border that two share, in one of them only."""
    ring = of(features, 70017)["geometry"]["coordinates"][0][0]
    ring[3] = [ring[3][0] + by, ring[3][1] + by]


def exchanged(features: list[dict[str, Any]]) -> None:
    """Every code stands at the polygon of the next."""
    codes = [one["properties"]["municipality_code"] for one in features]
    for one, code in zip(features, [*codes[1:], codes[0]], strict=True):
        one["properties"]["municipality_code"] = code


def in_metres(features: list[dict[str, Any]]) -> None:
    for one in features:
        for polygon in one["geometry"]["coordinates"]:
            for ring in polygon:
                ring[:] = [[x * 10_000, y * 100_000] for x, y in ring]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (without(80438), r"has no polygon of Subotica \(80438\)\.$"),
        (without(80438, 70017, 70025, 70033, 70041), r"Aranđelovac \(70033\) and 2 more\.$"),
        (lambda all_: all_.append(all_[0]), r"Feature 169: .* is there twice"),
        (lambda all_: all_[4]["properties"].update(municipality_code=12345), "Feature 5: 12345 is not the code"),
        (lambda all_: all_[4]["properties"].clear(), "Feature 5 has no property municipality_code"),
        (lambda all_: all_[4].update(geometry=None), "Feature 5 has no property municipality_code or no geometry"),
        (lambda all_: all_[4]["geometry"].update(type="Point"), "Feature 5: .* neither a Polygon"),
        (lambda all_: all_[4]["geometry"].update(coordinates=[[["a"]]]), "Feature 5: .* pairs of numbers"),
        (lambda all_: all_[4]["geometry"]["coordinates"][0][0].pop(), "Feature 5: a ring is not closed"),
        (in_metres, "Feature 1: coordinates must be degrees, longitude first"),
        (lambda all_: moved(all_, 0.01), r"(gap|overlap).*Aleksandrovac|Aleksandrovac.*overlap"),
        (lambda all_: moved(all_, -0.01), r"(gap|overlap).*Aleksandrovac|Aleksandrovac.*overlap"),
        (exchanged, "are the codes right"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    tmp_path: Path, features: list[dict[str, Any]], change: Change, said: str
) -> None:
    with pytest.raises(BadShapes, match=said):
        read(tmp_path, features, change)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("[1, 2]", "is not a FeatureCollection"),
        ('{"type": "Topology", "arcs": []}', "is not a FeatureCollection"),
        ('{"features": ["Суботица"]}', "Feature 1 has no property"),
    ],
)
def test_a_file_of_another_kind_is_refused(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "borders.geojson"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadShapes, match=said):
        read_official(path, data_files.places(), data_files.shapes())


def test_a_file_with_too_many_points_is_refused(
    tmp_path: Path, features: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("incidents.adapters.official_shapes._MOST_POINTS", 500)
    with pytest.raises(BadShapes, match="points: simplify its borders to at most 500 first"):
        read(tmp_path, features)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(BadShapes, match="cannot be read: No such file"):
        read_official(tmp_path / "none.geojson", data_files.places(), data_files.shapes())
