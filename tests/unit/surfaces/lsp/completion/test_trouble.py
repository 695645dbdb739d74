"""What is told of completions that failed or came late: each cause once in a while."""

import pytest

from hexai.domain.outcome import Outcome, Status, Timings
from hexai.errors import NotSent, Overloaded, ProviderError, RateLimited
from hexai.surfaces.lsp.clients import DEFAULT
from hexai.surfaces.lsp.completion.trouble import EVERY, Trouble
from tests.support.editing import FakeEditor


def failed(label: str, error: ProviderError) -> Outcome:
    """Make the outcome of a contender that failed."""
    return Outcome(
        index=0,
        label=label,
        status=Status.FAILED,
        error=error,
        provider="p",
        model="m",
    )


def test_each_cause_is_told_once_per_contender_and_ten_minutes() -> None:
    """Another contender, another cause and another time are told again."""
    editor, now = FakeEditor(DEFAULT), [0.0]
    trouble = Trouble(editor, clock=lambda: now[0])
    down, limited = Overloaded("down"), RateLimited("slower")

    for label, error in [("a", down), ("a", down), ("b", down), ("a", limited)]:
        trouble.ended(failed(label, error), blind=False)
    now[0] = EVERY - 1
    trouble.ended(failed("a", down), blind=False)
    now[0] = EVERY
    trouble.ended(failed("a", down), blind=False)

    assert editor.logged == [
        f"Hexai: a: {down}",
        f"Hexai: b: {down}",
        f"Hexai: a: {limited}",
        f"Hexai: a: {down}",
    ]


@pytest.mark.parametrize(("blind", "lines"), [(False, 1), (True, 0)])
def test_who_was_late_is_told_unless_times_are_hidden(blind: bool, lines: int) -> None:
    """Blind, the time would show who gave what."""
    editor = FakeEditor(DEFAULT)
    late = Outcome(
        index=0,
        label="a",
        status=Status.ANSWERED,
        late=True,
        timings=Timings(total=2.0),
        provider="p",
        model="m",
    )

    Trouble(editor, clock=lambda: 0.0).ended(late, blind=blind)

    assert len(editor.logged) == lines


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (".env holds secrets", "Hexai: nobody is asked: .env holds secrets"),
        ("git ignores it", "Hexai: nobody is asked about .env: git ignores it"),
    ],
)
def test_an_ignored_file_is_told_once(reason: str, message: str) -> None:
    """Its name stands there once too."""
    editor = FakeEditor(DEFAULT)
    trouble = Trouble(editor, clock=lambda: 0.0)

    for _ in range(2):
        trouble.ignored("file:///.env", reason, [failed("a", NotSent("ignored"))])

    assert editor.logged == [message]


def test_an_ignored_file_is_not_told_if_somebody_could_be_asked() -> None:
    """A local model was: there is nothing to explain."""
    editor = FakeEditor(DEFAULT)
    outcomes = [failed("a", NotSent("ignored")), failed("b", Overloaded("down"))]

    Trouble(editor, clock=lambda: 0.0).ignored("file:///.env", "git does", outcomes)

    assert editor.logged == []
