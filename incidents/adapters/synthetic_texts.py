"""Reads what invented reports are made from: data/synthetic."""

from __future__ import annotations

import csv
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from incidents.core.synthesis.texts import Group, Scene, Story, Texts, TypedPlace, Wording
from incidents.resources import data_file

_LANGUAGES = ("sr", "hu", "sq", "sk", "en")
_PIECES = ("openings", "afterwards", "emoji", "near", "months", "far", "ongoing", "here", "online")


@cache
def synthetic_texts() -> Texts:
    folder = data_file("synthetic")
    mix = _toml(folder / "mix.toml")
    return Texts(
        groups=tuple(Group(**listed) for listed in mix["group"]),
        scenes=tuple(Scene(**{**listed, "groups": frozenset(listed.get("groups", ()))}) for listed in mix["scene"]),
        wordings={language: _wording(folder / f"words-{language}.toml") for language in _LANGUAGES},
        typed_places=_typed_places(folder / "typed_places.csv"),
        areas=mix["areas"],
        districts=mix["country"]["districts"],
        municipalities=mix["country"]["municipalities"],
        usual=mix["country"]["usual"],
        kosovo=mix["country"]["kosovo"],
    )


def _wording(path: Path) -> Wording:
    read = _toml(path)
    return Wording(
        language=read["language"],
        pieces={name: tuple(read[name]) for name in _PIECES},
        about={group: _lists(about) for group, about in read["groups"].items()},
        stories=tuple(_story(listed) for listed in read["story"]),
        asides=_lists(read.get("asides", {})),
    )


def _story(listed: dict[str, Any]) -> Story:
    return Story(
        scenes=frozenset(listed["scenes"]),
        groups=frozenset(listed.get("groups", ())),
        settings=frozenset(listed.get("settings", ())),
        told_by=listed.get("told_by", "self"),
        short=tuple(listed["short"]),
        text=tuple(listed["text"]),
    )


def _typed_places(path: Path) -> dict[str, TypedPlace]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            row["municipality"]: TypedPlace(
                within={language: row[language] for language in ("sr", "hu", "sq", "sk") if row[language]},
                spots=tuple(row["spots"].split("|")),
            )
            for row in csv.DictReader(file)
        }


def _lists(read: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(listed) for name, listed in read.items()}


def _toml(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        return tomllib.load(file)
