"""How long a race is put off: until the typing pauses, and not too often."""

from math import inf

from hexai.config.schema import Completion
from hexai.surfaces.lsp.editor.document import Document


class Pace:
    """The pace of a surface's races; times are the loop's, in seconds."""

    def __init__(self) -> None:
        self._last = -inf

    def due(self, document: Document, completion: Completion) -> float:
        """Say when a race about a document may start, as things are now."""
        quiet_at = document.changed_at + completion.completion_debounce_ms / 1000
        free_at = self._last + completion.completion_throttle_ms / 1000
        return max(quiet_at, free_at)

    def start(self, now: float) -> None:
        """Count a race that starts."""
        self._last = now
