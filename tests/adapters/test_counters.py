import multiprocessing
import os
import signal
from pathlib import Path

from incidents.adapters.counters import Counters


def test_numbers_grow_and_are_told(tmp_path: Path) -> None:
    counters = Counters(tmp_path / "counters", 3)
    counters.add({0: 1, 2: 40})
    counters.add({2: 2})
    assert counters.totals() == [1, 0, 42]


def test_without_a_folder_a_process_counts_alone() -> None:
    counters = Counters(None, 2)
    assert counters.totals() == [0, 0]
    counters.add({1: 7})
    assert counters.totals() == [0, 7]


def test_a_folder_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="ascii")
    counters = Counters(tmp_path / "file", 2)
    counters.add({1: 7})
    assert counters.totals() == [0, 7]


def _count(folder: Path, times: int, dies: bool) -> None:
    counters = Counters(folder, 2)
    for _ in range(times):
        counters.add({1: 1})
    if dies:
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_several_processes_counted_is_one_sum_also_when_they_were_killed(tmp_path: Path) -> None:
    own = Counters(tmp_path, 2)
    own.add({0: 5})
    spawned = multiprocessing.get_context("spawn")
    running = [spawned.Process(target=_count, args=(tmp_path, 1_000, dies)) for dies in (True, False, True)]
    for process in running:
        process.start()
    for process in running:
        process.join(30)
    assert sorted(process.exitcode for process in running) == [-9, -9, 0]
    assert own.totals() == [5, 3_000]
    assert own.totals() == [5, 3_000]
    assert len(list(tmp_path.glob("*.counts"))) == 1


def test_a_process_that_was_forked_off_counts_in_a_file_of_its_own(tmp_path: Path) -> None:
    counters = Counters(tmp_path, 1)
    counters.add({0: 1})
    if (child := os.fork()) == 0:
        counters.add({0: 10})
        os._exit(0)
    os.waitpid(child, 0)
    counters.add({0: 1})
    assert counters.totals() == [12]


def test_counts_of_another_version_are_let_go(tmp_path: Path) -> None:
    (tmp_path / "sum").write_bytes(b"\1" * 24)
    (tmp_path / "old.counts").write_bytes(b"\1" * 24)
    counters = Counters(tmp_path, 2)
    counters.add({0: 1})
    assert counters.totals() == [1, 0]
    assert not (tmp_path / "old.counts").exists()
