"""What is said where an action cannot be done with a selection."""

import pytest

from hexai.config.schema import Settings
from hexai.service.actions.fitting import Unfit
from hexai.surfaces.tmux.action_plan import make_plan, make_subject
from hexai.surfaces.tmux.menu import choice_named
from hexai.surfaces.tmux.selection import read_selection

JAVA = b"class A {\n    int f() { return 1; }\n}\n"


def _objection(selection: bytes, *, file: str = "", language: str = "") -> str:
    """Give why no unit tests can be written for a selection."""
    settings = Settings()
    choice = choice_named(settings, "gotest")
    assert choice is not None
    subject = make_subject(
        read_selection(selection), folder="/p", file=file, language=language
    )
    plan = make_plan(choice, "", subject, settings)
    return plan.reason if isinstance(plan, Unfit) else ""


@pytest.mark.parametrize(
    ("selection", "said", "reason"),
    [
        (JAVA, {"language": "java"}, "and not for Java"),
        (JAVA, {"file": "A.java"}, "and not for Java"),
        (JAVA, {"file": "a.py", "language": "java"}, "and not for Java"),
        (b"def f(): pass\n", {"language": "pythn"}, "and not for pythn"),
        (b"def f(): pass\n", {"file": "notes.txt"}, "and not for plain text"),
        (b"x = 1\n", {"language": "python"}, "no function of Python is in it"),
        (b"package a\n", {"file": "a.go"}, "no function of Go is in it"),
        (b"x = 1\n", {}, "--file or --language may say"),
        (JAVA, {}, "--file or --language may say"),
    ],
)
def test_why_there_are_no_tests_is_said(
    selection: bytes, said: dict[str, str], reason: str
) -> None:
    """Whoever has said the language is not told to say it."""
    told = _objection(selection, **said)

    assert reason in told
    assert ("--language may say" in told) == (not said)
