"""The manifests as `kubectl kustomize` renders them: valid for three releases, confined, in step with the programs."""

import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import trustme
import yaml
from support.debian_programs import found
from support.document_blocks import blocks_of
from support.opensearch import REPOSITORY

from indexer.settings import IndexerSettings
from runtime.settings import RuntimeSettings
from runtime.web.draining import GRACE_SECONDS

K8S = REPOSITORY / "k8s"
VARIANTS = ("base", "overlays/production", "overlays/streams")
RELEASES = ("1.30", "1.34", "1.37")
UID = 10001
"""Of `USER` in both Dockerfiles."""

Manifest = Mapping[str, Any]


@cache
def rendered(variant: str) -> tuple[Manifest, ...]:
    told = subprocess.run(
        [found("kubectl"), "kustomize", str(K8S / variant)], capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, f"{told.stderr}\nkubectl 1.27 or newer is needed; Debian 13's will do, Debian 12's not"
    assert told.stderr == "", "deprecated fields are told there"
    return tuple(yaml.safe_load_all(told.stdout))


def one(variant: str, kind: str, name: str = "vitrina-runtime") -> Manifest:
    (manifest,) = (m for m in rendered(variant) if m["kind"] == kind and m["metadata"]["name"].startswith(name))
    return manifest


def pods(variant: str) -> Iterator[tuple[str, Manifest]]:
    """(name, pod template) of everything that runs."""
    for manifest in rendered(variant):
        spec = manifest.get("spec", {})
        if template := spec.get("jobTemplate", {}).get("spec", {}).get("template") or spec.get("template"):
            yield manifest["metadata"]["name"], template


def settings_of(variant: str, *names: str) -> dict[str, str]:
    """What the ConfigMaps say, a later one over an earlier one, as `envFrom` reads them."""
    return {key: value for name in names for key, value in one(variant, "ConfigMap", f"{name}-")["data"].items()}


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize("variant", VARIANTS)
def test_manifests_are_valid(variant: str, release: str) -> None:
    for manifest in rendered(variant):
        kubernetes_validate.validate(manifest, release, strict=True)


def test_field_that_kubernetes_does_not_know_is_found() -> None:
    pdb = dict(one("base", "PodDisruptionBudget"))
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**pdb, "spec": {**pdb["spec"], "minAvailble": 1}}, RELEASES[0], strict=True)


def test_every_file_is_part_of_what_is_rendered() -> None:
    named = {
        (path.parent / name).resolve()
        for path in K8S.rglob("kustomization.yaml")
        for name in _files_of(yaml.safe_load(path.read_text(encoding="utf-8")))
    }
    there = {path.resolve() for path in K8S.rglob("*") if path.is_file() and path.name != "kustomization.yaml"}
    assert there == {path for path in named if path.is_file()}


def _files_of(kustomization: Manifest) -> Iterator[str]:
    yield from kustomization.get("resources", ())
    yield from (patch["path"] for patch in kustomization.get("patches", ()))
    for generator in kustomization.get("configMapGenerator", ()):
        yield from (*generator.get("envs", ()), *generator.get("files", ()))


@pytest.mark.parametrize("variant", VARIANTS)
def test_pods_are_confined(variant: str) -> None:
    names = []
    for name, template in pods(variant):
        names.append(name)
        spec = template["spec"]
        assert spec["automountServiceAccountToken"] is False
        assert spec["serviceAccountName"] == name
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] == UID
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        assert not any("hostPath" in volume for volume in spec["volumes"])
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert {"cpu", "memory"} <= container["resources"]["requests"].keys()
            assert {"cpu", "memory"} <= container["resources"]["limits"].keys()
    assert sorted(names) == ["vitrina-indexer", "vitrina-runtime"]


@pytest.mark.parametrize("variant", VARIANTS)
def test_images_have_a_version(variant: str) -> None:
    for _, template in pods(variant):
        for container in template["spec"]["containers"]:
            name, _, tag = container["image"].rpartition(":")
            assert name.startswith("registry.example.com/vitrina-")
            assert tag == version("vitrina")


