import re

import html5lib
import pytest

from incidents.web.safe_html import safe_html
from tests.attacks.payloads import SHAPES, numbered

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><p><style><g title='</style><img src=x onerror=alert(1)>'>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='vbscript:x'>x</a>",
    "<p style='background:url(javascript:x)' onclick='x' class='exit'>x</p>",
    "<iframe src=//evil></iframe><object data=x></object><embed src=x>",
    "<form action=//evil><input name=token><button>go</button></form>",
    "<base href=//evil><link rel=stylesheet href=//evil><meta http-equiv=refresh content='0;url=//evil'>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><script>alert(1)</script>-->",
    "<p>unclosed <b>and <i>crossed</b></i>",
    "<<a>script>alert(1)</script>",
    "<textarea></textarea><script>x</script>",
    "\x00<scr\x00ipt>alert(1)</script>",
]
ALLOWED = {"a", "abbr", "b", "br", "em", "h2", "h3", "i", "li", "ol", "p", "strong", "ul"}


@pytest.mark.parametrize("written", [*HOSTILE, *(numbered(shape, 1) for shape in SHAPES)])
def test_a_browser_finds_nothing_harmful_in_what_is_left(written: str) -> None:
    tree = html5lib.parseFragment(str(safe_html(written)), treebuilder="etree", namespaceHTMLElements=False)
    for element in list(tree.iter())[1:]:
        assert element.tag in ALLOWED
        assert set(element.attrib) <= {"href", "rel", "title"}
        assert scheme_of(element.attrib.get("href", "")) in {"http", "https", "mailto", "tel", ""}


def scheme_of(address: str) -> str:
    """As a browser finds it (WHATWG URL, 4.4): whatever is not made of these letters leads to a page of ours."""
    found = re.match(r"([a-z][a-z0-9+.-]*):", re.sub(r"[\t\n\r]", "", address), re.IGNORECASE)
    return found[1].lower() if found else ""


def test_harmless_markup_stays() -> None:
    written = "<h2>Prijem</h2><p>Radimo <strong>radnim danom</strong>.</p><ul><li>jedan</li></ul>"
    assert safe_html(written) == written


def test_links_lead_out_without_telling_where_from() -> None:
    assert safe_html('<a href="https://primer.rs/">x</a>') == (
        '<a href="https://primer.rs/" rel="noopener noreferrer nofollow">x</a>'
    )


def test_a_telephone_number_may_be_a_link() -> None:
    assert 'href="tel:192"' in safe_html('<a href="tel:192">192</a>')
