"""The linter of the Custom GPT specification sees every planted violation and no other."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from support.runtime import committed

from runtime.actions.specification import build_action_specification, find_violations

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
    for number in range(31):
        item = deepcopy(specification["paths"][GET])
        item["post"]["operationId"] = "op" + "A" * (number + 1)
        specification["paths"][f"/op/{number}"] = item


PLANTED: dict[str, tuple[Callable[[Specification], object], str]] = {
    "other version": (lambda spec: spec.update(openapi="3.0.3"), "openapi must be 3.1.0"),
    "no server": (lambda spec: spec.update(servers=[]), "servers must hold one address, not 0"),
    "two servers": (lambda spec: spec["servers"].append({"url": "https://b.example"}), "one address, not 2"),
    "http": (lambda spec: spec.update(servers=[{"url": "http://shop.example"}]), "must be an https address"),
    "relative server": (lambda spec: spec.update(servers=[{"url": "/api"}]), "must be an https address"),
    "no bearer": (lambda spec: spec["components"].update(securitySchemes={}), "bearer scheme"),
    "no operation": (lambda spec: spec.update(paths={}), "1 to 30 operations, not 0"),
    "too many operations": (many_operations, "operations, not 33"),
    "id twice": (lambda spec: operation(spec).update(operationId="getProduct"), "'getProduct' is used twice"),
    "id in snake case": (lambda spec: operation(spec).update(operationId="get_it"), "must be camelCase"),
    "id too long": (lambda spec: operation(spec).update(operationId="get" + "It" * 20), "must be camelCase"),
    "no summary": (lambda spec: operation(spec).pop("summary"), "summary must have 1 to 300 characters, not 0"),
    "long summary": (lambda spec: operation(spec).update(summary="x" * 301), "characters, not 301"),
    "long description": (lambda spec: operation(spec).update(description="x" * 301), "description must have"),
    "consequential": (
        lambda spec: operation(spec).pop("x-openai-isConsequential"),
        "x-openai-isConsequential must be false",
    ),
    "open door": (lambda spec: operation(spec).pop("security"), "security must ask for the key"),
    "response 422": (lambda spec: operation(spec)["responses"].update({"422": {}}), "422 is never sent"),
    "custom header": (
        lambda spec: operation(spec).update(parameters=[{"in": "header", "name": "x-key"}]),
        "headers and cookies are not sent",
    ),
    "null by choice": (
        lambda spec: schema(spec, "ProductFilters")["properties"].update(
            x={"anyOf": [{"type": "string"}, {"type": "null"}]}
        ),
        "anyOf with null",
    ),
    "object without properties": (
        lambda spec: schema(spec, "ProductFilters")["properties"].update(x={"type": "object"}),
        "an object schema needs properties",
    ),
    "long parameter description": (
        lambda spec: schema(spec, "ProductFilters")["properties"]["price_min"].update(description="x" * 701),
        "has 701 characters and may have 700",
    ),
}


@pytest.mark.parametrize(("plant", "expected"), PLANTED.values(), ids=PLANTED.keys())
def test_planted_violation_is_found_and_nothing_else(plant: Callable[[Specification], object], expected: str) -> None:
    specification = deepcopy(committed("actions.yaml"))
    plant(specification)

    violations = find_violations(specification)

    assert len(violations) == 1, violations
    assert expected in violations[0]


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
