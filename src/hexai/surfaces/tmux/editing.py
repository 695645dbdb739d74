"""The user's own words, in a field or in an editor; loaded only where wanted."""

import re
from pathlib import Path

from textual import events
from textual.app import SuspendNotSupported
from textual.widgets import Input

from hexai.errors import HexaiError
from hexai.service.external_editor import Written, write_in_editor
from hexai.surfaces.tmux.widgets import Wishes


def edit_text(app: Wishes, text: str, name: str) -> str | None:
    """Let the user edit a text; None if he gave up, or there is no editor."""
    if not app.opened.editor:
        app.complain(f"no editor: {app.opened.no_editor}")
        return None
    try:
        written = _written(app, text, name)
    except (HexaiError, OSError, SuspendNotSupported) as error:
        app.complain(f"no editor: {error}")
        return None
    except KeyboardInterrupt:
        app.complain("the editor was interrupted; nothing was changed")
        return None
    if written.failure:
        app.complain(f"{written.failure}; nothing was changed")
        return None
    return as_it_ended(text, written.text)


def _written(app: Wishes, text: str, name: str) -> Written:
    with app.suspend():
        return write_in_editor(
            app.opened.editor,
            Path(app.folder),
            name=f"hexai-{name}",
            text=text,
            keyboard=0,
            screen=1,
        )


def as_it_ended(before: str, edited: str) -> str:
    """Take away the line break that editors put at the end of every file."""
    if not before or before.endswith("\n") or not edited.endswith("\n"):
        return edited
    added = "\n" if before.endswith("\r") or not edited.endswith("\r\n") else "\r\n"
    return edited.removesuffix(added)


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
