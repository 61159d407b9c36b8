"""The page of the queue: its views, filters in the address, and filters that members saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from functools import partial
from itertools import chain
from math import ceil
from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import BooleanField, StringField

from incidents.core.accounts import Role
from incidents.core.alphabet import by_alphabet
from incidents.core.languages import BY_TAG
from incidents.core.queue_rules import Rule
from incidents.services import alarms, filters, geocoding, moderation, queue_rules, referral
from incidents.services.filters import NotAName
from incidents.services.queue import Chosen, Filter, Held, View, Waiting, chosen, open_queue
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import out_of_date, recall
from incidents.web.desk.forms import ActForm
from incidents.web.desk.welfare import suggested_pause
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm

queue = Blueprint("filters", __name__, url_prefix="/filters")

ON_A_PAGE = 50
_LATELY = timedelta(days=30)


class SaveForm(DeskForm):
    name = StringField(_("Name of the filter"))
    is_shared = BooleanField(_("All moderators may use it"))


@dataclass(frozen=True)
class Choice:
    """One thing to filter by."""

    code: str
    text: str
    number: int
    """How many lines of the view there are of it."""


@queue.post("/")
@guard.needs(Role.MODERATOR)
def save() -> ResponseReturnValue:
    form = SaveForm()
    by = read_filter(request.form)
    if not form.validate():
        return queue_page(by, obstacle=out_of_date(), saving=form, status=422)
    try:
        with platform().database.unit_of_work() as session:
            filters.save_filter(session, form.name.data or "", by, is_shared=bool(form.is_shared.data), member=g.member)
    except NotAName as wrong:
        form.name.errors = [_not_a_name(wrong.reason)]
        return queue_page(by, saving=form, status=422)
    return redirect(address(by), 303)


@queue.post("/<uuid:saved>/delete")
@guard.needs(Role.MODERATOR)
def delete(saved: UUID) -> ResponseReturnValue:
    if not ActForm().validate():
        return queue_page(Filter(), obstacle=out_of_date(), status=422)
    with platform().database.unit_of_work() as session:
        filters.delete_filter(session, saved, member=g.member)
    return redirect(url_for("desk.queue"), 303)


def queue_page(
    by: Filter, *, page: int = 1, saving: SaveForm | None = None, obstacle: str = "", status: int = 200
) -> ResponseReturnValue:
    site = platform()
    with site.database.reader() as session:
        flood = alarms.flood(session, today=site.today())
        rules = queue_rules.rules_in_force(session)
        waiting = opened(session, with_held=flood is None, rules=rules)
        bunches = alarms.bunches(session, waiting, yearly=site.yearly, today=site.today())
        withdrawn = Counter(moderation.withdrawals(session, since=site.now() - _LATELY))
        saved = filters.saved_filters(session, g.member, read=read_filter)
        pause = suggested_pause(session)
        owed = referral.due(session, today=site.today())
        desks = shown.desk_names(session, g.member.id)
    found = chosen(waiting, by)
    pages = max(1, ceil(len(found.lines) / ON_A_PAGE))
    page = min(max(1, page), pages)
    answer = render_template(
        "desk/queue.html",
        all_open=len(waiting),
        found=found,
        lines=found.lines[(page - 1) * ON_A_PAGE : page * ON_A_PAGE],
        by=by,
        is_filtered=by != Filter(view=by.view),
        views=_views(by, found),
        choices=_choices(waiting, by, rules),
        tongues=Counter(line.content.language for line in waiting if line.content is not None).most_common(),
        held=_held(),
        codes=codes(by),
        saved=[(one, address(one.values)) for one in saved],
        saving=saving or SaveForm(formdata=None),
        earlier=address(by, page - 1) if page > 1 else "",
        later=address(by, page + 1) if page < pages else "",
        whole_view=address(Filter(view=by.view)),
        of_language=lambda tag: address(replace(by, language=tag)),
        page=page,
        pages=pages,
        withdrawn=withdrawn.items(),
        acts=shown.acts,
        flood=flood,
        pause=pause,
        owed=owed,
        bunches=bunches,
        term=shown.term,
        place_name=place_name,
        desks=desks,
        obstacle=obstacle,
    )
    return answer, status


def next_report() -> ResponseReturnValue:
    """The first open report that nobody has; the queue where there is none."""
    site = platform()
    with site.database.reader() as session:
        with_held = alarms.flood(session, today=site.today()) is None
        waiting = opened(session, with_held=with_held, rules=queue_rules.rules_in_force(session))
    lines = chosen(waiting, Filter(view=View.UNCLAIMED)).lines
    return redirect(url_for("desk.reports.show", report=lines[0].id) if lines else url_for("desk.queue"), 303)


def opened(session: Session, *, with_held: bool, rules: Sequence[Rule] = ()) -> list[Waiting]:
    """The queue of this member."""
    site = platform()
    return open_queue(
        session,
        g.member,
        recall=recall(),
        vocabulary=site.vocabulary,
        area_of=area_of,
        now=site.now(),
        with_held=with_held,
        rules=rules,
    )


def area_of(place: str) -> str:
    return geocoding.area_meant(place, geocoder=platform().geocoder, places=platform().places)


def read_filter(values: Mapping[str, str]) -> Filter:
    """From the parts of an address, or of what was saved; a code that is none counts as not given."""
    site = platform()

    def known(name: str, is_known: Callable[[str], bool]) -> str:
        code = values.get(name, "")
        return code if is_known(code) else ""

    view, held = values.get("view", ""), values.get("held", "")
    return Filter(
        view=View(view) if view in {each.value for each in View} else View.ALL,
        language=known("language", BY_TAG.__contains__),
        place=known("place", site.places.has_area),
        ground=known("ground", partial(site.vocabulary.has, "ground")),
        act=known("act", partial(site.vocabulary.has, "act_type")),
        held=Held(held) if held in {each.value for each in Held} else Held.BOTH,
        rule=known("rule", _is_an_id),
    )


def codes(by: Filter) -> dict[str, str]:
    """The filter as parts of an address: codes, and only those that it sets."""
    values = asdict(by) | {"view": "" if by.view is View.ALL else by.view.value, "held": by.held.value}
    return {name: value for name, value in values.items() if value}


def address(by: Filter, page: int = 1) -> str:
    values: dict[str, Any] = {**codes(by), "page": page if page > 1 else None}
    return url_for("desk.queue", **values)


def _views(by: Filter, found: Chosen) -> list[tuple[str, int, str, bool]]:
    """Text, number, address, and whether it is this one."""
    texts = {
        View.ALL: gettext("All open"),
        View.MINE: gettext("My work"),
        View.UNCLAIMED: gettext("Nobody has it"),
        View.WAITING: gettext("Waiting for the reporter"),
        View.OVERDUE: gettext("Overdue"),
        View.RISK: gettext("Somebody at risk"),
    }
    return [
        (text, found.in_views[view], address(replace(by, view=view)), view is by.view) for view, text in texts.items()
    ]


def _is_an_id(typed: str) -> bool:
    try:
        return str(UUID(typed)) == typed
    except ValueError:
        return False


def _choices(waiting: Sequence[Waiting], by: Filter, rules: Sequence[Rule]) -> list[tuple[str, str, str, list[Choice]]]:
    """Field, label, the code that is chosen, and what can be chosen: what there is in the view."""
    contents = [line.content for line in waiting if line.content is not None and by.view.shows(line)]
    terms = platform().vocabulary.terms

    def there(found: Iterable[str], order: Iterable[str], text: Callable[[str], str], picked: str) -> list[Choice]:
        numbers = Counter(found)
        return [Choice(code, text(code), numbers[code]) for code in order if numbers[code] or code == picked]

    def of_list(name: str, found: Iterable[Iterable[str]], picked: str) -> list[Choice]:
        listed = terms[name]
        return there(chain.from_iterable(found), listed, lambda code: shown.named(listed[code]), picked)

    tongues = [gist.language for gist in contents]
    areas = [gist.area for gist in contents]
    places = there(areas, ({*areas} | {by.place}) - {""}, place_name, by.place)
    names = {str(rule.id): rule.name for rule in rules}
    hits = chain.from_iterable(gist.hit_by for gist in contents)
    of_rules = ("rule", gettext("Rule"), by.rule, there(hits, names, names.__getitem__, by.rule))
    return [
        ("language", gettext("Language"), by.language, there(tongues, BY_TAG, shown.endonym, by.language)),
        ("place", gettext("Municipality"), by.place, sorted(places, key=lambda place: by_alphabet(place.text))),
        ("ground", gettext("Ground"), by.ground, of_list("ground", (gist.grounds for gist in contents), by.ground)),
        ("act", gettext("What happened"), by.act, of_list("act_type", (gist.acts for gist in contents), by.act)),
        *([of_rules] if rules else []),
    ]


def _held() -> dict[str, str]:
    return {
        Held.BOTH.value: gettext("With those held for a check"),
        Held.NOT.value: gettext("Without those held for a check"),
        Held.ONLY.value: gettext("Only those held for a check"),
    }


def _not_a_name(reason: str) -> str:
    return {
        "missing": gettext("Give the filter a name."),
        "too_long": gettext("That is too long. Please keep it under 60 characters."),
        "taken": gettext("You have a filter of this name already."),
        "too_many": gettext("You have thirty filters. Delete one first."),
    }[reason]
