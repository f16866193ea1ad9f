"""GigaChat before a scripted server of its dialect (sandbox/gigachat_server.py names the sources of its shapes)."""

import asyncio
import re
import ssl
import sys
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from pathlib import Path

import pytest
import trustme
from gigachat.settings import AUTH_URL, BASE_URL, ENV_PREFIX, Settings
from pydantic import SecretStr
from support.chains import hear
from support.chat_model_contract import PROMPT, ChatModelContract, ask, spoken
from support.gigachat import a_gigachat
from support.llm import until_let_go
from support.openai import eventually
from support.tls import behind_tls

from runtime.cli import main
from runtime.llm.chain import NoProviderAnswered
from runtime.llm.model import (
    ChatModel,
    End,
    FinishReason,
    LlmFailure,
    LlmMalformed,
    LlmRefused,
    LlmUnavailable,
    PromptUnfit,
    Token,
    TokenUsage,
)
from runtime.llm.presets import PRESETS
from runtime.llm.provider_file import load_providers
from runtime.wiring import build_chain
from sandbox.gigachat_server import KEY, SCOPE, ScriptedGigaChat, scripted_gigachat
from sandbox.openai_server import Drop, Hang, Junk, Refuse, Say


@pytest.fixture
def gigachat() -> Iterator[ScriptedGigaChat]:
    with scripted_gigachat() as server:
        yield server


class TestGigaChatModel(ChatModelContract):
    @pytest.fixture
    async def model(self, gigachat: ScriptedGigaChat) -> AsyncIterator[ChatModel]:
        self._server = gigachat
        async with a_gigachat(gigachat) as model:
            yield model

    def play(self, *, tokens: Sequence[str], finish: FinishReason = "stop", usage: bool = True) -> None:
        self._server.chat.always(Say(tokens, finish=finish, usage=usage))

    def fail_at(self, position: int) -> None:
        self._server.chat.always(Say("a b c d e f", cut_after=position))

    def stall_after(self, tokens: int) -> None:
        self._server.chat.always(Say("a b c d e f", stall_after=tokens))

    async def until_let_go(self) -> None:
        await until_let_go(self._server.chat)

    async def test_request_is_what_gigachat_documents(self, model: ChatModel) -> None:
        self.play(tokens=["x"])
        await ask(model, temperature=0.2, max_tokens=7)
        (granted,), (received,) = self._server.tokens.requests, self._server.chat.requests
        assert granted.headers["authorization"] == f"Basic {KEY}"
        assert uuid.UUID(granted.headers["rquid"]).version == 4
        assert granted.raw == f"scope={SCOPE}".encode()
        assert re.fullmatch(r"Bearer eyJ[0-9a-f]{32}", received.headers["authorization"])
        assert received.body == {
            "model": "GigaChat-2",
            "messages": [{"role": message.role, "content": message.content} for message in PROMPT],
            "stream": True,
            "temperature": 0.2,
            "max_tokens": 7,
        }

    async def test_reasoning_is_never_part_of_the_answer(self, model: ChatModel) -> None:
        self._server.chat.then(Say(["The bag."], reasoning="The shopper seems to want a bag."))
        assert spoken(await ask(model)) == "The bag."

    async def test_stop_sequences_are_kept_although_gigachat_knows_none(self, model: ChatModel) -> None:
        self.play(tokens=["The bag. E", "ND Much ", "more."])
        assert await ask(model, stop=("END", "\n\n")) == [Token("The bag. "), End("stop")]
        self.play(tokens=["The bag. ", "E"])
        assert await ask(model, stop=("END",)) == [Token("The bag. "), Token("E"), TokenUsage(23, 2), End("stop")]

    async def test_line_separator_of_unicode_parts_no_event(self, model: ChatModel) -> None:
        self.play(tokens=["one\u2028two\x85three"])
        assert spoken(await ask(model)) == "one\u2028two\x85three"


async def test_answer_is_whole_once_its_finish_reason_is_known(gigachat: ScriptedGigaChat) -> None:
    gigachat.chat.then(Say(["done"], done=False))
    async with a_gigachat(gigachat) as model:
        assert (await ask(model))[-1] == End("stop")


