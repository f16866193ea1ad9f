"""What providers and their models allow: sizes of a request, encodings, pairs of models, prices. Data. Pure.

OpenAI: limits of https://platform.openai.com/docs/api-reference/embeddings/create; prices by third-party pages of 2026.
Yandex: https://yandex.cloud/en/docs/ai-studio/embeddings/createEmbedding and /docs/ai-studio/concepts/limits.
GigaChat: https://developers.sber.ru/docs/ru/gigachat/models. A server that nobody knows gets what the smallest
common one takes by default (text-embeddings-inference: 32 texts a request).
"""

import re
from dataclasses import dataclass, replace
from typing import Final, Literal
from urllib.parse import urlsplit

Encoding = Literal["base64", "float"]


@dataclass(frozen=True, slots=True)
class Offer:
    """What one model at one address takes.

    max_tokens: of a text. batch_texts, batch_tokens: of a request. dimension: when it cannot be chosen and is not
    the usual one. query_name: the model for queries, None = the same. price: US dollars a million tokens, None =
    unknown. requests_per_minute: a quota that no header tells. exact: whether `cl100k_base` counts its tokens.
    """

    max_tokens: int = 8192
    batch_texts: int = 32
    batch_tokens: int = 100_000
    dimension: int | None = None
    query_name: str | None = None
    price: float | None = None
    requests_per_minute: int | None = None
    exact: bool = False


LOCAL: Final = Offer(batch_texts=2048, price=0.0)
"""Models inside the process; each bounds itself further."""

_OPENAI: Final = Offer(batch_texts=2048, batch_tokens=300_000, exact=True)

_BY_MODEL: Final = (
    # Named alike at resellers ("openai/text-embedding-3-small") and behind gateways.
    (re.compile(r"(.*/)?text-embedding-3-small"), replace(_OPENAI, price=0.02)),
    (re.compile(r"(.*/)?text-embedding-3-large"), replace(_OPENAI, price=0.13)),
    (re.compile(r"(.*/)?text-embedding-ada-002"), replace(_OPENAI, price=0.10)),
    (re.compile(r"EmbeddingsGigaR"), Offer(max_tokens=4096)),
    (re.compile(r"Embeddings(-2)?"), Offer(max_tokens=512)),
)
_BY_HOST: Final = {
    "api.openai.com": _OPENAI,
    # A deployment there may have any name, so that its model is not known by it.
    ".openai.azure.com": replace(_OPENAI, exact=False),
    ".api.cloud.yandex.net": Offer(
        max_tokens=2000, batch_texts=1, batch_tokens=2000, dimension=256, requests_per_minute=600
    ),
}
_BASE64_HOSTS: Final = ("api.openai.com", ".openai.azure.com")
"""Hosts known to take `encoding_format: base64`; some compatible servers refuse it, all answer floats."""

_YANDEX_PAIR: Final = re.compile(r"(emb://.+/text-search-)doc(/.+)?")


def offer_of(name: str, *, url: str | None) -> Offer:
    """What model `name` takes at base URL `url`, None = OpenAI's own: by its name, else by the host."""
    host = _host(url)
    by_name = (offer for pattern, offer in _BY_MODEL if pattern.fullmatch(name))
    by_host = (offer for suffix, offer in _BY_HOST.items() if host.endswith(suffix))
    offer = next(by_name, None) or next(by_host, None) or Offer()
    return replace(offer, query_name=_query_name(name))


def encoding_at(url: str | None) -> Encoding:
    """How vectors are asked for at base URL `url`."""
    return "base64" if _host(url).endswith(_BASE64_HOSTS) else "float"


def counts_as_cl100k(name: str, *, url: str | None) -> bool:
    """Whether tokens of model `name` are those of `cl100k_base`."""
    return offer_of(name, url=url).exact


def _query_name(name: str) -> str | None:
    """Yandex's document model names its own counterpart."""
    found = _YANDEX_PAIR.fullmatch(name)
    return f"{found[1]}query{found[2] or ''}" if found else None


def _host(url: str | None) -> str:
    return "api.openai.com" if url is None else (urlsplit(url).hostname or "")
