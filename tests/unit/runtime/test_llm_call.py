"""One call inside its deadlines, by a clock that jumps: who waits for the provider is let go in time, nobody else."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import pytest
from support.llm import FakeModel, Pause, Silence, Step, says
from support.virtual_time import run_virtually

from runtime.llm.call import Until, within
from runtime.llm.model import End, LlmUnavailable, ModelPart, Token, TokenUsage


def call(
    model: FakeModel, *, first_token: float = 6, gap: float = 15, total: float = 60
) -> AsyncGenerator[ModelPart, None]:
    now = asyncio.get_running_loop().time()
    until = Until(first_token=now + first_token, gap=gap, end=now + total)
    return within(model.stream((), temperature=0, max_tokens=1), until)


async def broken(model: FakeModel, **seconds: float) -> tuple[str, float, int]:
    """The failure, the seconds it took, and how many parts came before it."""
    loop = asyncio.get_running_loop()
    begun = loop.time()
    heard: list[ModelPart] = []

    async def listen() -> None:
        async with aclosing(call(model, **seconds)) as parts:
            async for part in parts:
                heard.append(part)

    with pytest.raises(LlmUnavailable) as caught:
        await listen()
    assert model.open == 0
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    return str(caught.value), loop.time() - begun, len(heard)


@pytest.mark.parametrize(
    ("steps", "seconds", "heard", "told"),
    [
        pytest.param([Silence()], 6, 0, "first token", id="never-speaks"),
        pytest.param([TokenUsage(1, 0), Silence()], 6, 1, "first token", id="only-counts"),
        pytest.param([Pause(5), Token("a"), Silence()], 20, 1, "fell silent", id="falls-silent"),
        pytest.param([Token("a"), Pause(14.9)] * 9, 60, 5, "longer", id="drips"),
        pytest.param([Token("a"), Pause(0.1)] * 1_000, 60, 600, "longer", id="endless"),
    ],
)
def test_deadline_that_passes_is_a_failure_in_time(
    steps: Sequence[Step], seconds: float, heard: int, told: str
) -> None:
    message, took, parts = run_virtually(broken(FakeModel(steps)))
    assert told in message
    assert took == pytest.approx(seconds, abs=0.2)
    assert parts == pytest.approx(heard, abs=2)


def test_total_below_the_first_token_is_what_counts() -> None:
    _, took, _ = run_virtually(broken(FakeModel((Silence(),)), total=2))
    assert took == 2


def test_answer_in_time_is_passed_on_unchanged_and_leaves_no_timer() -> None:
    async def main() -> list[ModelPart]:
        model = FakeModel((Pause(5.9), *says("a", "b"), Pause(14.9)))
        parts = [part async for part in call(model)]
        # With a timer left the clock would jump to it.
        begun = asyncio.get_running_loop().time()
        await asyncio.sleep(0)
        assert asyncio.get_running_loop().time() == begun
        return parts

    assert run_virtually(main()) == [Token("a"), Token("b"), End("stop")]


def test_slow_reader_is_not_the_providers_silence() -> None:
    async def main() -> int:
        heard = 0
        async with aclosing(call(FakeModel(says("a", "b", "c")), total=1_000)) as parts:
            async for _ in parts:
                heard += 1
                await asyncio.sleep(40)
        return heard

    assert run_virtually(main()) == 4


def test_reader_slower_than_the_whole_answer_may_take_ends_it_at_its_next_wait() -> None:
    async def main() -> None:
        async with aclosing(call(FakeModel(says("a", "b", "c")))) as parts:
            assert await anext(parts) == Token("a")
            await asyncio.sleep(61)
            with pytest.raises(LlmUnavailable, match="longer"):
                await anext(parts)

    run_virtually(main())


def test_one_task_may_read_on_where_another_began() -> None:
    async def main() -> str:
        model = FakeModel((Token("a"), Silence()))
        async with aclosing(call(model)) as parts:
            assert await asyncio.create_task(anext(parts)) == Token("a")
            with pytest.raises(LlmUnavailable) as caught:
                await asyncio.create_task(anext(parts))
        return str(caught.value)

    assert "fell silent" in run_virtually(main())


def test_reader_who_is_cancelled_is_cancelled_and_not_late() -> None:
    async def main() -> FakeModel:
        model = FakeModel((Token("a"), Silence()))

        async def read() -> None:
            async with aclosing(call(model)) as parts:
                async for _ in parts:
                    pass

        reader = asyncio.create_task(read())
        await asyncio.sleep(1)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        return model

    assert run_virtually(main()).open == 0


def test_reader_who_is_cancelled_in_the_very_moment_of_the_deadline_is_cancelled() -> None:
    async def main() -> None:
        async def read() -> None:
            async with aclosing(call(FakeModel((Silence(),)))) as parts:
                await anext(parts)

        reader = asyncio.create_task(read())
        # Set before the reader's own timer, so that both are due in one turn of the loop.
        asyncio.get_running_loop().call_at(6, reader.cancel)
        with pytest.raises(asyncio.CancelledError):
            await reader

    run_virtually(main())


def test_library_that_swallows_the_ring_is_late_all_the_same() -> None:
    class Swallows(FakeModel):
        async def stream(self, *_: object, **__: object) -> AsyncGenerator[ModelPart, None]:
            try:
                await asyncio.sleep(7)
            except asyncio.CancelledError:
                yield Token("late")

    message, took, heard = run_virtually(broken(Swallows()))
    assert (took, heard) == (6, 0)
    assert "first token" in message
