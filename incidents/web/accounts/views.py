"""Pages to log in and out, to come back without a password, and of one's own account."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from uuid import UUID

from flask import Blueprint, abort, g, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from incidents.adapters.passkeys import Assertion, NotShown
from incidents.core.recovery import in_groups
from incidents.core.spare import grouped
from incidents.services import accounts as members
from incidents.services import keys
from incidents.services import passkeys as stored
from incidents.services import spare_codes as spares
from incidents.web.accounts import guard, passkeys
from incidents.web.accounts.again import did_not_fit, second, shows_again
from incidents.web.accounts.colleagues import colleagues
from incidents.web.accounts.forms import (
    ConfirmForm,
    EndForm,
    LanguageForm,
    LoginForm,
    LogoutForm,
    MadeForm,
    PasskeyForm,
    PasswordForm,
    RecoverForm,
    RemovePasskeyForm,
    RenewForm,
    SpareForm,
    WarnForm,
)
from incidents.web.accounts.invited import invited
from incidents.web.headers import allow_script
from incidents.web.platform import platform
from incidents.web.texts import gettext as _

Made = TypeVar("Made")

accounts = Blueprint("accounts", __name__, url_prefix="/desk")
accounts.register_blueprint(colleagues)
accounts.register_blueprint(invited)
accounts.context_processor(passkeys.context)


@accounts.get("/login")
def login() -> ResponseReturnValue:
    return _login_page(LoginForm())


@accounts.post("/login")
def log_in() -> ResponseReturnValue:
    form = LoginForm()
    if not form.validate():
        return _login_page(form), 422
    site = platform()
    with site.database.unit_of_work() as session:
        cookie = members.log_in(
            session,
            (form.name.data or "").strip(),
            form.password.data or "",
            second(form),
            token_key=site.settings.token_key,
            memory_mib=site.settings.seal_memory_mib,
            now=site.now(),
        )
    if cookie is None:
        return _login_page(form, refused=True), 422
    response = redirect(url_for("desk.queue"), 303)
    guard.give_cookie(response, cookie)
    return response


@accounts.post("/logout")
@guard.needs()
def log_out() -> ResponseReturnValue:
    if not LogoutForm().validate():
        return redirect(url_for("desk.queue"), 303)
    with platform().database.unit_of_work() as session:
        members.log_out(session, g.cookie)
    platform().memory.forget(g.cookie)
    response = make_response(render_template("accounts/logged_out.html"))
    guard.take_cookie(response)
    response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@accounts.post("/language")
@guard.needs()
def speak() -> ResponseReturnValue:
    form = LanguageForm()
    if form.validate():
        with platform().database.unit_of_work() as session:
            members.speak(session, g.member.id, form.language.data)
    return redirect(url_for("desk.queue"), 303)


@accounts.get("/recover")
def forgot() -> ResponseReturnValue:
    return _recover_page(RecoverForm())


@accounts.post("/recover")
def recover() -> ResponseReturnValue:
    form = RecoverForm()
    if not form.validate():
        return _recover_page(form), 422
    site = platform()
    with site.database.unit_of_work() as session:
        code = members.recover(
            session,
            (form.name.data or "").strip(),
            form.recovery_code.data or "",
            second(form),
            form.new_password.data or "",
            token_key=site.settings.token_key,
            memory_mib=site.settings.seal_memory_mib,
            now=site.now(),
        )
    if code is None:
        return _recover_page(form, refused=True), 422
    return render_template("accounts/recovered.html", code=in_groups(code).split())


@accounts.get("/account")
@guard.needs()
def mine() -> ResponseReturnValue:
    return _account()


@accounts.post("/account/password")
@guard.needs()
def change_password() -> ResponseReturnValue:
    form, site = PasswordForm(), platform()
    if not form.validate():
        return _account(password=form), 422
    with site.database.unit_of_work() as session:
        is_changed = members.change_password(
            session,
            g.member,
            form.password.data or "",
            second(form),
            form.new_password.data or "",
            token_key=site.settings.token_key,
            memory_mib=site.settings.seal_memory_mib,
            now=site.now(),
        )
    if not is_changed:
        return _account(password=form, said=did_not_fit()), 422
    return redirect(url_for("accounts.login"), 303)


@accounts.post("/account/recovery")
@guard.needs()
def renew() -> ResponseReturnValue:
    form = RenewForm()
    if not form.validate():
        return _account(renew=form), 422
    try:
        code = _renewed(form, members.renew_recovery_code)
    except keys.HasEarlierKey:
        return _account(
            said=_("Your recovery code opens what you held before your password was reset. Use it first.")
        ), 409
    if code is None:
        return _account(renew=form, said=did_not_fit()), 422
    return _account(code=in_groups(code).split())


@accounts.post("/account/spare-codes")
@guard.needs()
def renew_spare_codes() -> ResponseReturnValue:
    form = SpareForm()
    if not form.validate():
        return _account(spare=form), 422
    codes = _renewed(form, members.renew_spare_codes)
    if codes is None:
        return _account(spare=form, said=did_not_fit()), 422
    return _account(spare_codes=[grouped(one) for one in codes])


@accounts.post("/account/passkeys")
@guard.needs()
def prepare_passkey() -> ResponseReturnValue:
    """Both factors first: a passkey that is refused afterwards would stay in the device."""
    form = PasskeyForm()
    if passkeys.asked(passkeys.ENROLMENT) is None:
        abort(404)
    if not form.validate():
        return _account(adding=form), 422
    if not shows_again(form):
        return _account(adding=form, said=did_not_fit()), 422
    with platform().database.reader() as session:
        known = [passkeys.as_text(one) for one in stored.credentials_of(session, g.member.id)]
    allow_script()
    return render_template(
        "accounts/passkey.html",
        form=MadeForm(formdata=None, name=form.name.data),
        handle=passkeys.as_text(g.member.id.bytes),
        known=known,
    )


@accounts.post("/account/passkeys/add")
@guard.needs()
def add_passkey() -> ResponseReturnValue:
    """The challenge stands for both factors: it is given only to who has just shown them in this session."""
    form, site, asked = MadeForm(), platform(), passkeys.asked(passkeys.ENROLMENT)
    if asked is None:
        abort(404)
    if not form.validate():
        return _account(said=_no_passkey()), 422
    try:
        with site.database.unit_of_work() as session:
            stored.add(
                session,
                g.member.id,
                form.name.data or "",
                Assertion(form.passkey.data or "", asked),
                token_key=site.settings.token_key,
                actor=g.member.name,
                now=site.now(),
            )
    except NotShown:
        return _account(said=_no_passkey()), 422
    except stored.TooMany:
        return _account(said=_("You have ten passkeys. Remove one of them first.")), 409
    return redirect(url_for("accounts.mine", _anchor="passkeys"), 303)


@accounts.post("/account/passkeys/remove")
@guard.needs()
def remove_passkey() -> ResponseReturnValue:
    form, site = _remove_form(), platform()
    if not form.validate():
        return _account(removing=form), 422
    if not shows_again(form):
        return _account(removing=form, said=did_not_fit()), 422
    with site.database.unit_of_work() as session:
        stored.remove(session, g.member.id, UUID(form.which.data), actor=g.member.name, now=site.now())
    return redirect(url_for("accounts.mine", _anchor="passkeys"), 303)


@accounts.post("/account/recovery/confirm")
@guard.needs()
def confirm() -> ResponseReturnValue:
    form, site = ConfirmForm(), platform()
    if not form.validate():
        return _account(confirm=form), 422
    with site.database.unit_of_work() as session:
        fits = members.confirm_recovery_code(session, g.member, form.recovery_code.data or "", now=site.now())
    if not fits:
        said = _("That is not your newest recovery code. Look at your paper again, or make a new code.")
        return _account(confirm=form, said=said), 422
    return redirect(url_for("accounts.mine"), 303)


@accounts.post("/account/announcements")
@guard.needs()
def announce() -> ResponseReturnValue:
    form = WarnForm()
    if not form.validate():
        return _account(), 422
    with platform().database.unit_of_work() as session:
        members.announce_hard(session, g.member.id, is_on=bool(form.is_warned.data))
    return redirect(url_for("accounts.mine"), 303)


@accounts.post("/account/sessions/end")
@guard.needs()
def end_session() -> ResponseReturnValue:
    form, site = EndForm(), platform()
    if not form.validate():
        return _account(), 422
    with site.database.unit_of_work() as session:
        members.end_session(session, g.member, form.session.data or "", now=site.now())
    return redirect(url_for("accounts.mine"), 303)


def _login_page(form: LoginForm, *, refused: bool = False) -> str:
    allow_script()
    return render_template("accounts/login.html", form=form, refused=refused)


def _recover_page(form: RecoverForm, *, refused: bool = False) -> str:
    allow_script()
    return render_template("accounts/recover.html", form=form, refused=refused)


def _no_passkey() -> str:
    return _("No passkey was added. Please begin again, and make it within five minutes.")


def _remove_form() -> RemovePasskeyForm:
    form = RemovePasskeyForm()
    with platform().database.reader() as session:
        form.which.choices = [(str(one.id), one.name) for one in stored.listed(session, g.member.id)]
    return form


def _renewed(form: RenewForm | SpareForm, renew: Callable[..., Made | None]) -> Made | None:
    """What one of the services makes anew for a member who shows both factors again; None if refused."""
    site = platform()
    with site.database.unit_of_work() as session:
        return renew(
            session,
            g.member,
            form.password.data or "",
            second(form),
            token_key=site.settings.token_key,
            now=site.now(),
        )


def _account(
    *,
    password: PasswordForm | None = None,
    renew: RenewForm | None = None,
    confirm: ConfirmForm | None = None,
    spare: SpareForm | None = None,
    adding: PasskeyForm | None = None,
    removing: RemovePasskeyForm | None = None,
    said: str = "",
    code: Sequence[str] = (),
    spare_codes: Sequence[str] = (),
) -> str:
    """The page of one's own account. `code` is a recovery code to show this once, by groups, as are spare codes."""
    allow_script()
    site = platform()
    with site.database.reader() as session:
        sessions = members.open_sessions(session, g.member, g.cookie, now=site.now())
        is_confirmed = keys.recovery_is_confirmed(session, g.member.id)
        spare_left = spares.left(session, g.member.id)
        mine = stored.listed(session, g.member.id)
    removing = removing or RemovePasskeyForm(formdata=None)
    removing.which.choices = [(str(one.id), one.name) for one in mine]
    return render_template(
        "accounts/account.html",
        password=password or PasswordForm(formdata=None),
        renew=renew or RenewForm(formdata=None),
        confirm=confirm or ConfirmForm(formdata=None),
        spare=spare or SpareForm(formdata=None),
        adding=adding or PasskeyForm(formdata=None),
        removing=removing,
        passkeys=mine,
        has_room=len(mine) < stored.MOST,
        spare_codes=spare_codes,
        spare_left=spare_left,
        sessions=sessions,
        is_confirmed=is_confirmed,
        said=said,
        code=code,
    )
