"""The field for words of the user's own; loaded only where somebody writes any."""

import re

from textual import events
from textual.widgets import Input

_BREAK = re.compile(r"\s*[\r\n]\s*")


class WordsField(Input):
    """A line that pasted lines are joined into: Textual's own keeps only the first."""

    def _on_paste(self, event: events.Paste) -> None:
        event.stop()
        event.prevent_default()
        self.replace(in_one_line(event.text), *self.selection)


def in_one_line(text: str) -> str:
    """Join lines with a blank between them, for a place that has only one."""
    return _BREAK.sub(" ", text)
