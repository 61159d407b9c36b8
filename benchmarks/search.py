"""How long a search takes over thirty thousand opened texts.

    python -m benchmarks.search [--texts 30000] [--open 2000] [--json FILE]

Invented stories in all languages that the desk gets, as phones sent them. So many of them are open reports, the others
settled ones with a summary (the story itself stands for it), in an SQLite database of their own; everything is sealed.
The first search of a session opens all of them and is told apart. Then a hundred queries follow, the hardest kinds
among them: short beginnings, several words, OR, phrases, fields. The floor, in turns with it, looks for one word in
each of these texts, folded already and opened. Held to: each within a second.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from benchmarks.serving import ground
from incidents.adapters import data_files, opening, sealing
from incidents.adapters.synthetic_texts import synthetic_texts
from incidents.core.accounts import Role
from incidents.core.incident import Handling
from incidents.core.report import Report, to_bytes
from incidents.core.script import fold
from incidents.core.search.finding import Labelled, line_of
from incidents.core.search.query import parse
from incidents.core.synthesis.samples import samples
from incidents.core.synthesis.world import seeded
from incidents.db import report as stored
from incidents.db.database import Database
from incidents.db.deidentify import Deidentification
from incidents.db.key import current_desk_key
from incidents.services import accounts, geocoding, keys, search
from incidents.services.accounts import Member
from incidents.services.memory import Memory

WITHIN_S = 1.0
_AT_ONCE = 1_000
_WORD = "komsija"
_PASSWORD = "tri zelene kruške na stolu"  # noqa: S105 (of a site that is gone at the end)
QUERIES = (
    "komšija",
    "комшија пљунуо",
    "ošišana latinica",
    "a*",
    "p* s* n*",
    "я*",
    "нисам пријавио полицији",
    '"u autobusu"',
    '"nemate mesta ovde"',
    "škola OR vrtić OR igralište",
    "деца -школа -наставник",
    "rendőr",
    "verbalisht OR fyell",
    "language:hu",
    "place:Subotica komšija",
    "ground:national_ethnic -language:sr-cyrl policija",
    "act:threat OR act:physical_attack telefon*",
    "state:linked zgrada",
    "nepostojećareč",
    "i u na se je",
)


def _stories(count: int) -> Iterator[Report]:
    invented = samples(
        count,
        random=seeded(11),
        vocabulary=data_files.vocabulary(),
        places=data_files.places(),
        today=datetime.now(UTC).date(),
        texts=synthetic_texts(),
    )
    return (sample.report for sample in invented)


def fill(database: Database, options: argparse.Namespace, *, token_key: bytes, memory_mib: int) -> Member:
    now = datetime.now(UTC)
    with database.unit_of_work() as session:
        given = {"language": "sr-Latn", "token_key": token_key, "memory_mib": memory_mib, "now": now}
        ana = accounts.add_member(session, "Ana", _PASSWORD, {Role.MODERATOR}, **given)
        keys.make_desk_key(session, [ana.id], today=now.date())
        key = keys.unlock_member_key(session, ana.id, _PASSWORD, memory_mib=memory_mib)
        member = Member(ana.id, "Ana", "sr-Latn", frozenset({Role.MODERATOR}), key, now)
        desk_key = current_desk_key(session)
        assert desk_key is not None
        private = keys.desk_private(session, desk_key.epoch, ana.id, key)
        reports: list[dict[str, Any]] = []
        summaries: list[dict[str, Any]] = []
        for number, story in enumerate(_stories(options.texts)):
            report, is_open = uuid4(), number < options.open
            sealed = sealing.seal_report(to_bytes(story), report=report, desk_public=desk_key.public)
            reports.append(
                {
                    "id": report,
                    "received_on": now.date(),
                    "handling": Handling.RECEIVED if is_open else Handling.LINKED,
                    "version": 1,
                    "sealed": sealed.blob,
                    "epoch": desk_key.epoch,
                    "sealed_key": sealed.sealed_key,
                    "reporter_private_sealed": b"",
                    **dict.fromkeys(("reporter_public", "content_tag"), bytes(32)),
                    **dict.fromkeys(("verifier", "token_digest"), report.bytes * 2),
                }
            )
            if not is_open:
                own = opening.open_key(sealed.sealed_key, private)
                text = (story.words or story.place or "–").encode()
                summary = sealing.seal_under(own, text, bound_to=report.bytes + b"summary")
                summaries.append({"report_id": report, "sealed_summary": summary})
            if len(reports) == _AT_ONCE:
                _store(session, reports, summaries)
        _store(session, reports, summaries)
    return member


def _store(session: Any, reports: list[dict[str, Any]], summaries: list[dict[str, Any]]) -> None:
    for table, rows in ((stored.Report, reports), (Deidentification, summaries)):
        if rows:
            session.execute(sa.insert(table), rows)
        rows.clear()


def _labels() -> list[Labelled]:
    """By code, and for places by name: as the page does, without the labels of terms."""
    vocabulary, places = data_files.vocabulary(), data_files.places()
    lists = {"ground": "ground", "act_type": "act", "handling": "state"}
    found = [
        Labelled(field, frozenset({term.code}), line_of([term.label_en], {}))
        for listed, field in lists.items()
        for term in vocabulary.of(listed)
    ]
    found += [Labelled("language", frozenset({tag}), line_of([tag], {})) for tag in ("hu", "sr-Cyrl", "sr-Latn")]
    named = places.municipalities.items()
    return found + [Labelled("place", frozenset({code}), line_of(one.names.values(), {})) for code, one in named]


def measure(options: argparse.Namespace) -> dict[str, float]:
    with ground() as made:
        database, settings = made.database, made.settings
        member = fill(database, options, token_key=settings.token_key, memory_mib=settings.seal_memory_mib)
        memory, geocoder, places = Memory(), data_files.geocoder(), data_files.places()
        area_of = partial(geocoding.area_meant, geocoder=geocoder, places=places)
        labels = _labels()

        def ask(typed: str) -> tuple[float, int]:
            began = time.perf_counter()
            with database.reader() as session:
                found = search.search(
                    session,
                    member,
                    parse(typed),
                    recall=memory.of(b"c" * 32, now=datetime.now(UTC)),
                    labels=labels,
                    area_of=area_of,
                )
            return time.perf_counter() - began, found.looked_through if typed == QUERIES[0] else found.number

        folded = [fold(story.words or story.place) for story in _stories(options.texts)]

        def look_through() -> float:
            began = time.perf_counter()
            sum(_WORD in text for text in folded)
            return time.perf_counter() - began

        first, looked_through = ask(QUERIES[0])
        times, floor = [], []
        for _ in range(5):
            for typed in QUERIES:
                took, number = ask(typed)
                times.append(took)
                floor.append(look_through())
                if options.verbose:
                    print(f"{took:.3f} {number:6} {typed}")
    times.sort()
    return {
        "texts": looked_through,
        "first search s": first,
        "median s": times[len(times) // 2],
        "95 in 100 s": times[len(times) * 95 // 100],
        "slowest s": times[-1],
        "floor: looked through s": median(floor),
        "memory MB": memory.size / 1e6,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--texts", type=int, default=30_000)
    parser.add_argument("--open", type=int, default=2_000)
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options)
    for name, value in found.items():
        print(f"{name:24} {value:.4g}" if isinstance(value, float) else f"{name:24} {value}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    if found["slowest s"] > WITHIN_S:
        raise SystemExit("A search took more than a second.")


if __name__ == "__main__":
    main()
