"""The Magento module: PHP that a shop's PHP takes, XML in the words of Magento's schemas, and the tag it writes."""

import csv
import json
import re
import subprocess
from collections.abc import Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from xml.etree import ElementTree

import pytest
from support.debian_programs import found
from support.opensearch import REPOSITORY

MODULE: Final = REPOSITORY / "deploy" / "magento"
PAGE: Final = REPOSITORY / "tests" / "support" / "magento_page" / "page.php"
PHP: Final = sorted([*MODULE.rglob("*.php"), *MODULE.rglob("*.phtml")])
XML: Final = sorted(MODULE.rglob("*.xml"))
SCHEMA: Final = "{http://www.w3.org/2001/XMLSchema-instance}noNamespaceSchemaLocation"
XSI_TYPE: Final = "{http://www.w3.org/2001/XMLSchema-instance}type"

Children = Mapping[str, tuple[set[str], set[str]]]
"""Element -> what may stand in it, and its attributes."""

_SHOWN: Final = {"id", "translate", "type", "sortOrder", "showInDefault", "showInWebsite", "showInStore", "canRestore"}
_ARGUMENT: Final = {"name", XSI_TYPE}

# Of each schema what we use: the file that the address names, under lib/internal/Magento/Framework or app/code/Magento
# of magento/magento2. The schemas are not ours to ship; docs/magento-module.md tells which of them the files were held
# against.
SCHEMAS: Final[Mapping[str, tuple[str, Children]]] = {
    "etc/module.xml": (
        "urn:magento:framework:Module/etc/module.xsd",
        {"config": ({"module"}, set()), "module": ({"sequence"}, {"name"}), "sequence": ({"module"}, set())},
    ),
    "etc/config.xml": (
        "urn:magento:module:Magento_Store:etc/config.xsd",
        # Below a scope stands whatever system.xml names; another test holds them against each other.
        {
            "config": ({"default"}, set()), "default": ({"vitrina"}, set()), "vitrina": ({"assistant"}, set()),
            "assistant": ({"enabled", "theme", "position"}, set()),
        },
    ),
    "etc/acl.xml": (
        "urn:magento:framework:Acl/etc/acl.xsd",
        {
            "config": ({"acl"}, set()), "acl": ({"resources"}, set()), "resources": ({"resource"}, set()),
            "resource": ({"resource"}, {"id", "title", "translate", "sortOrder", "disabled"}),
        },
    ),
    "etc/csp_whitelist.xml": (
        "urn:magento:module:Magento_Csp:etc/csp_whitelist.xsd",
        {
            "csp_whitelist": ({"policies"}, set()), "policies": ({"policy"}, set()), "policy": ({"values"}, {"id"}),
            "values": ({"value"}, set()), "value": (set(), {"id", "type", "algorithm"}),
        },
    ),
    "etc/di.xml": (
        "urn:magento:framework:ObjectManager/etc/config.xsd",
        {
            "config": ({"type"}, set()), "type": ({"arguments"}, {"name"}), "arguments": ({"argument"}, set()),
            "argument": ({"item"}, _ARGUMENT), "item": (set(), _ARGUMENT),
        },
    ),
    "etc/adminhtml/system.xml": (
        "urn:magento:module:Magento_Config:etc/system_file.xsd",
        {
            "config": ({"system"}, set()),
            "system": ({"tab", "section", "include"}, set()),
            "tab": ({"label"}, {"id", "translate", "sortOrder", "class"}),
            "section": ({"label", "class", "tab", "resource", "group"}, _SHOWN),
            "group": ({"label", "comment", "field", "depends"}, _SHOWN),
            "field": ({"label", "comment", "validate", "source_model", "options", "depends"}, _SHOWN),
            "options": ({"option"}, set()), "option": (set(), {"label"}),
        },
    ),
    "view/frontend/layout/default.xml": (
        "urn:magento:framework:View/Layout/etc/page_configuration.xsd",
        {
            "page": ({"body"}, set()), "body": ({"referenceContainer"}, set()),
            "referenceContainer": ({"block"}, {"name"}), "block": ({"arguments"}, {"class", "name", "template"}),
            "arguments": ({"argument"}, set()), "argument": (set(), _ARGUMENT),
        },
    ),
}  # fmt: skip

