"""Documents as lines: changes give the text that they should, and say what they did."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexai.text.lines import Encoding, Lines, Position, Replacement, Span, compare

texts = st.text("ab)\r\n\u2028\x0b\x85\U0001f600", max_size=12)


def _offset(lines: Lines, position: Position) -> int:
    return sum(map(len, lines.raw[: position.line])) + position.character


@st.composite
def positions(draw: st.DrawFn, lines: Lines) -> Position:
    """Draw a position of a text."""
    line = draw(st.integers(0, len(lines) - 1))
    return Position(line, draw(st.integers(0, len(lines.line(line)))))


@st.composite
def scripts(draw: st.DrawFn) -> tuple[Lines, list[Replacement], str]:
    """Draw a text, changes of it one after the other, and the text they come to."""
    lines = current = Lines.of(draw(texts))
    text, replacements = lines.text, []
    for _ in range(draw(st.integers(1, 3))):
        ends = draw(positions(current)), draw(positions(current))
        span, new = Span(min(ends), max(ends)), draw(texts)
        start, end = _offset(current, span.start), _offset(current, span.end)
        text = text[:start] + new + text[end:]
        replacements.append(Replacement(span=span, text=new))
        current = Lines.of(text)
    return lines, replacements, text


@given(texts)
def test_a_text_is_its_lines(text: str) -> None:
    """Lines end at the three breaks of the protocol and at nothing else."""
    lines = Lines.of(text)

    assert lines.text == text
    assert len(lines) == 1 + text.replace("\r\n", "\n").count("\n") + text.replace(
        "\r\n", ""
    ).count("\r")
    assert all("\n" not in lines.line(n) for n in range(len(lines)))


@settings(max_examples=1000)
@given(scripts())
def test_changes_come_to_the_text_that_strings_come_to(
    script: tuple[Lines, list[Replacement], str],
) -> None:
    """A change knows the text after it, and which lines at both ends are the same."""
    lines, replacements, text = script
    change = lines.change(replacements)
    after = Lines.of(text)

    assert change.after == after
    assert lines.raw[: change.above] == after.raw[: change.above]
    assert (
        lines.raw[len(lines) - change.below :] == after.raw[len(after) - change.below :]
    )
    assert change.above + change.below <= min(len(lines), len(after))


@settings(max_examples=1000)
@given(scripts())
def test_one_replacement_makes_the_same_change(
    script: tuple[Lines, list[Replacement], str],
) -> None:
    """The smallest change, and a comparison of both texts, lead to the same text."""
    lines, replacements, text = script
    after = Lines.of(text)
    smallest = lines.change(replacements).smallest()

    assert lines.change([smallest]).after == after
    assert lines.change([compare(lines, after).smallest()]).after == after


@settings(max_examples=1000)
@given(st.data())
def test_what_was_typed_at_a_position_is_known(data: st.DataObject) -> None:
    """It is what strings say it is, and None where something else has changed."""
    lines, replacements, text = data.draw(scripts())
    position = data.draw(positions(lines))
    at, before = _offset(lines, position), lines.text
    grown = len(text) - len(before)
    fits = grown >= 0 and text.startswith(before[:at]) and text.endswith(before[at:])

    typed = lines.change(replacements).typed_at(position)

    assert typed == (text[at : at + grown] if fits else None)


@settings(max_examples=1000)
@given(st.data())
def test_a_position_moves_with_the_text(data: st.DataObject) -> None:
    """It stays before a change, goes with what is after it, or was removed."""
    lines, replacements, _ = data.draw(scripts())
    position = data.draw(positions(lines))
    change = lines.change(replacements)
    edit = change.smallest()
    start, end = _offset(lines, edit.span.start), _offset(lines, edit.span.end)
    at, moved = _offset(lines, position), change.moved(position)

    if at < start:
        assert moved == position
    elif at < end:
        assert moved is None
    else:
        assert moved is not None
        assert _offset(change.after, moved) == at + len(edit.text) - (end - start)


@pytest.mark.parametrize(
    ("encoding", "units"), [("utf-8", 9), ("utf-16", 5), ("utf-32", 4)]
)
def test_a_change_counts_in_the_units_of_the_text_that_it_finds(
    encoding: str, units: int
) -> None:
    """The second change's position is one of what the first has left."""
    lines = Lines.of("x\n")
    first = Replacement(
        span=Span(Position(0, 0), Position(0, 1)), text="\u20ac\U0001f600"
    )
    at = Position(0, units - 2)
    second = Replacement(span=Span(at, at), text="!")

    change = lines.change([first, second], encoding=Encoding(encoding))

    assert change.after.text == "\u20ac\U0001f600!\n"


@pytest.mark.alone
def test_a_change_of_a_long_text_costs_little() -> None:
    """A key in a text of 50,000 lines is dealt with in a fraction of 2 ms."""
    lines = Lines.of("x = 1234567890 abcdefgh\n" * 50_000)
    key = Replacement(span=Span(Position(25_000, 3), Position(25_000, 3)), text="a")
    costs = []
    for _ in range(20):
        began = time.perf_counter()
        lines.change([key])
        costs.append(time.perf_counter() - began)

    assert min(costs) < 0.002
