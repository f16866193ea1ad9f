from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import (
    AuthenticationException,
    AuthorizationException,
    ConnectionError,
    ConnectionTimeout,
    NotFoundError,
    OpenSearchException,
    RequestError,
    SerializationError,
    SSLError,
    TransportError,
)
from pydantic import SecretStr

from shared.errors import ConfigurationError, Terminal, Transient
from shared.opensearch import (
    AccessDenied,
    ClusterAddress,
    ClusterBusy,
    ClusterInfo,
    ClusterUnreachable,
    IndexBlocked,
    IndexMissing,
    RequestRefused,
    TlsRefused,
    UnsuitableCluster,
    connect,
    fetch_cluster_info,
    raise_part,
    translated,
)

REASON = {
    "error": {
        "root_cause": [{"type": "index_not_found_exception", "reason": "no such index [x]"}],
        "type": "search_phase_execution_exception",
        "reason": "all shards failed",
    },
    "status": 404,
}


@pytest.mark.parametrize(
    ("raised", "expected", "kind"),
    [
        (ConnectionError("N/A", "refused", OSError("refused")), ClusterUnreachable, Transient),
        (ConnectionTimeout("TIMEOUT", "timed out", OSError()), ClusterUnreachable, Transient),
        (SSLError("N/A", "self-signed", OSError()), TlsRefused, Terminal),
        (AuthenticationException(401, "unauthorized", "who"), AccessDenied, Terminal),
        (AuthorizationException(403, "security_exception", REASON), AccessDenied, Terminal),
        (NotFoundError(404, "index_not_found_exception", REASON), IndexMissing, Terminal),
        (TransportError(429, "too_many_requests", {}), ClusterBusy, Transient),
        (TransportError(429, "cluster_block_exception", REASON), IndexBlocked, Terminal),
        (AuthorizationException(403, "cluster_block_exception", REASON), IndexBlocked, Terminal),
        (AuthorizationException(403, "index_create_block_exception", REASON), IndexBlocked, Terminal),
        (TransportError(503, "cluster_block_exception", REASON), ClusterBusy, Transient),
        (TransportError(502, "<html>", "<html>"), ClusterBusy, Transient),
        (TransportError(503, "unavailable", {}), ClusterBusy, Transient),
        (TransportError(504, "timeout", {}), ClusterBusy, Transient),
        (TransportError(500, "boom", {}), RequestRefused, Terminal),
        (RequestError(400, "parsing_exception", REASON), RequestRefused, Terminal),
        (SerializationError("no JSON"), UnsuitableCluster, Terminal),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else value.__name__,
)
def test_failure_of_the_client_becomes_one_of_ours(
    raised: OpenSearchException, expected: type[Exception], kind: type[Exception]
) -> None:
    with pytest.raises(expected, match="OPENSEARCH_URL") as found, translated("OPENSEARCH_URL"):
        raise raised
    assert isinstance(found.value, kind)
    assert found.value.__cause__ is raised


def test_reason_is_the_root_cause_in_opensearchs_words() -> None:
    said = r"index 'x': index_not_found_exception: no such index \[x\]"
    with pytest.raises(IndexMissing, match=said), translated("index 'x'"):
        raise NotFoundError(404, "search_phase_execution_exception", REASON)


def test_refusal_carries_status_and_kind() -> None:
    with pytest.raises(RequestRefused) as refused, translated("x"):
        raise RequestError(400, "parsing_exception", {"error": {"root_cause": [], "type": "t", "reason": "r"}})
    assert (refused.value.status, refused.value.kind) == (400, "parsing_exception")
    assert "t: r" in str(refused.value)


def test_long_reason_is_cut() -> None:
    with pytest.raises(ClusterBusy) as busy, translated("x"):
        raise TransportError(503, "again " * 10_000, "again")
    assert len(str(busy.value)) < 700


def test_page_of_a_proxy_is_not_repeated() -> None:
    said = r"^x: the cluster answered 502; a web page, as a proxy sends one$"
    with pytest.raises(ClusterBusy, match=said), translated("x"):
        raise TransportError(502, "\n<html><body>Bad Gateway</body></html>", None)


def test_cause_without_a_reason_ends_without_a_colon() -> None:
    with pytest.raises(IndexMissing, match=r"^x: not_found$"), translated("x"):
        raise NotFoundError(404, "not_found", {"error": {"type": "not_found", "reason": None}})


@pytest.mark.parametrize(
    ("raised", "advice"),
    [
        (AuthenticationException(401, "unauthorized", "who"), "check user and password"),
        (AuthorizationException(403, "security_exception", REASON), "docs/permissions.md"),
    ],
    ids=["unknown", "not allowed"],
)
def test_refusal_of_the_credentials_says_where_to_look(raised: OpenSearchException, advice: str) -> None:
    with pytest.raises(AccessDenied, match=advice), translated("x"):
        raise raised


@pytest.mark.parametrize(
    ("status", "kind", "error"),
    [
        (404, "index_not_found_exception", IndexMissing),
        (503, "index_not_found_exception", IndexMissing),
        (404, "illegal_index_shard_state_exception", IndexMissing),
        (403, "security_exception", AccessDenied),
        (429, "rejected_execution_exception", ClusterBusy),
        (503, "no_shard_available_action_exception", ClusterBusy),
        (400, "parsing_exception", RequestRefused),
    ],
)
def test_failed_part_of_a_bundled_answer_is_told_like_a_whole_one(
    status: int, kind: str, error: type[Exception]
) -> None:
    with pytest.raises(error, match=rf"index 'x': {kind}: no"):
        raise_part("index 'x'", {"type": kind, "reason": "no"}, status=status)


def test_failed_part_is_told_by_its_root_cause() -> None:
    cause = {"type": "circuit_breaking_exception", "reason": "Data too large"}
    error = {"type": "search_phase_execution_exception", "reason": "all shards failed", "root_cause": [cause]}
    with pytest.raises(ClusterBusy, match=r"^index 'x': circuit_breaking_exception: Data too large$"):
        raise_part("index 'x'", error, status=429)


def test_other_failures_pass_unchanged() -> None:
    with pytest.raises(KeyError), translated("x"):
        raise KeyError("a bug")


def test_address_is_shown_without_credentials() -> None:
    address = ClusterAddress(
        url="https://admin:pass-word@cluster.test:9200", name="SOURCE_OPENSEARCH_URL", password=SecretStr("pass-word")
    )
    assert address.shown == "SOURCE_OPENSEARCH_URL=https://cluster.test:9200"
    assert "pass-word" not in address.shown


async def test_client_never_retries_by_itself() -> None:
    async with connect(ClusterAddress(url="http://127.0.0.1:9")) as client:
        assert client.transport.max_retries == 0
        assert client.transport.retry_on_timeout is False


async def test_bodies_are_encoded_with_vectors_and_decoded() -> None:
    async with connect(ClusterAddress(url="http://127.0.0.1:9")) as client:
        serializer = client.transport.serializer
        assert serializer.dumps({"v": np.array([0.5, 1.0], dtype=np.float32)}) == '{"v":[0.5,1.0]}'
        assert serializer.dumps(b'{"index":{}}\n') == b'{"index":{}}\n'
        assert serializer.dumps('{"a":1}\n') == '{"a":1}\n'
        assert client.transport.deserializer.loads('{"a": "я"}', "application/json") == {"a": "я"}


async def test_answer_that_is_no_json_is_translated() -> None:
    async with connect(ClusterAddress(url="http://127.0.0.1:9")) as client:
        for body, content_type in (("<html>", "application/json"), ("<html>", "image/png")):
            with pytest.raises(UnsuitableCluster), translated("OPENSEARCH_URL"):
                client.transport.deserializer.loads(body, content_type)


@pytest.mark.parametrize("content", [None, "no certificate"], ids=["absent", "no PEM"])
def test_ca_file_that_is_no_use_names_its_setting(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    address = ClusterAddress(url="https://cluster.test", name="SOURCE_OPENSEARCH_URL", ca_file=str(path))
    with pytest.raises(ConfigurationError, match=r"SOURCE_OPENSEARCH_CA_FILE.*ca\.pem"):
        connect(address)


class Told(AsyncOpenSearch):
    """A client whose `GET /` is told; it is never connected."""

    def __init__(self, told: Any) -> None:
        self._told = told

    async def info(self, *_: Any, **__: Any) -> Any:
        if isinstance(self._told, Exception):
            raise self._told
        return self._told


@pytest.mark.parametrize(
    ("told", "distribution", "release"),
    [
        ({"version": {"distribution": "opensearch", "number": "3.3.2"}}, "opensearch", (3, 3)),
        ({"version": {"number": "8.15.0"}}, "elasticsearch", (8, 15)),
        ({"version": {"distribution": "opensearch", "number": "2"}}, "opensearch", (2, 0)),
    ],
)
async def test_cluster_says_what_it_is(told: Any, distribution: str, release: tuple[int, int]) -> None:
    info = await fetch_cluster_info(Told(told), ClusterAddress(url="http://x"))
    assert isinstance(info, ClusterInfo)
    assert (info.distribution, info.release) == (distribution, release)


@pytest.mark.parametrize("told", [{}, {"version": "3"}, {"version": {}}, [], "hello", None], ids=str)
async def test_something_else_at_the_address_is_named(told: Any) -> None:
    with pytest.raises(UnsuitableCluster, match="OPENSEARCH_URL=http://x"):
        await fetch_cluster_info(Told(told), ClusterAddress(url="http://x"))


OPENAIS = {"error": {"message": "", "type": "invalid_request_error", "param": None, "code": None}}


@pytest.mark.parametrize(
    "told",
    [
        NotFoundError(404, "invalid_request_error", OPENAIS),
        NotFoundError(404, "<!DOCTYPE html><title>404</title>", None),
        RequestError(400, "<html>The plain HTTP request was sent to HTTPS port</html>", None),
        TransportError(405, "", None),
    ],
    ids=["another API", "a web page", "another protocol", "nothing"],
)
async def test_front_page_that_is_refused_is_not_opensearchs(told: TransportError) -> None:
    expected = rf"^OPENSEARCH_URL=http://x: the answer \({told.status_code}\) is not OpenSearch's; check the address$"
    with pytest.raises(UnsuitableCluster, match=expected):
        await fetch_cluster_info(Told(told), ClusterAddress(url="http://x"))


async def test_front_page_of_a_broken_cluster_is_told_as_it_is() -> None:
    with pytest.raises(RequestRefused, match="500; boom"):
        await fetch_cluster_info(Told(TransportError(500, "boom", {})), ClusterAddress(url="http://x"))


async def test_credentials_that_may_not_ask_are_no_failure() -> None:
    told = AuthorizationException(403, "security_exception", REASON)
    assert await fetch_cluster_info(Told(told), ClusterAddress(url="http://x")) is None


async def test_wrong_credentials_are_a_failure() -> None:
    told = AuthenticationException(401, "unauthorized", "no")
    with pytest.raises(AccessDenied):
        await fetch_cluster_info(Told(told), ClusterAddress(url="http://x"))
