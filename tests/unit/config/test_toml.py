"""Finding the line of a key path."""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.problems import KeyPath, Problem
from hexai.config.toml import CHAIN, USER, Weight, find_lines, look

DATA = Path(__file__).parents[2] / "data" / "config"
TEXT = (DATA / "hard.toml").read_text()


def test_lines_are_right_in_a_hard_text() -> None:
    """Comments, quoted keys, long strings and arrays of tables are seen through."""
    lines = find_lines(TEXT)

    assert tomllib.loads(TEXT)["top"] == 1
    for path, line in {
        ("top",): 2,
        ("quoted key", "inner"): 3,
        ("quoted key", "other.key", "deep", 1, "x"): 3,
        ("models", "completion"): 6,
        ("models", "chat"): 7,
        ("models", "chat", 0): 8,
        ("models", "chat", 1, "label"): 9,
        ("models", "chat", 2): 12,
        ("models", "chat", 3): 13,
        ("models", "cli", 0): 17,
        ("models", "cli", 0, "model"): 18,
        ("models", "cli", 1): 19,
        ("models", "cli", 1, "provider", "name"): 20,
        ("models", "cli", 1, "fallback", "model"): 22,
        ("a", "b.c", "d"): 24,
    }.items():
        assert (path, lines.get(path)) == (path, line)


def test_line_breaks_of_other_systems_count_once() -> None:
    """A file with carriage returns has the lines that an editor shows."""
    assert find_lines("a = 1\r\n\r\nb = 2\r\n") == {("a",): 1, ("b",): 3}


@pytest.mark.parametrize(
    "text", ["", "# nothing", "a = ", "[a", "= 1", "a = [1,", "a.=1", "a b"]
)
def test_what_is_not_toml_has_no_lines_and_no_traceback(text: str) -> None:
    """The scanner was promised TOML, and ends quietly if it was not."""
    assert ("b",) not in find_lines(text)


def test_deep_nesting_ends_quietly() -> None:
    """A text that is deeper than the stack is no traceback."""
    assert find_lines("a = 1\nb = " + "[" * 100_000)[("a",)] == 1


SCALARS = (
    st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
    | st.dates()
)
KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
DOCUMENTS = st.dictionaries(
    KEYS,
    st.recursive(
        SCALARS,
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(KEYS, inner, max_size=3)
            | st.lists(st.dictionaries(KEYS, inner, max_size=2), min_size=1, max_size=3)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


@given(DOCUMENTS)
def test_every_value_of_any_document_is_found(data: dict[str, object]) -> None:
    """For any document, the paths found are those of its values, in its lines."""
    text = tomlkit.dumps(data)
    parsed = tomllib.loads(text)

    lines = find_lines(text)

    assert set(_leaves(parsed, ())) <= lines.keys()
    assert all(1 <= line <= text.count("\n") + 1 for line in lines.values())


def _leaves(value: object, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from _leaves(inner, (*path, key))
    elif isinstance(value, list) and value:
        for place, inner in enumerate(value):
            yield from _leaves(inner, (*path, place))
    elif path:
        yield path


_SMALL = Weight(size=1 << 20, items=60)


def _refusal(text: str, allowed: Weight = USER) -> str:
    looked = look(text, allowed)
    return f"{looked.line}: {looked.message}" if isinstance(looked, Problem) else ""


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("\n" + ".".join("a" * 30) + " = 1", "2: has a name of very many parts"),
        ("[" + " . ".join('"a"' for _ in range(30)) + "]", "1: has a name of very"),
        ("a = {" + ".".join("b" * 30) + " = 1}", "1: has a name of very many parts"),
        ("x = 'a'\r\n" + ".".join("a" * 30), "2: has a name of very many parts"),
        ("a = " + "[" * 40, "1: nests lists or tables very deeply"),
        ("a = [\n" + "{b = [\n" * 20, "17: nests lists or tables very deeply"),
        ("a = 1\nb = '" + "x" * 33_000 + "'", "2: has a line of over 32 KiB"),
        ("a = 1\n" * 61, "61: holds more keys than are left for it"),
        ("a = [" + "1," * 61, "1: holds more keys than are left for it"),
        ("[a]\n" * 61, "61: holds more keys than are left for it"),
    ],
)
def test_what_no_configuration_has_is_refused(text: str, refusal: str) -> None:
    """With its line, and before any parser sees it."""
    told = _refusal(text, _SMALL)

    assert told.startswith(refusal)
    assert told.endswith("no configuration is like that, so it is not read")


@pytest.mark.parametrize(
    "text",
    [
        "# " + "a.b." * 30 + "[" * 50,
        "a = '" + "[." * 50 + "'",
        'a = "' + '\\"[.' * 50 + '"',
        'a = """' + '\n"[.' * 50 + '""""',
        "a = '''" + "\n'[." * 50 + "'''''",
        "a = [" + "[], " * 9 + "]",
        "a = [" + "1.5, " * 9 + "]",
        "a = 1979-05-27T07:32:00.999999\n" * 10,
    ],
)
def test_what_stands_in_strings_and_comments_is_not_counted(text: str) -> None:
    """A prompt may say anything."""
    assert _refusal(text, Weight(size=1 << 20, items=30)) == ""


def test_a_string_hides_only_itself() -> None:
    """After its end, counting goes on, whatever quotes it is made of."""
    for string in (
        '"\\\\"',
        "'\\'",
        '""',
        "''",
        '"""a"""""',
        "'''a'''''",
        '"""\\"""""',
    ):
        text = f"a = {string}\n" + ".".join("b" * 30) + " = 1"
        assert "very many parts" in _refusal(text), string


def test_a_size_beyond_what_is_left_is_refused() -> None:
    """In bytes, since that is what a file has."""
    assert _refusal("#" + "ä" * 600, Weight(size=1024, items=9)).startswith(
        "None: is over the 1 KiB left for it"
    )


def test_files_share_one_budget() -> None:
    """Even the smallest counts, since each costs looks at the disk."""
    left = CHAIN
    for _ in range(32):
        left = left.less(Weight(size=1, items=50))

    assert left == Weight(size=0, items=CHAIN.items - 32 * 50)


@given(st.text("a.\"'\\\n[]{}=,# ", max_size=200))
def test_any_text_is_weighed_or_refused(text: str) -> None:
    """Nothing is too odd to be looked at."""
    looked = look(text, USER)

    assert isinstance(looked, Problem) or looked.size == len(text)
