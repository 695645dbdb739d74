"""A text looks the same however far it has come, and whoever reads it."""

import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from hexai.surfaces.cli.live.lines import merged
from hexai.surfaces.cli.live.markdown.blocks import parser
from hexai.surfaces.cli.live.markdown.inline import (
    AS_WRITTEN,
    NORMAL,
    Drawing,
    Look,
    StyledLine,
    styled_lines,
)
from hexai.surfaces.cli.live.rows import Piece

WORDS = ["word ", "two words ", "a", "é ", "漢 ", "! ", "!", " ", "(", ")", ".", "\n"]
MARKS = [
    "**",
    "*",
    "_",
    "`",
    "``",
    "~~",
    "~",
    "[",
    "]",
    "](x)",
    "![",
    "\\",
    "&amp;",
    "<b>",
]
WHOLE = [
    *("**bold**", "*it*", "`co de`", "snake_case", "**two words**", "` x`", "2*3"),
    *("[a](https://b.c/d_e)", "[x](https://", "![i](j)", "<http://a.b>", "[a b]"),
]
TEXTS = (
    st.lists(st.sampled_from([*WORDS, *WORDS, *WHOLE, *MARKS]), max_size=60)
    .map("".join)
    .map(lambda text: "\n".join(filter(None, map(str.strip, text.split("\n")))))
)


def drawn_whole(text: str, look: Look) -> list[StyledLine]:
    """Draw a text as the parser reads all of it."""
    tokens: list[Token] = []
    parser().inline.parse(text, parser(), {"references": {}}, tokens)
    drawing = Drawing(look)
    drawing.draw(tokens)
    return list(drawing.lines())


def shown(lines: list[StyledLine]) -> list[list[Piece]]:
    """Give what is seen of lines: pieces of one style each."""
    return [list(merged(line.pieces)) for line in lines]


@settings(max_examples=400)
@given(TEXTS, st.booleans())
@example("words " * 20 + "**bold** and `code` " * 9 + "and [a](https://b.c/d_e)", True)
@example("words " * 20 + "a **mark that " + "goes on " * 20 + "and on**", True)
@example("words " * 20 + "`` not `over\n" + "yet " * 30 + "`` now", False)
@example("words " * 20 + "![a `` b](c) " + "words " * 20 + "`` d", False)
def test_a_text_read_in_parts_is_as_it_is_whole(text: str, colour: bool) -> None:
    """However long it is and whatever is marked: as the parser reads it at once."""
    look = NORMAL if colour else AS_WRITTEN

    assert shown(styled_lines(text, {}, look)) == shown(drawn_whole(text, look))


@pytest.mark.parametrize("text", ["[here] " * 30, "**" + "[here][it] " * 20 + "**"])
def test_links_defined_elsewhere_are_links_in_every_part(text: str) -> None:
    """What is defined holds for a text of several parts."""
    known = {
        "HERE": {"href": "http://a.b", "title": ""},
        "IT": {"href": "http://c.d", "title": ""},
    }

    drawn = styled_lines(text.strip(), known, NORMAL)

    assert "[" not in "".join(piece.text for piece in drawn[0].pieces)


def soonest(read: Callable[[str], object], texts: list[str]) -> float:
    """Give the least seconds of processor time that one of some texts took."""

    def took(text: str) -> float:
        began = time.process_time()
        read(text)
        return time.process_time() - began

    return min(map(took, texts))


@pytest.mark.parametrize("unit", ["*{} ", "_{} ", "[{} ", "**{} _b "])
def test_marks_that_nothing_closes_are_read_a_few_times_at_most(unit: str) -> None:
    """Reading them again with each word took up to a hundred times as long."""
    texts = [unit.format(letter) * 66 for letter in "abcde"]

    in_parts = soonest(lambda text: styled_lines(text, {}, NORMAL), texts)

    assert in_parts < 12 * soonest(lambda text: drawn_whole(text, NORMAL), texts)
