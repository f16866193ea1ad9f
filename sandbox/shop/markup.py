"""HTML that cannot be written unescaped: elements made by `element`, and merchants' own HTML cut down to plain text
elements. Pure.
"""

from collections.abc import Iterable
from html import escape
from html.parser import HTMLParser
from typing import Final

VOID: Final = frozenset({"br", "hr", "img", "input", "link", "meta"})
KEPT: Final = frozenset({"b", "br", "em", "h3", "h4", "i", "li", "ol", "p", "strong", "ul"})
"""What of a description's markup is shown; of other elements only the text is."""

_SILENT: Final = frozenset({"script", "style", "template"})


class Html(str):
    """Markup that is safe as it stands; every other string is text and is escaped."""

    __slots__ = ()


def element(name: str, /, *children: str | None, **attributes: str | int | None) -> Html:
    """An element of `children` in order, None left out. attributes: `class_` is class, `data_store` data-store; None
    leaves one out.
    """
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{given}>" if name in VOID else f"<{name}{given}>{joined(children)}</{name}>")


def joined(parts: Iterable[str | None]) -> Html:
    """`parts` one behind the other, text escaped."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts if part is not None))


def described(markup: str) -> Html:
    """A merchant's HTML with text elements only: no attribute, style, script, comment, picture or directive."""
    reader = _Reader()
    reader.feed(_without_directives(markup))
    reader.close()
    return reader.result()


def _without_directives(markup: str) -> str:
    """`markup` without Magento's `{{…}}`."""
    head, *rest = markup.split("{{")
    return head + "".join(part.partition("}}")[2] for part in rest)


class _Reader(HTMLParser):
    """Collects what is kept, every element closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in KEPT:
            self._parts.append(f"<{tag}>")
            if tag not in VOID:
                self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in self._open:
            while (last := self._open.pop()) != tag:
                self._parts.append(f"</{last}>")
            self._parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._parts.append(escape(data))

    def result(self) -> Html:
        closing = "".join(f"</{tag}>" for tag in reversed(self._open))
        return Html("".join(self._parts).replace("<p></p>", "").strip() + closing)
