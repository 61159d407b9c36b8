"""Words as a thumb types them: with the script, the marks and the slips of one phone."""

from __future__ import annotations

import re
import unicodedata

from incidents.core.script import to_latin
from incidents.core.synthesis.world import Voice, World

_LOOKALIKES = str.maketrans("аеорсјАЕОРСЈ", "aeopcjAEOPCJ")


def as_typed(world: World, text: str, voice: Voice, *, is_short: bool) -> str:
    """The words with the script, the marks and the slips of one phone."""
    if world.happens(0.35):
        text = _with_slips(world, text)
    if voice.language == "sr" and not voice.is_cyrillic:
        text = to_latin(text)
    if voice.is_bare:
        text = bare(text)
    text = _with_manners(world, text, is_short=is_short)
    if voice.is_cyrillic and world.happens(0.05):
        text = _with_lookalikes(world, text) if world.happens(0.5) else _half_in_latin(text)
    if world.happens(0.06):
        emoji = world.random.choice(world.texts.wordings[voice.language].pieces["emoji"])
        text = f"{text} {emoji * world.random.choice([1, 1, 2, 3])}"
    return text


def _with_manners(world: World, text: str, *, is_short: bool) -> str:
    if world.happens(0.3 if is_short else 0.14):
        text = re.sub(r"[.,?]+( |$)", r"\1", text)
    if world.happens(0.5 if is_short else 0.2):
        text = text.lower()
    return text.upper() if world.happens(0.03) else text


def _with_slips(world: World, text: str) -> str:
    """About one word in eighteen mistyped: two letters swapped, one missing, one doubled."""
    words = text.split(" ")
    for place in world.random.sample(range(len(words)), max(1, len(words) // 18)):
        word = words[place]
        if len(word) < 5 or not word.isalpha():
            continue
        at = world.random.randint(1, len(word) - 3)
        slip = world.pick({"swapped": 40, "missing": 40, "doubled": 20})
        first, second = word[at], word[at + 1]
        middle = {"swapped": second + first, "missing": second, "doubled": first * 2 + second}[slip]
        words[place] = word[:at] + middle + word[at + 2 :]
    return " ".join(words)


def bare(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.replace("đ", "dj").replace("Đ", "Dj"))
    return "".join(c for c in spread if not unicodedata.combining(c))


def _with_lookalikes(world: World, text: str) -> str:
    """One word with Latin letters that look like its Cyrillic ones."""
    words = text.split(" ")
    place = world.random.randrange(len(words))
    words[place] = words[place].translate(_LOOKALIKES)
    return " ".join(words)


def _half_in_latin(text: str) -> str:
    words = text.split(" ")
    half = len(words) // 2
    return " ".join([*words[:half], to_latin(" ".join(words[half:]))])
