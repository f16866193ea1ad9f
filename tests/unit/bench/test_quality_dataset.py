"""bench.quality: three files become a catalogue with questions; what is wrong with them is told by file and line."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from bench.quality.catalogue import build_catalogue
from bench.quality.dataset import NEGATION, PLAIN, Dataset, DatasetUnusable, read_dataset
from sandbox.magento.core import CoreStore

TENT = {"id": "A1", "title": "Dome tent", "brand": "Kestrel", "color": "Dark green", "price": 99.5,
        "description": "Two <poles>.", "bullet_points": "Light\nDry & warm", "category": ["Camping", "Tents"],
        "attrs": {"Season count": "3", "Use": ["hiking", "hiking", "beach"]}, "ean": "4600000000015"}  # fmt: skip


def write(folder: Path, *, products: Any = (TENT,), queries: Any = ({"id": "q", "text": "tent"},), qrels: str) -> Path:
    (folder / "products.jsonl").write_bytes(b"\n".join(map(orjson.dumps, products)))
    (folder / "queries.jsonl").write_bytes(b"\n".join(map(orjson.dumps, queries)))
    (folder / "qrels.tsv").write_text(qrels, encoding="utf-8")
    return folder


def a_dataset(folder: Path, *products: Mapping[str, Any]) -> Dataset:
    return read_dataset(write(folder, products=products or (TENT,), qrels="q\t0\tA1\t3\n"))


def test_a_product_becomes_a_native_document(tmp_path: Path) -> None:
    catalogue = build_catalogue(a_dataset(tmp_path))
    [document] = map(CoreStore(catalogue.view, catalogue.model).document, catalogue.products)
    source = document.source
    assert (source["sku"], source["name"], source["ean"]) == ("A1", "dome tent", "4600000000015")
    assert source["description"] == "<p>Two &lt;poles&gt;.</p>"
    assert source["short_description"] == "<ul><li>Light</li><li>Dry &amp; warm</li></ul>"
    assert (source["manufacturer_value"], source["color_value"]) == ("Kestrel", "Dark green")
    assert (source["season_count_value"], source["use_value"]) == ("3", ["hiking", "beach"])
    assert {source[name] for name in source if name.startswith("name_category_")} >= {"Camping", "Tents"}
    assert source["price_0_1"] == "99.500000"
    assert catalogue.view.locale == "en"


def test_all_but_id_and_title_is_optional(tmp_path: Path) -> None:
    bare = {"id": 7, "name": "Палатка", "price": None, "brand": " ", "category": [], "attrs": None}
    catalogue = build_catalogue(a_dataset(tmp_path, bare))
    [document] = map(CoreStore(catalogue.view, catalogue.model).document, catalogue.products)
    assert (document.source["sku"], document.source["description"]) == ("7", "")
    assert not [name for name in document.source if name.startswith("price_")]
    assert catalogue.view.locale == "ru"


def test_questions_are_classed_by_what_they_say_unless_the_file_says_it(tmp_path: Path) -> None:
    texts = ["tent without poles", "палатка не синяя", "sugar-free gum", "a notable tent", "tent"]
    queries = [{"id": f"q{n}", "text": text} for n, text in enumerate(texts)]
    queries.append({"id": "q9", "text": "no tent", "class": "odd"})
    folder = write(tmp_path, queries=queries, qrels="".join(f"{one['id']}\t0\tA1\t1\n" for one in queries))
    kinds = [query.kind for query in read_dataset(folder).queries]
    assert kinds == [NEGATION, NEGATION, NEGATION, PLAIN, PLAIN, "odd"]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"products": [{"id": "A1"}]}, "products.jsonl:1: has neither `title` nor `name`"),
        ({"products": [TENT, {"title": "x"}]}, "products.jsonl:2: `id` Field required"),
        ({"products": [{"id": "", "title": "x"}]}, "products.jsonl:1: `id`"),
        ({"products": [{**TENT, "attrs": ["x"]}]}, "products.jsonl:1: `attrs`"),
        ({"products": [TENT, TENT]}, "products.jsonl: id 'A1' is there twice"),
        ({"queries": [["q"]]}, "queries.jsonl:1:"),
        ({"queries": [{"id": "other", "text": "x"}]}, "qrels.tsv: no judgment of query 'other'"),
        ({"qrels": "q 0 A1 3\n"}, "qrels.tsv:1: must be query, 0, product, grade"),
        ({"qrels": "q\t0\tA1\tgood\n"}, "qrels.tsv:1: must be query, 0, product, grade"),
    ],
)
def test_what_cannot_be_used_is_told_by_file_and_line(tmp_path: Path, files: Mapping[str, Any], told: str) -> None:
    with pytest.raises(DatasetUnusable) as refused:
        read_dataset(write(tmp_path, **({"qrels": "q\t0\tA1\t3\n"} | files)))
    assert told in str(refused.value)


def test_a_folder_without_the_files_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatasetUnusable, match=r"products\.jsonl: No such file or directory; DATA must name a folder"):
        read_dataset(tmp_path)
