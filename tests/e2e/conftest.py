"""What tests of the whole way share."""

from collections.abc import AsyncIterator, Iterator

import pytest
from opensearchpy import AsyncOpenSearch
from structlog.testing import capture_logs
from support.openai import BOUND_SECONDS
from support.opensearch import REQUEST_TIMEOUT_SECONDS
from support.published_guard import PublishedGuard, guarded_place
from support.secured import ANY_NAMESPACE, Place, given_node
from support.speaking_shop import SPOKEN, open_shop

from sandbox.openai_server import Say, ScriptedServer
from sandbox.opensearch.security import ADMIN
from shared.opensearch import connect


@pytest.fixture(scope="session")
def guard() -> PublishedGuard:
    """What stands before the node of the whole way; the tests' own hands are free."""
    return PublishedGuard(ANY_NAMESPACE, free=[ADMIN])


@pytest.fixture(scope="session")
def place(request: pytest.FixtureRequest, guard: PublishedGuard) -> Iterator[Place]:
    """The node of the whole way: one that asks who is there, with `guard` before it, unless tests are given another."""
    if given_node():
        yield Place(request.getfixturevalue("opensearch_url"))
        return
    with guarded_place(request.getfixturevalue("secured"), guard) as place:
        yield place
    assert guard.passed, "it was in nobody's way"


@pytest.fixture(autouse=True)
def nothing_beyond_the_published_roles(guard: PublishedGuard) -> Iterator[None]:
    """Neither program asks for more, whatever the test is about; but for doctor's look that the roles leave out."""
    yield
    beyond = [call for call in guard.refused if "/_analyze" not in call]
    guard.refused.clear()
    assert beyond == []


@pytest.fixture
async def cluster(place: Place) -> AsyncIterator[AsyncOpenSearch]:
    """The tests' own client of that node, which may do everything."""
    async with connect(place.address(), timeout=REQUEST_TIMEOUT_SECONDS) as client:
        yield client


@pytest.fixture
def quiet() -> Iterator[None]:
    """Log events of a serving thread are kept off the terminal."""
    with capture_logs():
        yield


@pytest.fixture(scope="module")
def shop_url(running_openai: ScriptedServer) -> Iterator[str]:
    """A shop that waits for its model however busy the machine is."""
    with open_shop(running_openai.base_url, gap_timeout=BOUND_SECONDS) as url:
        yield url


@pytest.fixture
def provider(openai_server: ScriptedServer) -> ScriptedServer:
    """The model's provider, which says SPOKEN."""
    openai_server.chat.always(Say(SPOKEN))
    return openai_server
