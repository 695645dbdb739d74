"""Editors that put a text at the token at the cursor, and not where an edit says.

JupyterLab asks its parser for the leaf that the cursor is in or at the end of. Where
`insertText` begins as that does up to the cursor, it takes the leaf's place, with all
of it that is right of the cursor; else it goes in behind the leaf, and where there is
no leaf at the cursor. A whole string is one leaf, and so is a comment, but who parses
otherwise than that parser does not know all others.

So only what follows the cursor is offered as `insertText`: behind a leaf that ends at
the cursor that is right, whatever the leaf is. Where none may end there, nothing is
offered (`ends_token`), nor is what may begin as the leaf does (`may_begin_as`).

On top of that it counts the cursor's offset by code points and takes it for one in
UTF-16, so it looks for the leaf further left, by one for each character beyond U+FFFF;
and counts the other way round as it puts the text in. That is undone exactly, but in a
notebook, where each cell is counted by itself and nothing says where one begins. And
words of the document, which its own source of rows offers behind letters and blanks,
stand where the cursor is; a list of both kinds puts nothing in, so there none is made.
"""

import re

from lsprotocol import types

from hexai.prompts.code.constructs import Context
from hexai.prompts.code.cursor import read
from hexai.prompts.code.languages import language_of
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import (
    Encoding,
    Lines,
    Position,
    Span,
    count_units,
    to_character,
)
from hexai.text.snippets import fragment_of, is_word

_NOTEBOOK = ".ipynb"
_ALONE = frozenset("()[]{},;")
"""What is a token by itself in about any language."""
_QUOTES = frozenset("'\"`")
_STRING = re.compile(r"""(['"`])(?:\\.|(?!\1|\\).)*\1""")
_GOES_ON = frozenset("'\"`\\$@#")
"""What a word may be one token with, right or left of it."""


def can_put_in(document: Document, cursor: Position, client: Client) -> bool:
    """Tell whether a text would come in where the cursor is."""
    if client.insert_text != "rest":
        return True
    if client.drifts and is_lost(document, cursor):
        return False
    looked_at = _looked_at(document.lines, cursor, client)
    left = document.lines.line(cursor.line)[: cursor.character]
    if looked_at != cursor and (not left[-1:].strip() or is_word(left[-1:])):
        return False
    return ends_token(document, looked_at)


def begins_as_token(
    document: Document, cursor: Position, text: str, client: Client
) -> bool:
    """Tell whether a text would take the place of what is left of the cursor."""
    if client.insert_text != "rest":
        return False
    position = _looked_at(document.lines, cursor, client)
    left = document.lines.line(position.line)[: position.character]
    return may_begin_as(left, text)


def is_lost(document: Document, cursor: Position) -> bool:
    """Tell whether nobody knows where an editor that drifts has its cursor.

    So it is in a notebook from the first character beyond U+FFFF on; a cursor within
    one, as such an editor has it, was read as one before it.
    """
    if not document.name.endswith(_NOTEBOOK):
        return False
    lines = document.lines
    end = Position(cursor.line, cursor.character + 1)
    return max(lines.slice(Span(Position(0, 0), end)), default="") > "\uffff"


def ends_token(document: Document, position: Position) -> bool:
    """Tell whether a token that a position is in or behind surely ends there."""
    language = language_of(document.language, document.name)
    line = document.lines.line(position.line)
    left, right = line[: position.character], line[position.character :]
    if language.kind == "text" or not _may_end(left, right):
        return False
    syntax = read(language, document.lines, position.line)
    if syntax.context_at(position) is Context.CODE:
        return not right or not _leaves_quote(left)
    below = Position(position.line + 1, 0)
    is_last = below.line >= len(document.lines)
    return not right and (is_last or syntax.context_at(below) is Context.CODE)


def may_begin_as(left: str, text: str) -> bool:
    """Tell whether a text may begin as the token that a line's left part ends with.

    That token is not known, but it holds the whole word, and begins with no blank.
    """
    first = len(left) - max(1, len(fragment_of(left)))
    folded, begun = left.lower(), text.lower()
    return any(
        begun.startswith(folded[at:])
        for at in range(max(0, len(left) - len(text)), first + 1)
        if not left[at].isspace()
    )


def cursor_of(lines: Lines, sent: types.Position) -> Position:
    """Give the cursor of an editor that drifts, from the position that it sends."""
    above = lines.between(0, sent.line)
    units = sum(count_units(line, Encoding.UTF16) + 1 for line in above)
    return _position_at(lines, units + sent.character, Encoding.UTF32)


def _looked_at(lines: Lines, cursor: Position, client: Client) -> Position:
    """Give where an editor looks for the token at its cursor."""
    if not client.drifts:
        return cursor
    above = lines.between(0, cursor.line)
    characters = sum(len(line) + 1 for line in above) + cursor.character
    return _position_at(lines, characters, Encoding.UTF16)


def _position_at(lines: Lines, offset: int, encoding: Encoding) -> Position:
    """Give the place that is so many units from the start; each line break is one."""
    left = offset
    for number in range(len(lines)):
        line = lines.line(number)
        units = count_units(line, encoding)
        if left <= units:
            return Position(number, to_character(line, left, encoding))
        left -= units + 1
    return lines.end


def _may_end(left: str, right: str) -> bool:
    """Tell whether what is on both sides of a position may not be of one token.

    Behind a blank the token right of the position is the one, and it is replaced.
    """
    before, behind = left[-1:], right[:1]
    if not behind.strip():
        return True
    if not before.strip() or before in _GOES_ON or behind in _GOES_ON:
        return False
    if before in _ALONE or behind in _ALONE:
        return True
    is_number = fragment_of(left)[:1].isdigit() and behind == "."
    return is_word(before) and not is_word(behind) and not is_number


def _leaves_quote(left: str) -> bool:
    """Tell whether a quote that nothing closes may have begun a string of its line."""
    return not _QUOTES.isdisjoint(_STRING.sub("", left))
