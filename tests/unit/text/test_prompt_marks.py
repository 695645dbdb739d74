"""Which lines ask something of Hexai."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from hexai.text.lines import Lines
from hexai.text.prompt_marks import (
    Command,
    Markers,
    Tag,
    find_command,
    find_question,
    find_tags,
    is_opened,
    is_quoted,
    quote,
    unquote,
)

USUAL = Markers(
    chat_suffix=">",
    chat_prefixes=("?", "!", ":", ";"),
    inline_open=">!",
    inline_close=">",
)
OTHER = Markers(
    chat_suffix="@@", chat_prefixes=("??",), inline_open="<<<", inline_close=">>>"
)
_LINES = st.text(alphabet="<>!?:;/@ ab-=\té𐐷", max_size=30) | st.text(max_size=30)


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("what is this?>", "what is this?"),
        ("  do it!>  ", "do it!"),
        ("explain:>", "explain:"),
        ("list them;>", "list them;"),
        ("// what does this do?>", "// what does this do?"),
        ("is a < b?>", "is a < b?"),
        ("is a <= b?>", "is a <= b?"),
        ("why cout << x?>", "why cout << x?"),
        ("is Map<K, V> sorted?>", "is Map<K, V> sorted?"),
        ("what is fn() -> T?>", "what is fn() -> T?"),
        ("was heißt das?>", "was heißt das?"),
    ],
)
def test_a_line_with_the_ending_is_a_question(line: str, text: str) -> None:
    """The prompt keeps its punctuation, and the suffix's place is known."""
    question = find_question(line, USUAL)

    assert question is not None
    assert question.text == text
    assert line[question.start : question.end] == ">"


@pytest.mark.parametrize(
    "line",
    [
        "",
        ">",
        "?>",
        "  ?>",
        "--?>",
        "what is this?",
        "what is this>",
        "> what is this?>",
        "  > quoted!>",
        '<?xml version="1.0"?>',
        "<?php echo 1 ?>",
        "Dictionary<K, int?>",
        "a = b > c",
        "/reload>",
        "/help?>",
        "x" * 20_000 + "?>",
    ],
)
def test_other_lines_are_no_question(line: str) -> None:
    """Quotes, closed angle brackets, commands, and lines without a word."""
    assert find_question(line, USUAL) is None


def test_endings_can_be_off_for_a_language() -> None:
    """Where the ending is part of the language, it asks nothing."""
    off = replace(USUAL, off=("?>",))

    assert find_question("echo $x ?>", off) is None
    assert find_question("echo $x !>", off) is not None


def test_markers_may_be_any_string() -> None:
    """Several characters, and none of them an angle bracket."""
    question = find_question("was ist das??@@", OTHER)

    assert question is not None
    assert question.text == "was ist das??"
    assert find_tags("x <<<do it>>> y", OTHER) == (
        Tag(text="do it", start=2, end=13, whole_line=False),
    )


def test_without_a_suffix_there_is_no_chat() -> None:
    """Neither questions nor commands."""
    silent = replace(USUAL, chat_suffix="")

    assert find_question("what?>", silent) is None
    assert find_command("/reload>", silent) is None


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("/reload>", "reload"),
        ("  /Help> ", "help"),
        ("/help?>", "help"),
        ("/dry-run>", "dry-run"),
        ("/reload", None),
        ("/>", None),
        ("// reload>", None),
        ("/usr/bin>", None),
        ("do /reload>", None),
        ("> /reload>", None),
    ],
)
def test_a_command_is_alone_on_its_line(line: str, name: str | None) -> None:
    """A slash, letters, the suffix; a question's prefix may stand before that."""
    assert find_command(line, USUAL) == (Command(name=name) if name else None)


def test_only_known_commands_count_where_some_are_known() -> None:
    """Others are ordinary text."""
    assert find_command("/reload>", USUAL, {"reload"}) == Command(name="reload")
    assert find_command("/tmp>", USUAL, {"reload"}) is None


@pytest.mark.parametrize(
    ("line", "tags"),
    [
        (">!do it>", [("do it", 0, 8, False)]),
        ("x = >!a list> + 1", [("a list", 4, 13, False)]),
        (">>!do it>", [("do it", 0, 9, True)]),
        ("# >>!do it> later", [("do it", 2, 11, True)]),
        (">!>do it>", [("do it", 0, 9, True)]),
        (">!one> >!two>", [("one", 0, 6, False), ("two", 7, 13, False)]),
        (">!a Vec<int> of 3>", [("a Vec<int> of 3", 0, 18, False)]),
        ("<!-- >!a b> -->", [("a b", 5, 11, False)]),
        ("<p><!-- >>!a b> --></p>", [("a b", 8, 15, True)]),
        (">!use fn(x) -> y>", [("use fn(x) -> y", 0, 17, False)]),
        (">!wer da? é>", [("wer da? é", 0, 12, False)]),
        ("if (a>!b && c>d)", [("b && c", 5, 14, False)]),
        (">! no>", []),
        (">!no >", []),
        (">!no", []),
        (">!>", []),
        (">!--->", []),
        ("<b>!no>", []),
        ("> quoted >!no>", []),
        ("a > b", []),
        (">! >!yes>", [("yes", 3, 9, False)]),
        (">!no" + "x" * 20_000 + ">", []),
    ],
)
def test_tags_are_found_by_their_markers(
    line: str, tags: list[tuple[str, int, int, bool]]
) -> None:
    """No blank inside of the markers, a word between them, and no angle bracket."""
    found = [
        (tag.text, tag.start, tag.end, tag.whole_line) for tag in find_tags(line, USUAL)
    ]

    assert found == tags


@pytest.mark.parametrize("line", [">>!", "  >>!> ", ">!>"])
def test_an_opened_tag_says_nothing_yet(line: str) -> None:
    """The markers of a whole-line tag alone."""
    assert is_opened(line, USUAL)
    assert find_tags(line, USUAL) == ()


def test_a_tag_with_a_prompt_is_not_only_opened() -> None:
    """Nor is an ordinary line."""
    assert not is_opened(">>!do it>", USUAL)
    assert not is_opened("x", USUAL)


@given(line=_LINES, markers=st.sampled_from([USUAL, OTHER]))
def test_any_line_can_be_read(line: str, markers: Markers) -> None:
    """What is found lies in the line, in order, and says what stands there."""
    question = find_question(line, markers)
    if question is not None:
        assert line[question.start : question.end] == markers.chat_suffix
        assert line[: question.start].strip() == question.text
        assert find_command(line, markers) is None
    at = 0
    for tag in find_tags(line, markers):
        assert at <= tag.start < tag.end <= len(line)
        inside = line[tag.start : tag.end]
        assert inside.removesuffix(markers.inline_close).endswith(tag.text)
        assert inside.endswith(markers.inline_close)
        assert tag.text.strip() == tag.text != ""
        at = tag.end


def test_every_line_is_quoted() -> None:
    """Blank ones by the mark alone, whatever the line break."""
    assert quote("a\n\n  b\r\nc") == "> a\n>\n>   b\n> c"


@given(st.text("ab \n\r>", max_size=20))
def test_no_line_is_left_out(text: str) -> None:
    """All that comes out is quoted."""
    quoted = Lines.of(quote(text))

    assert all(is_quoted(line) for line in quoted.between(0, len(quoted)))


@given(st.text("ab\n>", max_size=20))
def test_and_back(text: str) -> None:
    """A text comes back as it was."""
    assert unquote(quote(text).split("\n")) == text
