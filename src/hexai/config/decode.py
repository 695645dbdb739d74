"""Plain data to `Settings`, or to every problem it has.

Decoding whole is fast and stops at the first error. So it is done whole, and only
when that fails the data is walked beside the types, leaf by leaf, to collect all.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, get_args, get_origin

import msgspec
from msgspec import Struct

from hexai.config.allowed import allowed, members, type_hints
from hexai.config.older_names import home_of_flat_key
from hexai.config.problems import KeyPath, Problem, shown
from hexai.config.schema import Settings
from hexai.text.nearest_name import nearest

_LISTED_KEYS = 12
_KEY_NAMES = {"api_key", "apikey", "key", "token", "api_token", "secret", "password"}
"""Where a key of a provider is written that only the environment may hold."""
_SHORT_FORMS = {"team": "enabled"}
"""Tables that may be written as `true` or `false`, and the key that this sets."""
_MEANT: dict[KeyPath, str] = {
    ("provider",): '; write [provider] and below it name = "…"'
}
"""What is said of a value of the wrong type beside what is allowed there."""
_LISTS_WITH_GAPS = "models"
"""The table in whose lists a wrong item leaves the others where they are."""


def decode(data: Mapping[str, object]) -> Settings | tuple[Problem, ...]:
    """Decode what one layer, or all of them together, set."""
    try:
        return msgspec.convert(data, Settings)
    except msgspec.ValidationError as error:
        found = tuple(_walk(data, Settings, ()))
        return found or (Problem(path=(), message=str(error)),)


def _walk(value: object, hint: Any, path: KeyPath) -> Iterator[Problem]:
    for member in members(hint):
        if isinstance(value, Mapping):
            if isinstance(member, type) and issubclass(member, Struct):
                yield from _walk_table(value, member, path)
                return
            if get_origin(member) is dict:
                for key, inner in value.items():
                    yield from _walk(inner, get_args(member)[1], (*path, key))
                return
        elif isinstance(value, list | tuple) and get_origin(member) is tuple:
            for place, inner in enumerate(value):
                yield from _walk(inner, get_args(member)[0], (*path, place))
            return
    yield from _check_leaf(value, hint, path)


def _walk_table(
    table: Mapping[str, object], struct: type[Struct], path: KeyPath
) -> Iterator[Problem]:
    hints = type_hints(struct)
    known = list(struct.__struct_fields__)
    for key, value in table.items():
        if key in known:
            yield from _walk(value, hints[key], (*path, key))
        else:
            yield Problem(path=(*path, key), message=_unknown(key, known, path))


def _unknown(key: str, known: list[str], path: KeyPath) -> str:
    if "api_key_env" in known and key.lower() in _KEY_NAMES:
        return "keys are not read from a file; use api_key_env or api_key_command"
    if not path and (home := home_of_flat_key(key)):
        return f"keys are in tables now: write it as {home}"
    if close := nearest(key, known):
        return f"unknown key; did you mean {close}?"
    if len(known) <= _LISTED_KEYS:
        return f"unknown key; known here: {', '.join(known)}"
    if "options" in known:
        return _say_of_option(key)
    return "unknown key; `hexai config schema` lists what there is"


def _say_of_option(key: str) -> str:
    """Say where an option of a model stands, which is no key of its entry."""
    from hexai.config.model_options import ELSEWHERE, KNOWN

    name = ELSEWHERE.get(key, key)
    if name in KNOWN:
        return f"is an option of the model: write options = {{ {name} = … }}"
    if name != key:
        return f"is an option of the model: write {name} = …"
    if meant := nearest(key, KNOWN):
        return f"unknown key; did you mean options = {{ {meant} = … }}?"
    return (
        "unknown key; what only its provider knows goes into options = "
        f"{{ {key} = … }}, and `hexai config schema` lists what there is"
    )


def _check_leaf(value: object, hint: Any, path: KeyPath) -> Iterator[Problem]:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        message = f"must be {allowed(hint)}{_MEANT.get(path, '')}"
        yield Problem(path=path, message=message, value=shown(value, path))


def spell_out(data: Mapping[str, object]) -> dict[str, object]:
    """Write what is short, such as `team = false`, as the table that it stands for."""
    spelt = dict(data)
    for table, key in _SHORT_FORMS.items():
        if isinstance(spelt.get(table), bool):
            spelt[table] = {key: spelt[table]}
    return spelt


def prune(data: Mapping[str, object], paths: Iterable[KeyPath]) -> dict[str, object]:
    """Copy tables and lists without what the paths name.

    Places in a list stay: an entry becomes a blank one, which is dropped later. Any
    other list goes as a whole when an item of it, and not a key in one, is wrong.
    """
    pruned = {key: _copied(value) for key, value in data.items()}
    for path in paths:
        _remove(pruned, path)
    return pruned


def _copied(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_copied(inner) for inner in value]
    return value


def _remove(root: dict[str, object], path: KeyPath) -> None:
    if isinstance(path[-1], int) and path[0] != _LISTS_WITH_GAPS:
        path = path[:-1]
    parent: object = root
    for part in path[:-1]:
        parent = _inner(parent, part)
    last = path[-1]
    if isinstance(parent, dict):
        parent.pop(last, None)
    elif isinstance(parent, list) and isinstance(last, int):
        parent[last] = ""


def _inner(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) and isinstance(part, int) else None
