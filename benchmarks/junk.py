"""Junk as a flood brings it, seeded: copies, small changes, words and letters thrown together, slogans, empty forms.

Invented throughout. Each piece is what a form would send: answers by field, with the words as typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random

from incidents.core.script import to_latin

Answers = dict[str, str | list[str]]

COPIES = (
    "Овај сајт је превара, не верујте им ништа што кажу. Све је плаћено из иностранства.",
    "Ko ovo čita neka zna da se sve izmišlja. Nema nikakve diskriminacije u našoj zemlji.",
    "Пријављујем комшију јер ми се не свиђа. Радите свој посао, за то вас плаћамо.",
    "BUY CHEAP WATCHES best price www.best-watches.example free shipping worldwide click now!!!",
    "Доста више са лажима!!! Доста више са лажима!!! Доста више са лажима!!!",
    "هذا الموقع كله كذب ولا يوجد شيء صحيح فيه، لا تصدقوا ما يكتبون هنا أبدا",
    "Тест тест тест један два три провера да ли ради овај формулар уопште",
    "Kopirajte ovu poruku i pošaljite je deset puta, neka vide koliko nas ima i da se ne damo.",
    "Zarada od kuće 3000 evra mesečno, bez ulaganja, javite se odmah na naš kanal.",
    "نطالب بإغلاق هذا الموقع فورا، انسخوا الرسالة وأرسلوها",
)
CHANGED = (
    "Ја сам {0} и мени је {1} што се овде пише, затворите овај сајт док нисмо дошли сви заједно",
    "Hteo bih da prijavim {0} jer je {1} rekao da sam {2}, a ja sam samo prolazio ulicom sa psom",
    "Моја {0} је прекјуче видела {1} како једе бурек и то ју је веома увредило, молим хитну реакцију",
    "Svi {0} su isti, ovo vam piše {1} iz {2} i pisaću vam svaki dan dok me ne čujete",
    "Пошаљите {0} на адресу коју већ имате, иначе ће {1} морати да одговара пред {2}",
    "هذه رسالة رقم {0} من أجل {1} ولن نتوقف عن الإرسال حتى تغلقوا {2}",
    "Osam stotina poruka od {0}: ukinite {1}, vratite {2}, i ostavite narod na miru već jednom",
    "Дежурни {0} ваше установе не зна ни шта је {1}, тражим смену и јавно извињење за {2}",
)
FILLING = {
    "c": (
        "трактор",
        "градоначелник",
        "комшија Пера",
        "шарена краставица",
        "мој деда",
        "рибар са Дунава",
        "суседов мачак",
        "пекар",
    ),
    "l": (
        "traktor",
        "gradonačelnik",
        "baba Rada",
        "šareni krastavac",
        "moj deda",
        "ribar sa Tise",
        "pekar",
        "vozač autobusa",
    ),
    "a": ("القطة", "الجار", "السوق القديم", "الحديقة", "المدير", "القطار"),
}
WORDS = {
    "c": """
        кућа река дрво столица небо трава прозор мачка пас врата сунце киша снег пут град село мост
        књига папир оловка хлеб млеко сир јабука крушка шљива грожђе вино вода чаша тањир нож виљушка
        кашика лампа сто кревет јастук ћебе чарапа ципела капут шешир рукавица кишобран торба новчаник
        кључ брава сат телефон радио музика песма игра лопта мрежа гол трка бицикл ауто воз авион брод
        једро море обала песак камен планина шума вук медвед лисица зец јелен птица орао врана голуб
        риба шаран штука жаба змија паук мрав пчела мед восак свећа шибица ватра дим пепео цигла цреп
        зид кров подрум таван степенице ходник соба кухиња купатило огледало чешаљ сапун пешкир четка
        метла канта лопата мотика грабуље башта цвет ружа лала каранфил лист корен
    """,
    "l": """
        plavo zeleno crveno žuto belo crno veliko malo brzo sporo toplo hladno slatko kiselo gorko slano
        tvrdo meko suvo mokro trčati skakati plivati spavati jesti piti čitati pisati crtati pevati
        svirati kuvati peći prati peglati šiti krojiti sejati žnjeti brati kopati graditi rušiti kupiti
        prodati dati uzeti naći izgubiti otvoriti zatvoriti početi završiti ponedeljak utorak sreda
        četvrtak petak subota nedelja januar februar mart april maj jun jul avgust septembar oktobar
        novembar decembar
    """,
    "a": """
        بيت نهر شجرة كرسي سماء عشب نافذة قطة كلب باب شمس مطر ثلج طريق مدينة قرية جسر كتاب ورق قلم خبز
        حليب جبن تفاح عنب ماء كأس صحن سكين ملعقة مصباح طاولة سرير وسادة حذاء معطف حقيبة مفتاح ساعة هاتف
        موسيقى أغنية كرة دراجة سيارة قطار طائرة سفينة بحر
    """,
}
SLOGANS = (
    "Доле лажови и плаћеници",
    "Srbija nikad neće stati",
    "Не дамо наше, не дамо ваше",
    "Ustanite ljudi dok nije kasno",
    "Доста је било ћутања",
    "Sto godina robije za izdajnike",
    "Затворите ову канцеларију одмах",
    "Nećemo vaše zakone ovde",
    "Нема предаје, нема повлачења",
    "لا للكذب نعم للحقيقة",
    "Sve ste nam uzeli i opet tražite",
    "Наша земља, наша правила",
)
PLACES = ("", "", "Београд", "Beograd", "Нови Сад", "svuda", "Ниш", "xxx", "Суботица", "нигде")
ACTS = (
    "verbal_insult",
    "threat",
    "physical_attack",
    "online_abuse",
    "public_hate_speech",
    "graffiti_symbols",
    "other_act",
)
GROUNDS = (
    "national_ethnic",
    "religious_belief",
    "skin_colour",
    "language",
    "sexual_orientation",
    "sex",
    "age",
    "other_trait",
)
SETTINGS = ("street", "school", "workplace", "social_network", "shop", "other_place", "unknown_place")

REAL: Answers = {
    "role": "victim",
    "acts": ["verbal_insult", "threat"],
    "grounds": ["national_ethnic"],
    "targets": ["roma"],
    "indicators": ["words_gestures"],
    "when": "month",
    "month": "2026-09",
    "setting": "public_transport",
    "place": "код Панчева",
    "words": "Возач аутобуса није хтео да отвори врата мојој ћерки и мени. Викнуо је да циганима нема места и да "
    "сачекамо следећи, а људи су се смејали. Дете ми је плакало целим путем до болнице, а закаснили смо на преглед. "
    "То није први пут на тој линији.",
    "wish": "count_only",
}
"""The one that has to get through."""


def junk(seed: int) -> Iterator[Answers]:
    """Junk without end, a fifth of it by senders that tick something else every time."""
    random = Random(seed)
    kinds: list[tuple[Callable[[Random], str], int]] = [
        (_copy, 25),
        (_changed, 25),
        (_words, 20),
        (_slogans, 15),
        (_nothing, 10),
        (_letters, 5),
    ]
    makers, weights = [maker for maker, _ in kinds], [weight for _, weight in kinds]
    while True:
        [make] = random.choices(makers, weights)
        yield {**_ticks(random, varied=make is _nothing or random.random() < 0.2), "words": make(random)}


def _ticks(random: Random, *, varied: bool) -> Answers:
    if not varied:
        return {
            "role": "witness",
            "acts": ["other_act"],
            "grounds": ["other_trait"],
            "when": "unknown",
            "setting": "other_place",
            "wish": "count_only",
        }
    return {
        "role": random.choice(("victim", "witness")),
        "acts": random.sample(ACTS, random.randint(1, 3)),
        "grounds": random.sample(GROUNDS, random.randint(1, 3)),
        "when": "unknown",
        "setting": random.choice(SETTINGS),
        "place": random.choice(PLACES),
        "wish": "count_only",
    }


def _copy(random: Random) -> str:
    return random.choice(COPIES)


def _changed(random: Random) -> str:
    text = random.choice(CHANGED)
    filling = FILLING["a" if "هذه" in text else "c" if any("а" <= c <= "я" for c in text.lower()) else "l"]
    text = text.format(*random.sample(filling, 3))
    if random.random() < 0.3:
        text = to_latin(text)
    if random.random() < 0.2:
        text = text.upper()
    letters = list(text)
    for _ in range(random.randint(0, 4)):
        at = random.randrange(len(letters))
        letters[at : at + 1] = random.choice(("", letters[at] * 2, random.choice(letters)))
    return "".join(letters) + random.choice(("", "!", "!!!", f" {random.randint(1, 9999)}", " 🤡", "…"))


def _words(random: Random) -> str:
    pool = WORDS[random.choices("cla", (5, 3, 2))[0]].split()
    return " ".join(random.choices(pool, k=random.randint(5, 18))) + random.choice(("", ".", "!"))


def _slogans(random: Random) -> str:
    chosen = random.choices(SLOGANS, k=random.randint(1, 4))
    return random.choice((" ", "! ", "!!! ", "\n", " 🔥 ")).join(chosen)


def _nothing(random: Random) -> str:
    return random.choice(("", "", "", ".", "-", "???", " "))


def _letters(random: Random) -> str:
    alphabet = random.choice(("abcdefghijklmnopqrstuvwxyz", "абвгдђежзијклљмнњопрстћуфхцчџш", "asdfghjkl"))
    return " ".join("".join(random.choices(alphabet, k=random.randint(4, 12))) for _ in range(random.randint(1, 8)))
