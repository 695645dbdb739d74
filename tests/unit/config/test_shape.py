"""The look at a text before it is parsed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.problems import Problem
from hexai.config.shape import CHAIN, USER, Weight, look

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
