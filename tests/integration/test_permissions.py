"""The roles of deploy/opensearch, on a node that asks who is there: they suffice, and readers need all of them."""

import asyncio
import re
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from opensearchpy import AsyncOpenSearch
from support.faults import a_product, a_program, put_shop
from support.opensearch import REPOSITORY
from support.processes import Finished, IndexerProgram
from support.retriever import SHOP, a_retriever
from support.roles import FRUGAL, INDEXER, PRICES, ROLES, RUNTIME, SOURCE, permissions, user_without
from support.secured import Place, authority

from runtime.errors import CatalogUnavailable
from runtime.retrieval.hits import RetrievalRequest
from runtime.retrieval.native import OpenSearchNative
from runtime.retrieval.retriever import Retriever
from runtime.retrieval.search import OpenSearchProducts
from runtime.retrieval.trial import try_index
from runtime.runs.watch import OpenSearchRuns
from sandbox.openai_server import ScriptedServer
from sandbox.opensearch.security import ADMIN, PASSWORD
from shared.hybrid.filters import ProductFilter
from shared.indices import RagNames
from shared.opensearch import AccessDenied, connect

PRODUCTS = 30
NAMES = RagNames(prefix="products-rag", alias="products-rag-active")
CLOSE = "indices:data/read/point_in_time/delete"
"""The one permission of the source that a read can do without, at a price."""


ANALYZE = "indices:admin/analyze"
"""On every index, for one look of doctor's: more than it is worth."""


@pytest.fixture
async def admin(secured: Place) -> AsyncIterator[AsyncOpenSearch]:
    async with connect(secured.address()) as client:
        yield client


@pytest.fixture
async def shop(admin: AsyncOpenSearch) -> None:
    """The native index that the documented patterns cover, once for all tests."""
    if not await admin.indices.exists(index="magento2_product_1"):
        await put_shop(admin, "", {str(number): a_product(number) for number in range(PRODUCTS)})


