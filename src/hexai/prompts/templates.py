"""Templates: the built-in ones and the user's, and `{{name}}` replaced in one pass.

Replacing one name after the other would expand what a value holds: a selection that
mentions `{{path}}` must arrive as it was written. So the template is read once, and
values are never looked at.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from hexai.config.schema_prompts import PLACEHOLDER, CliPrompts, Prompts, names_in
from hexai.errors import ConfigError


def render(template: str, values: Mapping[str, str]) -> str:
    """Fill a template in; raises `ConfigError` for a name that has no value."""
    check(template, values)
    return PLACEHOLDER.sub(lambda match: values[match[1]], template)


def head(template: str, name: str) -> str | None:
    """Give what of a template stands before a name; None: it does not ask for it."""
    for match in PLACEHOLDER.finditer(template):
        if match[1] == name:
            return template[: match.start()]
    return None


def names(template: str) -> frozenset[str]:
    """Give the names that a template asks for."""
    return frozenset(names_in(template))


def check(template: str, known: Iterable[str]) -> None:
    """Raise `ConfigError` if the template asks for a name that is not known."""
    ordered = sorted(known)
    problems = tuple(
        f"a prompt asks for the unknown name {{{{{name}}}}}; {_known(ordered)}"
        for name in names_in(template)
        if name not in ordered
    )
    if problems:
        raise ConfigError(problems)


def _known(known: list[str]) -> str:
    if not known:
        return "it knows no names"
    return "known are " + ", ".join(f"{{{{{name}}}}}" for name in known)


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


def built_in_texts(table: str) -> tuple[str, ...]:
    """Read all built-in texts of a table, in the order of their names."""
    paths = sorted(_TEXTS.glob(f"{table}.*.txt"))
    return tuple(built_in(path.stem) for path in paths)


@cache
def built_in(name: str) -> str:
    """Read a built-in text, without the line break at its end."""
    return (_TEXTS / f"{name}.txt").read_text("utf-8").rstrip("\n")


@cache
def revision(table: str) -> str:
    """Name the built-in texts of a table by a digest, so that a change shows."""
    texts = sorted(_TEXTS.glob(f"{table}.*.txt"))
    named = ((text.name, text.read_bytes()) for text in texts)
    return sha256(ascii([*named]).encode()).hexdigest()[:12]
