"""What a shopper may ask next, offered behind an answer: by rule, from what was found for it. Pure.

Each is worded as `followup` and `references` read it: it leans on the question before, and leads to products that were
found for that one, or to more of them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from runtime.chat.events import Started
from runtime.chat.said import words_of
from runtime.retrieval.language import Language, Texts, is_russian
from runtime.retrieval.phrasing import is_russian_plural, mid_sentence, plural_adjective
from runtime.retrieval.understanding.stems import stem
from runtime.retrieval.understanding.words import FUNCTION_WORDS, LABELS
from shared.catalog import CatalogAttribute, CatalogDocument

MOST: Final = 3

_TRAIT: Final[Texts] = {"en": "Only {value} ones", "ru": "Только {value}"}
_CATEGORY: Final[Texts] = {"en": "And {name}?", "ru": "А {name}?"}
_CHEAPER: Final[Texts] = {"en": "Anything cheaper?", "ru": "Что-нибудь подешевле?"}
_IN_STOCK: Final[Texts] = {"en": "Only what is in stock", "ru": "Только в наличии"}
_MORE: Final[Texts] = {"en": "What else do you have?", "ru": "Что ещё есть?"}

_TRAITS: Final = frozenset(word for family in LABELS if family[0] in ("color", "material") for word in family)
_LONGEST: Final = 2
"""Words of a name that is still said in passing."""


@dataclass(frozen=True, slots=True)
class Leads:
    """What there is to go on with; little, for it is kept as long as the answer is written.

    trait: a colour or material that some of what was found have and others have not, in the words of a sentence.
    category: one of theirs, where none was asked for. Both may be empty. cheaper: whether prices differ. some_out:
    whether some, and not all, are out of stock. total: how many products match.
    """

    language: Language
    total: int = 0
    trait: str = ""
    category: str = ""
    cheaper: bool = False
    some_out: bool = False

    def after(self, named: Sequence[str]) -> tuple[str, ...]:
        """At most MOST questions to ask after an answer that names the products `named`."""
        return tuple(self._questions(named))[:MOST]

    def _questions(self, named: Sequence[str]) -> Iterator[str]:
        if self.trait:
            yield _TRAIT[self.language].format(value=self.trait)
        if self.category:
            yield _CATEGORY[self.language].format(name=self.category)
        if self.cheaper:
            yield _CHEAPER[self.language]
        if self.some_out:
            yield _IN_STOCK[self.language]
        if self.total > len(named):
            yield _MORE[self.language]


def leads_of(opening: Started, *, total: int, language: Language, asked: str = "") -> Leads | None:
    """What `opening` leaves to go on with; None where it shows nothing that was asked for. total: as of a Retrieval.
    asked: the question.
    """
    if not total or not opening.hits:
        return None
    products = opening.documents
    said = {condition.kind for condition in opening.understood}
    values = {condition.field for condition in opening.understood if condition.kind in ("attribute", "not")}
    unwanted = _stems(" ".join(str(condition.value) for condition in opening.understood if condition.kind == "not"))
    words = _stems(asked)
    of_a_kind = "category" in said or any(_stems(name) & words for name in set(map(_narrowest, products)))
    return Leads(
        language=language,
        total=total,
        # With a colour alone, and no kind of thing, whatever has it would do.
        trait=_trait(products, language, said_of=values, unwanted=unwanted) if of_a_kind else "",
        category="" if of_a_kind else _category(products, language),
        cheaper="sort" not in said and len({product.price_from for product in products if product.price_from}) > 1,
        some_out="stock" not in said and 0 < sum(product.in_stock for product in products) < len(products),
    )


def _narrowest(product: CatalogDocument) -> str:
    """What a product is, as far as its categories tell: a path ends in the narrowest."""
    return next(reversed(product.categories), "")


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words_of(text.lower()) if word not in FUNCTION_WORDS)


def _trait(
    products: Sequence[CatalogDocument], language: Language, *, said_of: set[str], unwanted: frozenset[str]
) -> str:
    """The colour or material that most of `products` have, and not all of them, of attributes nothing was said of.

    unwanted: stems of what must not be offered.
    """
    return _common_to_some(
        products, lambda product: (one for one in _traits(product, language, said_of) if not _stems(one) & unwanted)
    )


def _traits(product: CatalogDocument, language: Language, said_of: set[str]) -> Iterator[str]:
    for code, attribute in product.attributes.items():
        if code not in said_of and _is_trait(code, attribute):
            yield from filter(None, (_adjective(value, language) for value in attribute.values))


def _category(products: Sequence[CatalogDocument], language: Language) -> str:
    """The kind of thing that most of `products` are, and not all of them."""
    return _common_to_some(products, lambda product: _kind_of_thing(_narrowest(product), language))


def _kind_of_thing(name: str, language: Language) -> Iterator[str]:
    """`name` in a sentence, where it is sure to mean several things: "Tents", and not "Camping"."""
    plural = is_russian_plural(name) if language == "ru" else not is_russian(name) and name.endswith("s")
    if plural and len(name.split()) <= _LONGEST:
        yield mid_sentence(name)


def _common_to_some(products: Sequence[CatalogDocument], told_of: Callable[[CatalogDocument], Iterable[str]]) -> str:
    """The word that most of `products` have, one in stock among them, and not all; empty where there is none."""
    words = [(product, tuple(dict.fromkeys(told_of(product)))) for product in products]
    in_stock = [word for product, found in words if product.in_stock for word in found]
    counts = Counter(word for _, found in words for word in found)
    return max((word for word in in_stock if counts[word] < len(products)), key=counts.__getitem__, default="")


def _is_trait(code: str, attribute: CatalogAttribute) -> bool:
    return code in _TRAITS or attribute.label.lower() in _TRAITS


def _adjective(value: str, language: Language) -> str | None:
    """`value` before the word for a thing; None where it is in the other language, or does not stand there so."""
    if len(value.split()) > _LONGEST or is_russian(value) != (language == "ru"):
        return None
    return plural_adjective(value) if language == "ru" else mid_sentence(value)
