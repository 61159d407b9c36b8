"""The page about threats is true: each test that it names is there, and what is not held says why."""

import ast
import re
import tomllib

import pytest

from tests.test_house import ROOT

[BLOCK] = re.findall(
    r"^```toml\n(.*?)^```$", (ROOT / "SECURITY.md").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
)
THREATS = tomllib.loads(BLOCK)["threat"]


@pytest.mark.parametrize("threat", THREATS, ids=lambda threat: threat["id"])
def test_a_threat_names_tests_that_are_there_and_says_what_is_left(threat: dict[str, object]) -> None:
    assert threat.keys() - {"why"} == {"id", "who", "wants", "held", "by", "tests"}
    assert threat["held"] in {"yes", "partly", "no"}
    assert ("why" in threat) == (threat["held"] != "yes")
    tests = threat["tests"]
    assert isinstance(tests, list)
    assert tests
    for one in tests:
        file, _, name = one.partition("::")
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, one


def test_every_threat_has_a_name_of_its_own() -> None:
    assert len({threat["id"] for threat in THREATS}) == len(THREATS) > 10
