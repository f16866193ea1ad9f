"""`make smoke`: the demo's steps, then questions through a stock OpenAI client and one Action call.

Exit 0 only when every answer names a retrieved product with its price and its URL.
"""

import json
import sys
import tempfile
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openai import OpenAI

from sandbox.openai_server import scripted_openai
from sandbox.stack import (
    Runtime,
    StackFailed,
    free_port,
    indexed_shop,
    reach_loopback_directly,
    running_runtime,
    stopped_by_signal,
)
from shared.errors import AppError

QUESTIONS: Mapping[str, tuple[str, str, str]] = {
    "vitrina-en": (
        "a waterproof jacket under $100",
        "something to carry a laptop in",
        "do you have yoga mats?",
    ),
    "vitrina-ru": (
        "непромокаемая куртка",
        "рюкзак для ноутбука",
        "тёплый спальник в поход",
    ),
}
MODEL_QUESTION = {"vitrina-en": "which mug keeps tea warm?", "vitrina-ru": "какая кружка держит тепло?"}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as a client got it: its text, and the products of the `vitrina` field or of the Action answer."""

    question: str
    text: str
    products: tuple[Mapping[str, Any], ...]

    def named(self) -> Mapping[str, Any] | None:
        """The first retrieved product that the text names with its price and URL."""
        for product in self.products:
            if all(str(product[field]) in self.text for field in ("name", "price_text", "url")):
                return product
        return None


def main() -> int:
    """Run the whole smoke test; the exit code."""
    reach_loopback_directly()
    try:
        with stopped_by_signal(), tempfile.TemporaryDirectory(prefix="vitrina-smoke-") as folder:
            return 0 if all([_passed(answer) for answer in _answers(Path(folder))]) else 1
    except KeyboardInterrupt:
        return 1
    except (StackFailed, AppError) as failure:
        print(failure, file=sys.stderr)
        return 1


def _answers(folder: Path) -> Iterator[Answer]:
    without_model = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
    with indexed_shop(folder) as shop:
        with running_runtime(shop, port=free_port(), extra=without_model) as runtime:
            for model, questions in QUESTIONS.items():
                yield from _ask(runtime, model, questions)
            yield _retrieve(runtime)
        with scripted_openai() as provider:
            scripted = {"OPENAI_API_KEY": "sk-scripted", "OPENAI_BASE_URL": provider.base_url}
            with running_runtime(shop, port=free_port(), extra=scripted) as runtime:
                for model, question in MODEL_QUESTION.items():
                    yield from _ask(runtime, model, [question])


def _ask(runtime: Runtime, model: str, questions: Iterable[str]) -> Iterator[Answer]:
    with OpenAI(base_url=f"{runtime.url}/v1", api_key="any", max_retries=0, timeout=60) as client:
        for question in questions:
            text, products = "", ()
            for chunk in client.chat.completions.create(
                model=model, messages=[{"role": "user", "content": question}], stream=True
            ):
                field = (chunk.model_extra or {}).get("vitrina") or {}
                products = tuple(field.get("products", products))
                text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
            yield Answer(question=f"{model}: {question}", text=text, products=products)


def _retrieve(runtime: Runtime) -> Answer:
    request = urllib.request.Request(
        f"{runtime.url}/api/v1/actions/retrieve_products",
        data=json.dumps({"query": "wool sweater", "store": "en", "limit": 3}).encode(),
        headers={"content-type": "application/json", "authorization": f"Bearer {runtime.key.secret}"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        text = response.read().decode()
    return Answer(question="Action API: wool sweater", text=text, products=tuple(json.loads(text)["products"]))


def _passed(answer: Answer) -> bool:
    product = answer.named()
    if product is None:
        print(f"FAILED  {answer.question}: no retrieved product is named with its price and URL\n{answer.text}")
        return False
    print(f"ok      {answer.question} -> {product['name']}, {product['price_text']}, {product['url']}", flush=True)
    return True


if __name__ == "__main__":
    sys.exit(main())
