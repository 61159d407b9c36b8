"""How well and how fast texts are marked.

    python -m benchmarks.marking [--only words|usual|time] [--rounds 15] [--json FILE]

First how much of what is labelled in tests/adapters/marking is found, for the sentences that the rules were tuned on
and for those set aside. Then how long it takes to mark a report of 2 KB in each language, and one of 100 KB, made of
these sentences, which have more to mark than reports do; the floor, in turns with it, is one pass of a compiled
expression that finds the words of the same text. Then how long the names take to load, and marking the worst texts that
we could think of, 100 KB each: one core, the fastest of fifteen; what stands beside each figure is the number of marks.
`--json` keeps the usual texts only.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import NamedTuple

from incidents.adapters.data_files import gazetteer, known_names
from incidents.core.deidentify.mark import Mark
from incidents.core.deidentify.marks import marks

BYTES = 100_000


def worst_text(piece: str, size: int = BYTES) -> str:
    """So many bytes of UTF-8, all of this piece."""
    return (piece * (size // len(piece.encode()) + 1)).encode()[:size].decode(errors="ignore")


def _words(*, between: str = "", count: int = 20_000) -> str:
    chance = random.Random(5)
    words = ("".join(chance.choices("abcdeijklmnoprstuvz", k=chance.randint(2, 9))) for _ in range(count))
    return " ".join(between + (word.capitalize() if between else word) for word in words) + " "


WORST = {
    "small words": _words(),
    "capital words": _words().title(),
    "words in capitals": _words().upper(),
    "places asked for": _words(between="u "),
    "one given name": "Ana ",
    "given names": "Marko Milica Ana Petar ",
    "surnames": "Petrović ",
    "stripped surnames": "petrovic ",
    "names, Cyrillic": "Марко Петровић ",
    "villages": "u Jameni ",
    "longer villages": "Gornja Toponica ",
    "first words of villages": "Gornja ",
    "titles": "komšija ",
    "introductions": "ime mi je ",
    "introductions, half": "ime mi ",
    "introduced names": "zovem se Ana ",
    "digits apart": "0 1 ",
    "ones apart": "1 ",
    "zeros apart": "0 ",
    "six and zero": "0 6 ",
    "digits together": "0641234567",
    "nine digits": "123456789 ",
    "nine digits announced": "lk 123456789 ",
    "phones": "064/123-4567 ",
    "citizens' numbers": "0101900710004 ",
    "accounts": "999-123-73 ",
    "plates": "BG 123-AB ",
    "half plates": "BG 123 ",
    "ibans": "RS35 9990 0000 0000 0123 73 ",
    "half ibans": "rs35 ",
    "dates": "12.03.2024. ",
    "at signs": "@",
    "e-mail": "a@b.rs ",
    "e-mail without end": "a@",
    "dots": "a.",
    "one word": "a",
    "links": "http://a ",
    "half links": "http://",
    "pages": "a.rs/b ",
    "underscores": "a_",
    "streets": "ulica ",
    "streets without number": "ulica Cara ",
    "streets with numbers": "ulica Cara Dušana 7 ",
    "roles": "jedini ",
    "roles in places": "jedini imam u selu ",
    "Hungarian roles": "egyetlen ",
    "two scripts": "aа",
    "combining marks": "a\u0301\u0301",
    "combining marks apart": "c\u030c ",
    "letters of two": "ljnj",
    "brackets": "(",
    "a digit and brackets": "1((((",
    "spaces": " ",
    "emoji": "😀 ",
    "Arabic digits": "٠٦٤ ",
    "full width": "Ａｎａ ",
    "slashes": "1/",
    "files": "KT 1/24 ",
    "pluses": "+1 ",
}
"""Pieces of which worst texts are made, by what they are."""


USUAL_BYTES = 2_000
LANGUAGES = ("sr-Cyrl", "sr-Latn", "hu", "sq", "rom", "ro", "sk", "en")
"""Six and more that reports come in."""
_WORD = re.compile(r"\w+")
FOLDER = Path(__file__).parent.parent / "tests" / "adapters" / "marking"
LABEL = re.compile(r"\{(\w+):([^}]*)\}")
EXACT = {"phone", "email", "jmbg", "doc", "id", "account", "iban", "plate", "url", "handle"}


class Sentence(NamedTuple):
    language: str
    text: str
    labels: list[tuple[int, int, str]]


class Score(NamedTuple):
    found: Counter[str]
    labelled: Counter[str]
    right: Counter[str]
    marked: Counter[str]

    def recall(self, kinds: set[str]) -> float:
        return sum(self.found[kind] for kind in kinds) / sum(self.labelled[kind] for kind in kinds)

    def precision(self) -> float:
        return self.right.total() / self.marked.total()

    def table(self) -> Iterator[str]:
        """What was found of what is labelled, and how many marks are right, kind by kind."""
        yield f"{'kind':12} {'found':>5} {'of':>5} {'recall':>7} {'right':>6} {'of':>5} {'precision':>10}"
        for kind in sorted(self.labelled.keys() | self.marked.keys()):
            found, labelled, right, marked = (counts[kind] for counts in self)
            recall, precision = _share(found, labelled), _share(right, marked)
            yield f"{kind:12} {found:5} {labelled:5} {recall} {right:6} {marked:5} {precision:>10}"
        exact, names, others = self.recall(EXACT), self.recall({"name"}), self.recall({"address", "place", "role"})
        yield f"recall: numbers, mail, links {exact:.3f}, names {names:.3f}, places and roles {others:.3f}"
        yield f"precision: {self.precision():.3f}"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:7.3f}" if whole else "      -"


def sentences(*, aside: bool) -> Iterator[Sentence]:
    for path in sorted(FOLDER.glob("*.txt")):
        if path.stem.endswith(".aside") == aside:
            for line in path.read_text(encoding="utf-8").splitlines():
                yield parsed(path.name.split(".")[0], line)


def parsed(language: str, line: str) -> Sentence:
    text, labels, read = "", [], 0
    for label in LABEL.finditer(line):
        text += line[read : label.start()]
        labels.append((len(text), len(text) + len(label[2]), label[1]))
        text += label[2]
        read = label.end()
    return Sentence(language, text + line[read:], labels)


@cache
def score(*, aside: bool) -> Score:
    result = Score(Counter(), Counter(), Counter(), Counter())
    for sentence in sentences(aside=aside):
        found = marks(sentence.text, known_names())
        for label in sentence.labels:
            result.labelled[label[2]] += 1
            result.found[label[2]] += is_found(sentence.text, label, found)
        for mark in found:
            result.marked[mark.kind] += 1
            result.right[mark.kind] += is_right(mark, sentence.labels)
    return result


def is_found(text: str, label: tuple[int, int, str], found: list[Mark]) -> bool:
    """Whether marks of the same kind cover every letter and digit of the label."""
    start, end, kind = label
    covered = {at for mark in found if mark.kind == kind for at in range(mark.start, mark.end)}
    return all(at in covered or not text[at].isalnum() for at in range(start, end))


def is_right(mark: Mark, labels: list[tuple[int, int, str]]) -> bool:
    """Whether at least half of what is marked is labelled."""
    inside = sum(any(start <= at < end for start, end, _ in labels) for at in range(mark.start, mark.end))
    return 2 * inside >= mark.end - mark.start


def usual_texts() -> dict[str, str]:
    """A report of 2 KB in each language, and one of 100 KB in all of them."""
    told: dict[str, list[str]] = {language: [] for language in LANGUAGES}
    for aside in (False, True):
        for sentence in sentences(aside=aside):
            if sentence.language in told:
                told[sentence.language].append(sentence.text)
    texts = {language: worst_text(" ".join(of) + " ", USUAL_BYTES) for language, of in told.items()}
    return {**texts, "100 KB": worst_text(" ".join(" ".join(of) for of in told.values()) + " ")}


def measured_usual(rounds: int) -> dict[str, dict[str, float]]:
    """Of each usual text: ms of CPU for marking it and for the floor, medians, and the number of marks."""
    known, texts = known_names(), usual_texts()
    ours: dict[str, list[float]] = {name: [] for name in texts}
    floor: dict[str, list[float]] = {name: [] for name in texts}
    found = {name: len(marks(text, known)) for name, text in texts.items()}
    for _ in range(rounds):
        for name, text in texts.items():
            began = time.process_time()
            marks(text, known)
            marked = time.process_time()
            _WORD.findall(text)
            floor[name].append(time.process_time() - marked)
            ours[name].append(marked - began)
    return {
        name: {
            "ms": 1e3 * median(ours[name]),
            "floor ms": 1e3 * median(floor[name]),
            "to floor": median(ours[name]) / median(floor[name]),
            "marks": found[name],
        }
        for name in texts
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", choices=["words", "usual", "time"])
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    if options.only in {None, "words"}:
        for aside in (False, True):
            print("set aside" if aside else "tuned on", *score(aside=aside).table(), "", sep="\n")
    if options.only in {None, "usual"} or options.json:
        usual = measured_usual(options.rounds)
        for name, figures in usual.items():
            print(f"{name:8}", "  ".join(f"{what} {value:.3g}" for what, value in figures.items()))
        if options.json:
            options.json.write_text(json.dumps(usual, indent=1), encoding="utf-8")
    if options.only in {None, "time"}:
        _measure_time()


def _measure_time() -> None:
    gazetteer()
    before, began = _memory(), time.perf_counter()
    known = known_names()
    print(
        f"names: {1000 * (time.perf_counter() - began):.0f} ms, {_memory() - before:.0f} MB, {len(known.uses):,} forms"
    )
    for name, piece in WORST.items():
        times, text = [], worst_text(piece)
        for _ in range(15):
            began = time.perf_counter()
            found = marks(text, known)
            times.append(time.perf_counter() - began)
        print(f"{name}: {1000 * min(times):.1f} ms, {len(found)}")


def _memory() -> float:
    """The most that this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
