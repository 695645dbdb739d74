"""The user's editor on the view's screen, for a prompt or an answer."""

import tempfile
from pathlib import Path

from textual.app import SuspendNotSupported

from hexai.errors import HexaiError
from hexai.service.editor import edit_file
from hexai.surfaces.tmux.wishes import Wishes


def edit_text(app: Wishes, text: str, name: str) -> str | None:
    """Let the user edit a text; None if he gave up, or there is no editor."""
    opened = app.opened
    if not opened.editor:
        app.complain(f"no editor: {opened.no_editor}")
        return None
    try:
        with tempfile.TemporaryDirectory(prefix="hexai-") as private:
            file = Path(private) / f"hexai-{name}"
            file.touch(mode=0o600)
            file.write_bytes(text.encode("utf-8", "replace"))
            with app.suspend():
                code = edit_file(opened.editor, file, keyboard=0, screen=1)
            edited = file.read_bytes().decode("utf-8", "replace")
    except (HexaiError, OSError, SuspendNotSupported) as error:
        app.complain(f"no editor: {error}")
        return None
    if code:
        app.complain(f"the editor ended with {code}; nothing was changed")
        return None
    return as_it_ended(text, edited)


def as_it_ended(before: str, edited: str) -> str:
    """Take away the line break that editors put at the end of every file."""
    if not before or before.endswith("\n") or not edited.endswith("\n"):
        return edited
    added = "\n" if before.endswith("\r") or not edited.endswith("\r\n") else "\r\n"
    return edited.removesuffix(added)
