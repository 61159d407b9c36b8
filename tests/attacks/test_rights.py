"""Every route of the desk, called as every role, as nobody, and without its token: one table says who may enter."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from incidents.config import Settings
from incidents.core.accounts import Role
from incidents.core.languages import BY_TAG
from incidents.db.database import Database
from incidents.db.tables import METADATA
from incidents.web.tokens import new_token
from tests.web.desk import a_desk

EVERYBODY = frozenset(Role)

ROLES_OF = {
    EVERYBODY: {
        "accounts": (
            "add_passkey announce change_password confirm end_session log_out mine prepare_passkey "
            "remove_passkey renew renew_spare_codes speak"
        ),
        "desk": "queue",
        "desk.keys": "choose shown",
    },
    frozenset({Role.ADMINISTRATOR, Role.MODERATOR, Role.REVIEWER}): {
        "accounts.colleagues": "listed show",
    },
    frozenset({Role.MODERATOR, Role.REVIEWER}): {
        "accounts.colleagues": "readmit",
        "desk.incidents": "listed put_in_series reopen show take_out_of_series",
        "desk.codings": "answer exercise read_answer train",
        "desk.retention": "drop hold lift propose",
    },
    frozenset({Role.ADMINISTRATOR}): {
        "accounts.colleagues": "reset revoke",
        "accounts.colleagues.invitations": "invite prepare take_back",
    },
    frozenset({Role.MODERATOR}): {
        "desk": "next_one",
        "desk.filters": "delete save",
        "desk.rules": "change delete listed new off on show try_ write",
        "desk.search": "ask find",
        "desk.times": "wall",
        "desk.reports": (
            "ask bring_back compare link look_up phrase propose put_back read_anew rule_out set_aside show "
            "summarise take tell think_again undo_mark unlink"
        ),
        "desk.files": "copy original page pages preview",
        "desk.redaction": "begin draw keep page save show strike",
        "desk.intake": "begin seal show",
        "desk.clusters": "act done front open_all open_one undo",
        "desk.handing_over": "ask give",
        "desk.incidents": "look_up read_anew revise",
        "desk.codings": "code_again open_to_code read_code",
        "desk.referrals": (
            "acknowledged agreed begin confirmed later letter listed outcome override propose revoke sent show"
        ),
    },
    frozenset({Role.AUDITOR}): {
        "desk": "trail",
    },
    frozenset({Role.REVIEWER}): {
        "desk.incidents": "accept next_one return_",
        "desk.codings": "agreement",
        "desk.retention": "sign",
    },
    frozenset({Role.PUBLISHER}): {
        "desk.releases": "ahead announce approve_withdrawal build file listed sign table withdraw",
        "desk.odihr": "approve ask fetch listed show",
        "desk.notices": "listed show write",
    },
    frozenset({Role.AUDITOR, Role.MODERATOR, Role.REVIEWER}): {
        "desk.retention": "listed show",
    },
    frozenset({Role.PARTNER}): {
        "desk.batches": "front take template",
    },
}
"""Names of routes by part of the desk, under the roles that may enter."""


def ways(app: Flask) -> Iterator[tuple[str, str, str, frozenset[Role]]]:
    """Endpoint, method and an address of every route of the table; the ids in it are of nothing."""
    roles = {
        f"{part}.{name}": who
        for who, parts in ROLES_OF.items()
        for part, names in parts.items()
        for name in names.split()
    }
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint in roles]
    assert {rule.endpoint for rule in rules} == roles.keys()
    for rule in rules:
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            yield rule.endpoint, method, address_of(app, rule), roles[rule.endpoint]


def address_of(app: Flask, rule: Rule) -> str:
    usual = {"UUIDConverter": uuid4(), "LanguageConverter": BY_TAG["hu"], "TableConverter": "district"}
    values = {name: usual.get(type(kind).__name__, 1) for name, kind in rule._converters.items()}
    with app.test_request_context():
        return str(app.url_map.bind("localhost").build(rule.endpoint, values))


def rows_of(database: Database) -> dict[str, int]:
    """How many rows each table has, but for those that remember who is here."""
    with database.reader() as session:
        return {
            name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for name, table in METADATA.tables.items()
            if name != "login_session"
        }


def test_the_table_has_every_route_that_asks_who_somebody_is(app: Flask) -> None:
    from incidents.web.accounts.guard import GUARDED

    guarded = {
        endpoint for endpoint, view in app.view_functions.items() if f"{view.__module__}.{view.__qualname__}" in GUARDED
    }
    assert guarded == {endpoint for endpoint, *_ in ways(app)}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_enters_what_the_table_says_and_nothing_else(
    app: Flask, database: Database, settings: Settings, role: Role
) -> None:
    [who] = a_desk(app, database, settings, (role,))
    with app.test_request_context():
        token = new_token()
    before, tried = rows_of(database), 0
    for endpoint, method, path, roles in ways(app):
        if role in roles:
            continue
        answer = who.client.open(
            path, method=method, data={"token": token, "version": "1"} if method == "POST" else None
        )
        assert answer.status_code == 403, (endpoint, method, answer.status_code)
        tried += 1
    assert tried > 20
    assert rows_of(database) == before
    for endpoint, method, path, roles in ways(app):
        if role in roles and method == "GET":
            assert who.client.get(path).status_code not in {403, 500}, endpoint


@pytest.mark.parametrize("role", list(Role))
def test_no_route_of_the_desk_acts_without_its_token(
    app: Flask, database: Database, settings: Settings, role: Role
) -> None:
    [who] = a_desk(app, database, settings, (role,))
    before = rows_of(database)
    for endpoint, method, path, roles in ways(app):
        if method == "POST" and role in roles:
            for token in ({}, {"token": "made up"}):
                answer = who.client.post(path, data={**token, "version": "1"})
                assert answer.status_code in {303, 400, 404, 422}, (endpoint, answer.status_code)
    assert rows_of(database) == before
    [own] = [path for endpoint, _, path, _ in ways(app) if endpoint == "accounts.mine"]
    assert who.client.get(own).status_code == 200


def test_nobody_enters_anything(app: Flask, database: Database, settings: Settings) -> None:
    a_desk(app, database, settings, Role)
    before = rows_of(database)
    for endpoint, method, path, _roles in ways(app):
        answer = app.test_client().open(path, method=method, data={"version": "1"} if method == "POST" else None)
        assert (answer.status_code, answer.headers.get("Location")) == (303, "/desk/login"), endpoint
    assert rows_of(database) == before
