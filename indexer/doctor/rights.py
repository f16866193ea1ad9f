"""Whether the credentials may write where a run writes, found out without writing anything.

Each request is one that OpenSearch refuses for what it says, after it has looked at who says it: an index of no
shards, an alias taken off an index that is not there. A 403 is then about the rights; any other refusal means that
they are there.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final

from indexer.cluster import request
from indexer.doctor.checklist import Check
from indexer.doctor.cluster import REACHABLE
from indexer.doctor.findings import Verdict, failed, ok, warning
from indexer.doctor.patient import QUICK, Patient
from shared.opensearch import AccessDenied, IndexMissing, RequestRefused

RIGHTS: Final = "write permission"

_NEVER: Final = "19700101-000000"
"""The date of an index that no run can make."""


def rights_check(patient: Patient) -> Check:
    """The check of both rights that a build begins and ends with."""
    names = f"{patient.prefix}-*"
    remedy = f"give the user the index permissions `create_index`, `manage`, `read` and `write` on {names!r}"
    return Check(RIGHTS, partial(_ask, patient, remedy), remedy, needs=(REACHABLE,))


async def _ask(patient: Patient, remedy: str) -> Verdict:
    client, index = patient.target, f"{patient.prefix}-{_NEVER}"
    no_shards = {"settings": {"index": {"number_of_shards": 0}}}
    remove = {"remove": {"index": index, "alias": f"{patient.prefix}-never", "must_exist": True}}
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "make indices": partial(client.indices.create, index=index, body=no_shards),
        "move aliases": partial(client.indices.update_aliases, body={"actions": [remove]}),
    }
    denied = [what for what, call in asked.items() if not await _may(index, call)]
    if denied:
        who = patient.target_address.username or "nobody (OPENSEARCH_USERNAME is unset)"
        return failed(f"{who} may not {' nor '.join(denied)} under {patient.prefix}-*", remedy)
    if patient.target_address.username is None:
        return _open(patient)
    return ok(f"{patient.target_address.username} may make indices and move aliases under {patient.prefix}-*")


async def _may(index: str, call: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await request(f"index {index!r}", call, backoff=QUICK)
    except AccessDenied:
        return False
    except (RequestRefused, IndexMissing):
        pass
    return True


def _open(patient: Patient) -> Verdict:
    host_is_local = any(f"://{name}" in patient.target_address.url for name in ("127.0.0.1", "localhost", "[::1]"))
    if host_is_local:
        return ok("the cluster asks nobody for a password")
    return warning(
        f"{patient.target_address.shown} lets anybody write who reaches it",
        "protect it by a user and password, or make sure that only the shop's own machines reach it",
    )
