"""The functions that docs/runbooks.md has one paste: they start our programs wherever these are."""

import shlex
import subprocess
from pathlib import Path
from typing import Any, Final

import kubernetes_validate
import pytest
import yaml
from support.compose import services
from support.debian_programs import found
from support.document_blocks import blocks_of
from support.opensearch import REPOSITORY

HOST, COMPOSE, KUBERNETES = (
    block.text for block in blocks_of(REPOSITORY / "docs" / "runbooks.md") if "vitrina-indexer() {" in block.text
)
STARTS: Final = "python -m"
"""How both images start their program; PATH has no script of ours."""

NO_CLUSTER: Final = """#!/bin/bash
# kubectl, but for what a cluster would have to answer.
case "$*" in
  *"create job"*) echo "$*" > asked; cat job.yaml ;;
  patch\\ --local*) exec {kubectl} "$@" ;;
  "create -f -") cat > made.yaml ;;
  *logs*) echo "$*"; test -e begun || {{ touch begun; exit 1; }} ;;
  *) echo "$*" ;;
esac
"""


def pasted(functions: str, command: str, folder: Path, **programs: str) -> str:
    """What `command` says where `functions` were pasted before and PATH has `programs` (name -> script)."""
    for name, script in programs.items():
        (folder / name).write_text(script, encoding="utf-8")
        (folder / name).chmod(0o755)
    return subprocess.run(
        ["bash", "-c", f"{functions}\n{command}"],
        cwd=folder, env={"PATH": f"{folder}:/usr/bin:/bin"}, capture_output=True, text=True, check=True, timeout=60,
    ).stdout  # fmt: skip


@pytest.fixture
def nightly(tmp_path: Path) -> dict[str, Any]:
    """The job that the CronJob makes, where the stand-in finds it."""
    told = subprocess.run(
        [found("kubectl"), "kustomize", REPOSITORY / "k8s" / "overlays" / "production"],
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    (cronjob,) = (each for each in yaml.safe_load_all(told.stdout) if each["kind"] == "CronJob")
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "by-hand", "namespace": "vitrina"}}
    job |= {"spec": cronjob["spec"]["jobTemplate"]["spec"]}
    (tmp_path / "job.yaml").write_text(yaml.safe_dump(job), encoding="utf-8")
    return job


@pytest.mark.parametrize(("typed", "args"), [("", ["run"]), (" run --allow-shrink", ["run", "--allow-shrink"])])
def test_command_on_kubernetes_is_the_nightly_job_with_other_arguments(
    typed: str, args: list[str], nightly: dict[str, Any], tmp_path: Path
) -> None:
    kubectl = NO_CLUSTER.format(kubectl=shlex.quote(found("kubectl")))
    said = pasted(KUBERNETES, f"vitrina-indexer{typed}", tmp_path, kubectl=kubectl)

    made = yaml.safe_load((tmp_path / "made.yaml").read_text(encoding="utf-8"))
    kubernetes_validate.validate(made, "1.34", strict=True)
    spec = nightly["spec"]
    spec["template"]["spec"]["containers"][0]["args"] = args
    assert made["spec"] == {**spec, "backoffLimit": 0}
    assert "--from=cronjob/vitrina-indexer" in (tmp_path / "asked").read_text(encoding="utf-8")
    # Asked again, because there was no container yet.
    assert said.count("logs --follow job/by-hand-") == 2


def test_command_that_kubernetes_refuses_is_not_waited_for(nightly: dict[str, Any], tmp_path: Path) -> None:
    refuses = '#!/bin/bash\ncase "$*" in "create -f -") exit 1 ;; *logs*) echo waited ;; *) cat job.yaml ;; esac\n'
    assert pasted(KUBERNETES, "vitrina-indexer status || echo refused", tmp_path, kubectl=refuses) == "refused\n"


def test_runtime_on_kubernetes_is_asked_where_it_runs(tmp_path: Path) -> None:
    said = pasted(KUBERNETES, "vitrina-runtime report --since 24h", tmp_path, kubectl=NO_CLUSTER)
    assert said == f"-n vitrina exec deploy/vitrina-runtime -- {STARTS} runtime report --since 24h\n"


def test_command_beside_magento_has_the_settings_of_its_service_and_its_user(tmp_path: Path) -> None:
    (tmp_path / "runtime.env").write_text("PUBLIC_URL='https://shop.example/a b'\n", encoding="utf-8")
    runuser = '#!/bin/bash\necho "$PUBLIC_URL $VITRINA_CACHE_DIR $PWD $*"\n'
    here = HOST.replace("/etc/vitrina", str(tmp_path))
    said = pasted(here, 'vitrina-runtime report --since "7 d"; echo "$PUBLIC_URL"', tmp_path, runuser=runuser)
    program = "-u vitrina -- /opt/vitrina/.venv/bin/vitrina-runtime report --since 7 d"
    assert said == f"https://shop.example/a b /var/lib/vitrina {tmp_path} {program}\n\n"


def test_commands_in_compose_name_its_services(tmp_path: Path) -> None:
    typed = "vitrina-runtime doctor; vitrina-indexer; vitrina-indexer rollback --to x"
    said = pasted(COMPOSE, typed, tmp_path, docker='#!/bin/bash\necho "$*"\n')
    assert said.splitlines() == [
        f"compose exec runtime {STARTS} runtime doctor",
        "compose run --rm --no-deps indexer run",
        "compose run --rm --no-deps indexer rollback --to x",
    ]
    assert {"runtime", "indexer"} <= services().keys()