@pytest.mark.parametrize("variant", VARIANTS)
def test_secrets_are_referred_to_and_never_there(variant: str) -> None:
    assert not [manifest for manifest in rendered(variant) if manifest["kind"] == "Secret"]
    for name, template in pods(variant):
        (secret,) = (v for v in template["spec"]["volumes"] if v["name"] == "secrets")
        assert secret["secret"]["secretName"] == name
        (container,) = template["spec"]["containers"]
        mounted = {mount["name"]: mount["mountPath"] for mount in container["volumeMounts"]}
        told = {variable["name"]: variable["value"] for variable in container["env"]}
        assert told == {"SECRETS_DIR": mounted["secrets"], "STORES_FILE": f"{mounted['files']}/stores.toml"}
    text = "\n".join(settings_of(variant, "vitrina-settings", "vitrina-runtime-settings"))
    assert not re.search(r"PASSWORD|API_KEY|SECRET", text)


@pytest.mark.parametrize("variant", VARIANTS)
def test_programs_take_their_settings(variant: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stores.toml").write_text(one(variant, "ConfigMap", "vitrina-files-")["data"]["stores.toml"])
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "opensearch-ca.pem"))
    monkeypatch.chdir(tmp_path)
    common = {"opensearch_ca_file": str(tmp_path / "opensearch-ca.pem"), "openai_api_key": "sk-of-a-secret-file"}
    for name, value in settings_of(variant, "vitrina-settings", "vitrina-runtime-settings").items():
        assert name.lower() in RuntimeSettings.model_fields, f"{name} is no setting"
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("STORES_FILE", "stores.toml")
    runtime = RuntimeSettings.read(**common)
    assert (runtime.host, runtime.port, runtime.metrics_port) == ("0.0.0.0", 8000, 9090)
    assert runtime.public_url is not None
    for name in settings_of(variant, "vitrina-runtime-settings"):
        monkeypatch.delenv(name)
    indexer = IndexerSettings.read(**common)
    assert [store.code for store, _ in indexer.store_views()] == [store.code for store, _ in runtime.store_views()]


