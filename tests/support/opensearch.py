"""Where the tests' OpenSearch node comes from.

OPENSEARCH_TEST_URL=http://...            a given node; nothing is started
OPENSEARCH_TEST_PROVIDER=embedded         sandbox.opensearch (default): no Docker, no installed Java
OPENSEARCH_TEST_PROVIDER=testcontainers   the official image; needs a container engine
"""

import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from opensearchpy import OpenSearch
from support.ports import a_port

from sandbox.opensearch.artifacts import VERSION
from sandbox.opensearch.errors import NodeError
from sandbox.opensearch.java import JavaChoice, chosen_java
from sandbox.opensearch.node import Node, start_node

REPOSITORY = Path(__file__).parents[2]
IMAGE = f"opensearchproject/opensearch:{VERSION}"
HTTP_PORT = 9200
PREPARE_TIMEOUT_SECONDS = 1200
CONTAINER_TIMEOUT_SECONDS = 300
REQUEST_TIMEOUT_SECONDS = 60

A_NAMESPACE = re.compile(r"t[0-9a-f]{12}-")
"""How the names begin that `own_namespace` gives."""


class ProviderUnusable(Exception):
    """The tests cannot have a node; the text says why and what to do."""


@contextmanager
def provided_node(environ: Mapping[str, str]) -> Iterator[str]:
    """The URL of a node, there for as long as the context. Raises ProviderUnusable."""
    if url := environ.get("OPENSEARCH_TEST_URL"):
        yield url.rstrip("/")
        return
    match environ.get("OPENSEARCH_TEST_PROVIDER", "embedded"):
        case "embedded":
            with _embedded(environ) as url:
                yield url
        case "testcontainers":
            with _container() as url:
                yield url
        case unknown:
            raise ProviderUnusable(
                f"OPENSEARCH_TEST_PROVIDER={unknown!r} is not known: use embedded or testcontainers, or name a "
                f"running node in OPENSEARCH_TEST_URL."
            )


def prepare_embedded(java: JavaChoice = "auto", *, secured: bool = False) -> None:
    """Have in the cache what an embedded node on `java` needs; a start then needs no network.

    Inside a test pytest-socket lets this process connect to loopback only, so the fetching is done by a process of
    its own. Raises ProviderUnusable.
    """
    prepared = subprocess.run(
        [sys.executable, "-m", "sandbox.opensearch", "prepare", *(["secured"] if secured else [])],
        cwd=REPOSITORY,
        env={**os.environ, "VITRINA_JAVA": java},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        timeout=PREPARE_TIMEOUT_SECONDS,
    )
    if prepared.returncode != 0:
        raise ProviderUnusable(prepared.stderr.strip())


@contextmanager
def own_namespace(url: str, **options: Any) -> Iterator[str]:
    """A prefix for names of indices and aliases on the node at `url`; whatever carries it is deleted afterwards.

    Tests, and two test runs on one given node, thereby never meet. options: of the client that deletes.
    """
    prefix = f"t{uuid.uuid4().hex[:12]}-"
    try:
        yield prefix
    finally:
        with OpenSearch(hosts=[url], **{"timeout": REQUEST_TIMEOUT_SECONDS, **options}) as client:
            # Listed first: a node may refuse to delete by wildcard (action.destructive_requires_name).
            for index in client.indices.get(index=f"{prefix}*", expand_wildcards="all"):
                client.indices.delete(index=index)


def mortal_node(environ: Mapping[str, str]) -> Node:
    """A small embedded node of a test's own, to be killed and restarted; the caller stops it.

    Its port is none that the system gives to anybody else while the node is down. Raises NodeError, ProviderUnusable.
    """
    java = chosen_java(environ)
    prepare_embedded(java)
    return start_node(port=a_port(), java=java, heap="512m")


@contextmanager
def _embedded(environ: Mapping[str, str]) -> Iterator[str]:
    try:
        java = chosen_java(environ)
        prepare_embedded(java)
        node = start_node(java=java)
    except NodeError as error:
        raise ProviderUnusable(str(error)) from error
    with node:
        yield node.url


@contextmanager
def _container() -> Iterator[str]:
    # Imported here: the embedded path must not pay for a Docker client.
    from docker.errors import DockerException
    from testcontainers.core.container import DockerContainer
    from testcontainers.core.wait_strategies import HttpWaitStrategy

    healthy = HttpWaitStrategy(HTTP_PORT, "/_cluster/health?wait_for_status=yellow&timeout=1s")
    with ExitStack() as stack:
        try:
            container = stack.enter_context(
                DockerContainer(IMAGE)
                .with_exposed_ports(HTTP_PORT)
                .with_envs(**{"discovery.type": "single-node", "DISABLE_SECURITY_PLUGIN": "true"})
                .with_env("OPENSEARCH_JAVA_OPTS", "-Xms1g -Xmx1g")
                .waiting_for(healthy.with_startup_timeout(CONTAINER_TIMEOUT_SECONDS))
            )
        except (DockerException, TimeoutError) as error:
            raise ProviderUnusable(
                f"OPENSEARCH_TEST_PROVIDER=testcontainers could not run {IMAGE}: {error}. Start a container engine "
                f"(or point DOCKER_HOST at one), or unset the variable to use the embedded node."
            ) from error
        yield f"http://{container.get_container_host_ip()}:{container.get_exposed_port(HTTP_PORT)}"
