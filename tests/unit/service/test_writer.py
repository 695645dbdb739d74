"""Writing never makes the writer wait, keeps its order, and notes its end."""

import errno
import os
import pty
import threading
import tty
from collections.abc import Iterator

import pytest

from hexai.service.writer import Writer


@pytest.fixture(name="pipe")
def fixture_pipe() -> Iterator[tuple[int, int]]:
    """Make a pipe whose ends are closed afterwards."""
    read, write = os.pipe()
    yield read, write
    for descriptor in (read, write):
        try:
            os.close(descriptor)
        except OSError as error:
            assert error.errno == errno.EBADF  # noqa: PT017 - the test closed it


def drain(descriptor: int, size: int) -> bytes:
    """Read exactly so many bytes."""
    data = b""
    while len(data) < size:
        data += os.read(descriptor, size - len(data))
    return data


def test_texts_arrive_in_order(pipe: tuple[int, int]) -> None:
    """What was written first is read first."""
    writer = Writer(pipe[1])
    for number in range(100):
        writer.write(f"{number}\n")

    assert writer.close()
    assert os.read(pipe[0], 9999) == b"".join(b"%d\n" % n for n in range(100))


def test_a_reader_that_does_not_read_holds_nobody_back(pipe: tuple[int, int]) -> None:
    """Texts far beyond the pipe's size are taken at once, and arrive later whole."""
    writer = Writer(pipe[1])
    text = "0123456789abcdef" * 20_000
    for _ in range(5):
        writer.write(text)

    before = writer.flush(0.01), writer.idle
    read = drain(pipe[0], 5 * len(text))
    after = writer.flush(), writer.idle

    assert (before, after) == ((False, False), (True, True))
    assert read == text.encode() * 5
    assert writer.close()


def test_a_shared_stream_made_non_blocking_is_waited_for(pipe: tuple[int, int]) -> None:
    """Another process may have set the flag on the stream we share with it."""
    os.set_blocking(pipe[1], False)
    writer = Writer(pipe[1])
    text = "x" * 300_000
    writer.write(text)
    full = not writer.flush(0.05)

    assert full
    assert drain(pipe[0], len(text)) == text.encode()
    assert writer.close()


def test_a_closed_pipe_is_noted_once(pipe: tuple[int, int]) -> None:
    """Nobody waits for a reader that is gone; what follows is dropped."""
    told = threading.Event()
    writer = Writer(pipe[1], on_broken=told.set)
    os.close(pipe[0])
    writer.write("nobody reads this")

    assert told.wait(5)
    assert writer.flush()
    writer.write("nor this")
    assert writer.close()
    assert writer.broken
    assert isinstance(writer.error, BrokenPipeError)


def test_a_full_disk_is_an_error_to_be_told() -> None:
    """The caller learns why nothing can be written."""
    with open("/dev/full", "wb") as full:  # noqa: PTH123 - a device, not a path
        writer = Writer(full.fileno())
        writer.write("too much")

        assert writer.close()
    assert writer.error is not None
    assert writer.error.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("encoding", "text", "data"),
    [
        ("utf-8", "\ud83d é", b"\\ud83d \xc3\xa9"),
        ("ascii", "é │", b"\\xe9 \\u2502"),
        ("latin-1", "é │", b"\xe9 \\u2502"),
    ],
)
def test_no_text_fails_to_be_encoded(
    pipe: tuple[int, int], encoding: str, text: str, data: bytes
) -> None:
    """What an encoding lacks shows itself as an escape."""
    writer = Writer(pipe[1], encoding=encoding)
    writer.write(text)
    writer.close()

    assert os.read(pipe[0], 99) == data


def test_nothing_is_written_after_the_end(pipe: tuple[int, int]) -> None:
    """A text after `close` would never be seen, so it is a bug to write one."""
    writer = Writer(pipe[1])
    writer.close()

    with pytest.raises(ValueError, match="closed"):
        writer.write("late")


def test_a_text_is_one_write() -> None:
    """A frame reaches a terminal in one piece, never mixed with another."""
    ours, theirs = pty.openpty()
    tty.setraw(theirs)
    writer = Writer(theirs)
    frame = "f" * 2000
    writer.write(frame)

    assert os.read(ours, 9999) == frame.encode()
    writer.close()
    os.close(ours)
    os.close(theirs)


def test_a_writer_that_wrote_nothing_started_nothing(pipe: tuple[int, int]) -> None:
    """An unused stream costs no thread."""
    before = threading.active_count()
    writer = Writer(pipe[1])

    assert writer.idle
    assert writer.close()
    assert threading.active_count() == before


def test_a_queue_beyond_its_limit_counts_as_nobody_reading(
    pipe: tuple[int, int],
) -> None:
    """It is emptied, told of once, and takes nothing any more."""
    told = threading.Semaphore(0)
    writer = Writer(pipe[1], limit=1_000_000, on_broken=told.release)
    for _ in range(100):
        writer.write_bytes(bytes(100_000))

    assert told.acquire(timeout=5)
    assert not told.acquire(blocking=False)
    assert writer.error is not None
    assert writer.error.errno == errno.ENOBUFS
