from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.size import files_of, megabytes, required


def test_what_is_required_is_what_is_pinned() -> None:
    names = required()
    assert len(names) == len(set(names)) > 30
    assert {"flask", "sqlalchemy", "numpy"} <= set(names)
    assert not {"pytest", "scipy"} & set(names)


def test_a_library_is_measured_with_what_is_compiled_of_it() -> None:
    files = files_of("click")
    cached = {path for path in files if path.suffix == ".pyc"}
    assert {path.name.partition(".")[0] for path in cached} >= {"core", "types", "parser"}
    assert 0.2 < megabytes(files) < 3


def test_the_disk_is_counted_in_whole_blocks_and_what_is_not_there_in_none(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x")
    assert megabytes([tmp_path / "one"]) == pytest.approx(0.004096)
    assert megabytes([tmp_path / "none"]) == 0
