"""Merchant HTML as plain text: every kind met in real catalogues, and what only an attacker writes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.transform.markup import MAX_CHARACTERS, plain, prose, to_text


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        pytest.param("Plain words.", "Plain words.", id="no markup"),
        pytest.param("<p>One</p>tail <b>bo</b>ld", "One\ntail bold", id="blocks break lines, inline tags do not"),
        pytest.param("<ul><li>One</li><li>Two</li></ul>", "One\nTwo", id="list items are separated"),
        pytest.param("One<br>Two<br/>Three", "One\nTwo\nThree", id="line breaks"),
        pytest.param("<table><tr><td>A</td><td>B</td></tr><tr><td>C</td></tr></table>", "A B\nC", id="cells and rows"),
        pytest.param("one\n  two\r\n\tthree", "one\ntwo\nthree", id="line breaks of a plain text stay"),
        pytest.param("<p>one\n  two\r\n\tthree</p>", "one two three", id="those of HTML source mean nothing"),
        pytest.param("Fast&trade; &amp; light&nbsp;&mdash; 20&deg;", "Fast™ & light — 20°", id="entities"),
        pytest.param("<p>Cloth&eacute;</p>", "Clothé", id="entity in markup"),
        pytest.param("a\u00a0b\u2009c\u202fd", "a b c d", id="odd spaces"),
        pytest.param("in\u200bvi\u202esi\u2066ble\ufeff\u00ad", "invisible", id="zero-width and bidi controls"),
        pytest.param("tag\U000e0041\U000e0042ged\x00", "tagged", id="tag characters and nulls"),
        pytest.param("Cafe\u0301", "Café", id="NFC"),
        pytest.param("a<script>alert('<p>x</p>')</script>b", "ab", id="script"),
        pytest.param("<style>.a{color:red}</style>b", "b", id="style"),
        pytest.param("a<!-- hidden <p>words</p> -->b", "ab", id="comment"),
        pytest.param("<noscript>n</noscript><iframe>i</iframe><template>t</template>b", "b", id="unseen elements"),
        pytest.param("<p style='DISPLAY : none'>ignore me</p><p>ok</p>", "ok", id="display none"),
        pytest.param("<div style='display:none'>a<p style='display:none'>b</p></div>ok", "ok", id="nested hidden"),
        pytest.param("<p hidden>a</p><p>ok</p>", "ok", id="hidden attribute"),
        pytest.param("<p style='visibility:hidden'>a</p>ok", "ok", id="visibility"),
        pytest.param("<body style='display:none'>seen</body>", "seen", id="the frame itself is not hidden"),
        pytest.param(
            "<style>#html-body [data-pb-style=AB1],.x{display:none}</style><div data-pb-style='AB1'>row</div>"
            "<p class='x'>x</p>ok",
            "ok",
            id="hidden by the document's own style sheet",
        ),
        pytest.param(
            "<style>@media (max-width:700px){.m{display:none}}</style><p class='m'>desktop</p>",
            "desktop",
            id="hidden on small screens only",
        ),
        pytest.param("<style>p:::{display:none}</style><p>ok</p>", "ok", id="a selector nobody knows"),
        pytest.param('a {{widget type="X" title="{b}"}} b', "a b", id="widget directive"),
        pytest.param('<img src="{{media url="wysiwyg/a.jpg"}}" alt="">b', "b", id="directive inside an attribute"),
        pytest.param("{{trans \"Free\"}}{{config path='a/b'}}b", "b", id="other directives"),
        pytest.param("a {{unclosed", "a {{unclosed", id="unclosed directive"),
        pytest.param(
            '<div data-content-type="html">&lt;p&gt;Inner &lt;b&gt;bold&lt;/b&gt;&lt;/p&gt;&lt;style&gt;.q{}'
            "&lt;/style&gt;{{widget a}}</div><p>after</p>",
            "Inner bold\nafter",
            id="escaped HTML of Page Builder",
        ),
        pytest.param("&lt;p&gt;stripped by core&lt;/p&gt;", "stripped by core", id="escaped HTML without its frame"),
        pytest.param("5 < 6 and <b>7</b> > 6", "5 < 6 and 7 > 6", id="a lone less-than"),
        pytest.param("<p>unclosed <b>bold", "unclosed bold", id="unclosed tags"),
        pytest.param("", "", id="empty"),
        pytest.param("<p> &nbsp; </p>", "", id="blank"),
    ],
)
def test_markup_becomes_the_text_a_shopper_sees(markup: str, expected: str) -> None:
    assert to_text(markup) == (expected, False)


@pytest.mark.parametrize(
    "markup",
    [
        pytest.param("<p>Word word. </p>" * 300_000, id="5 MB of paragraphs"),
        pytest.param("<div>" * 1_000_000, id="a million open elements"),
        pytest.param("<div>" * 400_000 + "</div>" * 400_000, id="deep nesting"),
        pytest.param("{{" * 2_500_000, id="unclosed directives"),
        pytest.param("<!--" * 1_000_000, id="unclosed comments"),
        pytest.param("<style>" + ".a{display:none}" * 300_000, id="a bomb of style rules"),
        pytest.param("&lt;p&gt;x" * 500_000, id="escaped markup"),
        pytest.param(" " * 5_000_000, id="blanks"),
    ],
)
def test_five_megabytes_are_read_to_a_bound_and_said_to_be_cut(markup: str) -> None:
    text, cut = to_text(markup)
    assert cut
    assert len(text) <= MAX_CHARACTERS


def test_words_behind_a_pasted_image_are_still_found() -> None:
    markup = f'<img src="data:image/png;base64,{"A" * 5_000_000}"><p>Hello.</p>'
    assert to_text(markup)[0] == "Hello."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("Pants, size <M", "Pants, size <M", id="less-than is no tag"),
        pytest.param("Fusion&trade; &amp; Co", "Fusion™ & Co", id="entities"),
        pytest.param("<b>Bold</b> name<br>two", "Bold name two", id="tags slipped in"),
        pytest.param(" two\n lines ", "two lines", id="one line"),
    ],
)
def test_names_and_values_lose_markup_but_nothing_else(value: str, expected: str) -> None:
    assert plain(value) == expected


def test_prose_keeps_its_lines() -> None:
    assert prose("One.\nTwo.") == "One.\nTwo."


@settings(deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/!-&;{}\"'= apbdivstylescript\n\u200b\u202e"), max_size=300))
def test_no_markup_can_break_the_reader(markup: str) -> None:
    text, cut = to_text(markup)
    assert not cut
    assert "\u200b" not in text
    assert "\u202e" not in text
    assert text == text.strip()


@settings(deadline=None)
@given(st.text(max_size=200))
def test_text_without_markup_keeps_its_visible_characters(text: str) -> None:
    assert prose(prose(text)) == prose(text)
