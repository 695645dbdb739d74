"""Plays sessions by number, and compares what is recorded with a second account.

python -m tests.sessions.run [--runs N] [--from N] [--seconds N]
"""

import argparse
import sys
import time

from msgspec import Struct
from msgspec.structs import replace

from tests.sessions.account import account
from tests.sessions.played import Recorded, play
from tests.sessions.session import Session, make


class Difference(Struct, frozen=True, kw_only=True):
    """A session that is recorded otherwise than it should be."""

    number: int
    session: Session
    recorded: dict[int, Recorded]
    right: dict[int, Recorded]

    def __str__(self) -> str:
        lines = [f"session {self.number}: {self.session.editor}"]
        for event in self.session.events:
            rows = ", ".join(f"{row.by} {row.text!r}" for row in event.rows)
            lines.append(
                f"  {event.at:8.3f} {event.does} {event.run} {event.typed!r} {rows}"
            )
        lines.append(f"  {self.session.ends_at:8.3f} the end")
        for run in sorted({*self.recorded, *self.right}):
            was, right = self.recorded.get(run), self.right.get(run)
            if was != right:
                lines += (f"  run {run} is    {was}", f"         should {right}")
        return "\n".join(lines)


def compare(number: int) -> Difference | None:
    """Play a session; gives what differs."""
    session = make(number)
    recorded, right = play(session), account(session)
    # What is typed along grows by each key, and is told again only in the end.
    shown, wanted = _without_open_sizes(recorded), _without_open_sizes(right)
    if shown == wanted:
        return None
    return Difference(number=number, session=session, recorded=shown, right=wanted)


def _without_open_sizes(told: dict[int, Recorded]) -> dict[int, Recorded]:
    return {
        run: each if each.settled else replace(each, size=0)
        for run, each in told.items()
    }


def main() -> int:
    """Compare as many as are wanted; gives the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--runs", type=int, default=100_000)
    parser.add_argument("--from", type=int, default=0, dest="start")
    parser.add_argument("--seconds", type=float, default=1e9)
    given = parser.parse_args()
    began, done, faults = time.monotonic(), 0, 0
    for number in range(given.start, given.start + given.runs):
        if time.monotonic() - began > given.seconds or faults == 5:
            break
        done += 1
        if (difference := compare(number)) is not None:
            faults += 1
            print(difference)
    print(f"{done} sessions in {time.monotonic() - began:.0f} s, {faults} differences")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
