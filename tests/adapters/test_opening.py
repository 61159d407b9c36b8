import pytest

from incidents.adapters import opening, sealing
from incidents.adapters.sealing import CannotOpen


def test_a_members_key_opens_with_the_right_password_only() -> None:
    pair = opening.new_key_pair()
    locked = opening.lock_key(pair, "tri zelene kruške", memory_mib=8)
    assert opening.unlock_key(locked, "tri zelene kruške", memory_mib=8) == pair
    with pytest.raises(CannotOpen):
        opening.unlock_key(locked, "tri zelene kruske", memory_mib=8)


def test_a_grant_opens_for_its_holder_only() -> None:
    holder, stranger, desk = (opening.new_key_pair() for _ in range(3))
    granted = opening.grant(desk.private, holder.public)
    assert opening.open_grant(granted, holder) == desk.private
    with pytest.raises(CannotOpen):
        opening.open_grant(granted, stranger)


def test_a_message_opens_with_the_desk_key_only() -> None:
    desk = opening.new_key_pair()
    sealed = sealing.seal_to(desk.public, "Igen, két nappal később.".encode())
    assert opening.open_message(sealed, desk.private) == "Igen, két nappal később."
    with pytest.raises(CannotOpen):
        opening.open_message(sealed, opening.new_key_pair().private)


def test_a_session_opens_with_its_cookie_only() -> None:
    sealed = opening.seal_for_session(b"k" * 32, b"cookie")
    assert opening.open_for_session(sealed, b"cookie") == b"k" * 32
    with pytest.raises(CannotOpen):
        opening.open_for_session(sealed, b"another")
