"""An answer takes the place of a selection and looks as if it had been there."""

from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.service.actions.fitting import Frame, Unfit, fit

METHOD = "    def add(self, a):\n        return a\n"
UNCHANGED = Unfit("the model has nothing to change")


def frame(selection: str, **more: object) -> Frame:
    """Make a frame of a selection of which the model has seen all."""
    given = {"replaced": selection, "shown": selection, "language": "python"}
    return Frame(**{**given, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "answer",
    [
        METHOD,
        METHOD.strip("\n"),
        METHOD.strip(),
        dedent(METHOD),
        f"```python\n{METHOD}```",
        f"```\n{dedent(METHOD)}```",
        f"Sure! Here is the method:\n\n```python\n{dedent(METHOD)}```\n\nIt adds.",
        f"Here's the improved code:\n{METHOD}",
        f"<selection>\n{METHOD}</selection>",
        f"{METHOD}\nExplanation: nothing had to be done.\n",
        dedent(METHOD).replace("    ", "\t"),
        METHOD.replace("\n", "\r\n"),
        f"\n\n{METHOD}\n\n",
    ],
)
def test_the_selection_as_models_write_it_is_the_selection(answer: str) -> None:
    """Fences, talk, indentation and breaks are mended, so nothing is to be changed."""
    assert fit(answer, frame(METHOD)) == UNCHANGED


@pytest.mark.parametrize(
    ("selection", "answer", "fitted"),
    [
        ("\tif x {\n\t\ty()\n\t}\n", "if x {\n    z()\n}", "\tif x {\n\t\tz()\n\t}\n"),
        ("x = 1", "x = 2\n", "x = 2"),
        ("x = 1\r\ny = 1\r\n", "x = 2\ny = 2", "x = 2\r\ny = 2\r\n"),
        ("\n    x = 1\n\n", "x = 2", "\n    x = 2\n\n"),
        ("    x = 1\n", "x = f(\n    1,\n)", "    x = f(\n        1,\n    )\n"),
        ("x = `1`\n", "`x = 2`", "x = 2\n"),
        (
            "    foo() {\n      bar();\n    }\n",
            "/**\n * Says foo.\n */\nfoo() {\n  bar();\n}",
            "    /**\n     * Says foo.\n     */\n    foo() {\n      bar();\n    }\n",
        ),
        (
            "    def f():\n        pass\n",
            "@cache\ndef f():\n    pass",
            "    @cache\n    def f():\n        pass\n",
        ),
        (
            "    a = 1\n    b = 2\n",
            "a = 2\n    b = 3",
            "    a = 2\n    b = 3\n",
        ),
    ],
)
def test_an_answer_is_fitted(selection: str, answer: str, fitted: str) -> None:
    """Its indentation, tabs, breaks and end become those of the selection."""
    assert fit(answer, frame(selection)) == fitted


def test_what_follows_something_on_its_line_is_not_indented() -> None:
    """The first line goes on where the line stands."""
    part = frame("a + b", mid_line=True, near="    x = 1\n")
    assert fit("    sum((a, b))\n", part) == "sum((a, b))"


def test_the_end_is_that_of_the_selection_without_its_instruction() -> None:
    """An instruction on the last line leaves no blank line behind."""
    part = frame("x = 1\n# double it", shown="x = 1\n")
    assert fit("x = 2", part) == "x = 2"


def test_only_an_instruction_gives_code_in_its_place() -> None:
    """The code is indented as the instruction was."""
    part = frame("    # say hello\n", shown="")
    assert fit("print('hello')", part) == "    print('hello')\n"


@pytest.mark.parametrize("answer", ["", " \n\t\n", "```\n```", "```python\n\n```"])
def test_an_empty_answer_changes_nothing(answer: str) -> None:
    """Whether or not it is fenced."""
    assert fit(answer, frame(METHOD)) == Unfit("the answer is empty")


@pytest.mark.parametrize(
    "answer",
    [
        "I'm sorry, but I can't do that.",
        "I cannot help with this request.",
        "I\u2019m unable to change this code.",
        "As an AI language model, I do not change code.",
    ],
)
def test_a_refusal_changes_nothing(answer: str) -> None:
    """It is no text for the document."""
    assert fit(answer, frame(METHOD)) == Unfit("the model refused")


def test_what_the_selection_says_itself_is_kept() -> None:
    """Words that look like talk may be the text that is changed."""
    text = "Here is the list:\n\n- one\n\nNote: it is short.\n"
    prose = frame(text, language="markdown", code=False)
    assert fit(text.replace("one", "two"), prose) == text.replace("one", "two")


def test_fences_of_prose_are_kept() -> None:
    """Only a fence around all of it that is named for prose is taken away."""
    text = "Run:\n\n```sh\nls\n```\n"
    prose = frame(text, language="markdown", code=False)
    changed = text.replace("ls", "ls -l")
    assert fit(changed, prose) == changed
    assert fit(f"```markdown\n{changed.rstrip()}\n```", prose) == changed


LINES = st.lists(
    st.sampled_from(["x = 1", "    y(z)", "        return 1", "", "\tq = 2", "# note"]),
    min_size=1,
    max_size=8,
)


@given(LINES, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_selection_given_back_is_unchanged(
    lines: list[str], line_break: str, closed: bool
) -> None:
    """For any mixture of indentation, breaks and ends."""
    selection = line_break.join(lines) + (line_break if closed else "")
    expected = UNCHANGED if selection.strip() else Unfit("the answer is empty")
    assert fit(selection.replace("\r\n", "\n"), frame(selection)) == expected
