"""Product pages of the shop itself, compared with what Vitrina would show of the same products."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from indexer.doctor.page import PageFacts, read_page
from indexer.doctor.pictures import Pictured, absolute_picture, judge_pictures
from indexer.doctor.prices import Compared, NamedVerdict, judge_page_prices
from indexer.doctor.products import Sample, Sampled
from indexer.doctor.visitor import Visit, Visitor
from indexer.records import Accepted
from shared.findings import Verdict, failed, listed, ok, warning
from shared.magento.links import product_url
from shared.stores import StoreView

PAGES: Final = "storefront pages"
ADDRESS: Final = "storefront address"

_SUFFIXES: Final = (".html", "", "/", ".htm")
_PAGES_FOR_ALTERNATIVES: Final = 2
_REFUSALS_IN_A_ROW: Final = 3
_REFUSED: Final = (401, 403, 429, 503)

_OURS_LACK: Final = {
    "price": "see the check 'price fields'",
    "picture": "core Magento writes no pictures into its index: let the enriching module do it",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """A product and its page; facts: None when there is no page that says anything about a product."""

    sampled: Sampled
    accepted: Accepted
    visit: Visit
    facts: PageFacts | None

    @property
    def sku(self) -> str:
        return self.accepted.document.sku

    @property
    def path(self) -> str | None:
        """Of the product's picture, as the native index has it."""
        return self.sampled.record.enriched.image or self.sampled.record.image

    @property
    def ours(self) -> dict[str, bool]:
        """Which of what pages are compared by the product itself has."""
        return {"price": bool(self.accepted.document.price_from), "picture": self.path is not None}


