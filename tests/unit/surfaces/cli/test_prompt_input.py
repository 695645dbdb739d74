"""What is read from standard input, byte by byte."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hexai.errors import UsageError
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.prompt_input import STDIN_LIMIT, from_line, read_piped


def process(stdin: int) -> Process:
    """Make a process that reads from a descriptor."""
    return Process(arguments=(), environ={}, home="/", stdin=stdin)


@contextmanager
def piped(data: bytes, *, blocking: bool = True) -> Iterator[int]:
    """Give the reading end of a pipe that is fed from a thread."""
    reading, writing = os.pipe()
    os.set_blocking(reading, blocking)

    def feed() -> None:
        with os.fdopen(writing, "wb", buffering=0) as file:
            for start in range(0, len(data), 40_000):
                file.write(data[start : start + 40_000])

    thread = threading.Thread(target=feed)
    thread.start()
    try:
        yield reading
        thread.join()
    finally:
        os.close(reading)


@pytest.mark.parametrize("blocking", [True, False])
def test_a_pipe_is_read_to_its_end(blocking: bool) -> None:
    """Also one that somebody else has made non-blocking."""
    text = "é漢😀 " * 100_000
    with piped(text.encode(), blocking=blocking) as stdin:
        assert read_piped(process(stdin)) == text.strip()


def test_the_limit_is_allowed_and_one_more_byte_is_not() -> None:
    """8 MiB in all."""
    with piped(b"x" * STDIN_LIMIT) as stdin:
        assert len(read_piped(process(stdin))) == STDIN_LIMIT
    with piped(b"x" * (STDIN_LIMIT + 1)) as stdin, pytest.raises(UsageError):
        read_piped(process(stdin))


def test_a_byte_order_mark_is_no_text() -> None:
    """Editors of other systems write one."""
    with piped(b"\xef\xbb\xbfhello") as stdin:
        assert read_piped(process(stdin)) == "hello"


def test_a_folder_cannot_be_read(tmp_path: Path) -> None:
    """The reason is the system's."""
    stdin = os.open(tmp_path, os.O_RDONLY)
    try:
        with pytest.raises(UsageError, match="cannot be read: Is a directory"):
            read_piped(process(stdin))
    finally:
        os.close(stdin)


def test_the_parts_of_a_prompt_keep_their_names() -> None:
    """So that the guard can say where it found something."""
    prompt = from_line(("why", "this"), "a log")
    assert prompt is not None
    assert prompt.text == "why this:\n\na log"
    assert [(s.name, s.text) for s in prompt.sources] == [
        ("the arguments", "why this"),
        ("standard input", "a log"),
    ]
    assert prompt.worth_keeping


def test_arguments_alone_cost_nothing() -> None:
    """The shell's history has them."""
    prompt = from_line(("why",), "")
    assert prompt is not None
    assert not prompt.worth_keeping
    assert from_line(("  ",), "") is None
