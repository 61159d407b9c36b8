"""Names of people, and of places finer than a municipality: words that stand in the lists, and what is around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from incidents.core.deidentify.known import SHAPES, Known, Use
from incidents.core.deidentify.letters import Plain, words
from incidents.core.deidentify.mark import Found, Kind

_WORD = re.compile(r"[a-z]{2,}")
_NEXT_WORD = re.compile(r"(\.? |-| ?\.)([A-Za-z]{2,})")
_LAST_WORD = re.compile(r"([A-Za-z]+)(\.? ?|-)$")
_JOINS = frozenset(" -")
_PLACE_FOLLOWS = words(
    "u iz blizu pored kraj pokraj kroz selo selu sela naselje naselju naselja mesto mestu zaselak zaseoku kod do "
    "in near from ne nga v vo vov z zo do na la din langa in ko ki ano katar pri mz"
)
_NAME_MAY_FOLLOW = frozenset({"na", "kod", "do", "la", "ne", "od", "pored", "ki", "ko", "pri", "z", "zo", "langa"})
"""Of these, those behind which a person may stand as well."""

_CASE = r"(?:|a|u|em|e|i|ima|ev\w{0,3}|ka|ke|ki|ku|kom|kin\w{0,3})"
_IC = re.compile(rf"[a-z]{{1,20}}ic{_CASE}")
_OVIC = re.compile(rf"[a-z]{{2,20}}(?:ov|ev|agi|egov)ic{_CASE}")
_BARE_IC = re.compile(r"[a-z]{2,20}ic(?:|em|evi|evima)")
_IC_LETTER = re.compile(rf"c(?={_CASE}$)(?<=ic)")
_SOFT, _PLAIN_C, _HARD = "ćĆћЋќЌ", "cC", "čČчЧ"
_SHORTENED = frozenset({"dr", "mr", "mrs", "ms", "gda", "gdin", "prof"})
"""Titles behind which a full stop ends no sentence."""
_ESCU = re.compile(r"[a-z]{2,20}(?:escu|eanu)(?:lui)?")
_NO_SURNAMES = re.compile(
    r"(?:bozic|mladozenic|kralevic|carevic|gazdic|niksic|knic|bogatic|konic|gradic|momcic|decacic|covecic|nozic|brzic|vozic"
    r"|plamicak|public|nimic|amic|polic|specific|traffic|organic|electric|islamic|ethnic|muzic|graphic|topic|music|basic|panic|politic|logic"
    r"|medic|ironic|romantic|fanatic|critic|klinic|policic|internic|ulic|zenic|stanic|devojcic|kucic|pticic)"
    rf"{_CASE}$"
)
_STOP = re.compile(
    r"(?:srb|srp|alban|siptar|cigan|romk|romi\b|romima|rom\b|roma\b|mađar|madar|magyar|slova[ck]|slovens|rumun|roman|hrvat"
    r"|bosn|[ji]ehov|musl|crnogor|gora[nc]|jevrej|zidov|jehov|turc|tur[ck]\b|rus\b|rusi|rusk|nemac|nem[ck]|kines|afr|evrop"
    r"|srb?ij|kosov|beogra|vojvod|crven|partizan|zvezd|svet|sveti|gospod[aie]?\b|bog[au]?\b|boz[ij]|uskrs|bajram"
    r"|ponedel|utor|sred[aeu]\b|cetvrt|petak|petk[au]|subot|nedel|januar|februar|mart[a]?\b|april|maj[a]?\b|jun[ai]?\b"
    r"|jul[ai]?\b|avgust|septemb|oktob|novemb|decemb|polici|opstin|grads?k?|minist|skol|osnov|sredn|gimn|fakult|filoz"
    r"|centar|centr|dom[au]?\b|zavod|sud\b|suda|tuzil|poveren|zakon|clan|ustav|vlad|skupst|republi|ulic|bulev|trg"
    r"|facebook|fejs|instag|tiktok|tik\b|viber|youtube|google|whatsapp|telegram|twitter|poste|pošt"
    r"|i\b|a\b|u\b|na\b|za\b|iz\b|je\b|su\b|se\b|sam\b|nije|nas\b|me\b|mi\b|te\b|ga\b|da\b|ne\b|od\b|do\b|po\b|sa\b|pa\b"
    r"|ja\b|on\b|ona\b|oni\b|ali\b|kad|kako|gde|sto\b|sta\b|zato|jer\b|ko\b|koj|ovo|ono|ova\b|ovaj|moj|tvoj|nasa|vas"
    r"|the\b|and\b|is\b|was\b|he\b|she\b|they\b|we\b|it\b|my\b|at\b|in\b|es\b|az\b|ez\b|es\b|dhe\b|eshte|ishte|nuk|si\b"
    r"|din\b|cu\b|la\b|nu\b|este|era\b|ne-|sa\b|som\b|bol|nam|nem|tv\b|rts|mup|pu\b|sns|sps|jmbg|dr\b|mr\b|ul\b|br\b"
    r"|serb|hungar|gypsy|muslim|christ|islam|orthod|jew|kurd|arab|iran|iraq|syri|afghan|ukrain|kin[ae]z|ngo\b|eu\b"
    r"|monday|tuesday|wednes|thursday|friday|saturday|sunday|january|february|march\b|june|july|august|octob"
    r"|de\b|parde\b|sot\b|sonte\b|neser\b|mbreme|une\b|ajo\b|kur\b|pastaj|ndersa|keshtu|pasi\b|atehere|nje\b"
    r"|shqip|serbish|rrug|komun|polic|shkoll|xhami|obec|ulica|skola|skole|pani\b|pan\b|nemec|zsido|isten|jezus|isus"
    r"|gay|lgbt|covid|hiv|dps|mts|idea|maxi|lidl|dm\b|gsp|bas\b|bus\b)"
)
_INTRODUCTION = re.compile(
    r"(?:(?P<me>zovem(?: se)?|ime mi je|prezime mi je|prezivam(?: se)?|zovu me|nevem(?<=a nevem)(?! miatt)"
    r"|nevem(?<=en nevem)|quhem|quajne|emri im (?:eshte|asht)"
    r"|mbiemri im (?:eshte|asht)|volam(?: s[ae]| she)?|vola me|meno je|numesc|cheama|numele meu (?:este|e)|anav si"
    r"|akharen man|akhardovav|busivav|name is|name's|kazvam se|vikam|imeto mi e|ime e)"
    r"|(?P<other>zov[eu] (?:se|ga|je)|zva(?:o|la) se|imenu|imenom|(?:pre)?ime (?:mu |joj |im )?je|hivjak|hivtak|quhet"
    r"|emri i tij|vola|volaju|meno (?:mu|jej) je|numeste|akharen l[ea]|named|called))(?!\w) ?:? ?(?:hogy )?"
)
_SENTENCE_ENDS = frozenset('.!?:;"\n(*-•')
_MOST_WORDS = 4
_SHORTEST_SURNAME, _SHORTEST_SMALL = 3, 4

Hit = tuple[int, int, int]
"""Where a word begins and ends, and its uses."""

_GIVEN, _SURNAME, _IS_WORD = int(Use.GIVEN), int(Use.SURNAME), int(Use.WORD)
_HUNGARIAN, _KNOWN_PLACE, _HEAD = int(Use.HUNGARIAN), int(Use.KNOWN_PLACE), int(Use.HEAD)
_PLACE, _PLACE_IN, _TAIL = int(Use.PLACE), int(Use.PLACE_IN), int(Use.TAIL)
_SHAPED = int(Use.SHAPED)
_TITLE, _INTRODUCES, _FOLLOWS = int(Use.TITLE), int(Use.INTRODUCES), int(Use.FOLLOWS)
_PERSON = _GIVEN | _SURNAME
_CUE = _TITLE | _INTRODUCES | _FOLLOWS
_ANY_PLACE = _PLACE | _PLACE_IN | _HEAD
_NAMED = _PERSON | _SHAPED | _ANY_PLACE


def names(plain: Plain, known: Known, covered: bytearray) -> Iterator[Found]:
    """Names and small places, in the order of the text; none begins where `covered` has a one."""
    uses, shapes = known.uses, SHAPES
    hits = [
        (match.start(), match.end(), use)
        for match in _WORD.finditer(plain.low)
        if (use := uses.get(word := match[0]) or (word[-3:] in shapes and _SHAPED)) and not covered[match.start()]
    ]
    yield from _Finder(plain, known, hits).found()


class _Finder:
    def __init__(self, plain: Plain, known: Known, hits: list[Hit]) -> None:
        self.text, self.low, self.plain = plain.text, plain.low, plain
        self.known, self.hits = known, hits
        self.done = 0
        """Up to where the text has been read as names."""

    def found(self) -> Iterator[Found]:
        text = self.text
        for number, hit in enumerate(self.hits):
            start, _, use = hit
            if use & _CUE and start >= self.done:
                yield from self._announced(number, hit)
            if start < self.done or not use & _NAMED:
                continue
            if use & _ANY_PLACE and text[start].isupper() and (place := self._place(number, hit)):
                self.done, is_small = place
                if is_small:
                    yield start, self.done, Kind.PLACE
            elif use & (_PERSON | _SHAPED) and (run := self._run(number, hit)):
                self.done = run[1]
                yield *run, Kind.NAME

    # People

    def _run(self, number: int, hit: Hit) -> tuple[int, int] | None:
        """A name that begins here, with all its words, if there is reason enough to take it for one."""
        weight = self._weight(hit)
        if not weight:
            return None
        start, end, use = hit
        for after in range(number + 1, number + _MOST_WORDS):
            if after == len(self.hits) or self.hits[after][0] != end + 1 or self.text[end] not in _JOINS:
                break
            beside = self._weight_beside(self.hits[after])
            needs_surname = weight == 1 and not self.text[start].isupper()
            if not beside or (needs_surname and not self.hits[after][2] & (_SURNAME | _SHAPED)):
                break
            weight += beside
            end, use = self.hits[after][1], use | self.hits[after][2]
        if weight > 0 and use & _GIVEN and not use & (_SURNAME | _SHAPED):
            end = self._with_unknown_surname(end)
            weight += end > hit[1]
        if weight < 2:
            return None
        return self._with_surname_before(hit), end

    def _weight(self, hit: Hit) -> int:
        """2 for what is surely a name, 1 for what may be one beside another, 0 for none."""
        start, end, use = hit
        is_capital = self.text[start].isupper() and not self._in_capitals(hit)
        if use & _KNOWN_PLACE and (not is_capital or self._word_before(start) in _PLACE_FOLLOWS):
            return 0
        if not use & _PERSON:
            return self._weight_of_shape(hit)
        if not is_capital:
            if use & (_IS_WORD | _KNOWN_PLACE):
                return 1 if use & _GIVEN and end - start >= _SHORTEST_SMALL else 0
            return 2 if use & _GIVEN and end - start >= _SHORTEST_SMALL else 1
        if not use & (_IS_WORD | _KNOWN_PLACE):
            return 2
        is_people = _STOP.match(self.low, start, end) is not None
        opens = self._opens_sentence(start)
        if is_people and opens:
            return 0  # Albanian dje, unë: with its capital no more than the first word
        return 1 if is_people or opens or self._behind_saint(start) else 2

    def _weight_of_shape(self, hit: Hit) -> int:
        start, end, use = hit
        if not use & _SHAPED:
            return 0
        word, is_capital = self.low[start:end], self.text[start].isupper() and not self._in_capitals(hit)
        if "ic" in word[2:]:
            return self._weight_of_ic(start, word, is_capital=is_capital)
        return 2 if is_capital and word.endswith(("scu", "anu")) and _ESCU.fullmatch(word) else 0

    def _weight_of_ic(self, start: int, word: str, *, is_capital: bool) -> int:
        """Of surnames in -ić: also without its accent, but not for every word in -ica, nor with another letter."""
        letter = _IC_LETTER.search(word)
        if letter is None or _NO_SURNAMES.match(word):
            return 0
        written = self.plain.original[self.plain.place(start + letter.start())]
        if _OVIC.fullmatch(word) and written in _SOFT + _PLAIN_C + _HARD:
            return 2 if is_capital or word.endswith("ic") else 1
        is_surname = written in _SOFT or (written in _PLAIN_C and _BARE_IC.fullmatch(word))
        if not is_surname or not _IC.fullmatch(word):
            return 0
        return 2 if is_capital else 1

    def _weight_beside(self, hit: Hit) -> int:
        """How much the next word adds to a name: 0 if it is no part of it."""
        start, end, use = hit
        if not use & _PERSON:
            return self._weight_of_shape(hit)
        if self.text[start].isupper() and (use & _SURNAME or not self._in_capitals(hit)):
            return 1 if use & _KNOWN_PLACE else 2
        is_known = not use & (_IS_WORD | _KNOWN_PLACE) and end - start >= _SHORTEST_SMALL
        return 2 if is_known else 0

    def _with_unknown_surname(self, end: int) -> int:
        """The end of a given name, or of the word with a capital letter behind it."""
        following = _NEXT_WORD.match(self.text, end)
        if following is None or "." in following[1]:
            return end
        word, low, use = following[2], following[2].lower(), self._use(following[2].lower())
        is_surname = word[0].isupper() and len(word) >= _SHORTEST_SURNAME and not use & (_KNOWN_PLACE | _TITLE)
        if not is_surname or _STOP.match(low) or self._in_capitals((following.start(2), following.end(2), use)):
            return end
        return following.end()

    def _with_surname_before(self, hit: Hit) -> int:
        """Where a Hungarian name begins: the surname stands first."""
        start, _, use = hit
        if not use & _HUNGARIAN or start < 1 or self.text[start - 1] != " ":
            return start
        before = _LAST_WORD.search(self.text, max(self.done, start - 30), start)
        if not before or before[2] != " " or not before[1][0].isupper() or len(before[1]) < _SHORTEST_SURNAME:
            return start
        low = before[1].lower()
        if self._opens_sentence(before.start()) or self._use(low) & (_KNOWN_PLACE | _TITLE) or _STOP.match(low):
            return start
        return before.start()

    # Names that other words announce

    def _announced(self, number: int, hit: Hit) -> Iterator[Found]:
        start, end, use = hit
        if use & _INTRODUCES and (phrase := _INTRODUCTION.match(self.low, start)):
            yield from self._next_name(phrase.end(), any_case=phrase.lastgroup == "me")
        elif use & _TITLE:
            behind = end + (self.text.startswith(".", end) and self.low[start:end] in _SHORTENED)
            behind += self.text.startswith(" ", behind)
            if behind > end and self.text[behind : behind + 1].isalpha():
                yield from self._next_name(behind, any_case=False)
        if use & _FOLLOWS:
            yield from self._name_before(start)

    def _next_name(self, start: int, *, any_case: bool) -> Iterator[Found]:
        if start < self.done or not (any_case or self.text[start : start + 1].isupper()):
            return
        word = _WORD.match(self.low, start)
        if word is None:
            return
        use, is_capital = self._use(word[0]), self.text[start].isupper()
        if use & _TITLE or (use & _KNOWN_PLACE and not use & _PERSON) or (not use & _PERSON and _STOP.match(word[0])):
            return
        if not any_case and not use & _PERSON and self._in_capitals((start, word.end(), use)):
            return
        end = word.end()
        for _ in range(2):
            following = _NEXT_WORD.match(self.text, end)
            if following is None or "." in following[1] or not self._goes_on(following, is_capital=is_capital):
                break
            end = following.end()
        self.done = end
        yield start, end, Kind.NAME

    def _goes_on(self, following: re.Match[str], *, is_capital: bool) -> bool:
        """Whether the next word is one more of the name."""
        low = following[2].lower()
        use = self._use(low)
        if use & _TITLE or (not use & _PERSON and _STOP.match(low)):
            return False
        hit = following.start(2), following.end(2), use
        if following[2][0].isupper() and is_capital:
            return bool(use & _PERSON) or not (use & _KNOWN_PLACE or self._in_capitals(hit))
        return bool(use & _SURNAME) or self._weight_of_shape(hit) > 0

    def _name_before(self, start: int) -> Iterator[Found]:
        before = _LAST_WORD.search(self.text, max(0, start - 30), start)
        if before and self._use(before[1].lower()) & _TITLE:
            before = _LAST_WORD.search(self.text, max(0, before.start() - 30), before.start())
        if before and before.start() >= self.done and before[1][0].isupper() and len(before[1]) >= _SHORTEST_SURNAME:
            low = before[1].lower()
            if self._use(low) & _PERSON or not (_STOP.match(low) or self._opens_sentence(before.start())):
                yield before.start(), before.start() + len(before[1]), Kind.NAME

    # Places

    def _place(self, number: int, hit: Hit) -> tuple[int, bool] | None:
        """The end of a place's name that begins here, and whether it is finer than a municipality."""
        start, end, use = hit
        if use & _HEAD and (longer := self._longer_place(number, hit)):
            return longer
        if use & _KNOWN_PLACE:
            return None
        if use & _PLACE and (before := self._word_before(start)) in _PLACE_FOLLOWS:
            return None if use & _PERSON and before in _NAME_MAY_FOLLOW else (end, True)
        is_in = use & _PLACE_IN and not use & (_PERSON | _IS_WORD) and not self._in_capitals(hit)
        return (end, True) if is_in else None

    def _longer_place(self, number: int, hit: Hit) -> tuple[int, bool] | None:
        second = self._tail(number, hit)
        if second is None:
            return None
        heads, tails, phrases = self.known.heads, self.known.tails, self.known.phrases
        pairs = [(head, tail) for head in heads[self._word(hit)] for tail in tails[self._word(second)]]
        if any((*pair, "") in phrases for pair in pairs) and (third := self._tail(number + 1, second)):
            triples = [(*pair, last) for pair in pairs for last in tails[self._word(third)]]
            if known := [triple for triple in triples if triple in phrases]:
                return third[1], all(phrases[triple] for triple in known)
        if found := [pair for pair in pairs if pair in phrases]:
            return second[1], all(phrases[pair] for pair in found)
        return None

    def _tail(self, number: int, hit: Hit) -> Hit | None:
        """The next word, if it may be a later one of a place's name."""
        if number + 1 == len(self.hits):
            return None
        after = self.hits[number + 1]
        is_next = after[2] & _TAIL and after[0] == hit[1] + 1 and self.text[hit[1]] in _JOINS
        return after if is_next else None

    def _word(self, hit: Hit) -> str:
        return self.low[hit[0] : hit[1]]

    # Words around

    def _use(self, word: str) -> int:
        return self.known.uses.get(word) or (_SHAPED if word[-3:] in SHAPES else 0)

    def _word_before(self, start: int) -> str:
        if self.low[start - 1 : start] != " ":
            return ""
        return self.low[self.low.rfind(" ", max(0, start - 13), start - 1) + 1 : start - 1]

    def _opens_sentence(self, start: int) -> bool:
        before = self.text[max(0, start - 3) : start].rstrip(" ")
        return not before or before[-1] in _SENTENCE_ENDS

    def _behind_saint(self, start: int) -> bool:
        return self._word_before(start).startswith(("svet", "sfan", "szent", "shen"))

    def _in_capitals(self, hit: Hit) -> bool:
        """Whether the words around are in capitals too, so that a capital letter says nothing."""
        start, end, _ = hit
        if not (self.text[start + 1].isupper() and self.text[start:end].isupper()):
            return False
        around = self.text[max(0, start - 20) : start] + self.text[end : end + 20]
        return around.isupper() or not around.strip()
