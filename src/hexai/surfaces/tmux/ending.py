"""How an action ended: what goes out, what is said, and the exit code."""

from msgspec import Struct

TAKEN = 0
FAILED = 1
USAGE = 2
NOTHING_TAKEN = 3
A_BUG = 70
INTERRUPTED = 130


class Ending(Struct, frozen=True, kw_only=True):
    """What becomes of a selection."""

    code: int
    output: bytes | None = None
    """What takes its place; None: it goes out as it came."""
    reason: str = ""
    """Why nothing takes its place, for people."""
    lines: tuple[str, ...] = ()
    """What can be said of answers that were taken: closing lines."""

    @classmethod
    def skipped(cls, reason: str) -> "Ending":
        """Give it where the user wants nothing."""
        return cls(code=NOTHING_TAKEN, reason=reason)

    @classmethod
    def failed(cls, reason: str) -> "Ending":
        """Give it where nothing could be had."""
        return cls(code=FAILED, reason=reason)

    @classmethod
    def stopped(cls, signal: int) -> "Ending":
        """Give it for a signal, or for the key that stands for one."""
        return cls(code=128 + signal, reason="interrupted")
