"""What an editor is told of a bug: its type and place, and none of the user's texts."""

from hexai.service.crash import describe
from hexai.surfaces.lsp.editor.editor import Editor, Severity


def log_bug(editor: Editor, bug: Exception) -> str:
    """Log a bug where the editor keeps messages; gives what was said of it."""
    what = describe(bug)
    editor.log(Severity.ERROR, f"Hexai: this is a bug: {what}")
    return what
