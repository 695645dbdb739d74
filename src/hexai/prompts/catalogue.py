"""The built-in prompts, kept as data files, and what the user puts in their place."""

from functools import cache
from pathlib import Path

from msgspec import Struct

from hexai.config.tables.prompts import CliPrompts, Prompts

_TEXTS = Path(__file__).with_name("texts")


class Template(Struct, frozen=True, kw_only=True):
    """A prompt, its names not yet filled in."""

    text: str
    own: bool
    """The user wrote it."""


def find(prompts: Prompts, table: str, key: str) -> Template:
    """Give the user's prompt for something, or the built-in one where it is blank."""
    own = getattr(getattr(prompts, table), key, "")
    if isinstance(own, str) and own.strip():
        return Template(text=own, own=True)
    return Template(text=built_in(f"{table}.{key}"), own=False)


def cli_system(prompts: CliPrompts, *, explain: bool) -> str:
    """Give the system prompt for the command line, as a plain text."""
    key = "explain_system" if explain else "default_system"
    return find(Prompts(cli=prompts), "cli", key).text


@cache
def built_in(name: str) -> str:
    """Read a built-in text, without the line break at its end."""
    return (_TEXTS / f"{name}.txt").read_text("utf-8").rstrip("\n")
