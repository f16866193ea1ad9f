"""The lists of permissions in docs/operations.md, on a node that asks who is there: they suffice, and readers need all.

The roles are read from the document itself, so that what it says and what is proven cannot part.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pytest
import yaml
from opensearchpy import AsyncOpenSearch
from pydantic import SecretStr
from support.faults import a_product, a_program, put_shop
from support.opensearch import REPOSITORY, prepare_embedded
from support.processes import Finished, IndexerProgram
from support.retriever import SHOP, a_retriever

from runtime.errors import CatalogUnavailable
from runtime.retrieval.hits import RetrievalRequest
from runtime.retrieval.native import OpenSearchNative
from runtime.retrieval.retriever import Retriever
from runtime.runs.watch import OpenSearchRuns
from sandbox.openai_server import ScriptedServer
from sandbox.opensearch.node import start_node
from sandbox.opensearch.security import ADMIN, PASSWORD, Security
from shared.hybrid.filters import ProductFilter
from shared.indices import RagNames
from shared.opensearch import AccessDenied, ClusterAddress, connect

Role = Mapping[str, Any]

PRODUCTS = 30
NAMES = RagNames(prefix="products-rag", alias="products-rag-active")
CLOSE = "indices:data/read/point_in_time/delete"
"""The one permission of the source that a read can do without, at a price."""


def documented_roles() -> dict[str, Role]:
    """Role -> what it allows, of every list in docs/operations.md."""
    text = (REPOSITORY / "docs" / "operations.md").read_text(encoding="utf-8")
    lists = [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)]
    return {name: role for found in lists for name, role in found.items()}


def permissions(role: Role) -> list[str]:
    """Every permission that `role` lists."""
    return [
        *role.get("cluster_permissions", ()),
        *(action for rights in role["index_permissions"] for action in rights["allowed_actions"]),
    ]


def less(role: Role, permission: str) -> Role:
    """`role` without one permission, wherever it is listed."""
    changed: dict[str, Any] = deepcopy(dict(role))
    for rights in (changed, *changed["index_permissions"]):
        for actions in ("cluster_permissions", "allowed_actions"):
            if permission in rights.get(actions, ()):
                rights[actions].remove(permission)
    return changed


def user_without(name: str, permission: str) -> str:
    """The user who has the role `name` but for one permission.

    By its number: a colon would end a user's name in a request, and an asterisk make it stand for others.
    """
    return f"{name}-without-{permissions(ROLES[name]).index(permission)}"


ROLES = documented_roles()
SOURCE, INDEXER, RUNTIME = "vitrina_source", "vitrina_indexer", "vitrina_runtime"
PRICES = "vitrina_runtime_source"
FRUGAL = "vitrina_indexer-without-what-may-be-left-out"
OPTIONAL = ("cluster:monitor/", "indices:monitor/")
ANALYZE = "indices:admin/analyze"
"""On every index, for one look of doctor's: more than it is worth."""


@dataclass(frozen=True)
class Guarded:
    """A node with a user for every documented role, and one for each role of a reader less one permission."""

    url: str

    def address(self, user: str) -> ClusterAddress:
        return ClusterAddress(url=self.url, username=user, password=SecretStr(PASSWORD))


@pytest.fixture(scope="module")
def guarded() -> Iterator[Guarded]:
    prepare_embedded(secured=True)
    lessened = {
        user_without(name, permission): less(ROLES[name], permission)
        for name in (SOURCE, RUNTIME, PRICES)
        for permission in permissions(ROLES[name])
    }
    optional = [permission for permission in permissions(ROLES[INDEXER]) if permission.startswith(OPTIONAL)]
    frugal = reduce(less, optional, ROLES[INDEXER])
    with start_node(security=Security({**ROLES, **lessened, FRUGAL: frugal}), timeout=400.0) as node:
        yield Guarded(node.url)


@pytest.fixture
async def admin(guarded: Guarded) -> AsyncIterator[AsyncOpenSearch]:
    async with connect(guarded.address(ADMIN)) as client:
        yield client


@pytest.fixture
async def shop(admin: AsyncOpenSearch) -> None:
    """The native index that the documented patterns cover, once for all tests."""
    if not await admin.indices.exists(index="magento2_product_1"):
        await put_shop(admin, "", {str(number): a_product(number) for number in range(PRODUCTS)})


