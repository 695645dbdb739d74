"""Whatever is wrong with a file, it is told; nothing is ever guessed."""

import random
import tomllib
from copy import deepcopy
from pathlib import Path
from typing import Any, get_args, get_origin

import msgspec
import pytest
from msgspec import Struct

from hexai.config.allowed import members, type_hints
from hexai.config.decode import decode, prune, spell_out
from hexai.config.files import ConfigFile, check_file, parse_toml
from hexai.config.folders import Folders, find_folders
from hexai.config.older_names import drop_tables
from hexai.config.order import load
from hexai.config.problems import KeyPath, Problem, dotted
from hexai.config.schema import Settings
from hexai.errors import ConfigError
from scripts.pages.tables import sections

TEXT = (Path(__file__).parents[2] / "data" / "config" / "go_tool.toml").read_text()
DATA = tomllib.loads(TEXT)
WRONG: list[object] = [
    None,
    [],
    {},
    [[]],
    {"": 0},
    -1,
    10**40,
    1.5,
    float("nan"),
    True,
    "x\x00",
    [1],
]


CANDIDATES: list[object] = [
    1,
    "x",
    True,
    ["x"],
    "openai",
    "rewrite",
    "auto",
    "max_tokens",
    "low",
    {},
    4096,
]


def _everything(struct: type[Struct]) -> dict[str, Any]:
    """Set every key of a table, those without a default to something well-formed."""
    defaults = msgspec.to_builtins(struct())
    return {
        name: _filled(hint, defaults.get(name, msgspec.UNSET))
        for name, hint in type_hints(struct).items()
    }


def _filled(hint: Any, default: object) -> object:
    for member in members(hint):
        inner = get_args(member)[-1] if get_origin(member) is dict else member
        if isinstance(inner, type) and issubclass(inner, Struct):
            table = _everything(inner)
            return table if inner is member else {"x": table}
        if get_origin(member) is tuple and default in ([], ()):
            return [_filled(get_args(member)[0], msgspec.UNSET)]
    if default is not msgspec.UNSET:
        return default
    return deepcopy(next(each for each in CANDIDATES if _fits(each, hint)))


def _fits(value: object, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


FILES = {"user": DATA, "everything": _everything(Settings)}


def test_every_key_is_in_the_file_with_everything() -> None:
    """Else the wrong values below would not be at every path."""
    assert isinstance(decode(FILES["everything"]), Settings)
    names = {"NAME": "x", "SURFACE": "x"}
    described = {
        tuple(names.get(str(part), part) for part in (*section.path, key.name))
        for section in sections()
        for key in section.keys
        if section.path[:2] != ("models", "SURFACE")
    }
    present = {
        tuple(part for part in path if not isinstance(part, int))
        for path in _paths(FILES["everything"])
    }
    assert described <= present


def _paths(value: object, path: KeyPath = ()) -> list[KeyPath]:
    found = [path] if path else []
    if isinstance(value, dict):
        items: list[tuple[str | int, object]] = list(value.items())
    else:
        items = list(enumerate(value)) if isinstance(value, list) else []
    return found + [p for key, inner in items for p in _paths(inner, (*path, key))]


def _replaced(file: str, path: KeyPath, value: object) -> dict[str, Any]:
    data = deepcopy(FILES[file])
    table: Any = data
    for part in path[:-1]:
        table = table[part]
    table[path[-1]] = value
    return data


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_a_wrong_value_at_any_path_is_settings_or_a_problem_there(
    wrong: object, file: str
) -> None:
    """Each problem names the path, something in it, or what it is part of."""
    for path in _paths(FILES[file]):
        found = decode(spell_out(drop_tables(_replaced(file, path, wrong))[0]))
        if isinstance(found, tuple):
            assert found
            for problem in found:
                shorter = min(len(problem.path), len(path))
                assert problem.path[:shorter] == path[:shorter]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("wrong", WRONG, ids=repr)
def test_what_is_left_without_the_problems_is_well_formed(
    wrong: object, file: str
) -> None:
    """So the rest of a file can be checked in the same go."""
    for path in _paths(FILES[file]):
        data = spell_out(drop_tables(_replaced(file, path, wrong))[0])
        found = decode(data)
        if isinstance(found, tuple):
            pruned = prune(data, [problem.path for problem in found])
            assert isinstance(decode(pruned), Settings)


def test_a_cut_file_is_settings_or_one_place(tmp_path: Path) -> None:
    """At every second byte: never a traceback, always a line."""
    for cut in range(0, len(TEXT), 2):
        _check(TEXT[:cut], tmp_path)


def test_a_mutated_file_is_settings_or_told_problems(tmp_path: Path) -> None:
    """Characters and lines lost, doubled and swapped, many times over."""
    source = random.Random(3)
    for _ in range(4000):
        _check(_mutated(source), tmp_path)


def _mutated(source: random.Random) -> str:
    lines = TEXT.splitlines(keepends=True)
    place, other = source.randrange(len(lines)), source.randrange(len(lines))
    how = source.randrange(4)
    if how == 0:
        del lines[place]
    elif how == 1:
        lines.insert(place, lines[other])
    elif how == 2:
        lines[place], lines[other] = lines[other], lines[place]
    else:
        at = source.randrange(max(1, len(lines[place])))
        char = source.choice("\"[]{}=.,#'\\\n 0x\x00ä")
        lines[place] = lines[place][:at] + char + lines[place][at + 1 :]
    return "".join(lines)


def _check(text: str, folder: Path) -> None:
    path = folder / "config.toml"
    data = parse_toml(text)
    if isinstance(data, Problem):
        assert data.line is not None
        assert 1 <= data.line <= text.count("\n") + 1
        return
    file = ConfigFile(path=path, text=text, owner=0)
    checked = check_file(file, "user", home=Path("/home/ada"))
    for problem in checked.problems:
        told = checked.layer.told(problem)
        assert told.startswith(f"{path}:")
        assert dotted(problem.path) in told


@pytest.mark.parametrize("seed", range(20))
def test_loading_ends_in_settings_or_in_a_list(tmp_path: Path, seed: int) -> None:
    """Through the front door as well."""
    folders = find_folders({}, tmp_path)
    folders.config.mkdir(parents=True)
    folders.config_file.write_text(_mutated(random.Random(seed)))

    assert _ending(folders)


def _ending(folders: Folders) -> object:
    try:
        return load(folders, {}).settings
    except ConfigError as error:
        return error.problems
