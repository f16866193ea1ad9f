"""The synonyms in a native index's settings: Magento's are read, whatever else lies there."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from indexer.extract.synonyms import MAX_BYTES, MAX_RULES, NO_SYNONYMS, read_synonyms

json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["index", "analysis", "filter", "synonyms", "type", "format"]), inner, max_size=4
        )
    ),
    max_leaves=20,
)
rules = st.lists(st.one_of(st.text(max_size=20), st.integers(), st.none()), max_size=6)


def settings(**filters: Any) -> dict[str, Any]:
    """Settings of a native index with these token filters."""
    return {"index": {"uuid": "u", "analysis": {"filter": filters}}}


def synonym_filter(*lines: Any, **changes: Any) -> dict[str, Any]:
    """A filter as Magento writes it, with groups of synonyms."""
    return {"type": "synonym_graph", "synonyms": list(lines), **changes}


@pytest.mark.parametrize("kind", ["synonym", "synonym_graph"])
def test_groups_of_the_filter_are_rules(kind: str) -> None:
    found = read_synonyms(settings(synonyms=synonym_filter("sofa,couch", "tv=>television", type=kind)))
    assert (found.rules, found.notes) == (("sofa,couch", "tv=>television"), ())


def test_filters_of_another_kind_are_none_of_synonyms() -> None:
    assert read_synonyms(settings(stop=synonym_filter("sofa,couch", type="stop"))) == NO_SYNONYMS


@pytest.mark.parametrize(
    "odd",
    [{}, {"index": {}}, {"index": {"analysis": []}}, {"index": {"analysis": {"filter": {"synonyms": "x"}}}}],
    ids=["empty", "nothing analysed", "a list", "a filter that is a word"],
)
def test_index_without_such_a_filter_has_none(odd: dict[str, Any]) -> None:
    assert read_synonyms(odd) == NO_SYNONYMS


def test_rules_of_several_filters_are_one_list_without_repeats() -> None:
    found = read_synonyms(settings(b=synonym_filter("sofa,couch", "a,b"), a=synonym_filter("sofa,couch", "c,d")))
    assert found.rules == ("sofa,couch", "c,d", "a,b")


def test_remarks_and_empty_lines_are_no_rules_and_lines_are_taken_apart() -> None:
    found = read_synonyms(settings(synonyms=synonym_filter("# furniture", "", " sofa,couch \nchair,stool")))
    assert (found.rules, found.notes) == (("sofa,couch", "chair,stool"), ())


def test_rules_that_cannot_be_read_are_left_out_with_a_note() -> None:
    found = read_synonyms(settings(synonyms=synonym_filter("chair", None, "a\ud800,b", "x," * 2_000, "sofa,couch")))
    assert found.rules == ("sofa,couch",)
    assert found.notes == (
        "4 of Magento's synonym rules cannot be read, the first: 'chair': a phrase alone stands for nothing; write "
        "another one behind a comma",
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"type": "synonym", "synonyms_path": "analysis/synonyms.txt"},
        synonym_filter("s(100000001,1,'abstain',v,1,0).", format="wordnet"),
        {"type": "synonym", "synonyms": "sofa,couch"},
    ],
    ids=["in a file of the node", "in wordnet's format", "no list"],
)
def test_rules_that_are_not_there_to_be_read_are_noted(elsewhere: dict[str, Any]) -> None:
    found = read_synonyms(settings(synonyms=elsewhere))
    assert found.rules == ()
    assert ["filter 'synonyms'" in note and "synonyms.txt" in note for note in found.notes] == [True]


def test_no_more_rules_than_a_mapping_may_hold_are_recorded_and_the_cut_is_told() -> None:
    found = read_synonyms(settings(synonyms=synonym_filter(*(f"a{n},b{n}" for n in range(MAX_RULES + 3)))))
    assert len(found.rules) == MAX_RULES
    assert found.rules[0] == "a0,b0"
    assert ["of 2003 synonym rules of Magento's the first 2000 hold" in note for note in found.notes] == [True]


def test_no_more_bytes_than_a_mapping_may_hold_are_recorded() -> None:
    found = read_synonyms(settings(synonyms=synonym_filter(*(f"{n:03},{'ж' * 900}" for n in range(100)))))
    assert 0.95 * MAX_BYTES < sum(len(rule.encode()) for rule in found.rules) <= MAX_BYTES
    assert len(found.notes) == 1


def test_as_many_rules_as_are_allowed_are_no_news() -> None:
    found = read_synonyms(settings(synonyms=synonym_filter(*(f"a{n},b{n}" for n in range(MAX_RULES)))))
    assert (len(found.rules), found.notes) == (MAX_RULES, ())


@given(json)
def test_whatever_the_settings_hold_nothing_raises(found: Any) -> None:
    read_synonyms(found if isinstance(found, dict) else {"index": found})


@given(rules)
def test_what_is_recorded_can_be_written(lines: list[Any]) -> None:
    found = read_synonyms(settings(synonyms=synonym_filter(*lines)))
    assert all(rule.encode() for rule in found.rules)
