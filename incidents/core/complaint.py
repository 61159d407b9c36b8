"""A complaint to the Commissioner for the Protection of Equality: what it says, before it is a document.

It is signed by hand, so it can never be the anonymous report itself, and it is never stored.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, fields

from incidents.core.report import Problem
from incidents.core.vocabulary import Vocabulary

FOR_WHOM = ("self", "other", "group")
"""Who may complain: the person or group treated unfairly; somebody in their name, with their consent; a human-rights
organisation for an undetermined group, without the consent of each (the Commissioner's own account of who may)."""
MOST = {"what": 8000, "evidence": 3000}
MOST_OF_OTHERS = 300
_SCRIPTS = ("LATIN ", "CYRILLIC ", "GREEK ", "COMBINING ", "MODIFIER LETTER ", "MICRO SIGN")
"""What the letters of the document's font are called in Unicode."""


@dataclass(frozen=True, kw_only=True)
class Complaint:
    """As typed. Whatever is left empty becomes lines to write on by hand.

    The Commissioner asks who was discriminated against, by whom, what was done and what shows it; article 35 of the Law
    on the Prohibition of Discrimination (Sl. glasnik RS 22/2009 and 52/2021) is the procedure.
    """

    for_whom: str
    name: str = ""
    """Of whoever complains and signs."""
    contact: str = ""
    person: str = ""
    """Who was treated unfairly, where that is somebody else."""
    wrongdoer: str = ""
    grounds: frozenset[str] = frozenset()
    when: str = ""
    where: str = ""
    what: str = ""
    evidence: str = ""


def problems(complaint: Complaint, vocabulary: Vocabulary) -> list[Problem]:
    """What has to be mended before a document can be made of it; empty when nothing."""
    found: list[Problem] = []
    if complaint.for_whom not in FOR_WHOM:
        found.append(Problem("for_whom", "missing"))
    if any(not vocabulary.has("ground", code) for code in complaint.grounds):
        found.append(Problem("grounds", "unknown_code"))
    for name in (field.name for field in fields(Complaint)):
        text = getattr(complaint, name)
        if not isinstance(text, str) or name == "for_whom":
            continue
        if len(text) > MOST.get(name, MOST_OF_OTHERS):
            found.append(Problem(name, "too_long"))
        elif not _can_be_drawn(text):
            found.append(Problem(name, "other_letters"))
    return found


def _can_be_drawn(text: str) -> bool:
    """Whether all its letters are of the scripts that the document is set in; signs do not matter."""
    return all(unicodedata.name(c, "").startswith(_SCRIPTS) for c in text if unicodedata.category(c)[0] in "LM")
