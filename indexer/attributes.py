"""`attributes.toml`: what the operator says of product attributes, and which codes nobody may ask for.

    others = ["text", "filter", "card"]       # use of the attributes no table names; this is the default

    [attribute.color]
    label = { en = "Color", ru_RU = "Цвет" }  # by language or locale, or one string for all
    use = ["text", "filter", "card"]          # none = not read at all

The order of the tables is the order of a product's specifications. What discover writes and what the file may hold:
docs/native-document.md.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from shared.errors import ConfigurationError
from shared.magento.internal import is_internal
from shared.mistakes import mistakes_of

FILE_NAME: Final = "attributes.toml"

Use = Literal["text", "filter", "card"]
"""text: among the specifications in the embedded text. filter: in the facets. card: in the product an answer shows."""

USES: Final[tuple[Use, ...]] = get_args(Use)
EVERYWHERE: Final = frozenset(USES)

MAX_LABEL: Final = 100

_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")

_PART: Final = re.compile(
    r"sku|name|description|short_description|image|small_image|thumbnail|url_key|price|price_\d+_\d+|stock|qty"
    r"|is_in_stock|is_out_of_stock|category|category_ids|(?:name|position)_category_\d+|status|visibility|store_id"
    r"|entity_id|children_ids|vitrina"
)
"""Native fields of what a product consists of besides attributes; prices of other customer groups among them."""


def is_part(field: str) -> bool:
    """Whether a native field of this name is a part of every product, and so no attribute."""
    return _PART.fullmatch(field) is not None


def may_be_named(code: str) -> bool:
    """Whether `attributes.toml` can have a table of this code."""
    return _CODE.fullmatch(code) is not None and not is_internal(code) and not is_part(code)


@dataclass(frozen=True, slots=True)
class AttributeRule:
    """What the operator says of one attribute. labels: by locale (`ru_RU`), language (`ru`), or `*` for all."""

    use: frozenset[Use] = EVERYWHERE
    labels: Mapping[str, str] = field(default_factory=dict)

    def label(self, locale: str) -> str | None:
        """The label in `locale`, None where the operator names none."""
        return self.labels.get(locale) or self.labels.get(locale.split("_")[0]) or self.labels.get("*")


@dataclass(frozen=True, eq=False)  # Without slots, for what is asked for every product is found out once and kept.
class AttributeRules:
    """All of `attributes.toml`. others: the use of every attribute that has no rule of its own.

    Equal to itself alone, so that what was worked out under it can be remembered.
    """

    by_code: Mapping[str, AttributeRule] = field(default_factory=dict)
    others: frozenset[Use] = EVERYWHERE

    @cached_property
    def named(self) -> frozenset[str]:
        """Codes the operator vouches for by giving them a use."""
        return frozenset(code for code, rule in self.by_code.items() if rule.use)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Each code's place in the file."""
        return {code: place for place, code in enumerate(self.by_code)}

    @cached_property
    def hide_nothing(self) -> bool:
        """Whether every attribute is used everywhere."""
        return self.others == EVERYWHERE and all(rule.use == EVERYWHERE for rule in self.by_code.values())

    def use(self, code: str) -> frozenset[Use]:
        """Where the attribute is used; nowhere means that it is not read."""
        rule = self.by_code.get(code)
        return self.others if rule is None else rule.use

    def label(self, code: str, *, locale: str) -> str | None:
        """The operator's label, None where there is none."""
        rule = self.by_code.get(code)
        return None if rule is None else rule.label(locale)


NO_RULES: Final = AttributeRules()
"""What holds without a file: every attribute that may be read is used everywhere."""


def load_attributes(path: Path) -> AttributeRules:
    """The rules of an `attributes.toml`. Raises ConfigurationError naming every mistake: file, attribute, key."""
    shown = repr(str(path))
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as exc:
        raise ConfigurationError([f"{FILE_NAME}: cannot read {shown}: {exc.strerror}"]) from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as exc:
        raise ConfigurationError([f"{FILE_NAME}: {shown} is no valid TOML: {exc}"]) from exc
    problems = [f"{FILE_NAME}: {shown}, {problem}" for problem in _refusals(content.get("attribute"))]
    try:
        found = _File.model_validate(content)
    except ValidationError as exc:
        problems += [f"{FILE_NAME}: {shown}, {place}: {wrong}" for place, wrong in mistakes_of(exc, known=_File)]
        raise ConfigurationError(problems) from exc
    if problems:
        raise ConfigurationError(problems)
    rules = {code: AttributeRule(use=entry.use, labels=entry.label) for code, entry in found.attribute.items()}
    return AttributeRules(by_code=rules, others=found.others)


def _refusals(tables: Any) -> list[str]:
    """Codes that no table may name, one message each."""
    codes = list(tables) if isinstance(tables, dict) else []
    internal = [
        f"attribute.{code}: a code like this is taken for a figure of the merchant's own and is never read; remove "
        "the table, or rename the attribute in Magento if it is meant for shoppers"
        for code in codes
        if is_internal(code)
    ]
    parts = [
        f"attribute.{code}: this is a part of every product, not an attribute; remove the table"
        for code in codes
        if is_part(code)
    ]
    return internal + parts


def _is_attribute_code(value: str) -> str:
    if _CODE.fullmatch(value) is None:
        raise ValueError("must be an attribute code: letters, digits and underscores, a letter first, at most 64")
    return value


def _by_locale(value: Any) -> Any:
    match value:
        case str():
            return {"*": value}
        case dict():
            return value
    raise ValueError('must be a text, or texts by language such as { en = "Color", ru = "Цвет" }')


def _is_list(value: Any) -> Any:
    if isinstance(value, list | frozenset):
        return value
    raise ValueError(f"must be a list of {', '.join(USES)}, which may be empty")


def _are_locales(labels: dict[str, str]) -> dict[str, str]:
    unknown = sorted(key for key in labels if re.fullmatch(r"\*|[a-z]{2,3}(_[A-Z]{2})?", key) is None)
    if unknown:
        raise ValueError(f"{unknown[0]!r} is neither a locale such as ru_RU nor a language such as ru")
    blank = sorted(key for key, label in labels.items() if not label.strip() or len(label) > MAX_LABEL)
    if blank:
        raise ValueError(f"the label for {blank[0]!r} must have 1 to {MAX_LABEL} characters")
    return {key: label.strip() for key, label in labels.items()}


_Labels = Annotated[dict[str, str], BeforeValidator(_by_locale), AfterValidator(_are_locales)]
_Code = Annotated[str, AfterValidator(_is_attribute_code)]
_Uses = Annotated[frozenset[Use], BeforeValidator(_is_list)]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    label: _Labels = Field(default_factory=dict)
    use: _Uses = EVERYWHERE


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    attribute: dict[_Code, _Entry] = Field(default_factory=dict)
    others: _Uses = EVERYWHERE
