"""Numbers that belong to one person, car or account."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain

from incidents.core.deidentify.letters import Plain, words
from incidents.core.deidentify.mark import Found, Kind

# Each pattern begins with a class of characters and looks back from there, so that the search can jump to it.
_JMBG = re.compile(
    r"[0-3](?<!\d.)(?<!\d[ ./-].)[ ./-]?\d[ ./-]?[01][ ./-]?\d[ ./-]?[089](?:[ ./-]?\d){8}(?!\d)",
)
_IBAN_LENGTHS = {
    **{"RS": 22, "HU": 28, "SK": 24, "RO": 24, "AL": 28, "BA": 20, "HR": 21, "ME": 22, "MK": 19, "SI": 19},
    **{"DE": 22, "AT": 20, "BG": 22, "XK": 20, "CH": 21, "FR": 27, "IT": 27, "TR": 26, "GB": 22, "PL": 28},
    **{"CZ": 24, "NL": 18, "SE": 24, "GR": 27, "BE": 16, "ES": 24, "LU": 20, "CY": 28, "IE": 22, "UA": 29},
}
_VALUES = {ord(letter): str(int(letter, 36)) for letter in "abcdefghijklmnopqrstuvwxyz"}
_IBAN = re.compile(r"[a-z](?<!\w.)[a-z]\d\d(?: ?[a-z0-9]){11,30}")
_ACCOUNT = re.compile(r"\d(?<!\d.)(?<!\d[-/].)\d\d[ -]{1,3}\d{1,13}[ -]{1,3}\d\d(?![\d/-])|\d(?<!\d.)\d{17}(?!\d)")
_WORDS_OF_ACCOUNTS = re.compile(
    r"racun|zirac|iban|account|szamla|llogari|ucet|uctu|ucte|ucet|cont\b|contul|konto|smetka|uplat"
)
_PHONE = re.compile(
    r"\+ ?\(?\d(?:[ ()./-]{0,3}\d){6,14}(?!\d)"
    r"|00(?<!\d..)(?<!\+..)[ (]?[1-9](?:[ ()./-]{0,3}\d){7,14}(?!\d)"
    r"|\(?0(?<!\d.)(?<!\d[.,:/-].)[ .-]?[1-7][ .-]?\d(?:[ ()./-]{0,3}\d){5,8}(?!\d)"
    r"|3(?<!\d.)8[1-9]\d{8,9}(?!\d)"
)
_DATE = re.compile(r"\(?\d{1,2}(?:\. ?|[/-])(?:0?[1-9]|1[0-2])(?:\. ?|[/-])(?:19|20)?\d\d(?:\D|$)|(?:19|20)\d\d[. /-]")
_SERVICE = ("0800", "0900", "0700")
_LINE_DIGITS = range(8, 11)
_MOBILE_DIGITS = range(9, 11)

_PLATE = re.compile(r"[A-Z](?<![\w-].)[A-Z]([ -]?)\d{3,4}([ -]?)[A-Za-z]{2}(?!\w)")
_SMALL_PLATE = re.compile(r"[a-z](?<![\w-].)[a-z](-?)\d{3,4}(-?)[a-z]{2}(?!\w)")
_AREAS = words(
    "ac al ar bb bc bg bj bo bp bt bu ca cu da de do dc gl gm gn gr ic in ir ja ka kc kg ki kl km ko ks ku kv la lb le "
    "lo lu ma nb ng ni np ns nv od ok pa pb pe pi pk pn po pp pr pt pz ra ru rv sa sc sd si sj sm so sp st su sv ta "
    "to ts tt tu ub ue ur va vb vl vp vr vs za zr zg zi"
)
_NOT_ON_PLATES = words("km kg cm mm eu do od na za sa iz po se je ne da ko to su ha kw ks kt ks rs tl ca ok")

# Numbers that only a word before them explains.
_BARE = re.compile(r"\d(?<![\d/.,+-].)\d(?:[ /.-]{0,2}\d){3,11}(?![\d/])")
_CUES = {
    Kind.DOCUMENT: (
        "licn lichn lk pasos putn utlevel leternof pasaport preukaz pas pasu pase pasom passport "
        "identitate buletin vozack jogositv vodicsk szemelyi obciansk"
    ),
    Kind.PHONE: (
        "tel telef mob viber vajber whats vocap watsap zov pozov nazov javi phone call hivj szamom szama numri numarul "
        "suna cislo volaj zavola"
    ),
    Kind.NUMBER: "pib lbo mb zdravstven osiguran indeks poresk adoszam taj jmbg maticn id cnp rodne broj",
}
_WHOLE = frozenset({"lk", "pas", "pasu", "pase", "pasom", "mb", "id", "taj", "tel", "cnp"})
"""Too short to count as a beginning of longer words."""


def _beginning(listed: str) -> str:
    """A pattern of words that are one of these, or begin like one of these."""
    return "|".join(f"{word}(?![a-z])" if word in _WHOLE else word for word in listed.split())


_CUE = re.compile("|".join(f"(?P<{kind}>(?<![a-z])(?:{_beginning(listed)}))" for kind, listed in _CUES.items()))
_LENGTHS = {Kind.DOCUMENT: range(9, 10), Kind.PHONE: range(6, 11), Kind.NUMBER: range(7, 14)}
_FILE = re.compile(
    r"\d(?<![\w/-].)\d{1,3}-\d{1,6}(?:-\d{1,6})?/(?:20)?\d\d(?:-\d{1,3})?(?![\d/])"
    r"|[A-Z](?<!\w.)[A-Za-z]{0,4}[. -]{0,2}(?:br\.? ?)?\d{1,6}/(?:20)?\d\d(?![\d/])"
)
_NEAR = 32
_SIGNS = dict.fromkeys(map(ord, " ./()+-"))


def numbers(plain: Plain) -> Iterator[Found]:
    """In the order in which they have to be tried: a longer number may look like a phone's inside."""
    if any(digit in plain.low for digit in "0123456789"):
        yield from chain(_ibans(plain), _jmbgs(plain), _accounts(plain), _files(plain), _plates(plain))
        explained = list(_explained(plain))
        yield from (found for found in explained if found[2] is Kind.DOCUMENT)
        yield from chain(_phones(plain), explained)


