"""Store views: what the native index does not hold about a shop, and how `stores.toml` gives it."""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError
from shared.mistakes import mistakes_of, written

LinkKind = Literal["delivery", "returns", "contacts", "privacy"]

StoreCode = Annotated[
    str,
    Field(max_length=32),
    written(r"[a-z][a-z0-9_]*", "lower-case letters, digits and _, a letter first, such as default or en_us"),
]
Locale = Annotated[str, written(r"[a-z]{2,3}_[A-Z]{2}", "a language and a country, such as en_US or ru_RU")]
Currency = Annotated[str, written(r"[A-Z]{3}", "an ISO 4217 code in capitals, such as USD or EUR")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
UrlSuffix = Annotated[str, Field(max_length=32)]
PriceNote = Annotated[str, Field(max_length=60)]
NotBlank = written(r"(?s).*\S.*", "a text that is not blank")
RuleWord = Annotated[str, Field(max_length=200), NotBlank]
FieldName = Annotated[
    str,
    Field(max_length=64),
    written(r"[a-z][a-z0-9_]*", "lower-case letters, digits and _, a letter first, such as color"),
]


def _is_web_address(value: str) -> str:
    try:
        # pydantic alone would read "http:shop" as http://shop, and the value is kept as it is written.
        usable = bool(urlsplit(value).hostname and AnyHttpUrl(value))
    except ValueError:
        usable = False
    if not usable:
        raise ValueError("must be an http:// or https:// address")
    return value


def _is_https(value: str) -> str:
    if urlsplit(value).scheme != "https":
        raise ValueError("must begin with https://")
    return value


WebAddress = Annotated[str, AfterValidator(_is_web_address)]
HttpsAddress = Annotated[WebAddress, AfterValidator(_is_https)]


STORE_NAME: Final = "{{STORE_NAME}}"
"""Stands in `prompt` for the name of the store."""


def _has_known_placeholders(value: str) -> str:
    unknown = sorted({found for found in re.findall(r"\{\{.*?\}\}", value) if found != STORE_NAME})
    if unknown:
        raise ValueError(f"holds {', '.join(unknown)}, and {STORE_NAME} is all that is filled in")
    return value


Prompt = Annotated[str, Field(max_length=4_000), NotBlank, AfterValidator(_has_known_placeholders)]
Tone = Annotated[str, Field(max_length=300), NotBlank]


class ProductRules(BaseModel):
    """Products named by what they are: by any of their categories, their SKU, or any value of an attribute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    categories: tuple[RuleWord, ...] = ()
    """Names, in any case."""
    skus: tuple[RuleWord, ...] = ()
    """Of the product itself, in any case; `*`, `?` and `[…]` as in file names."""
    attributes: dict[FieldName, tuple[RuleWord, ...]] = Field(default_factory=dict)
    """Attribute code -> labels of values, in any case."""


class StoreView(BaseModel):
    """One store view; field names are the `STORE_*` settings without the prefix."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: StoreCode = "default"
    """Magento's store view code, in lower case."""
    magento_index: str = Field("magento2_product_1", min_length=1)
    """Native alias or index."""
    name: str = ""
    """Shown to shoppers; the code when empty."""
    base_url: WebAddress | None = None
    """Storefront address that product URLs start with; without it products carry no link."""
    locale: Locale = "en_US"
    """Language of texts, analysers and price formats."""
    currency: Currency = "USD"
    """ISO 4217 code of the prices shown."""
    url_suffix: UrlSuffix = ".html"
    """Magento's product URL suffix; may be empty."""
    media_url: WebAddress | None = None
    """Address that product image paths are appended to; without it products carry no image."""
    sites: tuple[WebAddress, ...] = ()
    """Where else the shop's product pages and pictures are, such as a CDN; shoppers are led, and cards load, from no
    other host than these, `base_url`'s, `media_url`'s and those of `links`."""
    customer_group: int = Field(0, ge=0)
    """Customer group whose native prices are read; 0 is a guest."""
    website_id: int = Field(1, ge=0)
    """Website (in old Magento versions: store) id of the native price fields."""
    price_factor: Positive = 1.0
    """Native base-currency price x factor = price shown (exchange rate, tax)."""
    price_round: Positive | None = None
    """Prices are rounded, half up, to a multiple of this; none = to the currency's minor unit."""
    price_note: PriceNote | None = None
    """Added to every price text, such as "excl. VAT"."""
    zero_price: Literal["on-request", "free"] = "on-request"
    """What a native price of zero means."""
    fields: dict[FieldName, str] = Field(default_factory=dict)
    """Our name for a field -> the native field it is read from (docs/native-document.md)."""
    include: ProductRules = ProductRules()
    """When it names anything, only products it names are indexed."""
    exclude: ProductRules = ProductRules()
    """Products that are not indexed, whatever `include` says."""
    links: dict[LinkKind, HttpsAddress] = Field(default_factory=dict)
    """The only links beside product URLs that an answer may hold; https."""
    prompt: Prompt | None = None
    """How the assistant is introduced to the language model, above its rules; `{{STORE_NAME}}` is the store's name."""
    tone: Tone | None = None
    """How it is to speak, such as "warm and brief, formal address"."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the locale."""
        return self.locale.split("_")[0]

    @property
    def title(self) -> str:
        return self.name or self.code


class StoreFile(BaseModel):
    """`stores.toml`: a list of `[[store]]` tables, each a StoreView."""

    model_config = ConfigDict(extra="forbid")

    store: list[dict[str, Any]] = Field(min_length=1)


def load_stores(path: Path) -> tuple[StoreView, ...]:
    """The store views of `stores.toml`, in order.

    Raises ConfigurationError naming every mistake: file, store, key.
    """
    shown = repr(str(path))
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise ConfigurationError([f"STORES_FILE: cannot read {shown}: {exc.strerror}"]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ConfigurationError([f"STORES_FILE: {shown} is no valid TOML: {exc}"]) from exc
    stores, problems = _read_stores(content)
    if problems:
        raise ConfigurationError([f"STORES_FILE: {shown}, {problem}" for problem in problems])
    return tuple(stores)


def _read_stores(content: Mapping[str, Any]) -> tuple[list[StoreView], list[str]]:
    """The usable store views of a file's content, and everything that is wrong with it."""
    try:
        tables = StoreFile.model_validate(content).store
    except ValidationError as exc:
        return [], [": ".join(mistake) for mistake in mistakes_of(exc, known=StoreFile)]
    stores: list[StoreView] = []
    problems: list[str] = []
    for number, table in enumerate(tables, start=1):
        try:
            stores.append(StoreView.model_validate(table))
        except ValidationError as exc:
            called = _called(table, number)
            problems += [f"{called}, {place}: {wrong}" for place, wrong in mistakes_of(exc, known=StoreView)]
    return stores, [*problems, *_repeated_codes(tables), *_shared_indices(stores)]


def _called(table: Mapping[str, Any], number: int) -> str:
    """How a message names a store: by its code, where it has one, and its place."""
    code = table.get("code")
    return f"store {code!r} (no. {number})" if isinstance(code, str) else f"store no. {number}"


def _repeated_codes(tables: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    # The code names the alias and the indices: two stores would switch and prune each other's.
    codes = Counter(code for table in tables if isinstance(code := table.get("code", _DEFAULT_CODE), str))
    for code, times in codes.items():
        if times > 1:
            yield f"store {code!r} is there {times} times; each needs a code of its own, for it names the alias"


def _shared_indices(stores: Sequence[StoreView]) -> Iterator[str]:
    """Stores that read one native index without a difference that such an index can hold.

    Magento writes an index for each store view, in its language. What one index does hold several of are the prices
    of customer groups and websites, and a price can be shown in several currencies.
    """
    for first, second in combinations(stores, 2):
        if first.magento_index != second.magento_index or first.code == second.code:
            continue
        if first.language != second.language or _pricing(first) == _pricing(second):
            yield (
                f"stores {first.code!r} and {second.code!r} both read magento_index {first.magento_index!r}; each "
                "store view has an index of its own in Magento. Two may share one only in the same language, with "
                "another customer_group, website_id or currency"
            )


def _pricing(store: StoreView) -> tuple[int, int, str]:
    return store.customer_group, store.website_id, store.currency


_DEFAULT_CODE: Final = StoreView.model_fields["code"].default
