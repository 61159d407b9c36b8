import random

import pytest

from incidents.core.alphabet import by_alphabet
from incidents.core.script import to_latin


@pytest.mark.parametrize(
    "names",
    [
        # Serbian, both scripts: each letter in its place, and љ, њ, џ behind л, н, д.
        "Ада, Бач, Вршац, Димитровград, Ђаковица, Зубин Поток, Јагодина, Клина, Лучани, Љиг, Нови Сад, Његошево, Тутин",
        "Тутин, Ћићевац, Ћуприја, Уб, Црна Трава, Чајетина, Чачак, Џигољ, Шид",
        "Ada, Crna Trava, Čačak, Čajetina, Ćićevac, Ćuprija, Doljevac, Džigolj, Đakovica, Lučani, Ljig, Ljubovija",
        "Novi Sad, Njegoševo, Sombor, Šabac, Šid, Zrenjanin, Žabalj, Žitište",
        # Hungarian: a long vowel is the same letter, ö is another one.
        "Ada, Ágfalva, Apatin, Óbéb, Óbecse, Okanizsa, Ópázova, Öttömös, Szabadka, Újvidék, Üllő",
        # Slovak, Romanian, Albanian.
        "Báčsky Petrovec, Cífer, Čadca, Šafárikovo, Žilina",
        "Alibunar, Ăsta, Sânmihai, Seleuș, Șoșdia, Toracu Mare, Țara",
        "Camaj, Çela, Deçan, Elbasan, Ëndrra, Preshevë",
        # Bulgarian, Macedonian, Rusyn.
        "Босилеград, Градец, Ѓорче, Димитровград, Звонци, Ѕвезда, Иваново, Йоаново, Ќумурџии, Щип",
        # Signs and digits first, and both scripts one after the other.
        "2. kolo, –, Zemun, Žabalj, Ада, Шид",
    ],
)
def test_names_stand_in_the_order_of_their_alphabet(names: str) -> None:
    ordered = names.split(", ")
    mixed = random.Random(7).sample(ordered, len(ordered))
    assert sorted(mixed, key=by_alphabet) == ordered


def test_capitals_do_not_count_and_marks_only_between_names_that_are_else_alike() -> None:
    mixed = ["šid", "Šid", "ŠABAC", "Ágota", "Agota"]
    assert sorted(mixed, key=by_alphabet) == ["Agota", "Ágota", "ŠABAC", "Šid", "šid"]


def test_cyrillic_names_and_their_latin_letters_have_an_order_each() -> None:
    """Ж comes after Е in one alphabet and ž last in the other."""
    names = ["Житиште", "Зрењанин", "Ириг"]
    assert sorted(names, key=by_alphabet) == names
    assert sorted(map(to_latin, names), key=by_alphabet) == ["Irig", "Zrenjanin", "Žitište"]
