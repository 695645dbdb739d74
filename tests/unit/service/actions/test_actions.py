"""Which actions there are for a selection, and what a model is asked."""

import pytest

from hexai.config.schema import Settings
from hexai.config.schema_prompts import CodeActionPrompts, CustomAction, Prompts
from hexai.domain.messages import Role
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.errors import NotSent
from hexai.prompts.code.cursor import Cursor
from hexai.service.actions.action import Report, compose, fitted, rewriting
from hexai.service.actions.fitting import Unfit
from hexai.service.actions.offered import function_span, offered
from hexai.text.lines import Lines, Position, Span

FUNCTION = "def add(a, b):\n    return a+b\n"


def cursor(text: str, *, language: str = "python", path: str = "calc.py") -> Cursor:
    """Point at what stands between two bars in a text, or at one bar."""
    first, _, rest = text.partition("|")
    inner, found, last = rest.partition("|")
    if not found:
        inner, last = "", rest
    document = Lines.of(first + inner + last)
    span = Span(Lines.of(first).end, Lines.of(first + inner).end)
    return Cursor(document=document, span=span, path=path, identifier=language)


def keys(at: Cursor, *reports: Report, settings: Settings | None = None) -> list[str]:
    """Give the keys of what is offered."""
    return [each.key for each in offered(at, settings or Settings(), reports)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"|{FUNCTION}|", ["document", "simplify", "fix_typos", "unit_test"]),
        ("x = |1|\n", []),
        ("|  \n\n|x = 1\n", []),
        ("|x = 1\n|", ["document", "simplify", "fix_typos"]),
        ("def f(x):\n    |r|eturn x\n", ["document", "simplify", "unit_test"]),
        ("def f(x):\n    |return x\n", ["document", "simplify", "unit_test"]),
        ("x|\r\n|y", []),
    ],
)
def test_what_is_offered(text: str, expected: list[str]) -> None:
    """One character is no selection; the function around it is meant, if any."""
    assert keys(cursor(text)) == expected


@pytest.mark.parametrize(
    ("language", "code"),
    [
        ("python", "url = 'http://example.org'  \nx = 1\n"),
        ("c", "#include <stdio.h>\nint f() { return i--; }\n"),
        ("c", "if (a>!b && c>d) { f(); }\n"),
        ("sql", "select 1 - -1\n"),
        ("go", "//go:build linux\npackage x\n"),
        ("python", "x = 1  # noqa: E501\n"),
        (
            "python",
            "def f():\n    x = 1  # the first\n    y = 2  # the second\n",
        ),
    ],
)
def test_code_is_no_instruction(language: str, code: str) -> None:
    """A URL, a preprocessor line, an operator and usual comments ask for nothing."""
    assert "rewrite" not in keys(cursor(f"|{code}|", language=language, path=""))


@pytest.mark.parametrize(
    ("language", "code", "title"),
    [
        ("python", "# make it async\ndef f(): ...\n", "rewrite: make it async"),
        ("go", "// use a map\nx := f()\n", "rewrite: use a map"),
        ("python", "x = 1\n# >!add types>\ny = 2  # note\n", "rewrite: add types"),
        ("markdown", "Some text >!shorter> here.\n", "rewrite: shorter"),
        ("python", f"# {'very ' * 30}long\nx = 1\n", None),
    ],
)
def test_an_instruction_is_the_title(
    language: str, code: str, title: str | None
) -> None:
    """A comment's or a tag's words, cut where they are too many."""
    [first, *_] = offered(cursor(f"|{code}|", language=language, path=""), Settings())
    assert first.key == "rewrite"
    assert first.title == title or (title is None and first.title.endswith("…"))
    assert len(first.title) < 80


def test_the_model_sees_the_selection_without_its_instruction() -> None:
    """The instruction is told apart from it."""
    at = cursor(f"|# make it async\n{FUNCTION}|x = 1\n")
    action = offered(at, Settings())[0]
    request = compose(action, at, at.span, Prompts())
    user = request.messages[-1]
    assert user.role is Role.USER
    assert "make it async" in user.content
    assert f"<selection>\n{FUNCTION}" in user.content
    assert "# make it async" not in user.content
    assert "x = 1" not in user.content


