"""The check of pins against stored advisories, and the pins of the scanners themselves."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SCANNERS = ROOT / ".ci" / "requirements-scan.txt"
HASH = "    --hash=sha256:00\n"


def checked(folder: Path, pins: str, *, specs: list[str]) -> subprocess.CompletedProcess[str]:
    advisory = {"specs": specs, "id": "made-up-1", "advisory": "Lets anybody in."}
    stored = {"$meta": {"timestamp": 1_625_119_202}, "Kite_Lib": [advisory]}
    (folder / "stored.json").write_text(json.dumps(stored), encoding="utf-8")
    (folder / "pins.txt").write_text(pins, encoding="utf-8")
    asked = [sys.executable, ROOT / ".ci" / "advisories.py", folder / "stored.json", folder / "pins.txt"]
    return subprocess.run(asked, capture_output=True, text=True, check=False, timeout=60)


@pytest.mark.parametrize("specs", [["<1.0", ">=2.0,<2.4"], ["not a range"]])
def test_a_pin_that_an_advisory_names_ends_the_check(tmp_path: Path, specs: list[str]) -> None:
    answer = checked(tmp_path, "kite-lib==2.3.1 \\\n" + HASH, specs=specs)
    assert answer.returncode == 1
    assert "kite-lib 2.3.1: made-up-1 Lets anybody in." in answer.stdout


def test_both_versions_are_looked_at_where_a_marker_chooses(tmp_path: Path) -> None:
    pins = (
        "kite-lib==2.3 ; python_version < '3.12' \\\n" + HASH + "kite-lib==2.4 ; python_version >= '3.12' \\\n" + HASH
    )
    answer = checked(tmp_path, pins, specs=["<2.4"])
    assert answer.returncode == 1
    assert "2 pins, 1 named" in answer.stdout


def test_the_check_says_of_when_its_advisories_are(tmp_path: Path) -> None:
    answer = checked(tmp_path, "# ours\nkite-lib[fast]==2.4 \\\n" + HASH, specs=["<2.4"])
    assert answer.returncode == 0
    assert "Advisories of 2021-07-01" in answer.stdout


@pytest.mark.parametrize("line", ["kite-lib>=2.4", "--find-links somewhere"])
def test_a_line_that_pins_nothing_is_not_passed_over(tmp_path: Path, line: str) -> None:
    answer = checked(tmp_path, f"{line}\n", specs=["<1"])
    assert answer.returncode == 1
    assert "no pin in" in answer.stderr


def test_scanners_are_pinned_with_hashes_and_without_addresses() -> None:
    lines = SCANNERS.read_text(encoding="utf-8").splitlines()
    pins = [number for number, line in enumerate(lines) if "==" in line]
    assert len(pins) > 50
    assert all(lines[number + 1].startswith("    --hash=sha256:") for number in pins)
    assert not [line for line in lines if "/" in line]
