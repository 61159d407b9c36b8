"""Reads what the desk can begin messages to reporters with: data/talk."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from incidents.core.languages import BY_TAG, DEFAULT
from incidents.core.phrases import VARIABLES, Phrase, Use, variables
from incidents.resources import data_file


class BadPhrases(Exception):
    """The file cannot be used; says which phrase and why."""


@cache
def phrases() -> tuple[Phrase, ...]:
    """Raises BadPhrases."""
    return read_phrases(data_file("talk/phrases.toml"))


def read_phrases(path: Path) -> tuple[Phrase, ...]:
    """In the order of the file. Raises BadPhrases."""
    with path.open("rb") as file:
        read = tomllib.load(file)
    reviewed = frozenset(read.pop("reviewed", ()))
    return tuple(_phrase(situation, texts, reviewed) for situation, texts in read.items())


def _phrase(situation: str, read: dict[str, str], reviewed: frozenset[str]) -> Phrase:
    texts = dict(read)
    uses = {use.value: use for use in Use}
    use = uses.get(texts.pop("kind", ""))
    if use is None:
        raise BadPhrases(f"{situation}: kind must be one of {', '.join(uses)}")
    if DEFAULT.tag not in texts:
        raise BadPhrases(f"{situation}: there is no text in {DEFAULT.tag}")
    named = variables(texts[DEFAULT.tag])
    if unknown := named - VARIABLES:
        raise BadPhrases(f"{situation}: nothing can be filled in for {', '.join(sorted(unknown))}")
    for tag, text in texts.items():
        if tag not in BY_TAG or BY_TAG[tag].derived_from:
            raise BadPhrases(f"{situation}: {tag} is not a language that texts are written in")
        if variables(text) != named:
            raise BadPhrases(f"{situation}: {tag} names other variables than {DEFAULT.tag}")
    return Phrase(situation, use, texts, reviewed)
