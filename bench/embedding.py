"""G7 and G8: how few requests the texts are packed into, and how much of the provider's quota is used.

The scripted server judges by its own byte-pair tokenizer over OpenAI's table, another implementation than the
client's. Nothing is written to OpenSearch; texts go the way of a run from packing to vectors.
"""

import asyncio
import math
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from bench.harness import Goal
from bench.stage import Stage
from indexer.embed.rounds import iter_rounds
from indexer.embed.sending import Sender
from indexer.records import Accepted
from indexer.runs.resume import Donors
from indexer.transform.chunk import hash_text
from indexer.transform.text import cut_to_tokens
from sandbox.openai_server import Quota, Refuse, ScriptedServer, scripted_openai
from sandbox.openai_server.script import Embed
from sandbox.openai_server.tokens import counter_of
from shared.catalog import CatalogDocument
from shared.embedding.cl100k import Cl100k
from shared.embedding.embedder import EmbeddingModel
from shared.embedding.openai import OpenAIEmbedder
from shared.embedding.providers import offer_of
from shared.opensearch import ClusterAddress, connect

NAME: Final = "text-embedding-3-small"
DIMENSION: Final = 8

MINUTE_TOKENS: Final = 600_000
REQUEST_TOKENS: Final = 4_000
"""Small ones, so that a profile of seconds sees hundreds of them."""

PROFILE_SECONDS: Final = 25.0
OUTAGE_SECONDS: Final = 10.0

_VOCABULARY: Final = """
waterproof breathable jacket hiking cotton strap zipper pocket adjustable size colour black navy lightweight
непромокаемая куртка для походов хлопок молния карман размер чёрный синий ремень лёгкая мембрана капюшон
12" 3.5 XS-XL MJ03 24-WB01 100% 1,499.00 ½ Größe naïve
"""
_WORDS: Final = _VOCABULARY.split()

Script = Callable[[ScriptedServer], Awaitable[None]]


async def measure(stage: Stage) -> list[Goal]:
    """Both goals."""
    Cl100k()  # Raises where the table is missing: an estimate would make another measurement.
    return [*await measure_packing(stage), *await measure_quota(stage)]


async def measure_packing(stage: Stage) -> list[Goal]:
    """Requests over the fewest that the limits allow, for short, mixed and long texts, and refused ones."""
    worst, refused, notes = 0.0, 0, []
    for name, texts in _corpora().items():
        with scripted_openai(quota=Quota(requests=10**6, tokens=10**12)) as server:
            await _send_all(stage, server, _model(), texts)
            requests = [request for request in server.embeddings.requests if len(request.body["input"]) > 0]
            tokens = sum(map(counter_of(NAME), texts))
        model = _model()
        fewest = math.ceil(max(tokens / model.batch_tokens, len(texts) / model.batch_texts))
        worst = max(worst, len(requests) / fewest)
        refused += sum(request.status != 200 for request in requests)
        notes.append(f"{name}: {len(texts):,} texts, {tokens:,} tokens, {len(requests)} requests for {fewest}")
        stage.say(f"  {notes[-1]}")
    return [
        Goal("G7 requests over the fewest possible", worst, 1.05, "at most", "; ".join(notes)),
        Goal("G7 requests beyond a limit", refused, 0, "at most"),
    ]


async def measure_quota(stage: Stage) -> list[Goal]:
    """Share of the granted tokens that is used, and share of requests refused, under three profiles."""
    goals = []
    for name, profile in PROFILES.items():
        with scripted_openai(quota=Quota(requests=10_000, tokens=MINUTE_TOKENS)) as server:
            await _send_until(stage, server, profile.script)
            used = server.granted_tokens() / profile.granted
            requests = server.embeddings.requests
            refused = sum(request.status == 429 for request in requests) / len(requests)
        stage.say(f"  {name}: {used:.3f} used, {refused:.4f} of {len(requests)} requests refused")
        goals += [
            Goal(f"G8 quota used, {name}", used, 0.95, "at least", f"{len(requests)} requests"),
            Goal(f"G8 requests refused by the quota, {name}", refused, 0.01, "at most"),
        ]
    return goals


async def _steady(server: ScriptedServer) -> None:
    await asyncio.sleep(PROFILE_SECONDS)


