"""What the user did with the answers of a run, and what became of what was taken.

Each of these names its run by the global id that was made at the race's start. They
come on their own, later than the run or earlier, and each at most once for its key;
what comes twice, as in two merged ledgers, changes nothing.

`at` is the wall clock in seconds since 1970.
"""

from enum import StrEnum

from msgspec import Struct


class Choice(StrEnum):
    """What the user did; the first three name answers, the others name none."""

    TAKEN = "taken"
    """One answer was taken whole, or voted the best."""
    PARTLY = "partly"
    """The beginning of an answer was taken."""
    TYPED = "typed"
    """The user typed along an answer that was shown, and let it stand."""
    TIE = "tie"
    """A vote: the answers are equally good."""
    BAD = "bad"
    """A vote: none of the answers is any good."""
    NONE = "none"
    """The answers were seen, and contradicted, left, or not used for 30 s."""


class Method(StrEnum):
    """How the choice was made known."""

    COMMAND = "command"
    """The editor ran the command of the item."""
    INFERRED = "inferred"
    """An edit shows it."""
    TYPED = "typed"
    """The user's own typing shows it."""
    VOTE = "vote"
    """The user was asked."""


class Chosen(Struct, frozen=True, kw_only=True, tag="chosen"):
    """The user's choice; a run has one, and of several the newest counts."""

    run_id: str
    at: float
    choice: Choice
    method: Method
    indexes: tuple[int, ...] = ()
    """The contenders that are credited: all that gave the text that was taken."""
    characters: int = 0
    """How much of the text is in the document by this choice."""
    sitting: str = ""
    """The sitting in which it was made, which the ledger tells; empty: not known."""
    settles_at: float | None = None
    """When it counts, unless another is told before: until then, what it comes to so
    far. None if it is settled."""

    def may_change(self, now: float) -> bool:
        """Tell whether this is only what it comes to so far."""
        return self.settles_at is not None and now < self.settles_at


class Shown(Struct, frozen=True, kw_only=True, tag="shown"):
    """What an editor's list held; only what was shown can be chosen or passed over."""

    run_id: str
    at: float
    items: tuple[tuple[int, ...], ...]
    """From top to bottom, the contenders that gave each item's text."""
    whole: bool = False
    """Whether it names all who were seen at any of the re-asks; older versions named
    those of the last list alone."""


SAMPLED_AFTER = (30, 120, 300, 600)
"""Seconds after which it is looked how much of a taken text is left."""


class Survived(Struct, frozen=True, kw_only=True, tag="survived"):
    """How much of a taken text was still there after a while."""

    run_id: str
    after: int
    """Seconds since it was taken; one of `SAMPLED_AFTER`."""
    share: float | None
    """From 0 to 1; None if it was censored before, as by closing the file."""
