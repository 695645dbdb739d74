"""What a command line means before it is parsed."""

import pytest

from hexai.surfaces.cli.command_line import (
    CommandLine,
    option_names,
    root_command,
    split_line,
    stray_options,
)

NAMES = option_names(root_command())


def split(*arguments: str) -> CommandLine:
    """Split with the names of the real options."""
    return split_line(arguments, NAMES)


def test_options_end_at_the_first_word() -> None:
    """What looks like an option after it is part of the prompt."""
    line = split("--json", "-m", "a:b", "explain", "tar", "-xzf", "--json")
    assert line.options == ("--json", "-m", "a:b")
    assert line.words == ("explain", "tar", "-xzf", "--json")


def test_only_words_that_are_our_options_deserve_a_note() -> None:
    """Another program's options in a prompt are nobody's mistake."""
    line = split("explain", "tar", "-xzf", "--json", "-0", "-config=x", "--nope")
    assert stray_options(line, NAMES) == ("--json", "-0", "-config=x")


def test_a_double_dash_makes_everything_after_it_prompt() -> None:
    """No note either: who writes it knows."""
    line = split("--first", "--", "--json", "config")
    assert line == CommandLine(
        options=("--first",), words=("--json", "config"), literal=True
    )
    assert stray_options(line, NAMES) == ()


@pytest.mark.parametrize(
    ("given", "normal"),
    [
        ("-config=x", "--config=x"),
        ("-version", "--version"),
        ("-first", "--first"),
        ("-0", "--entry=0"),
        ("-12", "--entry=12"),
    ],
)
def test_the_go_tools_spellings_are_known(given: str, normal: str) -> None:
    """One dash does for a long option; a number selects an entry."""
    assert split(given).options == (normal,)


def test_the_value_of_an_option_is_never_taken_for_an_option() -> None:
    """Whatever follows an option with a value is its value."""
    line = split("-s", "-0", "-config", "--json", "--tps-simulation", "-5", "hi")
    assert line.options == ("-s", "-0", "--config", "--json", "--tps-simulation", "-5")
    assert line.words == ("hi",)


@pytest.mark.parametrize("word", ["- a list", "-v flag of grep", "-"])
def test_a_prompt_may_begin_with_a_dash(word: str) -> None:
    """No option has a blank in its name."""
    assert split(word).words == (word,)


def test_a_value_with_blanks_is_no_prompt() -> None:
    """`--system=be brief` is an option."""
    assert split("--system=be brief").options == ("--system=be brief",)


def test_unknown_options_are_left_for_the_parser_to_refuse() -> None:
    """They are never sent to a model."""
    assert split("--jsno", "hi").options == ("--jsno",)
