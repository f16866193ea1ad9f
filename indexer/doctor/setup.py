"""Checks of what the settings say, before anybody is asked anything."""

from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from indexer.doctor.patient import Chart, Patient
from indexer.load.canaries import Canary
from indexer.load.mapping import language_analyzer
from shared.checklist import Check
from shared.findings import SETTINGS, Verdict, failed, listed, ok, skipped, warning
from shared.stores import StoreView

_LOCAL = ("localhost", "127.0.0.1", "::1")
_LOCAL_ENDINGS = (".test", ".local", ".localhost", ".example", ".invalid")


def setup_checks(patient: Patient, charts: Sequence[Chart]) -> Iterator[Check]:
    """Settings, schedule, canaries; addresses, prices and language of each store view."""
    codes = [chart.job.store.code for chart in charts]

    async def settings() -> Verdict:
        if patient.old_names:
            return warning("; ".join(patient.old_names), "give them by their new names")
        return ok(f"read; store views: {listed(codes)}")

    async def schedule() -> Verdict:
        return judge_schedule(patient)

    async def canaries() -> Verdict:
        return judge_canaries(patient.canaries, codes)

    yield Check(SETTINGS, settings, "mend the settings named")
    yield Check("schedule", schedule, "set INDEXER_SCHEDULE")
    yield Check("canaries", canaries, "mend canaries.toml")
    for chart in charts:
        yield from _store_checks(patient, chart.job.store)


def _store_checks(patient: Patient, store: StoreView) -> Iterator[Check]:
    async def addresses() -> Verdict:
        return judge_addresses(store)

    async def pricing() -> Verdict:
        return judge_pricing(store)

    async def language() -> Verdict:
        return judge_language(store, patient)

    yield Check("store addresses", addresses, "set STORE_BASE_URL", store=store.code)
    yield Check("store prices", pricing, "set STORE_PRICE_FACTOR", store=store.code)
    yield Check("language", language, "set STORE_LOCALE", store=store.code)


def judge_schedule(patient: Patient) -> Verdict:
    """Whether and when `schedule` would run next."""
    schedule = patient.schedule
    if schedule.next_run is None:
        return failed(
            f"INDEXER_SCHEDULE={schedule.expression!r} names no moment that ever comes",
            "set INDEXER_SCHEDULE to a cron expression such as `0 3 * * *`",
        )
    away = (schedule.next_run - patient.now()).total_seconds()
    seen = f"{schedule.expression!r} in {schedule.timezone}, next {schedule.next_run:%Y-%m-%d %H:%M %Z}"
    if away > 36 * 3600:
        return warning(f"{seen}, {away / 86400:.1f} days away", "run every night, for prices and stock change daily")
    return ok(seen)


def judge_canaries(canaries: Sequence[Canary] | None, codes: Sequence[str]) -> Verdict:
    """Whether the operator's questions are there, and about store views that are."""
    if not canaries:
        return skipped(
            "there is no canaries.toml, or nothing in it",
            "write down ten questions and the SKU each has to find: an index that fails one does not go live",
        )
    unknown = sorted({canary.store for canary in canaries if canary.store is not None} - set(codes))
    if unknown:
        return warning(
            f"canaries.toml names the store views {listed(unknown)}, which are not among {listed(codes)}",
            "correct the `store` of those canaries; nobody asks them as it is",
        )
    return ok(f"{len(canaries)} questions that every new index has to answer")


def judge_addresses(store: StoreView) -> Verdict:
    """Whether shoppers get links and pictures that they can open."""
    if store.base_url is None:
        return warning("STORE_BASE_URL is unset, so products carry no link", "set the shop's own address")
    parts = urlsplit(store.base_url)
    host = parts.hostname or ""
    if host in _LOCAL or host.endswith(_LOCAL_ENDINGS):
        return warning(
            f"STORE_BASE_URL={store.base_url} is an address that shoppers cannot open", "set the shop's public address"
        )
    if parts.scheme != "https":
        return warning(f"STORE_BASE_URL={store.base_url} is not https", "use https:// if the shop has it")
    if store.media_url is None:
        return warning(
            "STORE_MEDIA_URL is unset, so products carry no picture",
            f"set it, mostly to {store.base_url.rstrip('/')}/media/catalog/product",
        )
    return ok(f"products at {store.base_url}…{store.url_suffix}, pictures at {store.media_url}")


def judge_pricing(store: StoreView) -> Verdict:
    """What is done to native prices, for an operator to confirm."""
    rounding = "" if store.price_round is None else f", rounded to {store.price_round:g}"
    note = f", with {store.price_note!r} after it" if store.price_note else ""
    who = f"customer group {store.customer_group} of website {store.website_id}"
    return ok(f"native price of {who} x {store.price_factor:g}{rounding} = {store.currency}{note}")


def judge_language(store: StoreView, patient: Patient) -> Verdict:
    """Whether texts of the store view mean something to analyser and model."""
    model = patient.model
    if not model.knows(store.language):
        return warning(
            f"{model.name} does not know {store.language!r}, so products are found by words alone",
            "choose a model that knows the language, or correct EMBEDDING_LANGUAGES",
        )
    analyzer = language_analyzer(store.locale)
    if analyzer == "standard":
        return warning(
            f"OpenSearch has no analyser for {store.locale}, so words are found only as they are written",
            "nothing is wrong if STORE_LOCALE is right: meaning is found by the embedding model",
        )
    return ok(f"{store.locale}: analyser {analyzer}, and {model.name} knows it")
