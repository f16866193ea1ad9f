"""Budgets of a day: put aside before, made true afterwards, never overrun by more than one answer."""

import pytest
from hypothesis import given as any_of
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.budgets import HALF_A_DAY, Day, budgets, spend, taken_at_once

from runtime.web.budget import KNOWN_SECONDS, SOON_SECONDS, Allowance, QuotaSpent, Reservation


async def test_answers_begin_while_anything_is_left_and_no_longer() -> None:
    given = budgets(shop=100)
    assert [await spend(given, 60) for _ in range(3)] == [True, True, False]


@pytest.mark.parametrize(("budget", "begun"), [(1, 1), (999, 1), (1_000, 1), (1_001, 2), (10_000, 10), (10_500, 11)])
async def test_fifty_at_once_overrun_by_one_at_most(budget: int, begun: int) -> None:
    given = budgets(shop=budget)
    taken = await taken_at_once(given, 50, tokens=1_000)
    assert len(taken) == begun
    assert sum(one.tokens for one in taken) < budget + 1_000


async def test_what_was_put_aside_and_not_needed_is_there_again() -> None:
    given = budgets(shop=1_000)
    reservation = await given.reserve("key:gpt", None, tokens=1_000, cost=0)
    assert reservation is not None
    assert not await spend(given, 1)
    given.settle(reservation, tokens=10, cost=0)
    given.settle(reservation, tokens=10, cost=0)
    assert [await spend(given, 989), await spend(given, 1), await spend(given, 1)] == [True, True, False]


async def test_day_begins_anew_at_midnight_utc() -> None:
    clock = Day()
    given = budgets(clock=clock, shop=10)
    assert [await spend(given, 10), await spend(given, 10)] == [True, False]
    clock.now += HALF_A_DAY - 1
    assert not await spend(given, 10)
    clock.now += 1
    assert await spend(given, 10)


async def test_answer_of_yesterday_is_settled_yesterday() -> None:
    clock = Day()
    given = budgets(clock=clock, shop=100)
    reservation = await given.reserve("key:gpt", None, tokens=100, cost=0)
    assert reservation is not None
    clock.now += HALF_A_DAY
    given.settle(reservation, tokens=500, cost=0)
    assert await spend(given, 100)


async def test_key_that_is_spent_is_refused_until_midnight_and_others_are_not() -> None:
    given = budgets(caller=100, shop=1_000)
    assert await spend(given, 100)
    with pytest.raises(QuotaSpent, match="budget of tokens") as refused:
        await spend(given, 100)
    error = refused.value
    assert (error.status, error.type, error.code) == (429, "insufficient_quota", "insufficient_quota")
    assert error.retry_after == HALF_A_DAY
    assert await spend(given, 100, who="visitor:x")


async def test_refusal_by_what_others_only_put_aside_is_for_seconds() -> None:
    given = budgets(caller=100)
    reservation = await given.reserve("key:gpt", None, tokens=100, cost=0)
    with pytest.raises(QuotaSpent) as refused:
        await spend(given, 1)
    assert refused.value.retry_after == SOON_SECONDS
    assert reservation is not None
    given.settle(reservation, tokens=10, cost=0)
    assert await spend(given, 1)


async def test_visitors_of_one_address_have_ten_times_a_visitors_together() -> None:
    given = budgets(caller=100, address_times=10)

    async def visit(number: int) -> None:
        reservation = await given.reserve(f"visitor:{number}", "192.0.2.1", tokens=100, cost=0)
        assert reservation is not None
        given.settle(reservation, tokens=100, cost=0)

    for number in range(10):
        await visit(number)
    with pytest.raises(QuotaSpent):
        await visit(11)


async def test_money_is_counted_to_the_millionth() -> None:
    given = budgets(shop=Allowance(cost=0.000_003))
    assert [await spend(given, 1_000, cost=0.000_001) for _ in range(4)] == [True, True, True, False]


async def test_refused_answers_take_nothing_from_any_sum() -> None:
    given = budgets(caller=Allowance(tokens=100, cost=1.0), shop=150)
    assert await spend(given, 100)
    for _ in range(20):
        with pytest.raises(QuotaSpent):
            await spend(given, 100)
    assert [await spend(given, 50, who="key:other"), await spend(given, 1, who="key:third")] == [True, False]


async def test_spent_shop_is_told_once_a_day_and_counted_each_time() -> None:
    clock = Day()
    given = budgets(clock=clock, shop=10)
    labels = {"whose": "shop", "kind": "tokens"}
    before = REGISTRY.get_sample_value("vitrina_budget_refused_total", labels) or 0.0
    with capture_logs() as logs:
        for _ in range(2):
            assert [await spend(given, 10) for _ in range(3)] == [True, False, False]
            clock.now += 2 * HALF_A_DAY
    assert [line["event"] for line in logs] == ["budget_spent", "budget_spent"]
    assert (logs[0]["setting"], logs[0]["seconds"]) == ("BUDGET_TOKENS_DAY", HALF_A_DAY)
    assert REGISTRY.get_sample_value("vitrina_budget_refused_total", labels) == before + 4


async def test_caller_who_is_known_to_be_spent_is_refused_before_any_work() -> None:
    clock = Day()
    given = budgets(clock=clock, caller=100)
    given.check("key:gpt", None)
    assert await spend(given, 100)
    given.check("key:gpt", None)
    with pytest.raises(QuotaSpent):
        await spend(given, 1)
    with pytest.raises(QuotaSpent) as refused:
        given.check("key:gpt", None)
    assert refused.value.retry_after == HALF_A_DAY
    given.check("key:other", None)
    clock.now += KNOWN_SECONDS
    given.check("key:gpt", None)
    clock.now += HALF_A_DAY
    assert await spend(given, 1)


async def test_caller_who_may_get_something_back_is_not_known_to_be_spent() -> None:
    given = budgets(caller=100)
    assert await given.reserve("key:gpt", None, tokens=100, cost=0)
    with pytest.raises(QuotaSpent):
        await spend(given, 1)
    given.check("key:gpt", None)


@any_of(
    budget=st.integers(1, 5_000),
    steps=st.lists(st.tuples(st.booleans(), st.integers(0, 1_000), st.integers(0, 2_000)), max_size=40),
)
async def test_in_any_order_of_answers_nobody_begins_with_nothing_left(
    budget: int, steps: list[tuple[bool, int, int]]
) -> None:
    """A step begins an answer of so many tokens, or ends the oldest one with so many."""
    given = budgets(shop=budget)
    open_ones: list[Reservation] = []
    spent = 0
    for begins, aside, took in steps:
        held = spent + sum(one.tokens for one in open_ones)
        if begins:
            reservation = await given.reserve("key:gpt", None, tokens=aside, cost=0)
            assert (reservation is not None) == (held < budget)
            open_ones += [reservation] if reservation else []
        elif open_ones:
            given.settle(open_ones.pop(0), tokens=took, cost=0)
            spent += took
    for one in open_ones:
        given.settle(one, tokens=0, cost=0)
    assert (await given.reserve("key:gpt", None, tokens=1, cost=0) is not None) == (spent < budget)
