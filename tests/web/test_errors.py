import logging

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from incidents.app import create_app
from incidents.config import Settings
from incidents.db.database import Database
from tests.conftest import NOW

MARK = "лозинка-маркер-7731"


@pytest.fixture
def own_app(settings: Settings, database: Database) -> Flask:
    """A site to which a test may add pages."""
    return create_app(settings, now=lambda: NOW, database=database)


@pytest.mark.parametrize("tag", ["en", "hu", "sr-Latn"])
def test_a_fault_of_ours_shows_and_logs_no_word_of_it(
    own_app: Flask, tag: str, caplog: pytest.LogCaptureFixture
) -> None:
    @own_app.get("/<language:language>/broken", endpoint="broken")
    def broken() -> str:
        words = MARK
        raise RuntimeError(words)

    with caplog.at_level(logging.DEBUG):
        answer = own_app.test_client().get(f"/{tag}/broken")
    assert answer.status_code == 500
    assert f'<html lang="{tag}">' in answer.text
    assert MARK not in answer.text
    assert MARK not in caplog.text
    assert "RuntimeError at tests.web.test_errors" in caplog.text


def test_a_database_that_went_away_is_a_503(own_app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    @own_app.get("/gone")
    def gone() -> str:
        raise OperationalError(MARK, {}, Exception(MARK))

    answer = own_app.test_client().get("/gone")
    assert answer.status_code == 503
    assert MARK not in answer.text + caplog.text


def test_the_api_answers_mistakes_in_json(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/nothing")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
