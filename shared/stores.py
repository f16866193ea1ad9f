"""Store views: what the native index does not hold about a shop, and how `stores.toml` gives it."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, AnyHttpUrl, BaseModel, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError

LinkKind = Literal["delivery", "returns", "contacts", "privacy"]

StoreCode = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=32)]
Locale = Annotated[str, Field(pattern=r"^[a-z]{2,3}_[A-Z]{2}$")]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
UrlSuffix = Annotated[str, Field(max_length=32)]
PriceNote = Annotated[str, Field(max_length=60)]
FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=64)]


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
    links: dict[LinkKind, HttpsAddress] = Field(default_factory=dict)
    """The only links beside product URLs that an answer may hold; https."""

    @property
    def language(self) -> str:
        """ISO 639-1 code of the locale."""
        return self.locale.split("_")[0]

    @property
    def title(self) -> str:
        return self.name or self.code


class StoreFile(BaseModel):
    """`stores.toml`: a list of `[[store]]` tables."""

    model_config = ConfigDict(extra="forbid")

    store: list[StoreView] = Field(min_length=1)


def load_stores(path: Path) -> tuple[StoreView, ...]:
    """The store views of `stores.toml`, in order.

    Raises ConfigurationError naming every mistake: file, store, key.
    """
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigurationError([f"STORES_FILE: cannot read {str(path)!r}: {exc.strerror}"]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigurationError([f"STORES_FILE: {str(path)!r} is no valid TOML: {exc}"]) from exc
    try:
        stores = StoreFile.model_validate(content).store
    except ValidationError as exc:
        problems = [
            f"STORES_FILE: {str(path)!r}, {'.'.join(str(part) for part in error['loc'])}: {error['msg']}"
            for error in exc.errors(include_input=False, include_url=False)
        ]
        raise ConfigurationError(problems) from exc
    codes = [store.code for store in stores]
    repeated = sorted({code for code in codes if codes.count(code) > 1})
    if repeated:
        raise ConfigurationError([f"STORES_FILE: {str(path)!r} names store {code!r} twice" for code in repeated])
    return tuple(stores)
