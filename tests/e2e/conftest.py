"""What tests of the whole way share."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs
from support.openai import BOUND_SECONDS
from support.speaking_shop import SPOKEN, open_shop

from sandbox.openai_server import Say, ScriptedServer


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
