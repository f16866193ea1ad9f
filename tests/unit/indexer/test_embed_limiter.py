"""indexer.embed.limiter in virtual time: quotas used up without refusals, everyone paused, nobody lost (F7, G8)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from support.quota_provider import QuotaProvider, drive
from support.virtual_time import run_virtually

from indexer.embed.limiter import MOST_BATCHES, MOST_CALLS, Limiter
from sandbox.openai_server.quota import Quota
from shared.embedding.embedder import EmbeddingModel, EmbeddingRefused, EmbeddingUnavailable
from shared.embedding.quota import Allowance, Answer

MODEL = EmbeddingModel(provider="fake", name="fake", dimension=8)
SECONDS = 180.0
QUOTA = Quota(requests=3000, tokens=1_000_000)


def a_limiter(model: EmbeddingModel = MODEL) -> Limiter:
    """On the clock of the running loop."""
    return Limiter(model, clock=asyncio.get_running_loop().time)


def used_share(
    script: Callable[[QuotaProvider], Awaitable[None]],
    *,
    granted: float,
    tokens: int = 4000,
    dearness: float = 1.0,
) -> tuple[float, float]:
    """Share of the `granted` tokens that was used, and share of requests that were refused."""

    async def run() -> tuple[float, float]:
        provider = QuotaProvider(QUOTA, dearness=dearness)
        await drive(provider, a_limiter(), tokens=tokens, script=lambda: script(provider))
        return provider.accepted / granted, provider.refused / provider.calls

    return run_virtually(run())


async def steady(provider: QuotaProvider) -> None:
    await asyncio.sleep(SECONDS)


async def halved(provider: QuotaProvider) -> None:
    await asyncio.sleep(SECONDS / 2)
    provider.meter.change(Quota(requests=QUOTA.requests // 2, tokens=QUOTA.tokens // 2))
    await asyncio.sleep(SECONDS / 2)


async def outage(provider: QuotaProvider) -> None:
    await asyncio.sleep(SECONDS / 3)
    provider.down = True
    await asyncio.sleep(10)
    provider.down = False
    await asyncio.sleep(SECONDS * 2 / 3 - 10)


FULL = QUOTA.tokens + QUOTA.tokens / 60 * SECONDS
PROFILES = {
    "steady": (steady, FULL),
    "halved mid-run": (halved, QUOTA.tokens + QUOTA.tokens / 60 * SECONDS * 0.75),
    "ten seconds of outage": (outage, FULL),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_the_quota_is_used_up_and_hardly_ever_exceeded(profile: str) -> None:
    script, granted = PROFILES[profile]
    used, refused = used_share(script, granted=granted)
    assert used >= 0.98
    assert refused <= 0.002


@pytest.mark.parametrize("profile", PROFILES)
def test_a_provider_that_counts_a_tenth_more_is_soon_known(profile: str) -> None:
    script, granted = PROFILES[profile]
    used, refused = used_share(script, granted=granted, dearness=1.1)
    assert used >= 0.98
    assert refused <= 0.01


def test_large_requests_leave_the_quota_no_emptier_than_their_size() -> None:
    used, refused = used_share(steady, granted=FULL, tokens=100_000)
    assert used >= 0.95
    assert refused == 0.0


def test_a_quota_of_requests_binds_as_well() -> None:
    async def run() -> tuple[int, int]:
        provider = QuotaProvider(Quota(requests=100, tokens=10_000_000))
        await drive(provider, a_limiter(), tokens=100, script=lambda: steady(provider))
        return provider.calls, provider.refused

    calls, refused = run_virtually(run())
    assert 0.98 * 400 <= calls <= 400
    assert refused == 0


def test_a_quota_without_headers_is_kept_when_it_is_known() -> None:
    async def run() -> tuple[int, int]:
        provider = QuotaProvider(Quota(requests=600), latency=0.05, tells=False)
        model = EmbeddingModel(provider="fake", name="fake", dimension=8, batch_texts=1, requests_per_minute=600)
        await drive(provider, a_limiter(model), tokens=100, script=lambda: steady(provider))
        return provider.calls, provider.refused

    calls, refused = run_virtually(run())
    assert 0.98 * 1800 <= calls <= 1820
    assert refused == 0


def test_after_an_outage_the_first_answer_comes_within_seconds() -> None:
    async def run() -> float:
        provider = QuotaProvider(QUOTA)
        recovered = asyncio.Event()

        async def script() -> None:
            await asyncio.sleep(20)
            provider.down = True
            await asyncio.sleep(60)
            provider.down = False
            before = provider.accepted
            while provider.accepted == before:
                await asyncio.sleep(0.1)
            recovered.set()

        began = asyncio.get_running_loop().time()
        await drive(provider, a_limiter(), tokens=4000, script=script)
        assert recovered.is_set()
        return asyncio.get_running_loop().time() - began - 80

    assert run_virtually(run()) <= 15


async def take(limiter: Limiter, *, tokens: int = 1, seconds: float = 0.0, error: Exception | None = None) -> float:
    """Go through the door once; when that was."""
    async with limiter.slot(tokens):
        entered = asyncio.get_running_loop().time()
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
    return entered


def test_a_wait_that_one_request_was_asked_for_holds_up_everyone() -> None:
    async def run() -> list[float]:
        limiter = a_limiter()
        with pytest.raises(EmbeddingUnavailable):
            await take(limiter, error=EmbeddingUnavailable("429", retry_after=7.0))
        return await asyncio.gather(*(take(limiter) for _ in range(5)))

    assert min(run_virtually(run())) >= 7.0


def test_requests_go_in_the_order_they_came() -> None:
    async def run() -> list[int]:
        limiter, order = a_limiter(), []

        async def go(number: int) -> None:
            async with limiter.slot(1):
                order.append(number)
                await asyncio.sleep(1)

        await asyncio.gather(*(go(number) for number in range(12)))
        return order

    assert run_virtually(run()) == list(range(12))


def test_no_more_run_at_once_than_the_concurrency_says() -> None:
    async def run() -> tuple[int, int]:
        limiter, running, most = a_limiter(), 0, 0

        async def go() -> None:
            nonlocal running, most
            async with limiter.slot(1):
                running += 1
                most = max(most, running)
                assert running <= limiter.concurrency
                await asyncio.sleep(1)
                running -= 1

        await asyncio.gather(*(go() for _ in range(200)))
        return most, limiter.concurrency

    assert run_virtually(run()) == (MOST_BATCHES, MOST_BATCHES)


def test_a_request_cancelled_at_the_door_or_behind_it_frees_its_place() -> None:
    async def run() -> float:
        limiter = a_limiter()
        tasks = [asyncio.create_task(take(limiter, seconds=1000)) for _ in range(6)]
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        return await take(limiter)

    assert run_virtually(run()) == pytest.approx(1.0)


def test_a_final_refusal_slows_nobody_down() -> None:
    async def run() -> tuple[int, float]:
        limiter = a_limiter()
        before = limiter.concurrency
        for _ in range(10):
            with pytest.raises(EmbeddingRefused):
                await take(limiter, error=EmbeddingRefused("wrong key"))
        return limiter.concurrency - before, await take(limiter)

    assert run_virtually(run()) == (0, 0.0)


def test_a_request_larger_than_the_whole_quota_is_sent_when_the_quota_is_whole() -> None:
    async def run() -> float:
        limiter = a_limiter()
        async with limiter.slot(10) as slot:
            slot.hear(Answer(tokens=Allowance(limit=6000, remaining=0, reset=60.0)))
        return await take(limiter, tokens=300_000)

    assert run_virtually(run()) == pytest.approx(60.0, abs=0.1)


def test_batches_are_made_to_fit_a_small_quota() -> None:
    async def run() -> tuple[int, int]:
        limiter = a_limiter()
        unknown = limiter.batch_tokens
        async with limiter.slot(10) as slot:
            slot.hear(Answer(tokens=Allowance(limit=40_000, remaining=39_990, reset=0.015)))
        return unknown, limiter.batch_tokens

    assert run_virtually(run()) == (MODEL.batch_tokens, 20_000)


def test_a_slot_remembers_what_the_provider_counted() -> None:
    async def run() -> int | None:
        async with a_limiter().slot(10) as slot:
            slot.hear(Answer(counted=12))
        return slot.counted

    assert run_virtually(run()) == 12


@pytest.mark.parametrize(("batch_texts", "most"), [(1, MOST_CALLS), (2, MOST_BATCHES), (2048, MOST_BATCHES)])
def test_small_calls_may_be_many(batch_texts: int, most: int) -> None:
    async def run() -> int:
        return a_limiter(EmbeddingModel(provider="f", name="f", dimension=8, batch_texts=batch_texts)).most

    assert run_virtually(run()) == most
