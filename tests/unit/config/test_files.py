"""Reading configuration files."""

import os
from pathlib import Path

import pytest

from hexai.config.files import FILE_LIMIT, Unreadable, parse_toml, read_file
from hexai.config.problems import Problem


def test_a_file_is_read_with_its_owner(tmp_path: Path) -> None:
    """The text comes without a byte order mark."""
    path = tmp_path / "config.toml"
    path.write_bytes("\ufefflabel = 'ä'\n".encode())

    file = read_file(path)

    assert file is not None
    assert (file.text, file.owner) == ("label = 'ä'\n", os.getuid())


def test_a_missing_file_is_none(tmp_path: Path) -> None:
    """Nothing there is not an error."""
    assert read_file(tmp_path / "config.toml") is None


@pytest.mark.parametrize("link", ["config.toml", "folder"])
def test_a_link_to_nothing_is_not_a_missing_file(tmp_path: Path, link: str) -> None:
    """Defaults instead of what is on a disk that is away would surprise."""
    (tmp_path / link).symlink_to(tmp_path / "away")

    with pytest.raises(Unreadable, match="is a link to nothing"):
        read_file(
            tmp_path / "folder" / "config.toml" if link == "folder" else tmp_path / link
        )


def test_a_fifo_is_refused_at_once(tmp_path: Path) -> None:
    """A FIFO that nobody writes to does not hang the start."""
    path = tmp_path / "config.toml"
    os.mkfifo(path)

    with pytest.raises(Unreadable, match="is not a regular file"):
        read_file(path)


@pytest.mark.parametrize("path", ["/dev/zero", "/dev/tty", "/dev"])
def test_devices_and_folders_are_refused(path: str) -> None:
    """Only a regular file is read."""
    with pytest.raises(Unreadable):
        read_file(Path(path))


def test_a_file_that_breaks_off_says_why() -> None:
    """The system's own words, and no traceback."""
    with pytest.raises(Unreadable, match="cannot be read: Input/output error"):
        read_file(Path("/proc/self/mem"))


@pytest.mark.parametrize("extra", [0, 1])
def test_a_file_has_a_limit(tmp_path: Path, extra: int) -> None:
    """One byte over the limit is too much, and the limit is not."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"#" * (FILE_LIMIT + extra))

    if extra:
        with pytest.raises(Unreadable, match="is over 1024 KiB"):
            read_file(path)
    else:
        assert read_file(path) is not None


def test_other_encodings_are_told_with_the_line(tmp_path: Path) -> None:
    """Latin-1 is a problem with a place."""
    path = tmp_path / "config.toml"
    path.write_bytes(b"a = 1\nlabel = 'caf\xe9'\n")

    with pytest.raises(Unreadable, match=r"is not UTF-8 \(line 2\)"):
        read_file(path)


def test_a_file_that_may_not_be_read_says_why(tmp_path: Path) -> None:
    """A loop of links cannot be opened, and the reason is the system's."""
    path = tmp_path / "config.toml"
    path.symlink_to(path)

    with pytest.raises(Unreadable, match="cannot be opened: Too many levels"):
        read_file(path)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a = 1\nb = = 2\n", 2),
        ("a = 1\n\nb = '", 3),
        ("[t]\n[t]\n", 2),
        ("x = " + "9" * 5000, 1),
        ("x = " + "[" * 5000, 1),
        ("x = 2020-99-99\n", 1),
    ],
)
def test_what_is_not_toml_is_one_problem_with_its_line(text: str, line: int) -> None:
    """Whatever is wrong with the text, it is one problem and no traceback."""
    problem = parse_toml(text)

    assert isinstance(problem, Problem)
    assert problem.line == line
    assert "is not valid TOML" in problem.message


def test_a_syntax_error_names_the_column() -> None:
    """Line and column point at the place."""
    problem = parse_toml("a = 1\nb 2\n")

    assert isinstance(problem, Problem)
    assert (problem.line, problem.message.split(":")[0]) == (2, "column 3")
