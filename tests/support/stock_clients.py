"""Stock clients of the OpenAI wire, unchanged: each is asked the same and says what it heard."""

import asyncio
import os
import warnings
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

import openai
import orjson
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from openai import AsyncOpenAI
from pydantic import SecretStr

from sandbox import nodejs

# Else it asks the internet for prices while it is imported.
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
import litellm

NODE_CLIENT: Final = Path(__file__).parent / "node_client"
PATIENCE_SECONDS: Final = 60.0


@dataclass(slots=True)
class Heard:
    """What a client made of an answer. tokens: in all, None where none were told. products: of the `vitrina` field,
    None where the client keeps no field it does not know. error: status of a refusal, 0 of an answer that broke off.
    """

    text: str = ""
    finish: str | None = None
    tokens: int | None = None
    products: int | None = None
    error: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. more: members of the request besides."""

    question: str = "Which bag is good for the gym?"
    streamed: bool = True
    key: str = ""
    model: str = "vitrina"
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def body(self) -> dict[str, Any]:
        """The request as JSON; of a stream the tokens are wanted, too."""
        told = {"stream": True, "stream_options": {"include_usage": True}} if self.streamed else {}
        return {"model": self.model, "messages": [{"role": "user", "content": self.question}], **told, **self.more}


class StockClient(Protocol):
    """One client, open until its context ends."""

    async def ask(self, asked: Asked) -> Heard:
        """The whole answer, or what came of it before it broke off. Never raises for what a service answers."""
        ...


def _field(chunk: Any, name: str) -> Any:
    return (chunk.model_extra or {}).get(name)


class OpenAiPython:
    """openai-python."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def ask(self, asked: Asked) -> Heard:
        heard = Heard()
        async with AsyncOpenAI(base_url=self._base_url, api_key=asked.key, max_retries=0) as client:
            try:
                answer: Any = await client.chat.completions.create(**asked.body)
                if asked.streamed:
                    async for chunk in answer:
                        _hear(heard, chunk)
                else:
                    heard.text = answer.choices[0].message.content
                    heard.finish = answer.choices[0].finish_reason
                    heard.tokens = answer.usage.total_tokens
                    heard.products = len(_field(answer, "vitrina")["products"])
            except openai.APIError as exc:
                heard.error = getattr(exc, "status_code", 0)
        return heard


def _hear(heard: Heard, chunk: Any) -> None:
    """Add a chunk in the SDK's own types, or LiteLLM's likeness of them."""
    for choice in chunk.choices:
        heard.text += choice.delta.content or ""
        heard.finish = choice.finish_reason or heard.finish
    usage = getattr(chunk, "usage", None)
    heard.tokens = usage.total_tokens if usage else heard.tokens
    opening = _field(chunk, "vitrina") or {}
    heard.products = len(opening["products"]) if "products" in opening else heard.products


class LangChainClient:
    """LangChain's `ChatOpenAI`."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def ask(self, asked: Asked) -> Heard:
        heard = Heard()
        messages = [HumanMessage(asked.question)]
        # Its own one is kept for the next event loop, which cannot use it.
        async with openai.DefaultAsyncHttpxClient() as http:
            model = ChatOpenAI(
                model=asked.model, base_url=self._base_url, api_key=SecretStr(asked.key), max_retries=0,
                stream_usage=True, http_async_client=http,
            )  # fmt: skip
            try:
                if asked.streamed:
                    async for chunk in model.astream(messages, **asked.more):
                        self._hear(heard, chunk)
                else:
                    self._hear(heard, await model.ainvoke(messages, **asked.more))
            except openai.APIError as exc:
                heard.error = getattr(exc, "status_code", 0)
        return heard

    @staticmethod
    def _hear(heard: Heard, message: Any) -> None:
        heard.text += message.text
        heard.finish = message.response_metadata.get("finish_reason") or heard.finish
        heard.tokens = message.usage_metadata["total_tokens"] if message.usage_metadata else heard.tokens


class LiteLlmClient:
    """LiteLLM's client."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def ask(self, asked: Asked) -> Heard:
        with warnings.catch_warnings():
            # Of its own making, about its own types.
            warnings.simplefilter("ignore")
            try:
                return await self._ask(asked)
            finally:
                await litellm.close_litellm_async_clients()

    async def _ask(self, asked: Asked) -> Heard:
        heard = Heard()
        body = {**asked.body, "model": f"openai/{asked.model}"}
        try:
            answer: Any = await litellm.acompletion(
                **body, api_base=self._base_url, api_key=asked.key, max_retries=0, num_retries=0
            )
            if asked.streamed:
                async for chunk in answer:
                    _hear(heard, chunk)
            else:
                heard.text, heard.finish = answer.choices[0].message.content, answer.choices[0].finish_reason
                heard.tokens = answer.usage.total_tokens
        except openai.APIError as exc:
            # Its exceptions are openai's; to one that broke off it gives a status of its own.
            heard.error = 0 if heard.text else getattr(exc, "status_code", 0)
        return heard


