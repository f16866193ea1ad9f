"""A deployment in the middle of an answer: SIGTERM lets it be finished."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from support.chat import frames_of, text_of
from support.opensearch import REPOSITORY

from sandbox.openai_server import Say, ScriptedServer

WORDS = [f"word{number} " for number in range(30)]


@asynccontextmanager
async def chat_process(base_url: str) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The chat in a process of its own, and its URL."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "support.chat_process",
        base_url,
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONPATH": f"{REPOSITORY}{os.pathsep}{REPOSITORY / 'tests'}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        port = int(await asyncio.wait_for(process.stdout.readline(), timeout=60))
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        # To the end of its output too: a pipe that is still open would be complained of in some later test.
        await process.communicate()


async def test_running_answer_is_finished_after_sigterm(openai_server: ScriptedServer) -> None:
    openai_server.chat.always(Say(WORDS, gap=0.05))
    body = {"messages": [{"role": "user", "content": "Which bag?"}], "stream": True}
    heard = b""
    async with chat_process(openai_server.base_url) as (process, url), httpx2.AsyncClient(timeout=60) as http:
        async with http.stream("POST", f"{url}/v1/chat/completions", json=body) as answer:
            async for piece in answer.aiter_bytes():
                if not heard:
                    process.send_signal(signal.SIGTERM)
                heard += piece
        await asyncio.wait_for(process.wait(), timeout=60)
    frames = frames_of(heard)
    assert text_of(frames) == "".join(WORDS)
    assert frames[-1] == "[DONE]"
