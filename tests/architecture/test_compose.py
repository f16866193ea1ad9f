"""docker-compose.yml keeps to its rules: little that a container may do, nothing open, every name leads somewhere."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from support.compose import (
    FILE,
    VariableMissing,
    composed,
    dockerfile,
    environment,
    example,
    mounts,
    secrets,
    services,
    variables,
)
from support.debian_programs import found
from support.dockerfile import instructions_of, pairs_of

from indexer.settings import IndexerSettings
from runtime.settings import RuntimeSettings
from sandbox.compose.certificates import write_certificates
from sandbox.opensearch.artifacts import VERSION
from sandbox.stack import stores_at
from shared.settings import SharedSettings

ROOT = FILE.parent
SERVICES = services()
NGINX = ROOT / "deploy" / "nginx" / "nginx.conf"
EACH = pytest.mark.parametrize("name", SERVICES)

WRITES_ITS_OWN_ROOT = {"opensearch"}
"""Its image makes a key store and logs beside its configuration when it starts."""
OPEN = {"nginx": "8080", "prometheus": "9090", "grafana": "3000"}
"""What is published, each at its own port."""
OURS: dict[str, type[SharedSettings]] = {
    "first-run": IndexerSettings,
    "indexer": IndexerSettings,
    "runtime": RuntimeSettings,
}


def test_compose_s_own_schema_holds() -> None:
    checker = Path(sys.executable).with_name("check-jsonschema")
    command = [checker, "--builtin-schema", "vendor.compose-spec", FILE]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stdout


def test_nothing_starts_without_the_admin_s_password_and_the_message_says_what_to_run() -> None:
    with pytest.raises(
        VariableMissing, match=r"OPENSEARCH_INITIAL_ADMIN_PASSWORD_FILE is not set, run deploy/secrets.sh"
    ):
        composed({})


def test_every_variable_is_in_the_example_with_the_default_of_the_file() -> None:
    shown = example()
    assert shown.keys() == variables().keys()
    # Empty is as unset.
    assert {
        name: value for name, value in variables().items() if shown[name] and value not in (None, shown[name])
    } == {}


def test_shop_is_known_by_the_address_that_env_says_everywhere() -> None:
    address = "https://shop.example"
    published = {**example(), "SHOP_URL": address, "PUBLISH_ADDRESS": "0.0.0.0"}
    services = composed(published)["services"]
    given = environment(services["runtime"])
    assert (given["PUBLIC_URL"], given["CORS_ALLOWED_ORIGINS"]) == (f"{address}/assistant", address)
    assert f"--shop-url={address}" in services["catalogue"]["command"]
    assert {f"--shop-url={address}", f"--assistant={address}/assistant"} <= set(services["storefront"]["command"])
    assert {name: port for name in OPEN for port in services[name]["ports"] if not port.startswith("127.0.0.1:")} == {
        "nginx": "0.0.0.0:8080:8080"
    }, "Prometheus asks for no password"


def test_opensearch_is_that_of_the_tests() -> None:
    assert example()["OPENSEARCH_VERSION"] == VERSION


@EACH
def test_image_has_a_version(name: str) -> None:
    _, _, tag = SERVICES[name]["image"].rpartition(":")
    assert tag != "latest"
    assert re.search(r"\d", tag) or dockerfile(SERVICES[name])


@EACH
def test_container_may_do_little(name: str) -> None:
    service = SERVICES[name]
    assert service.get("read_only", False) is (name not in WRITES_ITS_OWN_ROOT)
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["restart"] in ("no", "unless-stopped")
    forbidden = {"privileged", "cap_add", "devices", "pid", "ipc", "userns_mode", "user", "extra_hosts", "env_file"}
    assert not service.keys() & forbidden
    assert service.get("network_mode", "none") == "none"


@EACH
def test_only_the_doors_are_published_and_to_this_machine(name: str) -> None:
    ports = SERVICES[name].get("ports", [])
    assert [port.split(":")[0::2] for port in ports] == ([["127.0.0.1", OPEN[name]]] if name in OPEN else [])


def test_opensearch_is_on_a_network_without_a_way_out() -> None:
    networks = composed(example())["networks"]
    assert [networks[name] for name in SERVICES["opensearch"]["networks"]] == [{"internal": True}]


@EACH
def test_whatever_is_mounted_is_there(name: str) -> None:
    declared = composed(example())
    for place, source in mounts(SERVICES[name]).items():
        assert place.startswith("/")
        assert (ROOT / source).exists() if source.startswith(".") else source in declared["volumes"]
    assert set(secrets(SERVICES[name]).values()) <= declared["secrets"].keys()


@EACH
def test_no_password_is_in_an_environment(name: str) -> None:
    revealing = re.compile("password(?!__file)|secret(?!s_dir)|key", re.IGNORECASE)
    assert [setting for setting in environment(SERVICES[name]) if revealing.search(setting)] == []


@EACH
def test_what_is_waited_for_comes_about(name: str) -> None:
    for other, wait in SERVICES[name].get("depends_on", {}).items():
        service = SERVICES[other]
        if wait["condition"] == "service_completed_successfully":
            assert service["restart"] == "no"
        elif other == "runtime":
            # It is ready once something is live, which the first run may take an hour for.
            assert wait["condition"] == "service_started"
        else:
            assert wait["condition"] == "service_healthy"
            assert "healthcheck" in service or _checks_itself(dockerfile(service))


def test_whatever_ends_is_waited_for_so_that_the_documented_up_wait_does_not_take_it_for_a_failure() -> None:
    ending = {name for name, service in SERVICES.items() if service["restart"] == "no"}
    waits = [(other, wait) for service in SERVICES.values() for other, wait in service.get("depends_on", {}).items()]
    assert ending == {other for other, wait in waits if wait["condition"] == "service_completed_successfully"}
    assert [wait.get("required", True) for other, wait in waits if other == "first-run"] == [False], (
        "the index of the night before is there, should it fail"
    )


@EACH
def test_service_that_stays_is_watched(name: str) -> None:
    service = SERVICES[name]
    watched = "healthcheck" in service or _checks_itself(dockerfile(service))
    assert watched is (service["restart"] != "no")


def _checks_itself(file: Path | None) -> bool:
    checks = [step.value for step in instructions_of(file) if step.keyword == "HEALTHCHECK"] if file else []
    return any(check != "NONE" for check in checks)


def test_script_makes_every_secret_and_no_second_time(tmp_path: Path) -> None:
    (tmp_path / "deploy").mkdir()
    shutil.copy(ROOT / "deploy" / "secrets.sh", tmp_path / "deploy")
    shutil.copy(ROOT / ".env.example", tmp_path)
    made = []
    for _ in range(2):
        subprocess.run(["sh", tmp_path / "deploy" / "secrets.sh"], check=True, capture_output=True, timeout=60)
        made.append({path.name: path.read_text() for path in (tmp_path / "secrets").iterdir()})
    assert made[0] == made[1]
    files = {entry["file"] for entry in composed(example())["secrets"].values()}
    assert files == {f"./secrets/{name}" for name in made[0]}
    passwords = [content for content in made[0].values() if content]
    assert len(set(passwords)) == len(passwords) == 5
    assert all(re.fullmatch("[0-9a-f]{48}", password) for password in passwords)
    assert (tmp_path / "secrets").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / ".env").read_text() == (ROOT / ".env.example").read_text()


def test_script_leaves_somebodys_own_env_as_it_is_but_for_what_compose_does_not_start_without(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    shutil.copy(ROOT / ".env.example", tmp_path)
    (tmp_path / ".env").write_text("OPENAI_API_KEY=sk-of-mine\nCHAT_MODEL=gpt-5")
    for _ in range(2):
        subprocess.run(["sh", tmp_path / "deploy" / "secrets.sh"], check=True, capture_output=True, timeout=60)
    lines = (tmp_path / ".env").read_text().splitlines()
    kept = dict(line.split("=") for line in lines if line)
    added = kept.pop("OPENSEARCH_INITIAL_ADMIN_PASSWORD_FILE")
    assert kept == {"OPENAI_API_KEY": "sk-of-mine", "CHAT_MODEL": "gpt-5"}
    assert len(lines) == 3
    assert composed({**kept, "OPENSEARCH_INITIAL_ADMIN_PASSWORD_FILE": added})


@pytest.mark.parametrize("name", OURS)
def test_our_programs_take_the_environment_that_they_are_given(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program, service = OURS[name], SERVICES[name]
    given = environment(service)
    known = {field.upper() for field in program.model_fields} | {"SECRETS_DIR"}
    assert given.keys() | secrets(service).keys() <= known
    (tmp_path / "stores.toml").write_text(stores_at("http://127.0.0.1:8080"), encoding="utf-8")
    for target in secrets(service):
        (tmp_path / target).write_text("" if target.endswith(("_KEY", "_KEYS")) else "5" * 48, encoding="utf-8")
    write_certificates(tmp_path)
    here = {
        "SECRETS_DIR": str(tmp_path),
        "STORES_FILE": str(tmp_path / "stores.toml"),
        "OPENSEARCH_CA_FILE": str(tmp_path / "authority" / "ca.pem"),
    }
    for setting, value in (given | here).items():
        monkeypatch.setenv(setting, value)
    settings = program.read()
    assert settings.opensearch_password is not None
    assert settings.embedding_provider == "local"
    places = {given["OPENSEARCH_CA_FILE"], given["STORES_FILE"]}
    assert {str(Path(place).parent) for place in places} <= mounts(service).keys()


def test_those_who_call_each_other_agree_on_names_and_ports() -> None:
    runtime = dockerfile(SERVICES["runtime"])
    assert runtime
    image = {
        name: value
        for step in instructions_of(runtime)
        if step.keyword == "ENV"
        for name, value in pairs_of(step.value).items()
    }
    watched = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text(encoding="utf-8")
    assert f'"runtime:{image["PORT"]}"' in watched
    assert f'"indexer:{environment(SERVICES["indexer"])["METRICS_PORT"]}"' in watched
    indexer = dockerfile(SERVICES["indexer"])
    assert indexer
    assert "METRICS_HOST=0.0.0.0" in " ".join(step.value for step in instructions_of(indexer) if step.keyword == "ENV")
    upstreams = dict(re.findall(r"set \$(\w+)\s+http://\1:(\d+);", NGINX.read_text(encoding="utf-8")))
    assert upstreams == {"runtime": image["PORT"], "storefront": "8001"}
    assert "--port=8001" in SERVICES["storefront"]["command"]
    assert f"listen {OPEN['nginx']};" in NGINX.read_text(encoding="utf-8")
    together = ({"nginx", "runtime", "storefront"}, {"prometheus", "runtime", "indexer", "grafana"})
    assert all(set.intersection(*(set(SERVICES[name]["networks"]) for name in names)) for names in together)


def test_nginx_has_the_lines_that_the_docs_recommend() -> None:
    document = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    (lines,) = re.findall(r"```nginx\n(.*?)```", document, re.DOTALL)
    wanted = [" ".join(line.partition("#")[0].split()) for line in lines.splitlines() if line.strip()]
    has = {" ".join(line.split()) for line in NGINX.read_text(encoding="utf-8").splitlines()}
    assert {line.replace("http://127.0.0.1:8000", "$runtime") for line in wanted if line} <= has


def test_nginx_takes_its_file() -> None:
    command = [found("nginx"), "-t", "-e", "stderr", "-c", NGINX]
    tested = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert tested.returncode == 0, tested.stderr
