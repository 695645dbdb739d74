"""Which tags and comments are meant for a model."""

import pytest

from hexai.config.schema import Chat, Inline, Settings
from hexai.prompts.code.cursor import Cursor
from hexai.prompts.code.languages import language_of
from hexai.prompts.instruction import (
    Instruction,
    find_instruction,
    is_tag,
    markers_for,
    without,
)
from hexai.text.lines import Lines
from hexai.text.prompt_marks import find_tags
from tests.support.marked import unmark_span

MARKERS = markers_for(Settings(), "python")


def _find(language: str, marked: str) -> tuple[Cursor, Instruction | None]:
    document, span = unmark_span(marked)
    cursor = Cursor(document=document, span=span, identifier=language)
    return cursor, find_instruction(cursor, MARKERS)


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        ("python", "# >!say hello>\n", 0),
        ("python", ">!a function that adds>\n", 0),
        ("python", "x = >!a list of primes>\n", 0),
        ("python", "def f():\n    >>!read the file>\n", 1),
        ("go", "package m\n\nfunc f() {\n\t>!print it>\n}\n", 3),
        ("rust", "fn f() {\n    let x = >!the sum of a>;\n}\n", 1),
        ("typescript", "const x = >!an empty list>;\n", 0),
        ("c", "int f(void) {\n  >!return the sum>\n}\n", 1),
        ("kotlin", ">!a data class>\n", 0),
        ("kotlin", "// see >!a data class>\n", 0),
        ("markdown", "Some >!nicer word> here\n", 0),
        ("plaintext", "if (a>!b && c>d)\n", 0),
    ],
)
def test_a_tag_counts_where_code_cannot_stand(
    language: str, code: str, line: int
) -> None:
    """In comments and prose, and where it keeps the line from being parsed."""
    document = Lines.of(code)
    (tag,) = find_tags(document.line(line), MARKERS)

    assert is_tag(document, line, tag, language_of(language))


@pytest.mark.parametrize(
    ("language", "code", "line"),
    [
        ("c", "void f(void) {\n  if (a>!b && c>d) { g(); }\n}\n", 1),
        ("c", "void f(void) {\n  if (a>!b && c>d) { g(); }\n}\nvoid h( {\n", 1),
        ("javascript", "x = a>!b || c>d\n", 0),
        ("java", "class A { boolean f() { return a>!b && c>d; } }\n", 0),
        ("python", "x = 'a >!b c>'\n", 0),
        ("kotlin", "if (a>!b && c>d) g()\n", 0),
        ("kotlin", 'val x = "a >!b c>"\n', 0),
    ],
)
def test_code_that_looks_like_a_tag_is_code(
    language: str, code: str, line: int
) -> None:
    """Conditions, also in a file that is broken elsewhere, and strings."""
    document = Lines.of(code)
    (tag,) = find_tags(document.line(line), MARKERS)

    assert not is_tag(document, line, tag, language_of(language))


@pytest.mark.parametrize(
    ("language", "marked", "text", "left"),
    [
        (
            "python",
            "«# make it async\ndef f(): pass\n»",
            "make it async",
            "def f(): pass\n",
        ),
        (
            "python",
            "«def f(): pass  # make it async\n»",
            "make it async",
            "def f(): pass\n",
        ),
        ("python", "«x = 1\n# sort these\ny = 2»", "sort these", "x = 1\ny = 2"),
        (
            "python",
            "«# make it async,\n# and typed\ndef f(): pass»",
            "make it async, and typed",
            "def f(): pass",
        ),
        (
            "python",
            "«# make it async\nx = 1  # the first»",
            "make it async",
            "x = 1  # the first",
        ),
        (
            "python",
            "«x = 1  # the first\ny = >!a list>»",
            "a list",
            "x = 1  # the first\ny =",
        ),
        ("python", "«# >!add types>\nx = 1  # one»", "add types", "#\nx = 1  # one"),
        ("c", "«int x; /* make it long */ int y;»", "make it long", "int x;  int y;"),
        ("go", "«// return an error\nf()»", "return an error", "f()"),
        ("html", "«<p>\n<!-- add a class -->\n</p>»", "add a class", "<p>\n</p>"),
        (
            "kotlin",
            '«val u = "http://x" // shorten\n»',
            "shorten",
            'val u = "http://x"\n',
        ),
        ("python", "«# one thing»", "one thing", ""),
        ("python", "«    # one thing\r\n    x = 1\r\n»", "one thing", "    x = 1\r\n"),
    ],
)
def test_an_instruction_is_found_and_taken_out(
    language: str, marked: str, text: str, left: str
) -> None:
    """The selection's one comment, one at its head, or a tag before all others."""
    cursor, found = _find(language, marked)

    assert found is not None
    assert found.text == text
    assert without(cursor.document, cursor.span, found) == left


@pytest.mark.parametrize(
    ("language", "marked"),
    [
        ("python", "«x = 1»"),
        ("python", "«x = 'http://a # b'»"),
        ("python", "«x = 1  # noqa: F401»"),
        ("python", "«#!/usr/bin/python»"),
        ("python", "«x = 1\n# one\ny = 2  # two»"),
        ("python", "«x = 1»  # not selected"),
        ("python", "# not «selected\nx = 1»"),
        ("python", "«x = 1  # 42»"),
        ("c", "«#include <a.h>\n»"),
        ("c", "«i--; // nolint\n»"),
        ("go", "«//go:build linux\n»"),
        ("kotlin", "«val u = http://x.y»"),
        ("plaintext", "«# one thing»"),
        ("lua", "«local x = a--b\n»".replace("--", " - -")),
        ("python", "«x = 1\n»# not selected"),
        ("python", "«x =» >!a list>"),
    ],
)
def test_nothing_else_is_an_instruction(language: str, marked: str) -> None:
    """Neither URLs, preprocessor lines and operators, nor comments for programs."""
    assert _find(language, marked)[1] is None


def test_few_lines_of_a_long_selection_are_looked_at() -> None:
    """What stands further down asks for nothing."""
    code = "x = 1\n" * 300

    assert _find("python", f"«{code}# sort these\n»")[1] is None
    assert _find("python", f"«# sort these\n{code}»")[1] is not None


def test_few_tags_in_code_are_tried_by_parsing() -> None:
    """A selection full of comparisons costs no more than a few."""
    code = "y = a>!b c>d\n" * 50

    cursor, found = _find("python", f"«{code}»")

    assert found is not None
    assert cursor.document.slice(found.span) == ">!b c>"


@pytest.mark.parametrize(
    ("identifier", "path", "off"),
    [
        ("php", "", ("?>", "?>")),
        ("", "a.php", ("?>",)),
        ("ocaml", "", (":>", ":>")),
        ("python", "", ()),
    ],
)
def test_endings_of_the_language_are_off(
    identifier: str, path: str, off: tuple[str, ...]
) -> None:
    """Whether the editor names the language or the file does."""
    assert markers_for(Settings(), identifier, path).off == off


def test_markers_are_those_of_the_settings() -> None:
    """Nothing is built in."""
    settings = Settings(
        chat=Chat(
            chat_suffix="@@", chat_prefixes=("?",), triggers_off={"py": ("?@@",)}
        ),
        inline=Inline(inline_open="<<", inline_close=">>"),
    )

    markers = markers_for(settings, "py")

    assert (markers.chat_suffix, markers.chat_prefixes) == ("@@", ("?",))
    assert (markers.inline_open, markers.inline_close) == ("<<", ">>")
    assert markers.off == ("?@@",)
