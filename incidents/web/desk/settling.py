"""A form with which an incident is settled, shown again with all that was typed and stored nowhere."""

from __future__ import annotations

from typing import Protocol

from flask.typing import ResponseReturnValue

from incidents.web.desk.around import find_street, out_of_date
from incidents.web.desk.forms import SettleForm


class Page(Protocol):
    """A page on which such a form stands."""

    def __call__(self, *, settling: SettleForm, obstacle: str = "", status: int = 200) -> ResponseReturnValue: ...


def shown_again(page: Page, *, look_up: bool = False) -> ResponseReturnValue:
    """How others read what is chosen; with `look_up` also what the address service knows of the typed street."""
    form = SettleForm()
    if not form.validate():
        return page(settling=form, obstacle=out_of_date() if form.token.errors else "", status=422)
    if look_up:
        form.look_up(find_street)
    return page(settling=form)
