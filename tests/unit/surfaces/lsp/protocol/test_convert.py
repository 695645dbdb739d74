"""Positions are brought within what the protocol knows."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lsprotocol import types

from hexai.surfaces.lsp.protocol.convert import (
    clamp_positions,
    from_position,
    from_span,
    to_position,
    to_span,
)
from hexai.text.lines import Encoding, Lines, Position, Span

_MOST = 2**31 - 1


def _at(line: int, character: int) -> types.Position:
    return types.Position(line=line, character=character)


@pytest.mark.parametrize(
    ("encoding", "units"),
    [(Encoding.UTF8, 7), (Encoding.UTF16, 3), (Encoding.UTF32, 2)],
)
def test_positions_are_read_in_the_units_agreed_on(
    encoding: Encoding, units: int
) -> None:
    """And written so that they are read back the same."""
    lines = Lines.of("€\U0001f600x\n")
    span = Span(Position(0, 0), Position(0, 2))
    range_ = from_span(lines, span, encoding)

    assert range_.end == _at(0, units)
    assert to_span(lines, range_, encoding) == span


@given(
    text=st.text("a \u00e9\u6f22\U0001f600\U00010000\n"),
    encoding=st.sampled_from(Encoding),
    data=st.data(),
)
def test_a_position_goes_out_and_comes_in_as_the_same(
    text: str, encoding: Encoding, data: st.DataObject
) -> None:
    """Whatever the units, and however many characters left of it take several."""
    lines = Lines.of(text)
    line = data.draw(st.integers(0, len(lines) - 1))
    character = data.draw(st.integers(0, len(lines.line(line))))
    position = Position(line, character)

    sent = from_position(lines, position, encoding)
    assert to_position(lines, sent, encoding) == position
    width = {"utf-8": 1, "utf-16": 2, "utf-32": 4}[encoding]
    codec = encoding if width == 1 else f"{encoding}-le"
    left = lines.line(line)[:character].encode(codec)
    assert sent == _at(line, len(left) // width)


@pytest.mark.parametrize(
    ("position", "read"),
    [(_at(0, 99), (0, 3)), (_at(9, 9), (1, 0)), (_at(1, 1), (1, 0))],
)
def test_a_position_beyond_the_text_is_its_nearest_end(
    position: types.Position, read: tuple[int, int]
) -> None:
    """Neither a line nor a character that is not there is an error."""
    lines = Lines.of("one\n")

    assert to_position(lines, position, Encoding.UTF16) == Position(*read)


@pytest.mark.parametrize(
    ("encoding", "range_", "selected"),
    [
        (Encoding.UTF8, (0, 0, 0, 2), "aé"),
        (Encoding.UTF8, (0, 1, 0, 2), "é"),
        (Encoding.UTF8, (0, 3, 0, 4), "本"),
        (Encoding.UTF8, (0, 3, 0, 7), "本\U0001f600"),
        (Encoding.UTF8, (0, 0, 0, 10), "aé本\U0001f600"),
        (Encoding.UTF8, (0, 0, 0, 99), "aé本\U0001f600"),
        (Encoding.UTF8, (0, 6, 1, 1), "\U0001f600\nü"),
        (Encoding.UTF16, (0, 3, 0, 4), "\U0001f600"),
        (Encoding.UTF16, (0, 0, 0, 3), "aé本"),
        (Encoding.UTF32, (0, 0, 0, 3), "aé本"),
        (Encoding.UTF8, (0, 4, 0, 4), ""),
        (Encoding.UTF8, (0, 5, 0, 4), ""),
    ],
)
def test_a_character_that_a_range_ends_within_is_selected(
    encoding: Encoding, range_: tuple[int, int, int, int], selected: str
) -> None:
    """Neovim ends a selection so; a cursor within a character selects nothing."""
    lines = Lines.of("aé本\U0001f600\nü\n")
    start, end = _at(*range_[:2]), _at(*range_[2:])

    span = to_span(lines, types.Range(start=start, end=end), encoding)

    assert lines.slice(span) == selected


def test_a_range_with_swapped_ends_is_blank() -> None:
    """It starts where it says, and does not go backwards."""
    lines = Lines.of("one\n")
    range_ = types.Range(start=_at(0, 2), end=_at(0, 1))
    span = Span(Position(0, 2), Position(0, 2))

    assert to_span(lines, range_, Encoding.UTF16) == span


@pytest.mark.parametrize(
    ("params", "clamped"),
    [
        ({"position": {"line": -1, "character": 2**40}}, "position"),
        ({"range": {"start": {"line": 0}, "end": {"line": 2**63}}}, "range"),
        ({"contentChanges": [{"range": {"end": {"line": -9}}}, 5]}, "contentChanges"),
    ],
)
def test_numbers_beyond_the_protocol_are_brought_within(
    params: dict[str, Any], clamped: str
) -> None:
    """Wherever a message has positions."""
    clamp_positions(params)
    numbers = _numbers(params[clamped])

    assert all(0 <= number <= _MOST for number in numbers)


@pytest.mark.parametrize(
    "params", [None, 5, [], {}, {"position": 5}, {"range": []}, {"contentChanges": 1}]
)
def test_what_has_no_positions_is_left_alone(params: Any) -> None:
    """Whatever its shape."""
    before = repr(params)
    clamp_positions(params)

    assert repr(params) == before


def _numbers(value: Any) -> list[int]:
    if isinstance(value, dict):
        return [number for each in value.values() for number in _numbers(each)]
    if isinstance(value, list):
        return [number for each in value for number in _numbers(each)]
    return [value] if value != 5 else []
