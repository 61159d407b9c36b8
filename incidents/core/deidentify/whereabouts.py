"""Street addresses, and what only one person in a place is."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incidents.core.deidentify.letters import Plain, words
from incidents.core.deidentify.mark import Found, Kind

_NUMBER = (
    r"(?:br(?:oj)?\.? ?|nr\.? ?|no\.? ?|c\. ?|numarul |szam )?\d{1,4}[a-z]?(?![\d.]\d)(?: ?/ ?\d{0,3}[a-z]?)?(?!\w)"
)
_FLAT = (
    r"(?:,? ?(?:stan|st\.|sprat|ulaz|lokal|lok\.|byt|emelet|ajto|ap\.|apt|kati|interfon)(?: ?br\.?)? ?\d{1,4}"
    r"|,? \d{1,2}\. ?(?:sprat|emelet|poschodie))?"
)
_STREET = re.compile(
    r"(?:ul(?:ic\w{1,3}|\.)|bul(?:evar\w{0,2}|\.)|trg\w{0,2}|sokak\w{0,2}|rrug\w{1,3}|rr\.|strad\w{1,2}|str\.|street"
    r"|alej\w{1,2}|sos\.|soseau\w{1,2}) ?"
    rf"((?:[\w.'-]{{1,20}} ){{1,4}}?){_NUMBER}(?:{_FLAT}){{0,2}}"
)
_STREET_BEHIND = r"(?:utca|u\.|ut|ter|koz|sor|krt\.?|korut|street|road)\w{0,5},? "
_CAPITALS = re.compile(
    rf"[A-Z](?<!\w.)[\w.]{{1,20}}+(?:((?: [A-Z][\w.]{{1,20}}+){{1,2}}) |(?<=oj) | (?={_STREET_BEHIND}))"
    rf"({_STREET_BEHIND}(?:a )?)?(?:br\.? ?)?"
    r"\d{1,4}[a-z]?(?:/(?:\d{1,3}[a-z]?|[a-z])|-[a-z]\w? szam|-\d{1,3})?(?![\w:%/]|-[A-Z])"
)
"""Words with capital letters and a number behind them; one word alone only in -oj, or before a word for streets."""
_NUMBERS = re.compile(r"\d(?:\D{0,150}\d)*")
"""Digits that lie closer to one another than an address is long: nothing else of a text is an address."""
_BEFORE, _BEHIND = 150, 40
"""Characters of an address before its first digit, and what may have to be seen behind its last."""
_NO_ADDRESS_BEHIND = re.compile(
    r"(?:\.\d|[. -]{0,2}(?:god|sat|min|dan|puta|evr|din|km|osob|lud|let|eve|vjet|ani\b|rok|od\b|posto|jan|feb|mar|apr"
    r"|maj|jun|jul|avg|sep|okt|nov|dec))"
)
_SENTENCE_GOES_ON = re.compile(r"\.? ?[a-z]")
_SMALL_WORDS = words(
    "su me je na u sam smo i da se mi nas ih ga za sa od do oko pre posle dva tri mu joj jos bio bila bilo bili sta a "
    "ne te ti ni si nu am sunt ca e de cu si nje dy po dhe kam jane te kisha oli som sme bol boli v o"
)

_ROLE = re.compile(
    r"(?:jedin(?:i|a|e|og|oga|om|oj|u|im|o|y|eho|emu|ym|ou)|vetm(?:i|ja|in|en|es)|singur(?:ul|a|ei|ului)|jekh(?:i|to)"
    r"|the only|edinstven\w{1,3}|edini\w{0,3})(?!\w)((?: [\w-]{1,24}){1,5}?)"
    r" (?:u|na|iz|od|v|vo|ne|nga|din|in|at|from|la|ko|ki|ano)((?: [\w-]{1,24}){1,3})"
)
_HUNGARIAN_ROLE = re.compile(r"egyetlen(?<!\w.{8})((?: [\w-]{1,24}){1,3}?) ([\w-]{2,20}(?:ban|ben|on|en|an|n))(?!\w)")
_NO_ROLES = re.compile(
    r" (?:nacin|problem|razlog|put\b|puta?|nad[au]|sans|izlaz|resen|stvar|sto\b|sta\b|put\w*|mod\b|modalit|motiv|menyre"
    r"|rruge|arsye|sposob|dovod|fel\b|mod\b|ut\b|remeny|esely|way\b|thing|reason|hope|chance|lucru|cale|sansa|spas|zel"
    r"|odgovor|uslov|dan\b|trag|dokaz|koj[iae]\b|sto\b|ktor|care\b|qe\b|that\b|who\b)"
)
_POINTING = words(
    "nasem nasoj nasu naseg nase celom celoj ovom ovoj svom svojoj mom mojoj tom toj cijelom cijeloj nasej nasom celej "
    "nasho our the this my whole tere gjithe satul toata noastra"
)


def addresses(plain: Plain) -> Iterator[Found]:
    for digits in _NUMBERS.finditer(plain.low):
        yield from _addresses(plain, max(0, digits.start() - _BEFORE), digits.end() + _BEHIND)


def _addresses(plain: Plain, start: int, end: int) -> Iterator[Found]:
    for match in _STREET.finditer(plain.low, start, end):
        if match.start() and (plain.low[match.start() - 1].isalnum() or plain.low[match.start() - 1] == "-"):
            continue
        name = plain.text[match.start(1) : match.end(1)]
        is_named = name[:1].isupper() or name[:1].isdigit()
        if is_named or not _SMALL_WORDS & set(name.lower().split()):
            yield *match.span(), Kind.ADDRESS
    for match in _CAPITALS.finditer(plain.text, start, end):
        if match[2] or _is_street(plain, match):
            yield *match.span(), Kind.ADDRESS


def _is_street(plain: Plain, match: re.Match[str]) -> bool:
    """Whether capital words with a number behind are a street without the word for it: Kneza Miloša 12."""
    if _NO_ADDRESS_BEHIND.match(plain.low, match.end()):
        return False
    return not match[1] or "/" in match[0] or not _SENTENCE_GOES_ON.match(plain.text, match.end())


def roles(plain: Plain) -> Iterator[Found]:
    """Stretches such as "the only imam in Smederevo"."""
    for match in _ROLE.finditer(plain.low):
        if _NO_ROLES.match(match[1]) or (match.start() and plain.low[match.start() - 1].isalnum()):
            continue
        start = match.start()
        if match[0].startswith("vetm"):
            start = max(0, start - 2) if plain.low[max(0, start - 2) : start] in {"i ", "e "} else max(0, start - 3)
        yield start, _end_of_place(plain, match.start(2)), Kind.ROLE
    for match in _HUNGARIAN_ROLE.finditer(plain.low):
        if not _NO_ROLES.match(match[1]):
            yield *match.span(), Kind.ROLE


_PLACE_WORD = re.compile(r" ([\w-]+)")


def _end_of_place(plain: Plain, start: int) -> int:
    """Where the place behind "in" ends: one word, or as many as have a capital letter."""
    end = start
    for _ in range(3):
        word = _PLACE_WORD.match(plain.text, end)
        if word is None:
            break
        is_first = end == start or plain.low[start:end].strip() in _POINTING
        if not is_first and not word[1][0].isupper():
            break
        end = word.end()
    return end