def test_diagnostics_at_the_cursor_are_offered_without_a_selection() -> None:
    """They are resolved in the function around, or else in their own lines."""
    place = Span(Position(1, 4), Position(1, 9))
    report = Report(message="bad", span=place, source="lint")
    outside = offered(cursor("x = 1\ny = |2\nz = 3\n"), Settings(), [report])
    assert [each.key for each in outside] == ["diagnostics"]
    assert outside[0].span == Span(Position(1, 0), Position(1, 5))
    inside = offered(cursor("def f():\n    y = |2\n"), Settings(), [report])
    assert (inside[0].key, inside[0].span) == ("diagnostics", None)
    far = Report(message="bad", span=Span(Position(0, 0), Position(0, 1)))
    assert keys(cursor("x = 1\ny = |2\n"), far) == []


def test_actions_of_the_user_come_last() -> None:
    """By their scope, with their own titles and kinds."""
    custom = (
        CustomAction(id="a", title="Shout", instruction="in capitals"),
        CustomAction(id="b", title="Mend", scope="diagnostics", user="{{diagnostics}}"),
    )
    prompts = Prompts(code_action=CodeActionPrompts(custom=custom))
    settings = Settings(prompts=prompts)
    at = cursor("|x = 1\n|")
    report = Report(message="bad", span=at.span, source="lint")
    with_report = offered(at, settings, [report])
    assert [(each.title, each.kind) for each in with_report[-2:]] == [
        ("Shout", "refactor"),
        ("Mend", "quickfix"),
    ]
    request = compose(with_report[-1], at, at.span, prompts)
    assert request.messages[-1].content == "bad"
    assert keys(at, settings=settings) == [
        "document",
        "simplify",
        "fix_typos",
        "custom",
    ]


def test_a_long_function_is_found_whole() -> None:
    """However far its end is from the cursor."""
    body = "".join(f"        x{n} = {n}\n" for n in range(900))
    text = f"class C:\n    def long(self):\n{body}        return 1\n\n    y = 2\n"
    half = len(text) // 2
    at = cursor(text[:half] + "|" + text[half:])
    span = function_span(at)
    assert span is not None
    assert (span.start, span.end) == (Position(1, 0), Position(902, 16))


def test_half_a_function_is_none() -> None:
    """Without a grammar the end of a very long one is not seen."""
    body = "".join(f"    x{n} = {n}\n" for n in range(900))
    at = cursor(f"sub |long {{\n{body}}}\n", language="perl", path="a.pl")
    assert function_span(at) is None
    short = cursor("sub |short {\n    1\n}\n", language="perl", path="a.pl")
    assert function_span(short) == Span(Position(0, 0), Position(2, 1))


def outcome(text: str = "x = 2", **more: object) -> Outcome:
    """Make an outcome; it answered if nothing else is said."""
    given = {
        "index": 0,
        "label": "m",
        "status": Status.ANSWERED,
        "provider": "p",
        "model": "m",
        "text": text,
        "finish": FinishReason.STOP,
    }
    return Outcome(**{**given, **more})  # type: ignore[arg-type]


def test_an_answer_is_fitted_to_the_selection() -> None:
    """As `fitting` has it."""
    at = cursor("    |x = 1|\n")
    action = rewriting("double", at.span)
    assert fitted(outcome("```\nx = 2\n```"), action, at, at.span) == "x = 2"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (outcome(finish=FinishReason.LENGTH), "cut off"),
        (outcome(finish=FinishReason.FILTERED), "for what it said"),
        (outcome(status=Status.CANCELLED), "stopped"),
        (outcome(status=Status.TIMED_OUT), "timed out"),
        (outcome(status=Status.FAILED, error=NotSent("not sent: .env")), "not sent"),
    ],
)
def test_other_outcomes_change_nothing(bad: Outcome, why: str) -> None:
    """Each says why, a part of an answer included."""
    at = cursor("|x = 1|\n")
    result = fitted(bad, rewriting("double", at.span), at, at.span)
    assert isinstance(result, Unfit)
    assert why in result.reason
