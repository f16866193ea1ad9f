"""What must hold between the files of the sample shop, beyond the format of each entry. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from sandbox.magento.product import LOCALES, has_valid_check_digit
from sandbox.magento.sample_format import AttributesFile, CategoryEntry, ProductEntry

Located = tuple[str, ProductEntry]
"""A product and the name of its file."""


def product_problems(file: AttributesFile, entries: Iterable[Located]) -> Iterator[str]:
    """One sentence for each reference of a product that leads nowhere or contradicts another."""
    options = {attribute.code: {option.key for option in attribute.option} for attribute in file.attribute}
    categories = {category.key: category for category in file.category}
    for name, entry in entries:
        where = f"{name}: product {entry.sku} (id {entry.id})"
        found = (
            *_option_problems(entry, options),
            *_variant_problems(entry, options),
            *_category_problems(entry, categories),
            *_text_problems(entry, options),
            *_price_problems(entry),
        )
        yield from (f"{where}: {problem}" for problem in found)
        if entry.ean is not None and not has_valid_check_digit(entry.ean):
            yield f"{where}: {entry.ean!r} is no EAN-13 with a valid check digit"


def repeated_names(file: AttributesFile, entries: Sequence[Located]) -> Iterator[str]:
    """One sentence for each id, key, SKU or URL key that is there twice, naming where."""
    yield from _repeated("attributes.toml: category id", [(str(c.id), c.key) for c in file.category])
    yield from _repeated("attributes.toml: category key", [(c.key, c.en) for c in file.category])
    yield from _repeated("attributes.toml: attribute", [(a.code, a.en) for a in file.attribute])
    options = [(a.code, option) for a in file.attribute for option in a.option]
    yield from _repeated("attributes.toml: option id", [(str(o.id), f"{code}.{o.key}") for code, o in options])
    yield from _repeated("attributes.toml: option", [(f"{code}.{o.key}", o.en) for code, o in options])
    located = [(f"{name}: {entry.sku}", entry) for name, entry in entries]
    yield from _repeated("product id", [(str(entry.id), where) for where, entry in located])
    yield from _repeated("url_key", [(entry.url_key, where) for where, entry in located])
    skus = [(sku, where) for where, entry in located for sku in (entry.sku, *(v.sku for v in entry.variant))]
    yield from _repeated("SKU", skus)
    keys = {category.key for category in file.category}
    orphans = [c for c in file.category if c.parent is not None and c.parent not in keys]
    yield from (f"attributes.toml: category {c.key}: unknown parent {c.parent!r}" for c in orphans)


def _repeated(what: str, named: Sequence[tuple[str, str]]) -> Iterator[str]:
    counts = Counter(value for value, _ in named)
    for value, times in counts.items():
        if times > 1:
            places = ", ".join(where for one, where in named if one == value)
            yield f"{what} {value!r} is there {times} times: {places}"


def _option_problems(entry: ProductEntry, options: Mapping[str, set[str]]) -> Iterator[str]:
    pairs = [(code, key) for code, keys in entry.options.items() for key in keys]
    pairs += [(code, key) for variant in entry.variant for code, key in variant.options.items()]
    for code, key in dict.fromkeys(pairs):
        if code not in options:
            yield f"unknown attribute {code!r}"
        elif key not in options[code]:
            yield f"attribute {code!r} has no option {key!r}"


def _variant_problems(entry: ProductEntry, options: Mapping[str, set[str]]) -> Iterator[str]:
    axes = [tuple(variant.options) for variant in entry.variant]
    if len(set(axes)) > 1:
        yield f"its variants differ in different attributes: {', '.join(sorted({'/'.join(axis) for axis in axes}))}"
    chosen = Counter(tuple(variant.options.items()) for variant in entry.variant)
    yield from (f"two variants are both {dict(options)}" for options, times in chosen.items() if times > 1)


def _price_problems(entry: ProductEntry) -> Iterator[str]:
    if entry.special_price is None:
        return
    if entry.variant:
        yield "a special price beside variants"
    if entry.price is None or not 0 < entry.special_price < entry.price:
        yield f"a special price of {entry.special_price} where the price is {entry.price}"


def _category_problems(entry: ProductEntry, categories: Mapping[str, CategoryEntry]) -> Iterator[str]:
    for key in entry.categories:
        category = categories.get(key)
        if category is None:
            yield f"unknown category {key!r}"
        elif category.parent is not None and category.parent not in entry.categories:
            yield f"category {key!r} without its parent {category.parent!r}"


def _text_problems(entry: ProductEntry, options: Mapping[str, set[str]]) -> Iterator[str]:
    for locale in LOCALES:
        for code in entry.text(locale).text:
            if code not in options:
                yield f"{locale}: unknown attribute {code!r}"
            elif options[code]:
                yield f"{locale}: {code!r} is chosen from options, not written as text"
    one_sided = entry.en.text.keys() ^ entry.ru.text.keys()
    yield from (f"{code!r} is written in one language only" for code in sorted(one_sided))
