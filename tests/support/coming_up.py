"""Programs of others that have to come up before a test can begin.

That they do is not what is tested: one that did not is started again from nothing, some
times. A test fails only then, with all that is known about each start.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

T = TypeVar("T")

STARTS = 3
"""How often a program is started before the test fails."""


class NotUpError(Exception):
    """A program did not come up; says what is known about it."""


@contextmanager
def brought_up(start: Callable[[], AbstractContextManager[T]]) -> Iterator[T]:
    """Give what a start gives, at the first that does not fail with `NotUpError`."""
    reports = []
    for number in range(1, STARTS + 1):
        with ExitStack() as stack:
            try:
                program = stack.enter_context(start())
            except NotUpError as error:
                reports.append(f"start {number}: {error}")
                continue
            yield program
            return
    raise AssertionError("\n".join(["it did not come up", *reports]))


def wait_up(
    is_up: Callable[[], bool],
    ended: Callable[[], int | None],
    report: Callable[[], str],
    *,
    seconds: float,
) -> None:
    """Wait until a program is up; not longer than it lives."""
    until = time.monotonic() + seconds
    while not is_up():
        code = ended()
        if code is not None:
            raise NotUpError(f"it has ended with {code}; {report()}")
        if time.monotonic() > until:
            raise NotUpError(f"not in {seconds:g} s; {report()}")
        time.sleep(0.02)
