"""What goes wrong with contenders, told quietly and rarely.

Completion asks several times a minute, so a contender that is down would be told of
with every key. Each cause is told once per contender and ten minutes, in the editor's
log; nothing pops up.
"""

from collections.abc import Callable

from hexai.surfaces.lsp.editor.editor import Editor, Severity

EVERY = 600.0
"""Seconds until the same is told again."""


class Status:
    """Remembers what was told."""

    def __init__(self, editor: Editor, *, clock: Callable[[], float]) -> None:
        self._editor = editor
        self._clock = clock
        self._seen: dict[tuple[str, str], float] = {}

    def told(self, contender: str, cause: str, message: str) -> None:
        """Tell what is wrong with a contender, unless it was told lately.

        `contender` is a label, `cause` a kind of trouble, such as an error's.
        """
        now = self._clock()
        self._seen = {k: at for k, at in self._seen.items() if now - at < EVERY}
        if (contender, cause) not in self._seen:
            self._seen[contender, cause] = now
            self._editor.log(Severity.WARNING, f"Hexai: {contender}: {message}")