@pytest.fixture
def program(tmp_path: Path, guarded: Guarded, shop: None, openai_server: ScriptedServer) -> IndexerProgram:
    """The indexer as the documented users."""
    return a_program(
        tmp_path,
        guarded.url,
        provider=openai_server.base_url,
        namespace="",
        RAG_ALIAS=NAMES.alias,
        RAG_INDEX_PREFIX=NAMES.prefix,
        OPENSEARCH_USERNAME=INDEXER,
        OPENSEARCH_PASSWORD=PASSWORD,
        SOURCE_OPENSEARCH_USERNAME=SOURCE,
        SOURCE_OPENSEARCH_PASSWORD=PASSWORD,
    )


def denied(done: Finished) -> list[str]:
    """Whatever a program was refused, and whatever it left undone for want of a permission."""
    return re.findall(r"no permissions for [^\"]*|may not ask[^\"]*", done.output + done.errors)


@pytest.mark.timeout(900)
async def test_documented_permissions_suffice_for_every_command(program: IndexerProgram) -> None:
    for command in ("discover", "run", "run", "status", "inspect SKU-7", "doctor", "rollback", "prune"):
        done = await program.run(*command.split(), "--json")
        refused = [words for words in denied(done) if f"[{ANALYZE}]" not in words]
        assert (done.code, refused) == (0, []), (command, done.output[-3000:], done.errors[-3000:])


async def test_permissions_that_may_be_left_out_cost_a_run_nothing_but_checks(program: IndexerProgram) -> None:
    for command in ("run", "doctor"):
        done = await program.run(command, "--json", OPENSEARCH_USERNAME=FRUGAL)
        assert done.code == 0, (command, done.output[-3000:], done.errors[-3000:])
        assert denied(done) != []


@pytest.mark.parametrize("permission", permissions(ROLES[SOURCE]))
async def test_source_permission_that_is_missing_is_named(program: IndexerProgram, permission: str) -> None:
    done = await program.run("run", "--json", SOURCE_OPENSEARCH_USERNAME=user_without(SOURCE, permission))
    if permission == CLOSE:
        assert done.code == 0, done.errors[-3000:]
        [left] = done.logged("point_in_time_left_open")
        assert permission in left["cause"]
        return
    assert done.code == 1, done.errors[-3000:]
    [store] = done.json["stores"]
    assert f"no permissions for [{permission}]" in store["reasons"][0]


QUESTIONS = (
    RetrievalRequest(text="jacket", store=SHOP.code),
    RetrievalRequest(text="jacket", store=SHOP.code, sort="price_asc"),
    RetrievalRequest(text="jacket", store=SHOP.code, filter=ProductFilter(categories=("Jackest",))),
)
"""By likeness, by price, and one that has to be explained: all that a retriever asks."""


async def ask_everything(retriever: Retriever) -> None:
    assert await retriever.problems() == ()
    by_likeness, by_price, explained = [await retriever.retrieve(question) for question in QUESTIONS]
    assert (len(by_likeness.hits), len(by_price.hits), explained.hits) == (10, 10, ())
    assert "Jackets" in explained.message
    assert await retriever.fetch_product(SHOP.code, sku="SKU-7") is not None


async def test_documented_permissions_suffice_for_the_runtime_and_it_needs_each(
    program: IndexerProgram, guarded: Guarded, admin: AsyncOpenSearch
) -> None:
    if not await admin.indices.exists_alias(name=NAMES.alias):
        assert (await program.run("run", "--json")).code == 0
    async with connect(guarded.address(RUNTIME)) as client, a_retriever(client, NAMES) as retriever:
        await ask_everything(retriever)
        assert await OpenSearchRuns(client, prefix=NAMES.prefix).fetch(1)
    for permission in permissions(ROLES[RUNTIME]):
        async with (
            connect(guarded.address(user_without(RUNTIME, permission))) as client,
            a_retriever(client, NAMES) as retriever,
        ):
            with pytest.raises((CatalogUnavailable, AssertionError)):
                await ask_everything(retriever)


async def ask_prices(client: AsyncOpenSearch, *ids: str) -> int:
    """How many of them are there still; of which none is, the index is counted."""
    return len(await OpenSearchNative(client).fetch(SHOP, ids))


async def test_documented_permissions_suffice_to_read_prices_again_and_each_is_needed(
    guarded: Guarded, shop: None
) -> None:
    async with connect(guarded.address(PRICES)) as client:
        assert await ask_prices(client, "1", "2", "no-such-product") == 2
        assert await ask_prices(client, "no-such-product") == 0
    for permission in permissions(ROLES[PRICES]):
        async with connect(guarded.address(user_without(PRICES, permission))) as client:
            with pytest.raises(AccessDenied, match=re.escape(permission)):
                await ask_prices(client, "no-such-product")
