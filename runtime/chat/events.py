"""What happens in an answer, in order, before any wire format: Started, Delta…, Usage, then Finish or Failed. Pure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from runtime.llm.model import FinishReason
from runtime.retrieval.facts import Facts
from runtime.retrieval.hits import Condition, Hit
from shared.catalog import CatalogDocument

Degraded = Literal["embeddings", "llm"]


@dataclass(frozen=True, slots=True)
class Started:
    """Products are known and the answer begins; the first event of every answer.

    store: store code. hits: the products, in the order they are shown. as_of: when the live index was built. degraded:
    what this answer has to do without.
    route: names of the model's providers that were asked; where there is prose, the last one writes it. facts: of all
    that was found, where the model was told them. nearest: a product whose price the model was told, be it among `hits`
    or not. unmet: whether nothing meets what was asked, and `hits` only come near. ours: whether the text is a sentence
    of our own. exhausted: whether more was asked for than there is.
    """

    store: str
    as_of: datetime
    hits: tuple[Hit, ...] = ()
    degraded: Degraded | None = None
    understood: tuple[Condition, ...] = ()
    route: tuple[str, ...] = ()
    facts: Facts | None = None
    nearest: CatalogDocument | None = None
    unmet: bool = False
    ours: bool = False
    exhausted: bool = False

    @property
    def documents(self) -> tuple[CatalogDocument, ...]:
        """The products themselves."""
        return tuple(hit.document for hit in self.hits)


@dataclass(frozen=True, slots=True)
class Delta:
    """A piece of the answer's text, never empty."""

    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of the whole exchange: the provider's count, else an estimate; zero where no model was asked."""

    prompt_tokens: int = 0
    completion_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """The answer is whole. named: ids of the products it names, in order. corrections: claims put right. follow_ups:
    what the shopper may ask next.
    """

    reason: FinishReason
    named: tuple[str, ...] = ()
    corrections: int = 0
    follow_ups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """The answer breaks off. `message` is for the shopper's client and names no provider.

    retry_after: whole seconds after which the same question may be answered.
    """

    message: str
    code: str
    retry_after: int | None = None


ChatEvent = Started | Delta | Usage | Finish | Failed
