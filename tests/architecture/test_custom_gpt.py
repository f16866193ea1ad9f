"""docs/custom-gpt.md can be pasted into ChatGPT's editor as it stands, and speaks of the Action API as it is."""

import re
from typing import Any, Final

import pytest
from support.nginx import recommended
from support.opensearch import REPOSITORY
from support.runtime import committed

from runtime.actions.schemas import ActionAnswer, GetProductRequest, ProductFilters, RetrieveProductsRequest
from runtime.errors import ProductNotFound
from runtime.retrieval.product import Product
from runtime.web.contract import iter_operations

MAX_INSTRUCTIONS: Final = 8_000
"""Characters that the editor takes."""
MAX_STARTER: Final = 100
STARTERS: Final = 4

TEXT: Final = (REPOSITORY / "docs" / "custom-gpt.md").read_text(encoding="utf-8")
INSTRUCTIONS: Final = re.findall(r"^```text\n(.*?)^```", TEXT, re.DOTALL | re.MULTILINE)
LANGUAGES: Final = {"en": INSTRUCTIONS[0], "ru": INSTRUCTIONS[-1]}

OPERATIONS: Final = {operation["operationId"] for _, _, operation in iter_operations(committed("actions.yaml"))}
MEMBERS: Final = {
    name for model in (RetrieveProductsRequest, GetProductRequest, ProductFilters, ActionAnswer, Product)
    for name in model.model_fields
}  # fmt: skip

in_both = pytest.mark.parametrize("instructions", LANGUAGES.values(), ids=LANGUAGES.keys())


def test_trial_has_every_line_that_is_recommended_for_nginx() -> None:
    (trial,) = re.findall(r"<<END\n(.*?)^END", TEXT, re.DOTALL | re.MULTILINE)
    written = {line.strip().replace("\\$", "$").replace("$PORT", "8000") for line in trial.splitlines()}
    wanted = (line.partition("#")[0].strip() for line in recommended().splitlines())
    assert [line for line in wanted if line not in written] == []


def test_there_are_instructions_in_both_languages() -> None:
    assert len(INSTRUCTIONS) == 2
    assert len(re.findall("[а-яё]", LANGUAGES["ru"])) > 1_000
    assert re.findall("[а-яё]", LANGUAGES["en"]) == []


@in_both
def test_instructions_fit_into_the_editor(instructions: str) -> None:
    assert 1_000 < len(instructions) <= MAX_INSTRUCTIONS


@in_both
def test_instructions_name_the_operations_that_exist_and_no_other(instructions: str) -> None:
    assert set(re.findall(r"\b[a-z]+(?:[A-Z][a-z]+)+\b", instructions)) == OPERATIONS


@in_both
def test_instructions_name_members_that_exist(instructions: str) -> None:
    named = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b", instructions)) | set(re.findall(r"^- (\w+):", instructions, re.M))
    members = {name for name in named if name.isascii() and not name.isdigit()}
    assert members - MEMBERS == {"price_asc", "price_desc", ProductNotFound.code}
    assert {"query", "filters", "limit", "price_text", "exclude_ids"} <= members


def test_both_languages_say_the_same() -> None:
    english, russian = (re.findall(r"\b[a-z]+_[a-z_]+\b|\b\d{3}\b|(?m:^- )", text) for text in LANGUAGES.values())
    assert english == russian


def test_conversation_starters_are_four_in_each_language() -> None:
    heads = ("Conversation starters:", "Примеры для начала разговора:")
    for head in heads:
        (listed,) = re.findall(rf"^{head}\n\n((?:- .+\n)+)", TEXT, re.MULTILINE)
        starters = listed.strip().splitlines()
        assert len(starters) == STARTERS
        assert max(map(len, starters)) <= MAX_STARTER


@pytest.mark.parametrize("path", ["/privacy", "/.well-known/gpt-actions/openapi.json"])
def test_addresses_in_the_steps_are_routes(path: str) -> None:
    contract: dict[str, Any] = committed("runtime.yaml")
    assert f"https://shop.example/assistant{path}`" in TEXT
    assert path in contract["paths"]
