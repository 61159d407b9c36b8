"""A desk with people at it: who is logged in, and what they do on pages."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.db.account import Member as Row
from incidents.db.database import Database
from incidents.services.accounts import Member
from incidents.web.tokens import new_token
from tests import builders, pages
from tests.conftest import NOW


@dataclass
class AtDesk:
    """A member in front of their browser."""

    member: Member
    client: FlaskClient
    database: Database
    settings: Settings

    def open(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer.text

    def press(self, path: str, ending: str, **changes: str | list[str]) -> TestResponse:
        """Open the page, change the form with this action, send it."""
        form = pages.form(self.open(path), ending)
        return self.client.post(form.action, data=form.sent(**changes))

    def proof(self) -> dict[str, str]:
        """Both factors, for a form that asks for them again."""
        with self.database.unit_of_work() as session:
            session.execute(sa.update(Row).where(Row.id == self.member.id).values(last_totp_step=0))
            code = builders.current_code(session, self.member.name, self.settings, NOW)
        return {"password": builders.PASSWORD, "code": code}


def come_in(app: Flask, database: Database, settings: Settings, member: Member) -> AtDesk:
    client = app.test_client()
    with app.test_request_context():
        token = new_token(opened_at=NOW - timedelta(minutes=1))
    with database.reader() as session:
        code = builders.current_code(session, member.name, settings, NOW)
    data = {"token": token, "name": member.name, "password": builders.PASSWORD, "code": code}
    assert client.post("/desk/login", data=data).status_code == 303
    return AtDesk(member, client, database, settings)


def a_desk(app: Flask, database: Database, settings: Settings, *roles: Iterable[Role]) -> list[AtDesk]:
    """One member for each set of roles, all logged in."""
    with database.unit_of_work() as session:
        people = [builders.a_member(session, settings, *each, now=NOW) for each in roles]
        holders = [member.id for member in people if member.roles != {Role.PARTNER}]
        builders.keys.make_desk_key(session, holders, today=NOW.date())
    return [come_in(app, database, settings, member) for member in people]
