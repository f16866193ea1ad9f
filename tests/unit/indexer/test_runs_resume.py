"""indexer.runs.resume: which builds lend their vectors, and what is read from their answers."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.builds import an_accepted
from support.donors import a_hit, an_answer
from support.index_meta import a_meta
from support.indices import FakeCluster, missing, refused

from indexer.load.bulk import encode
from indexer.runs.resume import Donor, DonorPlan, Donors, Held, build_search, open_donors, plan_donors, read_answer
from sandbox.openai_server.vectors import bag_of_stems
from shared import catalog
from shared.embedding.embedder import EmbeddingModel
from shared.opensearch import ClusterUnreachable, RequestRefused

DIMENSION = 8
MODEL = EmbeddingModel(provider="fake", name="fake", dimension=DIMENSION)
LIVE = "rag-20261119-030000"
FAILED = "rag-20261120-030000"


def a_name(day: int) -> str:
    return f"rag-202611{day:02}-030000"


def meta(state: str = "live", **changes: object):
    return a_meta(**{"state": state, "dimension": DIMENSION, **changes})


def plan(found, *, live: str | None = None) -> DonorPlan:
    return plan_donors(found, live=live, model=MODEL, template_version=1)


def indices(planned: DonorPlan) -> list[str]:
    return [donor.index for donor in planned.donors]


def test_the_live_index_comes_first_and_the_newest_unfinished_build_last() -> None:
    states = {
        a_name(10): "live",
        a_name(11): "failed",
        a_name(12): "live",
        a_name(13): "building",
        a_name(14): "failed",
    }
    planned = plan({name: meta(state) for name, state in states.items()}, live=a_name(12))
    assert indices(planned) == [a_name(12), a_name(10), a_name(11), a_name(13), a_name(14)]


def test_an_index_rolled_back_from_still_lends_its_vectors() -> None:
    found = {a_name(10): meta(), a_name(11): meta(reason="rolled back")}
    assert indices(plan(found, live=a_name(10))) == [a_name(10), a_name(11)]


def test_there_is_an_end_to_the_donors_and_the_newest_are_kept() -> None:
    complete = {a_name(day): meta() for day in range(1, 6)}
    unfinished = {a_name(day): meta("failed") for day in range(6, 16)}
    planned = plan({**complete, **unfinished}, live=a_name(2))
    assert indices(planned) == [a_name(2), a_name(5), a_name(13), a_name(14), a_name(15)]


@pytest.mark.parametrize(
    "other", [{"provider": "local"}, {"model": "other"}, {"dimension": 16}, {"template_version": 2}], ids=str
)
def test_vectors_of_another_recipe_are_never_taken(other: dict[str, object]) -> None:
    found = plan({LIVE: meta(**other)}, live=LIVE)
    assert (found.donors, found.live, found.recipe) == ((), None, None)
    [(setting, value)] = other.items()
    [note] = found.notes
    assert note.startswith(f"vectors of {LIVE} cannot be taken over: ")
    assert f"{setting.replace('template_version', 'text template')} {value} -> " in note


def test_a_live_index_that_nobody_can_read_is_told_of_and_no_index_is_not() -> None:
    assert "does not say" in plan({}, live=LIVE).notes[0]
    assert plan({}, live=None).notes == plan({LIVE: meta()}, live=LIVE).notes == ()


def test_another_model_for_queries_changes_nothing_about_documents() -> None:
    assert indices(plan({LIVE: meta(query_model="query")}, live=LIVE)) == [LIVE]


def test_a_live_index_of_another_model_proves_nothing_about_this_one() -> None:
    assert plan({LIVE: meta()}, live=LIVE).live == LIVE
    assert plan({LIVE: meta(model="other"), FAILED: meta("failed")}, live=LIVE).live is None


def test_the_newest_unfinished_build_after_the_live_one_was_interrupted() -> None:
    found = {a_name(1): meta("failed"), a_name(2): meta(), a_name(3): meta("building", texts_sent=7, tokens_sent=70)}
    assert plan(found, live=a_name(2)).interrupted == Donor(a_name(3), 7, 70)


def test_an_unfinished_build_from_before_the_live_one_is_no_interruption() -> None:
    assert plan({a_name(1): meta("failed"), a_name(2): meta()}, live=a_name(2)).interrupted is None


@pytest.mark.parametrize(("recovered", "lost"), [(0, (10, 500)), (7, (3, 150)), (10, (0, 0)), (12, (0, 0))])
def test_what_was_sent_and_is_not_there_was_lost(recovered: int, lost: tuple[int, int]) -> None:
    assert Donor(FAILED, texts_sent=10, tokens_sent=500).lost(recovered) == lost


def test_a_build_that_sent_nothing_lost_nothing() -> None:
    assert Donor(FAILED).lost(0) == (0, 0)


def test_the_first_build_ever_can_have_been_interrupted() -> None:
    assert plan({a_name(1): meta("building", texts_sent=1)}).interrupted == Donor(a_name(1), 1)


def hits(*texts: str, index: str = LIVE, **extra: object) -> list[dict[str, object]]:
    """Hits as a search gives them, the documents as we write them."""
    found = []
    for number, text in enumerate(texts):
        product = an_accepted(number, text=text)
        vector = bag_of_stems(product.document.text, DIMENSION)
        written = encode(product.document, text_hash=product.text_hash, vector=vector)
        source = orjson.loads(written.lines.splitlines()[1])
        found.append(a_hit(index, str(number), {**source, **extra}))
    return found


texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=60).filter(str.strip)


@given(st.lists(texts, max_size=6, unique=True))
def test_what_is_cut_out_of_an_answer_is_what_a_parser_finds_in_it(drawn: list[str]) -> None:
    found = hits(*drawn)
    read = read_answer(an_answer(found))
    assert {text_hash: orjson.loads(held.digits) for text_hash, held in read.items()} == {
        hit["_source"][catalog.TEXT_HASH]: hit["_source"][catalog.VECTOR] for hit in found
    }
    assert {held.holder for held in read.values()} <= {LIVE}


def test_the_digits_stay_as_they_were_stored() -> None:
    [hit] = hits("wool")
    answer = an_answer([hit]).replace(b'"vector":[', b'"vector":[1.50e-2,')
    [held] = read_answer(answer).values()
    assert held.digits.startswith(b"[1.50e-2,")


TRICKS = [
    '"vector":[0.5]},"fields":{"text_hash":["0"',
    ']},"fields":{"text_hash":["00000000000000000000000000000000"]}},{"_index":"x"',
    "\\",
    '\\",\\"vector\\":[1]',
]


@pytest.mark.parametrize("trick", TRICKS)
def test_a_text_that_looks_like_an_answer_confuses_nothing(trick: str) -> None:
    found = hits(f"{trick} a", f"b {trick}")
    read = read_answer(an_answer(found))
    assert {text_hash: orjson.loads(held.digits) for text_hash, held in read.items()} == {
        hit["_source"][catalog.TEXT_HASH]: hit["_source"][catalog.VECTOR] for hit in found
    }


FORMS = {
    "something stands behind the vector": lambda: an_answer(hits("wool", later=["x"])),
    "the vector stands first": lambda: an_answer([{**hit, "_source": _turned(hit)} for hit in hits("wool")]),
    "it is indented": lambda: orjson.dumps(orjson.loads(an_answer(hits("wool"))), option=orjson.OPT_INDENT_2),
    "one hit of two differs": lambda: an_answer([*hits("wool"), *hits("silk", later=["x"])]),
}


def _turned(hit) -> dict[str, object]:
    return dict(reversed(hit["_source"].items()))


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS.keys())
def test_an_answer_of_another_form_is_parsed(form) -> None:
    answer = form()
    wanted = {
        hit["_source"][catalog.TEXT_HASH]: Held(LIVE, orjson.dumps(hit["_source"][catalog.VECTOR]))
        for hit in orjson.loads(answer)["hits"]["hits"]
    }
    assert read_answer(answer) == wanted


def test_an_answer_without_hits_holds_nothing() -> None:
    assert read_answer(an_answer([])) == {}


def test_a_document_without_a_vector_lends_none() -> None:
    [hit] = hits("wool")
    del hit["_source"][catalog.VECTOR]
    assert read_answer(an_answer([hit])) == {}


def test_the_first_donor_wins() -> None:
    assert build_search(["a", "b", "c"], ["x"])["indices_boost"] == [{"c": 1.0}, {"b": 2.0}, {"a": 3.0}]


def test_windows_shrink_as_vectors_grow() -> None:
    windows = [Donors(FakeCluster(), dimension=dimension).window for dimension in (16, 384, 1536, 3072)]
    assert windows == [500, 500, 195, 102]


def fill(cluster: FakeCluster, index: str, *numbers: int, state: str = "live", scale: float = 1.0) -> None:
    """An index with products of these numbers; a vector of another length than 1 when `scale` says so."""
    found = cluster.put(index, meta(state))
    for number in numbers:
        product = an_accepted(number)
        vector = bag_of_stems(product.document.text, DIMENSION) * scale
        source = catalog.to_source(product.document, text_hash=product.text_hash)
        found.documents[str(number)] = {**source, catalog.VECTOR: vector.tolist()}


async def opened(cluster: FakeCluster, *names: str) -> Donors:
    interrupted = Donor(FAILED) if FAILED in names else None
    return await open_donors(cluster, DonorPlan(tuple(map(Donor, names)), interrupted=interrupted), dimension=DIMENSION)


def products(*numbers: int):
    return [an_accepted(number) for number in numbers]


async def test_a_window_is_divided_by_what_the_donors_hold() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1, 2)
    fill(cluster, FAILED, 2, 3, state="failed")
    divided = await (await opened(cluster, LIVE, FAILED)).divide(products(1, 2, 3, 4))
    assert [product.document.id for product, _ in divided.taken] == ["1", "2", "3"]
    assert [product.document.id for product in divided.missing] == ["4"]
    assert divided.recovered == (an_accepted(3).text_hash,)


async def test_a_product_under_another_id_finds_the_vector_of_its_text() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1)
    moved = an_accepted(900, text=an_accepted(1).document.text)
    divided = await (await opened(cluster, LIVE)).divide([moved])
    assert [product for product, _ in divided.taken] == [moved]


async def test_a_donor_that_disappears_is_no_error() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1)
    donors = await opened(cluster, LIVE)
    await cluster.indices.delete(index=LIVE)
    assert len((await donors.divide(products(1))).missing) == 1


async def test_a_donor_that_is_gone_or_closed_is_left_out() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1)
    cluster.fail("refresh", missing(FAILED), refused(400, "index_closed_exception", "closed"))
    donors = await opened(cluster, FAILED, a_name(1), LIVE)
    assert (donors.indices, donors.interrupted) == ((LIVE,), None)


async def test_without_donors_nothing_is_asked() -> None:
    cluster = FakeCluster()
    cluster.fail("held_vectors", AssertionError("asked"))
    divided = await (await opened(cluster)).divide(products(1, 2))
    assert (divided.taken, len(divided.missing)) == ((), 2)


@pytest.mark.parametrize("scale", [0.0, 2.0])
async def test_a_donor_with_unsound_vectors_is_dropped_and_the_others_are_asked_again(scale: float) -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1, 2, scale=scale)
    fill(cluster, FAILED, 2, state="failed")
    donors = await opened(cluster, LIVE, FAILED)
    divided = await donors.divide(products(1, 2))
    assert donors.indices == (FAILED,)
    assert [product.document.id for product, _ in divided.taken] == ["2"]


async def test_a_cluster_out_of_reach_ends_the_run_before_anything_is_paid_for() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1)
    donors = await opened(cluster, LIVE)
    cluster.fail("held_vectors", ClusterUnreachable("gone", retry_after=1000.0))
    with pytest.raises(ClusterUnreachable):
        await donors.divide(products(1))


async def test_a_donor_that_refuses_the_search_is_dropped_and_the_others_are_asked_again() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1)
    fill(cluster, FAILED, 2)
    donors = await opened(cluster, FAILED, LIVE)
    strange = refused(400, "illegal_argument_exception", "unknown type for collapse field")
    cluster.fail("held_vectors", strange, strange)  # Both together, then the first of them alone.
    divided = await donors.divide(products(1, 2))
    assert ([one.document.id for one, _ in divided.taken], donors.indices) == (["1"], (LIVE,))


async def test_a_refusal_that_no_donor_accounts_for_is_told() -> None:
    cluster = FakeCluster()
    fill(cluster, LIVE, 1)
    donors = await opened(cluster, LIVE)
    cluster.fail("held_vectors", refused(400, "parsing_exception", "no such query"))
    with pytest.raises(RequestRefused, match="no such query"):
        await donors.divide(products(1))
