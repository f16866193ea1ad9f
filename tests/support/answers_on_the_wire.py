"""Answers of the runtime as bytes, written by hand: what no honest runtime would say."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

HEAD = {"id": "chatcmpl-by-hand", "object": "chat.completion.chunk", "created": 1_790_000_000, "model": "vitrina"}


def product(**changes: Any) -> dict[str, Any]:
    """A product of the `vitrina` field."""
    return {
        "id": "1", "sku": "BP-01", "variant_skus": [], "name": "Joust Backpack", "short_text": "", "price_from": 50.0,
        "price_to": 50.0, "currency": "USD", "price_text": "$50.00", "in_stock": True, "url": None, "image": None,
        "categories": [], "attributes": {}, "score": 0.5, **changes,
    }  # fmt: skip


def answer(
    text: str,
    products: Sequence[Mapping[str, Any]] = (),
    *,
    understood: Sequence[Mapping[str, Any]] = (),
    follow_ups: Sequence[str] = (),
    named: Sequence[str] = (),
) -> bytes:
    """A whole stream."""
    start = {
        "store": "default", "as_of": "2026-11-20T03:00:00Z", "understood": list(understood), "degraded": None,
        "products": list(products),
    }  # fmt: skip
    frames = [
        _frame({"role": "assistant", "content": ""}, vitrina=start),
        _frame({"content": text}),
        _frame({}, finish="stop", vitrina={"named": list(named), "corrections": 0, "follow_ups": list(follow_ups)}),
    ]
    return b"".join([*frames, b"data: [DONE]\n\n"])


def _frame(delta: dict[str, str], *, finish: str | None = None, vitrina: dict[str, Any] | None = None) -> bytes:
    chunk: dict[str, Any] = {**HEAD, "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    if vitrina is not None:
        chunk["vitrina"] = vitrina
    return b"data: " + orjson.dumps(chunk) + b"\n\n"
