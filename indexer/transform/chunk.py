"""The one chunk of a product: what is embedded, searched in full text, and read by the language model. Pure.

The order is by what a shopper asks for, because only the beginning is embedded: name, categories, the
specifications, the short description, what variants are called, and last the description, which is the longest and
the most talkative. SKUs are not in it: they are matched exactly in a field of their own, and as tokens they would only
push the description out.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from typing import Final

from indexer.transform import labels
from shared.catalog import CatalogAttribute

TEMPLATE_VERSION: Final = 2
"""Raised whenever the same record would give another text; vectors of another version are not taken over."""

EMBEDDED_TOKENS: Final = 128
"""The most of a text that is embedded: what a product is, before how it is praised. On real judgments all-MiniLM-L6-v2
finds better by less of it (docs/benchmarks.md), and what is left out is still found by its words."""

MAX_SPEC_VALUES: Final = 20
MAX_VARIANT_WORDS: Final = 40

_WORD = re.compile(r"\w+")


def build_text(
    *,
    name: str,
    categories: Iterable[str],
    short: str,
    attributes: Mapping[str, CatalogAttribute],
    variant_names: str,
    description: str,
    locale: str,
) -> str:
    """The whole text, uncut; the parts are plain text."""
    # Many merchants begin the description with the short one again.
    parts = [name, _categories(categories, locale), *_specs(attributes), "" if short in description else short]
    return "\n".join([part for part in (*parts, _variants(variant_names, parts, locale), description) if part])


def hash_text(text: str) -> str:
    """32 hex digits of BLAKE2b over the embedded text and nothing else, so that a new price costs no new vector."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def _categories(categories: Iterable[str], locale: str) -> str:
    joined = ", ".join(categories)
    return f"{labels.word('categories', locale=locale)}: {joined}" if joined else ""


def _specs(attributes: Mapping[str, CatalogAttribute]) -> list[str]:
    return [f"{spec.label}: {', '.join(spec.values[:MAX_SPEC_VALUES])}" for spec in attributes.values()]


def _variants(names: str, parts: Iterable[str], locale: str) -> str:
    """The words that only variants' names have, beyond `parts`; "Hoodie-XS-Black" adds nothing to name and options."""
    if not names:
        return ""
    found = dict.fromkeys(_WORD.findall(names))
    known = set(map(str.lower, _WORD.findall("\n".join(parts))))
    added = [word for word in found if word.lower() not in known][:MAX_VARIANT_WORDS]
    return f"{labels.word('variants', locale=locale)}: {' '.join(added)}" if added else ""
