"""A site made by its commands, in a folder of its own, and a key for its backups."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from tests.builders import PASSWORD

T = TypeVar("T")
Once = Callable[[str, Callable[[], T]], T]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, once: Once[None]) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTS_HOSTS", "primer.example")
    for name in ("INCIDENTS_INSTANCE", "INCIDENTS_DATABASE_URL", "INCIDENTS_DOOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=typed)

    def make() -> None:
        made = run("init", "--member", "Ana", "--member", "Boris", typed=f"{PASSWORD}\n" * 4)
        assert made.exit_code == 0, made.output
        assert run("backup", "key", "away.key").exit_code == 0

    once("site with a key for backups", make)
    return run


_told: dict[str, object] = {}


@pytest.fixture
def once(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Once[object]:
    """Makes something in the folder of a test; later tests of the process get a copy, and what was said of it."""

    def once(name: str, make: Callable[[], object]) -> object:
        kept = tmp_path_factory.getbasetemp() / name
        if name in _told:
            shutil.copytree(kept, tmp_path, dirs_exist_ok=True)
        else:
            _told[name] = make()
            shutil.copytree(tmp_path, kept)
        return _told[name]

    return once
