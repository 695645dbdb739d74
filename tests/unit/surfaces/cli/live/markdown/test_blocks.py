"""Blocks that are read without the parser are those that it reads."""

from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import asdict

from hexai.surfaces.cli.live.markdown.blocks import parsed_blocks, simple_blocks

LINES = st.one_of(
    st.sampled_from(
        [
            *("", "word", "two words  ", "é\ttab", "漢字", "c\\", "a | b", "[a]: b"),
            *("# one", "## two words ", "### three ###", "# #", "#none", "####### 7"),
            *("==", "--|--", "- item", "1. item", "> quote", "```", "    code"),
            *("\u2063marked", "\u2060 on", "cut\u2062", "*a* `b` &amp; <i>"),
        ]
    ),
    st.text(st.sampled_from("ab #-=|>*`1. \t"), max_size=6),
)


@given(st.lists(LINES, max_size=6))
@example(["text", "", "", "more", "# heading", "text"])
def test_simple_blocks_are_those_of_the_parser(lines: list[str]) -> None:
    """Whatever stands in the lines: read so, or left to the parser."""
    found = simple_blocks(lines)

    if found is not None:
        expected = parsed_blocks(lines, ())
        assert [*map(asdict, found)] == [*map(asdict, expected)]


def test_what_is_mostly_written_is_simple() -> None:
    """Paragraphs and headings need no parser; a list does."""
    assert simple_blocks(["## Why", "", "A text", "of two lines", ""]) is not None
    assert simple_blocks(["A text", "- item"]) is None
