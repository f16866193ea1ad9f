"""An Action answer has an end: OpenAI refuses bodies of 100,000 characters and more. Pure."""

from collections.abc import Sequence
from typing import Final

from runtime.actions.schemas import ActionAnswer, Figures
from runtime.retrieval.language import Language
from runtime.retrieval.product import Product, ProductAttribute

MAX_CHARACTERS: Final = 99_000
"""Of a whole answer; the limit is 100,000 (developers.openai.com/api/docs/actions/production.md)."""

_RESERVE: Final = 2_000
"""For everything beside the products."""

_TEXT: Final = 300
_VALUE: Final = 100
_VALUES: Final = 10
_ATTRIBUTES: Final = 40
_LIST: Final = 50

_SHORTENED: Final = {
    "en": "Long texts are shortened.",
    "ru": "Длинные тексты сокращены.",
}
_LEFT_OUT: Final = {
    "en": "Only the first {shown} of {found} products fit into one answer; ask for the others with exclude_ids.",
    "ru": "В один ответ поместились только первые товары: {shown} из {found}; остальные запросите с exclude_ids.",
}


def render(answer: ActionAnswer, *, language: Language) -> bytes:
    """The JSON of `answer`, always below the limit: long texts are cut first, then products from the end."""
    body = answer.model_dump_json().encode()
    # A character takes at least a byte, so nothing has to be counted in the usual case.
    return body if len(body) <= MAX_CHARACTERS else fit(answer, language=language).model_dump_json().encode()


def fit(answer: ActionAnswer, *, language: Language) -> ActionAnswer:
    """`answer` cut to the limit, saying so in its message."""
    if len(answer.model_dump_json()) <= MAX_CHARACTERS:
        return answer
    facts = None if answer.facts is None else _with_short_names(answer.facts)
    budget = MAX_CHARACTERS - _RESERVE - len(answer.message) - (len(facts.model_dump_json()) if facts else 0)
    products = _leading([_shortened(product) for product in answer.products], budget)
    notes = [answer.message, _SHORTENED[language]]
    if len(products) < len(answer.products):
        notes.append(_LEFT_OUT[language].format(shown=len(products), found=len(answer.products)))
    return answer.model_copy(
        update={"products": products, "facts": facts, "message": " ".join(note for note in notes if note)}
    )


def _with_short_names(facts: Figures) -> Figures:
    told = [category.model_copy(update={"name": _cut(category.name, _TEXT)}) for category in facts.categories]
    return facts.model_copy(update={"categories": told})


def _leading(products: Sequence[Product], budget: int) -> list[Product]:
    """As many of the first `products` as `budget` characters hold, at least one."""
    kept: list[Product] = []
    used = 0
    for product in products:
        used += len(product.model_dump_json()) + 1
        if used > budget:
            break
        kept.append(product)
    return kept or [product.model_copy(update={"attributes": {}}) for product in products[:1]]


def _shortened(product: Product) -> Product:
    attributes = {
        _cut(code, _VALUE): ProductAttribute(
            label=_cut(found.label, _VALUE), values=[_cut(value, _VALUE) for value in found.values[:_VALUES]]
        )
        for code, found in list(product.attributes.items())[:_ATTRIBUTES]
    }
    return product.model_copy(
        update={
            "name": _cut(product.name, _TEXT),
            "short_text": _cut(product.short_text, _TEXT),
            "variant_skus": product.variant_skus[:_LIST],
            "categories": [_cut(name, _VALUE) for name in product.categories[:_LIST]],
            "attributes": attributes,
        }
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"
