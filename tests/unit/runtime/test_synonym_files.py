"""The operator's synonym files: wrong ones stop the start, changed ones hold in five seconds, a slip takes nothing."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from support.index_meta import a_meta
from support.runtime import DEFAULT, RUSSIAN, Clock

from runtime.retrieval.index import LiveIndex
from runtime.retrieval.store_synonyms import StoreSynonyms
from runtime.retrieval.synonym_file import MAX_FILE_BYTES, SynonymFile
from runtime.retrieval.synonyms import expansions
from shared.embedding.embedder import EmbeddingModel
from shared.errors import ConfigurationError
from shared.stores import StoreView
from shared.synonyms import Rule

SOFA = Rule(("sofa", "couch"), ("sofa", "couch"))


def a_live_index(name: str = "rag-1", *synonyms: str, store: StoreView = DEFAULT) -> LiveIndex:
    """A live index that names these rules of Magento's."""
    model = EmbeddingModel(provider="fake", name="fake", dimension=8)
    return LiveIndex(store=store, index=name, meta=a_meta(synonyms=synonyms), model=model)


class Shelf:
    """A directory of synonym files, and the synonyms of both store views over it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.clock = Clock()

    def write(self, name: str, text: str | bytes) -> None:
        (self.directory / name).write_bytes(text if isinstance(text, bytes) else text.encode())

    def find(self, name: str) -> Path | None:
        path = self.directory / name
        return path if path.is_file() else None

    def open(self) -> StoreSynonyms:
        return StoreSynonyms(self.find, stores=["default", "ru"], clock=self.clock)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path)


def news(log: list[Any]) -> list[str]:
    return [entry["event"] for entry in log]


async def test_without_files_the_rules_of_the_index_hold(shelf: Shelf) -> None:
    synonyms = await shelf.open().get(a_live_index("rag-1", "sofa,couch", "no rule"))
    assert expansions("sofa", synonyms) == ("couch",)


async def test_rules_of_all_stores_and_of_one_and_of_the_index_hold_together(shelf: Shelf) -> None:
    shelf.write("synonyms.txt", "sofa, couch")
    shelf.write("synonyms-ru.txt", "\ufeffsofa, диван\r\n")
    synonyms = shelf.open()
    english = await synonyms.get(a_live_index("rag-1", "sofa,settee"))
    russian = await synonyms.get(a_live_index("rag-ru-1", "sofa,софа", store=RUSSIAN))
    assert expansions("sofa", english) == ("couch", "settee")
    assert expansions("sofa", russian) == ("диван", "couch", "софа")


async def test_changed_file_holds_within_five_seconds(shelf: Shelf) -> None:
    synonyms, live = shelf.open(), a_live_index()
    assert expansions("sofa", await synonyms.get(live)) == ()
    shelf.write("synonyms.txt", "sofa, couch")
    shelf.clock.now += 4.9
    assert expansions("sofa", await synonyms.get(live)) == ()
    shelf.clock.now += 0.1
    assert expansions("sofa", await synonyms.get(live)) == ("couch",)
    (shelf.directory / "synonyms.txt").unlink()
    shelf.clock.now += 5
    assert expansions("sofa", await synonyms.get(live)) == ()


async def test_new_index_brings_its_own_rules_at_once(shelf: Shelf) -> None:
    synonyms = shelf.open()
    assert expansions("sofa", await synonyms.get(a_live_index("rag-1", "sofa,couch"))) == ("couch",)
    assert expansions("sofa", await synonyms.get(a_live_index("rag-2", "sofa,settee"))) == ("settee",)


async def test_index_of_synonyms_is_built_once_for_all_who_ask(shelf: Shelf) -> None:
    synonyms, live = shelf.open(), a_live_index("rag-1", "sofa,couch")
    first, *others = await asyncio.gather(*(synonyms.get(live) for _ in range(5)))
    shelf.clock.now += 60
    assert all(other is first for other in [*others, await synonyms.get(live)])


async def test_request_that_is_given_up_spoils_the_building_for_nobody(shelf: Shelf) -> None:
    synonyms, live = shelf.open(), a_live_index("rag-1", "sofa,couch")
    impatient = asyncio.ensure_future(synonyms.get(live))
    await asyncio.sleep(0)
    impatient.cancel()
    assert expansions("sofa", await synonyms.get(live)) == ("couch",)


def test_every_mistake_in_every_file_stops_the_start(shelf: Shelf) -> None:
    shelf.write("synonyms.txt", "# furniture\nsofa\nsofa, couch\na=>b=>c")
    shelf.write("synonyms-ru.txt", "диван")
    with pytest.raises(ConfigurationError) as refused:
        shelf.open()
    assert [problem.partition(":")[0] for problem in refused.value.problems] == [
        "synonyms-ru.txt, line 1",
        "synonyms.txt, line 2",
        "synonyms.txt, line 4",
    ]


def test_many_mistakes_are_counted(shelf: Shelf) -> None:
    shelf.write("synonyms.txt", "alone\n" * 12)
    with pytest.raises(ConfigurationError) as refused:
        shelf.open()
    assert len(refused.value.problems) == 11
    assert "and 2 more lines" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"\xff\xfe", "no UTF-8 text"), (b"#" * (MAX_FILE_BYTES + 1), "more than 500000 bytes")],
    ids=["encoding", "size"],
)
def test_file_that_is_no_list_of_rules_says_why(shelf: Shelf, content: bytes, why: str) -> None:
    shelf.write("synonyms.txt", content)
    with pytest.raises(ConfigurationError, match=f"^synonyms.txt: .*{why}"):
        shelf.open()


def refuse(name: str) -> Path | None:
    raise PermissionError(13, "Permission denied")


def vanish(name: str) -> Path | None:
    return Path("gone") / name


def test_file_that_may_not_be_read_says_so() -> None:
    with pytest.raises(ConfigurationError, match=r"synonyms\.txt: cannot be read: Permission denied"):
        SynonymFile("synonyms.txt", refuse).load()


def test_file_that_is_taken_away_between_two_looks_holds_nothing() -> None:
    file = SynonymFile("synonyms.txt", vanish)
    file.load()
    assert file.rules == ()


@pytest.mark.parametrize("slip", ["sofa", b"\xff"], ids=["a line that is no rule", "another encoding"])
def test_slip_while_running_keeps_the_last_good_rules_and_is_told_once(shelf: Shelf, slip: str | bytes) -> None:
    shelf.write("synonyms.txt", "sofa, couch")
    file = SynonymFile("synonyms.txt", shelf.find)
    file.load()
    shelf.write("synonyms.txt", slip)
    with capture_logs() as log:
        file.look()
        file.look()
    assert (file.rules, file.version) == ((SOFA,), 1)
    assert news(log) == ["synonyms_not_renewed"]

    shelf.write("synonyms.txt", "chair, stool")
    with capture_logs() as log:
        file.look()
        file.look()
    assert (file.rules[0].left, file.version) == (("chair", "stool"), 2)
    assert news(log) == ["synonyms_renewed"]


def test_file_that_cannot_be_read_for_a_while_is_told_each_time_it_begins(shelf: Shelf) -> None:
    looks: Iterator[Callable[[str], Path | None]] = iter([shelf.find, refuse, refuse, shelf.find, refuse])
    shelf.write("synonyms.txt", "sofa, couch")
    file = SynonymFile("synonyms.txt", lambda name: next(looks)(name))
    file.load()
    with capture_logs() as log:
        for _ in range(4):
            file.look()
    assert news(log) == ["synonyms_not_renewed"] * 2
    assert file.rules == (SOFA,)
