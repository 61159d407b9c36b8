from contextlib import suppress
from xml.etree.ElementTree import tostring

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import plain_pages
from tests.plain_pages import NotPlain


def page(body: str) -> str:
    head = "<!doctype html>\n<html lang=sr>\n<head>\n<title>A &amp; b</title>\n</head>\n"
    return f"{head}<body>\n{body}\n</body>\n</html>\n"


def is_the_same(text: str) -> bool:
    return tostring(plain_pages.read(text)) == tostring(html5lib.parse(text, namespaceHTMLElements=False))


@pytest.mark.parametrize(
    "body",
    [
        "<main><p>A <b>b</b> c<br>d</p> e</main>",
        "<form action='/x?a=1&amp;b=2'><input name=a value='&lt;i&gt;&#34;' disabled><button>b</button></form>",
        "<textarea>\n\n a\r\n&lt;/textarea&gt;<b>&amp;amp;</textarea>",
        "<pre>\na\n</pre>",
        "<select><option value=1 selected>a</option> <option>b</option></select>",
        "<table> <thead><tr><th>a</th></tr></thead><tbody> <tr><td>b</td></tr></tbody></table>",
        "<dl><div><dt>a</dt><dd><ul><li>b <ul><li>c</li></ul></li></ul></dd></div></dl>",
        "<script>if (a < b) c('</p>');</script><DIV CLASS=a Data-B>Ж &#1046; 🦊</DIV>",
    ],
)
def test_what_is_opened_and_closed_is_read_as_html5lib_reads_it(body: str) -> None:
    assert is_the_same(page(body))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "<p>a</p>",
        "<html><head></head><body></body></html><p>a</p>",
        page("<p>a<div>b</div></p>"),
        page("<p>a<p>b"),
        page("<b><i>a</b></i>"),
        page("<table><tr><td>a</td></tr></table>"),
        page("<table><tbody>a</tbody></table>"),
        page("<form><div><form></form></div></form>"),
        page("<svg viewBox='0 0 1 1'><path/></svg>"),
        page("<a href='/x?a=1&copy=2'>a</a>"),
        page("<a href=/a href=/b>a</a>"),
        page("<ul><li>a<li>b</ul>"),
        page("<select><input></select>"),
        page("a &copy b"),
        page("a \x00 b"),
        page("<!-- a -->"),
        page("<div/>a"),
        page("</body><p>a</p>"),
    ],
)
def test_what_needs_a_whole_parser_is_left_to_it(text: str) -> None:
    with pytest.raises(NotPlain):
        plain_pages.read(text)


NAMES = ["p", "div", "b", "a", "ul", "li", "form", "textarea", "select", "option", "table"]
PIECES = [f"<{end}{name}>" for end in ("", "/") for name in NAMES]
MORE = ["<tbody>", "</tbody>", "<tr>", "</tr>", "<td>", "</td>", "<br>", "<input name=a>", "a", " ", "\n", "<", "&lt;"]


@given(st.lists(st.sampled_from(PIECES + MORE), max_size=12).map("".join))
def test_whatever_is_written_is_read_as_html5lib_reads_it_or_not_at_all(body: str) -> None:
    with suppress(NotPlain):
        assert is_the_same(page(body)), body
