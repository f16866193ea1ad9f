"""indexer.settings: every mistake at once, by the name an operator would change."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from indexer.entry import known_secrets
from indexer.settings import IndexerSettings
from shared.errors import ConfigurationError

pytestmark = pytest.mark.usefixtures("bare_settings")


def read(monkeypatch: pytest.MonkeyPatch, *, embeds: bool = True, **environment: str) -> IndexerSettings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return IndexerSettings.read(embeds=embeds)


def problems(monkeypatch: pytest.MonkeyPatch, **environment: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, **environment)
    return [problem.split(":")[0] for problem in caught.value.problems]


def test_the_defaults_need_only_a_key(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read(monkeypatch, OPENAI_API_KEY="sk-1")
    assert (settings.rag_retain, settings.source_slices, settings.source().url) == (1, None, settings.cluster().url)
    assert settings.embedding_endpoint() == (None, SecretStr("sk-1"))


def test_a_missing_key_is_a_wrong_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch) == ["OPENAI_API_KEY"]


@pytest.mark.parametrize(
    "given",
    [
        {"EMBEDDING_API_KEY": "sk-1"},
        {"EMBEDDING_BASE_URL": "http://127.0.0.1:9/v1"},
        {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1"},
        {"EMBEDDING_PROVIDER": "local"},
    ],
    ids=lambda given: next(iter(given)),
)
def test_any_of_these_stands_in_for_the_key(monkeypatch: pytest.MonkeyPatch, given: dict[str, str]) -> None:
    read(monkeypatch, **given)


def test_what_embeds_nothing_needs_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    read(monkeypatch, embeds=False)


def test_every_mistake_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    wrong = {
        "OPENSEARCH_URL": "ftp://x",
        "SOURCE_OPENSEARCH_URL": "nowhere",
        "SOURCE_SLICES": "0",
        "RAG_RETAIN": "-1",
        "EMBEDDING_GIVE_UP_SECONDS": "0",
        "INDEXER_SCHEDULE": "every night",
        "INDEXER_TIMEZONE": "Mars/Olympus",
        "STORE_BASE_URL": "shop.test",
    }
    assert sorted(problems(monkeypatch, **wrong)) == sorted([*wrong, "OPENAI_API_KEY"])


def test_a_broken_store_file_is_told_beside_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems(monkeypatch, STORES_FILE="none.toml", RAG_RETAIN="x") == [
        "RAG_RETAIN", "STORES_FILE", "OPENAI_API_KEY",
    ]  # fmt: skip


def test_no_value_is_repeated_in_a_message(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read(monkeypatch, RAG_RETAIN="hunter2", INDEXER_TIMEZONE="hunter2")
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(("value", "slices"), [("auto", None), ("1", 1), ("1024", 1024)])
def test_slices_are_a_number_or_auto(monkeypatch: pytest.MonkeyPatch, value: str, slices: int | None) -> None:
    assert read(monkeypatch, embeds=False, SOURCE_SLICES=value).source_slices == slices


TARGET = {"OPENSEARCH_URL": "http://rag:9200", "OPENSEARCH_USERNAME": "writer", "OPENSEARCH_PASSWORD": "w"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ({}, ("http://rag:9200", "OPENSEARCH_URL", "writer")),
        (
            {"SOURCE_OPENSEARCH_USERNAME": "reader", "SOURCE_OPENSEARCH_PASSWORD": "r"},
            ("http://rag:9200", "OPENSEARCH_URL", "reader"),
        ),
        ({"SOURCE_OPENSEARCH_URL": "http://rag:9200"}, ("http://rag:9200", "SOURCE_OPENSEARCH_URL", "writer")),
        ({"SOURCE_OPENSEARCH_URL": "http://shop:9200"}, ("http://shop:9200", "SOURCE_OPENSEARCH_URL", None)),
    ],
    ids=["the same cluster", "the same cluster, read only", "the same address", "another cluster"],
)
def test_credentials_go_only_to_the_cluster_they_are_for(
    monkeypatch: pytest.MonkeyPatch, source: dict[str, str], expected: tuple[Any, ...]
) -> None:
    found = read(monkeypatch, embeds=False, **TARGET, **source).source()
    assert (found.url, found.name, found.username) == expected


SIGNED = {"OPENSEARCH_URL": "https://rag", "OPENSEARCH_AUTH": "sigv4", "OPENSEARCH_AWS_REGION": "eu-central-1"}


@pytest.mark.parametrize(
    ("source", "signed_for", "who"),
    [
        ({}, "eu-central-1", "the AWS identity of this machine"),
        ({"SOURCE_OPENSEARCH_URL": "https://shop"}, None, None),
        ({"SOURCE_OPENSEARCH_AUTH": "basic"}, None, None),
        ({"SOURCE_OPENSEARCH_USERNAME": "r", "SOURCE_OPENSEARCH_PASSWORD": "p"}, None, "r"),
        (
            {"SOURCE_OPENSEARCH_URL": "https://shop", "SOURCE_OPENSEARCH_AUTH": "sigv4",
             "SOURCE_OPENSEARCH_AWS_REGION": "us-east-1"},
            "us-east-1", "the AWS identity of this machine",
        ),
    ],
    ids=["the same cluster", "another one", "nobody in the same", "a user in the same", "another one, signed too"],
)  # fmt: skip
def test_requests_are_signed_for_the_cluster_that_wants_it(
    monkeypatch: pytest.MonkeyPatch, source: dict[str, str], signed_for: str | None, who: str | None
) -> None:
    found = read(monkeypatch, embeds=False, **SIGNED, **source).source()
    assert (found.signing.region if found.signing else None, found.who) == (signed_for, who)


def test_what_signs_is_missed_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.signing.find_spec", lambda name: None)
    assert problems(monkeypatch, EMBEDDING_API_KEY="sk-1", **SIGNED) == ["OPENSEARCH_AUTH"]


def test_each_cluster_has_a_login_of_its_own_that_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    half = {"SOURCE_OPENSEARCH_PASSWORD": "r", "SOURCE_OPENSEARCH_CA_FILE": "absent.pem"}
    assert problems(monkeypatch, EMBEDDING_API_KEY="sk-1", **TARGET, **half) == [
        "SOURCE_OPENSEARCH_USERNAME", "SOURCE_OPENSEARCH_CA_FILE",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "dates"),
    [
        ("0", [22, 29]),  # crontab's Sunday
        ("7", [22, 29]),
        ("1", [23, 30]),
        ("mon", [23, 30]),
        ("5-7", [21, 22, 27]),
        ("1-5/2", [23, 25, 27]),
        ("*", [21, 22, 23]),
    ],
)
def test_days_of_the_week_are_counted_as_crontab_does(
    monkeypatch: pytest.MonkeyPatch, day: str, dates: list[int]
) -> None:
    trigger = read(monkeypatch, embeds=False, INDEXER_SCHEDULE=f"0 3 * * {day}").trigger()
    moment = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
    found = []
    for _ in dates:
        moment = trigger.get_next_fire_time(moment, moment)
        found.append(moment.day)
    assert found == dates


def test_the_schedule_is_in_its_own_time_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    trigger = read(monkeypatch, embeds=False, INDEXER_TIMEZONE="Europe/Berlin").trigger()
    moment = trigger.get_next_fire_time(None, datetime(2026, 11, 20, 12, 0, tzinfo=UTC))
    assert moment.astimezone(UTC) == datetime(2026, 11, 21, 2, 0, tzinfo=UTC)


def test_an_operators_file_is_beside_the_stores_file_else_in_the_working_directory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (folder := tmp_path / "shop").mkdir()
    (folder / "stores.toml").write_text('[[store]]\ncode = "en"\n')
    monkeypatch.chdir(tmp_path)
    settings = read(monkeypatch, embeds=False, STORES_FILE=str(folder / "stores.toml"))
    assert settings.companion("attributes.toml") is None
    Path("attributes.toml").write_text("")
    assert settings.companion("attributes.toml") == Path("attributes.toml")
    (folder / "attributes.toml").write_text("")
    assert settings.companion("attributes.toml") == folder / "attributes.toml"


def test_what_no_log_line_may_hold_is_ours_and_that_of_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "OPENAI_API_KEY": "sk-1",
        "AWS_SECRET_ACCESS_KEY": "of-amazon",
        "OTEL_EXPORTER_OTLP_HEADERS": "key=0f-otel",
    }
    secrets = known_secrets(read(monkeypatch, **given))
    assert {secret.get_secret_value() for secret in secrets if secret} == {"sk-1", "of-amazon", "0f-otel"}