@pytest.mark.parametrize(
    ("plan", "failure", "message"),
    [
        # https://developers.sber.ru/docs/ru/gigachat/api/errors-description: statuses and their reasons.
        pytest.param(Refuse(400), PromptUnfit, "status 400", id="parameters"),
        pytest.param(Refuse(401), LlmRefused, "check GIGA_KEY, and that the scope", id="token-refused-twice"),
        pytest.param(Refuse(402), LlmRefused, "quota or balance", id="money"),
        pytest.param(Refuse(403), LlmRefused, "check GIGA_KEY", id="forbidden"),
        pytest.param(Refuse(404), LlmRefused, "check model and base_url of provider 'giga'", id="unknown-model"),
        pytest.param(Refuse(413), PromptUnfit, "status 413", id="too-large"),
        pytest.param(Refuse(422), PromptUnfit, "status 422", id="unprocessable"),
        pytest.param(Refuse(429, retry_after=7), LlmUnavailable, "status 429", id="rate-limit"),
        pytest.param(Refuse(500), LlmUnavailable, "status 500", id="server-error"),
        pytest.param(Refuse(301), LlmRefused, "it has moved", id="moved"),
        pytest.param(Drop(), LlmUnavailable, "cannot be reached", id="dropped"),
        pytest.param(Say("a b c", fail_after=0), LlmUnavailable, "reported an error", id="error-first"),
        pytest.param(Say("a b c", fail_after=2), LlmUnavailable, "reported an error", id="error-later"),
        pytest.param(Junk(b"<html>"), LlmMalformed, "no event stream", id="html"),
        pytest.param(Junk(b"", content_type="text/event-stream"), LlmFailure, "GigaChat-2", id="empty"),
        pytest.param(Junk(b"data: {no\n\n", content_type="text/event-stream"), LlmMalformed, "no chunk", id="no-json"),
        pytest.param(Junk(b"data: [1]\n\n", content_type="text/event-stream"), LlmMalformed, "no chunk", id="list"),
        pytest.param(
            Junk(b'data: {"choices":"a"}\n\n', content_type="text/event-stream"), LlmMalformed, "no chunk", id="shape"
        ),
        pytest.param(
            Junk(b"data: " + b"a" * (1 << 21), content_type="text/event-stream"), LlmMalformed, "without end", id="long"
        ),
    ],
)
async def test_failure_says_what_it_means(
    gigachat: ScriptedGigaChat,
    caplog: pytest.LogCaptureFixture,
    plan: Refuse | Drop | Say | Junk,
    failure: type[LlmFailure],
    message: str,
) -> None:
    gigachat.chat.always(plan)
    async with a_gigachat(gigachat) as model:
        with pytest.raises(failure, match=message) as caught:
            await ask(model)
    assert KEY not in str(caught.value)
    # Neither may a library tell the log the provider's words; httpx and the server here tell addresses and statuses.
    assert {record.name for record in caplog.records} <= {"httpx", "uvicorn.access"}
    assert KEY not in caplog.text
    assert len(gigachat.chat.requests) == (2 if plan == Refuse(401) else 1)


@pytest.mark.parametrize(
    ("plan", "failure", "message"),
    [
        pytest.param(Refuse(400), LlmRefused, "instead of an access token came status 400; check GIGA_KEY", id="scope"),
        pytest.param(Refuse(401), LlmRefused, "came status 401; check GIGA_KEY, and that the scope", id="key"),
        pytest.param(Refuse(429, retry_after=7), LlmUnavailable, "status 429", id="too-often"),
        pytest.param(Refuse(503), LlmUnavailable, "status 503", id="down"),
        pytest.param(Drop(), LlmUnavailable, "cannot be reached", id="dropped"),
        pytest.param(Junk(b"<html>"), LlmMalformed, "no access token", id="html"),
        pytest.param(Junk(b"[]"), LlmMalformed, "no access token", id="list"),
        pytest.param(Junk(b'{"tok": "a"}'), LlmMalformed, "no access token", id="no-end"),
        pytest.param(
            Junk('{"tok": "ключ", "exp": 99999999999999}'.encode()), LlmMalformed, "no access token", id="no-header"
        ),
    ],
)
async def test_question_without_a_token_is_never_asked(
    gigachat: ScriptedGigaChat,
    caplog: pytest.LogCaptureFixture,
    plan: Refuse | Junk | Drop,
    failure: type,
    message: str,
) -> None:
    gigachat.tokens.always(plan)
    async with a_gigachat(gigachat) as model:
        with pytest.raises(failure, match=message) as caught:
            await ask(model)
        assert KEY not in str(caught.value)
        assert getattr(caught.value, "retry_after", None) == getattr(plan, "retry_after", None)
        assert gigachat.chat.requests == ()
        assert KEY not in caplog.text
        # What is known of the failure is not kept for a token.
        gigachat.tokens.always(Say())
        assert (await ask(model))[-1] == End("stop")


