from incidents.core.likeness.shared import shared
from tests.builders import a_report


def test_what_nearly_all_tick_is_shared_and_what_some_tick_is_not() -> None:
    reports = [a_report(acts=frozenset({"threat"}), grounds=frozenset({ground})) for ground in "abcdefghij"]
    found = shared(reports)
    assert found.codes["acts"] == {"threat"}
    assert found.codes["grounds"] == frozenset()
    assert found.codes["setting"] == {"street"}


def test_the_runs_of_words_that_most_have_are_given_as_they_were_typed() -> None:
    texts = [f"Затворите, молим, {word} канцеларију у вашој улици!" for word in ("ову", "ту", "нашу", "стару")]
    texts.append("Zatvorite, molim, lepu kancelariju u vašoj ulici!")
    assert shared([a_report(words=text) for text in texts]).words == ("Затворите, молим,", "канцеларију у вашој улици!")


def test_a_place_is_shared_only_if_they_name_the_same_in_any_spelling() -> None:
    assert shared([a_report(place="Ниш"), a_report(place="nis")]).place == "Ниш"
    assert shared([a_report(place="Ниш"), a_report(place="Бор")]).place == ""


def test_a_group_without_words_shares_none() -> None:
    assert shared([a_report(words="")] * 3).words == ()
    assert shared([a_report(words="... !!! ...")] * 3).words == ()
