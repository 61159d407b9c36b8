"""Which incidents two members code without seeing each other's answers, and how well such codings agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from uuid import UUID

from incidents.core.incident import SEVERAL, BiasStrength, Settlement, Verification
from incidents.core.vocabulary import Vocabulary

GRAVEST = 3
"""Act types up to this precedence (attempted killing, sexual violence, armed attack) are always coded twice."""
FEWEST = 20
"""Fewer pairs say too little: with twenty, the confidence interval of a kappa of 0.8 still spans about 0.5 to 1
(Sim and Wright 2005, The Kappa Statistic in Reliability Studies, Physical Therapy 85(3))."""

SINGLE = ("place", "year", "month", "setting", "verification", "bias_strength")
FIELDS = (*SINGLE, *SEVERAL)
"""Of a settlement, in the order in which pages show them."""

Codes = Mapping[str, frozenset[str]]
"""By field. A field that was left open has none."""


@dataclass(frozen=True)
class Draw:
    """Draws incidents by a keyed hash of their random ids: nobody without the key can tell or choose which."""

    key: bytes
    percent: int

    def falls_on(self, incident: UUID) -> bool:
        digest = blake2b(incident.bytes, digest_size=8, key=self.key, person=b"coded twice").digest()
        return int.from_bytes(digest) * 100 < self.percent << 64


def is_coded_twice(incident: UUID, acts: Iterable[str], draw: Draw, vocabulary: Vocabulary) -> bool:
    gravest = min((found for code in acts if (found := vocabulary.reading("act_type", code).precedence)), default=99)
    return gravest <= GRAVEST or draw.falls_on(incident)


def codes_of(settlement: Settlement) -> Codes:
    return {
        "place": frozenset({settlement.place}),
        "year": frozenset({str(settlement.year)}),
        "month": frozenset({str(settlement.month)} if settlement.month else ()),
        "setting": frozenset({settlement.setting}),
        "verification": frozenset({settlement.verification.value}),
        "bias_strength": frozenset({settlement.bias_strength.value}),
        **{name: getattr(settlement, name) for name in SEVERAL},
    }


def settlement_of(codes: Codes) -> Settlement:
    """What `codes_of` was made from."""
    one = {name: next(iter(codes.get(name, ())), "") for name in SINGLE}
    return Settlement(
        place=one["place"],
        year=int(one["year"]),
        month=int(one["month"]) if one["month"] else None,
        setting=one["setting"],
        verification=Verification(one["verification"]),
        bias_strength=BiasStrength(one["bias_strength"]),
        **{name: frozenset(codes.get(name, ())) for name in SEVERAL},
    )


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Agreement beyond what chance would give: 1 for all alike, 0 for no better than chance. None where both always
    gave one and the same answer, so that chance alone explains everything.

    Cohen 1960, A Coefficient of Agreement for Nominal Scales, Educational and Psychological Measurement 20(1).
    """
    if not pairs:
        return None
    number = len(pairs)
    observed = sum(one == other for one, other in pairs) / number
    first, second = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    by_chance = sum(count * second[answer] for answer, count in first.items()) / number**2
    return None if by_chance == 1 else (observed - by_chance) / (1 - by_chance)


@dataclass(frozen=True)
class Agreement:
    """How well two coders agree on one field, or on one code of it: whether it applies."""

    field: str
    code: str
    """Empty for the field as a whole, where only the very same answer counts as alike."""
    pairs: int
    alike: int
    kappa: float | None

    @property
    def is_too_few(self) -> bool:
        return self.pairs < FEWEST


def agreement(codings: Sequence[tuple[Codes, Codes]]) -> list[Agreement]:
    """Of each field, followed by its codes that either coder used, where a field can have several."""
    found = []
    for name in FIELDS:
        answers = [(one.get(name, frozenset()), other.get(name, frozenset())) for one, other in codings]
        found.append(_agreement(name, "", answers))
        if name in SEVERAL:
            used = sorted({code for pair in answers for answer in pair for code in answer})
            found += [_agreement(name, code, [(code in one, code in other) for one, other in answers]) for code in used]
    return found


def _agreement(name: str, code: str, answers: Sequence[tuple[Hashable, Hashable]]) -> Agreement:
    return Agreement(name, code, len(answers), sum(one == other for one, other in answers), kappa(answers))
