"""Templates are filled in one pass, and ask for nothing unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.schema_prompts import CliPrompts
from hexai.errors import ConfigError
from hexai.prompts.templates import built_in, check, cli_system, render


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


def test_the_built_in_texts_differ_and_are_not_blank() -> None:
    """There is a short prompt and an explaining one."""
    short = cli_system(CliPrompts(), explain=False)
    long = cli_system(CliPrompts(), explain=True)
    assert short == built_in("cli.default_system")
    assert long == built_in("cli.explain_system")
    assert short.strip() != long.strip()


def test_the_users_texts_win_exactly_as_written() -> None:
    """An override keeps its blanks; the other prompt is not touched."""
    mine = CliPrompts(explain_system="  Teach.\n")
    assert cli_system(mine, explain=True) == "  Teach.\n"
    assert cli_system(mine, explain=False) == built_in("cli.default_system")


def test_a_blank_override_stands_for_the_built_in_text() -> None:
    """As in the Go tool, blank is not a prompt."""
    mine = CliPrompts(default_system=" \n")
    assert cli_system(mine, explain=False) == built_in("cli.default_system")
