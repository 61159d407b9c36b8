"""Workers and the database are killed while people write: what was confirmed is there, what was not says so."""

import argparse
import json

import pytest

from benchmarks import storm


@pytest.mark.parametrize("engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_a_storm_loses_nothing_that_was_confirmed(engine: str) -> None:
    options = argparse.Namespace(minutes=0.2, clients=6, workers=2, every=3.0, calm=False)
    found = storm.measure(engine, options)
    killed = json.loads(str(found["killed"]))
    assert killed["workers"] >= 3
    assert killed.get("database", 0) == (2 if engine == "postgresql" else 0)
    assert found["receipts shown"] > 20
    assert (found["of these gone"], found["stored twice"], found["wrong answers"]) == (0, 0, 0), found
    assert found["reports stored"] == found["receipts shown"]
