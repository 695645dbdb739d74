"""What a user sees of answers that are rendered while they stream."""

import re
from collections.abc import Sequence
from typing import Any

import pyte
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexai.domain.outcome import Status
from hexai.errors import ConnectionFailed
from hexai.surfaces.cli.live.lines import Source
from hexai.surfaces.cli.live.markdown.source import MarkdownSource
from tests.support.rendered import LEXERS
from tests.support.watched import Watched

ANSWER = """\
## Undo it

1. **Look** with `git log`.
2. Run

   ```python
   def undo():
       return "git reset"
   ```

| way | keeps |
|-----|-------|
| soft | yes |
"""
SHOWN = [
    "## Undo it",
    "",
    "1. **Look** with `git log`.",
    "2. Run",
    "",
    "     def undo():",
    '         return "git reset"',
    "",
    "way  │ keeps",
    "─────┼──────",
    "soft │ yes",
]


def watched(*labels: str, **options: Any) -> Watched:
    """Show a race whose answers are rendered."""
    colour = options.get("colour", False)
    make = lambda: MarkdownSource(LEXERS, colour=colour)  # noqa: E731
    return Watched(*labels, render=make, **options)


def stream(seen: Watched, index: int, pieces: Sequence[str]) -> None:
    """Let a contender say something bit by bit."""
    for piece in pieces:
        seen.say(index, piece)
        seen.wait()


def test_one_answer_streams_below_its_name_and_above_how_it_stands() -> None:
    """The state goes with the end, and no stale header is left above."""
    seen = watched("home", columns=40, lines=20)
    seen.start(0)
    seen.wait(2)
    waiting = seen.screen
    stream(seen, 0, [ANSWER[:40], ANSWER[40:60]])
    running = seen.screen
    seen.say(0, ANSWER[60:])
    seen.end(0)
    seen.catch_up()
    seen.painter.close()

    assert waiting == ["── home  2 s  waiting ──"]
    assert running[0] == "── home ──"
    assert running[-1].startswith("── home  2 s")
    assert seen.everything == ["── home ──", *SHOWN, ""]


def test_a_single_answer_is_wrapped_at_words() -> None:
    """Not by the terminal, which cuts them."""
    seen = watched("home", columns=20)
    seen.start(0)
    seen.say(0, "several words that do not fit")
    seen.end(0)
    seen.painter.close()

    assert seen.everything[1:] == ["several words that", "do not fit", ""]


def test_stacked_answers_come_as_they_finish() -> None:
    """Who still runs has a line with a clock and the last words."""
    seen = watched("careful", "quick", columns=60, lines=20, layout="stacked")
    for index in (0, 1):
        seen.start(index)
    stream(seen, 0, ["First of all, look ", "at **what** you have"])
    seen.say(1, "Done *soon*.\n")
    seen.end(1)
    seen.wait(2)
    between = seen.everything
    seen.end(0)
    seen.painter.close()

    assert between == [
        "── quick  done 2.1 s ──",
        "Done *soon*.",
        "careful  2 s  First of all, look at **what** you have",
    ]
    assert seen.everything == [
        *between[:2],
        "",
        "── careful  done 2.1 s ──",
        "First of all, look at **what** you have",
        "",
    ]
    assert seen.painter.order == (1, 0)


@pytest.mark.parametrize("options", [{"blind": True}, {"in_order": True}])
def test_an_order_that_says_nothing_is_kept(options: dict[str, bool]) -> None:
    """Drawn or blind, who is quick is shown in its turn."""
    seen = watched("careful", "quick", columns=60, layout="stacked", **options)
    for index in (0, 1):
        seen.start(index)
    seen.say(1, "soon\n")
    seen.end(1)
    seen.wait(1)
    seen.say(0, "late\n")
    seen.end(0)
    seen.painter.close()

    text = "\n".join(seen.everything)
    assert text.index("late") < text.index("soon")
    assert seen.painter.order == (0, 1)


def test_a_contender_that_is_silent_shows_for_how_long() -> None:
    """Before its first word, and in between."""
    seen = watched("home", "cloud", columns=90)
    seen.start(0)
    seen.start(1)
    seen.say(1, "one word")
    seen.wait(5.1)

    assert "home  waiting 5 s" in seen.screen[0]
    assert "cloud  silent 5 s" in seen.screen[0]


def test_a_reason_that_is_told_below_is_not_told_twice() -> None:
    """Where a table follows, the place of the answer stays empty."""
    seen = watched("home", columns=60, with_reasons=False)
    seen.start(0)
    seen.end(0, Status.FAILED, error=ConnectionFailed("refused"))
    seen.painter.close()

    assert seen.everything == ["── home  failed ──", ""]