def _jmbgs(plain: Plain) -> Iterator[Found]:
    for match in _JMBG.finditer(plain.low):
        digits = _digits(match[0])
        if _is_a_day(digits):
            yield *match.span(), Kind.JMBG if _control(digits) else Kind.JMBG_SUSPECT


def _is_a_day(digits: str) -> bool:
    day, month, year = int(digits[:2]), int(digits[2:4]), int(digits[4:7])
    year += 1000 if year >= 800 else 2000
    is_leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if is_leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return 1 <= month <= 12 and 1 <= day <= days[month - 1]


def _control(digits: str) -> bool:
    total = sum(weight * int(digit) for weight, digit in zip((7, 6, 5, 4, 3, 2) * 2, digits, strict=False))
    control = 11 - total % 11
    return int(digits[12]) == (0 if control > 9 else control)


def _ibans(plain: Plain) -> Iterator[Found]:
    for match in _IBAN.finditer(plain.low):
        letters = match[0].replace(" ", "")
        length = _IBAN_LENGTHS.get(letters[:2].upper(), len(letters) + 1)
        if len(letters) < length:
            continue
        letters, end = letters[:length], match.start() + length
        while end - match.start() - plain.low.count(" ", match.start(), end) < length:
            end += 1
        if int((letters[4:] + letters[:4]).translate(_VALUES)) % 97 == 1 or "iban" in _before(plain, match):
            yield match.start(), end, Kind.IBAN


def _accounts(plain: Plain) -> Iterator[Found]:
    for match in _ACCOUNT.finditer(plain.low):
        digits = _digits(match[0])
        whole = digits[:3] + digits[3:-2].zfill(13) + digits[-2:]
        if int(whole) % 97 == 1 or _WORDS_OF_ACCOUNTS.search(_before(plain, match)):
            yield *match.span(), Kind.ACCOUNT


def _files(plain: Plain) -> Iterator[Found]:
    if "/" in plain.low:
        for match in _FILE.finditer(plain.text):
            yield *match.span(), Kind.NUMBER


def _plates(plain: Plain) -> Iterator[Found]:
    for match in _PLATE.finditer(plain.text):
        ending = match[0][-2:]
        if match[2] == " " and ending.lower() in _NOT_ON_PLATES:
            continue
        if ending.isupper() or (match[0][:2].lower() in _AREAS and ending.islower()):
            yield *match.span(), Kind.PLATE
    for match in _SMALL_PLATE.finditer(plain.text):
        if match[0][:2] in _AREAS:
            yield *match.span(), Kind.PLATE


def _phones(plain: Plain) -> Iterator[Found]:
    for match in _PHONE.finditer(plain.low):
        written = match[0]
        if _is_phone(written):
            yield *match.span(), Kind.PHONE
            continue
        while written and not _is_phone(written):
            written = written.rpartition(" ")[0]  # the last digits may count something else: 064 123 4567 2 times
        if written:
            yield match.start(), match.start() + len(written.rstrip(" (")), Kind.PHONE


def _explained(plain: Plain) -> Iterator[Found]:
    """What a word shortly before a number says that it is."""
    cues = _CUE.finditer(plain.low)
    cue = next(cues, None)
    said: dict[str, int] = {}
    if cue is None:
        return
    for match in _BARE.finditer(plain.low):
        start = match.start()
        while cue is not None and cue.end() <= start:
            said[str(cue.lastgroup)] = cue.start()
            cue = next(cues, None)
        if not any(start - at <= _NEAR for at in said.values()):
            continue
        count = len(_digits(match[0]))
        for kind, lengths in _LENGTHS.items():
            if count in lengths and start - said.get(kind, -_NEAR - 1) <= _NEAR:
                if not _DATE.match(match[0]):
                    yield start, match.end(), kind
                break


def _is_phone(written: str) -> bool:
    if written.startswith(("+", "00", "3")):
        return True
    digits = written.translate(_SIGNS)
    if digits.startswith("06"):
        is_hungarian = len(digits) == 11 and digits.startswith(("0620", "0630", "0670", "061"))
        return (len(digits) in _MOBILE_DIGITS or is_hungarian) and not _DATE.match(written)
    return len(digits) in _LINE_DIGITS and not digits.startswith(_SERVICE) and not _DATE.match(written)


def _digits(written: str) -> str:
    return written if written.isdecimal() else written.translate(_SIGNS)


def _before(plain: Plain, match: re.Match[str]) -> str:
    return plain.low[max(0, match.start() - _NEAR) : match.start()]
