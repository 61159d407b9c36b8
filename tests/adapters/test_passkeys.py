"""Passkeys against a device written from the standard: what is right passes, and whatever is wrong is refused."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.adapters.passkeys import (
    Asked,
    Assertion,
    NotShown,
    credential_of,
    has_fallen_back,
    made,
    new_challenge,
    shown,
)
from tests.authenticator import HOST, ORIGIN, VERIFIED, Device

KEY = b"k" * 32
NOW = datetime(2026, 11, 24, 10, 0, 10, 400_000, tzinfo=UTC)
ASKED = Asked(HOST, ORIGIN, b"log in")


def public_key_of(device: Device, asked: Asked = ASKED) -> bytes:
    return made(Assertion(device.make(new_challenge(asked, KEY, NOW)), asked), KEY, NOW).public_key


def test_a_passkey_that_was_made_is_shown() -> None:
    device = Device(counter=7)
    challenge = new_challenge(ASKED, KEY, NOW)
    new = made(Assertion(device.make(challenge), ASKED), KEY, NOW)
    assert (new.challenge, new.credential_id, new.counter) == (challenge, device.credential_id, 7)
    challenge = new_challenge(ASKED, KEY, NOW)
    assertion = Assertion(device.show(challenge), ASKED)
    assert credential_of(assertion) == device.credential_id
    answered = shown(assertion, new.public_key, KEY, NOW)
    assert (answered.challenge, answered.counter) == (challenge, 8)


def test_who_only_touches_the_device_is_there_too() -> None:
    device = Device()
    public = public_key_of(device)
    assertion = Assertion(device.show(new_challenge(ASKED, KEY, NOW), flags=0x01), ASKED)
    assert shown(assertion, public, KEY, NOW).counter == 1


WRONG = [
    {"origin": "http://localhost.example"},
    {"origin": "https://localhost"},
    {"origin": "http://localhost:8000"},
    {"host": "localhost.example"},
    {"flags": VERIFIED},
    {"crossOrigin": True},
]


@pytest.mark.parametrize("wrong", [*WRONG, {"type": "webauthn.create"}, {"tampered": True}])
def test_an_answer_that_is_wrong_in_one_way_is_refused(wrong: dict[str, object]) -> None:
    device = Device()
    public = public_key_of(device)
    with pytest.raises(NotShown):
        shown(Assertion(device.show(new_challenge(ASKED, KEY, NOW), **wrong), ASKED), public, KEY, NOW)


@pytest.mark.parametrize("wrong", [*WRONG, {"type": "webauthn.get"}])
def test_nothing_is_made_by_an_answer_that_is_wrong_in_one_way(wrong: dict[str, object]) -> None:
    with pytest.raises(NotShown):
        made(Assertion(Device().make(new_challenge(ASKED, KEY, NOW), **wrong), ASKED), KEY, NOW)


def test_another_passkey_does_not_sign_for_this_one() -> None:
    device, other = Device(), Device()
    public = public_key_of(device)
    with pytest.raises(NotShown):
        shown(Assertion(other.show(new_challenge(ASKED, KEY, NOW)), ASKED), public, KEY, NOW)


@pytest.mark.parametrize(
    ("late", "fits"),
    [
        (timedelta(0), True),
        (timedelta(minutes=4, seconds=59), True),
        (timedelta(minutes=5), False),
        (timedelta(seconds=-1), False),
    ],
)
def test_a_challenge_is_good_for_five_minutes(late: timedelta, fits: bool) -> None:
    device = Device()
    public = public_key_of(device)
    assertion = Assertion(device.show(new_challenge(ASKED, KEY, NOW)), ASKED)
    if fits:
        assert shown(assertion, public, KEY, NOW + late).counter == 1
    else:
        with pytest.raises(NotShown):
            shown(assertion, public, KEY, NOW + late)


@pytest.mark.parametrize(
    "asked",
    [replace(ASKED, purpose=b"another"), replace(ASKED, host="example.org"), replace(ASKED, origin="http://x.example")],
)
def test_what_was_asked_for_something_else_is_refused(asked: Asked) -> None:
    device = Device()
    public = public_key_of(device)
    answer = device.show(new_challenge(ASKED, KEY, NOW))
    with pytest.raises(NotShown):
        shown(Assertion(answer, asked), public, KEY, NOW)


def test_a_challenge_of_somebody_else_is_refused() -> None:
    device = Device()
    public = public_key_of(device)
    ours = new_challenge(ASKED, KEY, NOW)
    later = (int(NOW.timestamp()) + 60).to_bytes(8, "big")
    for challenge in (b"", b"x" * 56, new_challenge(ASKED, b"x" * 32, NOW), ours[:16] + later + ours[24:]):
        with pytest.raises(NotShown):
            shown(Assertion(device.show(challenge), ASKED), public, KEY, NOW + timedelta(minutes=1))


def test_no_two_challenges_are_the_same() -> None:
    assert len({new_challenge(ASKED, KEY, NOW) for _ in range(100)}) == 100


@pytest.mark.parametrize(
    ("counter", "last", "fell"), [(0, 0, False), (1, 0, False), (5, 4, False), (4, 4, True), (3, 4, True), (0, 4, True)]
)
def test_a_counter_that_is_not_ahead_has_fallen_back(counter: int, last: int, fell: bool) -> None:
    assert has_fallen_back(counter, last) is fell


def test_an_id_longer_than_the_standard_allows_is_refused() -> None:
    for length, fits in ((1023, True), (1024, False)):
        device = Device(credential_id=b"x" * length)
        assertion = Assertion(device.make(new_challenge(ASKED, KEY, NOW)), ASKED)
        if fits:
            assert made(assertion, KEY, NOW).credential_id == device.credential_id
        else:
            with pytest.raises(NotShown):
                made(assertion, KEY, NOW)


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@given(st.text(max_size=200) | _ANY.map(json.dumps))
def test_nonsense_is_refused(answer: str) -> None:
    assertion = Assertion(answer, ASKED)
    for judge in (
        lambda: credential_of(assertion),
        lambda: shown(assertion, b"", KEY, NOW),
        lambda: made(assertion, KEY, NOW),
    ):
        with pytest.raises(NotShown):
            judge()


@given(part=st.sampled_from(["id", "rawId", "type", "clientDataJSON", "authenticatorData", "signature"]), value=_ANY)
def test_an_answer_with_one_part_exchanged_is_refused(part: str, value: object) -> None:
    answer = json.loads(_DEVICE.show(new_challenge(ASKED, KEY, NOW)))
    (answer["response"] if part in answer["response"] else answer)[part] = value
    with pytest.raises(NotShown):
        shown(Assertion(json.dumps(answer), ASKED), _PUBLIC, KEY, NOW)


_DEVICE = Device()
_PUBLIC = public_key_of(_DEVICE)
