"""What renders answers, loaded elsewhere while the models think.

The parser and the lexers take longer to load than a question takes to be on its way.
So a thread loads them, once the requests are out; until then an answer is shown as it
is written, and nothing of it is printed for good.
"""

import threading
from collections.abc import Callable

from hexai.surfaces.cli.live.lines import PlainSource, Source


def load_now(*, colour: bool) -> Callable[[], Source]:
    """Load what renders answers at once, where nobody waits for anything else.

    As they are written where that is not there.
    """
    try:
        from hexai.surfaces.cli.live.markdown.code import Lexers
        from hexai.surfaces.cli.live.markdown.source import MarkdownSource
    except ImportError:
        return PlainSource
    lexers = Lexers(lambda work: work())
    return lambda: MarkdownSource(lexers, colour=colour)


class Rendering:
    """Makes what renders an answer, as soon as that is loaded."""

    def __init__(self, *, colour: bool) -> None:
        """Nothing is loaded before `start`."""
        self._colour = colour
        self._make: Callable[[], Source] | None = None
        self._is_started = False

    def start(self) -> None:
        """Begin to load; once is enough."""
        if not self._is_started:
            self._is_started = True
            _elsewhere(self._load)

    def make(self) -> Source | None:
        """Make the source of one answer; None until all is loaded."""
        return self._make() if self._make is not None else None

    def _load(self) -> None:
        try:
            from hexai.surfaces.cli.live.markdown.code import Lexers
            from hexai.surfaces.cli.live.markdown.source import MarkdownSource
        except ImportError:
            self._make = PlainSource  # better as it is written than not at all
            return
        lexers, colour = Lexers(_elsewhere), self._colour
        self._make = lambda: MarkdownSource(lexers, colour=colour)


def _elsewhere(work: Callable[[], None]) -> None:
    threading.Thread(target=work, daemon=True).start()
