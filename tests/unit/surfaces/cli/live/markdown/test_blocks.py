"""Blocks that are read without the parser are those that it reads."""

from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import asdict

from hexai.surfaces.cli.live.markdown.block import Block
from hexai.surfaces.cli.live.markdown.blocks import parsed_blocks
from hexai.surfaces.cli.live.markdown.containers import Path, context, prefix_of
from hexai.surfaces.cli.live.markdown.simple import simple_blocks

BLANKS = st.sampled_from(["", "", "", "  ", "   ", "    ", "      "])
BEGINNINGS = st.sampled_from(
    [
        *(
            "",
            "word",
            "two words  ",
            "é\ttab",
            "漢字",
            "c\\",
            "a | b",
            "[a]: b",
            "2024",
        ),
        *("# one", "## two words ", "### three ###", "# #", "#none", "# a | b", "==="),
        *("- item", "* item", "1. item", "3. item", "0. item", "1) item", "-   far"),
        *("- ", "1.", "- - item", "- # one", "* * *", "---", "-x", "+1"),
        *("> quote", ">", "> > two", "> - item", "> # one", ">   far", "> 1. one"),
        *("```", "```py", "````", "``` a | b", "~~~", "`` x", "`code`", "**bold**"),
        *("|a|b|", "| a | b ", "|-|-|", "|:-|-:|", "|-", "--|--", "|a\\|b|", "|", ":-"),
        *("\u2063marked", "\u2060 on", "cut\u2062", "*a* `b` &amp; <i>", "_a_", "~~a"),
    ]
)
LINES = st.one_of(
    st.builds("{}{}".format, BLANKS, BEGINNINGS),
    st.builds("{}{}".format, BLANKS, BEGINNINGS),
    st.text(st.sampled_from("ab #-=|>*`1. "), max_size=6),
)


def values(blocks: list[Block]) -> list[dict[str, Any]]:
    """Give all that blocks hold, their containers by value."""
    return [
        asdict(block) | {"path": [asdict(each) for each in block.path]}
        for block in blocks
    ]


@settings(max_examples=400)
@given(st.lists(LINES, max_size=6))
@example(["text", "", "", "more", "# heading", "text"])
@example(["10. a", "   - b", "    c", "- d", "", "      e"])
@example(["- a", "|x|y|", "|-|-|"])
@example(["a", "2. b", "1. c", "3. d"])
@example(["``` x|", "-|", "b|c"])
@example(["> a", "b"])
def test_simple_blocks_are_those_of_the_parser(lines: list[str]) -> None:
    """Whatever stands in the lines: read so, or left to the parser."""
    found = simple_blocks(lines)

    if found is not None:
        assert values(found) == values(parsed_blocks(lines, ()))


@settings(max_examples=400)
@given(st.lists(LINES, min_size=1, max_size=4), st.lists(LINES, max_size=5))
def test_they_go_on_in_the_containers_that_are_open(
    before: list[str], lines: list[str]
) -> None:
    """What stands in lists and quotes that began earlier is read alike."""
    read = parsed_blocks(before, ())
    known: Path = read[-1].path if read else ()
    inside = prefix_of(known)
    for more in (lines, [inside + line for line in lines]):
        opened = [*context(known), *more]
        found = simple_blocks(opened, known)
        if found is not None:
            assert values(found) == values(parsed_blocks(opened, known))


def test_what_is_mostly_written_is_simple() -> None:
    """What models write needs no parser; what could be several things does."""
    assert simple_blocks(["## Why", "", "**A** text", "of two lines", ""]) is not None
    assert simple_blocks(["1. one", "   - `a`", "     more", "2. two", ""]) is not None
    assert simple_blocks(["> quoted", "> text", "", "```py", "x = 1"]) is not None
    assert simple_blocks(["| a | b |", "|---|--:|", "| 1 | 2 |"]) is not None
    assert simple_blocks(["A text", "==="]) is None
    assert simple_blocks(["- - item"]) is None
