"""indexer.runs.recipe: what a build depends on besides the native documents."""

import subprocess
import sys

import pytest
from support.records import a_store

from indexer.attributes import NO_RULES, AttributeRule, AttributeRules
from indexer.extract.fields import plan_fields
from indexer.runs.recipe import build_recipe

PROPERTIES = {name: {} for name in ("color", "color_value", "size", "size_value", "brand", "material", "price_0_1")}


def recipe(**changes: object) -> str:
    parts = {
        "store": a_store(),
        "attributes": NO_RULES,
        "fields": plan_fields(PROPERTIES, dialect="core"),
        "max_tokens": 8192,
    }
    return build_recipe(**parts | changes)


def rules(*codes: str) -> AttributeRules:
    return AttributeRules(by_code={code: AttributeRule() for code in codes})


def test_the_same_parts_are_the_same_recipe() -> None:
    assert recipe() == recipe(fields=plan_fields(dict(reversed(PROPERTIES.items())), dialect="core"))


@pytest.mark.parametrize(
    "changes",
    [
        {"store": a_store(base_url="https://another.example/")},
        {"store": a_store(price_factor=1.2)},
        {"store": a_store(exclude={"skus": ["X-*"]})},
        {"attributes": rules("color")},
        {"fields": plan_fields({**PROPERTIES, "fit": {}}, dialect="core")},
        {"fields": plan_fields(PROPERTIES, dialect="core", customer_group=1)},
        {"max_tokens": 512},
    ],
    ids=lambda changes: "-".join(changes),
)
def test_whatever_products_depend_on_is_in_it(changes: dict[str, object]) -> None:
    assert recipe(**changes) != recipe()


def test_the_order_of_attributes_is_part_of_it() -> None:
    assert recipe(attributes=rules("size", "color")) != recipe(attributes=rules("color", "size"))


def test_another_process_makes_the_same_of_it() -> None:
    # Sets come in another order in every process.
    script = (
        "import sys; sys.path[:0] = sys.argv[1:]; from unit.indexer.test_runs_recipe import recipe; print(recipe())"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", script, *sys.path], capture_output=True, text=True, check=True, timeout=60,
            env={"PYTHONHASHSEED": seed},
        )  # fmt: skip
        assert done.stdout.strip() == recipe()