@pytest.mark.parametrize("is_rendered", [True, False])
def test_stacked_who_fails_says_shortly_why_while_others_run(
    is_rendered: bool,
) -> None:
    """Its whole reason comes with the table, when all have ended."""
    make = watched if is_rendered else Watched
    seen = make("bad", "home", columns=60, with_reasons=False)
    seen.start(0)
    seen.start(1)
    seen.end(0, Status.FAILED, error=ConnectionFailed("the key was\x1b refused"))
    seen.wait()

    assert seen.everything[0] == "── bad  failed: the key was\\x1b refused ──"


def test_a_key_shows_it_all_as_it_was_written_and_back() -> None:
    """What was printed stays above; nothing of the answer is missing."""
    seen = watched("home", "cloud", columns=90, lines=30)
    for index in (0, 1):
        seen.start(index)
        seen.say(index, "- **one**\n- two\n")
    seen.wait()
    rendered = seen.screen
    seen.painter.toggle()
    seen.wait()
    raw = seen.screen
    seen.painter.toggle()
    seen.wait()

    assert rendered[2].startswith("• **one**")
    assert raw[2].startswith("- **one**")
    assert seen.screen == rendered


def test_an_answer_waits_for_what_renders_it() -> None:
    """Until that is loaded it is seen as it was written, and not printed for good."""
    ready: list[Source] = []
    seen = Watched("home", columns=40, render=lambda: ready[0] if ready else None)
    seen.start(0)
    seen.say(0, "- **one**\n- two\n")
    seen.wait()
    before = seen.screen
    ready.append(MarkdownSource(LEXERS, colour=False))
    seen.wait()
    seen.end(0)
    seen.catch_up()
    seen.painter.close()

    assert before[1:3] == ["- **one**", "- two"]
    assert seen.everything == ["── home ──", "• **one**", "• two", ""]


HOSTILE = "\x1b]0;p\x07 \x9b31m \u202e &#x202e; &#13; [a](http://x/\x1b[2J) ```\x1b\n"


@pytest.mark.parametrize("layout", ["columns", "stacked"])
def test_nothing_shown_acts(layout: str) -> None:
    """No answer can do anything but be read; all colours are ours."""
    seen = watched("home", "cloud", columns=90, layout=layout, colour=True)
    for index in (0, 1):
        seen.start(index)
        for character in HOSTILE + "```py\n" + HOSTILE:
            seen.say(index, character)
        seen.end(index)
    seen.catch_up()
    seen.painter.close()

    sent = "".join(seen.written)
    colours = set(re.findall("\x1b\\[[0-9;]*m", sent))
    assert colours <= {f"\x1b[{sgr}m" for sgr in ["", *OURS]}
    assert not set("\x07\x9b\u202e").intersection(sent)
    assert "\r" not in re.sub("\r\n|\x1b\\[[0-9]*A|\r", "", sent)


OURS = ["1", "2", "3", "4", "9", "31", "35", "1;35", "1;3", "4;35"]
"""No green, cyan or yellow, which are hardly read on white, and no blue, on black."""


PARTS = [
    *["# H\n", "a b c ", "\n", "- x\n", "1. y\n", "```\n", "|a|b|\n|-|-|\n"],
    *["|1|2|\n", "> q\n", "漢字 ", "**b** ", "`c`", "===\n", "word " * 30],
]
PIECES = st.lists(st.sampled_from(PARTS), max_size=25)


@settings(deadline=None, max_examples=60)
@given(PIECES, st.sampled_from(["columns", "stacked"]), st.integers(1, 30))
def test_a_screen_ends_the_same_however_the_answer_was_split(
    parts: list[str], layout: str, size: int
) -> None:
    """Pyte, a terminal that is not ours, shows one last screen for all of them."""
    answer = "".join(parts)
    pieces = [answer[at : at + size] for at in range(0, len(answer), size)]

    assert screen_of([answer], layout) == screen_of(pieces, layout)


def screen_of(pieces: Sequence[str], layout: str) -> list[str]:
    """Show an answer beside another, and read all lines of the terminal."""
    seen = watched("home", "cloud", columns=60, lines=12, layout=layout)
    for index in (0, 1):
        seen.start(index)
    stream(seen, 0, pieces)
    for index in (0, 1):
        seen.end(index)
    seen.catch_up()
    seen.painter.close()
    screen = pyte.HistoryScreen(60, 12, history=9999)
    terminal = pyte.Stream(screen)
    for frame in seen.written:
        terminal.feed(frame)
    above = ["".join(line[at].data for at in range(60)) for line in screen.history.top]
    lines = [line.rstrip() for line in [*above, *screen.display]]
    return [line for line in lines if line and not re.search("home|─{9}", line)]
