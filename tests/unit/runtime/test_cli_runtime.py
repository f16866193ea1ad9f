"""The command line: keys, contract files, exit codes."""

import hashlib
import json
import re
from pathlib import Path

import pytest

from runtime.cli import main, openapi_files
from runtime.storefront import script
from runtime.storefront.script import WidgetScript, read_script


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    """The exit code of `vitrina-runtime <arguments>`."""
    monkeypatch.setattr("sys.argv", ["vitrina-runtime", *arguments])
    with pytest.raises(SystemExit) as caught:
        main()
    return int(caught.value.code or 0)


@pytest.mark.parametrize(("options", "owner"), [((), "shop"), (("--store", "ru"), "shop@ru")])
def test_new_key_is_shown_once_with_its_entry(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], owner: str
) -> None:
    assert run(monkeypatch, "key", "new", "shop", *options) == 0

    lines = dict(line.split(maxsplit=1) for line in capsys.readouterr().out.splitlines())
    assert lines["key"].startswith("vk_")
    assert lines["entry"] == f"{owner}:{hashlib.sha256(lines['key'].encode()).hexdigest()}"


@pytest.mark.parametrize("arguments", [("a b",), ("a:b",), ("",), ("shop", "--store", "R U")])
def test_name_that_no_setting_could_hold_is_refused(
    monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    assert run(monkeypatch, "key", "new", *arguments) == 2


def test_written_contracts_pass_the_check(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run(monkeypatch, "openapi", "--write", str(tmp_path / "openapi")) == 0
    assert run(monkeypatch, "openapi", "--check", str(tmp_path / "openapi")) == 0
    assert {file.name for file in (tmp_path / "openapi").iterdir()} == set(openapi_files())


def test_stale_contract_fails_the_check_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(monkeypatch, "openapi", "--write", str(tmp_path))
    (tmp_path / "actions.yaml").write_text("openapi: 3.0.0\n")

    assert run(monkeypatch, "openapi", "--check", str(tmp_path)) == 1
    message = capsys.readouterr().err
    assert "actions.yaml" in message
    assert "runtime.yaml" not in message
    assert "make openapi" in message


@pytest.mark.parametrize("arguments", [(), ("--write", "a", "--check", "b")], ids=["neither", "both"])
def test_openapi_wants_one_of_its_options(monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]) -> None:
    assert run(monkeypatch, "openapi", *arguments) == 2


def test_a_proxy_that_cannot_be_used_is_told_at_the_start_without_its_login(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ALL_PROXY", "socks5://me:pw@house:1080")
    monkeypatch.setenv("OPENSEARCH_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")

    assert run(monkeypatch, "serve") == 2

    assert capfd.readouterr().err.startswith("ALL_PROXY=socks5://house:1080: only http:// and https:// proxies")


def test_every_wrong_setting_is_told_and_the_code_is_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in {
        "PORT": "no",
        "ACTION_API_KEYS": "vk_plain-key-in-settings",
        "OPENSEARCH_URL": "ftp://x",
    }.items():
        monkeypatch.setenv(name, value)

    assert run(monkeypatch, "serve") == 2

    told = capsys.readouterr().err.splitlines()
    assert {re.split(r"[:=]", line)[0] for line in told} == {"PORT", "ACTION_API_KEYS", "OPENSEARCH_URL"}
    assert "plain-key" not in "".join(told)


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WidgetScript:
    """A build of the widget, and a runtime of two store views at a public address."""
    (tmp_path / "widget.js").write_text("customElements;")
    (tmp_path / "stores.toml").write_text('[[store]]\ncode = "en"\n[[store]]\ncode = "ru"\nmagento_index = "other"\n')
    monkeypatch.setattr(script, "BUILT", tmp_path / "widget.js")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STORES_FILE", "stores.toml")
    monkeypatch.setenv("PUBLIC_URL", "https://shop.example/assistant/")
    found = read_script()
    assert found is not None
    return found


def test_widget_prints_the_line_and_the_pinned_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], built: WidgetScript
) -> None:
    assert run(monkeypatch, "widget") == 0
    base = "https://shop.example/assistant"
    assert capsys.readouterr().out.splitlines() == [
        f'<script src="{base}/widget.js" data-store="en" async></script>',
        f'<script src="{base}/widget/{built.name}/widget.js" integrity="{built.integrity}" crossorigin="anonymous" '
        'data-store="en" async></script>',
    ]


def test_widget_tells_machines_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], built: WidgetScript
) -> None:
    assert run(monkeypatch, "widget", "--json", "--store", "ru", "--url", "http://127.0.0.1:8000") == 0
    told = json.loads(capsys.readouterr().out)
    assert told.pop("snippet") == '<script src="http://127.0.0.1:8000/widget.js" data-store="ru" async></script>'
    assert 'integrity="sha384-' in told.pop("pinned")
    assert told == {
        "store": "ru", "url": "http://127.0.0.1:8000", "release": built.name, "integrity": built.integrity,
    }  # fmt: skip


@pytest.mark.usefixtures("built")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--store", "nl"), "--store: there is no store 'nl'; known: en, ru"),
        (("--url", "shop.example"), "--url: must be an http:// or https:// address"),
        (("--url", "https://shop.example/?a=1"), "--url: must be"),
    ],
)
def test_widget_refuses_what_no_page_could_load(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], told: str
) -> None:
    assert run(monkeypatch, "widget", *arguments) == 2
    assert capsys.readouterr().err.startswith(told)


@pytest.mark.usefixtures("built")
def test_widget_needs_an_address(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.delenv("PUBLIC_URL")
    assert run(monkeypatch, "widget") == 2
    assert "PUBLIC_URL" in capsys.readouterr().err


@pytest.mark.usefixtures("built")
def test_widget_that_is_not_built_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "widget.js").unlink()
    assert run(monkeypatch, "widget") == 1
    assert "make widget" in capsys.readouterr().err
