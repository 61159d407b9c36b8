import json
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from incidents.core.twins.account import Account, as_lists, from_lists, outline

codes = st.frozensets(st.sampled_from(["80438", "71331", "online", "ж", "a_b"]), max_size=3)
days = st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1))
accounts = st.builds(
    Account,
    areas=codes,
    spot=st.sampled_from(["", "804380"]),
    first=days,
    last=days,
    acts=codes,
    grounds=codes,
    ground_groups=codes,
    targets=codes,
    setting=st.sampled_from(["", "street"]),
    stems=st.frozensets(st.sampled_from(["autob", "2026", "bolni", "szkol"])),
    concepts=codes,
)


@given(accounts)
def test_an_account_comes_back_from_its_lists(account: Account) -> None:
    assert from_lists(json.loads(json.dumps(as_lists(account)))) == account


@given(accounts)
def test_an_outline_has_what_may_be_twins_is_asked_by(account: Account) -> None:
    names = ("areas", "first", "last", "ground_groups", "is_day")
    found = outline(as_lists(account))
    assert [getattr(found, name) for name in names] == [getattr(account, name) for name in names]
