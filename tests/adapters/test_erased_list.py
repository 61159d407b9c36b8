import os
import stat
from pathlib import Path

import pytest

from incidents.adapters import erased_list
from incidents.adapters.erased_list import NotAList

ONE, TWO, THREE = "1a" * 32, "2b" * 32, "3c" * 32


def test_what_is_on_the_list_stays_there_and_lies_in_no_order_of_time(tmp_path: Path) -> None:
    path = tmp_path / erased_list.NAME
    assert erased_list.read(path) == frozenset()
    assert [erased_list.add(path, {THREE}), erased_list.add(path, {ONE, THREE}), erased_list.add(path, {TWO})] == [
        1,
        1,
        1,
    ]
    assert path.read_text(encoding="ascii") == f"{ONE}\n{TWO}\n{THREE}\n"
    assert erased_list.add(path, set()) == 0
    assert erased_list.read(path) == {ONE, TWO, THREE}


def test_it_is_for_its_owner_only_and_an_empty_one_is_one(tmp_path: Path) -> None:
    path = tmp_path / erased_list.NAME
    erased_list.add(path, frozenset())
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [erased_list.NAME]


@pytest.mark.parametrize("content", [b"report 7\n", (ONE[:-1] + "\n").encode(), (ONE + "x\n").encode(), "ж\n".encode()])
def test_what_is_no_list_is_neither_read_nor_written_over(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / erased_list.NAME
    path.write_bytes(content)
    with pytest.raises(NotAList):
        erased_list.read(path)
    with pytest.raises(NotAList):
        erased_list.add(path, {ONE})
    assert path.read_bytes() == content


def test_a_disk_that_is_full_leaves_the_list_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    path = tmp_path / erased_list.NAME
    erased_list.add(path, {ONE})
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError):
        erased_list.add(path, {TWO})
    assert erased_list.read(path) == {ONE}