IDS: Final[Mapping[str, str]] = {
    "tab": r"[a-zA-Z0-9_]{3,}", "section": r"[a-zA-Z0-9_]{3,}", "group": r"[a-zA-Z0-9_]{3,}",
    "field": r"[a-zA-Z0-9_]{3,}", "resource": r"([A-Z]+[a-zA-Z0-9]+)+_[A-Z]+[A-Z0-9a-z]+::[A-Za-z_0-9]+",
}  # fmt: skip
"""How the schemas have ids written."""

URL: Final = "https://assistant.example.com"


def relative(path: Path) -> str:
    return path.relative_to(MODULE).as_posix()


@pytest.mark.parametrize("path", PHP, ids=relative)
def test_php_takes_the_file(path: Path) -> None:
    finished = subprocess.run([found("php"), "-l", path], capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert path.read_text(encoding="utf-8").startswith("<?php\n\ndeclare(strict_types=1);\n")


@pytest.mark.parametrize("path", XML, ids=relative)
def test_xml_is_well_formed(path: Path) -> None:
    finished = subprocess.run(
        [found("xmllint"), "--noout", path], capture_output=True, text=True, timeout=60, check=False
    )
    assert finished.returncode == 0, finished.stderr


@pytest.mark.parametrize("path", XML, ids=relative)
def test_xml_is_in_the_words_of_its_schema(path: Path) -> None:
    address, allowed = SCHEMAS[relative(path)]
    root = ElementTree.parse(path).getroot()
    assert root.attrib.pop(SCHEMA) == address
    for element in root.iter():
        children, attributes = allowed.get(element.tag, (set(), set()))
        assert {child.tag for child in element} <= children, element.tag
        assert set(element.attrib) <= attributes, (element.tag, element.attrib)
        if (pattern := IDS.get(element.tag)) and "id" in element.attrib:
            assert re.fullmatch(pattern, element.attrib["id"]), element.attrib
    by_parent = [
        [(child.tag, child.attrib["id"]) for child in parent if "id" in child.attrib] for parent in root.iter()
    ]
    assert all(len(set(ids)) == len(ids) for ids in by_parent)


def test_settings_in_the_code_are_those_of_the_admin_pages() -> None:
    code = (MODULE / "Model" / "Config.php").read_text(encoding="utf-8")
    read = set(re.findall(r"(?:value|matching)\('(\w+)'", code)) | set(re.findall(r"self::PATH \. '(\w+)'", code))
    fields = list(ElementTree.parse(MODULE / "etc/adminhtml/system.xml").iter("field"))
    shown = {field.attrib["id"] for field in fields}
    assert read == shown
    defaults = ElementTree.parse(MODULE / "etc/config.xml").find("default/vitrina/assistant")
    assert defaults is not None
    assert {element.tag for element in defaults} < shown
    assert "url" not in {element.tag for element in defaults}
    # Where there is nothing to restore, "Use system value" would only stand between the shop and the field.
    assert {field.attrib["id"] for field in fields if "canRestore" in field.attrib} == {one.tag for one in defaults}


def test_resource_of_the_admin_page_may_be_granted() -> None:
    wanted = ElementTree.parse(MODULE / "etc/adminhtml/system.xml").find("system/section/resource")
    granted = {one.attrib["id"] for one in ElementTree.parse(MODULE / "etc/acl.xml").iter("resource")}
    assert wanted is not None
    assert wanted.text in granted


def test_both_languages_have_every_text() -> None:
    system = ElementTree.parse(MODULE / "etc/adminhtml/system.xml")
    texts = {str(element.text) for name in ("label", "comment") for element in system.iter(name)}
    texts |= {option.attrib["label"] for option in system.iter("option")} | {"Vitrina Assistant"}
    for language in ("en_US", "ru_RU"):
        with (MODULE / "i18n" / f"{language}.csv").open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        assert all(len(row) == 2 and row[1] for row in rows)
        assert {row[0] for row in rows} == texts
        assert language == "ru_RU" or all(text == translated for text, translated in rows)


def test_composer_and_magento_know_the_module_by_one_name() -> None:
    composer = json.loads((MODULE / "composer.json").read_text(encoding="utf-8"))
    assert composer["type"] == "magento2-module"
    assert composer["autoload"] == {"files": ["registration.php"], "psr-4": {"Vitrina\\Assistant\\": ""}}
    assert page()["registered"] == {"module Vitrina_Assistant": str(MODULE)}


def test_classes_that_files_name_exist() -> None:
    named = re.findall(
        r"Vitrina\\Assistant\\[\w\\]+", "".join(path.read_text(encoding="utf-8") for path in [*XML, *PHP])
    )
    classes = {name for name in named if name.count("\\") > 2 or name.endswith("Assistant\\Model\\Config")}
    assert classes
    for name in classes:
        file = MODULE / (name.removeprefix("Vitrina\\Assistant\\").replace("\\", "/") + ".php")
        assert file.is_file() or file.with_suffix("").is_dir(), name


@pytest.mark.parametrize("path", [path for path in PHP if path.suffix == ".phtml"], ids=relative)
def test_whatever_a_template_prints_is_escaped(path: Path) -> None:
    printed = re.findall(r"<\?=(.*?)\?>", path.read_text(encoding="utf-8"), re.DOTALL)
    assert printed
    escaped, rendered = (
        r"\$escaper->escape(?:Html|HtmlAttr|Url|Js)",
        r"/\* @noEscape [^*]+\*/ \$secureRenderer->renderTag",
    )
    safe = re.compile(rf"\s*(?:{escaped}|{rendered})\(.*\)\s*", re.DOTALL)
    assert [code for code in printed if not safe.fullmatch(code)] == []
    assert not re.search(r"\b(?:echo|print|printf)\b", path.read_text(encoding="utf-8"))


def page(
    *,
    code: str = "default",
    product: str | int | None = None,
    category: str | int | None = None,
    area: str = "frontend",
    **settings: str,
) -> dict[str, Any]:
    """What a page of the shop becomes. product, category: ids of what Magento has registered for it."""
    values = {"enabled": "1", "url": URL, "theme": "auto", "position": "right", **settings}
    asked = {
        "settings": {f"vitrina/assistant/{name}": value for name, value in values.items()},
        "code": code, "product": product, "category": category, "area": area,
    }  # fmt: skip
    finished = subprocess.run(
        [found("php"), "-d", "display_errors=stderr", PAGE, MODULE],
        input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert finished.returncode == 0, finished.stdout + finished.stderr
    told: dict[str, Any] = json.loads(finished.stdout)
    return told


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.ended: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.ended.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def tag(html: str) -> dict[str, str | None]:
    """Attributes of the one script tag that `html` is."""
    tags = _Tags()
    tags.feed(html)
    tags.close()
    assert ([name for name, _ in tags.seen], tags.ended, tags.text) == (["script"], ["script"], "")
    return tags.seen[0][1]


def test_tag_is_the_one_line_of_the_documents() -> None:
    assert tag(page(code="EN")["html"]) == {
        "src": f"{URL}/widget.js", "data-store": "en", "data-theme": "auto", "data-position": "right", "async": "async",
    }  # fmt: skip


def test_every_setting_arrives() -> None:
    integrity = f"sha384-{'a' * 64}"
    html = page(
        url=f"{URL}:8443/assistant/", store="en_us", color="#1A7f5a", theme="dark", position="left", launcher="Ask us",
        privacy_url="https://shop.example/privacy", build="0.1.0-3f786850e387", integrity=integrity,
    )["html"]  # fmt: skip
    assert tag(html) == {
        "src": f"{URL}:8443/assistant/widget/0.1.0-3f786850e387/widget.js", "integrity": integrity,
        "crossorigin": "anonymous", "data-store": "en_us", "data-color": "#1A7f5a", "data-theme": "dark",
        "data-position": "left", "data-launcher": "Ask us", "data-privacy-url": "https://shop.example/privacy",
        "async": "async",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("registered", "expected"),
    [
        ({"product": "42"}, {"data-product-id": "42"}), ({"category": 7}, {"data-category-id": "7"}), ({}, {}),
        ({"product": 42, "category": "7"}, {"data-product-id": "42"}),
    ],
    ids=str,
)  # fmt: skip
def test_page_of_a_product_or_a_category_tells_its_id(registered: dict[str, Any], expected: dict[str, str]) -> None:
    attributes = tag(page(**registered)["html"])
    assert {name: value for name, value in attributes.items() if name.endswith("-id")} == expected


@pytest.mark.parametrize(
    "words", ['"><script>alert(1)</script>', "</script>", "' onload='x", "Спросите «нас» & Co", "{{x}}"]
)
def test_words_stay_words(words: str) -> None:
    html = page(launcher=words, privacy_url=f"https://shop.example/?a={words.replace(' ', '+')}")["html"]
    assert tag(html)["data-launcher"] == words
    assert html.count("<") == 2


@pytest.mark.parametrize(
    "settings",
    [
        {"url": ""}, {"url": " "}, {"enabled": "0"}, {"url": "assistant.example.com"}, {"url": "javascript:alert(1)"},
        {"url": 'https://a.test/"><script>'}, {"url": "https://a.test/?x=1"}, {"url": "https://user:pw@a.test"},
        {"url": "https://a.test\nb"}, {"url": "https:///widget"}, {"url": "HTTPS://a.test"},
        {"url": "https://a.test:65536"},
    ],
    ids=str,
)  # fmt: skip
def test_without_an_address_there_is_no_tag_and_no_policy(settings: dict[str, str]) -> None:
    told = page(**settings)
    assert (told["html"], told["policies"]) == ("", [["img-src", []]])


@pytest.mark.parametrize(
    ("settings", "absent"),
    [
        ({"color": "red"}, "data-color"), ({"color": "#12345"}, "data-color"), ({"theme": "sepia"}, "data-theme"),
        ({"position": "top"}, "data-position"), ({"privacy_url": "javascript:x"}, "data-privacy-url"),
        ({"build": "0.1.0-3f786850e387"}, "integrity"), ({"build": "../x", "integrity": "sha384-x"}, "integrity"),
        ({"launcher": "  "}, "data-launcher"),
    ],
    ids=str,
)  # fmt: skip
def test_setting_that_cannot_be_used_is_left_out(settings: dict[str, str], absent: str) -> None:
    attributes = tag(page(**settings)["html"])
    assert absent not in attributes
    assert attributes["src"] == f"{URL}/widget.js"


def test_list_of_magento_is_not_replaced_in_one_area() -> None:
    # Magento merges the lists of all `etc/di.xml`, and has a list in the di.xml of an area replace what they came to.
    assert [relative(path) for path in XML if path.name == "di.xml"] == ["etc/di.xml"]


def test_policies_of_the_admin_pages_are_left_alone() -> None:
    assert page(area="adminhtml")["policies"] == [["img-src", []]]


def test_policies_name_the_assistant_with_its_port_beside_those_there_were() -> None:
    told = page(url="http://assistant.example.com:8080/base")
    origin = "http://assistant.example.com:8080"
    assert told["policies"] == [["img-src", []], ["script-src", [origin]], ["connect-src", [origin]]]
