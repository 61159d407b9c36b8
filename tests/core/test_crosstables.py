import pytest

from incidents.core import crosstables
from incidents.core.tables import Table
from incidents.disclosure.spec import spec_of
from tests.core.test_tables import DIMENSIONS, SMALL, a_plan, threshold


@pytest.mark.parametrize(
    ("cuts", "why"),
    [
        (["time", "setting"], ""),
        (["area@district", "ground@group", "gender"], ""),
        (["act", "reported"], ""),
        ([], "unknown"),
        (["time"], "unknown"),
        (["weather"], "unknown"),
        (["area@town"], "unknown"),
        (["ground", "ground@group"], "twice"),
        (["act@group", "verification", "delay", "reported"], "too_many"),
        (["area", "gender", "act"], "too_telling"),
        (["time", "act"], "there_already"),
        (["act@group", "ground@group"], "there_already"),
    ],
)
def test_a_table_is_refused_with_a_reason(cuts: list[str], why: str) -> None:
    assert crosstables.problem_of(cuts, a_plan(SMALL), is_whole_year=True) == why


def test_a_year_that_is_not_over_has_tables_by_quarter_only() -> None:
    plan = a_plan(SMALL)
    assert crosstables.problem_of(["act", "reported"], plan, is_whole_year=False) == "year_not_over"
    assert crosstables.problem_of(["time", "act", "reported"], plan, is_whole_year=False) == ""


def test_a_table_that_is_asked_for_is_called_by_its_cuts() -> None:
    assert crosstables.table_for(["time", "area@region"]) == Table("time-area_region", ("time", "area@region"))


def test_a_table_that_is_asked_for_joins_the_plan_and_changes_no_other() -> None:
    plan = a_plan(SMALL)
    wider = crosstables.with_table(plan, crosstables.table_for(["time", "setting"]), DIMENSIONS)
    spec = spec_of(wider)
    assert wider["tables"] == [*plan["tables"], ["time", "setting"]]
    assert wider["dims"] == {**plan["dims"], "setting": DIMENSIONS["setting"]}
    assert (threshold(spec, area="01", gender="woman"), threshold(spec, setting="street")) == (10, 3)


def test_a_level_that_the_plan_of_the_year_has_not_cannot_be_asked_for() -> None:
    plan = a_plan(SMALL)
    setting = {name: value for name, value in plan["dims"]["setting"].items() if name != "levels"}
    older = {**plan, "dims": {**plan["dims"], "setting": setting}}
    assert crosstables.problem_of(["setting@group", "gender"], plan, is_whole_year=True) == ""
    assert crosstables.problem_of(["setting@group", "gender"], older, is_whole_year=True) == "unknown"
