"""The built-in prompts, kept as data files, and what the user puts in their place."""

from pathlib import Path
from typing import Protocol

_TEXTS = Path(__file__).with_name("texts")


class CliPrompts(Protocol):
    """The table `[prompts.cli]`; a blank text stands for the built-in one."""

    @property
    def default_system(self) -> str:
        """The system prompt of an ordinary question."""

    @property
    def explain_system(self) -> str:
        """The system prompt of a question that asks to explain."""


def cli_system(prompts: CliPrompts, *, explain: bool) -> str:
    """Give the system prompt for the command line, as a plain text."""
    override = prompts.explain_system if explain else prompts.default_system
    if override.strip():
        return override
    return built_in("cli.explain_system" if explain else "cli.default_system")


def built_in(name: str) -> str:
    """Read a built-in text, without the line break at its end."""
    return (_TEXTS / f"{name}.txt").read_text("utf-8").rstrip("\n")
