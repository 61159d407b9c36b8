import pytest

from incidents.core.deidentify.letters import plain
from incidents.core.deidentify.links import links


def found(text: str) -> list[tuple[str, str]]:
    letters = plain(text)
    return [(kind.value, text[letters.place(start) : letters.end(end)]) for start, end, kind in links(letters)]


@pytest.mark.parametrize("address", ["ana.k+1@primer.rs", "ана@пример.срб", "ana (at) primer.rs", "ＡＮＡ@primer.rs"])
def test_an_address_is_found_without_the_sentence_around_it(address: str) -> None:
    assert found(f"pišite na {address}.")[0] == ("email", address)


@pytest.mark.parametrize("link", ["https://primer.rs/a?b=1", "www.primer.rs", "facebook.com/neko.nesto", "t.me/kanal"])
def test_a_link_is_found(link: str) -> None:
    assert found(f"vidi {link}, molim") == [("url", link)]


def test_the_name_of_a_newspaper_shows_nobody() -> None:
    assert found("pisali su na primer.rs o tome") == []


@pytest.mark.parametrize("handle", ["@neko.nesto", "neko_nesto99"])
def test_the_name_of_an_account_is_found(handle: str) -> None:
    assert found(f"profil {handle}!") == [("handle", handle)]
