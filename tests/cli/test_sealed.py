import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from incidents.__main__ import cli
from incidents.adapters import sealed_files
from incidents.cli.key_files import write_key

SEGMENT = "000000010000000000000003"
CONTENT = bytes(range(256)) * 5_000


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli, arguments)


def make_key(name: str) -> None:
    private, public = sealed_files.new_key_pair()
    write_key(Path(name), private, "private")
    write_key(Path(f"{name}.pub"), public, "public")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key, a folder for what is sealed, and a file; there is no site."""
    monkeypatch.chdir(tmp_path)
    make_key("away.key")
    Path("log").mkdir()
    Path(SEGMENT).write_bytes(CONTENT)


def seal(*files: str) -> Result:
    return run("seal", *files, "--into", "log", "--key", "away.key.pub")


def unseal(*more: str, key: str = "away.key") -> Result:
    return run("unseal", *(more or map(str, Path("log").iterdir())), "--to", "back", "--key", key)


def sealed() -> Path:
    [one] = Path("log").iterdir()
    return one


def test_what_was_sealed_comes_back_and_only_its_owner_reads_either() -> None:
    assert seal(SEGMENT).exit_code == 0
    assert CONTENT[:64] not in sealed().read_bytes()
    assert unseal().exit_code == 0
    assert Path("back").read_bytes() == CONTENT
    assert {stat.S_IMODE(path.stat().st_mode) for path in (sealed(), Path("back"))} == {0o600}
    assert Path(SEGMENT).exists()


def test_a_file_is_taken_away_only_once_its_copy_is_there() -> None:
    assert seal(SEGMENT, "--remove").exit_code == 0
    assert not Path(SEGMENT).exists()
    Path(SEGMENT).write_bytes(CONTENT)
    failed = run("seal", SEGMENT, "--into", "nowhere", "--key", "away.key.pub", "--remove")
    assert (failed.exit_code, Path(SEGMENT).exists()) == (2, True)


def test_the_same_file_twice_is_one_and_another_of_its_name_is_asked_about() -> None:
    """A server may archive a segment again after a fall; two servers must never share a folder."""
    seal(SEGMENT)
    first = sealed().read_bytes()
    assert seal(SEGMENT, "--remove").exit_code == 0
    assert sealed().read_bytes() == first
    Path(SEGMENT).write_bytes(b"another")
    assert seal(SEGMENT).exit_code == 0
    refused = unseal()
    assert (refused.exit_code, "here are 2" in refused.output) == (2, True)
    assert not Path("back").exists()


@pytest.mark.parametrize("fault", ["changed", "cut off", "other key", "nothing there", "no sealed file"])
def test_what_cannot_be_opened_is_said_and_nothing_is_written(fault: str) -> None:
    seal(SEGMENT)
    file, key = sealed(), "away.key"
    content = file.read_bytes()
    if fault == "changed":
        file.write_bytes(content[:-3] + bytes([content[-3] ^ 1]) + content[-2:])
    elif fault == "cut off":
        file.write_bytes(content[:-20])
    elif fault == "other key":
        make_key("other.key")
        key = "other.key"
    elif fault == "nothing there":
        file.unlink()
    else:
        file.write_bytes(b"hello")
    answer = unseal(str(file), key=key)
    assert answer.exit_code == 2
    assert answer.output.startswith("Error: ")
    assert not list(Path().glob("back*"))
