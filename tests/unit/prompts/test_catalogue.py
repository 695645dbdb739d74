"""Which system prompt a question gets."""

from hexai.config.tables.prompts import CliPrompts
from hexai.prompts.catalogue import built_in, cli_system


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
