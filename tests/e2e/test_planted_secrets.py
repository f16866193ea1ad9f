"""Thirty and more planted secrets and personal data: none of them in a log line, answer, metric, span or record.

Both programs as processes, both models scripted; they are planted in settings, requests, native documents and in what
the providers say, and looked for in everything that comes out.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import httpx2
import pytest
from support.collector import collecting
from support.faults import a_product, a_program, put_shop
from support.openai import KEY
from support.opensearch import REQUEST_TIMEOUT_SECONDS, own_namespace
from support.processes import IndexerProgram, eventually
from support.secured import Place
from support.small_shop import served

from sandbox.openai_server import Refuse, Say, ScriptedServer, scripted_openai
from sandbox.opensearch.security import PASSWORD
from shared.opensearch import connect

PRODUCTS: Final = 12


def canary(name: str) -> str:
    return f"canary-{name}-5d1f0c"


IN_SETTINGS: Final = {
    "OPENSEARCH_PASSWORD": PASSWORD,
    "VISITOR_SECRET": canary("visitors-secret-of-32-bytes"),
    "LANGSMITH_API_KEY": canary("langsmith"),
    "SECOND_PROVIDER_KEY": canary("second-provider"),
}
REDIS: Final = canary("redis")
OTLP: Final = canary("otlp")
ACTION_KEY: Final = f"vk_{canary('action')}"
CHAT_KEY: Final = f"vk_{canary('chat')}"

IN_REQUESTS: Final = {
    "another key": f"vk_{canary('wrong-key')}",
    "a key in the query": canary("query"),
    "a cookie": canary("cookie"),
    "a header": canary("header"),
    "a visitor": canary("visitor"),
    "a basic login": "dXNlcjpjYW5hcnktYmFzaWMtNWQxZjBj",
    "a member of the body": canary("member"),
    "a field that is wrong": canary("wrong-field"),
    "a page": canary("referer"),
}
PERSONAL: Final = {
    "a Russian phone": "8 (916) 555-01-37",
    "a phone with a plus": "+7 495 555-01-38",
    "an American phone": "call (415) 555-0139",
    "an address": "anna.canary@example.org",
    "a card": "4111 1111 1111 1111",
    "a passport": "паспорт 4509 555140",
    "a tax number": "ИНН 7707083893",
}
IN_DOCUMENTS: Final = {
    "cost": "41.513907",
    "wholesale_margin": canary("margin"),
    "supplier_code": canary("supplier"),
}
SAID_BY_PROVIDERS: Final = {
    "the model, refusing": canary("said-by-the-model"),
    "the embedder, refusing": canary("said-by-the-embedder"),
    "the key, repeated": KEY,
}
BARE: Final = {
    "call (415) 555-0139": "(415) 555-0139",
    "паспорт 4509 555140": "4509 555140",
    "ИНН 7707083893": "7707083893",
}

PLANTED: Final = {
    **IN_SETTINGS,
    "RATE_LIMIT_STORAGE": REDIS,
    "OTEL_EXPORTER_OTLP_HEADERS": OTLP,
    "an action key": ACTION_KEY,
    "a chat key": CHAT_KEY,
    **IN_REQUESTS,
    **{name: BARE.get(text, text) for name, text in PERSONAL.items()},
    **IN_DOCUMENTS,
    **SAID_BY_PROVIDERS,
}


@dataclass(frozen=True)
class Everything:
    """What came out, by where it came out."""

    said: Mapping[str, str]

    def found(self, planted: str) -> list[str]:
        return [where for where, text in self.said.items() if planted in text]


def _questions(url: str) -> dict[str, str]:
    """Every answer to requests that carry what nobody is to see."""
    wrong = {"authorization": f"Bearer {IN_REQUESTS['another key']}", "cookie": f"sid={IN_REQUESTS['a cookie']}"}
    odd = {
        "x-api-key": IN_REQUESTS["a header"],
        "x-vitrina-visitor": IN_REQUESTS["a visitor"],
        "referer": f"https://shop.test/?token={IN_REQUESTS['a page']}",
    }
    basic = {"authorization": f"Basic {IN_REQUESTS['a basic login']}"}
    chat_key, action_key = ({"authorization": f"Bearer {key}"} for key in (CHAT_KEY, ACTION_KEY))
    body = {"messages": [{"role": "user", "content": f"jackets; {'; '.join(PERSONAL.values())}"}]}
    told = {"answer_id": "chatcmpl-1", "rating": "down", "comment": ", ".join(PERSONAL.values())}
    said = {}
    with httpx2.Client(base_url=url, timeout=60) as http:
        chat, find = "/v1/chat/completions", "/api/v1/actions/retrieve_products"
        for name, answer in {
            "wrong key": http.post(find, json={"query": "jacket"}, headers=wrong),
            "basic": http.post(find, json={"query": "jacket"}, headers=basic),
            "query": http.post(f"{chat}?token={IN_REQUESTS['a key in the query']}", json=body, headers=chat_key),
            "odd headers": http.post(chat, json=body | {"stream": True}, headers=odd | chat_key),
            "member": http.post(chat, json=body | {"secret": IN_REQUESTS["a member of the body"]}, headers=chat_key),
            "wrong": http.post(
                chat, json=body | {"temperature": IN_REQUESTS["a field that is wrong"]}, headers=chat_key
            ),
            "action": http.post(find, json={"query": "jacket", "explain": True}, headers=action_key),
            "product": http.post("/api/v1/actions/get_product", json={"id": "1"}, headers=action_key),
            "feedback": http.post("/api/v1/feedback", json=told, headers=odd | chat_key),
            "ready": http.get("/health/ready"),
            "metrics": http.get("/metrics"),
            "config": http.get("/api/v1/widget/config"),
        }.items():
            said[f"{name}: {answer.status_code}"] = f"{answer.text} {dict(answer.headers)}"
    return said


async def _indices(place: Place, namespace: str) -> str:
    """Every document and mapping of ours: the catalogue, the run records, the state."""
    async with connect(place.address(), timeout=REQUEST_TIMEOUT_SECONDS) as client:
        found = await client.search(index=f"{namespace}*rag*", body={"size": 1000})
        mappings = await client.indices.get_mapping(index=f"{namespace}*rag*")
    return json.dumps([found["hits"]["hits"], mappings], ensure_ascii=False)


async def _native(place: Place, namespace: str) -> None:
    documents = {str(number): a_product(number) | IN_DOCUMENTS for number in range(PRODUCTS)}
    async with connect(place.address(), timeout=REQUEST_TIMEOUT_SECONDS) as client:
        await put_shop(client, namespace, documents)


def _refuse(provider: ScriptedServer) -> None:
    said = f"You sent {KEY}: {SAID_BY_PROVIDERS['the model, refusing']}"
    provider.chat.always(Refuse(401, message=said))
    provider.embeddings.always(Refuse(400, message=SAID_BY_PROVIDERS["the embedder, refusing"]))


def _run(program: IndexerProgram, *arguments: str, **settings: str) -> str:
    ended = asyncio.run(program.run(*arguments, **settings))
    return f"{ended.code}\n{ended.output}\n{ended.errors}"


@pytest.fixture(scope="module")
def everything(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Everything:
    folder = tmp_path_factory.mktemp("planted")
    said: dict[str, str] = {}
    with (
        own_namespace(place.url, **place.options) as namespace,
        scripted_openai(api_key=KEY) as provider,
        collecting() as collector,
    ):
        asyncio.run(_native(place, namespace))
        program = a_program(folder, place.url, provider=provider.base_url, namespace=namespace)
        spans = {
            "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer {OTLP}",
            "OTEL_BSP_SCHEDULE_DELAY": "100",
            "TRACE_CONTENT": "true",
        }
        # A node that was given to the tests may ask nobody for a password, and is told one all the same.
        logins = IN_SETTINGS | place.settings("vitrina-indexer") | {"OPENSEARCH_USERNAME": "vitrina-indexer"}
        said["run"] = _run(program, "run", "--json", **logins, **spans)
        assert said["run"].startswith("0\n"), said["run"]
        said["doctor of the run"] = _run(program, "doctor", "--json", **logins)
        said["status"] = _run(program, "status", "--json", **logins)
        (folder / "providers.toml").write_text(_PROVIDERS.format(url=provider.base_url))
        answers = folder / "answers"
        runtime_settings = {
            **logins,
            "OPENSEARCH_USERNAME": "vitrina-runtime",
            **spans,
            "CHAT_PROVIDERS": "providers.toml",
            "MAIN_KEY": KEY,
            "ANSWER_EVENTS": str(answers),
            "LOG_LEVEL": "DEBUG",
            "RATE_LIMIT_STORAGE": f"redis://:{REDIS}@127.0.0.1:1/0",
            "ACTION_API_KEYS": f"gpt:{sha256(ACTION_KEY.encode()).hexdigest()}",
            "CHAT_API_KEYS": f"widget:{sha256(CHAT_KEY.encode()).hexdigest()}",
            "CHAT_OPEN": "false",
        }
        with served(program, **runtime_settings) as runtime:
            for round in ("well", "refused"):
                provider.chat.always(Say("A jacket it is."))
                if round == "refused":
                    _refuse(provider)
                said |= {f"{round}, {name}": text for name, text in _questions(runtime.url).items()}
            assert eventually(lambda: b"retrieve" in collector.words)
            runtime.stop()
            said["log of the runtime"] = runtime.log.read_text(encoding="utf-8")
        said["run that fails"] = _run(program, "run", "--json", **logins, **spans)
        said["spans"] = _bodies(collector.requests)
        said["answer events"] = "\n".join(path.read_text(encoding="utf-8") for path in answers.iterdir())
        said["indices"] = asyncio.run(_indices(place, namespace))
    return Everything(said)


_PROVIDERS: Final = """\
[[providers]]
name = "main"
preset = "custom"
model = "gpt-4o"
base_url = "{url}"
api_key_env = "MAIN_KEY"

