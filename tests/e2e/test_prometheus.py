"""A real Prometheus on a real runtime: it scrapes what is documented, and understands every alert and every panel."""

import json
import re
import subprocess
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx2
import pytest
import yaml
from prometheus_client import generate_latest
from support.debian_programs import found
from support.opensearch import REPOSITORY
from support.ports import a_port
from support.processes import eventually
from support.secured import Place
from support.whole_path import WholePath, whole_path

from sandbox.prometheus import RULES, running_prometheus

DASHBOARDS = sorted((REPOSITORY / "deploy" / "grafana" / "dashboards").glob("*.json"))
RUNBOOKS = REPOSITORY / "docs" / "runbooks.md"
METRIC = re.compile(r"\bvitrina_[a-z_]+")
SCRAPED = 1
"""Seconds between two scrapes."""


def alerts() -> list[dict[str, Any]]:
    groups = yaml.safe_load(RULES.read_text(encoding="utf-8"))["groups"]
    return [rule for group in groups for rule in group["rules"]]


def panels() -> list[tuple[str, str]]:
    """(where, expression) of every query of the dashboards, with Grafana's variables filled in as it does."""
    return [
        (f"{path.stem}: {panel['title']}", expression_of(target["expr"]))
        for path in DASHBOARDS
        for panel in json.loads(path.read_text(encoding="utf-8"))["panels"]
        for target in panel.get("targets", ())
    ]


def expression_of(text: str) -> str:
    return text.replace("$__rate_interval", "1m").replace("$store", ".*")


@pytest.fixture(scope="module")
def path(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WholePath]:
    with whole_path(place, tmp_path_factory.mktemp("observed"), LIVE_PRICES="false") as path:
        yield path


@pytest.fixture(scope="module")
def prometheus(path: WholePath) -> Iterator[httpx2.Client]:
    """Prometheus' API, once it has scraped the runtime that has answered a question."""
    question = {"model": "vitrina-en", "messages": [{"role": "user", "content": "a jacket"}]}
    httpx2.post(f"{path.runtime.url}/v1/chat/completions", json=question, timeout=30).raise_for_status()
    targets = {"vitrina-runtime": [path.runtime.url.removeprefix("http://")]}
    with (
        running_prometheus(targets, port=a_port(), scrape_seconds=SCRAPED) as url,
        httpx2.Client(base_url=f"{url}/api/v1", timeout=30) as api,
    ):
        assert eventually(lambda: bool(ask(api, 'vitrina_chat_requests_total{outcome="answered"} > 0')))
        yield api


def ask(api: httpx2.Client, expression: str) -> list[dict[str, Any]]:
    """The samples of an instant query. Fails where Prometheus does not understand it."""
    answer = api.get("/query", params={"query": expression}).json()
    assert answer["status"] == "success", (expression, answer.get("error"))
    samples: list[dict[str, Any]] = answer["data"]["result"]
    return samples


def test_runtime_is_scraped_and_tells_of_the_run(prometheus: httpx2.Client) -> None:
    assert eventually(lambda: len(ask(prometheus, 'up{job="vitrina-runtime"} == 1')) == 1)
    # What alerts look for is there before it has happened: an increase needs something to have increased from.
    for born in ('vitrina_chat_requests_total{outcome="failed"} == 0', 'vitrina_degraded_total{part="catalog"} == 0'):
        assert eventually(lambda born=born: len(ask(prometheus, born)) == 3)
    assert eventually(lambda: {s["metric"]["store"] for s in ask(prometheus, "vitrina_index_age_seconds < 3600")}
                      == {"en", "ru", "suite"})  # fmt: skip
    assert eventually(lambda: len(ask(prometheus, 'vitrina_last_run_status{status="done"} == 1')) == 3)


def test_no_alert_is_raised_by_a_shop_that_is_well(prometheus: httpx2.Client) -> None:
    groups = prometheus.get("/rules").json()["data"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in rules} == {rule["alert"] for rule in alerts()}
    assert eventually(lambda: all(rule["health"] == "ok" for rule in _rules(prometheus)))
    # "pending" for as long as it was not scraped yet, or one scrape was late on a busy machine.
    assert eventually(lambda: all(rule["state"] == "inactive" for rule in _rules(prometheus))), _rules(prometheus)


def _rules(api: httpx2.Client) -> list[dict[str, Any]]:
    return [rule for group in api.get("/rules").json()["data"]["groups"] for rule in group["rules"]]


@pytest.mark.parametrize(("where", "expression"), panels(), ids=lambda text: text[:60])
def test_panel_is_understood(prometheus: httpx2.Client, where: str, expression: str) -> None:
    ask(prometheus, expression)


def test_every_metric_that_is_looked_at_is_there(path: WholePath) -> None:
    # What the indexer counts is registered by whoever imports it.
    import_module("indexer.wiring")
    own = generate_latest().decode()
    text = httpx2.get(f"{path.runtime.url}/metrics", timeout=30).text
    there = {name for page in (own, text) for name in re.findall(r"^# TYPE (\S+)", page, re.MULTILINE)}
    looked_at = {name for _, expression in panels() for name in METRIC.findall(expression)}
    looked_at |= {name for rule in alerts() for name in METRIC.findall(rule["expr"])}
    series = {re.sub(r"_(bucket|count|sum)$", "", name) for name in looked_at}
    assert series - {"up"} <= there


def test_every_alert_fires_and_clears() -> None:
    told = subprocess.run(
        [found("promtool"), "test", "rules", "rules_test.yml"], cwd=RULES.parent, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert told.returncode == 0, told.stdout + told.stderr
    tests = yaml.safe_load((RULES.parent / "rules_test.yml").read_text(encoding="utf-8"))["tests"]
    shown = {test["name"]: [bool(expected["exp_samples"]) for expected in test["promql_expr_test"]] for test in tests}
    assert shown == {rule["alert"]: [True, False] for rule in alerts()}
    for test in tests:
        assert all(f'alertname="{test["name"]}"' in expected["expr"] for expected in test["promql_expr_test"])


def test_every_alert_has_a_section_of_the_runbooks() -> None:
    sections = re.findall(r"^## (Vitrina\w+)$", RUNBOOKS.read_text(encoding="utf-8"), re.MULTILINE)
    assert sections == [rule["alert"] for rule in alerts()]
    for rule in alerts():
        assert rule["annotations"]["runbook"] == f"docs/runbooks.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert {"summary", "description"} <= set(rule["annotations"])


@pytest.mark.parametrize("path", DASHBOARDS, ids=lambda path: path.stem)
def test_dashboard_can_be_provisioned(path: Path) -> None:
    dashboard = json.loads(path.read_text(encoding="utf-8"))
    assert dashboard["uid"] == f"vitrina-{path.stem}"
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in dashboard["panels"]:
        assert panel["gridPos"]["x"] + panel["gridPos"]["w"] <= 24, panel["title"]
        for target in panel.get("targets", ()):
            assert target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
