"""The product, whole: every middleware, an open chat, a model behind the port. `python -m bench.runtime.subject`.

Served as `vitrina-runtime serve` does, logs included. What it is given instead: products found at once, rate limits
nobody meets, and what the arguments say.
"""

import argparse
import socket
import sys
from dataclasses import dataclass
from typing import Any, Final, get_args

import uvicorn
from pydantic import SecretStr

from bench.runtime.shop import STORE, CannedRetriever
from bench.runtime.told import Telling, raise_file_limit
from runtime.app import create_app
from runtime.chat.generation import AnswerLimits
from runtime.chat.purse import Purses
from runtime.chat.service import ChatService
from runtime.chat.stream import TIMING, StreamTiming
from runtime.cli import SHUTDOWN_SECONDS
from runtime.llm.chain import ProviderChain
from runtime.llm.dialect import OPENAI_DIALECT
from runtime.llm.providers import Deadlines, OpenAiAdapter, Provider, ProviderPlan
from runtime.log_sink import LogSink
from runtime.memory import keep_what_is_here
from runtime.web.auth import ApiKey, ChatDoor, ClosedDoor, KeyRing, hash_key
from runtime.web.budget import Allowance, Budgets
from runtime.web.draining import DrainingServer
from runtime.web.ledger import Ledger
from runtime.web.listening import BACKLOG, ShopperConnection, listen
from runtime.web.rate_limit import RateLimit
from runtime.web.stores import Storefronts
from runtime.web.visitors import Visitors
from runtime.wiring import Services, build_chain
from sandbox.ports import LOOPBACK
from shared.opensearch import ClusterAddress, connect
from shared.telemetry import configure_logging
from shared.tracing import configure_tracing

ADAPTERS: Final[tuple[OpenAiAdapter, ...]] = get_args(OpenAiAdapter)

SHOP_ORIGIN: Final = "https://shop.example"
ABUSERS_KEY: Final = "vk_of-the-abuser-in-the-benchmark"
VISITOR_SECRET: Final = b"of the benchmark, whose visitors sign for themselves"
LIMIT: Final = "20/minute"
ADDRESS_TIMES: Final = 10
DAY_TOKENS: Final = 10_000
"""Of each caller: ten answers, by what the provider counts."""

_NATIVE_POOL: Final = 64
_PATIENT_RATE: Final = "1000000/second"
_NO_BOUND: Final = 1_000_000
"""Answers at once: the bound is measured by itself."""
_PATIENCE: Final = 600.0
_ROOM_FOR_PADDING: Final = 100_000_000


@dataclass(frozen=True, slots=True)
class Given:
    """What the subject is told. send: seconds after which a client that reads nothing is let go. send_buffer: bytes
    that the kernel holds for a client, None leaves it to the kernel. most: answers at once. guarded: whether doors,
    limits and budgets are those of `guarded_doors`. native: port of the native index that prices are read again from;
    None leaves them."""

    upstream: int
    adapter: OpenAiAdapter
    send: float
    send_buffer: int | None
    most: int
    guarded: bool = False
    native: int | None = None


def guarded_doors() -> dict[str, Any]:
    """Doors, limits and budgets as a shop has them, but for the budget, which is small enough to be met."""
    ring = KeyRing([ApiKey(name="abuser", store=None, digest=hash_key(ABUSERS_KEY))])
    budgets = Budgets(Ledger(), caller=Allowance(tokens=DAY_TOKENS), address_times=ADDRESS_TIMES)
    return {
        "chat_door": ChatDoor(ring, origins=[SHOP_ORIGIN], open_to_all=False),
        "chat_limit": RateLimit(LIMIT, area="chat", address_times=ADDRESS_TIMES),
        "visitors": Visitors(VISITOR_SECRET),
        "purses": Purses(budgets),
    }


def open_model(adapter: OpenAiAdapter, port: int) -> ProviderChain:
    """A chain of one: the fake provider on `port`, which is not given up."""
    provider = Provider(
        name="main",
        model="bench",
        base_url=f"http://{LOOPBACK}:{port}/v1",
        dialect=OPENAI_DIALECT,
        key=SecretStr("bench"),
        adapter=adapter,
        deadlines=Deadlines(first_token=_PATIENCE, gap=_PATIENCE, total=_PATIENCE),
    )
    return build_chain(ProviderPlan(providers=(provider,), budget_first_token=_PATIENCE))


def build_services(given: Given) -> Services:
    """The services around the canned products."""
    native = None
    if given.native is not None:
        native = connect(ClusterAddress(url=f"http://{LOOPBACK}:{given.native}"), pool=_NATIVE_POOL)
    retriever, model = CannedRetriever(native), open_model(given.adapter, given.upstream)
    doors: dict[str, Any] = {
        "chat_door": ChatDoor(KeyRing(()), origins=[SHOP_ORIGIN], open_to_all=False),
        "chat_limit": RateLimit(_PATIENT_RATE, area="chat", address_times=ADDRESS_TIMES),
        "visitors": Visitors(VISITOR_SECRET),
    }
    return Services(
        retriever=retriever,
        chat=ChatService(retriever, model, limits=AnswerLimits(max_characters=_ROOM_FOR_PADDING)),
        storefronts=Storefronts([STORE]),
        action_door=ClosedDoor(),
        action_limit=RateLimit(_PATIENT_RATE, area="actions"),
        **(guarded_doors() if given.guarded else doors),
        most_running=given.most,
        # It is looked at a client as often as a comment may be due.
        stream_timing=StreamTiming(ping=min(TIMING.ping, given.send / 2), send=given.send),
        closers=[model.aclose, *([native.close] if native else [])],
    )


def serve(given: Given) -> None:
    """Say the port on standard output and answer until told to end."""
    services = build_services(given)
    config = uvicorn.Config(
        Telling(create_app(services)),
        http=ShopperConnection,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
        backlog=BACKLOG,
    )
    with listen(LOOPBACK, 0) as listener:
        if given.send_buffer is not None:
            # Connections have it from their listener.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, given.send_buffer)
        sys.stdout.write(f"{listener.getsockname()[1]}\n")
        sys.stdout.flush()
        keep_what_is_here()
        DrainingServer(config, services.draining).run(sockets=[listener])


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m bench.runtime.subject", description=__doc__)
    parser.add_argument("upstream", type=int, help="port of the provider")
    parser.add_argument("--adapter", choices=ADAPTERS, default="lean")
    parser.add_argument("--send", type=float, default=TIMING.send)
    parser.add_argument("--send-buffer", type=int)
    parser.add_argument("--most", type=int, default=_NO_BOUND)
    parser.add_argument("--guarded", action="store_true")
    parser.add_argument("--native", type=int, help="port of the native index")
    given = parser.parse_args()
    raise_file_limit()
    with LogSink(sys.stderr.fileno()) as stream:
        configure_logging(level="INFO", stream=stream)
        configure_tracing("vitrina-runtime")
        serve(Given(**vars(given)))


if __name__ == "__main__":
    main()
