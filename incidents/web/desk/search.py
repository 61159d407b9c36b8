"""The page of the search. What is typed comes by POST: it stands in no address, and in no log."""

from __future__ import annotations

from collections.abc import Iterable

from flask import Blueprint, g, render_template
from flask.typing import ResponseReturnValue
from wtforms import StringField

from incidents.core.accounts import Role
from incidents.core.incident import NO_PLACE, ONLINE
from incidents.core.languages import BY_TAG
from incidents.core.places import KOSOVO
from incidents.core.search.finding import Labelled, line_of
from incidents.core.search.query import ACT, GROUND, LANGUAGE, LONGEST, PLACE, STATE, NotAQuery, parse
from incidents.services import search as services
from incidents.services.search import MOST, SHOWN, Found, Source
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import now, out_of_date, recall
from incidents.web.desk.queue import area_of
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm

search = Blueprint("search", __name__, url_prefix="/search")


class SearchForm(DeskForm):
    words = StringField(_("What to look for"))


@search.get("/")
@guard.needs(Role.MODERATOR)
def ask() -> ResponseReturnValue:
    return _page(SearchForm(formdata=None))


@search.post("/")
@guard.needs(Role.MODERATOR)
def find() -> ResponseReturnValue:
    form = SearchForm()
    if not form.validate():
        return _page(form, obstacle=out_of_date(), status=422)
    try:
        part = parse(form.words.data or "")
    except NotAQuery as wrong:
        form.words.errors = [_not_a_query(wrong)]
        return _page(form, status=422)
    with platform().database.unit_of_work() as session:
        services.note_searching(session, g.member, now=now())
    with platform().database.reader() as session:
        found = services.search(session, g.member, part, recall=recall(), labels=_labels(), area_of=area_of)
    return _page(form, found)


def _page(
    form: SearchForm, found: Found | None = None, *, obstacle: str = "", status: int = 200
) -> ResponseReturnValue:
    page = render_template(
        "desk/search.html",
        form=form,
        found=found,
        obstacle=obstacle,
        sources={
            Source.WORDS: gettext("in their own words"),
            Source.SHORT: gettext("in a short answer"),
            Source.TALK: gettext("in what they wrote later"),
            Source.SUMMARY: gettext("in the summary"),
            Source.CODES: "",
        },
        state=lambda handling: shown.term("handling", handling.value),
        line=shown.line,
        most=MOST,
        on_page=SHOWN,
    )
    return page, status


def _labels() -> list[Labelled]:
    """What codes are called: in the member's language, places in every language there is."""
    site = platform()
    lists = {"ground": GROUND, "act_type": ACT, "handling": STATE, "decision": STATE}
    terms = [term for listed in lists for term in site.vocabulary.of(listed)]
    found = [_label(lists[term.vocabulary], [term.code], [shown.named(term)]) for term in terms]
    found += [_label(LANGUAGE, [tag], [language.endonym]) for tag, language in BY_TAG.items()]
    places = site.places
    found += [_label(PLACE, [code], [place_name(code)]) for code in (ONLINE, NO_PLACE, KOSOVO)]
    found += [_label(PLACE, [code], one.names.values()) for code, one in places.municipalities.items()]
    found += [_label(PLACE, [*places.parts_of(code), code], one.names.values()) for code, one in places.cities.items()]
    parts: dict[str, list[str]] = {code: [code] for code in places.districts}
    for code, municipality in places.municipalities.items():
        parts[municipality.district_code].append(code)
    return found + [_label(PLACE, parts[code], one.names.values()) for code, one in places.districts.items()]


def _label(field: str, codes: Iterable[str], names: Iterable[str]) -> Labelled:
    return Labelled(field, frozenset(codes), line_of(names, {}))


def _not_a_query(wrong: NotAQuery) -> str:
    return {
        "missing": gettext("Type at least one word."),
        "only_without": gettext("Type also what it shall have, not only what it shall not have."),
        "too_long": gettext("That is too long. Please keep it under %(num)s characters.", num=LONGEST),
        "unknown_field": gettext("There is no field “%(name)s”. The fields are listed below.", name=wrong.part),
    }[wrong.reason]