@pytest.mark.parametrize("silent", ["tokens", "chat"])
async def test_silence_of_either_server_ends_at_the_gap_timeout(gigachat: ScriptedGigaChat, silent: str) -> None:
    getattr(gigachat, silent).then(Hang())
    async with a_gigachat(gigachat, gap_timeout=0.1) as model:
        with pytest.raises(LlmUnavailable, match="in time"):
            await ask(model)


async def test_one_token_serves_until_it_is_about_to_end(gigachat: ScriptedGigaChat) -> None:
    async with a_gigachat(gigachat) as model:
        for lifetime, requests in ((90.0, 1), (90.0, 1), (90.0, 1)):
            gigachat.lifetime = lifetime
            await ask(model)
            assert len(gigachat.tokens.requests) == requests


async def test_token_within_a_minute_of_its_end_is_renewed_before_it_is_used(gigachat: ScriptedGigaChat) -> None:
    gigachat.lifetime = 59.0
    async with a_gigachat(gigachat) as model:
        for requests in (1, 2, 3):
            await ask(model)
            assert len(gigachat.tokens.requests) == requests
    sent = [received.headers["authorization"] for received in gigachat.chat.requests]
    assert len(set(sent)) == 3


async def test_token_that_is_refused_before_its_end_is_renewed_once(gigachat: ScriptedGigaChat) -> None:
    async with a_gigachat(gigachat) as model:
        await ask(model)
        gigachat.revoke()
        assert (await ask(model))[-1] == End("stop")
    assert [received.status for received in gigachat.chat.requests] == [200, 401, 200]
    assert len(gigachat.tokens.requests) == 2


async def test_token_already_ended_when_it_is_given_is_no_loop(gigachat: ScriptedGigaChat) -> None:
    gigachat.lifetime = -1.0
    async with a_gigachat(gigachat) as model:
        with pytest.raises(LlmRefused, match="status 401"):
            await ask(model)
    assert (len(gigachat.tokens.requests), len(gigachat.chat.requests)) == (2, 2)


async def test_many_questions_at_once_ask_for_one_token(gigachat: ScriptedGigaChat) -> None:
    gigachat.tokens.always(Say(delay=0.05))
    async with a_gigachat(gigachat) as model:
        await asyncio.gather(*(ask(model) for _ in range(20)))
        assert len(gigachat.tokens.requests) == 1
        gigachat.revoke()
        await asyncio.gather(*(ask(model) for _ in range(20)))
        assert len(gigachat.tokens.requests) == 2


async def test_shopper_who_leaves_while_a_token_is_asked_for_holds_nobody_up(gigachat: ScriptedGigaChat) -> None:
    gigachat.tokens.then(Hang())
    async with a_gigachat(gigachat) as model:
        leaving = asyncio.create_task(ask(model))
        await eventually(lambda: gigachat.tokens.requests)
        staying = asyncio.create_task(ask(model))
        leaving.cancel()
        assert (await staying)[-1] == End("stop")
        with pytest.raises(asyncio.CancelledError):
            await leaving


