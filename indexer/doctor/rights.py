"""Whether a run may write where it writes, by its credentials and by the indices; found out without writing anything.

What asks for the credentials' rights is what OpenSearch refuses for what it says, after it has looked at who says it:
an index of no shards, an alias taken off an index that is not there. A 403 is then about the rights; any other refusal
means that they are there.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, Final

from indexer.cluster import request
from indexer.doctor.cluster import REACHABLE
from indexer.doctor.patient import QUICK, Patient
from indexer.runs.state_index import state_index
from shared.checklist import PERMISSIONS, Check
from shared.findings import Verdict, failed, listed, ok, warning
from shared.opensearch import AccessDenied, IndexMissing, RequestRefused
from shared.runs import runs_index

RIGHTS: Final = "write permission"

BLOCKS: Final = "write blocks"

_METADATA_BLOCKS: Final = ("read_only", "read_only_allow_delete")
"""Those that keep an index' aliases as they are; `write` alone does not. Under `metadata` the question is refused."""

_NEVER: Final = "19700101-000000"
"""The date of an index that no run can make."""


def rights_check(patient: Patient) -> Check:
    """The check of both rights that a build begins and ends with."""
    names = f"{patient.prefix}-*"
    remedy = f"give the user the permissions in {PERMISSIONS} on {names!r}"
    return Check(RIGHTS, partial(_ask, patient, remedy), remedy, needs=(REACHABLE,))


async def _ask(patient: Patient, remedy: str) -> Verdict:
    client, index = patient.target, f"{patient.prefix}-{_NEVER}"
    no_shards = {"settings": {"index": {"number_of_shards": 0}}}
    remove = {"remove": {"index": index, "alias": f"{patient.prefix}-never", "must_exist": True}}
    asked: dict[str, Callable[[], Awaitable[Any]]] = {
        "make indices": partial(client.indices.create, index=index, body=no_shards),
        "move aliases": partial(client.indices.update_aliases, body={"actions": [remove]}),
    }
    who = patient.target_address.who
    denied = [what for what, call in asked.items() if not await _may(index, call)]
    if denied:
        return failed(
            f"{who or 'nobody (OPENSEARCH_USERNAME is unset)'} may not {' nor '.join(denied)} under {patient.prefix}-*",
            remedy,
        )
    if who is None:
        return _open(patient)
    return ok(f"{who} may make indices and move aliases under {patient.prefix}-*")


async def _may(index: str, call: Callable[[], Awaitable[Any]]) -> bool:
    try:
        await request(f"index {index!r}", call, backoff=QUICK)
    except AccessDenied:
        return False
    except (RequestRefused, IndexMissing):
        pass
    return True


def blocks_check(patient: Patient) -> Check:
    """The check of what somebody made read-only."""
    return Check(BLOCKS, partial(_look, patient), "see GET <index>/_settings", needs=(REACHABLE,))


async def _look(patient: Patient) -> Verdict:
    pattern = f"{patient.prefix}-*"
    params = {"filter_path": "*.aliases,*.settings.index.blocks"}
    ask = partial(patient.target.indices.get, index=pattern, params=params)
    return judge_blocks(await request(f"indices {pattern!r}", ask, backoff=QUICK), patient)


def judge_blocks(answer: Mapping[str, Any], patient: Patient) -> Verdict:
    """Whether a block keeps runs from their lease, or the alias from leaving the live index. Pure."""
    stopping, odd = list[str](), list[str]()
    for index, found in sorted(answer.items()):
        live = any(job.names.alias in found.get("aliases", {}) for job in patient.jobs)
        ours = any(job.names.owns(index) for job in patient.jobs)
        # A complete index is not written to any more, but an alias has to leave it, and retention to delete it.
        kinds = _METADATA_BLOCKS if live or ours else (*_METADATA_BLOCKS, "write")
        blocks = found.get("settings", {}).get("index", {}).get("blocks", {})
        told = [f"{index} has index.blocks.{kind}" for kind in kinds if str(blocks.get(kind)).lower() == "true"]
        if live or index == state_index(patient.prefix):
            stopping += told
        elif ours or index == runs_index(patient.prefix):
            odd += told
    step = "find out who set it and why (a full disk, a migration), then lift it: PUT <index>/_settings, its value null"
    if stopping:
        return failed(f"{listed([*stopping, *odd])}: no run can go live", step)
    if odd:
        return warning(f"{listed(odd)}: what a run would write or prune there is refused", step)
    return ok(f"no index under {patient.prefix}-* is read-only")


def _open(patient: Patient) -> Verdict:
    host_is_local = any(f"://{name}" in patient.target_address.url for name in ("127.0.0.1", "localhost", "[::1]"))
    if host_is_local:
        return ok("the cluster asks nobody for a password")
    return warning(
        f"{patient.target_address.shown} lets anybody write who reaches it",
        "protect it by a user and password, or make sure that only the shop's own machines reach it",
    )
