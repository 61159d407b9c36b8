"""What each code means, beside it on the form that members settle with."""

from xml.etree.ElementTree import Element

import pytest
from flask import Flask

from incidents.adapters import catalogues, data_files
from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.incident import SEVERAL
from incidents.core.report import NOT_SURE
from incidents.db.database import Database
from tests import pages
from tests.web.desk import AtDesk, a_desk
from tests.web.test_desk import file

PICKED = {
    "setting": "setting",
    "verification": "verification",
    "bias_strength": "bias_strength",
    "aside-reason": "set_aside_reason",
}
HEAVIEST = 230_000
"""Bytes of the page of a report with all it explains, uncompressed."""


@pytest.fixture
def vesna(app: Flask, database: Database, settings: Settings) -> AtDesk:
    app.testing = False
    [vesna] = a_desk(app, database, settings, (Role.MODERATOR,))
    return vesna


@pytest.fixture
def report(vesna: AtDesk, database: Database, settings: Settings) -> str:
    path = file(database, settings)
    vesna.press(path, "/take")
    return path


def spoken(vesna: AtDesk, tag: str) -> AtDesk:
    vesna.press("/desk/", "/language", language=tag)
    return vesna


def said(fold: Element) -> list[str]:
    """The paragraphs of a folded explanation, without the words that lead into the examples."""
    return ["".join(p.itertext()).removeprefix(p.findtext("b", "")).strip() for p in fold.findall("div/p")]


def summary_of(fold: Element) -> str:
    return " ".join("".join(fold.find("summary").itertext()).split())  # type: ignore[union-attr]


@pytest.mark.parametrize("tag", ["sr-Cyrl", "sr-Latn", "hu", "en"])
def test_beside_each_box_stands_what_its_code_means(vesna: AtDesk, report: str, tag: str) -> None:
    page = pages.parsed(spoken(vesna, tag).open(report))
    definitions = data_files.definitions()
    for field, listed in SEVERAL.items():
        boxes = {
            box.find("label/input").get("value", ""): box  # type: ignore[union-attr]
            for box in page.iter("div")
            if box.get("class") == "coded" and box.find(f"label/input[@name='{field}']") is not None
        }
        terms = data_files.vocabulary().of(listed)
        assert set(boxes) == {term.code for term in terms} - {NOT_SURE}
        for term in terms:
            if term.code in boxes:
                fold = boxes[term.code].find("details")
                assert fold is not None
                assert fold.get("open") is None
                assert said(fold) == list(catalogues.meaning(definitions[listed, term.code], tag))
                assert catalogues.label(term, tag) in summary_of(fold)


@pytest.mark.parametrize("tag", ["sr-Cyrl", "hu"])
def test_below_each_list_stands_what_its_codes_mean(vesna: AtDesk, report: str, tag: str) -> None:
    page = pages.parsed(spoken(vesna, tag).open(report))
    definitions = data_files.definitions()
    folds = {fold.get("data-of"): fold for fold in page.iter("details") if fold.get("data-of")}
    assert set(folds) == set(PICKED)
    for field, listed in PICKED.items():
        [select] = [one for one in page.iter("select") if one.get("id") == field]
        offered = [option.get("value", "") for option in select.iter("option") if option.get("value")]
        inner = folds[field].findall("details")
        assert [one.get("data-code") for one in inner] == offered
        for one in inner:
            key = (listed, one.get("data-code", ""))
            assert said(one) == list(catalogues.meaning(definitions[key], tag))
            assert summary_of(one) == "".join(select.find(f"option[@value='{key[1]}']").itertext())  # type: ignore[union-attr]


def test_what_is_not_checked_is_still_marked_where_it_is_explained(vesna: AtDesk, report: str) -> None:
    page = pages.parsed(vesna.open(report))
    [box] = [box for box in page.iter("div") if box.find("label/input[@value='ashkali_egyptian']") is not None]
    assert "још није проверено" in summary_of(box.find("details"))  # type: ignore[arg-type]


def test_the_explanations_do_not_make_the_page_heavy(vesna: AtDesk, report: str) -> None:
    assert len(vesna.open(report).encode()) < HEAVIEST


def test_the_key_that_opens_them_is_listed(vesna: AtDesk) -> None:
    assert "отвори или затвори објашњење" in pages.text_of(vesna.open("/desk/keys/"))
