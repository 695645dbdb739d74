"""The text of a file as an editor would have it."""

import pytest

from hexai.bench.mining.documents import language_at, text_of


def test_a_mark_is_no_text() -> None:
    """Editors take it off."""
    assert text_of("a.py", b"\xef\xbb\xbfa = 1\n") == "a = 1\n"


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfea", b"\x80"])
def test_what_is_no_text_has_none(data: bytes) -> None:
    """Binary files, and other encodings."""
    assert text_of("a.py", data) is None


NOTEBOOKS = {
    "no JSON": b"{",
    "deep JSON": b"[" * 5000,
    "another language": b'{"cells": [], "metadata": {"kernelspec": {"language": "R"}}}',
    "cells of another shape": b'{"cells": 3}',
}


@pytest.mark.parametrize("data", NOTEBOOKS.values(), ids=NOTEBOOKS.keys())
def test_what_is_no_notebook_of_python_has_no_text(data: bytes) -> None:
    """It is left out like any file that cannot be read."""
    assert text_of("a.ipynb", data) is None


def test_cells_of_code_are_joined() -> None:
    """A blank line stands between two, and the text ends with its last line."""
    data = (
        b'{"cells": [{"cell_type": "code", "source": ["a = 1\\n", "b = 2"]},'
        b'{"cell_type": "raw", "source": "no"},'
        b'{"cell_type": "code", "source": "c = 3\\n"}]}'
    )

    assert text_of("a.ipynb", data) == "a = 1\nb = 2\n\nc = 3\n"


def test_code_has_a_language_and_prose_and_data_have_none() -> None:
    """By their names."""
    found = {name: language_at(name) for name in ("a.py", "Makefile", "a.ipynb")}
    assert {name: each.id for name, each in found.items() if each} == {
        "a.py": "python",
        "Makefile": "makefile",
        "a.ipynb": "python",
    }
    assert not any(
        map(language_at, ("a.md", "a.txt", "a.json", "a.html", "a", "a.xml"))
    )
