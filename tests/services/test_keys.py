import pytest

from incidents.config import Settings
from incidents.db.database import Database
from incidents.db.key import current_desk_key
from incidents.services import keys
from tests import builders
from tests.conftest import NOW


def test_a_member_without_a_grant_opens_nothing(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        builders.a_desk(session, settings, now=NOW)
        late = builders.a_member(session, settings, now=NOW)
        with pytest.raises(keys.NoGrant):
            keys.desk_private(session, 1, late.id, late.key)


def test_a_holder_shares_the_desk_keys_of_all_epochs(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        ana, _ = builders.a_desk(session, settings, now=NOW)
        keys.make_desk_key(session, [ana.id], today=NOW.date())
        late = builders.a_member(session, settings, now=NOW)
        keys.share_desk_keys(session, late.id, by=ana.id, by_key=ana.key)
        for epoch in (1, 2):
            opened = keys.desk_private(session, epoch, late.id, late.key)
            assert opened == keys.desk_private(session, epoch, ana.id, ana.key)


def test_a_new_epoch_retires_the_one_before_and_leaves_it_readable(database: Database, settings: Settings) -> None:
    with database.unit_of_work() as session:
        ana, _ = builders.a_desk(session, settings, now=NOW)
        first = keys.desk_private(session, 1, ana.id, ana.key)
        assert keys.make_desk_key(session, [ana.id], today=NOW.date()) == 2
        current = current_desk_key(session)
        assert current is not None
        assert current.epoch == 2
        assert keys.desk_private(session, 1, ana.id, ana.key) == first
        assert keys.desk_private(session, 2, ana.id, ana.key) != first


def test_only_a_member_with_a_key_can_hold_another(database: Database, settings: Settings) -> None:
    from uuid import uuid4

    with pytest.raises(keys.NoKey), database.unit_of_work() as session:
        keys.make_desk_key(session, [uuid4()], today=NOW.date())
