"""Work that nobody waits for any more is stopped."""

import asyncio

import pytest
from starlette.types import Message

from runtime.chat.connection import ClientLeft, while_connected


async def leaves_at_once() -> Message:
    return {"type": "http.disconnect"}


async def stays() -> Message:
    await asyncio.Event().wait()
    raise AssertionError


async def test_work_of_a_client_that_stays_is_done() -> None:
    async def work() -> int:
        return 7

    assert await while_connected(stays, work()) == 7


async def test_failure_of_the_work_rises() -> None:
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await while_connected(stays, work())


async def test_work_is_cancelled_and_cleaned_up_when_the_client_leaves() -> None:
    cleaned = False

    async def work() -> None:
        nonlocal cleaned
        try:
            await asyncio.Event().wait()
        finally:
            cleaned = True

    with pytest.raises(ClientLeft):
        await while_connected(leaves_at_once, work())
    assert cleaned


async def test_late_body_messages_are_no_departure() -> None:
    messages = iter([{"type": "http.request", "body": b"", "more_body": False}])

    async def receive() -> Message:
        return next(messages, None) or await stays()

    async def work() -> str:
        await asyncio.sleep(0)
        return "done"

    assert await while_connected(receive, work()) == "done"


async def test_cancelled_caller_takes_its_work_along() -> None:
    started, cleaned = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cleaned.set()

    caller = asyncio.create_task(while_connected(stays, work()))
    await started.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    assert cleaned.is_set()
