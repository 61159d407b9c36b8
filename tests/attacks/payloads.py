"""Texts that would act if a page took them for more than text; each gives itself away by its number when it does.

It calls `ran`, which the browser of a test tells the test of, or asks for an address that is not of the site.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import cycle
from urllib.parse import quote

ELSEWHERE = "127.0.0.9"
"""A host of this machine that is not the site."""
NUMBER = "№"
_CALL = f"ran({NUMBER})"
_FETCH = f"//{ELSEWHERE}/{NUMBER}"

SHAPES = {
    # Elements that run at once.
    "script": f"<script>{_CALL}</script>",
    "script in capitals": f"<ScRiPt>{_CALL}</sCrIpT >",
    "script from elsewhere": f"<script src={_FETCH}></script>",
    "script as module": f"<script type=module>{_CALL}</script>",
    "script after a slash": f"<script/x>{_CALL}</script>",
    "script with a newline": f"<script\n>{_CALL}</script\n>",
    "script never closed": f"<script>{_CALL}//",
    "script in halves": f"<scr<script>ipt>{_CALL}</scr</script>ipt>",
    "import map": (
        f'<script type=importmap>{{"imports":{{"a":"{_FETCH}"}}}}</script><script type=module>import"a"</script>'
    ),
    # Handlers of events.
    "picture that fails": f"<img src=x onerror={_CALL}>",
    "picture with slashes": f"<img/src='x'/onerror={_CALL}>",
    "picture with backquotes": f"<img src=`x`onerror={_CALL}>",
    "picture never closed": f"<img src=x onerror={_CALL} ",
    "picture by its old name": f"<image src=x onerror={_CALL}>",
    "field with the focus": f"<input autofocus onfocus={_CALL}>",
    "list with the focus": f"<select autofocus onfocus={_CALL}></select>",
    "details that open": f"<details open ontoggle={_CALL}>x</details>",
    "video that fails": f"<video><source onerror={_CALL}></video>",
    "sound that fails": f"<audio src=x onerror={_CALL}>",
    "body that loads": f"<body onload={_CALL}>",
    "style sheet that loads": f"<style onload={_CALL}></style>",
    "object that fails": f"<object data=x onerror={_CALL}></object>",
    "motion that begins": f"<style>@keyframes k{{}}</style><b style=animation-name:k onanimationstart={_CALL}>x</b>",
    "film that fails": f"<video src=x onerror={_CALL}></video>",
    # Other languages of markup.
    "drawing that loads": f"<svg onload={_CALL}>",
    "drawing with a script": f"<svg><script>{_CALL}</script></svg>",
    "drawing that moves": f"<svg><animate onbegin={_CALL} attributeName=x dur=1s>",
    "drawing that sets a link": (
        f"<svg><a><set attributeName=href to=javascript:{_CALL} /><text y=9>x</text></a></svg>"
    ),
    "drawing that uses another": f"<svg><use href={_FETCH}#x /></svg>",
    "drawing with a foreign part": f"<svg><foreignObject><img src=x onerror={_CALL}></foreignObject></svg>",
    "formula with a link": f"<math><mtext href=javascript:{_CALL}>x</mtext></math>",
    # Addresses that are programs.
    "link": f"<a href=javascript:{_CALL}>x</a>",
    "link with a tab": f'<a href="java\tscript:{_CALL}">x</a>',
    "link in references": f"<a href=&#106;avascript&colon;{_CALL}>x</a>",
    "link with a page in it": f"<a href='data:text/html,<script>{_CALL}</script>'>x</a>",
    "link of another language": f"<a href=vbscript:{_CALL}>x</a>",
    "bare address": f"javascript:{_CALL}//",
    "bare address of a page": f"data:text/html,<script>{_CALL}</script>",
    "frame": f"<iframe src=javascript:{_CALL}></iframe>",
    "frame with a page in it": f'<iframe srcdoc="<script>{_CALL}</script>"></iframe>',
    "frame from elsewhere": f"<iframe src={_FETCH}></iframe>",
    "embedded from elsewhere": f"<embed src={_FETCH}>",
    # Out of attributes.
    "out of double quotes": f'"><img src=x onerror={_CALL}>',
    "out of single quotes": f"'><img src=x onerror={_CALL}>",
    "a further attribute, double": f'" autofocus onfocus="{_CALL}" x="',
    "a further attribute, single": f"' autofocus onfocus='{_CALL}' x='",
    "a further attribute, no quotes": f"x autofocus onfocus={_CALL} y",
    "style with a motion": f'" style="animation:k" onanimationstart="{_CALL}',
    "escaped quotes": f'\\"><script>{_CALL}</script>',
    # Out of what is read as text.
    "out of a text box": f"</textarea><img src=x onerror={_CALL}>",
    "out of a title": f"</title><img src=x onerror={_CALL}>",
    "out of a style sheet": f"</style><img src=x onerror={_CALL}>",
    "out of a script": f"</script><script>{_CALL}</script>",
    "out of a page without scripts": f"</noscript><img src=x onerror={_CALL}>",
    "out of a list": f"</option></select><img src=x onerror={_CALL}>",
    "out of a script's words": f"';{_CALL};'\";{_CALL};\"`${{{_CALL}}}",
    "line ends of a script": f"\u2028{_CALL}\u2029//",
    # Comments and sections.
    "comment ended early": f"--><img src=x onerror={_CALL}>",
    "comment ended at once": f"<!--><img src=x onerror={_CALL}>-->",
    "comment ended with a mark": f"--!><img src=x onerror={_CALL}>",
    "comment of an old browser": f"<!--[if gte IE 4]><script>{_CALL}</script><![endif]-->",
    "section": f"<![CDATA[><img src=x onerror={_CALL}>]]>",
    "section ended": f"]]><img src=x onerror={_CALL}>",
    "instruction": f"<?xml ><img src=x onerror={_CALL}>?>",
    "declaration": f"<!x ><img src=x onerror={_CALL}>",
    # Pages that lead away or take over.
    "refresh": f'<meta http-equiv=refresh content="0;url={_FETCH}">',
    "another ground": f"<base href={_FETCH}/>",
    "form": f"<form action={_FETCH}><input type=submit autofocus></form>",
    "button of another form": f"<button formaction=javascript:{_CALL}>x</button>",
    "style sheet": f"<link rel=stylesheet href={_FETCH}>",
    "style": f"<style>*{{background:url({_FETCH})}}</style>",
    "style that imports": f"<style>@import'{_FETCH}';</style>",
    "style of one element": f'<b style="background:url({_FETCH})">x</b>',
    "picture from elsewhere": f"<img src={_FETCH}>",
    "picture never ended": f"<img src='{_FETCH}?",
    "fetched ahead": f"<link rel=prefetch href={_FETCH}>",
    "portal of the background": f"<table background={_FETCH}><td>x</table>",
    # What a cleaner reads otherwise than a browser.
    "text in a drawing": f"<svg></p><style><a id='</style><img src=x onerror={_CALL}>'>",
    "text in a formula": f"<math><mtext><table><mglyph><style><!--</style><img title='--><img src=x onerror={_CALL}>'>",
    "title of nothing": f"<noscript><p title='</noscript><img src=x onerror={_CALL}>'>",
    "form in a form": (
        f"<form><math><mtext></form><form><mglyph><svg><mtext><style><path id='</style><img onerror={_CALL} src>'>"
    ),
    "text box in a title": f"<title><p title='</title><img src=x onerror={_CALL}>'></title>",
    "all that follows": f"<plaintext><img src=x onerror={_CALL}>",
    "template": f"<template shadowrootmode=open><img src=x onerror={_CALL}></template>",
    "letters that become marks": f"\uff1cimg src=x onerror={_CALL}\uff1e",
    "small marks": f"\ufe64script\ufe65{_CALL}\ufe64/script\ufe65",
    "angles of another book": f"‹script›{_CALL}‹/script› 〈script〉{_CALL}〈/script〉",
    "letters of another script": f"<ѕсrіpt>{_CALL}</ѕсrіpt><img ѕrc=x оnerror={_CALL}>",
    "nothing between": f"<scr\x00ipt>{_CALL}</scr\x00ipt><img src=x on\x00error={_CALL}>",
    "mark of a byte order": f"\ufeff<script>{_CALL}</script>",
    "turned around": f"\u202e>tpircs/<\u202c\u2066<img src=x onerror={_CALL}>\u2069",
    "unseen between": f"<img\u200bsrc=x onerror={_CALL}><img src=x on\u200derror={_CALL}>",
    "half of a letter": f"\u0338<img src=x onerror={_CALL}>\u0338",
    "control as a space": f"<img\x0csrc=x\x0conerror={_CALL}\x0b>",
    # Written otherwise.
    "references": f"&lt;script&gt;{_CALL}&lt;/script&gt;",
    "references by number": f"&#60;img src=x onerror={_CALL}&#x3e;",
    "references of references": f"&amp;lt;script&amp;gt;{_CALL}&amp;lt;/script&amp;gt;",
    "percent": f"{quote('<script>')}{_CALL}{quote('</script>')}",
    "percent twice": f"{quote(quote('<img src=x onerror='))}{_CALL}{quote(quote('>'))}",
    "escapes of a script": f"\\u003cscript\\u003e{_CALL}\\u003c/script\\u003e \\x3cimg src=x onerror={_CALL}\\x3e",
    "seven bits": f"+ADw-script+AD4-{_CALL}+ADw-/script+AD4-",
    "too many bytes": f"%c0%bcscript%c0%be{_CALL}%c0%bc/script%c0%be",
    "bytes read as letters": f"\u00c0\u00bcscript\u00c0\u00be{_CALL}\u00c0\u00bc/script\u00c0\u00be",
    # For templates, formulas, formats and headers.
    "template of the server": f"{{{{ '<script>{_CALL}</script>'|safe }}}}{{{{ 7*7 }}}}",
    "statement of the server": f"{{% print('<script>{_CALL}</script>') %}}{{# {_CALL} #}}",
    "template of the browser": f"{{{{constructor.constructor('{_CALL}')()}}}}${{{_CALL}}}#{{{_CALL}}}<%= {_CALL} %>",
    "format": f"%(x)s{{0.__class__}}<script>{_CALL}</script>%n",
    "formula of a sheet": f'=HYPERLINK("http:{_FETCH}";"<img src=x onerror={_CALL}>")',
    "command of a sheet": f"+cmd|'/C {_CALL}'!A0",
    "function of a sheet": f'@SUM(1)*{_CALL}\t-1+"<img src=x onerror={_CALL}>"',
    "further header": f"x\r\nContent-Type: text/html\r\n\r\n<script>{_CALL}</script>",
    "mark of another format": f"[x](javascript:{_CALL}) ![x]({_FETCH}) <javascript:{_CALL}>",
    # Long ones.
    "deep": "<b>" * 60 + f"<img src=x onerror={_CALL}>",
    "late": "a" * 300 + f"<script>{_CALL}</script>",
    "many attributes": "<img " + "a=1 " * 60 + f"src=x onerror={_CALL}>",
}

AROUND = {
    "Cyrillic": ("Комшија виче", "сваког јутра"),
    "Latin": ("Žućkasti džip", "ćuti đački"),
    "Arabic": ("الجار يصرخ", "كل صباح"),
}
"""Words of three scripts that stand before and after."""


def numbered(shape: str, number: int) -> str:
    return SHAPES[shape].replace(NUMBER, str(number))


def texts(script: str) -> list[str]:
    """All payloads among words of a script, as nobody reports without any."""
    before, after = AROUND[script]
    first = [*AROUND].index(script) * len(SHAPES)
    return [f"{before} {numbered(shape, first + place)} {after}" for place, shape in enumerate(SHAPES)]


def short_texts(most: int) -> list[str]:
    """Each payload once, the scripts in turn, in so many characters: with fewer words around, or cut off."""
    found = []
    for place, (shape, script) in enumerate(zip(SHAPES, cycle(AROUND))):
        before, after = AROUND[script]
        bare = numbered(shape, place + [*AROUND].index(script) * len(SHAPES))
        fitting = (f"{before} {bare} {after}", f"{before[:1]}{bare}", bare)
        found.append(next((one for one in fitting if len(one) <= most), bare[:most]))
    return found


def packed(some: list[str], most: int) -> list[str]:
    """The same texts, as many as fit together into so many characters each; one that is longer alone is cut off."""
    return list(_packed(some, most))


def _packed(some: list[str], most: int) -> Iterator[str]:
    full = ""
    for one in some:
        if full and len(full) + 1 + len(one) > most:
            yield full
            full = ""
        full = f"{full} {one}".strip()[:most]
    if full:
        yield full


def everything(most: int) -> list[str]:
    """Packs of all payloads in all scripts."""
    return [pack for script in AROUND for pack in packed(texts(script), most)]