@pytest.mark.parametrize("variant", VARIANTS)
def test_probes_ports_and_policies_agree(variant: str) -> None:
    deployment = one(variant, "Deployment")
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    settings = settings_of(variant, "vitrina-runtime-settings")
    assert ports == {"http": int(settings["PORT"]), "metrics": int(settings["METRICS_PORT"])}
    routes = yaml.safe_load((REPOSITORY / "openapi" / "runtime.yaml").read_text(encoding="utf-8"))["paths"]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert container[probe]["httpGet"]["path"] in routes
        assert container[probe]["httpGet"]["port"] == "http"
    assert container["livenessProbe"]["httpGet"]["path"] == "/health/live", "a dependency must restart nothing"
    (service_port,) = one(variant, "Service")["spec"]["ports"]
    assert service_port["targetPort"] == "http"
    labels = deployment["spec"]["template"]["metadata"]["labels"].items()
    for selector in (
        deployment["spec"]["selector"]["matchLabels"],
        one(variant, "Service")["spec"]["selector"],
        one(variant, "PodDisruptionBudget")["spec"]["selector"]["matchLabels"],
        one(variant, "NetworkPolicy")["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector.items() <= labels
    opened = [port["port"] for rule in one(variant, "NetworkPolicy")["spec"]["ingress"] for port in rule["ports"]]
    assert opened == [ports["http"], ports["metrics"]]


@pytest.mark.parametrize("variant", VARIANTS)
def test_answers_have_time_to_end(variant: str) -> None:
    spec = one(variant, "Deployment")["spec"]["template"]["spec"]
    (container,) = spec["containers"]
    (waits,) = re.findall(r"sleep\((\d+)\)", container["lifecycle"]["preStop"]["exec"]["command"][-1])
    assert spec["terminationGracePeriodSeconds"] >= int(waits) + GRACE_SECONDS + 5
    strategy = one(variant, "Deployment")["spec"]["strategy"]["rollingUpdate"]
    assert strategy["maxUnavailable"] == 0
    assert one(variant, "PodDisruptionBudget")["spec"]["minAvailable"] == 1
    assert one(variant, "HorizontalPodAutoscaler")["spec"]["minReplicas"] >= 2, "else no node can be drained"


@pytest.mark.parametrize("variant", VARIANTS)
def test_nightly_run_is_alone_bounded_and_not_repeated_in_vain(variant: str) -> None:
    spec = one(variant, "CronJob", "vitrina-indexer")["spec"]
    assert spec["concurrencyPolicy"] == "Forbid"
    assert spec["timeZone"]
    assert 0 < spec["startingDeadlineSeconds"] <= 3600
    job = spec["jobTemplate"]["spec"]
    assert job["activeDeadlineSeconds"] > 0
    assert job["backoffLimit"] >= 1
    assert job["template"]["spec"]["restartPolicy"] == "Never"
    refuse, _ = job["podFailurePolicy"]["rules"]
    assert refuse["onExitCodes"]["values"] == [2, 3], "a lease (75) ends by itself"


@pytest.mark.parametrize("variant", VARIANTS)
def test_nobody_gets_in_or_out_who_is_not_named(variant: str) -> None:
    policies = {m["metadata"]["name"]: m["spec"] for m in rendered(variant) if m["kind"] == "NetworkPolicy"}
    assert policies["vitrina-nothing-else"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    outwards = policies["vitrina-outwards"]["egress"]
    assert [[port["port"] for port in rule["ports"]] for rule in outwards] == [[53, 53], [9200], [4318], [443]]
    (world,) = outwards[3]["to"]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"} <= set(world["ipBlock"]["except"])
    assert "vitrina-indexer" not in policies, "nobody asks the indexer anything"
    if "RATE_LIMIT_STORAGE" in settings_of(variant, "vitrina-runtime-settings"):
        (rule,) = policies["vitrina-redis"]["ingress"]
        assert rule["from"] == [{"podSelector": {"matchLabels": {"app.kubernetes.io/name": "vitrina-runtime"}}}]
    assert settings_of(variant, "vitrina-settings")["OPENSEARCH_URL"].endswith(":9200")


def test_cluster_of_the_native_index_and_amazons_port_are_lines_to_uncomment(tmp_path: Path) -> None:
    shutil.copytree(K8S, tmp_path / "k8s")
    patch = tmp_path / "k8s" / "overlays" / "production" / "opensearch.yaml"
    patch.write_text(re.sub(r"^( *)# (- .*)", r"\1\2", patch.read_text(encoding="utf-8"), flags=re.MULTILINE))
    policies = [m for m in rendered(str(patch.parent)) if m["metadata"]["name"] == "vitrina-outwards"]
    kubernetes_validate.validate(policies[0], RELEASES[0], strict=True)
    rule = policies[0]["spec"]["egress"][1]
    assert [port["port"] for port in rule["ports"]] == [9200, 443]
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["192.0.2.10/32", "192.0.2.20/32"]


def test_pods_are_scraped_by_the_documented_job_alone_which_says_whose_the_numbers_are() -> None:
    document = [block for block in blocks_of(REPOSITORY / "docs" / "kubernetes.md") if block.language == "yaml"]
    job, adapter = (yaml.safe_load(block.text) for block in document)
    relabelled = job["scrape_configs"][0]["relabel_configs"]
    assert {relabel["target_label"] for relabel in relabelled if "target_label" in relabel} == {"namespace", "pod"}
    (streams,) = one("overlays/streams", "HorizontalPodAutoscaler")["spec"]["metrics"]
    assert adapter["rules"][0]["seriesQuery"] == streams["pods"]["metric"]["name"] + '{namespace!="",pod!=""}'
    for variant in VARIANTS:
        annotated = [template["metadata"].get("annotations", {}) for _, template in pods(variant)]
        assert annotated == [{}, {}], "the usual job would scrape them a second time"


def test_streams_decide_in_their_overlay_and_cpu_elsewhere() -> None:
    metrics = {variant: one(variant, "HorizontalPodAutoscaler")["spec"]["metrics"] for variant in VARIANTS}
    assert metrics["base"][0]["resource"]["name"] == "cpu"
    assert metrics["overlays/production"] == metrics["base"]
    (streams,) = metrics["overlays/streams"]
    assert streams["pods"]["metric"]["name"] == "vitrina_chat_running"


def test_uid_is_that_of_the_images() -> None:
    for name in ("indexer", "runtime"):
        dockerfile = (REPOSITORY / "deploy" / f"{name}.Dockerfile").read_text(encoding="utf-8")
        assert f"\nUSER {UID}:{UID}\n" in dockerfile
