"""Markdown reads well as it comes, and what is printed stays as it is."""

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hexai.surfaces.cli.live.markdown.written import LONGEST
from tests.support.rendered import column, rendered, seen, text_of

ANSWER = """\
# A title with `code`

Some **bold** words, *leaning* ones, and a [link](https://a.example/b).
A second line &amp; more.

1. First
   - inner
   - other

     of two parts
2. Second

   ```python
   def f():
       return 1
   ```
> quoted
>
> - item

| name | count |
|------|------:|
| a    | 1     |
| bcd  | 22    |

---

Under
=====
"""


def test_every_kind_of_block_reads_well() -> None:
    """Headings, lists, code, quotes, tables and rules, with blank rows as written."""
    assert rendered(ANSWER) == [
        "# A title with `code`",
        "",
        "Some **bold** words, *leaning* ones, and a link",
        "(https://a.example/b).",
        "A second line & more.",
        "",
        "1. First",
        "   • inner",
        "   • other",
        "",
        "     of two parts",
        "2. Second",
        "",
        "     def f():",
        "         return 1",
        "│ quoted",
        "│",
        "│ • item",
        "",
        "name │ count",
        "─────┼──────",
        "a    │     1",
        "bcd  │    22",
        "",
        "─" * 24,
        "",
        "# Under",
    ]


def test_styles_take_the_place_of_marks() -> None:
    """With colours the marks are gone, and a link's address is still to be read."""
    bold, leaning, struck = "\x1b[1mb\x1b[m", "\x1b[3mi\x1b[m", "\x1b[9ms\x1b[m"
    code, link = "\x1b[35mc\x1b[m", "\x1b[4ml\x1b[m"

    assert rendered("**b** *i* ~~s~~ `c` [l](http://x)\n", colour=True) == [
        f"{bold} {leaning} {struck} {code} {link} (http://x)"
    ]


PARTS = [
    *["# H\n", "## *H* `c`\n", "one two\n", "**bold** text\n", "\n", "\n", "\n"],
    *["- a\n", "- b\n", "  - c\n", "    - d\n", "1. x\n", "2. y\n", "   z\n", "-\n"],
    *["> q\n", "> - q\n", ">\n", "```py\n", "```\n", "~~~\n", "   ```c\n", "1.\n"],
    *["/* a\n", "b */ int x;\n", "x = '''a\n", "    code\n", "      code2\n"],
    *["|a|b|\n", "|-|-|\n", "|1|2|\n", "|333|4 `x`|\n", "---\n", "===\n", "a | b\n"],
    *["[l](http://u)\n", "[k]: http://z\n", "[k]\n", " - odd\n", "   - odd3\n"],
    *["\ttab\n", "-\ttab\n", "word " * 200, "w" * 900, "> " * 15 + "deep\n"],
    *[" " * 60 + "- far\n", "10) ten\n", "<div>\n", "&#13;&amp;\n", "漢字 " * 30],
    *["`a\nb`\n", "*a\nb*\n", "x  \ny\n", "\\\n", "\r\n", "👨\u200d👩\u200d👧\n"],
]


@settings(deadline=None)
@given(
    st.lists(st.sampled_from(PARTS), min_size=1, max_size=20).map("".join),
    st.lists(st.integers(0, 2000), max_size=8),
)
@example("-\n   ```c\n    code\n", [2, 9])
@example("```py\n```\n>\n  - c\n- b\n", [6, 10, 12, 18])
@example("1. a\n1. b\n\n   c\n1. d\n", [5, 10, 11, 17])
def test_the_same_rows_come_however_the_text_was_split(
    answer: str, cuts: list[int]
) -> None:
    """In one piece, line by line, or anywhere between."""
    places = [0, *sorted(cut % (len(answer) + 1) for cut in cuts), len(answer)]
    pieces = [answer[a:b] for a, b in pairwise(places)]

    whole = rendered(answer, colour=True)
    assert rendered(pieces, colour=True) == whole
    assert rendered(answer.splitlines(keepends=True), colour=True) == whole


def test_what_comes_too_late_changes_no_row_that_is_for_good() -> None:
    """Rows handed over stay a beginning of what is handed over in the end."""
    shown = column()
    taken: list[str] = []
    for character in ANSWER:
        shown.feed(character)
        shown.settle()
        taken += [text_of(row) for row in shown.take(shown.done or 0)]
    shown.finish()
    taken += [text_of(row) for row in shown.take(shown.count)]

    assert taken == [text_of_row.rstrip() for text_of_row in rendered_styles(ANSWER)]


def rendered_styles(answer: str) -> list[str]:
    """Render in colours, and leave them out again."""
    shown = column()
    shown.feed(answer)
    shown.finish()
    return [text_of(row) for row in shown.take(shown.count)]


def test_a_line_below_makes_a_heading_as_long_as_that_can_be() -> None:
    """An open paragraph is drawn anew; a blank line ends it."""
    assert seen(["Title\n"]) == ["Title"]
    assert seen(["Title\n", "---\n"]) == ["## Title"]
    assert seen(["Text\n\n", "---\n"]) == ["Text", "", "─" * 24]


@pytest.mark.parametrize("begun", ["-", "---", "===", "-   ", "1.", "> ", "## ", "|-"])
def test_marks_alone_are_not_shown_before_there_is_more(begun: str) -> None:
    """They may still mean anything; below a text they would make it a heading."""
    assert seen(["Text\n", begun]) == ["Text"]
    assert seen(["1. Item\n", f"   {begun}"]) == ["1. Item"]
    assert rendered(f"\n{begun}") != []


def test_an_open_fence_is_code() -> None:
    """So is what looks like anything else in it, until it is closed."""
    assert seen(["```\n# no heading\n- no"]) == ["  # no heading", "  - no"]


