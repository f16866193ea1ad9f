"""What the retriever sends to OpenSearch, byte by byte, so that another client can send the very same.

It is heard where it leaves the program, in the client's connection; nothing here knows how a question becomes a query.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from opensearchpy import AsyncOpenSearch

from bench.retrieval.questions import Question
from bench.retrieval.subject import open_retriever, request_of
from shared.connection import BytesConnection
from shared.serializer import OrjsonSerializer

ROUND_TRIPS: Final = 2
"""The candidates, then the cards: what any client has to send for an answer."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One request to the cluster. target: path and query string."""

    method: str
    target: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Recorded:
    """A question, every request it became, in order, and the ids of the products found for it."""

    question: Question
    requests: tuple[Sent, ...]
    found: tuple[str, ...]

    @property
    def needed(self) -> tuple[Sent, ...]:
        """The requests no client could do without; whatever else was sent is on the account of who sent it."""
        return self.requests[:ROUND_TRIPS]


class _Heard(BytesConnection):
    """Writes down what it sends. heard: where."""

    def __init__(self, *args: Any, heard: list[Sent], **options: Any) -> None:
        super().__init__(*args, **options)
        self._heard = heard

    async def perform_request(
        self, method: str, url: str, params: Mapping[str, Any] | None = None, body: Any = None, *rest: Any, **more: Any
    ) -> Any:
        target = f"{url}?{urlencode(params)}" if params else url
        self._heard.append(Sent(method, target, body.encode() if isinstance(body, str) else body or b""))
        return await super().perform_request(method, url, params, body, *rest, **more)


async def record(node: str, questions: Sequence[Question]) -> tuple[Recorded, ...]:
    """Ask every question once and write down what was sent. Raises what the retriever raises."""
    heard: list[Sent] = []
    async with AsyncOpenSearch(
        hosts=[node], connection_class=_Heard, serializer=OrjsonSerializer(), max_retries=0, heard=heard
    ) as client:
        retriever = open_retriever(client, index_age=float("inf"))
        # The first question of all also asks for the index and counts what is in it.
        await retriever.retrieve(request_of(questions[0]))
        recorded: list[Recorded] = []
        for question in questions:
            heard.clear()
            found = await retriever.retrieve(request_of(question))
            ids = tuple(hit.document.id for hit in found.hits)
            recorded.append(Recorded(question, tuple(heard), found=ids))
        return tuple(recorded)


def searches_of(sent: Sent) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """Header and body of every search of an `_msearch`; none for another request. Pure."""
    if sent.target.partition("?")[0] != "/_msearch":
        return []
    lines = [orjson.loads(line) for line in sent.body.splitlines() if line]
    return list(zip(lines[::2], lines[1::2], strict=True))
