"""Reading code never fails, whatever the text and wherever the cursor."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.prompts.code.constructs import Context
from hexai.prompts.code.cursor import read
from hexai.prompts.code.languages import LANGUAGES, Language, language_of
from hexai.text.lines import Lines, Position

_LANGUAGES = (
    *(each for each in LANGUAGES if each.grammar),
    *map(language_of, ("kotlin", "vim", "html", "", "?")),
)
_PIECES = st.sampled_from(
    [
        *("def f(", "func (r T) M(", "fn ", "=> ", "<?php", "?>", "@a\n", "class A"),
        *("{", "}", "(", ")", "[", "]", "<", ">", "${", "#{", ";", ",", "::"),
        *("'", '"', "`", "/*", "*/", "//", "#", "--", "--[[", "\\", "<<E", "=begin"),
        *("\n", "\n    ", "\t", "\r\n", "\x00", "\ud800", "\u2028", "\ufeff"),
        *("é", "𐐷", "x = 1", "end", "template <"),
    ]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=6), max_size=60).map("".join)
_NUMBERS = st.integers(min_value=-3, max_value=80)


@given(
    language=st.sampled_from(_LANGUAGES), text=_TEXTS, line=_NUMBERS, character=_NUMBERS
)
def test_every_question_has_an_answer(
    language: Language, text: str, line: int, character: int
) -> None:
    """Any text and any position; what is answered lies within the document."""
    document = Lines.of(text)
    syntax = read(language, document, line)
    position = Position(line, character)

    syntax.in_parameters(position)
    syntax.context_at(position)
    syntax.count_errors()
    spans = [each.span for each in syntax.functions_at(position)]
    spans += [each.span for each in syntax.comments(line, line + 3)]

    for span in spans:
        assert Position(0, 0) <= span.start <= span.end <= document.end
        assert document.clamp(span.end) == span.end


@pytest.mark.parametrize("language", _LANGUAGES, ids=lambda each: str(each.id))
@pytest.mark.parametrize(
    "piece", ["(", "{", "[", "<", '"', "a(", "/*", "if x {\n", "'"]
)
def test_deep_and_endless_nesting_is_survived(language: Language, piece: str) -> None:
    """Thousands of brackets neither hang nor recurse, on one line or on many."""
    lines = [piece * (110 // len(piece))] * 200
    document = Lines.of("\n".join([piece * 4000, *lines]))
    last = document.end

    syntax = read(language, document, last.line)

    syntax.functions_at(last)
    syntax.in_parameters(last)
    syntax.context_at(last)


def test_no_more_levels_are_followed_than_anybody_writes() -> None:
    """Beyond some hundred nobody needs to know what is what."""
    nested = "(" * 450 + "'a'" + ")" * 450
    syntax = read(language_of("python"), Lines.of(f"x = {nested}"), 0)

    assert syntax.count_errors() == 0
    assert syntax.context_at(Position(0, 456)) is Context.CODE


def test_most_of_a_real_file_is_read_right() -> None:
    """In a long module, the function of nearly every line is the one that ast tells."""
    import argparse
    import ast

    source = Path(argparse.__file__).read_text("utf-8")
    document = Lines.of(source)
    expected: dict[int, str] = {}
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            for line in range(first - 1, node.end_lineno or first):
                expected[line] = node.name  # inner ones are walked after outer ones
    lines = [n for n in range(0, len(document), 7) if document.line(n).strip()]

    wrong = []
    for line in lines:
        position = Position(line, len(document.line(line)))
        found = read(language_of("python"), document, line).functions_at(position)
        if (found[0].name if found else None) != expected.get(line):
            wrong.append(line)

    assert len(wrong) <= len(lines) // 50
