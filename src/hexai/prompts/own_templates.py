"""Prompts that the user has named: found, and filled in; pure.

`{{input}}` stands for what is asked, by words and by what is piped in; every other
name is a parameter. A prompt that does not name it has it below.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from hexai.config.problems import listed_some
from hexai.config.schema_prompts import INPUT, NamedPrompt, Prompts
from hexai.errors import UsageError
from hexai.prompts.templates import names, render
from hexai.text.nearest_name import nearest


class Filled(Struct, frozen=True, kw_only=True):
    """What a named prompt comes to."""

    system: str | None
    """None: the usual one."""
    text: str


def find_named(prompts: Prompts, name: str) -> NamedPrompt:
    """Find a named prompt; raises `UsageError`, with what may have been meant."""
    found = prompts.templates.get(name)
    if found is not None:
        return found
    known = sorted(prompts.templates)
    if not known:
        raise UsageError(
            f"-t {name}: there are no templates yet; one is a table "
            f"[prompts.templates.{name}] of the configuration, with system or user"
        )
    near = nearest(name, known)
    hint = f"did you mean {near}?" if near else f"there are {listed_some(known)}"
    raise UsageError(f"-t {name}: there is no such template; {hint}")


def wants_input(template: NamedPrompt) -> bool:
    """Tell whether a prompt is nothing without something that is asked."""
    asks = names(template.user) | names(template.system)
    return INPUT in asks or not template.user.strip()


def parameters(template: NamedPrompt) -> tuple[str, ...]:
    """Give the names that a prompt asks for, beside what is asked."""
    asked = names(template.user) | names(template.system)
    return tuple(sorted(asked - {INPUT}))


def read_parameters(words: Iterable[str]) -> dict[str, str]:
    """Read `KEY=VALUE`, of one key the last; raises `UsageError`."""
    values = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise UsageError(f"-p {word}: KEY=VALUE is meant")
        values[key] = value
    return values


def fill(
    name: str, template: NamedPrompt, values: Mapping[str, str], asked: str
) -> Filled:
    """Fill a prompt in; raises `UsageError` for values that are missing or unknown.

    What a value holds is never looked at.
    """
    wanted = parameters(template)
    _refuse_unknown(name, wanted, values)
    given = {**template.defaults, **values, INPUT: asked}
    if missing := [each for each in wanted if each not in given]:
        need = " ".join(f"-p {each}=…" for each in missing)
        raise UsageError(f"-t {name} needs {need}")
    text = render(template.user, given).strip()
    if INPUT not in names(template.user) | names(template.system):
        text = "\n\n".join(filter(None, (text, asked)))
    system = render(template.system, given) if template.system.strip() else None
    return Filled(system=system, text=text)


def _refuse_unknown(
    name: str, wanted: Sequence[str], values: Mapping[str, str]
) -> None:
    for key in values:
        if key in wanted:
            continue
        if key == INPUT:
            raise UsageError("-p input=…: what is asked are the words, or a pipe")
        near = nearest(key, wanted)
        if near is None:
            near = listed_some(wanted) or "none"
            raise UsageError(
                f"-p {key}: -t {name} does not ask for it; it asks for {near}"
            )
        raise UsageError(
            f"-p {key}: -t {name} does not ask for it; did you mean {near}?"
        )
