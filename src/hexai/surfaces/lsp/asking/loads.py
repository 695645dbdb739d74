"""Models that are being loaded, shown to whoever waits for them.

A load outlives the questions that it is for, and typing begins and ends many of those.
So what is shown belongs to the load: one progress from its beginning to its end, or two
lines in the log of an editor that shows none.
"""

from collections.abc import Callable

from hexai.surfaces.lsp.asking.work import Progress, Work
from hexai.surfaces.lsp.editor.editor import Editor, Severity

_FIRST = 10**9
"""Numbers from here on are those of no work that could be stopped."""


class LoadsShown:
    """Shows the loads of one process to one editor."""

    def __init__(
        self, editor: Editor, progress: Progress, *, clock: Callable[[], float]
    ) -> None:
        self._editor = editor
        self._progress = progress
        self._clock = clock
        self._works: dict[str, tuple[Work, float]] = {}
        self._last = _FIRST

    def took(self, model: str, *, begun: bool) -> None:
        """Take note that the load of a model has begun, or is over."""
        if begun:
            self._begin(model)
        elif model in self._works:
            work, since = self._works.pop(model)
            work.is_over = True
            self._progress.ended(work)
            self._log(f"{model} was loading for {self._clock() - since:.1f} s")

    def _begin(self, model: str) -> None:
        self._last += 1
        work = Work(self._last, f"loading {model}", "", lambda _work: None)
        work.can_be_stopped = False
        self._works[model] = work, self._clock()
        self._progress.began(work)
        self._log(f"loading {model}; typing goes on meanwhile")

    def _log(self, message: str) -> None:
        self._editor.log(Severity.INFO, f"Hexai: {message}")
