"""Checks of the native index of a store view: found, readable, Magento's, and with prices for the right people."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Final

from indexer.attributes import AttributeRules
from indexer.doctor.patient import QUICK, Chart, Patient
from indexer.doctor.prices import Terms
from indexer.doctor.products import Sample, fetch_sample
from indexer.extract.point_in_time import point_in_time
from indexer.extract.resolve import refuse_unsuitable, resolve_index, take_snapshot
from indexer.proof import ErrorBudget
from indexer.records import Rejected, Skipped
from shared.checklist import Check
from shared.findings import Verdict, failed, listed, ok, skipped, warning
from shared.money import amount_text
from shared.stores import StoreView

CLUSTER: Final = "source cluster"
INDEX: Final = "source index"
READABLE: Final = "source readable"
PRODUCTS: Final = "products"

_REMEDIES: Final[Mapping[str, str]] = {
    "no_url": "products without url_key have no page in Magento; let the enriching module name their addresses",
    "no_image": "core Magento writes no pictures into its index: let the enriching module do it",
    "no_price": "see the check 'price fields'",
    "currency_mismatch": "set STORE_CURRENCY to what the enriching module writes",
    "bad_price": "look at such a product with `vitrina-indexer inspect SKU`",
}
_NOTABLE_SHARE: Final = 0.1


def cluster_check(patient: Patient) -> Check:
    """Whether the cluster of the native indices answers and can be read from."""

    async def ask() -> Verdict:
        await refuse_unsuitable(patient.source, patient.source_address, backoff=QUICK)
        who = patient.source_address.who
        return ok(f"{patient.source_address.shown} answers" + ("" if who is None else f" as {who}"))

    return Check(CLUSTER, ask, patient.source_address.remedy)


class SourceExam:
    """The native index of one store view; fills the chart."""

    def __init__(self, patient: Patient, chart: Chart) -> None:
        self._patient = patient
        self._chart = chart
        self._store = chart.job.store

    def checks(self) -> Iterator[Check]:
        """From the name to what a run would make of some products."""
        check = partial(Check, store=self._store.code)
        others = "`vitrina-indexer discover` lists the indices that there are, and what is in them"
        yield check(INDEX, self.index, others, needs=(CLUSTER,))
        yield check(READABLE, self.readable, others, needs=(INDEX,), seconds=8.0)
        yield check("attributes", self.attributes, "correct attributes.toml", needs=(INDEX,))
        yield check(PRODUCTS, self.products, "look at `vitrina-indexer inspect SKU`", needs=(READABLE,))
        yield check("price fields", self.price_fields, "reindex prices in Magento", needs=(PRODUCTS,))
        yield check("prices shown", self.prices_shown, "correct STORE_PRICE_FACTOR", needs=(PRODUCTS,))

    async def index(self) -> Verdict:
        """Whether MAGENTO_INDEX names one index."""
        found = await resolve_index(self._patient.source, self._patient.source_address, self._store, backoff=QUICK)
        self._chart.source = found
        named = self._store.magento_index
        alias = "" if named == found.name else f" -> {found.name}"
        seen = f"{named}{alias}, {found.shards} shard{'s' if found.shards > 1 else ''}"
        if not alias:
            return warning(
                f"{seen}, the index itself and no alias",
                "name the alias if Magento keeps one: every reindex makes an index of another name",
            )
        return ok(seen)

    async def readable(self) -> Verdict:
        """Whether a point in time can be opened, and what is in it."""
        index = self._chart.source
        assert index is not None
        async with point_in_time(self._patient.source, index.name, backoff=QUICK) as pit:
            self._chart.snapshot = await take_snapshot(index, pit.search)
        return ok(f"{self._chart.snapshot.total} documents, written by {_author(self._chart.snapshot.dialect)}")

    async def attributes(self) -> Verdict:
        """Whether what the operator says of attributes and fields is about some that are there."""
        assert self._chart.source is not None
        return judge_names(self._chart.source.properties, self._patient.attributes, self._store)

    async def products(self) -> Verdict:
        """What a run would make of some products."""
        index, snapshot = self._chart.source, self._chart.snapshot
        assert index is not None
        assert snapshot is not None
        sample = await fetch_sample(
            self._patient.source,
            index,
            self._store,
            dialect=snapshot.dialect,
            attributes=self._patient.attributes,
            backoff=QUICK,
        )
        self._chart.sample = sample
        return judge_products(sample)

    async def price_fields(self) -> Verdict:
        """Whether there are prices for the store view's customer group and website."""
        assert self._chart.sample is not None
        return judge_price_fields(self._chart.sample)

    async def prices_shown(self) -> Verdict:
        """Lowest, middle and highest price as shoppers would see them."""
        assert self._chart.sample is not None
        return judge_prices(self._chart.sample)


