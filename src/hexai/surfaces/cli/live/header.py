"""A contender's header, its words and colours, and what a frame is."""

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
from hexai.surfaces.cli.live.rows import Piece, styled_row
from hexai.surfaces.words import from_cache
from hexai.text.cells import truncate, width
from hexai.text.sanitise import visible, visible_line

_BYTES_PER_TOKEN = 4
"""Upstreams count tokens at the end; until then the rate is estimated by length."""

_RATE_AFTER = 1.0
"""Seconds of streaming from which on a rate says something."""

_SILENT_AFTER = 3
"""Seconds without a word from which on it is said how many there are."""


class Standing:
    """What the events told of one contender so far."""

    def __init__(
        self,
        label: str,
        *,
        blind: bool = False,
        with_reason: bool = True,
        since: float = 0.0,
    ) -> None:
        """Blind, no word here names, prices or times the contender.

        `since` is when its view began, by the clock of who shows it.
        """
        self.label, self.blind = label, blind
        self.outcome: Outcome | None = None
        self._with_reason = with_reason
        self._phase = "waiting"
        self._began_at: float | None = None
        self._heard_at = since
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

    def hear(self, now: float) -> None:
        """Note by the clock of who shows it that something came."""
        self._heard_at = now
        if self._began_at is None:
            self._began_at = now

    def running_words(self, now: float) -> str:
        """Say for how long it has been running, and how: `12 s  ~38 tok/s`.

        Blind, for how long is not said: nobody may be known by that.
        """
        if self.blind or self._began_at is None:
            return self._phase
        clock = f"{int(now - self._began_at)} s"
        if self._phase != "streaming":
            return f"{clock}  {self._phase}"
        return "  ".join(filter(None, (clock, self._silence(now) or self._rate())))

    @property
    def ended(self) -> bool:
        """Whether the contender has its outcome."""
        return self.outcome is not None

    def words(self, now: float) -> str:
        """Say how it stands: `waiting 3 s`, `~38 tok/s`, `silent 4 s`, `done 2.1 s`."""
        if self.outcome is not None:
            return self._last_words(self.outcome)
        if self.blind:
            return self._phase
        if self._phase != "streaming":
            quiet = int(now - self._heard_at)
            return f"{self._phase} {quiet} s" if quiet else self._phase
        return self._silence(now) or self._rate() or self._first_token()

    def _silence(self, now: float) -> str:
        quiet = int(now - self._heard_at)
        return f"silent {quiet} s" if quiet >= _SILENT_AFTER else ""

    def _last_words(self, outcome: Outcome) -> str:
        return _blind_ending(outcome) if self.blind else _ending(outcome)

    def lasting_words(self) -> str:
        """Say only what stays true: the words of a header that cannot be redrawn."""
        if self.outcome is not None:
            return self._last_words(self.outcome)
        return "" if self.blind else self._first_token()

    def heading_words(self) -> str:
        """Say the same above an answer of several, and shortly why there is none.

        The whole reason stands in its place, or below all of them.
        """
        words = self.lasting_words()
        if self._with_reason or self.blind or self.outcome is None:
            return words
        error = self.outcome.error
        return words if error is None else f"{words}: {visible_line(error.message)}"

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
        if self.blind or self.outcome is None or self.outcome.error is None:
            return ""
        if not self._with_reason:
            return ""
        failed = self.outcome.status is Status.FAILED
        prefix = "failed: " if failed else ""
        return visible(f"{prefix}{self.outcome.error}")


def _blind_ending(outcome: Outcome) -> str:
    match outcome.status:
        case Status.ANSWERED:
            return "done" + _cut_off(outcome)
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
        return from_cache(outcome.cached_age)
    words = f"done {outcome.timings.total:.1f} s{_cut_off(outcome)}"
    if outcome.is_cut:
        words += ", prompt cut"
    if outcome.fell_back:
        words += f" via {visible_line(outcome.model)}"
    return words


def _cut_off(outcome: Outcome) -> str:
    is_cut_off = outcome.finish in {FinishReason.LENGTH, FinishReason.FILTERED}
    return ", cut off" if is_cut_off else ""


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


BOLD, DIM, RED, MAGENTA = "1", "2", "31", "35"


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
    return "" if standing.outcome.error is None else RED


def heading(standing: Standing, words: str, columns: int, *, colour: bool) -> str:
    """Draw the line above an answer of the whole width: `── home  done 2.1 s ──`."""
    told = header(standing, words, max(2, columns - 7), colour=colour)
    cell = [Piece("── "), *told, Piece(" ──")]
    return styled_row([cell], [columns])
