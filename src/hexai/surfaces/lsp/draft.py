"""What one contender has said so far, and whether it goes on as was typed."""

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.lsp.asking import Clean
from hexai.surfaces.lsp.gates import is_word


class Draft:
    """The answer of a contender on its way."""

    def __init__(self, clean: Clean) -> None:
        self._clean = clean
        self._pieces: list[str] = []
        self.outcome: Outcome | None = None
        """Set when it has ended."""
        self.ended_at = 0.0
        """When, by the loop's clock."""
        self.is_stopped = False
        """It was cancelled, since what was typed is something else."""
        self.is_held_up = False
        """Another surface holds its slot, so no list waits for it."""
        self.text = ""
        """What goes in where it was asked; nothing before the contender answered."""

    @property
    def runs(self) -> bool:
        """Whether more can be expected of it."""
        return self.outcome is None and not self.is_stopped

    def add(self, piece: str) -> None:
        """Take the next piece."""
        self._pieces.append(piece)

    def end(self, outcome: Outcome, now: float) -> None:
        """Take what became of it."""
        self.outcome, self.ended_at = outcome, now
        self._pieces.clear()
        if outcome.status is Status.ANSWERED:
            cut_short = outcome.finish is FinishReason.LENGTH
            self.text = self._clean(
                outcome.text, infilled=outcome.infilled, finished=not cut_short
            )

    def fits(self, typed: str) -> bool:
        """Tell whether it answered, and goes on after what was typed."""
        return len(self.text) > len(typed) and self.text.startswith(typed)

    def may_fit(self, typed: str) -> bool:
        """Tell whether a contender that still runs can come to fit.

        Who has said nothing yet can, as long as only a word is being typed: it was
        asked for what follows, and that word is the likeliest beginning.
        """
        if not typed or not self._pieces:
            return is_word(typed)
        so_far = self._clean("".join(self._pieces), infilled=False, finished=False)
        if not so_far:
            return is_word(typed)
        return so_far.startswith(typed) or typed.startswith(so_far)