async def test_environment_of_the_library_changes_nothing(
    gigachat: ScriptedGigaChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = {
        "base_url": "http://127.0.0.1:9/v1", "auth_url": "http://127.0.0.1:9", "credentials": "c29tZWJvZHk6ZWxzZQ==",
        "scope": "GIGACHAT_API_CORP", "access_token": "of-somebody-else", "model": "GigaChat-2-Max",
        "user": "somebody", "password": "else", "profanity_check": "true", "verify_ssl_certs": "false",
        "timeout": "0.000001", "ca_bundle_file": "none.pem", "cert_file": "none.pem", "key_file": "none.pem",
        "flags": "no JSON", "max_retries": "5", "max_connections": "0",
    }  # fmt: skip
    for name in Settings.model_fields:
        monkeypatch.setenv(f"{ENV_PREFIX}{name.upper()}", usual.get(name, "nonsense"))
    gigachat.chat.then(Refuse(503), Say(["x"]))
    async with a_gigachat(gigachat) as model:
        with pytest.raises(LlmUnavailable, match="503"):
            await ask(model)
        assert spoken(await ask(model)) == "x"
    (granted,), (_, received) = gigachat.tokens.requests, gigachat.chat.requests
    assert (granted.headers["authorization"], granted.raw) == (f"Basic {KEY}", f"scope={SCOPE}".encode())
    assert received.body["model"] == "GigaChat-2"
    assert received.body.keys() == {"model", "messages", "stream", "temperature", "max_tokens"}


@pytest.mark.parametrize("checked", ["true", "false"])
async def test_certificates_are_checked_on_both_ways_whatever_the_environment_says(
    gigachat: ScriptedGigaChat, monkeypatch: pytest.MonkeyPatch, checked: str
) -> None:
    monkeypatch.setenv("GIGACHAT_VERIFY_SSL_CERTS", checked)
    authority, trusting = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(trusting)
    async with behind_tls(gigachat.port, authority) as origin:
        addresses = {"base_url": f"{origin}/v1", "auth_url": f"{origin}/api/v2/oauth"}
        for place, address in addresses.items():
            async with a_gigachat(gigachat, **{place: address}) as model:
                with pytest.raises(LlmUnavailable, match="certificate is not trusted; its authority goes into ca_file"):
                    await ask(model)
        assert gigachat.chat.requests == ()
        async with a_gigachat(gigachat, **addresses, tls=trusting) as model:
            assert (await ask(model))[-1] == End("stop")


async def test_two_models_do_not_share_what_one_of_them_closes(gigachat: ScriptedGigaChat) -> None:
    async with a_gigachat(gigachat) as lasting:
        async with a_gigachat(gigachat) as brief:
            await ask(brief)
        assert (await ask(lasting))[-1] == End("stop")


async def test_wrong_key_is_told_and_not_shown(gigachat: ScriptedGigaChat) -> None:
    key = "bm90OnRoZS1rZXk="
    async with a_gigachat(gigachat, api_key=SecretStr(key)) as model:
        with pytest.raises(LlmRefused, match="check GIGA_KEY") as caught:
            await ask(model)
    assert key not in str(caught.value)


TABLE = '[[providers]]\nname = "giga"\npreset = "gigachat"\nmodel = "GigaChat-2"\napi_key_env = "GIGA_KEY"\n'


async def test_chain_of_a_file_speaks_to_gigachat(gigachat: ScriptedGigaChat, tmp_path: Path) -> None:
    file = tmp_path / "providers.toml"
    more = f'scope = "{SCOPE}"\nbase_url = "{gigachat.base_url}"\nauth_url = "{gigachat.auth_url}"\n'
    slow = "first_token_seconds = 60\n"
    file.write_text(f"budget_{slow}{TABLE}{more}{slow}system_prompt = 'Say «вы».'\n")
    chain = build_chain(load_providers(file, secret={"GIGA_KEY": KEY}.get))
    gigachat.chat.then(Say(["Сумка."], finish="content_filter"))
    async with aclosing(chain):
        parts = await hear(chain)
        assert (spoken(parts), parts[-1]) == ("Сумка.", End("content_filter"))
        assert gigachat.chat.requests[0].body["messages"][0]["content"].endswith("Say «вы».")
        gigachat.revoke()
        gigachat.tokens.always(Refuse(401))
        with pytest.raises(NoProviderAnswered, match=r"check GIGA_KEY, and that scope GIGACHAT_API_PERS is the key's"):
            await hear(chain)


def test_addresses_are_those_the_library_has() -> None:
    assert (PRESETS["gigachat"].base_url, PRESETS["gigachat"].auth_url) == (BASE_URL, AUTH_URL)


def test_without_the_extra_the_program_ends_with_two_and_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "providers.toml").write_text(f'{TABLE}scope = "{SCOPE}"\n')
    monkeypatch.setenv("CHAT_PROVIDERS", "providers.toml")
    monkeypatch.setenv("GIGA_KEY", KEY)
    monkeypatch.setattr("sys.argv", ["vitrina-runtime", "serve"])
    for module in ("runtime.llm.gigachat", "runtime.llm.gigachat_wire"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    monkeypatch.setitem(sys.modules, "langchain_gigachat", None)
    monkeypatch.setitem(sys.modules, "langchain_gigachat.chat_models", None)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 2
    told = capfd.readouterr().err
    assert "provider 'giga' needs the extra `gigachat`" in told
    assert "`make install` and the image bring it" in told
    assert KEY not in told
