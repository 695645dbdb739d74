"""Between the editor's protocol and our own values: positions, spans, edits."""

from collections.abc import Iterator
from enum import Enum
from typing import TYPE_CHECKING

from lsprotocol import types

from hexai.text.lines import (
    Encoding,
    Lines,
    Position,
    Replacement,
    Span,
    to_character,
    to_units,
)

if TYPE_CHECKING:
    from cattrs import Converter

_MOST = 2**31 - 1
"""The largest number that the protocol knows; some editors send more for "the end"."""


def to_position(lines: Lines, position: types.Position, encoding: Encoding) -> Position:
    """Read an editor's position; one that is beyond the text is its nearest end."""
    if position.line >= len(lines):
        return lines.end
    line = lines.line(position.line)
    return Position(position.line, to_character(line, position.character, encoding))


def to_span(lines: Lines, range_: types.Range, encoding: Encoding) -> Span:
    """Read an editor's range, in which end and start may be swapped.

    Neovim ends a selection one unit behind the start of its last character: what a
    range ends within is selected.
    """
    start = to_position(lines, range_.start, encoding)
    end = to_position(lines, range_.end, encoding)
    if range_.start < range_.end and _is_within(lines, range_.end, end, encoding):
        end = Position(end.line, end.character + 1)
    return Span(start, max(start, end))


def _is_within(
    lines: Lines, position: types.Position, read: Position, encoding: Encoding
) -> bool:
    """Tell whether a position lies within the character that it was read as."""
    line = lines.line(read.line)
    begun = to_units(line, read.character, encoding)
    is_there = position.line == read.line and read.character < len(line)
    return is_there and begun < position.character


def from_position(
    lines: Lines, position: Position, encoding: Encoding
) -> types.Position:
    """Write a position of a text in the editor's units."""
    units = to_units(lines.line(position.line), position.character, encoding)
    return types.Position(line=position.line, character=units)


def from_span(lines: Lines, span: Span, encoding: Encoding) -> types.Range:
    """Write a span of a text in the editor's units."""
    return types.Range(
        start=from_position(lines, span.start, encoding),
        end=from_position(lines, span.end, encoding),
    )


def from_replacement(
    lines: Lines, replacement: Replacement, encoding: Encoding
) -> types.TextEdit:
    """Write an edit of a text in the editor's units."""
    span = replacement.span or Span(Position(0, 0), lines.end)
    return types.TextEdit(
        range=from_span(lines, span, encoding), new_text=replacement.text
    )


def to_replacement(change: types.TextDocumentContentChangeEvent) -> Replacement:
    """Read one change of a document; its positions stay in the editor's units."""
    if isinstance(change, types.TextDocumentContentChangeWholeDocument):
        return Replacement(span=None, text=change.text)
    start, end = change.range.start, change.range.end
    span = Span(
        Position(start.line, start.character), Position(end.line, end.character)
    )
    return Replacement(span=span, text=change.text)


def take_unknown(converter: "Converter") -> None:
    """Have values of enumerations that nobody knows stay as they came.

    A hook for each, since those that are texts or numbers too would be taken for these;
    that costs more than reading `initialize`, so it is for messages that need it.
    """
    for kind in vars(types).values():
        if isinstance(kind, type) and issubclass(kind, Enum):
            converter.register_structure_hook(kind, _known)


def _known(value: object, kind: type[Enum]) -> object:
    try:
        return kind(value)
    except ValueError:
        return value


def clamp_positions(params: object) -> None:
    """Bring all positions in a message's parameters within what the protocol allows.

    An editor that means "the end" by a number beyond would otherwise have its change
    refused, and the document would be lost.
    """
    for position in _positions(params):
        for key in ("line", "character"):
            number = position.get(key)
            if isinstance(number, int):
                position[key] = min(max(0, number), _MOST)


def _positions(params: object) -> Iterator[dict[str, object]]:
    if not isinstance(params, dict):
        return
    if isinstance(position := params.get("position"), dict):
        yield position
    changes = params.get("contentChanges")
    for holder in (params, *(changes if isinstance(changes, list) else ())):
        range_ = holder.get("range") if isinstance(holder, dict) else None
        if isinstance(range_, dict):
            yield from (end for end in range_.values() if isinstance(end, dict))
