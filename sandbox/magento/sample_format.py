"""The TOML format of the hand-written sample shop, entry by entry."""

from typing import Annotated, Any

from annotated_types import Ge, Gt, MinLen
from pydantic import BaseModel, ConfigDict, StringConstraints

from sandbox.magento.product import Locale

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
UrlKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
MediaPath = Annotated[str, StringConstraints(pattern=r"^/\S+$")]
Id = Annotated[int, Gt(0)]
Price = Annotated[float, Ge(0)]


class Entry(BaseModel):
    """A table of the files; an unknown key is a typing error and refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Named(Entry):
    """Anything with a name per language."""

    en: Text
    ru: Text

    @property
    def labels(self) -> dict[Locale, str]:
        return {"en": self.en, "ru": self.ru}


class CategoryEntry(Named):
    """`[[category]]`; without `parent` it is a department."""

    id: Annotated[int, Gt(2)]
    key: Text
    parent: Text | None = None


class OptionEntry(Named):
    """`[[attribute.option]]`."""

    id: Id
    key: Text


class AttributeEntry(Named):
    """`[[attribute]]`; without options its values are free text."""

    code: Text
    option: tuple[OptionEntry, ...] = ()


class AttributesFile(Entry):
    """`attributes.toml`."""

    category: Annotated[tuple[CategoryEntry, ...], MinLen(1)]
    attribute: Annotated[tuple[AttributeEntry, ...], MinLen(1)]


class ProductsFile(Entry):
    """A department's file; its products are checked one by one, so that each fault names its product."""

    product: tuple[dict[str, Any], ...]


class TextEntry(Entry):
    """`[product.en]`, `[product.ru]`."""

    name: Text
    short_description: Text
    description: Text
    text: dict[str, Text] = {}


class VariantEntry(Entry):
    """`[[product.variant]]`."""

    sku: Text
    options: Annotated[dict[str, Text], MinLen(1)]
    price: Price | None = None
    in_stock: bool = True


class ProductEntry(Entry):
    """`[[product]]`. Without a price it has no price row, like a product nobody priced yet.

    special_price: what it costs when reduced; of products without variants only.
    """

    id: Id
    sku: Text
    categories: Annotated[tuple[Text, ...], MinLen(1)]
    price: Price | None = None
    special_price: Price | None = None
    in_stock: bool = True
    url_key: UrlKey
    image: MediaPath | None = None
    ean: Text | None = None
    options: dict[str, Annotated[tuple[Text, ...], MinLen(1)]] = {}
    en: TextEntry
    ru: TextEntry
    variant: tuple[VariantEntry, ...] = ()

    def text(self, locale: Locale) -> TextEntry:
        return self.en if locale == "en" else self.ru
