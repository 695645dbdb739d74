"""What is told of a completion that failed or came late, and how often."""

from collections.abc import Callable, Sequence

from hexai.domain.outcome import Outcome
from hexai.errors import NotSent
from hexai.service.cut_prompts import cut_words
from hexai.service.ignore.ignore import name_of
from hexai.surfaces.lsp.editor import Editor, Severity
from hexai.surfaces.lsp.once import Once

EVERY = 600.0
"""Seconds until the same is told again: each key would tell it once more."""


class Trouble:
    """Tells of failures in the editor's log, where nothing pops up; each cause once."""

    def __init__(self, editor: Editor, *, clock: Callable[[], float]) -> None:
        self._editor = editor
        self._clock = clock
        self._told: dict[tuple[str, str], float] = {}
        self._told_ignored = Once()

    def ended(self, outcome: Outcome, *, blind: bool) -> None:
        """Tell of a contender that failed, or was too slow for the list.

        Blind, nothing is said of times: they would show who gave what.
        """
        if outcome.error is not None:
            cause = type(outcome.error).__name__
            self._log(outcome.label, cause, str(outcome.error))
        elif outcome.is_cut and not blind:
            self._log(outcome.label, "cut", cut_words(outcome))
        elif outcome.late and not blind:
            seconds = outcome.timings.total
            message = f"answered after {seconds:.1f} s, when the list had gone out"
            self._log(outcome.label, "late", message)

    def ignored(self, uri: str, why: str, outcomes: Sequence[Outcome]) -> None:
        """Tell once of a file that is ignored, if nobody could be asked for that."""
        unsent = all(isinstance(each.error, NotSent) for each in outcomes)
        if unsent and self._told_ignored.is_new(uri):
            name = name_of(uri)
            about = "" if why.startswith(f"{name} ") else f" about {name}"
            message = f"Hexai: nobody is asked{about}: {why}"
            self._editor.tell(Severity.INFO, message)

    def _log(self, contender: str, cause: str, message: str) -> None:
        """Log what is wrong with a contender, unless it was logged lately."""
        now = self._clock()
        self._told = {k: at for k, at in self._told.items() if now - at < EVERY}
        if (contender, cause) not in self._told:
            self._told[contender, cause] = now
            self._editor.log(Severity.WARNING, f"Hexai: {contender}: {message}")