async def _halved(server: ScriptedServer) -> None:
    await asyncio.sleep(PROFILE_SECONDS / 2)
    server.set_quota(Quota(requests=10_000, tokens=MINUTE_TOKENS // 2))
    await asyncio.sleep(PROFILE_SECONDS / 2)


async def _outage(server: ScriptedServer) -> None:
    await asyncio.sleep(PROFILE_SECONDS / 3)
    server.embeddings.always(Refuse(503))
    await asyncio.sleep(OUTAGE_SECONDS)
    server.embeddings.always(Embed())
    await asyncio.sleep(PROFILE_SECONDS)


@dataclass(frozen=True, slots=True)
class Profile:
    """What happens to a quota that was whole, and the tokens it grants meanwhile."""

    script: Script
    minutes: float

    @property
    def granted(self) -> float:
        return MINUTE_TOKENS * (1 + self.minutes)


PROFILES: Final = {
    "steady": Profile(_steady, PROFILE_SECONDS / 60),
    "halved mid-run": Profile(_halved, PROFILE_SECONDS * 0.75 / 60),
    "ten seconds of outage": Profile(_outage, (PROFILE_SECONDS * 4 / 3 + OUTAGE_SECONDS) / 60),
}


def _model() -> EmbeddingModel:
    offer = offer_of(NAME, url=None)
    return EmbeddingModel(
        provider="openai",
        name=NAME,
        dimension=DIMENSION,
        max_tokens=offer.max_tokens,
        batch_texts=offer.batch_texts,
        batch_tokens=offer.batch_tokens,
    )


def _corpora() -> dict[str, list[str]]:
    """Short texts, which the count binds; lengths of a catalogue with some at the limit; lengths near the limit."""
    exact = Cl100k()
    lengths = random.Random(20261121)

    def text(number: int, words: int) -> str:
        body = " ".join(lengths.choices(_WORDS, k=words))
        return cut_to_tokens(f"{number} {body}", 8192, exact.count)[0]

    def mixed() -> int:
        return 9000 if lengths.random() < 0.02 else int(lengths.lognormvariate(4.6, 0.9)) + 3

    return {
        "short": [text(number, lengths.randint(2, 9)) for number in range(61_000)],
        "mixed": [text(number, mixed()) for number in range(16_000)],
        "long": [text(number, lengths.randint(1500, 4500)) for number in range(900)],
    }


async def _send_all(stage: Stage, server: ScriptedServer, model: EmbeddingModel, texts: Sequence[str]) -> None:
    async def products() -> AsyncGenerator[Accepted, None]:
        for number, text in enumerate(texts):
            yield _product(number, text)

    await _embed(stage, server, model, products(), expected=len(texts))


async def _send_until(stage: Stage, server: ScriptedServer, script: Script) -> None:
    """Send texts without end until `script` has."""
    words = random.Random(8)

    async def products() -> AsyncGenerator[Accepted, None]:
        number = 0
        while True:
            yield _product(number, f"{number} " + " ".join(words.choices(_WORDS, k=250)))
            number += 1

    model = replace(_model(), batch_tokens=REQUEST_TOKENS)
    sending = asyncio.create_task(_embed(stage, server, model, products(), expected=10_000))
    await script(server)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def _embed(
    stage: Stage,
    server: ScriptedServer,
    model: EmbeddingModel,
    products: AsyncGenerator[Accepted, None],
    *,
    expected: int,
) -> None:
    """All vectors of `products`, thrown away."""
    embedder = OpenAIEmbedder(model, base_url=server.base_url, api_key=None)
    async with connect(ClusterAddress(url=stage.node.url, name="NODE")) as client:
        nobody = Donors(client, dimension=model.dimension)

        async def built() -> Donors:
            return nobody

        sender = Sender(embedder)
        sender.begin(refusals=0)
        rounds = iter_rounds(products, sender, donors=nobody, built=built, expected=expected)
        try:
            async with aclosing(rounds):
                async for portions in rounds:
                    async for _ in portions:
                        pass
        finally:
            await embedder.aclose()


def _product(number: int, text: str) -> Accepted:
    name = str(number)
    document = CatalogDocument(id=name, sku=name, name=name, text=text, currency="USD", price_text="")
    return Accepted(document=document, text_hash=hash_text(text))
