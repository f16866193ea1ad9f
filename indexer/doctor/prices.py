"""Why the shop's pages show other prices than Vitrina would: tax, rate, customer group, or just some. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from statistics import median
from typing import Final

from shared.findings import Verdict, failed, listed, warning
from shared.stores import StoreView

NamedVerdict = tuple[str, Verdict]

Terms = tuple[int, int]
"""Customer group and website that a price is for."""

TAX: Final = "storefront tax"
FACTOR: Final = "storefront price factor"
GROUP: Final = "storefront customer group"
CURRENCY: Final = "storefront currency"
PRICES: Final = "storefront prices"

_NEARLY_ALL: Final = 0.8
_TOLERANCE: Final = Decimal("0.004")
_CENT: Final = Decimal("0.011")
_LEAST_PAGES: Final = 2
"""One price is in proportion to anything."""
_TAXES: Final = (0.03, 0.28)
"""Value added and sales taxes of the world lie between."""
_SPORADIC: Final = 0.1


@dataclass(frozen=True, slots=True)
class Compared:
    """The price of a product: on its page, and what Vitrina would show from and to.

    others: what it would show for other customer groups and websites.
    """

    sku: str
    page: Decimal
    lowest: Decimal
    highest: Decimal
    currency: str | None = None
    others: Mapping[Terms, Decimal] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """Price on the page over ours."""
        return float(self.page / self.lowest)


def judge_page_prices(compared: Sequence[Compared], store: StoreView) -> list[NamedVerdict]:
    """What is wrong with currency and prices; nothing where they agree."""
    foreign = [one for one in compared if one.currency not in (None, store.currency)]
    if len(foreign) > len(compared) / 2:
        return [(CURRENCY, _wrong_currency(foreign, store))]
    rest = [one for one in compared if one not in foreign]
    wrong = [one for one in rest if not _agrees(one, store)]
    if not wrong:
        return []
    if len(rest) >= _LEAST_PAGES:
        for terms in (None, *_other_terms(rest)):
            if verdicts := _explained(rest, wrong, store, terms):
                return verdicts
    return [(PRICES, _unexplained(wrong, rest, store))]


def _explained(
    rest: Sequence[Compared], wrong: Sequence[Compared], store: StoreView, terms: Terms | None
) -> list[NamedVerdict]:
    """The verdicts, if another group, another factor, or both put all the prices right."""
    theirs = [one for one in rest if terms is None or terms in one.others]
    if len(theirs) < len(rest) * _NEARLY_ALL:
        return []
    ours = [one.lowest if terms is None else one.others[terms] for one in theirs]
    ratio = Decimal(repr(median(float(one.page / price) for one, price in zip(theirs, ours, strict=True))))
    if terms is not None and _fit(theirs, ours, Decimal(1), store):
        return [(GROUP, _wrong_group(wrong, rest, store, terms))]
    if terms is None and _other_terms_fit(rest, store):
        return []
    if not _fit(theirs, ours, ratio, store) or abs(ratio - 1) <= _TOLERANCE:
        return []
    verdicts = [_wrong_factor(wrong, rest, store, float(ratio))]
    return verdicts if terms is None else [(GROUP, _wrong_group(wrong, rest, store, terms)), *verdicts]


def _other_terms(compared: Sequence[Compared]) -> list[Terms]:
    return sorted({terms for one in compared for terms in one.others})


def _other_terms_fit(compared: Sequence[Compared], store: StoreView) -> bool:
    """Whether the very prices of another group are on the pages; they may also be in proportion to ours."""
    for terms in _other_terms(compared):
        theirs = [one for one in compared if terms in one.others]
        prices = [one.others[terms] for one in theirs]
        if len(theirs) >= len(compared) * _NEARLY_ALL and _fit(theirs, prices, Decimal(1), store):
            return True
    return False


def _fit(compared: Sequence[Compared], ours: Sequence[Decimal], ratio: Decimal, store: StoreView) -> bool:
    near = [_near(one.page, price * ratio, store) for one, price in zip(compared, ours, strict=True)]
    return sum(near) >= len(near) * _NEARLY_ALL


def _agrees(one: Compared, store: StoreView) -> bool:
    """A page may show any price of the range: that of the variant it opens with."""
    inside = one.lowest <= one.page <= one.highest
    return inside or _near(one.page, one.lowest, store) or _near(one.page, one.highest, store)


def _near(page: Decimal, ours: Decimal, store: StoreView) -> bool:
    step = Decimal(repr(store.price_round)) if store.price_round is not None else _CENT
    return abs(page - ours) <= max(step, ours * _TOLERANCE)


def _wrong_currency(foreign: Sequence[Compared], store: StoreView) -> Verdict:
    shown = max({one.currency or "" for one in foreign}, key=[one.currency for one in foreign].count)
    ratio = Decimal(repr(median(one.ratio for one in foreign)))
    fits = _fit(foreign, [one.lowest for one in foreign], ratio, store)
    step = f"set STORE_CURRENCY={shown}"
    if fits and abs(ratio - 1) > _TOLERANCE:
        step += f" and STORE_PRICE_FACTOR={_factor(store, float(ratio))}"
    return failed(
        f"{len(foreign)} pages show {shown}, Vitrina would show {store.currency}; {_example(foreign[0], store)}", step
    )


def _wrong_group(wrong: Sequence[Compared], rest: Sequence[Compared], store: StoreView, terms: Terms) -> Verdict:
    group, website = terms
    step = " and ".join(
        part
        for part, differs in (
            (f"set STORE_CUSTOMER_GROUP={group}", group != store.customer_group),
            (f"set STORE_WEBSITE_ID={website}", website != store.website_id),
        )
        if differs
    )
    return failed(
        f"{_share(wrong, rest)} show the prices of customer group {group} of website {website}, Vitrina would show "
        f"those of group {store.customer_group} of website {store.website_id}; {_example(wrong[0], store)}",
        f"{step}, unless shoppers log in and see those of group {store.customer_group}",
    )


def _wrong_factor(wrong: Sequence[Compared], rest: Sequence[Compared], store: StoreView, ratio: float) -> NamedVerdict:
    least, most = _TAXES
    rate = max(ratio, 1 / ratio) - 1
    seen = f"prices on {_share(wrong, rest)} are {ratio:.4g} x ours; {_example(wrong[0], store)}"
    step = f"set STORE_PRICE_FACTOR={_factor(store, ratio)}"
    if not least <= rate <= most:
        return FACTOR, failed(f"{seen}: an exchange rate or a surcharge", step)
    side = "the pages include a tax" if ratio > 1 else "our prices include a tax"
    seen = f"{seen}: {side} of {rate:.0%}?"
    if store.price_note:
        return TAX, warning(seen, f"{step}, unless {store.price_note!r} says just that")
    return TAX, failed(seen, f"{step}, or say so by STORE_PRICE_NOTE")


def _unexplained(wrong: Sequence[Compared], rest: Sequence[Compared], store: StoreView) -> Verdict:
    examples = listed((_example(one, store) for one in wrong), 3)
    seen = f"prices on {_share(wrong, rest)} differ without a pattern: {examples}"
    step = (
        "`bin/magento indexer:reindex catalog_product_price catalogsearch_fulltext`, then compare again; special "
        "prices, catalogue rules and cached pages are the usual reasons"
    )
    return warning(seen, step) if len(wrong) <= max(1, len(rest) * _SPORADIC) else failed(seen, step)


def _factor(store: StoreView, ratio: float) -> str:
    return f"{store.price_factor * ratio:.4g}"


def _share(wrong: Sequence[Compared], rest: Sequence[Compared]) -> str:
    return f"{len(wrong)} of {len(rest)} pages"


def _example(one: Compared, store: StoreView) -> str:
    return f"{one.sku}: page {one.page} {one.currency or ''}".rstrip() + f", ours {one.lowest} {store.currency}"
