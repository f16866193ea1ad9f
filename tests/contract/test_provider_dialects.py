"""Each preset before a server that speaks its provider's dialect as documented: what is asked, what is made of answers.

Sources, beside those of runtime/llm/presets.py, stand at each shape. The presets' own addresses are the only thing
replaced, and by `base_url`, as an operator would.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from structlog.testing import capture_logs
from support.chains import hear
from support.chat_model_contract import PROMPT, spoken
from support.openai import KEY

from runtime.llm.chain import NoProviderAnswered, ProviderChain
from runtime.llm.model import End, TokenUsage
from runtime.llm.presets import PRESETS, PresetName
from runtime.llm.provider_file import load_providers
from runtime.wiring import build_chain
from sandbox.openai_server import Junk, Refuse, Say, ScriptedServer, scripted_openai

MODELS: dict[PresetName, tuple[str, str]] = {
    "openai": ("gpt-4o", "gpt-4o"),
    "deepseek": ("deepseek-v4-flash", "deepseek-v4-flash"),
    "yandexgpt": ("yandexgpt/latest", "gpt://b1g/yandexgpt/latest"),
    "ollama": ("qwen3:14b", "qwen3:14b"),
    "custom": ("house", "house"),
}
"""As the operator writes it, and as the provider is asked for it."""


USUAL: dict[str, object] = {}
"""What every provider of a test has besides."""


@pytest.fixture(params=("lean", "langchain"), autouse=True)
def adapter(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(USUAL, "adapter", request.param)


@pytest.fixture(scope="module")
def running() -> Iterator[ScriptedServer]:
    with scripted_openai(chat_models=tuple(wire for _, wire in MODELS.values())) as server:
        yield server


@pytest.fixture
def server(running: ScriptedServer) -> ScriptedServer:
    running.reset()
    return running


@asynccontextmanager
async def configured(
    folder: Path, server: ScriptedServer, preset: PresetName, **more: object
) -> AsyncIterator[ProviderChain]:
    """A chain of one, from a file as an operator writes it."""
    lines: dict[str, object] = {
        "name": "one", "preset": preset, "model": MODELS[preset][0], "base_url": server.base_url,
        "first_token_seconds": 60, **USUAL, **more,
    }  # fmt: skip
    if PRESETS[preset].needs_key:
        lines["api_key_env"] = "KEY"
    if PRESETS[preset].folders:
        lines["folder"] = "b1g"
    file = folder / "providers.toml"
    tables = "".join(f"{key} = {orjson.dumps(value).decode()}\n" for key, value in lines.items())
    file.write_text(f"budget_first_token_seconds = 60\n[[providers]]\n{tables}")
    chain = build_chain(load_providers(file, secret={"KEY": KEY}.get))
    try:
        yield chain
    finally:
        await chain.aclose()


def stream(*chunks: dict[str, Any], before: bytes = b"") -> Junk:
    """Hand-written chunks as a stream of server-sent events."""
    frames = b"".join(b"data: " + orjson.dumps(chunk) + b"\n\n" for chunk in chunks)
    return Junk(before + frames + b"data: [DONE]\n\n", content_type="text/event-stream")


def chunk(delta: dict[str, Any] | None, *, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": choices, **more}


@pytest.mark.parametrize("preset", MODELS)
async def test_request_is_what_the_provider_documents(
    tmp_path: Path, server: ScriptedServer, preset: PresetName
) -> None:
    async with configured(tmp_path, server, preset) as chain:
        await hear(chain, max_tokens=77, stop=("END",))
    (received,) = server.chat.requests
    limit = "max_completion_tokens" if preset == "openai" else "max_tokens"
    assert received.body == {
        "model": MODELS[preset][1],
        "messages": [{"role": message.role, "content": message.content} for message in PROMPT],
        "stream": True,
        "stream_options": {"include_usage": True},
        "temperature": 0.1,
        limit: 77,
        "stop": ["END"],
    }
    # Ollama's documentation says of the key "required but ignored": LangChain's client sends a placeholder.
    placeholder = "Bearer none" if USUAL["adapter"] == "langchain" else None
    assert received.headers.get("authorization") == (f"Bearer {KEY}" if PRESETS[preset].needs_key else placeholder)


def test_every_preset_is_tried_here_or_in_a_file_of_its_own() -> None:
    assert PRESETS.keys() - MODELS.keys() == {"gigachat"}


def test_addresses_are_those_the_providers_document() -> None:
    assert {name: preset.base_url for name, preset in PRESETS.items()} == {
        "openai": "https://api.openai.com/v1",
        "deepseek": "https://api.deepseek.com",
        "yandexgpt": "https://ai.api.cloud.yandex.net/v1",
        "ollama": "http://127.0.0.1:11434/v1",
        "gigachat": "https://api.giga.chat/v1",
        "custom": None,
    }


async def test_openai_counts_in_a_chunk_of_its_own_before_the_end(tmp_path: Path, server: ScriptedServer) -> None:
    # https://platform.openai.com/docs/api-reference/chat-streaming: with include_usage a last chunk without choices.
    server.chat.then(
        stream(
            chunk({"role": "assistant", "content": "", "refusal": None}, usage=None),
            chunk({"content": "The bag."}, usage=None, obfuscation="aB3"),
            chunk({}, finish="stop", usage=None),
            chunk(None, usage={"prompt_tokens": 17, "completion_tokens": 3, "total_tokens": 20}),
        )
    )
    async with configured(tmp_path, server, "openai") as chain:
        parts = await hear(chain)
    assert spoken(parts) == "The bag."
    assert parts[-2:] == [TokenUsage(17, 3), End("stop")]


async def test_deepseek_keeps_alive_thinks_and_counts_in_its_last_chunk(tmp_path: Path, server: ScriptedServer) -> None:
    # https://api-docs.deepseek.com/quick_start/rate_limit: comments while a request waits. …/guides/reasoning_model:
    # reasoning_content beside a content of null, before the answer. …/api/create-chat-completion: usage, with the
    # share of cached tokens, beside the finish reason.
    counts = {
        "prompt_tokens": 17, "completion_tokens": 9, "total_tokens": 26,
        "prompt_cache_hit_tokens": 0, "prompt_cache_miss_tokens": 17,
        "completion_tokens_details": {"reasoning_tokens": 5},
    }  # fmt: skip
    server.chat.then(
        stream(
            chunk({"role": "assistant", "content": None, "reasoning_content": ""}, usage=None),
            chunk({"content": None, "reasoning_content": "They want a bag."}, usage=None),
            chunk({"content": "The bag.", "reasoning_content": None}, usage=None),
            chunk({"content": "", "reasoning_content": None}, finish="stop", usage=counts),
            before=b": keep-alive\n\n" * 3,
        )
    )
    async with configured(tmp_path, server, "deepseek") as chain:
        parts = await hear(chain)
    assert spoken(parts) == "The bag."
    assert parts[-2:] == [TokenUsage(17, 9), End("stop")]


async def test_ollama_repeats_the_role_and_cuts_a_long_prompt_in_silence(
    tmp_path: Path, server: ScriptedServer
) -> None:
    # Chunks: ollama/ollama openai/openai.go (role and content in each, fingerprint fp_ollama, usage in a chunk of its
    # own). A prompt longer than the context is cut to half of it, and what was kept is counted: ollama issue 17427.
    server.chat.then(
        stream(
            chunk({"role": "assistant", "content": "", "reasoning": "A bag."}, system_fingerprint="fp_ollama"),
            chunk({"role": "assistant", "content": "The "}, system_fingerprint="fp_ollama"),
            chunk({"role": "assistant", "content": "bag."}, system_fingerprint="fp_ollama"),
            chunk({"role": "assistant", "content": ""}, finish="stop", system_fingerprint="fp_ollama"),
            chunk(None, usage={"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}),
        )
    )
    with capture_logs() as logs:
        async with configured(tmp_path, server, "ollama", num_ctx=16, system_prompt="Be kind to shoppers.") as chain:
            parts = await hear(chain)
    assert spoken(parts) == "The bag."
    assert [line["event"] for line in logs] == ["llm_prompt_cut"]


def _error(kind: str, **members: object) -> bytes:
    return orjson.dumps({"error": {"message": "too long", "type": kind, "code": 400, **members}})


REFUSALS: Sequence[tuple[PresetName, str, Junk | Refuse, str, bool]] = [
    # https://platform.openai.com/docs/guides/error-codes
    ("openai", "key", Refuse(401, code="invalid_api_key"), "check KEY", True),
    ("openai", "quota", Refuse(429, code="insufficient_quota"), "quota or balance is used up", True),
    ("openai", "model", Refuse(404, code="model_not_found"), "check model and base_url of provider 'one'", True),
    ("openai", "busy", Refuse(503), "status 503", False),
    # Seen in sipeed/picoclaw issue 16.
    ("openai", "field", Refuse(400, code="unsupported_parameter", param="max_tokens"), "status 400", True),
    # https://api-docs.deepseek.com/quick_start/error_codes
    ("deepseek", "balance", Refuse(402, message="Insufficient Balance"), "quota or balance is used up", True),
    ("deepseek", "parameters", Refuse(422), "status 422", False),
    # Of a prompt it does not like: 666ghj/BettaFish issues 108 and 691.
    ("deepseek", "unwanted", Refuse(400, message="Content Exists Risk", code="invalid_request_error"), "400", False),
    ("deepseek", "rate", Refuse(429), "status 429", False),
    ("deepseek", "overloaded", Refuse(503), "status 503", False),
    # https://yandex.cloud/en/docs/foundation-models/troubleshooting/error-codes: statuses and their reasons. The body's
    # shape is not documented there, so nothing may hang on it; a wrong model URI and a long prompt are both 400.
    ("yandexgpt", "uri-or-prompt", Junk(b'{"error":"INVALID_ARGUMENT"}', status=400), "status 400", False),
    ("yandexgpt", "role", Junk(b'{"error":{"message":"PERMISSION_DENIED"}}', status=403), "check KEY", True),
    ("yandexgpt", "exhausted", Junk(b'{"error":{"code":8}}', status=429), "status 429", False),
    ("yandexgpt", "deadline", Junk(b"", status=504), "status 504", False),
    # ollama/ollama openai/openai.go, NewError: type by status, code and param null.
    ("ollama", "not-pulled", Refuse(404, type="not_found_error", message="model 'x' not found"), "status 404", True),
    # ollama issue 17889: some models answer a prompt that is too long with 400.
    ("ollama", "too-long", Refuse(400, message="exceeds the available context size"), "status 400", False),
    # Too long a prompt to vLLM, and to llama.cpp's server.
    (
        "custom",
        "vllm-too-long",
        Junk(_error("BadRequestError", param="input_tokens"), status=400),
        "400",
        False,
    ),
    (
        "custom",
        "llama-too-long",
        Junk(_error("exceed_context_size_error"), status=400),
        "status 400",
        False,
    ),
    ("ollama", "loading-failed", Refuse(500, type="api_error"), "status 500", False),
]


@pytest.mark.parametrize(
    ("preset", "plan", "told", "left_alone"),
    [pytest.param(preset, *rest, id=f"{preset}-{case}") for preset, case, *rest in REFUSALS],
)
async def test_refusal_is_told_and_says_whether_to_come_back(
    tmp_path: Path, server: ScriptedServer, preset: PresetName, plan: Junk | Refuse, told: str, left_alone: bool
) -> None:
    server.chat.always(plan)
    async with configured(tmp_path, server, preset) as chain:
        with pytest.raises(NoProviderAnswered, match=told) as caught:
            await hear(chain)
        assert KEY not in str(caught.value)
        with pytest.raises(NoProviderAnswered):
            await hear(chain)
    assert len(server.chat.requests) == (1 if left_alone else 2)


@pytest.mark.parametrize("preset", MODELS)
async def test_thoughts_are_shown_to_nobody(tmp_path: Path, server: ScriptedServer, preset: PresetName) -> None:
    # vLLM, Ollama and Yandex's open models send them as DeepSeek does.
    server.chat.then(Say(["The bag."], reasoning="They want a bag."))
    async with configured(tmp_path, server, preset) as chain:
        assert spoken(await hear(chain)) == "The bag."