class Tour:
    """A visit to some products' pages. remedy: what the store view should say for the addresses to be right."""

    def __init__(self, sample: Sample, visitor: Visitor) -> None:
        self.seen: list[Seen] = []
        self.remedy: StoreView | None = None
        self.redirected = False
        self._sample = sample
        self._store = sample.store
        self._visitor = visitor
        self._asked = 0
        self._tried = 0
        self._refused = 0

    async def walk(self, pages: int) -> None:
        """See the pages of up to `pages` products; stops early when the shop does not let us in."""
        for sampled, accepted in self._sample.accepted:
            if len(self.seen) >= pages or self._refused >= _REFUSALS_IN_A_ROW:
                return
            url = self._address(sampled, accepted)
            if url is None or not self._visitor.is_own(url):
                continue
            self._asked += 1
            seen = self._read(sampled, accepted, await self._visitor.visit(url))
            if seen.visit.missing and self.remedy is None and self._tried < _PAGES_FOR_ALTERNATIVES:
                seen = await self._try_others(seen)
            self._note_redirect(seen)
            refused = seen.visit.status is None or seen.visit.status in _REFUSED or seen.visit.elsewhere is not None
            self._refused = self._refused + 1 if refused else 0
            self.seen.append(seen)

    def _address(self, sampled: Sampled, accepted: Accepted) -> str | None:
        if self.remedy is None or self.redirected:
            return accepted.document.url
        return product_url(sampled.record, self.remedy)[0]

    def _read(self, sampled: Sampled, accepted: Accepted, visit: Visit) -> Seen:
        document = accepted.document
        facts = read_page(visit.html, skus=(document.sku, *document.variant_skus)) if visit.found else None
        return Seen(sampled, accepted, visit, facts if facts is not None and facts.says_anything else None)

    async def _try_others(self, seen: Seen) -> Seen:
        """The page where it is, if another suffix or the store code in the path finds it."""
        self._tried += 1
        for other, url in self._others(seen.sampled):
            found = self._read(seen.sampled, seen.accepted, await self._visitor.visit(url))
            if found.facts is not None:
                self.remedy = other
                return found
        return seen

    def _others(self, sampled: Sampled) -> Iterator[tuple[StoreView, str]]:
        """The store view with other addresses, and the product's address then."""
        if sampled.record.enriched.url is not None:
            return  # The enriching module wrote it; no setting changes it.
        for suffix in _SUFFIXES:
            if suffix != self._store.url_suffix:
                yield from self._changed(sampled, url_suffix=suffix)
        base = (self._store.base_url or "").rstrip("/")
        yield from self._changed(sampled, base_url=f"{base}/{self._store.code}/")

    def _changed(self, sampled: Sampled, **changes: str) -> Iterator[tuple[StoreView, str]]:
        store = self._store.model_copy(update=changes)
        if url := product_url(sampled.record, store)[0]:
            yield store, url

    def _note_redirect(self, seen: Seen) -> None:
        if self.remedy is None and seen.facts is not None and seen.visit.address != seen.visit.asked:
            self.remedy = next((other for other, url in self._others(seen.sampled) if url == seen.visit.address), None)
            self.redirected = self.remedy is not None

    def verdicts(self) -> list[NamedVerdict]:
        """What it comes to: how many pages there were, and then everything that is wrong."""
        return [(PAGES, self._judge_pages()), *self._judge_address(), *self._judge_facts()]

    def _judge_pages(self) -> Verdict:
        if not self.seen and self._asked:
            return failed("the shop did not answer in time", "see whether it is up, and ask for fewer pages")
        if not self.seen:
            return failed(
                f"no sampled product has an address on {self._store.base_url}",
                "correct STORE_BASE_URL, or let the enriching module name products' addresses on the shop's host",
            )
        told = [seen for seen in self.seen if seen.facts is not None]
        summary = f"{len(told)} of {len(self.seen)} pages describe their product"
        if len(told) == len(self.seen):
            return ok(f"{summary}, e.g. {told[0].visit.address}")
        why = Counter(_why(seen.visit) for seen in self.seen if seen.facts is None)
        reasons = listed(f"{count} {reason}" for reason, count in why.most_common())
        example = next(seen.visit.asked for seen in self.seen if seen.facts is None)
        if not told:
            return failed(f"{summary}: {reasons}; e.g. {example}", "open it in a browser, and correct STORE_BASE_URL")
        return warning(f"{summary}: {reasons}; e.g. {example}", "open it in a browser: shoppers get the same link")

    def _judge_address(self) -> Iterator[NamedVerdict]:
        hosts = Counter(seen.visit.elsewhere.split("/")[2] for seen in self.seen if seen.visit.elsewhere)
        if hosts:
            host = hosts.most_common(1)[0][0]
            seen = f"{hosts[host]} pages lead to {host}, which is not the host of STORE_BASE_URL"
            yield (
                ADDRESS,
                failed(seen, f"set STORE_BASE_URL=https://{host}/ if that is the shop; nothing was read there"),
            )
        if self.remedy is None:
            return
        changed = {"STORE_BASE_URL": (self._store.base_url, self.remedy.base_url),
                   "STORE_URL_SUFFIX": (self._store.url_suffix, self.remedy.url_suffix)}  # fmt: skip
        setting, (old, new) = next((name, pair) for name, pair in changed.items() if pair[0] != pair[1])
        step = f"set {setting}={new}" if new else f"set {setting} to nothing at all"
        if self.redirected:
            yield ADDRESS, warning(f"pages lie under {setting}={new!r}; from {old!r} they are redirected", step)
        else:
            yield ADDRESS, failed(f"with {setting}={old!r} pages are missing (404), with {new!r} they are there", step)

    def _judge_facts(self) -> list[NamedVerdict]:
        compared, pictured = list(self._compared()), list(self._pictured())
        return [
            *self._judge_markup(price=bool(compared), picture=bool(pictured)),
            *judge_page_prices(compared, self._store),
            *judge_pictures(pictured, self._store),
        ]

    def _judge_markup(self, **compared: bool) -> Iterator[NamedVerdict]:
        """What could not be compared on any page, and which side is to blame."""
        told = [seen for seen in self.seen if seen.facts is not None]
        lacking = [what for what, done in compared.items() if told and not done]
        if not lacking:
            return
        ours = [what for what in lacking if not any(seen.ours[what] for seen in told)]
        seen = f"no {' and no '.join(lacking)} could be compared on {len(told)} pages"
        if ours:
            seen += f": our products there have no {' and no '.join(ours)}"
        steps = [_OURS_LACK[what] for what in ours] if ours else []
        if len(ours) < len(lacking):
            steps.append("compare a few products by eye; JSON-LD of schema.org's Product on the pages would tell")
        yield f"{PAGES}: markup", warning(seen, "; ".join(steps))

    def _compared(self) -> Iterator[Compared]:
        """Prices of the pages that are about their product."""
        others = [terms for terms in self._sample.terms_seen() if terms != self._sample.terms]
        for seen in self.seen:
            document = seen.accepted.document
            if seen.facts is None or seen.facts.price is None or not document.price_from:
                continue
            prices = {terms: self._sample.price_for(seen.sampled, terms) for terms in others}
            yield Compared(
                sku=document.sku,
                page=seen.facts.price,
                lowest=Decimal(repr(document.price_from)),
                highest=Decimal(repr(document.price_to or document.price_from)),
                currency=seen.facts.currency,
                others={terms: price for terms, price in prices.items() if price},
            )

    def _pictured(self) -> Iterator[Pictured]:
        for seen in self.seen:
            path = seen.path
            if seen.facts is None or seen.facts.image is None or path is None:
                continue
            page = absolute_picture(seen.facts.image, base=seen.visit.address)
            yield Pictured(seen.sku, page=page, path=path, ours=seen.accepted.document.image)


def _why(visit: Visit) -> str:
    if visit.problem is not None:
        return visit.problem
    return "without a word about a product" if visit.found else f"answered {visit.status}"
