"""A site made by its commands, in a folder of its own, and a key for its backups."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from tests.builders import PASSWORD


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("INCIDENTS_HOSTS", "primer.example")
    for name in ("INCIDENTS_INSTANCE", "INCIDENTS_DATABASE_URL", "INCIDENTS_DOOR"):
        monkeypatch.delenv(name, raising=False)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(cli, arguments, input=typed)

    if not _made:
        made = run("init", "--member", "Ana", "--member", "Boris", typed=f"{PASSWORD}\n" * 4)
        assert made.exit_code == 0, made.output
        assert run("backup", "key", "away.key").exit_code == 0
        _made.update({path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()})
    for name, content in _made.items():
        path = tmp_path / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)
    return run


_made: dict[Path, bytes] = {}
"""The files of a site that is just made; the first test of a process makes it."""
