"""Messages about work, which go out when its progress has ended.

Who finds out why work failed says so at once, and knows nothing of progress. But an
editor may take the end of a progress for the end of all that was to be said: Helix
clears its status line then, and a message that came before was on it for a millisecond
(helix-term/src/application.rs, 25.07.1). So what is told in a task of work is held, and
told after the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from hexai.surfaces.lsp.editor.editor import Severity

Message = tuple[Severity, str]
_HELD: ContextVar[list[Message] | None] = ContextVar("held", default=None)


@contextmanager
def holding() -> Iterator[list[Message]]:
    """Hold what is told within, or in tasks begun there; gives it as it comes."""
    messages: list[Message] = []
    token = _HELD.set(messages)
    try:
        yield messages
    finally:
        _HELD.reset(token)


def hold(severity: Severity, message: str) -> bool:
    """Hold a message back; tells whether it is."""
    messages = _HELD.get()
    if messages is None:
        return False
    messages.append((severity, message))
    return True
