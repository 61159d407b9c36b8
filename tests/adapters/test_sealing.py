from random import Random
from uuid import UUID, uuid4

import pytest

from incidents.adapters import data_files, opening, sealing
from incidents.adapters.sealing import CannotOpen
from incidents.core.files import FilePart
from incidents.core.receipt import parse_code
from incidents.core.report import SEVERAL, to_bytes
from incidents.core.script import to_latin
from tests.builders import a_report

PEPPER = b"p" * 32
DESK = opening.new_key_pair()
CYRILLIC = [
    "Комшија нам је синоћ гађао прозор каменом и викао да се селимо.",
    "Учитељица је рекла да „такав“ не може на екскурзију.",
    "Возач је видео све и ћутао, а ја сам сишла станицу раније.",
    "Његов брат ми је пришао и рекао да ћу видети шта ме чека.",
]
LATIN = [to_latin(sentence) for sentence in CYRILLIC] + ["sutnuli su me u ledja, necu policiji, bojim se"]


def test_only_the_desk_key_opens_a_report() -> None:
    report = uuid4()
    sealed = sealing.seal_report("шта се десило".encode(), report=report, desk_public=DESK.public)
    opened = opening.open_report(sealed.blob, sealed.sealed_key, report=report, desk_private=DESK.private)
    assert opened.decode() == "шта се десило"
    other = opening.new_key_pair()
    with pytest.raises(CannotOpen):
        opening.open_report(sealed.blob, sealed.sealed_key, report=report, desk_private=other.private)


def test_a_report_moved_to_another_row_does_not_open() -> None:
    sealed = sealing.seal_report(b"x", report=uuid4(), desk_public=DESK.public)
    with pytest.raises(CannotOpen):
        opening.open_report(sealed.blob, sealed.sealed_key, report=uuid4(), desk_private=DESK.private)


@pytest.mark.parametrize("place", [0, 30, -1])
def test_one_changed_byte_is_noticed(place: int) -> None:
    report = uuid4()
    sealed = sealing.seal_report(b"x", report=report, desk_public=DESK.public)
    changed = bytearray(sealed.blob)
    changed[place] ^= 1
    with pytest.raises(CannotOpen):
        opening.open_report(bytes(changed), sealed.sealed_key, report=report, desk_private=DESK.private)


def test_short_and_long_words_are_sealed_to_the_same_length() -> None:
    lengths = {
        len(sealing.seal_report(b"x" * size, report=uuid4(), desk_public=DESK.public).blob)
        for size in (0, 1, 900, 4000)
    }
    assert len(lengths) == 1
    longer = sealing.seal_report(b"x" * 5000, report=uuid4(), desk_public=DESK.public).blob
    assert len(longer) - lengths.pop() == sealing.PADDING


def a_story(sentences: list[str], characters: int, random: Random) -> str:
    story = ""
    while len(story) < characters:
        story += random.choice(sentences) + " "
    return story[:characters]


def test_cyrillic_and_latin_stories_of_equal_count_are_sealed_to_the_same_length() -> None:
    """A letter of Cyrillic takes two bytes; who sees the sealed bytes must not learn the script by them."""
    random = Random(7)
    everything = dict.fromkeys(("acts", "grounds", "indicators", "targets"), frozenset())
    for name, listed in SEVERAL.items():
        if name in everything:
            everything[name] = frozenset(sorted(data_files.vocabulary().terms[listed])[:6])
    lengths = set()
    pairs = 0
    for characters in random.sample(range(1720), 300):
        cyrillic, latin = a_story(CYRILLIC, characters, random), a_story(LATIN, characters, random)
        assert len(cyrillic) == len(latin)
        assert len(cyrillic.encode()) < 3500
        for words, place in ((cyrillic, "у Новом Пазару"), (latin, "u Novom Pazaru")):
            content = to_bytes(a_report(words=words, place=place, **everything))
            lengths.add(len(sealing.seal_report(content, report=uuid4(), desk_public=DESK.public).blob))
        pairs += 1
    assert pairs == 300
    assert len(lengths) == 1


def test_the_same_report_never_gives_the_same_bytes() -> None:
    report = uuid4()
    first, second = (sealing.seal_report(b"x", report=report, desk_public=DESK.public) for _ in range(2))
    assert first.blob != second.blob
    assert first.sealed_key != second.sealed_key


