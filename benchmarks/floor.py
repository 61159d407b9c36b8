"""The least that a site of this kind can do, on the same stack: what ours costs is told as a ratio to it.

    python -m benchmarks.floor serve --bind 127.0.0.1:8001 --workers 2

Flask, a form of WTForms, one sealed box, one INSERT and COMMIT through SQLAlchemy, pages from shells that are drawn
once, of the same length as ours. It checks nothing of what a report says, holds nobody's double sending apart, answers
in one language, and sends no header of its own: it is no site, and nobody should run it. FLOOR_SHELLS names the folder
with our pages; FLOOR_KEY is the public key that reports are sealed to, in hex.
"""

from __future__ import annotations

import json
import os
import secrets
from datetime import UTC, date, datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID, uuid4

import click
import sqlalchemy as sa
from flask import Flask, request
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from gunicorn.app.base import BaseApplication
from nacl.public import PublicKey, SealedBox
from sqlalchemy import event, orm
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length

from incidents.adapters import data_files
from incidents.core.receipt import ReceiptCode, code_from_random, grouped, parse_code

TOKEN, CODE = "token-goes-here", "code-goes-here"


class Base(orm.DeclarativeBase):
    pass


class Kept(Base):
    __tablename__ = "kept"

    id: orm.Mapped[UUID] = orm.mapped_column(primary_key=True)
    received_on: orm.Mapped[date]
    sealed: orm.Mapped[bytes]
    verifier: orm.Mapped[bytes] = orm.mapped_column(sa.LargeBinary(32), unique=True)


def _choices(vocabulary: str) -> list[tuple[str, str]]:
    return [(code, code) for code in data_files.vocabulary().terms[vocabulary]]


class ReportForm(FlaskForm):
    """As many fields as a report has, each checked for its shape."""

    role = StringField(validators=[InputRequired(), Length(max=40)])
    acts = SelectMultipleField(choices=_choices("act_type"), validate_choice=True)
    grounds = SelectMultipleField(choices=_choices("ground"), validate_choice=True)
    when = StringField(validators=[InputRequired(), Length(max=40)])
    month = StringField(validators=[Length(max=10)])
    setting = StringField(validators=[InputRequired(), Length(max=40)])
    place = StringField(validators=[InputRequired(), Length(max=200)])
    words = TextAreaField(validators=[InputRequired(), Length(max=20_000)])
    wish = StringField(validators=[InputRequired(), Length(max=40)])
    tongue = StringField(validators=[Length(max=10)])
    token = StringField(validators=[InputRequired(), Length(max=400)])


def create_app() -> Flask:
    app = Flask("floor")
    app.secret_key = secrets.token_bytes(32)
    app.config["WTF_CSRF_ENABLED"] = False
    engine = _engine()
    sessions = orm.sessionmaker(engine)
    box = SealedBox(PublicKey(bytes.fromhex(os.environ["FLOOR_KEY"])))
    key = bytes.fromhex(os.environ["FLOOR_KEY"])
    folder = Path(os.environ["FLOOR_SHELLS"])
    form, receipt, status = ((folder / name).read_text(encoding="utf-8") for name in ("form", "receipt", "status"))

    @app.get("/healthz")
    def health() -> ResponseReturnValue:
        return "ok"

    @app.get("/sr-Cyrl/report")
    def show() -> ResponseReturnValue:
        return form.replace(TOKEN, secrets.token_urlsafe(32))

    @app.post("/sr-Cyrl/report")
    def send() -> ResponseReturnValue:
        sent = ReportForm()
        if not sent.validate():
            return json.dumps(sent.errors), 422
        code = code_from_random(secrets.token_bytes(32))
        kept = Kept(
            id=uuid4(),
            received_on=datetime.now(UTC).date(),
            sealed=box.encrypt(json.dumps(sent.data).encode()),
            verifier=_verifier(code),
        )
        with sessions.begin() as session:
            session.add(kept)
        return receipt.replace(CODE, "".join(f"<span>{part}</span>" for part in grouped(code).split()))

    @app.post("/sr-Cyrl/receipt")
    def look_up() -> ResponseReturnValue:
        verifier = _verifier(parse_code(request.form["code"]))
        with sessions() as session:
            found = session.scalars(sa.select(Kept).where(Kept.verifier == verifier)).one_or_none()
        return (status, 200) if found else ("", 404)

    @app.get("/static/floor.css")
    def file() -> ResponseReturnValue:
        return app.response_class(b"x" * 20_000, mimetype="text/css")

    def _verifier(code: ReceiptCode) -> bytes:
        return blake2b(code.encode(), digest_size=32, key=key).digest()

    return app


def _engine() -> sa.Engine:
    engine = sa.create_engine(os.environ["INCIDENTS_DATABASE_URL"])
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _as_ours)
    return engine


def _as_ours(dbapi: object, _record: object) -> None:
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "busy_timeout = 20000"):
        dbapi.execute(f"PRAGMA {pragma}")  # type: ignore[attr-defined]


class _Server(BaseApplication):
    def __init__(self, options: dict[str, object]) -> None:
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app()


@click.group()
def cli() -> None:
    """A bare program to measure beside."""


@cli.command()
@click.option("--bind", required=True)
@click.option("--workers", default=2)
def serve(bind: str, workers: int) -> None:
    engine = _engine()  # once before any worker: two that change the journal at once shut each other out
    Base.metadata.create_all(engine)
    engine.dispose()
    options = {"bind": bind, "workers": workers, "worker_class": "gthread", "threads": 4, "loglevel": "error"}
    _Server({**options, "accesslog": None, "control_socket_disable": True}).run()


if __name__ == "__main__":
    cli()
