"""The linter of the Custom GPT specification sees every planted violation and no other."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from support.runtime import committed

from runtime.actions.rules import RULES, find_violations
from runtime.actions.specification import build_action_specification

RETRIEVE = "/api/v1/actions/retrieve_products"
GET = "/api/v1/actions/get_product"

Specification = dict[str, Any]


def operation(specification: Specification, path: str = RETRIEVE) -> dict[str, Any]:
    found: dict[str, Any] = specification["paths"][path]["post"]
    return found


def schema(specification: Specification, name: str) -> dict[str, Any]:
    found: dict[str, Any] = specification["components"]["schemas"][name]
    return found


def many_operations(specification: Specification) -> None:
    for number in range(2):
        item = deepcopy(specification["paths"][GET])
        item["post"]["operationId"] = "op" + "A" * (number + 1)
        specification["paths"][f"/op/{number}"] = item


Plant = Callable[[Specification], object]

PLANTED: dict[str, list[tuple[Plant, str]]] = {
    "version": [
        (lambda spec: spec.update(openapi="3.0.3"), "openapi must be 3.1.0"),
        (lambda spec: spec.pop("openapi"), "openapi must be 3.1.0"),
    ],
    "one server": [
        (lambda spec: spec.update(servers=[]), "servers must hold one address, not 0"),
        (lambda spec: spec["servers"].append({"url": "https://b.example"}), "one address, not 2"),
    ],
    "https": [
        (lambda spec: spec.update(servers=[{"url": "http://shop.example"}]), "must be an https address"),
        (lambda spec: spec.update(servers=[{"url": "/api"}]), "must be an https address"),
        (lambda spec: spec.update(servers=[{"url": "https://shop.example:8443"}]), "on port 443"),
    ],
    "privacy": [
        (lambda spec: spec.pop("externalDocs"), "must link the privacy policy"),
        (lambda spec: spec["externalDocs"].update(url="/privacy"), "must link the privacy policy"),
    ],
    "bearer key": [
        (lambda spec: operation(spec).pop("security"), "security must ask for the key"),
        (lambda spec: operation(spec).update(security=[{}]), "security must ask for the key"),
        (
            lambda spec: spec["components"]["securitySchemes"].update(x={"type": "apiKey", "in": "header"}),
            "a bearer scheme, and no other",
        ),
    ],
    "few operations": [(many_operations, "1 to 3 operations, not 4"), (lambda spec: spec.update(paths={}), "not 0")],
    "operation ids": [
        (lambda spec: operation(spec).update(operationId="getProduct"), "'getProduct' is used twice"),
        (lambda spec: operation(spec).update(operationId="get_it"), "must be camelCase"),
        (lambda spec: operation(spec).update(operationId="get" + "It" * 20), "must be camelCase"),
        (lambda spec: operation(spec).pop("operationId"), "must be camelCase"),
    ],
    "summaries": [
        (lambda spec: operation(spec).pop("summary"), "summary must have 1 to 300 characters, not 0"),
        (lambda spec: operation(spec).update(summary="x" * 301), "characters, not 301"),
        (lambda spec: operation(spec).update(description="x" * 301), "description must have"),
    ],
    "descriptions": [
        (
            lambda spec: schema(spec, "ProductFilters")["properties"]["price_min"].update(description="x" * 701),
            "has 701 characters and may have 700",
        )
    ],
    "not consequential": [
        (lambda spec: operation(spec).pop("x-openai-isConsequential"), "x-openai-isConsequential must be false"),
        (lambda spec: operation(spec).update({"x-openai-isConsequential": True}), "must be false"),
    ],
    "no custom headers": [
        (lambda spec: operation(spec).update(parameters=[{"in": "header", "name": "x-key"}]), "are not sent"),
        (lambda spec: operation(spec).update(parameters=[{"in": "cookie", "name": "key"}]), "are not sent"),
    ],
    "text only": [
        (lambda spec: operation(spec)["requestBody"]["content"].update({"multipart/form-data": {}}), "json alone"),
        (lambda spec: operation(spec)["responses"]["200"]["content"].update({"image/png": {}}), "json alone"),
    ],
    "no 422": [(lambda spec: operation(spec)["responses"].update({"422": {}}), "422 is never sent")],
    "no null by choice": [
        (
            lambda spec: schema(spec, "ProductFilters")["properties"].update(
                x={"anyOf": [{"type": "string"}, {"type": "null"}]}
            ),
            "anyOf with null",
        )
    ],
    "objects with properties": [
        (
            lambda spec: schema(spec, "ProductFilters")["properties"].update(x={"type": "object"}),
            "an object schema needs properties",
        )
    ],
    "references": [
        (
            lambda spec: schema(spec, "ActionAnswer")["properties"].update(x={"$ref": "#/components/schemas/Nobody"}),
            "'#/components/schemas/Nobody' leads nowhere",
        )
    ],
}
"""Rule -> what is spoilt, and the sentence it is told in."""


@pytest.mark.parametrize(
    ("rule", "plant", "expected"),
    [
        pytest.param(rule, *spoilt, id=f"{rule}-{number}")
        for rule, all in PLANTED.items()
        for number, spoilt in enumerate(all)
    ],
)
def test_planted_violation_is_found_by_its_rule_and_by_no_other(rule: str, plant: Plant, expected: str) -> None:
    specification = deepcopy(committed("actions.yaml"))
    plant(specification)

    (violation,) = find_violations(specification)

    assert violation.startswith(f"{rule}: ")
    assert expected in violation


def test_every_rule_is_shown_to_bite() -> None:
    assert list(PLANTED) == list(RULES)


def test_committed_specification_has_no_violation() -> None:
    assert find_violations(committed("actions.yaml")) == []


def test_specification_holds_two_operations_and_only_the_schemas_they_need() -> None:
    specification = build_action_specification(committed("runtime.yaml"))

    assert set(specification["paths"]) == {RETRIEVE, GET}
    names = set(specification["components"]["schemas"])
    assert {"RetrieveProductsRequest", "GetProductRequest", "Product", "ErrorBody"} <= names
    assert not any("Chat" in name for name in names)


def test_optional_members_lose_null_and_answered_ones_keep_it() -> None:
    specification = build_action_specification(committed("runtime.yaml"))

    assert schema(specification, "ProductFilters")["properties"]["price_min"]["type"] == "number"
    assert schema(specification, "Product")["properties"]["price_from"]["type"] == ["number", "null"]
