"""How a question ends for the shell."""

import pytest

from hexai.domain.outcome import Outcome, Status
from hexai.surfaces.cli.exit_code import exit_code

STATUS = {
    "a": Status.ANSWERED,
    "f": Status.FAILED,
    "t": Status.TIMED_OUT,
    "c": Status.CANCELLED,
}


def outcomes(letters: str) -> list[Outcome]:
    """Make an outcome for each letter: answered, failed, timed out, cancelled."""
    return [
        Outcome(index=i, label="x", status=STATUS[letter], provider="p", model="m")
        for i, letter in enumerate(letters)
    ]


@pytest.mark.parametrize(
    ("letters", "code"),
    [("a", 0), ("aa", 0), ("af", 4), ("ta", 4), ("f", 1), ("ft", 1), ("", 1)],
)
def test_all_some_or_none_answered(letters: str, code: int) -> None:
    """0, 4 and 1."""
    assert exit_code(outcomes(letters), first=False) == code


@pytest.mark.parametrize(("letters", "code"), [("acc", 0), ("afc", 0), ("ff", 1)])
def test_with_first_one_answer_is_enough(letters: str, code: int) -> None:
    """Whatever became of the others."""
    assert exit_code(outcomes(letters), first=True) == code
