import pytest

from incidents.core.languages import BY_TAG, LANGUAGES, at_desk, fallbacks, negotiate


@pytest.mark.parametrize(
    ("wanted", "tag"),
    [
        (["sr-RS", "sr", "en-US"], "sr-Cyrl"),
        (["sr-Latn-RS", "sr"], "sr-Latn"),
        (["sr-Cyrl-BA"], "sr-Cyrl"),
        (["sr-ME"], "sr-Latn"),
        (["sh"], "sr-Latn"),
        (["cnr"], "sr-Latn"),
        (["bs-BA"], "bs"),
        (["hr"], "hr"),
        (["hu-RS", "sr"], "hu"),
        (["rue", "sr"], "rsk"),
        (["rmn", "sr"], "rom"),
        (["rom-RS"], "rom"),
        (["cnr-Cyrl"], "sr-Cyrl"),
        (["sq-XK", "sq"], "sq"),
        (["sk-SK"], "sk"),
        (["ro-RO"], "ro"),
        (["bg-BG", "en"], "bg"),
        (["mk"], "mk"),
        (["en-GB"], "en"),
        (["de-AT", "hu;q=0.5"], "sr-Cyrl"),
        (["de-AT", "hu"], "hu"),
        (["srx"], "sr-Cyrl"),
        (["%%", "", "x" * 500], "sr-Cyrl"),
        ([], "sr-Cyrl"),
    ],
)
def test_a_visitor_gets_the_language_that_the_phone_means(wanted: list[str], tag: str) -> None:
    assert negotiate(wanted).tag == tag


def test_every_fallback_is_a_language_of_the_site() -> None:
    tags = {language.tag for language in LANGUAGES}
    named = {language.falls_back_to for language in LANGUAGES} | {language.derived_from for language in LANGUAGES}
    assert named - {None} <= tags


def test_a_language_that_lacks_a_text_goes_on_in_one_of_its_own_script() -> None:
    assert [one.tag for one in fallbacks(BY_TAG["sq"])] == ["sq", "sr-Latn"]
    assert [one.tag for one in fallbacks(BY_TAG["rsk"])] == ["rsk", "sr-Cyrl"]
    assert [one.tag for one in fallbacks(BY_TAG["en"])] == ["en"]


@pytest.mark.parametrize(
    ("reader", "desk"), [("sq", "sr-Latn"), ("mk", "sr-Cyrl"), ("hu", "hu"), ("sr-Latn", "sr-Latn"), ("en", "en")]
)
def test_the_desk_speaks_to_everybody_in_a_language_it_has(reader: str, desk: str) -> None:
    assert at_desk(BY_TAG[reader]).tag == desk