def judge_names(properties: Collection[str], rules: AttributeRules, store: StoreView) -> Verdict:
    """Whether attributes.toml and `fields` name what the native index has. Pure."""
    mapped = {name: native for name, native in store.fields.items() if native not in properties}
    unknown = [code for code in rules.by_code if code not in properties and code not in store.fields]
    if mapped:
        words = listed(f"fields.{name} = {native!r}" for name, native in mapped.items())
        return warning(f"the native index has no field for {words}", "correct `fields` in stores.toml")
    if unknown:
        return warning(
            f"attributes.toml names {listed(unknown)}, which the native index does not have",
            "correct the code, or let Magento index the attribute (use in search, filter or sorting), and reindex",
        )
    return ok(f"{len(rules.by_code)} attributes named in attributes.toml, {len(store.fields)} fields in stores.toml")


def judge_products(sample: Sample) -> Verdict:
    """What became of the sampled products. Pure."""
    total = len(sample.products)
    outcomes = [one.outcome for one in sample.products]
    rejected = [one for one in outcomes if isinstance(one, Rejected)]
    skips = Counter(one.reason for one in outcomes if isinstance(one, Skipped))
    kept = len(sample.accepted)
    seen = (
        f"of {total} sampled products {kept} would be indexed, {len(rejected)} rejected, {sum(skips.values())} skipped"
    )
    if skips:
        seen += " (" + listed(f"{reason} {count}" for reason, count in skips.most_common()) + ")"
    if ErrorBudget().exceeded(len(rejected), of=total):
        return failed(f"{seen}; e.g. id {rejected[0].id}: {rejected[0].reason}", "mend those products in Magento")
    if not kept:
        return failed(seen, "correct the rules `include` and `exclude`, or make products visible in Magento")
    lacking = Counter(code for _, one in sample.accepted for code in one.warnings if code in _REMEDIES)
    notable = [(code, count) for code, count in lacking.most_common() if count >= _NOTABLE_SHARE * kept]
    if notable:
        words = listed(f"{code} {count}" for code, count in notable)
        return warning(f"{seen}; of those {words}", "; ".join(_remedy(code, sample.store) for code, _ in notable))
    return ok(seen)


def _remedy(code: str, store: StoreView) -> str:
    if code == "no_url" and store.base_url is None:
        return "set STORE_BASE_URL"
    if code == "no_image" and store.media_url is None:
        return "set STORE_MEDIA_URL"
    return _REMEDIES[code]


def judge_price_fields(sample: Sample) -> Verdict:
    """Whether the native prices are for the customers and the website that the store view names. Pure."""
    total = len(sample.products)
    terms = sample.terms
    seen = sample.terms_seen()
    if not seen:
        enriched = sum(one.record.enriched.price is not None for one in sample.products)
        if enriched:
            return ok(f"no native prices, but {enriched} of {total} sampled products have one in `vitrina`")
        return warning(
            f"none of {total} sampled products has a price, so all are on request",
            "`bin/magento indexer:reindex catalog_product_price catalogsearch_fulltext`",
        )
    if seen[terms] >= total / 2:
        return ok(f"{seen[terms]} of {total} sampled products have one for {_named(terms)}")
    most_common = sorted(seen, key=lambda other: (-seen[other], other))
    others = listed(map(_named, most_common), 3)
    return warning(
        f"only {seen[terms]} of {total} sampled products have one for {_named(terms)}; there are some for {others}",
        "correct STORE_CUSTOMER_GROUP and STORE_WEBSITE_ID; without its own price a product shows that of guests",
    )


def judge_prices(sample: Sample) -> Verdict:
    """Prices as shoppers would see them, the middle one with its native figure. Pure."""
    priced = sorted(
        (Decimal(str(one.document.price_from)), found.record.sku or found.id, found.record.price)
        for found, one in sample.accepted
        if one.document.price_from is not None and found.record.price is not None
    )
    if not priced:
        return skipped("no sampled product has a native price")
    low, middle, high = priced[0], priced[len(priced) // 2], priced[-1]
    texts = [amount_text(price, sample.store) for price, _, _ in (low, middle, high)]
    native = f"{middle[2]} in Magento"
    seen = f"from {texts[0]} to {texts[2]}; in the middle {texts[1]} ({middle[1]}, {native})"
    if sum(price < 1 for price, _, _ in priced) > len(priced) / 2:
        return warning(f"{seen}: most are below 1 {sample.store.currency}", "correct STORE_PRICE_FACTOR")
    return ok(seen)


def _named(terms: Terms) -> str:
    return f"customer group {terms[0]} of website {terms[1]}"


def _author(dialect: str) -> str:
    return "core Magento" if dialect == "core" else "ElasticSuite"


def source_checks(patient: Patient, charts: Sequence[Chart]) -> Iterator[Check]:
    """The cluster, then each store view's index."""
    yield cluster_check(patient)
    for chart in charts:
        yield from SourceExam(patient, chart).checks()
