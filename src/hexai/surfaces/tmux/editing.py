"""The user's editor on the view's screen, for a prompt or an answer."""

from pathlib import Path

from textual.app import SuspendNotSupported

from hexai.errors import HexaiError
from hexai.service.editor import Written, write_in_editor
from hexai.surfaces.tmux.wishes import Wishes


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