def test_the_widths_of_a_table_are_those_of_its_first_rows() -> None:
    """A wider cell that comes later is wrapped into its column."""
    rows = "".join(f"| {number} | x |\n" for number in range(10))
    late = rendered(f"| a | b |\n|---|---|\n{rows}| much wider | x |\n")
    soon = rendered("| a | b |\n|---|---|\n| much wider | x |\n")

    assert late[-6:] == ["9  │ x", "mu │ x", "ch │", "wi │", "de │", "r  │"]
    assert soon == ["a          │ b", "───────────┼───", "much wider │ x"]


def test_columns_of_a_table_give_way_at_words() -> None:
    """Words are parted only where those of all columns do not fit side by side."""
    table = "| key | what it does |\n|--|--|\n| `retries` | asks once again |\n"

    assert rendered(table, 20) == [
        "key       │ what it",
        "          │ does",
        "──────────┼─────────",
        "`retries` │ asks",
        "          │ once",
        "          │ again",
    ]
    assert rendered(table, 16)[-3:] == [
        "`retries │ asks",
        "`        │ once",
        "         │ again",
    ]


def test_wrapped_code_shows_that_it_is() -> None:
    """Else an indented language would seem to have another line."""
    code = "```py\nif a:\n    raise ValueError(text)\n```\n"

    assert rendered(code, 24) == [
        "  if a:",
        "      raise",
        "↳ ValueError(text)",
    ]


def test_numbers_count_on_where_earlier_items_are_printed() -> None:
    """Whatever number is written before an item; the first one counts."""
    pieces = ["3. a\n", "3. b\n", "\n", "3. c\n"]

    assert rendered(pieces) == ["3. a", "4. b", "", "5. c"]


def test_definitions_hold_for_what_follows() -> None:
    """They are shown as they stand; a link before them stays as it was written."""
    answer = "[a][1]\n\n[1]: https://x.example\n\n[b][1]\n"

    assert rendered(answer) == [
        "[a][1]",
        "",
        "[1]: https://x.example",
        "",
        "b (https://x.example)",
    ]


@pytest.mark.parametrize(
    "text",
    ["Vec<String> and HashMap<K, V>", "<b>no tag</b>", "<!-- seen -->", "a < b > c"],
)
def test_what_looks_like_a_tag_is_text(text: str) -> None:
    """Nothing of an answer is left out."""
    assert rendered(f"{text}\n") == [text]
    assert rendered(f"{text}\n", colour=True) == [text]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a&#13;b", "a\\x0db"),
        ("a&#x202e;b", "a\\u202eb"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("`\x1b]0;p\x07`", "`\\x1b]0;p\\x07`"),
        ("[a](http://x/&#x202e;)", "a (http://x/%E2%80%AE)"),
        ("[a](javascript:x)", "[a](javascript:x)"),
        ("![a](http://x)", "a (http://x)"),
        ("a\u2060b\u2062\u2063", "a\\u2060b\\u2062\\u2063"),
    ],
)
def test_nothing_but_text_is_shown(text: str, shown: str) -> None:
    """Not of entities either, which name characters that would act."""
    assert rendered(f"{text}\n") == [shown]


def test_long_lines_are_read_in_parts_and_look_whole() -> None:
    """A line of 10,000 words is wrapped like any other."""
    words = [f"word{number}" for number in range(2_000)]
    rows = rendered(" ".join(words) + "\n")

    assert " ".join(rows).split() == words
    assert min(map(len, rows[:-1])) > 40


def test_a_long_lone_word_loses_nothing() -> None:
    """Nor does code in one line."""
    word = "0123456789" * (LONGEST // 4)

    assert "".join(rendered(word)) == word
    first, *wrapped = rendered(f"```py\n{word}\n```\n")
    assert (
        first.removeprefix("  ") + "".join(row.removeprefix("↳ ") for row in wrapped)
        == word
    )


def test_too_deep_is_text() -> None:
    """A parser would drop what is nested too deeply."""
    assert "found" in "".join(rendered("> " * 300 + "found\n"))
    ladder = "".join(f"{'  ' * depth}- step{depth}\n" for depth in range(200))
    shown = "".join(rendered(ladder, 500))
    assert all(f"step{depth}" in shown for depth in range(200))


def test_code_of_many_lines_keeps_its_colours() -> None:
    """A string and a comment go on where the line before has left them."""
    answer = "```python\nx = '''a\nb'''\n```\n```c\n/* a\nb */ int x;\n```\n"

    assert rendered(answer.splitlines(keepends=True), colour=True) == [
        "  x = \x1b[35m'''a\x1b[m",
        "  \x1b[35mb'''\x1b[m",
        "  \x1b[2m/* a\x1b[m",
        "  \x1b[2mb */ \x1b[m\x1b[1mint \x1b[mx;",
    ]


def test_an_unknown_language_has_no_colours() -> None:
    """What stands behind a fence may be anything."""
    assert rendered("```no-such {.language}\nx = 1\n```\n", colour=True) == ["  x = 1"]


def test_a_patch_has_its_colours() -> None:
    """What goes, what comes and where; without colours the signs tell it."""
    answer = "```diff\n@@ -1 +1 @@\n-old\n+new\n same\n```\n"

    assert rendered(answer, colour=True) == [
        "  \x1b[35m@@ -1 +1 @@\x1b[m",
        "  \x1b[31m-old\x1b[m",
        "  \x1b[1m+new\x1b[m",
        "   same",
    ]
    assert rendered(answer) == ["  @@ -1 +1 @@", "  -old", "  +new", "   same"]


def test_a_quote_may_go_on_far_to_the_right() -> None:
    """A further line of it is one however many blanks stand before its mark."""
    assert rendered("> one\n    > * two\n") == ["│ one", "│ • two"]
