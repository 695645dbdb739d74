"""What models said, and where it still fits."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from hexai.domain.outcome import Outcome, Status
from hexai.surfaces.lsp.completion.memory import AGE, PLACES, SIZE, Kept, Memory, Spot
from hexai.surfaces.lsp.offers.offer import Credit, Suggestion
from hexai.text.lines import Lines, Position

URI = "file:///a"


def suggestion(text: str) -> Suggestion:
    """Make a suggestion of one contender."""
    outcome = Outcome(
        index=0, label="m", status=Status.ANSWERED, text=text, provider="p", model="m"
    )
    return Suggestion(text=text, credits=(Credit(label="m", outcome=outcome),))


def kept(text: str, *answers: str, uri: str = URI, at: float = 0.0) -> Kept:
    """Keep answers for the place of the `|` in a text."""
    lines, position = place(text)
    return Kept(
        spot=Spot.of(uri, lines, position),
        run_id="run",
        suggestions=tuple(map(suggestion, answers)),
        blind=False,
        at=at,
    )


def place(text: str) -> tuple[Lines, Position]:
    """Give the lines and the position of a text with a `|` in it."""
    before, _, after = text.partition("|")
    return Lines.of(before + after), Lines.of(before).end


def found(memory: Memory, text: str, *, uri: str = URI, now: float = 0.0) -> list[str]:
    """Give the texts that a memory has for the place of the `|`."""
    remembered = memory.find(uri, *place(text), now)
    return [each.text for each in remembered.suggestions] if remembered else []


def test_every_prefix_of_an_answer_finds_it() -> None:
    """Typed along over lines, until it is there whole."""
    memory = Memory()
    memory.keep(kept("a\nx = |\nb\n", "f(\n  1)", "g()"))

    assert found(memory, "a\nx = |\nb\n") == ["f(\n  1)", "g()"]
    assert found(memory, "a\nx = f|\nb\n") == ["f(\n  1)"]
    assert found(memory, "a\nx = f(\n  1|\nb\n") == ["f(\n  1)"]
    assert found(memory, "a\nx = f(\n  1)|\nb\n") == []


@pytest.mark.parametrize(
    "text",
    ["x = f(|)\nb\n", "x = f([|])\nb\n", "x = f([1|])\nb\n", "x = f([1]|)\nb\n"],
)
def test_what_the_editor_closes_by_itself_loses_no_answer(text: str) -> None:
    """Typed along with `()` for each `(`, and `[]` for each `[`, it still fits."""
    memory = Memory()
    memory.keep(kept("x = |\nb\n", "f([1], 2)"))

    assert found(memory, text) == ["f([1], 2)"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f() {\n\t|\n}\nb\n", ["{\n\ta()\n\tb()", "{\n\tc()"]),
        ("f() {\n\ta()\n\t|\n}\nb\n", ["{\n\ta()\n\tb()"]),
        ("f() {\n\tc|\n}\nb\n", ["{\n\tc()"]),
        ("f() {\n\ta()\n\tb()|\n}\nb\n", []),
        ("f() {\n\t|\n\nb\n", []),
        ("f() {\n\t|\n)\nb\n", []),
        ("f() {\n\t|\n}}\nb\n", []),
    ],
)
def test_a_bracket_that_enter_puts_on_a_line_of_its_own(
    text: str, expected: list[str]
) -> None:
    """Answers lose it where they end with it; none goes on behind it."""
    memory = Memory()
    answers = ("{\n\ta()\n\tb()\n}", "{\n\tc()", "{\n\td()\n}\n\ng() {\n}")
    memory.keep(kept("f() |\nb\n", *answers))

    assert found(memory, text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("    f() {\n        |\n    }\nb\n", ["\n        a()"]),
        ("    f() {\n        a|\n    }\nb\n", ["\n        a()"]),
        ("    f() {\n        a()|\n    }\nb\n", []),
        ("    f() {\n        |\n}\nb\n", []),
        ("    f() {|\n    }\nb\n", []),
    ],
)
def test_the_break_that_enter_puts_before_a_bracket(
    text: str, expected: list[str]
) -> None:
    """Between a pair that is there: answers that end with the break lose it."""
    memory = Memory()
    answers = ("\n        a()\n    ", "\n        b()", " c() ")
    memory.keep(kept("    f() {|}\nb\n", *answers))

    assert found(memory, text) == expected


@pytest.mark.parametrize("text", ["x = f(|))\n", "x = f(|]\n", "x = f|)\n"])
def test_other_brackets_behind_the_cursor_are_another_text(text: str) -> None:
    """Only what was opened while typing along can have been closed by an editor."""
    memory = Memory()
    memory.keep(kept("x = |\n", "f([1], 2)"))

    assert found(memory, text) == []


@pytest.mark.parametrize(
    "text",
    [
        "a\ny = |\nb\n",
        "a\nx = |c\nb\n",
        "A\nx = |\nb\n",
        "a\nx = |\nB\n",
        "a\nx =| \nb\n",
        "a\n|x = \nb\n",
        "a\n\nx = |\nb\n",
        "a\nx = |\n",
        "|",
    ],
)
def test_nothing_fits_elsewhere(text: str) -> None:
    """The texts before and after the place are part of it."""
    memory = Memory()
    memory.keep(kept("a\nx = |\nb\n", "f()"))

    assert found(memory, text) == []


def test_line_breaks_of_the_document_do_not_matter() -> None:
    """What was typed is compared as answers write it."""
    memory = Memory()
    memory.keep(kept("x|\r\n", "(\n  y)"))

    assert found(memory, "x(\r\n  |\r\n") == ["(\n  y)"]


def test_documents_are_kept_apart() -> None:
    """One is forgotten without the other."""
    memory = Memory()
    memory.keep(kept("|", "a"))
    memory.keep(kept("|", "b", uri="file:///b"))
    memory.forget("file:///b")

    assert found(memory, "|") == ["a"]
    assert found(memory, "|", uri="file:///b") == []
    memory.forget()
    assert found(memory, "|") == []


def test_the_newest_race_that_fits_counts() -> None:
    """An older one is found where the newer does not fit."""
    memory = Memory()
    memory.keep(kept("|", "abc"))
    memory.keep(kept("|", "abd"))

    assert found(memory, "ab|") == ["abd"]
    assert found(memory, "abc|") == []
    assert found(memory, "|") == ["abd"]


def test_places_size_and_age_are_limited() -> None:
    """The oldest go first; what is too large is not kept at all."""
    memory = Memory()
    for number in range(PLACES + 1):
        memory.keep(kept(f"{number}|", "a", at=float(number)))
    assert found(memory, "0|") == []
    assert found(memory, "1|") == ["a"]
    assert found(memory, "1|", now=AGE + 1.5) == []
    assert found(memory, "2|", now=AGE + 1.5) == ["a"]

    large = "x" * (SIZE // 5)
    memory.keep(kept("l|", large))
    memory.keep(kept("m|", large))
    memory.keep(kept("n|", large))
    assert found(memory, "l|") == []
    assert found(memory, "n|") == [large]
    memory.keep(kept("o|", large * 5))
    assert found(memory, "o|") == []
    assert found(memory, "n|") == [large]


def test_a_race_without_answers_is_not_kept() -> None:
    """It would only push others out."""
    memory = Memory()
    memory.keep(kept("|", "a"))
    for _ in range(PLACES):
        memory.keep(kept("b|"))

    assert found(memory, "|") == ["a"]


@given(
    before=st.text(alphabet="ab\n\r\u2028", max_size=8),
    after=st.text(alphabet="ab\n\u2028", max_size=8),
    typed=st.text(alphabet="ab\n\u2028", max_size=6),
    rest=st.text(alphabet="ab", min_size=1, max_size=3),
)
def test_a_place_is_found_by_what_is_written_there(
    before: str, after: str, typed: str, rest: str
) -> None:
    """Whatever stands around it."""
    assume(not before.endswith("\r"))  # the half of a line break, perhaps
    memory = Memory()
    memory.keep(kept(f"{before}|{after}", typed + rest))

    assert found(memory, f"{before}{typed}|{after}") == [typed + rest]
