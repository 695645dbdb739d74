"""A contender's header, its words and colours, and what a frame is."""

from collections.abc import Sequence

from msgspec import Struct

from hexai.domain.outcome import (
    Delta,
    Ended,
    Event,
    Loading,
    Outcome,
    Queued,
    Ready,
    Started,
    Status,
    TakenBackEvent,
)
from hexai.domain.provider import FinishReason
from hexai.surfaces.cli.live.rows import Piece
from hexai.surfaces.words import ago
from hexai.text.cells import truncate, width
from hexai.text.sanitise import visible, visible_line

_BYTES_PER_TOKEN = 4
"""Upstreams count tokens at the end; until then the rate is estimated by length."""

_RATE_AFTER = 1.0
"""Seconds of streaming from which on a rate says something."""


class Standing:
    """What the events told of one contender so far."""

    def __init__(self, label: str, *, blind: bool = False) -> None:
        """Blind, no word here names, prices or times the contender."""
        self.label = label
        self.outcome: Outcome | None = None
        self._blind = blind
        self._phase = "waiting"
        self._started_at = 0.0
        self._first_at: float | None = None
        self._last_at = 0.0
        self._bytes = 0

    def handle(self, event: Event) -> None:
        """Take the next event of this contender."""
        match event:
            case Queued():
                self._phase = "queued"
            case Loading():
                self._phase = "loading"
            case Started() | Ready():
                self._phase = "waiting"
                self._started_at = event.at
            case Delta():
                self._take(event)
            case TakenBackEvent():
                self._phase, self._first_at, self._bytes = "reasoning", None, 0
            case Ended():
                self.outcome = event.outcome
            case _:
                pass

    def _take(self, delta: Delta) -> None:
        self._phase = "streaming"
        self._last_at = delta.at
        if self._first_at is None:
            self._first_at = delta.at
        else:
            self._bytes += len(delta.text.encode(errors="replace"))

    @property
    def ended(self) -> bool:
        """Whether the contender has its outcome."""
        return self.outcome is not None

    def words(self) -> str:
        """Say how it stands: `0.4 s first token`, `~38 tok/s`, `done 2.1 s`."""
        if self.outcome is not None:
            ending = _blind_ending if self._blind else _ending
            return ending(self.outcome)
        if self._blind or self._phase != "streaming":
            return self._phase
        return self._rate() or self._first_token()

    def lasting_words(self) -> str:
        """Say only what stays true: the words of a header that cannot be redrawn."""
        if self.outcome is not None:
            return self.words()
        return "" if self._blind else self._first_token()

    def _first_token(self) -> str:
        if self._first_at is None:
            return ""
        return f"{self._first_at - self._started_at:.1f} s first token"

    def _rate(self) -> str:
        streamed = self._last_at - (self._first_at or 0.0)
        if streamed < _RATE_AFTER:
            return ""
        return f"~{self._bytes / _BYTES_PER_TOKEN / streamed:.0f} tok/s"

    def reason(self) -> str:
        """Say why there is no answer, for the place where it would be; empty if not.

        Blind, nothing: a reason names hosts, keys and times.
        """
        if self._blind or self.outcome is None or self.outcome.error is None:
            return ""
        failed = self.outcome.status is Status.FAILED
        prefix = "failed: " if failed else ""
        return visible(f"{prefix}{self.outcome.error}")


def _blind_ending(outcome: Outcome) -> str:
    match outcome.status:
        case Status.ANSWERED:
            return "done"
        case Status.CANCELLED:
            return "cancelled"
        case Status.FAILED | Status.TIMED_OUT:
            return "failed"


def _ending(outcome: Outcome) -> str:
    match outcome.status:
        case Status.ANSWERED:
            return _answered(outcome)
        case Status.FAILED | Status.TIMED_OUT | Status.CANCELLED:
            return str(outcome.status)


def _answered(outcome: Outcome) -> str:
    if outcome.cached_age is not None:
        return f"cached {ago(outcome.cached_age)}"
    words = f"done {outcome.timings.total:.1f} s"
    if outcome.finish in {FinishReason.LENGTH, FinishReason.FILTERED}:
        words += ", cut off"
    if outcome.is_cut:
        words += ", prompt cut"
    if outcome.fell_back:
        words += f" via {visible_line(outcome.model)}"
    return words


class Size(Struct, frozen=True):
    """The terminal's size in cells."""

    columns: int
    lines: int


class Frame(Struct, frozen=True, kw_only=True):
    """One picture of a live view, from the first line that could still change."""

    text: str = ""
    """Printed for good above all else, as it is; ends a line unless `live` is empty."""
    lasting: tuple[str, ...] = ()
    """Lines now printed for good: they are never drawn again."""
    live: tuple[str, ...] = ()
    """Lines that the next frame draws again; fewer than the screen has."""


BOLD, DIM, RED, GREEN = "1", "2", "31", "32"


def header(standing: Standing, words: str, cells: int, *, colour: bool) -> list[Piece]:
    """Put a label and how its contender stands into one cell.

    Where both do not fit, each has half.
    """
    label = truncate(standing.label, max(cells // 2, cells - width(words) - 2))
    room = cells - width(label) - 2
    pieces = [Piece(label, BOLD if colour else "")]
    if words and room > 2:
        told = truncate(words, room)
        pieces += [Piece("  "), Piece(told, _tint(standing) if colour else "")]
    return pieces


def _tint(standing: Standing) -> str:
    if standing.outcome is None:
        return DIM
    return GREEN if standing.outcome.error is None else RED


def lines_of(rows: Sequence[str]) -> list[str]:
    """Join rows that were wrapped back into lines."""
    text = "".join(rows)
    return text.removesuffix("\n").split("\n") if text else []
