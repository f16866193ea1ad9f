"""Merchant HTML as plain text. Pure.

What a shopper would not see is not there afterwards: scripts, styles, comments, hidden elements, Magento's
directives. Block elements and list items become lines.
"""

import html
import re
from functools import lru_cache
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from indexer.transform.text import clean

MAX_CHARACTERS: Final = 200_000
MAX_TAGS: Final = 10_000
"""What of one description is looked at. Deep nesting costs a parser quadratic time: 10,000 open elements take 0.2 s."""

_EMBEDDED_DATA = re.compile(r"data:[\w/+.;=-]{1,100},[A-Za-z0-9+/=%]{200,}")
_DIRECTIVE = re.compile(r"\{\{(?:[^{}]++|\{[^{}]*+\})*+\}\}")
"""`{{widget …}}`, `{{media …}}`, `{{trans …}}`; possessive, so that unclosed ones cost linear time."""

_MARKUP = re.compile(r"[<&]|\{\{")
_FLOW = "p|div|br|hr|li|ul|ol|h[1-6]"
_BLOCK = re.compile(
    f"<(?=/?(?:{_FLOW}|dl|dt|dd|table|caption|thead|tbody|tr|section|article|header|footer|aside"
    r"|main|figure|figcaption|blockquote|pre|form|fieldset|details|summary)\b)",
    re.IGNORECASE,
)
_SIMPLE = re.compile(
    rf"[^<&\f\v]*+(?:(?:</?(?:{_FLOW}|span|b|strong|i|em|u|a|img)"
    r"""(?: (?!style|hidden)[a-z-]+="[^"<>\f\v]*+")*+ ?/?>|&[a-z]{2,8};)[^<&\f\v]*+)*+""",
    re.IGNORECASE,
)
"""Tags that hide nothing, and named entities: a parser would give the same text at ten times the cost."""
_SIMPLE_BLOCK = re.compile(rf"</?(?:{_FLOW})\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile("<[^<>]*>")
_CELL = re.compile(r"<(?=t[dh]\b)", re.IGNORECASE)
_LINE_BREAK = re.compile(r"[\t\n\r\f\v]+")
_LEFT_OVER = re.compile(
    r"</?(?:p|div|br|span|strong|b|em|i|u|ul|ol|li|h[1-6]|table|tr|td|a|img|style|script|section|font)\b[^<>]*>",
    re.IGNORECASE,
)
"""Tags in what should be text: the HTML was escaped once more, as Page Builder's HTML blocks hold it."""

_UNSEEN = "script,style,noscript,template,iframe,object,svg,head,title,textarea,select,button,[hidden]"
_UNSEEN_TAG = re.compile(f"<(?:{_UNSEEN.partition(',[')[0].replace(',', '|')})")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden")
_MEDIA_RULE = re.compile(r"@media[^{}]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
_STYLE_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_MAX_STYLE_RULES = 50
_MAX_PASSES = 2


def to_text(markup: str) -> tuple[str, bool]:
    """Plain text of HTML, one line a block, and whether only its beginning was looked at."""
    bounded = _bounded(markup)
    text = bounded
    for _ in range(_MAX_PASSES):
        text = _read(text) if _MARKUP.search(text) else text
        if "<" not in text or not _LEFT_OVER.search(text):
            break
    return clean(text), len(bounded) < len(markup) and len(markup) > MAX_CHARACTERS


def prose(value: str) -> str:
    """`value` that is meant to be plain text: tags and entities that slipped in are taken out, a lone "<" is not."""
    value = value[:MAX_CHARACTERS]
    unescaped = html.unescape(value)
    return to_text(unescaped)[0] if "<" in unescaped and _LEFT_OVER.search(unescaped) else clean(unescaped)


def one_line(value: str) -> str:
    """`prose` on one line."""
    return prose(value).replace("\n", " ")


plain = lru_cache(maxsize=4096)(one_line)
"""The same, remembered: for categories and the values of attributes, which come again and again."""


def _bounded(markup: str) -> str:
    if len(markup) > MAX_CHARACTERS:
        # An image pasted into the description is megabytes of base64 before the first word.
        markup = _EMBEDDED_DATA.sub("", markup)[:MAX_CHARACTERS]
    if markup.count("<") > MAX_TAGS:
        markup = "<".join(markup.split("<", MAX_TAGS)[:MAX_TAGS])
    return markup


def _read(markup: str) -> str:
    if "{{" in markup:
        markup = _DIRECTIVE.sub(" ", markup)
    if "<" not in markup:
        return html.unescape(markup)
    # White space of the source means nothing; line breaks are put in where a browser would start a new line.
    if _SIMPLE.fullmatch(markup):
        spaced = markup.replace("\n", " ").replace("\r", " ").replace("\t", " ")
        return html.unescape(_TAG.sub("", _SIMPLE_BLOCK.sub("\n", spaced)))
    spaced = _CELL.sub(" <", _BLOCK.sub("\n<", _LINE_BREAK.sub(" ", markup)))
    # Without a body to begin with, elements such as <noscript> would be read as a page's head.
    tree = LexborHTMLParser(f"<body>{spaced}")
    body = tree.body
    if body is None:
        return ""
    _drop_unseen(tree, spaced)
    return body.text()


def _drop_unseen(tree: LexborHTMLParser, markup: str) -> None:
    lowered = markup.lower()
    for selector in _hiding_selectors(tree) if "<style" in lowered else ():
        _drop(tree, selector)
    if "style=" in lowered or "style =" in lowered:
        for node in tree.css("[style]"):
            if _HIDDEN_STYLE.search((node.attributes.get("style") or "").lower()):
                _remove(node)
    if "hidden" in lowered or _UNSEEN_TAG.search(lowered):  # Asking the tree costs more than parsing it did.
        _drop(tree, _UNSEEN)


def _hiding_selectors(tree: LexborHTMLParser) -> list[str]:
    """Selectors that the document's own style sheets hide on every screen; Page Builder hides rows like that."""
    sheets = " ".join(node.text() for node in tree.css("style"))
    rules = _STYLE_RULE.findall(_MEDIA_RULE.sub("", sheets))
    hiding = [selector for selector, declarations in rules if _HIDDEN_STYLE.search(declarations.lower())]
    # The page's own id is not in the fragment.
    return [selector.replace("#html-body", "").strip() for selector in hiding[:_MAX_STYLE_RULES]]


def _drop(tree: LexborHTMLParser, selector: str) -> None:
    try:
        nodes = tree.css(selector)
    except SelectolaxError:  # A selector this parser does not know hides nothing.
        return
    for node in nodes:
        _remove(node)


def _remove(node: LexborNode) -> None:
    # Removing is detaching, so a node inside one already removed does no harm. The tree's frame stays: a merchant's
    # `body {display: none}` is about the page, not about this text.
    if node.tag not in ("html", "body"):
        node.decompose()
