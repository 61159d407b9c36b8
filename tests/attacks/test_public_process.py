"""A process of the public door has nothing in it that could open a report."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_house import ROOT

SERVE = """
import sys
from pathlib import Path
from incidents.app import create_app
from incidents.config import Door, Settings
from incidents.db.database import Database
from incidents.db import migrations

database = Database(f"sqlite:///{sys.argv[2]}")
migrations.upgrade(database)
settings = Settings(
    instance=Path("."), database_url="", pepper=bytes(32), token_key=bytes(32), door=Door(sys.argv[1])
)
client = create_app(settings, database=database).test_client()
for path in ("/en/", "/en/report", "/en/receipt", "/en/help", "/en/statistics/", "/api/v1/releases", "/readyz"):
    client.get(path)
    client.post(path, data={"code": "1" * 28})
print("loaded", *sorted(sys.modules))
"""
OPENS = {
    "incidents.adapters.opening",
    "incidents.services.keys",
    "incidents.services.accounts",
    "incidents.services.moderation",
    "incidents.services.evidence",
    "incidents.web.desk",
}


def loaded(door: str, folder: Path) -> set[str]:
    """The modules in a process that has answered on every kind of public page."""
    done = subprocess.run(
        [sys.executable, "-c", SERVE, door, str(folder / "site.sqlite")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    [line] = [line for line in done.stdout.splitlines() if line.startswith("loaded ")]
    return set(line.split()[1:])


def test_the_public_door_never_loads_what_opens(tmp_path: Path) -> None:
    assert loaded("public", tmp_path).isdisjoint(OPENS)


def test_nor_what_only_figures_documents_and_commands_need(tmp_path: Path) -> None:
    """Each of them is memory that every worker would carry."""
    heavy = {
        "numpy",
        "highspy",
        "PIL",
        "incidents.adapters.sheets",
        "openpyxl",
        "xlsxwriter",
        "pypdfium2",
        "webauthn",
        "cryptography",
    }
    assert loaded("public", tmp_path).isdisjoint(heavy)


@pytest.mark.parametrize("door", ["desk", "both"])
def test_the_desk_does(door: str, tmp_path: Path) -> None:
    assert loaded(door, tmp_path) >= OPENS
