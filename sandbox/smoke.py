"""`make smoke`: the demo's steps, then questions through a stock OpenAI client and one Action call.

Exit 0 only when every answer names a retrieved product with its price and its URL.
"""

import json
import sys
import urllib.request
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from sandbox.entry import run, stopped_in_order

if TYPE_CHECKING:
    from openai import OpenAI

    from sandbox.stack import Runtime

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
    return run(_smoke, when_stopped=1)


def _smoke() -> int:
    with closing(_answers()) as answers:
        return 0 if all([_passed(answer) for answer in answers]) else 1


def _answers() -> Generator[Answer, None, None]:
    from openai import OpenAI

    from sandbox.openai_server import scripted_openai
    from sandbox.stack import free_port, indexed_shop, running_runtime

    client_of = partial(OpenAI, api_key="any", max_retries=0, timeout=60)
    without_model = {"OPENAI_API_KEY": "", "OPENAI_BASE_URL": ""}
    with stopped_in_order(), indexed_shop() as shop:
        with (
            running_runtime(shop, port=free_port(), extra=without_model) as runtime,
            client_of(base_url=f"{runtime.url}/v1") as client,
        ):
            for model, questions in QUESTIONS.items():
                yield from _ask(client, model, questions)
            yield _retrieve(runtime)
        with scripted_openai() as provider:
            scripted = {"OPENAI_API_KEY": "sk-scripted", "OPENAI_BASE_URL": provider.base_url}
            with (
                running_runtime(shop, port=free_port(), extra=scripted) as runtime,
                client_of(base_url=f"{runtime.url}/v1") as client,
            ):
                for model, question in MODEL_QUESTION.items():
                    yield from _ask(client, model, [question])


def _ask(client: "OpenAI", model: str, questions: Iterable[str]) -> Iterator[Answer]:
    for question in questions:
        text, products = "", ()
        for chunk in client.chat.completions.create(
            model=model, messages=[{"role": "user", "content": question}], stream=True
        ):
            field = (chunk.model_extra or {}).get("vitrina") or {}
            products = tuple(field.get("products", products))
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        yield Answer(question=f"{model}: {question}", text=text, products=products)


def _retrieve(runtime: "Runtime") -> Answer:
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
