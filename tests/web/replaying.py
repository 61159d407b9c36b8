"""One process of several that all send the same form; started by tests with an interpreter of its own."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier

from incidents.app import create_app
from incidents.config import Settings
from incidents.db.database import Database


def replay(settings: Settings, answers: dict[str, str], times: int, start: Barrier, said: object) -> None:
    """Send the form so many times as soon as all processes are ready; gives status and code of each answer."""
    database = Database(settings.database_url)
    client = create_app(
        settings, now=lambda: datetime(2026, 11, 24, 10, 30, tzinfo=UTC), database=database
    ).test_client()
    client.get("/healthz")
    start.wait(60)
    for _ in range(times):
        answer = client.post("/sr-Cyrl/report", data=answers)
        code = "".join(re.findall(r"<span>(\d{4})</span>", answer.text))
        said.put((answer.status_code, code))
    database.close()
