"""What ODIHR and the Commissioner will make of an incident as it is coded, and because of which codes.

The rules are those of `core.odihr` and of the mapping; here each line can be told with its reason.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from incidents.core.incident import BiasStrength, Verification
from incidents.core.odihr import COARSE, UNSPECIFIED, coarse_type
from incidents.core.vocabulary import Vocabulary

Chosen = Mapping[str, Collection[str]]
"""Codes by list, as they are chosen on the form."""

OPEN_END = "other_trait"
"""The ground that stands for the open end of the list of the law."""
_TYPES = ("out", "unless_threat", "undecided")
_TYPE_OF = {"EXCLUDED": "out", "EXCLUDED_UNLESS_THREAT": "unless_threat"}
_BIAS_OF = {"BY_TARGET": "by_target", "BY_GROUP": "by_group", "NONE": "none"}


@dataclass(frozen=True)
class Line:
    """One reading."""

    key: str
    """E.g. ``bias.anti_roma``: what kind of reading it is, and which."""
    because: tuple[tuple[str, str], ...]
    """List and code of each choice that leads to it; empty where none does."""


@dataclass(frozen=True)
class Readings:
    is_for_odihr: bool
    """An offence for certain, with a bias motive, and nothing against it."""
    odihr: list[Line]
    commissioner: list[Line]


def reads(vocabulary: Vocabulary, listed: str, code: str) -> tuple[str, ...]:
    """The keys of the lines that one code alone leads to."""
    found = vocabulary.reading(listed, code)
    match listed:
        case "act_type":
            kind = coarse_type({code}, vocabulary) or _TYPE_OF.get("|".join(found.odihr_type), "undecided")
            return (f"type.{kind}",)
        case "target_group":
            return _biases(found.odihr_bias)
        case "ground":
            return (*_biases(found.odihr_bias), "law.open" if code == OPEN_END else "law.named")
        case "setting":
            return tuple(f"area.{area}" for area in vocabulary.terms[listed][code].parents) or ("area.none",)
        case "bias_strength" if code == BiasStrength.NONE.value:
            return ("stop.no_sign",)
        case "verification" if code == Verification.DID_NOT_HAPPEN.value:
            return ("stop.did_not_happen",)
        case _:
            return ()


def _biases(mapped: Collection[str]) -> tuple[str, ...]:
    return tuple(f"bias.{_BIAS_OF.get(bias, bias)}" for bias in mapped)


def covers(vocabulary: Vocabulary, listed: str, code: str) -> tuple[str, ...]:
    """The grounds whose bias a target group says more exactly, so that theirs is not read."""
    return vocabulary.terms[listed][code].parents if listed == "target_group" else ()


def is_counting(key: str) -> bool:
    """Whether a line is one of the two that ODIHR needs: a type of crime, or a bias motive."""
    kind, _dot, which = key.partition(".")
    return (kind == "type" and which in COARSE) or (kind == "bias" and which not in {"none", "by_group"})


def readings(chosen: Chosen, vocabulary: Vocabulary) -> Readings:
    """Every line there is, with the choices that lead to it."""
    covered = {ground for code in chosen.get("target_group", ()) for ground in covers(vocabulary, "target_group", code)}
    found: dict[str, list[tuple[str, str]]] = {key: [] for key in _keys(vocabulary)}
    for listed, codes in chosen.items():
        for term in vocabulary.of(listed):
            for key in reads(vocabulary, listed, term.code) if term.code in codes else ():
                if not (key.startswith("bias.") and listed == "ground" and term.code in covered):
                    found[key].append((listed, term.code))
    lines = [Line(key, tuple(because)) for key, because in found.items()]
    counting = {line.key.partition(".")[0] for line in lines if line.because and is_counting(line.key)}
    is_stopped = any(line.because and line.key.startswith("stop.") for line in lines)
    return Readings(
        is_for_odihr=counting == {"type", "bias"} and not is_stopped,
        odihr=[line for line in lines if line.key.startswith(("type.", "bias.", "stop."))],
        commissioner=[line for line in lines if line.key.startswith(("law.", "area."))],
    )


def _keys(vocabulary: Vocabulary) -> Iterator[str]:
    """All lines, in the order in which they are told."""
    yield from (f"type.{kind}" for kind in (*COARSE, *_TYPES))
    yield from (f"bias.{bias}" for bias in vocabulary.terms["odihr_bias"] if bias != UNSPECIFIED)
    yield from (f"bias.{kind}" for kind in _BIAS_OF.values())
    yield from ("stop.no_sign", "stop.did_not_happen", "law.named", "law.open")
    yield from (f"area.{area}" for area in vocabulary.terms["social_area"])
    yield "area.none"
