"""Which products an answer names: by name, by SKU, by link. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

_LONG_CODE: Final = 5
"""Characters from which a code of letters only, or of digits only, is taken for one."""


class Named(Protocol):
    """A product, as far as it is named."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def sku(self) -> str: ...
    @property
    def variant_skus(self) -> tuple[str, ...]: ...
    @property
    def url(self) -> str | None: ...


@dataclass(frozen=True, slots=True)
class Nameable:
    """What a product is named by, for whoever lets go of the product."""

    id: str
    name: str
    sku: str
    variant_skus: tuple[str, ...]
    url: str | None

    @classmethod
    def of(cls, product: Named) -> "Nameable":
        """The names of `product`."""
        return cls(product.id, product.name, product.sku, product.variant_skus, product.url)


def named_products(text: str, products: Sequence[Named]) -> tuple[str, ...]:
    """Ids of those of `products`, best ranked first, that `text` names, in order of first appearance.

    Letter case does not count. A name that is part of a longer one counts only where it stands alone: "Joust
    Bag" is not named by "Joust Bag Duo". Of two products with one name, the name means the better ranked one.
    """
    folded = text.casefold()
    first: dict[str, int] = {}
    taken = bytearray(len(folded))
    for sign, product_id in sorted(_signs_of(products), key=lambda found: -len(found[0])):
        for start in occurrences(sign, folded):
            end = start + len(sign)
            if not any(taken[start:end]):
                taken[start:end] = b"\x01" * len(sign)
                first[product_id] = min(start, first.get(product_id, start))
    return tuple(sorted(first, key=first.__getitem__))


def occurrences(sign: str, text: str) -> Iterator[int]:
    """Where `sign` stands in `text` as no part of a longer word. A pattern would be compiled for every sign anew."""
    start = text.find(sign)
    while start >= 0:
        end = start + len(sign)
        alone = not (_is_word(text[start - 1 : start]) or _is_word(text[end : end + 1]))
        if alone:
            yield start
        start = text.find(sign, end if alone else start + 1)


def _is_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _signs_of(products: Sequence[Named]) -> Sequence[tuple[str, str]]:
    """Name, codes and link of each of `products`, case-folded, each text once, with the product's id."""
    signs: dict[str, str] = {}
    for product in products:
        codes = filter(_is_distinctive, (product.sku, *product.variant_skus))
        for sign in (product.name, *codes, product.url or ""):
            if folded := sign.casefold().strip():
                signs.setdefault(folded, product.id)
    return tuple(signs.items())


def _is_distinctive(code: str) -> bool:
    """Whether `code` in a sentence can only be a code: "12" may be a price, "M" a size."""
    mixed = any(map(str.isalpha, code)) and any(map(str.isdigit, code))
    return mixed or len(code) >= _LONG_CODE
