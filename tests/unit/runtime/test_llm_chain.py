"""The chain of providers: who is asked, in which order, until when, on which terms, and what is remembered of it."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from support.chains import a_chain, a_provider, hear, route_of
from support.chat_model_contract import PROMPT, spoken
from support.llm import FakeModel, Pause, Silence, Step, says
from support.runtime import Clock
from support.virtual_time import run_virtually

from runtime.llm.chain import NoProviderAnswered, ProviderChain
from runtime.llm.model import (
    End,
    InVain,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    Message,
    ModelPart,
    PromptRefused,
    PromptUnfit,
    Route,
    Token,
    TokenUsage,
)
from runtime.llm.presets import PRESETS
from runtime.llm.price import Price
from runtime.llm.providers import Deadlines

MOVES_ON = [
    LlmUnavailable("busy"),
    LlmUnavailable("slow down", retry_after=3),
    LlmMalformed("no chat"),
    LlmRefused("wrong key"),
    PromptUnfit("too long"),
]


def counted(provider: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("vitrina_llm_calls_total", {"provider": provider, "outcome": outcome}) or 0.0


def failing(*failures: LlmFailure) -> tuple[FakeModel, ...]:
    return tuple(FakeModel((failure,), name=f"m{number}") for number, failure in enumerate(failures, start=1))


async def test_first_provider_that_speaks_answers_and_nobody_else_is_asked() -> None:
    second = FakeModel()
    parts = await hear(a_chain(FakeModel(says("a", "b", usage=TokenUsage(7, 2)), name="first"), second))
    assert parts == [Route(("p1",), "first"), Token("a"), Token("b"), TokenUsage(7, 2), End("stop")]
    assert second.calls == []


@pytest.mark.parametrize("failure", MOVES_ON, ids=lambda failure: type(failure).__name__)
async def test_failure_before_the_first_token_moves_on(failure: LlmFailure) -> None:
    last = FakeModel(says("here"), name="last")
    parts = await hear(a_chain(*failing(failure), last))
    assert spoken(parts) == "here"
    assert parts[1] == Route(("p1", "p2"), "last", passed_over=(f"p1: {failure}",))


@pytest.mark.parametrize("reason", ["stop", "length", "content_filter"])
async def test_answer_without_a_word_moves_on(reason: Any) -> None:
    parts = await hear(a_chain(FakeModel((TokenUsage(5, 9), End(reason))), FakeModel(says("here"))))
    assert parts[-2:] == [Token("here"), End("stop")]
    assert TokenUsage(5, 9) not in parts


async def test_answer_that_never_ends_properly_is_broken_off() -> None:
    with pytest.raises(LlmUnavailable, match="broke off"):
        await hear(a_chain(FakeModel((Token("a"),)), FakeModel()))


async def test_refused_prompt_is_put_to_nobody_else() -> None:
    second = FakeModel()
    with pytest.raises(PromptRefused):
        await hear(a_chain(*failing(PromptRefused("messages[0]")), second))
    assert second.calls == []


@pytest.mark.parametrize("failure", [*MOVES_ON, PromptRefused("messages")], ids=lambda failure: type(failure).__name__)
async def test_after_the_first_token_there_is_no_other_answer(failure: LlmFailure) -> None:
    second = FakeModel()
    chain = a_chain(FakeModel((Token("so far"), failure)), second)
    heard: list[ModelPart] = []

    async def listen() -> None:
        async for part in chain.stream(PROMPT, temperature=0.1, max_tokens=9):
            heard.append(part)

    with pytest.raises(LlmFailure) as caught:
        await listen()
    assert caught.value is failure
    assert heard[1:] == [Token("so far")]
    assert second.calls == []


async def test_exhaustion_keeps_every_cause() -> None:
    with pytest.raises(NoProviderAnswered) as caught:
        await hear(a_chain(*failing(*MOVES_ON)))
    assert [cause.partition(": ")[2] for cause in caught.value.causes] == [str(failure) for failure in MOVES_ON]
    assert all(cause in str(caught.value) for cause in caught.value.causes)


async def test_each_provider_is_asked_once_at_most() -> None:
    models = failing(*MOVES_ON)
    with pytest.raises(NoProviderAnswered):
        await hear(a_chain(*models))
    assert [len(model.calls) for model in models] == [1] * len(models)


async def test_five_failures_in_a_row_and_the_provider_is_left_alone_until_a_probe() -> None:
    clock = Clock()
    (first,), second = failing(LlmUnavailable("busy")), FakeModel()
    chain = a_chain(first, second, clock=clock)
    for _ in range(7):
        await hear(chain)
    assert len(first.calls) == 5
    last = (await hear(chain))[0]
    assert isinstance(last, Route)
    assert last.tried == ("p2",)
    assert "breaker open" in last.passed_over[0]
    clock.now += 10
    first.steps = says("back")
    assert spoken(await hear(chain)) == "back"
    assert route_of(await hear(chain)) == ("p1",)


@pytest.mark.parametrize(
    ("failure", "seconds"),
    [
        pytest.param(LlmRefused("wrong key"), 30, id="refused"),
        pytest.param(LlmUnavailable("slow down", retry_after=7), 7, id="asked-to-wait"),
    ],
)
async def test_provider_that_says_so_is_left_alone_at_once(failure: LlmFailure, seconds: float) -> None:
    clock = Clock()
    (first,) = failing(failure)
    chain = a_chain(first, FakeModel(), clock=clock)
    await hear(chain)
    clock.now += seconds - 0.1
    await hear(chain)
    assert len(first.calls) == 1
    clock.now += 0.1
    await hear(chain)
    assert len(first.calls) == 2


@pytest.mark.parametrize(
    "steps", [(PromptUnfit("too long"),), (End("content_filter"),)], ids=["does-not-fit", "is-filtered"]
)
async def test_prompt_can_switch_no_provider_off(steps: Sequence[Step]) -> None:
    first = FakeModel(steps)
    chain = a_chain(first, FakeModel())
    for _ in range(8):
        await hear(chain)
    assert len(first.calls) == 8


async def test_calls_are_counted_by_how_they_ended() -> None:
    cases: dict[str, Sequence[Step]] = {
        "answered": says("a"), "unavailable": (LlmUnavailable("x"),), "refused": (LlmRefused("x"),),
        "malformed": (LlmMalformed("x"),), "prompt": (PromptUnfit("x"),),
        "broken_off": (Token("a"), LlmUnavailable("x")),
    }  # fmt: skip
    for outcome, steps in cases.items():
        name = f"counts-{outcome.replace('_', '-')}"
        try:
            await hear(a_chain((a_provider(name), FakeModel(steps))))
        except LlmFailure:
            assert outcome != "answered"
        assert counted(name, outcome) == 1


async def test_reader_who_leaves_is_no_failure_and_closes_the_call() -> None:
    model = FakeModel((Token("a"), Silence()))
    chain = a_chain((a_provider("left-behind"), model))
    for _ in range(6):
        async with aclosing(chain.stream(PROMPT, temperature=0.1, max_tokens=9)) as parts:
            assert isinstance(await anext(parts), Route)
            assert await anext(parts) == Token("a")
        assert model.open == 0
    assert counted("left-behind", "left") == 6


async def test_each_provider_is_asked_on_its_own_terms() -> None:
    (busy,), second = failing(LlmUnavailable("busy")), FakeModel()
    own = a_provider("own", temperature=0.2, max_tokens=50, system_prompt="No emoji.")
    await hear(a_chain(busy, (own, second)), temperature=0.0, max_tokens=100, stop=("END",))
    assert busy.calls[0].messages == PROMPT
    assert (busy.calls[0].temperature, busy.calls[0].max_tokens) == (0.0, 100)
    (call,) = second.calls
    assert (call.temperature, call.max_tokens, call.stop) == (0.2, 50, ("END",))
    assert call.messages == (Message("system", "Be brief.\n\nNo emoji."), *PROMPT[1:])


async def test_addition_stands_first_where_there_is_no_system_prompt() -> None:
    model = FakeModel()
    chain = a_chain((a_provider(system_prompt="No emoji."), model))
    async with aclosing(chain.stream([Message("user", "hi")], temperature=0, max_tokens=9)) as parts:
        assert [part async for part in parts]
    assert model.calls[0].messages == (Message("system", "No emoji."), Message("user", "hi"))


async def test_limit_of_a_provider_never_raises_what_was_asked() -> None:
    model = FakeModel()
    await hear(a_chain((a_provider(max_tokens=4_000), model)), max_tokens=10)
    assert model.calls[0].max_tokens == 10


async def test_prompt_that_does_not_fit_is_not_sent() -> None:
    small, large = FakeModel(), FakeModel(says("here"))
    parts = await hear(a_chain((a_provider("small", context_tokens=105), small), large), max_tokens=100)
    assert spoken(parts) == "here"
    assert small.calls == []
    assert route_of(parts) == ("p2",)


async def test_reasoning_that_came_to_nothing_is_told_with_what_it_cost() -> None:
    price, usage = Price(prompt=1.0, completion=2.0), TokenUsage(1_000, 4_000)
    model = FakeModel((usage, End("length")), name="m")
    parts = await hear(a_chain((a_provider("thinks", price=price), model), FakeModel()))
    assert parts[1] == InVain(Route(("thinks",), "m", price), usage)


async def test_failures_are_counted_by_provider_and_class() -> None:
    def failed(kind: str) -> float:
        labels = {"provider": "counted", "kind": kind}
        return REGISTRY.get_sample_value("vitrina_llm_failures_total", labels) or 0.0

    before = {kind: failed(kind) for kind in ("LlmMalformed", "LlmUnavailable")}
    await hear(a_chain((a_provider("counted"), FakeModel((LlmMalformed("no chat"),))), FakeModel()))
    with pytest.raises(LlmUnavailable):
        await hear(a_chain((a_provider("counted"), FakeModel((Token("so far"), LlmUnavailable("gone"))))))
    assert {kind: failed(kind) - number for kind, number in before.items()} == {"LlmMalformed": 1, "LlmUnavailable": 1}


async def test_provider_is_up_until_it_refuses_and_again_once_it_has_answered() -> None:
    def up() -> float | None:
        return REGISTRY.get_sample_value("vitrina_llm_provider_up", {"provider": "watched"})

    now = 0.0
    model = FakeModel((LlmRefused("wrong key"),))
    chain = a_chain((a_provider("watched"), model), FakeModel(), clock=lambda: now)
    assert up() == 1
    await hear(chain)
    assert up() == 0
    model.steps = says("back")
    now = 1_000.0
    await hear(chain)
    assert up() == 1


@pytest.mark.parametrize(
    ("counted_tokens", "num_ctx", "cut"),
    [
        pytest.param(4_096, 4_096, True, id="the-whole-context"),
        pytest.param(2_050, 4_096, True, id="half-of-it-and-two"),
        pytest.param(2_050, None, True, id="far-below-the-estimate"),
        pytest.param(5_000, None, False, id="about-as-estimated"),
        pytest.param(5_000, 32_768, False, id="fits"),
        pytest.param(0, 4_096, False, id="not-counted"),
    ],
)
async def test_prompt_that_ollama_cut_is_noticed_by_its_count(
    counted_tokens: int, num_ctx: int | None, cut: bool
) -> None:
    local = a_provider("local", dialect=PRESETS["ollama"].dialect, num_ctx=num_ctx)
    chain = a_chain((local, FakeModel(says("a", usage=TokenUsage(counted_tokens, 1)))))
    with capture_logs() as logs:
        async with aclosing(chain.stream([Message("user", "word " * 6_000)], temperature=0, max_tokens=9)) as parts:
            assert [part async for part in parts][-1] == End("stop")
    assert [event["provider"] for event in logs if event["event"] == "llm_prompt_cut"] == ["local"] * cut


async def test_all_providers_are_closed_together() -> None:
    models = (FakeModel(), FakeModel())
    chain = a_chain(*models)
    await chain.aclose()
    assert [model.closed for model in models] == [True, True]
    assert chain.name == "fake-model"


def first_token_after(*models: FakeModel, **options: float) -> tuple[float, tuple[str, ...]]:
    """Seconds to the first token, and who was asked."""

    async def main() -> tuple[float, tuple[str, ...]]:
        loop = asyncio.get_running_loop()
        chain: ProviderChain = a_chain(*models, **options)
        begun, route = loop.time(), ()
        async with aclosing(chain.stream(PROMPT, temperature=0, max_tokens=9)) as parts:
            async for part in parts:
                if isinstance(part, Route):
                    route = part.tried
                elif isinstance(part, Token):
                    return loop.time() - begun, route
        raise AssertionError

    return run_virtually(main())


def dead(number: int) -> list[FakeModel]:
    return [FakeModel((Silence(),)) for _ in range(number)]


def test_first_provider_has_its_six_seconds_where_there_is_one_more() -> None:
    assert first_token_after(FakeModel((Pause(5.9), *says("a"))), FakeModel()) == (5.9, ("p1",))
    assert first_token_after(*dead(1), FakeModel((Pause(1.9), *says("a")))) == (7.9, ("p1", "p2"))


def test_last_of_five_has_time_to_speak_inside_the_budget() -> None:
    seconds, route = first_token_after(*dead(4), FakeModel((Pause(1.3), *says("a"))))
    assert seconds <= 8
    assert route == ("p1", "p2", "p3", "p4", "p5")


def test_time_that_one_did_not_use_is_for_the_next() -> None:
    refused = failing(*[LlmUnavailable("refused")] * 3)
    assert first_token_after(*refused, FakeModel((Pause(5), *says("a"))), FakeModel()) == (5, ("p1", "p2", "p3", "p4"))


def test_budget_bounds_a_provider_that_would_be_given_more() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        patient = a_provider(deadlines=Deadlines(first_token=30))
        begun = loop.time()
        with pytest.raises(NoProviderAnswered, match="first token"):
            await hear(a_chain((patient, FakeModel((Silence(),))), budget=5))
        return loop.time() - begun

    assert run_virtually(main()) == 5


def test_total_counts_from_the_question_whoever_answers() -> None:
    async def main() -> float:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        with pytest.raises(LlmUnavailable, match="longer"):
            await hear(a_chain(*dead(1), FakeModel([Token("a "), Pause(1)] * 100)))
        return loop.time() - begun

    assert run_virtually(main()) == 60


def test_provider_with_no_time_left_is_not_asked() -> None:
    class Blocks(FakeModel):
        """Does not let go when it is told to."""

        async def stream(self, *_: object, **__: object) -> Any:
            try:
                await asyncio.sleep(60)
            finally:
                await asyncio.sleep(9)
            yield End("stop")

    async def main() -> tuple[str, ...]:
        with pytest.raises(NoProviderAnswered) as caught:
            await hear(a_chain(Blocks(), FakeModel()))
        return caught.value.causes

    assert "no time was left" in run_virtually(main())[1]
