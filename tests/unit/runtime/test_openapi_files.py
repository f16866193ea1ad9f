"""The committed OpenAPI files are valid, and are what the routes say."""

import pytest
from openapi_spec_validator import validate
from support.runtime import OPENAPI, committed

from runtime.cli import openapi_files
from runtime.storefront.endpoints import PATH
from runtime.web.contract import iter_operations
from runtime.web.visitors import HEADER


@pytest.mark.parametrize("name", ["runtime.yaml", "actions.yaml"])
def test_committed_file_is_valid_openapi(name: str) -> None:
    validate(committed(name))


@pytest.mark.parametrize("name", ["runtime.yaml", "actions.yaml"])
def test_committed_file_is_what_the_routes_say(name: str) -> None:
    assert (OPENAPI / name).read_text(encoding="utf-8") == openapi_files()[name]


def test_environment_does_not_change_the_files(monkeypatch: pytest.MonkeyPatch) -> None:
    before = openapi_files()
    monkeypatch.setenv("PUBLIC_URL", "https://other.example/assistant")
    monkeypatch.setenv("METRICS_PORT", "9100")

    assert openapi_files() == before


def test_every_route_of_the_contract_page_is_described() -> None:
    described = {(method.upper(), path) for path, method, _ in iter_operations(committed("runtime.yaml"))}

    assert described >= {
        ("POST", "/api/v1/chat/completions"),
        ("POST", "/api/v1/actions/retrieve_products"),
        ("POST", "/api/v1/actions/get_product"),
        ("GET", "/v1/models"),
        ("GET", "/v1/models/{model}"),
        ("GET", "/health/live"),
        ("GET", "/health/ready"),
        ("GET", "/metrics"),
        ("GET", "/privacy"),
    }


def test_no_operation_promises_a_422() -> None:
    for path, _, operation in iter_operations(committed("runtime.yaml")):
        assert "422" not in operation["responses"], path


def test_token_of_a_visitor_is_a_header_where_it_is_read_and_nowhere_else() -> None:
    takes = {
        path
        for path, _, operation in iter_operations(committed("runtime.yaml"))
        for parameter in operation.get("parameters", [])
        if (parameter["in"], parameter["name"], parameter["required"]) == ("header", HEADER, False)
    }

    assert takes == {"/api/v1/chat/completions", PATH, "/api/v1/feedback"}
