"""Texts packed into requests by count and tokens. Pure."""

from dataclasses import dataclass, field

from indexer.records import Accepted


@dataclass(frozen=True, slots=True)
class TextBatch:
    """Products for one request. texts: each different one once; lengths: their tokens; rows[i]: text of accepted[i]."""

    accepted: tuple[Accepted, ...]
    texts: tuple[str, ...]
    lengths: tuple[int, ...]
    rows: tuple[int, ...]

    @property
    def tokens(self) -> int:
        """Of all texts."""
        return sum(self.lengths)


class Packer:
    """Fills one batch after the other up to the model's limits.

    max_tokens may be changed at any time; it holds from the next product on.
    """

    def __init__(self, *, max_texts: int, max_tokens: int) -> None:
        self.max_tokens = max_tokens
        self._max_texts = max_texts
        self._open = _OpenBatch()

    def join(self, accepted: Accepted) -> bool:
        """Take a product whose text the open batch carries anyway; False when it does not, or has too many such."""
        row = self._open.row_of.get(accepted.text_hash)
        if row is None or len(self._open.accepted) >= 2 * self._max_texts:
            return False
        self._open.add(accepted, row)
        return True

    def feed(self, accepted: Accepted, tokens: int) -> TextBatch | None:
        """Take a product with a new text of `tokens`; the batch that had no more room for it, if it was full.

        A text of more tokens than a whole batch may have travels alone: only the provider can refuse it.
        """
        full = len(self._open.texts) >= self._max_texts or self._open.tokens + tokens > self.max_tokens
        batch = self.flush() if full else None
        self._open.add(accepted, self._open.add_text(accepted, tokens))
        return batch

    def flush(self) -> TextBatch | None:
        """What has been taken and not given back yet, if anything."""
        if not self._open.accepted:
            return None
        batch = self._open.closed()
        self._open = _OpenBatch()
        return batch


@dataclass(slots=True)
class _OpenBatch:
    accepted: list[Accepted] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)
    row_of: dict[str, int] = field(default_factory=dict)
    tokens: int = 0

    def add(self, accepted: Accepted, row: int) -> None:
        self.accepted.append(accepted)
        self.rows.append(row)

    def add_text(self, accepted: Accepted, tokens: int) -> int:
        """The row of a text that is new to the batch."""
        row = self.row_of[accepted.text_hash] = len(self.texts)
        self.texts.append(accepted.document.text)
        self.lengths.append(tokens)
        self.tokens += tokens
        return row

    def closed(self) -> TextBatch:
        return TextBatch(tuple(self.accepted), tuple(self.texts), tuple(self.lengths), tuple(self.rows))
