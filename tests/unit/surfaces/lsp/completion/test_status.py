"""Trouble is told quietly, and rarely."""

from hexai.surfaces.lsp.completion.status import EVERY, Status
from hexai.surfaces.lsp.editor.clients import DEFAULT
from tests.support.editing import FakeEditor


def test_each_cause_is_told_once_per_contender_and_ten_minutes() -> None:
    """Another contender, another cause and another time are told again."""
    editor, now = FakeEditor(DEFAULT), [0.0]
    status = Status(editor, clock=lambda: now[0])

    for contender, cause in [("a", "x"), ("a", "x"), ("b", "x"), ("a", "y")]:
        status.told(contender, cause, f"{cause} happened")
    now[0] = EVERY - 1
    status.told("a", "x", "x happened")
    now[0] = EVERY
    status.told("a", "x", "x happened")

    assert editor.logged == [
        "Hexai: a: x happened",
        "Hexai: b: x happened",
        "Hexai: a: y happened",
        "Hexai: a: x happened",
    ]
