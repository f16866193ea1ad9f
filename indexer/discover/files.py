"""`stores.toml` and `attributes.toml` as discover writes them: what was found, and what only the operator knows.

Both files work as they are. Against running without them nothing changes but what the comments invite to change: the
attributes are those that are read anyway, in the same order and under the same labels.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from indexer.attributes import FILE_NAME, MAX_LABEL, USES, may_be_named
from indexer.discover.codes import store_codes
from indexer.discover.findings import Findings, FoundAttribute, FoundIndex, NothingFound, dialect_name
from indexer.transform.labels import attribute_label, spec_order
from indexer.transform.text import clean_line, shorten
from shared.errors import ConfigurationError

STORES: Final = "stores.toml"

_STORES_HEAD: Final = (
    "# Complete the lines marked TODO, check the guesses. It works as it is: products then have no link and no image,",
    "# and prices are in US dollars. To try it: STORES_FILE=stores.toml vitrina-indexer run --dry-run",
)
_ATTRIBUTES_HEAD: Final = (
    "# Attributes that `vitrina-indexer discover` found, in the order a product's specifications have. use:",
    "#   text    found by meaning, and read by the model",
    "#   filter  products can be filtered by it",
    "#   card    shown with the product",
    "# and [] leaves an attribute out. Those that this file does not name are used as `others` says.",
)
_WAITING_HEAD: Final = (
    "# Not read so far: texts that nobody has vouched for, and digits that may be the ids of options. Uncomment what",
    "# shoppers may see.",
)

_GUEST: Final = 0
_LONGEST_EXAMPLE: Final = 80
_USE: Final = f"use = [{', '.join(map(json.dumps, USES))}]"


def write_files(findings: Findings, folder: Path, *, force: bool) -> tuple[Path, ...]:
    """Write both files into `folder`, which is made if need be; either both or none.

    Raises NothingFound, and ConfigurationError for a file that is there already (unless `force`) or cannot be written.
    """
    if not findings.stores:
        raise NothingFound(findings.where)
    texts = {folder / name: text for name, text in file_texts(findings).items()}
    there = [path for path in texts if path.exists()]
    if there and not force:
        raise ConfigurationError(
            [f"--out: {str(path)!r} is there already; --force overwrites it, another --out leaves it" for path in there]
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _replace_all(texts)
    except OSError as error:
        raise ConfigurationError([f"--out: cannot write into {str(folder)!r}: {error.strerror}"]) from error
    return tuple(texts)


def _replace_all(texts: Mapping[Path, str]) -> None:
    # All drafts beside their files first: an old file is whole until a whole new one takes its place.
    drafts = {path: path.with_name(f".{path.name}.new") for path in texts}
    try:
        for path, text in texts.items():
            drafts[path].write_text(text, encoding="utf-8")
        for path, draft in drafts.items():
            draft.replace(path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def file_texts(findings: Findings) -> Mapping[str, str]:
    """File name -> its contents."""
    return {
        STORES: "\n".join(_stores_lines(findings)) + "\n",
        FILE_NAME: "\n".join(_attributes_lines(findings.stores)) + "\n",
    }


def _stores_lines(findings: Findings) -> Iterator[str]:
    yield f"# Store views that `vitrina-indexer discover` found on {_comment(findings.where)}."
    yield from _STORES_HEAD
    for store, code in zip(findings.stores, store_codes(findings.stores), strict=True):
        yield ""
        yield "[[store]]"
        yield from _store_comments(store)
        yield f"code = {_quoted(code)}"
        yield f"magento_index = {_quoted(store.name)}"
        yield f"locale = {_quoted(store.locale.locale)}  # a guess: {_comment(store.locale.because)}"
        yield from _website_lines(store)
        yield '# name = "My shop"  # TODO: shown to shoppers'
        yield from _known_or_todo(
            "base_url", store.base_url, '"https://shop.example.com/"  # TODO: links start with it'
        )
        yield '# media_url = "https://shop.example.com/media/catalog/product/"  # TODO: images start with it'
        yield from _known_or_todo("currency", store.currency, '"USD"  # TODO: of the prices shown')
        yield "# price_factor = 1.0  # native prices are in the website's base currency; times this they are shown"


def _store_comments(store: FoundIndex) -> Iterator[str]:
    view = "" if store.store_id is None else f" of store view {store.store_id}"
    yield f"# {dialect_name(store.dialect)}{view}: {store.documents:,} products in {_comment(store.index)}"
    for name in store.names:
        yield f"#   {_comment(name)}"
    if store.groups and _GUEST not in store.groups:
        yield f"# There are no prices for guests; choose whose are shown: customer_group = {store.groups[0]}"
    elif len(store.groups) > 1:
        groups = ", ".join(map(str, store.groups))
        yield f"# Prices are those of guests (customer_group = 0); the index has those of groups {groups}."


def _website_lines(store: FoundIndex) -> Iterator[str]:
    if len(store.websites) == 1 and store.websites != (1,):
        yield f"website_id = {store.websites[0]}"
    elif len(store.websites) > 1:
        websites = ", ".join(map(str, store.websites))
        yield f"# website_id = {store.websites[0]}  # TODO: there are prices of websites {websites}"


def _known_or_todo(key: str, known: str | None, todo: str) -> Iterator[str]:
    yield f"# {key} = {todo}" if known is None else f"{key} = {_quoted(known)}  # as the products' own `vitrina` says"


def _attributes_lines(stores: Sequence[FoundIndex]) -> Iterator[str]:
    """Attributes of all store views together: a code means the same in each of them."""
    found = _by_code(stores)
    yield from _ATTRIBUTES_HEAD
    yield ""
    yield _USE.replace("use", "others", 1)
    for code in (code for code, one in found.items() if _best(one).state == "read"):
        yield ""
        yield from _attribute_lines(code, stores)
    waiting = [code for code, one in found.items() if _best(one).state != "read"]
    if waiting:
        yield ""
        yield from _WAITING_HEAD
    for code in waiting:
        yield ""
        yield from (line if line.startswith("#") else f"# {line}" for line in _attribute_lines(code, stores))
    if refused := sorted({code for store in stores for code in store.refused}):
        yield ""
        yield f"# Never read, for they look like figures of the merchant's own: {', '.join(refused)}"


def _attribute_lines(code: str, stores: Sequence[FoundIndex]) -> Iterator[str]:
    having = [(store, one) for store in stores for one in store.attributes if one.code == code]
    products, documents = sum(one.products for _, one in having), sum(store.documents for store, _ in having)
    values = shorten("; ".join(dict.fromkeys(value for _, one in having for value in one.values)), _LONGEST_EXAMPLE)
    yield f"# {products:,} of {documents:,} products" + (f": {_comment(values)}" if values else "")
    yield f"[attribute.{code}]"
    labels = {store.locale.locale: _label(one, store) for store, one in having}
    yield f"label = {{ {', '.join(f'{locale} = {_quoted(label)}' for locale, label in labels.items())} }}"
    yield _USE


def _label(attribute: FoundAttribute, store: FoundIndex) -> str:
    said = shorten(clean_line(attribute.label or ""), MAX_LABEL)
    return said or attribute_label(attribute.code, locale=store.locale.locale)


def _by_code(stores: Iterable[FoundIndex]) -> dict[str, list[FoundAttribute]]:
    codes: dict[str, list[FoundAttribute]] = {}
    for store in stores:
        for one in store.attributes:
            if may_be_named(one.code):
                codes.setdefault(one.code, []).append(one)
    return {code: codes[code] for code in sorted(codes, key=spec_order)}


def _best(having: Sequence[FoundAttribute]) -> FoundAttribute:
    """The one that is read, where some store view has one: what holds for the code in any of them."""
    return next((one for one in having if one.state == "read"), having[0])


def _quoted(text: str) -> str:
    """A TOML string. JSON's escapes are TOML's as well; a text of one line holds nothing else that TOML forbids."""
    return json.dumps(clean_line(text), ensure_ascii=False)


def _comment(text: str) -> str:
    return clean_line(text)
