"""Understanding a question by rule: conditions read out of it, and the words that are left. Pure."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Final

from runtime.retrieval.hits import MAX_TEXT
from runtime.retrieval.language import Language
from runtime.retrieval.understanding.catalogue import Vocabulary
from runtime.retrieval.understanding.conditions import Read, build_conditions, gather
from runtime.retrieval.understanding.count import read_count
from runtime.retrieval.understanding.findings import Finding, Named, Number, Order, PriceRange
from runtime.retrieval.understanding.named import read_named
from runtime.retrieval.understanding.negation import read_negation
from runtime.retrieval.understanding.order import read_order
from runtime.retrieval.understanding.price import read_price
from runtime.retrieval.understanding.price_asked import read_prices_asked
from runtime.retrieval.understanding.rest import rest_of
from runtime.retrieval.understanding.stock import read_stock
from runtime.retrieval.understanding.tokens import Span, Tokens, compose, hide, read_tokens
from runtime.retrieval.understanding.understood import Understood

Reader = Callable[[Tokens, Vocabulary], list[Finding]]

READERS: Final[Sequence[Reader]] = (
    read_stock,
    read_price,
    read_order,
    read_negation,
    read_count,
    read_named,
    read_prices_asked,
)
"""What one has read, those behind it no longer see: "not too expensive" is an order and no negation."""
MAX_TOKENS: Final = 128
"""Words and marks of a question that are read, twice the words that are searched for; this bounds the work."""


def understand(text: str, vocabulary: Vocabulary, *, language: Language, drop: Collection[str] = ()) -> Understood:
    """What `text`, in Russian, English or both, asks of a catalogue, and what is left of it to search for.

    Never raises, whatever the text. language: of the texts shown. drop: ids of conditions not to apply; their words go
    back to the others, but for those of price, which no product says.
    """
    text = compose(text[:MAX_TEXT])
    tokens = read_tokens(text)
    findings = find(tokens[:MAX_TOKENS], vocabulary)
    reads = gather(findings, currency=vocabulary.currency, language=language)
    kept = [one for one in reads if one.condition.id not in drop]
    spans = _spans(reads, kept)
    return Understood(
        # What was dropped is among the words on purpose, and would be found again.
        words=_words(text, tokens, spans, vocabulary) if kept == reads else " ".join(rest_of(text, tokens, spans)),
        described=" ".join(rest_of(text, tokens, _spans(reads, kept, described=True))),
        conditions=tuple(one.condition for one in kept),
        filter=build_conditions(kept, currency=vocabulary.currency),
        sort=next((content.sort for content in _contents(kept) if isinstance(content, Order)), "relevance"),
        limit=next(
            (content.limit for content in _contents(kept) if isinstance(content, Number) and content.limit), None
        ),
        counting=any(content == Number(None) for content in _contents(kept)),
        pricing="prices" in _contents(kept),
    )


def find(tokens: Tokens, vocabulary: Vocabulary) -> list[Finding]:
    """Everything the readers find in `tokens`, reader by reader."""
    findings: list[Finding] = []
    for reader in READERS:
        found = reader(tokens, vocabulary)
        tokens = hide(tokens, [finding.span for finding in found]) if found else tokens
        findings += found
    return findings


def _contents(reads: Iterable[Read]) -> list[object]:
    return [content for read in reads for content in read.contents]


def _spans(reads: Sequence[Read], kept: Sequence[Read], *, described: bool = False) -> list[Span]:
    """What is cut out: what was applied, and every price. described: the categories and values wanted stay in."""
    return [
        finding.span
        for read in reads
        for finding in read.findings
        if (read in kept or isinstance(finding.content, PriceRange)) and not (described and _is_wanted(finding))
    ]


def _is_wanted(finding: Finding) -> bool:
    return isinstance(finding.content, Named) and finding.content.wanted


def _words(text: str, tokens: Tokens, spans: Sequence[Span], vocabulary: Vocabulary) -> str:
    """What is left of a question. Should it say something that the question did not, because words that stood apart now
    stand together, commas part them; should that not help, they are words nevertheless: nobody asked for what they say,
    and nothing of a question is to be lost.
    """
    words, parted = (joiner.join(rest_of(text, tokens, spans)) for joiner in (" ", ", "))
    whole = ", ".join(rest_of(text, tokens, spans, trimmed=False))
    said = (one for one in dict.fromkeys((words, parted, whole)) if not _says(one, spans, vocabulary))
    return next(said, words)


def _says(words: str, spans: Sequence[Span], vocabulary: Vocabulary) -> bool:
    return bool(spans and words and find(read_tokens(words)[:MAX_TOKENS], vocabulary))