@pytest.fixture
def program(tmp_path: Path, secured: Place, shop: None, openai_server: ScriptedServer) -> IndexerProgram:
    """The indexer, with a user for each of its roles."""
    return a_program(
        tmp_path,
        secured.url,
        provider=openai_server.base_url,
        namespace="",
        RAG_ALIAS=NAMES.alias,
        RAG_INDEX_PREFIX=NAMES.prefix,
        **secured.settings(INDEXER),
        **secured.settings(SOURCE, "SOURCE_OPENSEARCH_"),
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


async def test_holder_of_a_certificate_may_what_the_user_of_its_name_may(
    secured: Place, shop: None, openai_server: ScriptedServer, tmp_path: Path
) -> None:
    issued = authority().issue_cert("vitrina@shop.test", common_name="vitrina-indexer")
    issued.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    issued.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    settings = {
        "OPENSEARCH_CA_FILE": secured.ca_file or "",
        "OPENSEARCH_AUTH": "mtls",
        "OPENSEARCH_CLIENT_CERT_FILE": str(tmp_path / "cert.pem"),
        "OPENSEARCH_CLIENT_KEY_FILE": str(tmp_path / "key.pem"),
        "RAG_ALIAS": "products-rag-of-a-certificate",
    }
    program = a_program(tmp_path, secured.url, provider=openai_server.base_url, namespace="", **settings)
    program.environment["RAG_INDEX_PREFIX"] = "products-rag-by-certificate"
    for command in ("run", "doctor"):
        done = await program.run(command, "--json")
        refused = [words for words in denied(done) if f"[{ANALYZE}]" not in words]
        assert (done.code, refused) == (0, []), (command, done.output[-3000:], done.errors[-3000:])
    assert f"the holder of {tmp_path / 'cert.pem'} may make indices" in done.output
    # Somebody else's certificate opens the line, and nothing more.
    stranger = authority().issue_cert("vitrina@shop.test", common_name="nobody-we-know")
    stranger.cert_chain_pems[0].write_to_path(str(tmp_path / "cert.pem"))
    stranger.private_key_pem.write_to_path(str(tmp_path / "key.pem"))
    done = await program.run("run", "--json")
    assert (done.code, denied(done) != []) == (1, True), done.output


async def test_documented_calls_make_the_published_role(secured: Place, admin: AsyncOpenSearch, tmp_path: Path) -> None:
    page = (REPOSITORY / "docs" / "permissions.md").read_text(encoding="utf-8")
    [block] = re.findall(r"^```sh\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    for said, here in {
        "https://search.example:9200": secured.url,
        "ca.pem": secured.ca_file or "",
        "-u admin": f"-u {ADMIN}:{PASSWORD}",
        # The session's own users stay as they are.
        "vitrina_runtime": "documented_runtime",
        "vitrina-runtime": "documented-runtime",
        "curl": "curl --silent --show-error --fail-with-body",
    }.items():
        assert said in block
        block = block.replace(said, here)
    script = tmp_path / "calls.sh"
    script.write_text(f"set -e\n{block}", encoding="utf-8")
    called = await asyncio.create_subprocess_exec("bash", str(script), stdout=PIPE, stderr=STDOUT)
    output, _ = await called.communicate()
    assert called.returncode == 0, output.decode()
    api = "/_plugins/_security/api"
    made = (await admin.http.get(f"{api}/roles/documented_runtime"))["documented_runtime"]
    assert made["cluster_permissions"] == ROLES[RUNTIME]["cluster_permissions"]
    asked = [{part: one[part] for part in ("index_patterns", "allowed_actions")} for one in made["index_permissions"]]
    assert asked == ROLES[RUNTIME]["index_permissions"]
    mapping = await admin.http.get(f"{api}/rolesmapping/documented_runtime")
    assert mapping["documented_runtime"]["users"] == ["documented-runtime"]


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


async def look_at_all(retriever: Retriever, client: AsyncOpenSearch) -> None:
    live = await retriever.fetch_live(SHOP.code)
    await try_index(OpenSearchProducts(client), live.index)
    await OpenSearchRuns(client, prefix=NAMES.prefix).fetch(1)


async def test_documented_permissions_suffice_for_the_runtime_and_it_needs_each(
    program: IndexerProgram, secured: Place, admin: AsyncOpenSearch
) -> None:
    if not await admin.indices.exists_alias(name=NAMES.alias):
        assert (await program.run("run", "--json")).code == 0
    async with connect(secured.address(RUNTIME)) as client, a_retriever(client, NAMES) as retriever:
        await ask_everything(retriever)
        assert await OpenSearchRuns(client, prefix=NAMES.prefix).fetch(1)
        await look_at_all(retriever, client)
    for permission in permissions(ROLES[RUNTIME]):
        async with (
            connect(secured.address(user_without(RUNTIME, permission))) as client,
            a_retriever(client, NAMES) as retriever,
        ):
            with pytest.raises((CatalogUnavailable, AssertionError)):
                await ask_everything(retriever)
            # What is looked at once a minute, and by doctor, finds it before a shopper does.
            with pytest.raises(AccessDenied, match=re.escape(f"[{permission}]")):
                await look_at_all(retriever, client)


async def ask_prices(client: AsyncOpenSearch, *ids: str) -> int:
    """How many of them are there still; of which none is, the index is counted."""
    return len(await OpenSearchNative(client).fetch(SHOP, ids))


async def test_documented_permissions_suffice_to_read_prices_again_and_each_is_needed(
    secured: Place, shop: None
) -> None:
    async with connect(secured.address(PRICES)) as client:
        assert await ask_prices(client, "1", "2", "no-such-product") == 2
        assert await ask_prices(client, "no-such-product") == 0
    for permission in permissions(ROLES[PRICES]):
        async with connect(secured.address(user_without(PRICES, permission))) as client:
            with pytest.raises(AccessDenied, match=re.escape(permission)):
                await ask_prices(client, "no-such-product")
