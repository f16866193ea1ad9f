import pytest

from shared.environment_secrets import environment_secrets


def secrets_of(**environ: str) -> set[str]:
    return {secret.get_secret_value() for secret in environment_secrets(environ)}


def test_keys_of_libraries_are_secrets() -> None:
    environ = {"AWS_SECRET_ACCESS_KEY": "a/b+c=", "AWS_SESSION_TOKEN": "token", "LANGSMITH_API_KEY": "lsv2_x"}
    assert secrets_of(**environ, AWS_ACCESS_KEY_ID="AKIDEXAMPLE", AWS_REGION="eu-central-1") == set(environ.values())


@pytest.mark.parametrize("name", ["OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_TRACES_HEADERS"])
@pytest.mark.parametrize(
    ("headers", "secrets"),
    [
        ("api-key=hunter2", {"hunter2"}),
        ("authorization=Bearer%20hunter2", {"hunter2", "Bearer%20hunter2"}),
        ("authorization=Basic dXNlcjpwYXNz0Q==, x-team=k3y", {"dXNlcjpwYXNz0Q==", "k3y"}),
        ("x-token=of-letters-alone-and-long", {"of-letters-alone-and-long"}),
        ("x-scope-orgid=vitrina", set()),
        ("nonsense,,=", set()),
        ("", set()),
    ],
)
def test_values_of_headers_are_secrets_and_names_of_tenants_are_none(
    name: str, headers: str, secrets: set[str]
) -> None:
    assert secrets_of(**{name: headers}) == secrets