class Curl:
    """curl, and whoever reads its output by eye: frames are parted at blank lines."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url

    async def ask(self, asked: Asked) -> Heard:
        status, body = await self._post(orjson.dumps(asked.body), asked.key)
        if status != 200:
            return Heard(error=status)
        if not asked.streamed:
            whole = orjson.loads(body)
            (choice,) = whole["choices"]
            products = len(whole["vitrina"]["products"])
            return Heard(
                choice["message"]["content"], choice["finish_reason"], whole["usage"]["total_tokens"], products
            )
        heard = Heard()
        frames = [frame for frame in body.split(b"\n\n") if frame and not frame.startswith(b":")]
        *chunks, last = [frame.removeprefix(b"data: ") for frame in frames]
        for chunk in chunks:
            self._hear(heard, orjson.loads(chunk))
        if last != b"[DONE]":
            assert set(orjson.loads(last)) == {"error"}
            heard.error = 0
        return heard

    async def _post(self, body: bytes, key: str) -> tuple[int, bytes]:
        headers = ("-H", "content-type: application/json", "-H", f"authorization: Bearer {key}")
        address = f"{self._base_url}/chat/completions"
        curl = await asyncio.create_subprocess_exec(
            "curl", "-sS", "-N", "--noproxy", "*", *headers, "-w", "\n%{http_code}", "--data-binary", "@-", address,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        async with asyncio.timeout(PATIENCE_SECONDS):
            output, _ = await curl.communicate(body)
        assert curl.returncode == 0
        answer, _, status = output.rpartition(b"\n")
        return int(status), answer

    @staticmethod
    def _hear(heard: Heard, chunk: dict[str, Any]) -> None:
        for choice in chunk["choices"]:
            heard.text += choice["delta"].get("content", "")
            heard.finish = choice["finish_reason"] or heard.finish
        heard.tokens = chunk["usage"]["total_tokens"] if chunk.get("usage") else heard.tokens
        products = chunk.get("vitrina", {}).get("products")
        heard.products = heard.products if products is None else len(products)


class OpenAiNode:
    """openai-node, in a Node of its own that answers a line for a line."""

    def __init__(self, base_url: str, process: asyncio.subprocess.Process) -> None:
        self._base_url = base_url
        self._process = process

    async def ask(self, asked: Asked) -> Heard:
        question = {"base": self._base_url, "key": asked.key, "streamed": asked.streamed, "body": asked.body}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(orjson.dumps(question) + b"\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            heard = orjson.loads(await self._process.stdout.readline())
        error = heard.pop("error")
        return Heard(**heard, error=None if error is None else error["status"] or 0)


@asynccontextmanager
async def open_node(base_url: str) -> AsyncIterator[OpenAiNode]:
    """The Node client; its packages are those of the lock file, put there by `make test`."""
    assert (NODE_CLIENT / "node_modules").is_dir(), f"run `npm ci` in {NODE_CLIENT}, or `make test`"
    environment = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    process = await asyncio.create_subprocess_exec(
        *nodejs.command("node", str(NODE_CLIENT / "ask.mjs")),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        env=environment, limit=1 << 24,
    )  # fmt: skip
    try:
        yield OpenAiNode(base_url, process)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await process.wait()
