"""Keys typed during a live view stay out of it."""

import os
import pty
import termios

from hexai.surfaces.cli.keys import quiet


def echoes(descriptor: int) -> bool:
    """Tell whether a terminal echoes what is typed."""
    return bool(termios.tcgetattr(descriptor)[3] & termios.ECHO)


def test_a_terminal_in_the_background_is_left_alone() -> None:
    """A process that is not in front would be stopped for changing it."""
    ours, theirs = pty.openpty()
    with quiet(theirs):
        during = echoes(theirs)
    os.close(ours)
    os.close(theirs)

    assert during


def test_what_is_no_terminal_is_left_alone() -> None:
    """A pipe has nothing to be silenced."""
    read, write = os.pipe()
    with quiet(write):
        os.write(write, b"x")

    assert os.read(read, 1) == b"x"
    os.close(read)
    os.close(write)
