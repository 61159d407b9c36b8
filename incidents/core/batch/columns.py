"""Which columns a batch may have, by the names that organisations give them, and where its header stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from incidents.core.batch.cells import Cell, text_of
from incidents.core.report import SEVERAL, SINGLE
from incidents.core.script import fold

HEADERS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "reference": {
        "en": ("reference", "number", "case number", "id", "no"),
        "sr": ("broj", "redni broj", "r br", "rb", "broj predmeta", "šifra", "oznaka"),
        "hu": ("hivatkozás", "sorszám", "ügyszám", "azonosító"),
    },
    "language": {"en": ("language",), "sr": ("jezik",), "hu": ("nyelv",)},
    "role": {
        "en": ("role", "who reports", "reporter"),
        "sr": ("ko prijavljuje", "uloga", "prijavitelj", "podnosilac"),
        "hu": ("ki jelenti", "bejelentő", "szerep"),
    },
    "relation": {
        "en": ("relation", "relation to the person"),
        "sr": ("odnos prema osobi", "srodstvo", "ko je ta osoba"),
        "hu": ("kapcsolat", "rokonság", "ki az illető"),
    },
    "aware": {
        "en": ("aware", "person knows"),
        "sr": ("osoba zna", "da li osoba zna", "saglasnost osobe"),
        "hu": ("tud róla", "az illető tud róla"),
    },
    "organisation": {
        "en": ("organisation", "organization", "name of the organisation"),
        "sr": ("organizacija", "naziv organizacije"),
        "hu": ("szervezet", "a szervezet neve"),
    },
    "acts": {
        "en": ("acts", "act", "what happened", "type", "type of act"),
        "sr": ("šta se dogodilo", "delo", "dela", "vrsta dela", "vrsta incidenta", "šta se desilo"),
        "hu": ("mi történt", "cselekmény", "eset típusa"),
    },
    "grounds": {
        "en": ("grounds", "ground", "bias", "bias motivation", "protected ground"),
        "sr": ("lično svojstvo", "lična svojstva", "osnov", "osnovi", "osnov diskriminacije", "motiv"),
        "hu": ("védett tulajdonság", "indíték", "ok", "alap"),
    },
    "targets": {
        "en": ("targets", "target", "target group", "group"),
        "sr": ("pogođena grupa", "grupa", "ciljna grupa", "meta"),
        "hu": ("célcsoport", "érintett csoport", "csoport"),
    },
    "indicators": {
        "en": ("indicators", "bias indicators"),
        "sr": ("pokazatelji", "pokazatelji predrasude", "indikatori"),
        "hu": ("jelek", "előítélet jelei"),
    },
    "when": {
        "en": ("when", "precision", "date precision"),
        "sr": ("tačnost datuma", "preciznost", "preciznost datuma"),
        "hu": ("dátum pontossága", "pontosság"),
    },
    "date": {
        "en": ("date", "date of incident"),
        "sr": ("datum", "datum događaja", "datum incidenta", "kada", "vreme"),
        "hu": ("dátum", "mikor", "időpont"),
    },
    "day": {"en": ("day",), "sr": ("dan",), "hu": ("nap",)},
    "month": {"en": ("month",), "sr": ("mesec",), "hu": ("hónap",)},
    "year": {"en": ("year",), "sr": ("godina",), "hu": ("év",)},
    "season": {"en": ("season",), "sr": ("godišnje doba",), "hu": ("évszak",)},
    "when_words": {
        "en": ("when in words", "time in words"),
        "sr": ("kada rečima", "vreme rečima", "kada opisno"),
        "hu": ("mikor szavakkal", "idő szavakkal"),
    },
    "setting": {
        "en": ("setting", "kind of place", "location type"),
        "sr": ("vrsta mesta", "okruženje", "gde"),
        "hu": ("hely típusa", "milyen helyen", "helyszín típusa"),
    },
    "platform": {
        "en": ("platform", "internet service"),
        "sr": ("platforma", "društvena mreža", "internet servis"),
        "hu": ("platform", "internetes szolgáltatás"),
    },
    "content": {
        "en": ("content", "online content"),
        "sr": ("sadržaj", "vrsta sadržaja"),
        "hu": ("tartalom", "a tartalom fajtája"),
    },
    "link": {
        "en": ("link", "address of the page", "url"),
        "sr": ("link", "adresa stranice", "veza"),
        "hu": ("link", "az oldal címe"),
    },
    "place": {
        "en": ("place", "town", "town or village", "settlement"),
        "sr": ("mesto", "naselje", "grad", "lokacija"),
        "hu": ("település", "hely", "helység", "helyszín"),
    },
    "municipality": {"en": ("municipality",), "sr": ("opština", "opština grad"), "hu": ("község", "önkormányzat")},
    "words": {
        "en": ("words", "description", "text", "account"),
        "sr": ("opis", "opis događaja", "tekst", "napomena"),
        "hu": ("leírás", "szöveg", "az eset leírása"),
    },
    "told": {
        "en": ("told", "reported to", "who was told"),
        "sr": ("kome je prijavljeno", "prijavljeno", "prijavljeno organu"),
        "hu": ("kinek szóltak", "hol jelentették"),
    },
    "outcomes": {
        "en": ("outcomes", "what they did"),
        "sr": ("šta su uradili", "ishod prijave"),
        "hu": ("mit tettek", "a bejelentés eredménye"),
    },
    "untold": {
        "en": ("untold", "why nobody was told", "reason for not reporting"),
        "sr": ("zašto nije prijavljeno", "razlog neprijavljivanja"),
        "hu": ("miért nem jelentették", "miért nem szóltak"),
    },
    "wish": {"en": ("wish",), "sr": ("želja", "šta da uradimo"), "hu": ("kérés", "mit tegyünk")},
    "consents": {"en": ("consents", "pass on to"), "sr": ("saglasnost", "proslediti"), "hu": ("hozzájárulás",)},
}
"""By column: names in use; the first of each language stands in our template. Scripts and accents do not matter."""
NEEDED = ("acts", "grounds", "setting")
_LOOKED_AT = 20
"""Rows in which the header may stand: titles and names of groups of columns come before it."""
_FEWEST = 3
_BY_NAME = {fold(name): column for column, names in HEADERS.items() for name in (column, *sum(names.values(), ()))}


class NoHeader(Exception):
    """No row names the columns that are needed; `missing` are those that the likeliest one lacks."""

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(", ".join(missing))
        self.missing = missing


class TwoAlike(Exception):
    """Two columns have names for the same thing."""

    def __init__(self, column: str, names: Sequence[str]) -> None:
        super().__init__(column)
        self.column = column
        self.names = names


@dataclass(frozen=True)
class Unread:
    """A column that nothing is taken from."""

    name: str
    nearest: str
    """A column that may have been meant, or nothing."""


@dataclass(frozen=True)
class Header:
    row: int
    """Index among the rows given."""
    columns: Mapping[str, int]
    names: Mapping[str, str]
    """What the file calls each column."""
    unread: Sequence[Unread]


def column_of(name: str) -> str:
    """The column that a name stands for; empty for none."""
    without_hint = name.partition("(")[0]
    return _BY_NAME.get(fold(name)) or _BY_NAME.get(fold(without_hint)) or ""


def known(cells: Sequence[Cell]) -> int:
    """How many cells of a row name a column."""
    return len({column for cell in cells if (column := column_of(text_of(cell)))})


def header_of(rows: Sequence[Sequence[Cell]]) -> Header:
    """The row among the first that names most columns. Raises NoHeader, TwoAlike."""
    first = rows[:_LOOKED_AT]
    at = max(range(len(first)), key=lambda number: known(first[number]), default=-1)
    if at < 0 or known(first[at]) < _FEWEST:
        raise NoHeader(NEEDED)
    columns: dict[str, int] = {}
    unread = []
    names = [text_of(cell) for cell in first[at]]
    for place, name in enumerate(names):
        column = column_of(name)
        if column in columns:
            raise TwoAlike(column, [names[columns[column]], name])
        if column:
            columns[column] = place
        elif name:
            near = get_close_matches(fold(name), _BY_NAME, 1, 0.8)
            unread.append(Unread(name, _BY_NAME[near[0]] if near else ""))
    if missing := [column for column in NEEDED if column not in columns]:
        raise NoHeader(missing)
    return Header(at, columns, {column: names[place] for column, place in columns.items()}, unread)


def template(tag: str) -> list[str]:
    """The header of an empty batch in one language."""
    names = {"hu": "hu"}.get(tag, "sr" if tag.startswith("sr") else "en")
    left_out = {"day", "month", "year", "language"}
    return [HEADERS[column][names][0] for column in HEADERS if column not in left_out]


LISTS: Mapping[str, str] = {column: listed for column, listed in (SINGLE | SEVERAL).items() if column in HEADERS}
"""Columns that hold codes, and the list that each takes them from."""
