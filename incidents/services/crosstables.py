"""Free cross-tables: any table of the published dimensions, protected with everything published and for everybody.

A table that nobody planned joins the one system of its year: what is published stays as it is, the new cells are
decided on top of it, attacked like a release, signed by two and published. Nothing is answered to one reader alone, and
no perturbed figures stand beside exact ones. A refusal tells no figure, not even that one is small.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from incidents.core import crosstables, tables
from incidents.core.periods import Quarter
from incidents.core.places import Places
from incidents.core.release import plan_file
from incidents.core.tables import INCIDENTS, SUBJECTS
from incidents.core.vocabulary import Vocabulary
from incidents.db.release import Release, ReleaseState
from incidents.disclosure.protection import CannotProtect
from incidents.services.drafts import replace_draft
from incidents.services.published import ReleaseSummary, contents, newest
from incidents.services.releases import freeze, part_of, verify
from incidents.services.wording import Label

MOST_A_QUARTER = 10
"""Tables added to the figures of one quarter: each uses up room that later ones would need."""


class NothingPublished(Exception):
    """There is no release yet, or none that counts the year asked for."""


class TooMany(Exception):
    """As many tables as may be were added to this quarter's figures already."""


class Refused(Exception):
    """The table cannot be asked for; `why` is a word of core.crosstables.problem_of."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TooFine(Exception):
    """The table cannot be published without giving somebody away. Nothing is said about where."""


def add_table(
    session: Session,
    cuts: Sequence[str],
    year: int,
    *,
    today: date,
    vocabulary: Vocabulary,
    places: Places,
    label: Label,
    pepper: bytes,
    actor: str,
    now: datetime,
) -> ReleaseSummary:
    """Build a draft that adds one table to the figures of a year, for two to sign.

    `cuts` are dimensions, each perhaps cut at a level: `ground@group`. Raises NothingPublished, Refused, TooMany,
    TooFine, and what releases.build_release raises for files or counts that are not those of before.
    """
    before = newest(session)
    if before is None:
        raise NothingPublished
    verify(session, before)
    earlier = contents(session, before.number)
    plan = _plan(earlier, year)
    times = {"time"} & set(cuts)
    if why := crosstables.problem_of(cuts, plan, is_whole_year=_is_whole(session, year)):
        raise Refused(why)
    if _added(session, before.quarter) >= MOST_A_QUARTER:
        raise TooMany
    replace_draft(session)
    table = crosstables.table_for([*sorted(times), *(cut for cut in cuts if cut != "time")])
    wider = crosstables.with_table(plan, table, tables.plan_dimensions(vocabulary, places))
    plans = {
        subject: wider if subject is INCIDENTS else json.loads(earlier[plan_file(subject.name, year)])
        for subject in SUBJECTS
    }
    try:
        parts = {
            subject: part_of(session, subject, year, own, set(), earlier, pepper=pepper)
            for subject, own in plans.items()
        }
    except CannotProtect:
        raise TooFine from None
    release = Release(
        number=before.number + 1,
        quarter=before.quarter,
        state=ReleaseState.BUILT,
        built_on=today,
        added_table=table.name,
    )
    return freeze(
        session, release, parts, earlier, vocabulary=vocabulary, places=places, label=label, actor=actor, now=now
    )


def _plan(earlier: Mapping[str, bytes], year: int) -> dict[str, Any]:
    content = earlier.get(plan_file(INCIDENTS.name, year))
    if content is None:
        raise NothingPublished
    found: dict[str, Any] = json.loads(content)
    return found


def _is_whole(session: Session, year: int) -> bool:
    """Whether the year's last quarter is published, and with it the year."""
    quarters = session.scalars(sa.select(Release.quarter).where(Release.state == ReleaseState.PUBLISHED))
    return str(Quarter(year, 4)) in set(quarters)


def _added(session: Session, quarter: str) -> int:
    query = sa.select(sa.func.count()).where(
        Release.quarter == quarter, Release.state == ReleaseState.PUBLISHED, Release.added_table.is_not(None)
    )
    return session.scalar(query) or 0
