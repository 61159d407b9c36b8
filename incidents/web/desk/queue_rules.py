"""Pages of the queue's rules: written, tried on the reports of the last months, switched on."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID, uuid4

from flask import Blueprint, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import RadioField, SelectField, StringField

from incidents.core.accounts import Role
from incidents.core.languages import BY_TAG
from incidents.core.queue_rules import BadRule, Condition, Effect, Rule
from incidents.core.report import plain_text
from incidents.services import queue_rules as services
from incidents.services.queue import grave_acts
from incidents.services.queue_rules import DryRun, NotTried, SamePerson, StaleRule, Written
from incidents.web.accounts import guard
from incidents.web.desk import shown
from incidents.web.desk.around import a_colleague_was_faster, find, now, out_of_date
from incidents.web.desk.forms import ActForm
from incidents.web.desk.queue import area_of
from incidents.web.places import place_name
from incidents.web.platform import platform
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _

queue_rules = Blueprint("rules", __name__, url_prefix="/rules")


class RuleForm(ActForm):
    name = StringField(_("Name of the rule"))
    language = SelectField(_("Language of the form"), validate_choice=False)
    place = StringField(_("Municipality"))
    ground = SelectField(_("Ground"), validate_choice=False)
    act = SelectField(_("What happened"), validate_choice=False)
    words = StringField(_("Words in the story"))
    effect = RadioField(_("What the queue does"), validate_choice=False)
    tag = StringField(_("The tag"))
    route_to = SelectField(_("The colleague"), validate_choice=False)

    def offer(self, moderators: dict[UUID, str]) -> None:
        vocabulary = platform().vocabulary
        self.language.choices = [("", "–"), *((tag, one.endonym) for tag, one in BY_TAG.items())]
        self.ground.choices = [("", "–"), *((term.code, shown.named(term)) for term in vocabulary.of("ground"))]
        self.act.choices = [("", "–"), *((term.code, shown.named(term)) for term in vocabulary.of("act_type"))]
        self.effect.choices = [(effect.value, text) for effect, text in effects().items()]
        self.route_to.choices = [("", "–"), *((str(one), name) for one, name in moderators.items())]

    def show(self, rule: Rule) -> None:
        """Put a written rule into the fields."""
        condition = rule.condition
        self.version.data = str(rule.version)
        for name in ("name", "tag"):
            getattr(self, name).data = getattr(rule, name)
        for name in ("language", "ground", "act", "words"):
            getattr(self, name).data = getattr(condition, name)
        self.place.data = place_name(condition.place) if condition.place else ""
        self.effect.data = rule.effect.value
        self.route_to.data = str(rule.route_to or "")

    def rule(self, number: UUID) -> Rule:
        """Raises BadRule."""
        vocabulary = platform().vocabulary
        condition = Condition(
            self._code("language", lambda code: code in BY_TAG),
            self._place(),
            self._code("ground", lambda code: vocabulary.has("ground", code)),
            self._code("act", lambda code: vocabulary.has("act_type", code)),
            self.words.data or "",
        )
        try:
            effect = Effect(self.effect.data)
        except ValueError:
            raise BadRule("effect", "missing") from None
        try:
            route_to = UUID(self.route_to.data or "")
        except ValueError:
            route_to = None
        return Rule(number, self.seen(), self.name.data or "", effect, self.tag.data or "", route_to, condition)

    def _code(self, name: str, is_known: Callable[[str], bool]) -> str:
        code: str = getattr(self, name).data or ""
        if code and not is_known(code):
            raise BadRule(name, "unknown")
        return code

    def _place(self) -> str:
        typed = plain_text(self.place.data or "").strip()
        meant = find(typed) if typed else []
        if len(meant) == 1:
            return meant[0]
        if typed:
            raise BadRule("place", "unknown")
        return ""


def effects() -> dict[Effect, str]:
    return {
        Effect.FLAG: gettext("Flag it: it comes before the others"),
        Effect.TAG: gettext("Put a tag on it"),
        Effect.ROUTE: gettext("Put it among the work of a colleague"),
        Effect.APART: gettext("Set it apart, with those held for a check"),
    }


@queue_rules.get("/")
@guard.needs(Role.MODERATOR)
def listed() -> ResponseReturnValue:
    return _list_page()


@queue_rules.get("/new")
@guard.needs(Role.MODERATOR)
def new() -> ResponseReturnValue:
    return _rule_page(RuleForm(formdata=None, effect=Effect.FLAG.value))


@queue_rules.post("/new")
@guard.needs(Role.MODERATOR)
def write() -> ResponseReturnValue:
    return _save(uuid4(), None)


@queue_rules.get("/<uuid:rule>")
@guard.needs(Role.MODERATOR)
def show(rule: UUID) -> ResponseReturnValue:
    with platform().database.reader() as session:
        written = services.one_rule(session, rule)
    form = RuleForm(formdata=None)
    form.show(written.rule)
    return _rule_page(form, written)


@queue_rules.post("/<uuid:rule>")
@guard.needs(Role.MODERATOR)
def change(rule: UUID) -> ResponseReturnValue:
    with platform().database.reader() as session:
        written = services.one_rule(session, rule)
    return _save(rule, written)


@queue_rules.post("/<uuid:rule>/try")
@guard.needs(Role.MODERATOR)
def try_(rule: UUID) -> ResponseReturnValue:
    site, form = platform(), ActForm()
    if not form.validate():
        return _again(rule, out_of_date(), 422)
    try:
        with site.database.unit_of_work() as session:
            found = services.try_rule(
                session,
                rule,
                version=form.seen(),
                member=g.member,
                area_of=area_of,
                grave=grave_acts(site.vocabulary),
                today=site.today(),
                now=now(),
            )
    except StaleRule:
        return _again(rule, a_colleague_was_faster(), 409)
    form = RuleForm(formdata=None)
    form.show(found.written.rule)
    return _rule_page(form, found.written, found)


@queue_rules.post("/<uuid:rule>/on")
@guard.needs(Role.MODERATOR)
def on(rule: UUID) -> ResponseReturnValue:
    return _switch(rule, is_on=True)


@queue_rules.post("/<uuid:rule>/off")
@guard.needs(Role.MODERATOR)
def off(rule: UUID) -> ResponseReturnValue:
    return _switch(rule, is_on=False)


@queue_rules.post("/<uuid:rule>/delete")
@guard.needs(Role.MODERATOR)
def delete(rule: UUID) -> ResponseReturnValue:
    form = ActForm()
    if not form.validate():
        return _again(rule, out_of_date(), 422)
    try:
        with platform().database.unit_of_work() as session:
            services.delete_rule(session, rule, version=form.seen(), member=g.member, now=now())
    except StaleRule:
        return _again(rule, a_colleague_was_faster(), 409)
    return redirect(url_for("desk.rules.listed"), 303)


def _switch(rule: UUID, *, is_on: bool) -> ResponseReturnValue:
    form = ActForm()
    if not form.validate():
        return _again(rule, out_of_date(), 422)
    try:
        with platform().database.unit_of_work() as session:
            services.switch_rule(session, rule, on=is_on, version=form.seen(), member=g.member, now=now())
    except StaleRule:
        return _again(rule, a_colleague_was_faster(), 409)
    except NotTried:
        return _again(rule, gettext("Try the rule first, as it is now."), 409)
    except SamePerson:
        return _again(rule, gettext("You wrote this rule. Another moderator has to switch it on."), 409)
    return redirect(url_for("desk.rules.listed"), 303)


def _save(rule: UUID, written: Written | None) -> ResponseReturnValue:
    site, form = platform(), RuleForm()
    if not form.validate():
        return _rule_page(form, written, obstacle=out_of_date() if form.token.errors else "", status=422)
    try:
        with site.database.unit_of_work() as session:
            services.save_rule(session, form.rule(rule), known=site.known_names(), member=g.member, now=now())
    except StaleRule:
        return _rule_page(form, written, obstacle=a_colleague_was_faster(), status=409)
    except BadRule as wrong:
        field = form.name if wrong.field == "condition" else form[wrong.field]
        field.errors = [_bad(wrong)]
        return _rule_page(form, written, status=422)
    return redirect(url_for("desk.rules.show", rule=rule), 303)


def _again(rule: UUID, obstacle: str, status: int) -> ResponseReturnValue:
    with platform().database.reader() as session:
        written = services.one_rule(session, rule)
    form = RuleForm(formdata=None)
    form.show(written.rule)
    return _rule_page(form, written, obstacle=obstacle, status=status)


def _list_page() -> ResponseReturnValue:
    with platform().database.reader() as session:
        rules = services.all_rules(session)
    return render_template("desk/rules.html", rules=rules, effects=effects(), condition=in_words)


def _rule_page(
    form: RuleForm,
    written: Written | None = None,
    tried: DryRun | None = None,
    *,
    obstacle: str = "",
    status: int = 200,
) -> ResponseReturnValue:
    with platform().database.reader() as session:
        form.offer(services.routable(session))
    page = render_template(
        "desk/rule.html",
        form=form,
        written=written,
        tried=tried,
        is_own=written is not None and written.written_by == g.member.name,
        acts=shown.acts,
        handlings=lambda handling: shown.term("handling", handling.value),
        obstacle=obstacle,
    )
    return page, status


def in_words(written: Written) -> list[tuple[str, str]]:
    """What a report must be like: names of fields and what they are set to."""
    condition = written.rule.condition
    parts = {
        gettext("Language of the form"): BY_TAG[condition.language].endonym if condition.language in BY_TAG else "",
        gettext("Municipality"): place_name(condition.place) if condition.place else "",
        gettext("Ground"): shown.term("ground", condition.ground),
        gettext("What happened"): shown.term("act_type", condition.act),
        gettext("Words in the story"): condition.words,
    }
    return [(name, text) for name, text in parts.items() if text]


def _bad(wrong: BadRule) -> str:
    return {
        ("name", "missing"): gettext("Give the rule a name."),
        ("name", "taken"): gettext("There is a rule of this name already."),
        ("name", "too_long"): gettext("That is too long. Please keep it under 60 characters."),
        ("tag", "missing"): gettext("Write the tag, one or two words."),
        ("tag", "too_long"): gettext("That is too long. Please keep it under 30 characters."),
        ("route_to", "missing"): gettext("Choose a colleague."),
        ("effect", "missing"): gettext("Choose what the queue does."),
        ("condition", "missing"): gettext("Say which reports are meant: choose or type at least one thing."),
        ("place", "unknown"): gettext("We do not know which municipality or district that is. Type its whole name."),
        ("words", "too_long"): gettext("That is too long. Please keep it under 200 characters."),
        ("words", "fields"): gettext("Type words only here. The other things have fields of their own."),
        ("words", "unknown_field"): gettext("Type words only here. The other things have fields of their own."),
        ("words", "only_without"): gettext("Type at least one word that the story must have."),
        ("words", "missing"): gettext("Type at least one word that the story must have."),
    }.get((wrong.field, wrong.reason)) or {
        "names_somebody": gettext("This could point at a person. Rules are not sealed: leave names and numbers out."),
        "unknown": gettext("This cannot be chosen."),
    }[wrong.reason]