[[providers]]
name = "second"
preset = "custom"
model = "gpt-4o"
base_url = "{url}"
api_key_env = "SECOND_PROVIDER_KEY"
"""


def _bodies(requests: Any) -> str:
    """What the collector took, but for the header that it is meant to be shown."""
    return "\n".join(request.body.decode(errors="replace") for request in requests)


def test_thirty_things_were_planted_and_all_places_looked_at(everything: Everything) -> None:
    assert len(PLANTED) >= 30
    assert len(set(PLANTED.values())) == len(PLANTED)
    empty = [where for where, text in everything.said.items() if len(text) < 100 and "204" not in where]
    assert empty == []
    assert "jackets" in everything.said["answer events"], "questions are kept"
    assert "jackets" in everything.said["spans"], "content is traced"
    assert "llm_failed" in everything.said["log of the runtime"], "the providers' words were heard"


@pytest.mark.parametrize("planted", PLANTED.values(), ids=PLANTED.keys())
def test_what_was_planted_appears_nowhere(everything: Everything, planted: str) -> None:
    assert everything.found(planted) == []


@pytest.mark.parametrize("sign", ["[phone]", "[e-mail]", "[card]", "[passport]", "[INN]"])
def test_what_was_personal_is_masked_where_questions_are_kept(everything: Everything, sign: str) -> None:
    assert sign in everything.said["answer events"]
    assert sign in everything.said["spans"]
