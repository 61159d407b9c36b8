"""Tables of reports at the desk: a partner has one looked through, and sends it once every row can be taken.

Nothing of a table is kept until then, and the reports that come of it are sealed like all others: the partner who sent
them cannot open them either.
"""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Sequence
from datetime import date

from flask import Blueprint, Response, abort, g, render_template, request
from flask.typing import ResponseReturnValue
from flask_wtf.file import FileField, FileRequired
from sqlalchemy.orm import Session
from wtforms import BooleanField, SelectField

from incidents.adapters import spreadsheets
from incidents.adapters.spreadsheets import LARGEST_FILE, Unreadable
from incidents.core.accounts import Role
from incidents.core.batch.columns import NoHeader, TwoAlike
from incidents.core.batch.rows import Entry, twins
from incidents.core.languages import LANGUAGES
from incidents.core.receipt import ReceiptCode, grouped
from incidents.core.release import as_text
from incidents.services import batch_words as words
from incidents.services import batches as taking
from incidents.services.batches import Earlier, Looked
from incidents.services.reporting import NoDeskKey
from incidents.web.accounts import guard
from incidents.web.desk.around import now, out_of_date
from incidents.web.languages import current_language
from incidents.web.platform import platform
from incidents.web.published.files import CSV
from incidents.web.texts import gettext
from incidents.web.texts import lazy_gettext as _
from incidents.web.tokens import DeskForm

batches = Blueprint("batches", __name__, url_prefix="/tables")

MOST_ROWS = 2_000
"""In one table that is sent here. An operator imports larger ones."""
_TOLD_AT_MOST = 100
_AROUND_THE_FILE = 64 * 1024


class TableForm(DeskForm):
    table = FileField(_("Table (CSV or XLSX)"), [FileRequired(_("Choose a file."))])
    language = SelectField(_("Language of the texts in it"))
    takes_unsure = BooleanField(_("Take rows whose place is not clear as they are written; the desk settles it"))
    sends = BooleanField(
        _("Send the reports if every row can be taken. Without this the table is only looked through.")
    )
    again = BooleanField(_("Send this very file although it was sent before"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.language.choices = [(language.tag, language.endonym) for language in LANGUAGES]


@batches.get("/")
@guard.needs(Role.PARTNER)
def front() -> ResponseReturnValue:
    return _page(TableForm(formdata=None, language=current_language().tag))


@batches.get("/template.csv")
@guard.needs(Role.PARTNER)
def template() -> ResponseReturnValue:
    """As Excel here opens it by a double click: UTF-8 with its mark, semicolons."""
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(words.template_rows(current_language().tag))
    disposition = 'attachment; filename="reports.csv"'
    return Response(f"\ufeff{text.getvalue()}", content_type=CSV, headers={"Content-Disposition": disposition})


@batches.post("/")
@guard.needs(Role.PARTNER)
def take() -> ResponseReturnValue:
    request.max_content_length = LARGEST_FILE + _AROUND_THE_FILE
    form = TableForm()
    if not form.validate():
        return _page(form, said=out_of_date() if form.token.errors else ""), 422
    content = form.table.data.read(LARGEST_FILE + 1)
    try:
        looked = _looked_through(content, form)
    except Unreadable as error:
        return _page(form, said=gettext("The file cannot be read: %(why)s", why=error.said.by(gettext))), 422
    except (NoHeader, TwoAlike) as error:
        return _page(form, said=gettext("The file: %(why)s", why=words.wrong_header(error, gettext))), 422
    if not looked.entries or len(looked.entries) > MOST_ROWS:
        said = gettext("A table that is sent here has from 1 to %(most)s rows.", most=MOST_ROWS)
        return _page(form, said=said), 422
    if looked.refused or not form.sends.data:
        return _page(form, looked=looked), 422 if looked.refused else 200
    return _sent(form, looked, content)


def _looked_through(content: bytes, form: TableForm) -> Looked:
    site = platform()
    if len(content) > LARGEST_FILE:
        raise spreadsheets.too_large(len(content))
    return taking.look_through(
        content,
        partner=_organisation(),
        language=form.language.data,
        vocabulary=site.vocabulary,
        geocoder=site.geocoder,
        places=site.places,
        today=site.today(),
        takes_unsure_places=form.takes_unsure.data,
    )


def _sent(form: TableForm, looked: Looked, content: bytes) -> ResponseReturnValue:
    site = platform()
    pepper, today = site.settings.pepper, site.today()
    try:
        with site.database.reader() as session:
            earlier = taking.earlier_import(session, content, pepper=pepper)
            if earlier and not form.again.data:
                return _page(form, said=_sent_before(earlier)), 409
            reports = [entry.report for entry in looked.entries]
            ready = taking.seal_batch(
                session,
                reports,
                vocabulary=site.vocabulary,
                places=site.places,
                today=today,
                now=now(),
                pepper=pepper,
            )
    except NoDeskKey:
        return _page(form, said=gettext("This site cannot take reports yet. Please come back later.")), 503
    with site.database.unit_of_work() as session:
        taking.keep_batch(
            session,
            ready,
            content=content,
            partner=_organisation(),
            today=today,
            now=now(),
            pepper=pepper,
            actor=g.member.name,
        )
    codes = [one.code for one in ready]
    return render_template(
        "desk/tables_sent.html",
        lines=[(entry.row, entry.reference, grouped(code)) for entry, code in zip(looked.entries, codes, strict=True)],
        file=base64.b64encode(_receipts(looked.entries, codes)).decode(),
        today=today,
    )


def _receipts(entries: Sequence[Entry], codes: Sequence[ReceiptCode]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(["row", "reference", "receipt_code"])
    for entry, code in zip(entries, codes, strict=True):
        writer.writerow([entry.row, as_text(entry.reference), grouped(code)])
    return f"\ufeff{text.getvalue()}".encode()


def _sent_before(earlier: Earlier) -> str:
    return gettext(
        "This very file was sent on %(day)s, with %(number)s reports. Say so below if you mean to send it again.",
        day=earlier.received_on.isoformat(),
        number=earlier.reports,
    )


def _page(form: TableForm, *, said: str = "", looked: Looked | None = None) -> str:
    with platform().database.reader() as session:
        sent = _own(session)
    return render_template(
        "desk/tables.html",
        form=form,
        said=said,
        looked=looked,
        told=_told(looked, form.language.data) if looked else [],
        most=_TOLD_AT_MOST,
        sent=sent,
    )


def _organisation() -> str:
    """Whom the partner at work sends for; who sends for nobody does not enter."""
    partner: str | None = g.member.partner
    return partner or abort(403)


def _own(session: Session) -> list[tuple[date, int]]:
    return [(one.received_on, one.reports) for one in taking.batches_of(session, _organisation())]


def _told(looked: Looked, tag: str) -> list[str]:
    """What is to be known of the table and to be mended in it, as many sentences as somebody can work through."""
    unsure = (one for entry in looked.entries for one in entry.unsure)
    return [
        *(note.by(gettext) for note in looked.notes),
        *(words.unread(one, gettext) for one in looked.header.unread),
        *(words.alike(later, earlier, gettext) for later, earlier in twins(looked.entries)[:_TOLD_AT_MOST]),
        *(words.taken_as_written(one, looked.header, gettext) for one in unsure),
        *[words.in_a_sentence(one, looked.header, tag, gettext) for one in looked.refusals][:_TOLD_AT_MOST],
        *words.lists_for(looked.refusals, looked.header, tag, gettext),
    ]
