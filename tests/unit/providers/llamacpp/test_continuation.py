"""Tests for what of a continuation belongs at the cursor."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.providers.llamacpp.continuation import Continuation


def taken(before: str, said: str, after: str = "\n", *, size: int = 3) -> str:
    """Give what goes in of what a model says, in pieces."""
    one = Continuation(before, after)
    return "".join(one.take(said[at : at + size]) for at in range(0, len(said), size))


CASES = [
    # (before, what the model says after the prompt, what goes in)
    ("x = ", " 1\ny = 2\n", "1"),
    ("x = ", "1\n", ""),
    ("self.conf", "ig.path\nself.", "ig.path"),
    ("def f():\n    ", "\n    return 1\n\n\ndef g", "return 1"),
    ("def f():\n    ", "\n    a = 1\n    return a\n\nx", "a = 1\n    return a"),
    ("def f():\n    ", "\n    a = 1\nprint(a)\n", "a = 1"),
    ("def f():\n    ", "\n\n    a = 1\nprint(a)\n", "a = 1"),
    ("def f():\n    ", "\ndef g():\n    pass", ""),
    ("def f():\n    ", " # no\n", ""),
    ("def f():", "\n    return 1\n\nx", "\n    return 1"),
    ("def f():", "\n    return 1\nx", "\n    return 1"),
    ("  call(", "\n    a,\n    b,\n  )\n  more", "\n    a,\n    b,\n  )"),
    ("if (x) {", "\n\treturn;\n}\nmore", "\n\treturn;\n}"),
    ("\tif x {\n\t\t", "\n\t\treturn x\n\t}\n", "return x"),
    ("x = 1\n", "\ny = 2\nz = 3\n\n\n", "y = 2\nz = 3"),
    ("", "import os\nimport sys\n\nx", "import os\nimport sys"),
]


@pytest.mark.parametrize(("before", "said", "goes_in"), CASES)
@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_what_belongs_at_the_cursor(
    before: str, said: str, goes_in: str, size: int
) -> None:
    """However it is split: what is owed comes off, and it ends with line or block."""
    assert taken(before, said, size=size) == goes_in


def test_text_right_of_the_cursor_ends_it_with_the_line() -> None:
    """Below a new line too."""
    assert taken("    ", "    a = 1\n    b = 2\n", " + 2\n") == "a = 1"


def test_the_prompt_ends_where_the_model_owes_nothing() -> None:
    """Blanks and breaks before the cursor are left to the model."""
    before = "def f():\n\n    "

    assert Continuation(before, "").prompt(before) == "def f():"
    assert Continuation("x = ", "").prompt("x = ") == "x ="


def test_an_answer_that_is_over_is_said_to_be() -> None:
    """So that the slot is free for the next one."""
    going, odd = Continuation("def f():\n    ", ""), Continuation("x = ", "")
    over = []
    for piece in ("\n    return 1\n", "x"):
        going.take(piece)
        over.append(going.is_over)
    odd.take("1")

    assert over == [False, True]
    assert odd.is_over


def test_nothing_but_blanks_is_over_some_time() -> None:
    """A model that writes blank lines for ever is not heard out."""
    one = Continuation("x = 1\n", "")
    assert one.take("\n" * 500) == ""
    assert one.is_over


@given(st.text("ab \n\t:({)}", max_size=30), st.text("ab \n\t:({)}", max_size=60))
def test_splits_change_nothing(before: str, said: str) -> None:
    """What goes in is the same for every split, and part of what was said."""
    whole = taken(before, said, size=1000)

    assert taken(before, said, size=1).startswith(whole.rstrip())
    assert whole in said
