"""Twelve reports as people type them: four languages, both scripts, slips, no accents, long, empty, hostile.

Nobody in them exists.
"""

from __future__ import annotations

from tests.browser.walk import Told

_LONG = (
    "Radim u prodavnici u centru već šest godina i do prošlog proleća nisam imala nijedan problem. Onda je došao novi "
    "poslovođa i prvog dana pred svima pitao „odakle si ti, mala“. Kad sam rekla odakle, nasmejao se i rekao da takve "
    "kao ja treba držati dalje od kase. Od tada me svakog jutra šalje u magacin, a kolegama govori da paze na "
    "novčanike kad sam u blizini. Pisala sam direktorki, odgovorila je da se strpim. "
)

TYPED: tuple[tuple[str, Told], ...] = (
    (
        "sr-Cyrl",
        Told(
            place="у Чачку", words="Комшија нам је синоћ гађао прозор каменом и викао „марш у логор“. Деца су плакала."
        ),
    ),
    (
        "sr-Latn",
        Told(
            place="Niš",
            words="Na stajalištu su mi strgli maramu sa glave i smejali se. Vozač autobusa je sve video i ćutao.",
        ),
    ),
    (
        "sr-Latn",
        Told(
            place="novi pazar",
            words="sinoc oko pola jedanest ispred kafica kod djacke skole sacekala su me cetvorica zvali me pogrdno i "
            "sutnuli u ledja necu policiji bojim se ceo grad ce znati",
        ),
    ),
    (
        "hu",
        Told(
            place="Szabadkán",
            words="A buszon rám kiabáltak, hogy „beszélj szerbül”, aztán megütöttek. Senki sem szólt közbe.",
        ),
    ),
    (
        "en",
        Told(
            place="Belgrade",
            words="We were holding hands near the fortress. Two men followed us, spat at us and said next time "
            "they'd use a knife.",
        ),
    ),
    ("sr-Latn", Told(place="Subotica", words=(_LONG * 9)[:3000].rstrip())),
    ("sr-Cyrl", Told(place="", words="")),
    (
        "en",
        Told(
            place="Novi Sad",
            words="They wrote <script>alert('you are next')</script> & \"<b>go home</b>\" under my post {{ 7*7 }} %s",
        ),
    ),
    (
        "sr-Cyrl",
        Told(
            place="Врање",
            words="Написали су ми 🐀🐀🐀 и «أنت لست واحدًا منا» па обрнутo \u202eемирп\u202c 👩‍👧 са туђег профила",
        ),
    ),
    (
        "sr-Cyrl",
        Told(
            place="Бор",
            words="Мој син има аутизам. Учитељица je рекла да „такав“ не може на екскурзију i da ga vodimo drugde.",
        ),
    ),
    (
        "hu",
        Told(
            place="Zenta",
            words="a munkahelyemen azt mondtak hogy a ciganyokat nem veszik fel,mert ugyis lopnak. ezt irasban "
            "nem adtak",
        ),
    ),
    (
        "sr-Latn",
        Told(
            place="Bujanovac",
            words="Në komunë më thanë të flas serbisht ose të dal jashtë. Isha me nënën time të sëmurë.",
        ),
    ),
)
