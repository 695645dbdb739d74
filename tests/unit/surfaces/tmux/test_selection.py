"""What is a text among what is piped in."""

from pathlib import Path

import pytest

from hexai.surfaces.tmux.ending import reads_standard_error
from hexai.surfaces.tmux.selection import read_selection


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"a\nb\xff\n", "line 2 of it is not UTF-8 text"),
        (b"a\n\nb\x00", "line 3 of it holds a NUL byte"),
        (b" \n\t", "it is blank"),
        (b"", "it is blank"),
        (b"x" * (8 * 1024 * 1024 + 1), "it is larger than 8 MiB; select less"),
    ],
)
def test_what_a_model_would_damage_is_given_to_none(raw: bytes, problem: str) -> None:
    """The bytes stay, and the problem says where."""
    selection = read_selection(raw)

    assert (selection.raw, selection.problem) == (raw, problem)


def test_diagnostics_stand_above_the_selection() -> None:
    """Up to a blank line, under a heading in either case."""
    selection = read_selection(b"Diagnostics:\nunused x\n[lint] y\n\n  x = 1\n")

    assert selection.diagnostics == ("unused x", "[lint] y")
    assert selection.text == "  x = 1\n"


@pytest.mark.parametrize(
    "text",
    [
        "diagnostics:\n  enabled: true\n\nother: 1\n",
        "diagnostics:\n- one\n\nother: 1\n",
        "diagnostics:\nlevel:\n\nother: 1\n",
        "diagnostics:\nunused x\n",
        "x = 1\ndiagnostics:\nunused\n\ny = 2\n",
    ],
)
def test_what_only_looks_like_diagnostics_is_selected(text: str) -> None:
    """A key of a YAML file must not be lost, nor what stands above the heading."""
    selection = read_selection(text.encode())

    assert (selection.text, selection.diagnostics) == (text, ())


def test_a_byte_order_mark_comes_back() -> None:
    """The model is not shown it, and the output begins with it."""
    selection = read_selection(b"\xef\xbb\xbfx\n")

    assert selection.text == "x\n"
    assert selection.output("y\n") == b"\xef\xbb\xbfy\n"


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["hx"], True),
        (["sh", "helix"], True),
        (["sh", "a b) c", "hx"], True),
        (["sh", "nvim"], False),
        (["1", "2", "3", "4", "hx"], False),
        ([], False),
    ],
)
def test_helix_is_found_behind_a_shell(
    tmp_path: Path, names: list[str], found: bool
) -> None:
    """A few generations up, whatever the processes between are called."""
    for number, name in enumerate(names, 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "stat").write_text(f"{number} ({name}) S {number + 1} 1 1")

    assert reads_standard_error(10, tmp_path) is found
