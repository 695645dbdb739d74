"""Who is told of a reload, and in which order."""

from pathlib import Path

import pytest

from hexai.config.listeners import Listeners
from hexai.config.merge import Merged
from hexai.config.schema import Settings
from hexai.config.snapshot import Snapshot


def snapshot(name: str) -> Snapshot:
    """Make a snapshot that can be told from others."""
    merged = Merged(values={}, origins={})
    return Snapshot(settings=Settings(), file=Path(name), has_file=False, merged=merged)


A, B = snapshot("a"), snapshot("b")


def test_listeners_are_told_in_their_order_until_they_leave() -> None:
    """Leaving twice does no harm."""
    told: list[tuple[int, Snapshot | None, Snapshot]] = []
    listeners = Listeners()
    removes = [
        listeners.add(lambda old, new, n=n: told.append((n, old, new)))  # type: ignore[misc]
        for n in range(12)
    ]

    listeners.tell(None, A)
    assert told == [(n, None, A) for n in range(12)]
    removes[3]()
    removes[3]()
    told.clear()
    listeners.tell(A, B)
    assert told == [(n, A, B) for n in range(12) if n != 3]


def test_a_change_made_by_a_listener_is_told_after_this_one() -> None:
    """So nobody hears of the second before the first."""
    told: list[tuple[str, Snapshot]] = []
    listeners = Listeners()

    def first(_old: Snapshot | None, new: Snapshot) -> None:
        told.append(("first", new))
        if new is A:
            listeners.tell(A, B)

    listeners.add(first)
    listeners.add(lambda _old, new: told.append(("second", new)))
    listeners.tell(None, A)

    assert told == [("first", A), ("second", A), ("first", B), ("second", B)]


def test_what_a_listener_raises_is_raised_when_all_have_been_told() -> None:
    """Neither the others nor a later change suffer from it."""
    told: list[Snapshot] = []
    listeners = Listeners()

    def broken(_old: Snapshot | None, new: Snapshot) -> None:
        if new is A:
            listeners.tell(A, B)
            raise ValueError("a bug")

    listeners.add(broken)
    listeners.add(lambda _old, new: told.append(new))
    with pytest.raises(ValueError, match="a bug"):
        listeners.tell(None, A)
    assert told == [A, B]

    listeners.tell(A, B)
    assert told == [A, B, B]
