"""The built-in prompts, kept as data files, and what the user puts in their place."""

from pathlib import Path

from hexai.config.prompt_tables import CliPrompts
from hexai.config.tables import given

_TEXTS = Path(__file__).with_name("texts")


def cli_system(prompts: CliPrompts, *, explain: bool) -> str:
    """Give the system prompt for the command line, as a plain text."""
    own = given(prompts.explain_system if explain else prompts.default_system, "")
    if own.strip():
        return own
    return built_in("cli.explain_system" if explain else "cli.default_system")


def built_in(name: str) -> str:
    """Read a built-in text, without the line break at its end."""
    return (_TEXTS / f"{name}.txt").read_text("utf-8").rstrip("\n")
