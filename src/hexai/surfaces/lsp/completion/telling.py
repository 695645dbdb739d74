"""What is told of a race beside its list: who failed, was late, or was not asked."""

from hexai.domain.outcome import Outcome
from hexai.errors import NotSent
from hexai.service.ignore.paths import name_of
from hexai.surfaces.lsp.asking.run import Run
from hexai.surfaces.lsp.completion.asker import Status
from hexai.surfaces.lsp.editor.editor import Editor, Severity


class Telling:
    """Tells it in the places where it is in nobody's way."""

    def __init__(self, editor: Editor, status: Status) -> None:
        self._editor = editor
        self._status = status
        self._told_ignored: set[str] = set()

    def ended(self, outcome: Outcome, *, blind: bool) -> None:
        """Tell of a contender that failed, or was too slow for the list.

        Blind, nothing is said of times: they would show who gave what.
        """
        if outcome.error is not None:
            cause = type(outcome.error).__name__
            self._status.told(outcome.label, cause, str(outcome.error))
        elif outcome.late and not blind:
            seconds = outcome.timings.total
            message = f"answered after {seconds:.1f} s, when the list had gone out"
            self._status.told(outcome.label, "late", message)

    def ignored(self, uri: str, run: Run) -> None:
        """Tell once of a file that is ignored, if nobody could be asked for that."""
        unsent = all(isinstance(each.error, NotSent) for each in run.outcomes)
        if run.ignored is not None and unsent and uri not in self._told_ignored:
            self._told_ignored.add(uri)
            name, why = name_of(uri), run.ignored.reason
            about = "" if why.startswith(f"{name} ") else f" about {name}"
            message = f"Hexai: nobody is asked{about}: {why}"
            self._editor.tell(Severity.INFO, message)
