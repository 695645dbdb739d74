"""Templates are filled in one pass, and ask for nothing unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.errors import ConfigError
from hexai.prompts.template import check, render


def test_names_are_replaced_wherever_they_stand() -> None:
    """Every occurrence is replaced, with or without blanks in the braces."""
    filled = render("{{a}} and {{ b }}, {{a}}", {"a": "1", "b": "2"})
    assert filled == "1 and 2, 1"


def test_what_a_value_holds_is_not_expanded() -> None:
    """A value that looks like a name arrives as it was written."""
    assert render("{{a}}{{b}}", {"a": "{{b}}", "b": "{{a}}"}) == "{{b}}{{a}}"


@given(st.text(), st.text())
def test_any_value_arrives_unchanged(before: str, value: str) -> None:
    """Nothing in a value has a meaning, backslashes of patterns included."""
    template = before.replace("{", "") + "|{{x}}|"
    assert render(template, {"x": value}) == before.replace("{", "") + f"|{value}|"


def test_unknown_names_are_all_named_with_what_is_known() -> None:
    """The error lists each unknown name once and says which there are."""
    with pytest.raises(ConfigError) as caught:
        render("{{path}} {{nope}} {{nope}} {{other}}", {"path": "", "before": ""})
    assert caught.value.problems == (
        "a prompt asks for the unknown name {{nope}}; known are {{before}}, {{path}}",
        "a prompt asks for the unknown name {{other}}; known are {{before}}, {{path}}",
    )


def test_a_template_without_names_asks_for_nothing() -> None:
    """Single braces and empty ones are text."""
    check("{a} {{}} {{ }} {{a-b}}", ())


def test_where_no_name_is_known_the_error_says_so() -> None:
    """A template that may hold no names refuses each of them."""
    with pytest.raises(ConfigError, match="it knows no names"):
        check("{{a}}", ())
