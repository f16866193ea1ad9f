"""`POST /v1/embeddings`: the request checked against the documented limits, the answer built. Pure.

Shapes and limits: https://platform.openai.com/docs/api-reference/embeddings/create.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from sandbox.openai_server.errors import Problem, known_model
from sandbox.openai_server.script import Embed
from sandbox.openai_server.tokens import counter_of
from sandbox.openai_server.vectors import bag_of_stems

MAX_INPUTS = 2048
MAX_INPUT_TOKENS = 8192
MAX_REQUEST_TOKENS = 300_000


@dataclass(frozen=True, slots=True)
class EmbeddingRequest:
    """A valid request: `texts` in order, vectors of `dimension` numbers wanted in `encoding`."""

    model: str
    texts: tuple[str, ...]
    dimension: int
    encoding: Literal["float", "base64"]
    tokens: int


def read_embedding_request(body: Mapping[str, Any], *, models: Mapping[str, int]) -> EmbeddingRequest:
    """The request in `body`; `models`: name -> its full dimension. Raises Problem as the API would answer."""
    model = known_model(body, models)
    encoding = body.get("encoding_format", "float")
    if encoding not in ("float", "base64"):
        raise Problem(f"'{encoding}' is not one of ['float', 'base64'] - 'encoding_format'", param="encoding_format")
    texts = _read_texts(body.get("input"))
    return EmbeddingRequest(
        model=model,
        texts=texts,
        dimension=_read_dimension(body.get("dimensions"), model=model, full=models[model]),
        encoding=encoding,
        tokens=_counted(texts, model),
    )


def embedding_body(request: EmbeddingRequest, plan: Embed) -> Any:
    """The answer's body after the plan's `edit`, vectors encoded as the request asks."""
    vectors = [bag_of_stems(text, request.dimension).tolist() for text in request.texts]
    body: Any = {
        "object": "list",
        "data": [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)],
        "model": request.model,
        "usage": {"prompt_tokens": request.tokens, "total_tokens": request.tokens},
    }
    body = plan.edit(body) if plan.edit else body
    if request.encoding == "base64" and not plan.force_float:
        for entry in body.get("data", ()) if isinstance(body, dict) else ():
            if isinstance(entry.get("embedding"), list):
                entry["embedding"] = base64.b64encode(np.array(entry["embedding"], dtype="<f4").tobytes()).decode()
    return body


def _read_texts(given: Any) -> tuple[str, ...]:
    """One text, texts, one text as token numbers, or several such."""
    match given:
        case str():
            texts = [given]
        case [int(), *_]:
            texts = [_joined(given)]
        case [_, *_]:
            texts = [text if isinstance(text, str) else _joined(text) for text in given]
        case _:
            raise Problem("'$.input' is invalid. Please check the API reference.", param="input")
    if len(texts) > MAX_INPUTS:
        raise Problem(f"Invalid 'input': array too long. Expected at most {MAX_INPUTS} items.", param="input")
    if not all(texts):
        raise Problem("'$.input' is invalid: an input cannot be an empty string.", param="input")
    return tuple(texts)


def _joined(tokens: Any) -> str:
    if not isinstance(tokens, list) or not all(isinstance(token, int) for token in tokens):
        raise Problem("'$.input' is invalid. Please check the API reference.", param="input")
    return " ".join(map(str, tokens))


def _read_dimension(given: Any, *, model: str, full: int) -> int:
    if given is None:
        return full
    if "text-embedding-3" not in model:
        raise Problem("This model does not support specifying dimensions.", param="dimensions")
    if not isinstance(given, int) or not 1 <= given <= full:
        raise Problem(f"Invalid value for 'dimensions'. Must be between 1 and {full}.", param="dimensions")
    return given


def _counted(texts: tuple[str, ...], model: str) -> int:
    counts = [*map(counter_of(model), texts)]
    if max(counts) > MAX_INPUT_TOKENS:
        message = f"This model's maximum context length is {MAX_INPUT_TOKENS} tokens, however you requested"
        raise Problem(f"{message} {max(counts)} tokens. Please reduce your prompt.", param="input")
    if sum(counts) > MAX_REQUEST_TOKENS:
        code = "max_tokens_per_request"
        raise Problem(
            f"Requested {sum(counts)} tokens, max {MAX_REQUEST_TOKENS} tokens per request", type=code, code=code
        )
    return sum(counts)