def test_a_token_gives_its_code_every_time_and_other_tokens_others() -> None:
    codes = {sealing.code_of_token(number.to_bytes(16, "big")) for number in range(200)}
    assert len(codes) == 200
    assert all(parse_code(code) == code for code in codes)
    assert sealing.code_of_token(b"n" * 16) == sealing.code_of_token(b"n" * 16)


def test_a_question_opens_with_the_receipt_code_only() -> None:
    code, other = (sealing.code_of_token(nonce) for nonce in (b"a" * 16, b"b" * 16))
    lock = sealing.lock_for_reporter(code, PEPPER)
    question = sealing.seal_to(lock.public, "Када је то било?".encode())
    assert sealing.open_question(code, PEPPER, lock.private_sealed, question) == "Када је то било?"
    for wrong_code, wrong_pepper in ((other, PEPPER), (code, b"q" * 32)):
        with pytest.raises(CannotOpen):
            sealing.open_question(wrong_code, wrong_pepper, lock.private_sealed, question)


def test_verifiers_and_digests_differ_by_pepper() -> None:
    code = sealing.code_of_token(b"a" * 16)
    assert sealing.verifier_of(code, PEPPER) != sealing.verifier_of(code, b"q" * 32)
    assert sealing.digest_of_token(b"a" * 16, PEPPER) != sealing.digest_of_token(b"a" * 16, b"q" * 32)


def test_the_content_tag_needs_the_token() -> None:
    assert sealing.tag_of_content(b"same", b"a" * 16) == sealing.tag_of_content(b"same", b"a" * 16)
    assert sealing.tag_of_content(b"same", b"a" * 16) != sealing.tag_of_content(b"same", b"b" * 16)
    assert sealing.tag_of_content(b"same", b"a" * 16) != sealing.tag_of_content(b"other", b"a" * 16)


FILE = bytes(range(256)) * 600
"""Three pieces."""


def sealed_file() -> tuple[UUID, bytes, list[bytes]]:
    file = uuid4()
    key, sealed_key = sealing.new_file_key(DESK.public)
    return file, sealed_key, sealing.seal_pieces(key, FILE, file=file, part=FilePart.ORIGINAL)


def test_only_the_desk_key_opens_a_file() -> None:
    file, sealed_key, pieces = sealed_file()
    key = opening.open_key(sealed_key, DESK.private)
    assert opening.open_pieces(key, pieces, file=file, part=FilePart.ORIGINAL) == FILE
    with pytest.raises(CannotOpen):
        opening.open_key(sealed_key, opening.new_key_pair().private)


@pytest.mark.parametrize(
    "changed",
    [
        lambda pieces: pieces[:-1],
        lambda pieces: [*pieces, pieces[0]],
        lambda pieces: [pieces[1], pieces[0], *pieces[2:]],
        lambda pieces: [pieces[0][:-1] + bytes([pieces[0][-1] ^ 1]), *pieces[1:]],
        lambda pieces: [],
    ],
    ids=["cut off", "one more", "other order", "one bit", "nothing"],
)
def test_pieces_that_were_tampered_with_do_not_open(changed) -> None:
    file, sealed_key, pieces = sealed_file()
    key = opening.open_key(sealed_key, DESK.private)
    with pytest.raises(CannotOpen):
        opening.open_pieces(key, changed(pieces), file=file, part=FilePart.ORIGINAL)


def test_pieces_of_another_file_or_part_do_not_open() -> None:
    file, sealed_key, pieces = sealed_file()
    key = opening.open_key(sealed_key, DESK.private)
    for other, part in ((uuid4(), FilePart.ORIGINAL), (file, FilePart.COPY)):
        with pytest.raises(CannotOpen):
            opening.open_pieces(key, pieces, file=other, part=part)


def test_a_file_sent_again_is_known_only_to_who_has_the_code() -> None:
    one, other = (sealing.code_of_token(nonce) for nonce in (b"1" * 16, b"2" * 16))
    assert sealing.tag_of_file(FILE, one, PEPPER) == sealing.tag_of_file(FILE, one, PEPPER)
    assert sealing.tag_of_file(FILE, one, PEPPER) != sealing.tag_of_file(FILE, other, PEPPER)
