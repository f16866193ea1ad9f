"""One line of a synonym file: what it means, and what is said of one that means nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.synonyms import MAX_PHRASE_WORDS, MAX_RULE, Mistake, Rule, UnreadableRule, parse_rule, parse_rules

anything = st.text(st.one_of(st.sampled_from(",=>\\# ab\ud800"), st.characters()), max_size=80)


def both_ways(*phrases: str) -> Rule:
    return Rule(phrases, phrases)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        pytest.param("sofa, couch,settee", both_ways("sofa", "couch", "settee"), id="each stands for all"),
        pytest.param("  Hot   Dog ,frankfurter\r", both_ways("Hot Dog", "frankfurter"), id="spaces evened"),
        pytest.param("sofa,,couch, sofa,", both_ways("sofa", "couch"), id="nothing and repeats left out"),
        pytest.param("tv, tele => television", Rule(("tv", "tele"), ("television",)), id="one way"),
        pytest.param("tv => tv, television", Rule(("tv",), ("tv", "television")), id="left kept on the right"),
        pytest.param(r"a\,b, ab", both_ways("a,b", "ab"), id="escaped comma"),
        pytest.param(r"a\=>b, ab", both_ways("a=>b", "ab"), id="escaped arrow"),
        pytest.param(r"a\\, ab", both_ways("a\\", "ab"), id="escaped backslash"),
        pytest.param("ab, a\\", both_ways("ab", "a\\"), id="backslash at the end"),
        pytest.param("a=b, c>d", both_ways("a=b", "c>d"), id="half an arrow"),
        pytest.param("", None, id="empty"),
        pytest.param(" \t", None, id="blank"),
        pytest.param(" # sofa, couch", None, id="remark"),
    ],
)
def test_a_line_is_a_rule(line: str, rule: Rule | None) -> None:
    assert parse_rule(line) == rule


@pytest.mark.parametrize(
    ("line", "why"),
    [
        pytest.param("sofa", "write another one", id="alone"),
        pytest.param("sofa, sofa,", "write another one", id="alone and repeated"),
        pytest.param(",", "write another one", id="nothing"),
        pytest.param("=> sofa", "one side", id="no left"),
        pytest.param("sofa =>", "one side", id="no right"),
        pytest.param("a => b => c", "more than one =>", id="two arrows"),
        pytest.param("sofa, !!!", "'!!!' has no letter", id="no word"),
        pytest.param("sofa, " + "a " * (MAX_PHRASE_WORDS + 1), "more than 8 words", id="long phrase"),
        pytest.param("a," * MAX_RULE, "at most 2000 characters", id="long rule"),
    ],
)
def test_a_line_that_is_no_rule_says_what_to_write(line: str, why: str) -> None:
    with pytest.raises(UnreadableRule, match=why):
        parse_rule(line)


def test_longest_phrase_and_longest_rule_are_read() -> None:
    phrase = " ".join(["a"] * MAX_PHRASE_WORDS)
    assert parse_rule(f"{phrase}, b") == both_ways(phrase, "b")
    longest = "a, " + "b" * (MAX_RULE - 3)
    assert parse_rule(longest) == both_ways("a", "b" * (MAX_RULE - 3))


def test_all_mistakes_are_told_by_their_lines_beside_the_rules() -> None:
    parsed = parse_rules(["# furniture", "sofa, couch", "chair", "", "a=>b=>c"])
    assert parsed.rules == (both_ways("sofa", "couch"),)
    assert [mistake.line for mistake in parsed.mistakes] == [3, 5]
    assert isinstance(parsed.mistakes[0], Mistake)


@given(st.lists(anything, max_size=5))
def test_junk_never_raises(lines: list[str]) -> None:
    parsed = parse_rules(lines)
    assert all(rule.left and rule.right for rule in parsed.rules)
    assert len(parsed.rules) + len(parsed.mistakes) <= len(lines)


@given(anything)
def test_phrases_hold_a_word_each_and_no_stray_space(line: str) -> None:
    for rule in parse_rules([line]).rules:
        for phrase in (*rule.left, *rule.right):
            assert phrase == " ".join(phrase.split())
            assert any(character.isalnum() for character in phrase)
