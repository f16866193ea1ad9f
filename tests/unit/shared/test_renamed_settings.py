"""Settings under the names they had before, by planted entries: read, told of, and no match for their new names."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from indexer.settings import IndexerSettings
from runtime.cautions import cautions_of
from runtime.settings import RuntimeSettings
from shared import renamed_settings
from shared.errors import ConfigurationError
from shared.renamed_settings import RENAMED, Renamed

pytestmark = pytest.mark.usefixtures("bare_settings")

PLANTED = (
    Renamed("RAG_KEEP", "RAG_RETAIN", "0.1.0"),
    Renamed("SEARCH_PASSWORD", "OPENSEARCH_PASSWORD", "0.1.0"),
    Renamed("STORE_LINK_LIST", "STORE_LINKS", "0.1.0"),
)
TOLD = "RAG_KEEP is called RAG_RETAIN since 0.1.0, and will not be read by its old name for long"


@pytest.fixture(autouse=True)
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamed_settings, "RENAMED", PLANTED)


def read(monkeypatch: pytest.MonkeyPatch, **values: str) -> IndexerSettings:
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return IndexerSettings.read(embeds=False)


def test_old_name_is_read_and_told(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, RAG_KEEP="4", STORE_LINK_LIST='{"delivery": "https://shop.test/d"}')
    assert settings.rag_retain == 4
    assert settings.store_links == {"delivery": "https://shop.test/d"}
    assert settings.old_names()[0] == TOLD
    assert len(settings.old_names()) == 2


def test_new_name_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, RAG_RETAIN="4")
    assert (settings.rag_retain, settings.old_names()) == (4, ())


def test_old_names_are_read_from_files_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "SEARCH_PASSWORD").write_text("s3cret", encoding="utf-8")
    Path(".env").write_text("RAG_KEEP=3\n", encoding="utf-8")
    settings = read(monkeypatch, SECRETS_DIR=str(tmp_path), OPENSEARCH_USERNAME="u")
    assert settings.rag_retain == 3
    assert settings.opensearch_password is not None
    assert settings.opensearch_password.get_secret_value() == "s3cret"
    assert len(settings.old_names()) == 2


def test_both_names_with_the_same_value_are_no_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, RAG_KEEP="4", RAG_RETAIN="4")
    assert (settings.rag_retain, settings.old_names()) == (4, (TOLD,))


def test_both_names_with_different_values_are_a_mistake_that_repeats_neither(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SEARCH_PASSWORD=one-s3cret\n", encoding="utf-8")
    with pytest.raises(ConfigurationError) as refused:
        read(monkeypatch, OPENSEARCH_USERNAME="u", OPENSEARCH_PASSWORD="another-s3cret", RAG_KEEP="1", RAG_RETAIN="2")
    assert [problem.partition(":")[0] for problem in refused.value.problems] == ["RAG_KEEP", "SEARCH_PASSWORD"]
    assert refused.value.problems[0] == f"RAG_KEEP: {TOLD}; RAG_RETAIN is set too, and differs: unset RAG_KEEP"
    assert "s3cret" not in str(refused.value)


def test_value_under_an_old_name_is_checked_like_any(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError, match="RAG_RETAIN"):
        read(monkeypatch, RAG_KEEP="many")


def test_runtime_warns_of_it_at_the_start_and_by_doctor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamed_settings, "RENAMED", (Renamed("OPEN_CHAT", "CHAT_ENABLED", "0.1.0"),))
    monkeypatch.setenv("OPEN_CHAT", "false")
    settings = RuntimeSettings.read()
    assert not settings.chat_enabled
    [caution] = [caution for caution in cautions_of(settings) if caution.check == "names of settings"]
    assert (caution.event, caution.grave) == ("setting_renamed", False)
    assert caution.seen.startswith("OPEN_CHAT is called CHAT_ENABLED since 0.1.0")


def test_entries_are_of_this_minor_version_and_of_settings_that_there_are() -> None:
    fields = {*IndexerSettings.model_fields, *RuntimeSettings.model_fields}
    for entry in RENAMED:
        assert entry.new.lower() in fields
        assert entry.old.lower() not in fields
        assert entry.since.split(".")[:2] == version("vitrina").split(".")[:2], f"take {entry.old} out of RENAMED"


def test_version_is_the_projects() -> None:
    pyproject = tomllib.loads((Path(__file__).parents[3] / "pyproject.toml").read_text(encoding="utf-8"))
    assert pyproject["project"]["version"] == version("vitrina")
