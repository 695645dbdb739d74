"""What a user sees of a race on a terminal, while it runs and afterwards."""

import re

import pytest

from hexai.domain.outcome import Settled, Status
from hexai.errors import ConnectionFailed, TimedOut
from tests.support.watched import Watched

HOSTILE = "\x1b]0;p\x07 \x9b31m \u202e [/][@click=app.quit]x #(touch P)\x1b[2J"


def numbered(count: int) -> str:
    """Make an answer of so many lines."""
    return "".join(f"line {number}\n" for number in range(count))


def test_contenders_stand_side_by_side_with_their_states() -> None:
    """Each column has its label, how it stands, and its text, wrapped by words."""
    seen = Watched("home", "cloud", columns=45, layout="columns")
    seen.queue(0)
    seen.start(0)
    seen.queue(1)
    seen.now = 0.4
    seen.say(0, "The quick brown fox jumps over")
    seen.wait()

    assert seen.screen == [
        "home  0.4 s first to… │ cloud  queued",
        "─" * 21 + "─┼─" + "─" * 20,
        "The quick brown fox   │",
        "jumps over            │",
    ]


def test_who_was_not_heard_of_yet_waits_since_the_view_began() -> None:
    """Not since the clock did, which counts from when the machine was started."""
    seen = Watched("home", "cloud", columns=45, layout="columns", now=30444.0)
    seen.start(0)
    first = seen.screen[0]
    seen.now += 3.0
    seen.start(0)

    assert first == "home  waiting         │ cloud  waiting"
    assert seen.screen[0] == "home  waiting         │ cloud  waiting 3 s"


def test_it_ends_with_everything_readable() -> None:
    """The header then tells how each ended, and the cursor stands below, shown."""
    seen = Watched("home", "cloud", columns=60, layout="columns")
    for index in (0, 1):
        seen.start(index)
        seen.say(index, f"answer {index}")
    seen.end(0)
    seen.end(1, total=3.0)
    seen.painter.close()

    assert seen.screen == [
        "home  done 2.1 s             │ cloud  done 3.0 s",
        "─" * 28 + "─┼─" + "─" * 28,
        "answer 0                     │ answer 1",
        "",
    ]
    assert seen.terminal.modes == {
        "wrapping": True,
        "cursor_shown": True,
        "synchronized": False,
    }


def test_a_failed_contender_says_why_in_its_column() -> None:
    """The reason is wrapped below what had arrived; the other answer goes on."""
    seen = Watched("home", "cloud", columns=51, layout="columns")
    seen.start(0)
    seen.say(0, "good")
    seen.end(1, Status.FAILED, error=ConnectionFailed("refused", advice="start it"))
    seen.painter.close()

    assert seen.everything[2:-1] == [
        "good                     │ failed: refused; start",
        "                         │ it",
    ]


def test_long_answers_leave_at_the_top_and_the_states_stay_below() -> None:
    """Header and rows go to the scrollback as the screen fills; a footer remains."""
    seen = Watched("home", "cloud", columns=40, lines=8, layout="columns")
    for index in (0, 1):
        seen.start(index)
        seen.say(index, "line 0\n")
    for number in range(1, 30):
        for index in (0, 1):
            seen.say(index, f"line {number}\n")
        seen.wait(0.2)

    assert seen.screen[-2:] == [
        "─" * 18 + "─┴─" + "─" * 18,
        "home  ~10 tok/s    │ cloud  ~10 tok/s",
    ]
    assert len(seen.screen) < 9
    seen.painter.close()
    assert seen.everything[0] == "home               │ cloud"
    assert seen.everything[2:-3] == [
        f"line {number}".ljust(18) + f" │ line {number}" for number in range(30)
    ]


def test_who_runs_ahead_shows_its_newest_rows_and_waits_for_the_others() -> None:
    """Nothing is printed for good before the slower contender has come so far."""
    seen = Watched("fast", "slow", columns=40, lines=10, layout="columns")
    seen.start(0)
    seen.start(1)
    seen.say(0, numbered(50))
    seen.wait(2)

    assert [row.split(" │")[0].rstrip() for row in seen.screen[2:]] == [
        "line 0",
        "line 1",
        "line 2",
        "line 3",
        "line 4",
        "… 44 more rows",
        "line 49",
    ]
    seen.say(1, numbered(60))
    seen.painter.close()
    assert seen.everything[2:52] == [
        f"line {number}".ljust(18) + f" │ line {number}" for number in range(50)
    ]


def test_who_has_ended_is_read_whole_while_the_slow_one_goes_on() -> None:
    """Soon after, and what the other says from then on stands below, in its column."""
    seen = Watched("fast", "slow", columns=40, lines=10, layout="columns")
    seen.start(0)
    seen.start(1)
    seen.say(1, "slow 0\nslow 1\nslow")
    seen.say(0, numbered(50))
    seen.end(0)
    seen.wait(1.5)
    waits = seen.everything
    seen.wait(2.0)
    reads = seen.everything
    seen.say(1, " 2\nslow 3\n")
    seen.end(1)
    seen.painter.close()

    left = "".ljust(18)
    assert any("more rows" in row for row in waits)
    assert [row.split(" │")[0] for row in reads[2:52]] == [
        f"line {number}".ljust(18) for number in range(50)
    ]
    assert seen.everything[2:5] == [
        "line 0".ljust(18) + " │ slow 0",
        "line 1".ljust(18) + " │ slow 1",
        "line 2".ljust(18) + " │",
    ]
    assert seen.everything[52:54] == [f"{left} │ slow 2", f"{left} │ slow 3"]


def test_blind_an_answer_that_ended_waits_for_the_others() -> None:
    """Else it would be known for a quick one."""
    seen = Watched("fast", "slow", columns=40, lines=10, layout="columns", blind=True)
    seen.start(0)
    seen.start(1)
    seen.say(1, "slow 0\n")
    seen.say(0, numbered(50))
    seen.end(0)
    seen.wait(5)
    seen.say(1, "slow 1\n")
    seen.wait(5)

    assert any("more rows" in row for row in seen.screen)


def test_rows_that_wait_come_when_there_is_room_without_any_event() -> None:
    """What the others have filled goes on to the scrollback by time alone."""
    seen = Watched("one", "two", columns=40, lines=10, layout="columns")
    for index in (0, 1):
        seen.start(index)
        seen.say(index, numbered(40))
    seen.wait(0.05)
    seen.wait(20)

    assert seen.screen[-3].startswith("line 39")


@pytest.mark.parametrize("layout", ["columns", "stacked"])
def test_nothing_shown_acts(layout: str) -> None:
    """No answer, label, model or error can do anything but be read."""
    seen = Watched(HOSTILE, "cloud", columns=90, layout=layout, colour=True)
    for index in (0, 1):
        seen.start(index)
        for character in HOSTILE:
            seen.say(index, character)
    seen.end(0, fell_back=True, model=HOSTILE)
    seen.end(1, Status.FAILED, error=ConnectionFailed("no", upstream_message=HOSTILE))
    seen.painter.close()

    colours = set(re.findall("\x1b\\[[0-9]*m", "".join(seen.written)))
    assert colours <= {"\x1b[m", "\x1b[1m", "\x1b[2m", "\x1b[31m"}
    assert "\\x1b]0;p\\x07" in "".join(seen.everything)


@pytest.mark.parametrize("layout", ["columns", "stacked"])
def test_code_is_shown_as_it_was_written(layout: str) -> None:
    """What other tools take for markup or a tag stays: brackets, types, Markdown."""
    code = "f(a: list[int]) -> Vec<String> | x[i] [bold] **b** &lt; `c`"
    seen = Watched("home", "cloud", columns=140, layout=layout, colour=True)
    for index in (0, 1):
        seen.start(index)
        seen.say(index, code)
        seen.end(index)
    seen.painter.close()

    assert "\n".join(seen.everything).count(code) == 2


def test_no_colour_unless_asked() -> None:
    """Without colours not one is sent."""
    seen = Watched("home", "cloud", columns=90)
    seen.start(0)
    seen.end(0)
    seen.painter.close()

    assert re.findall("\x1b\\[[0-9;]*m", "".join(seen.written)) == []


def test_blind_letters_stand_for_the_contenders() -> None:
    """In the shuffled order, and no name, price, time or reason gives one away."""
    seen = Watched("home", "cloud", "late", columns=120, blind=True, order=[2, 0, 1])
    seen.start(2)
    seen.now = 1.7
    seen.say(2, "third in the config")
    seen.wait(2)
    seen.say(2, " goes on")
    seen.end(0, cached_age=60.0)
    seen.end(1, Status.TIMED_OUT, error=TimedOut("total", 20))
    seen.wait()

    assert seen.screen[0].split() == [
        "A",
        "streaming",
        "│",
        "B",
        "done",
        "│",
        "C",
        "failed",
    ]
    assert [
        row for row in seen.everything if re.search("home|cloud|late|[0-9]", row)
    ] == []


def test_one_contender_has_a_header_and_streams_plainly() -> None:
    """Its text is printed as it is: nothing wraps it but the terminal."""
    seen = Watched("home", columns=30)
    seen.start(0)
    seen.wait()
    waiting = seen.screen
    seen.now = 0.4
    seen.say(0, "A long line that the terminal itself\tmay wrap. ")
    seen.wait()
    seen.say(0, "And on\nit goes")
    seen.end(0)
    seen.painter.close()

    assert waiting == ["── home  waiting ──"]
    assert seen.everything == [
        "── home  0.4 s first token ──",
        "A long line that the terminal itself  may wrap. And on",
        "it goes",
        "",
    ]


def test_one_that_is_given_up_in_mid_answer_is_printed_once() -> None:
    """Nobody has told its end, and none is waited for."""
    seen = Watched("home", columns=50)
    seen.start(0)
    seen.say(0, "one\ntw")
    seen.wait()
    seen.painter.close()

    assert seen.everything[1:3] == ["one", "tw"]


def test_a_cached_answer_has_its_age_in_its_header() -> None:
    """Stacked too, although its text comes before its end."""
    seen = Watched("home", columns=50)
    seen.say(0, "known already")
    seen.wait()
    seen.end(0, cached_age=180.0)
    seen.painter.close()

    assert seen.everything == ["── home  cached 3 min ago ──", "known already", ""]


def test_stacked_the_first_streams_and_the_others_follow_whole() -> None:
    """In entry order, each with its header, whoever is done first."""
    seen = Watched("home", "cloud", "late", columns=30)
    for index in (0, 1, 2):
        seen.start(index)
    seen.say(1, "from the cloud")
    seen.end(1)
    seen.wait()
    seen.say(0, "streams")
    seen.wait()
    first = seen.everything
    seen.end(0)
    seen.wait()
    then = seen.everything
    seen.end(2, Status.FAILED, error=ConnectionFailed("refused", advice=""))
    seen.painter.close()

    assert first == [
        "── home  0.1 s first token ──",
        "streams",
    ]
    assert then == [
        *first,
        "",
        "── cloud  done 2.1 s ──",
        "from the cloud",
        "",
        "── late  waiting ──",
    ]
    assert seen.everything == [
        *then[:-1],
        "── late  failed ──",
        "failed: refused",
        "",
    ]


@pytest.mark.parametrize(
    ("columns", "contenders", "side_by_side"),
    [(80, 2, True), (79, 2, False), (120, 3, True), (119, 3, False), (200, 1, False)],
)
def test_side_by_side_takes_40_columns_each(
    columns: int, contenders: int, *, side_by_side: bool
) -> None:
    """Narrower than that answers stand below each other, one alone always does."""
    seen = Watched(*"abc"[:contenders], columns=columns)
    seen.start(0)
    seen.wait()

    assert ("│" in "".join(seen.screen)) == side_by_side


def test_a_frame_is_one_write_in_brackets_at_most_twenty_times_a_second() -> None:
    """However fast the events come, a terminal gets whole pictures, few enough."""
    seen = Watched("home", "cloud", columns=90)
    for step in range(129):
        seen.now = step / 128
        seen.say(step % 2, "word ")
        seen.painter.tick()

    assert len(seen.written) == seen.terminal.frames == 19
    for frame in seen.written:
        assert frame.startswith("\x1b[?2026h")
        assert frame.endswith("\x1b[?2026l")


def test_the_first_token_is_drawn_at_once() -> None:
    """After a pause nothing waits for a tick."""
    seen = Watched("home", "cloud", columns=90)
    seen.start(0)
    seen.now = 1.0
    seen.say(0, "first")

    assert seen.screen[2].startswith("first")


def test_a_slow_terminal_gets_fewer_frames_not_older_ones() -> None:
    """While the last frame is not taken no other is made."""
    seen = Watched("home", "cloud", columns=90)
    seen.start(0)
    seen.ready = False
    seen.wait()
    written = len(seen.written)
    seen.say(0, "meanwhile")
    seen.wait(5)
    assert len(seen.written) == written
    seen.ready = True
    seen.wait()

    assert len(seen.written) == written + 1
    assert seen.screen[2].startswith("meanwhile")


def test_nothing_is_drawn_without_a_change() -> None:
    """A race that waits costs a terminal a line a second, for its clocks."""
    seen = Watched("home", "cloud", columns=90)
    seen.start(0)
    seen.wait()
    written = len(seen.written)
    seen.handle(Settled(at=0.0, reason="first"))
    seen.wait(5)
    assert len(seen.written) - written == 5
    assert max(map(len, seen.written[written:])) < 100

    written = len(seen.written)
    for index in (0, 1):
        seen.end(index)
    seen.wait()
    seen.wait(5)
    assert len(seen.written) == written + 1


def test_close_is_safe_at_any_time() -> None:
    """Before the first event, twice, and with events that come afterwards."""
    seen = Watched("home", "cloud", columns=90)
    seen.painter.close()
    assert seen.written == []
    seen.painter.close()
    seen.say(0, "too late")
    seen.wait()

    assert seen.written == []


def test_keys_that_were_echoed_are_drawn_over_at_the_end() -> None:
    """The ^C of an interrupt does not stay in the header."""
    seen = Watched("home", "cloud", columns=90)
    seen.start(0)
    seen.wait()
    seen.terminal.feed("^C")
    seen.end(0, Status.CANCELLED)
    seen.end(1, Status.CANCELLED)
    seen.painter.close()

    assert seen.everything[0].startswith("home  cancelled")
    assert "^C" not in "".join(seen.everything)


def test_a_stop_leaves_the_terminal_to_the_shell() -> None:
    """What is drawn stays, the shell writes below, and then all is drawn anew."""
    seen = Watched("home", "cloud", columns=90)
    seen.say(0, "before")
    seen.wait()
    seen.painter.pause()
    cursor_shown = seen.terminal.modes["cursor_shown"]
    seen.terminal.feed("[1]+ Stopped\r\n$ fg\r\n")
    seen.say(0, " and after")
    seen.wait()
    seen.painter.close()

    assert cursor_shown
    assert [row.split("─")[0].split(" ")[0] for row in seen.everything] == [
        *["home", "", "before"],
        *["[1]+", "$"],
        *["home", "", "before", ""],
    ]


@pytest.mark.parametrize("reflow", [True, False])
@pytest.mark.parametrize("told_after", [0.0, 0.25])
def test_a_new_size_draws_all_live_lines_anew(
    *, reflow: bool, told_after: float
) -> None:
    """Narrower, the columns are aligned again and nothing of the wider ones is left."""
    seen = Watched(
        "home", "cloud", columns=60, lines=20, reflow=reflow, layout="columns"
    )
    seen.terminal.feed("$ before\r\n" * 15)
    for index in (0, 1):
        seen.start(index)
        seen.say(index, "some words that fill more than one row of a column")
    seen.wait()
    seen.resize(41, 20, told_after=told_after)
    seen.wait(0.2)
    seen.say(0, " and more")
    seen.wait(0.4)

    assert [row for row in seen.screen if row != "$ before"] == [
        "home  0.0 s first … │ cloud  0.0 s firs…",
        "─" * 19 + "─┼─" + "─" * 18,
        "some words that     │ some words that",
        "fill more than one  │ fill more than one",
        "row of a column and │ row of a column",
        "more                │",
    ]
    seen.resize(90, 20, told_after=told_after)
    seen.say(1, " or less")
    seen.wait(0.4)
    assert [row for row in seen.screen if row not in {"$ before", ""}] == [
        "home  0.0 s first token".ljust(43) + " │ cloud  0.0 s first token",
        "─" * 43 + "─┼─" + "─" * 43,
        "some words that fill more than one row of a".ljust(43)
        + " │ some words that fill more than one row of a",
        "column and more".ljust(43) + " │ column or less",
    ]
    assert seen.everything.count("$ before") == 15


def test_a_window_too_small_for_columns_says_so_until_it_grows() -> None:
    """Nothing is drawn that cannot be read, and nothing is lost for it."""
    seen = Watched("home", "cloud", columns=40, lines=12, layout="columns")
    for index in (0, 1):
        seen.say(index, "the answer so far, ")
    seen.wait()
    seen.resize(15, 12)
    seen.wait()
    small = seen.screen
    seen.say(0, "and the rest")
    seen.wait()
    seen.resize(60, 12)
    seen.wait()

    assert small == ["(window too s…"]
    assert seen.screen[2:] == [
        "the answer so far, and the   │ the answer so far,",
        "rest                         │",
    ]


def test_what_ends_in_a_window_too_small_is_printed_below_each_other() -> None:
    """Then the terminal wraps it, and it can be read and copied as it is."""
    seen = Watched("home", "cloud", columns=40, lines=40, layout="columns")
    for index in (0, 1):
        seen.say(index, f"answer {index} in more words than fit\n\nand another line")
        seen.end(index)
    seen.wait()
    seen.resize(15, 40)
    seen.wait()
    seen.painter.close()

    assert seen.everything == [
        "home  done 2.1…",
        "answer 0 in more words than fit",
        "",
        "and another line",
        "",
        "cloud  done 2.…",
        "answer 1 in more words than fit",
        "",
        "and another line",
        "",
    ]


def test_a_contender_that_says_nothing_has_an_empty_column() -> None:
    """An empty answer, one in blanks and one that was cancelled are all shown."""
    seen = Watched("empty", "blank", "gone", columns=60, layout="columns")
    seen.end(0)
    seen.say(1, " \n ")
    seen.end(1)
    seen.end(2, Status.CANCELLED)
    seen.painter.close()

    assert [cell.strip() for cell in seen.everything[0].split("│")] == [
        "empty  done 2.1 s",
        "blank  done 2.1 s",
        "gone  cancelled",
    ]


def test_thoughts_leave_their_column() -> None:
    """The header forgets them too; the other column is as it was."""
    seen = Watched("home", "cloud", columns=60, layout="columns")
    for index in (0, 1):
        seen.start(index)
        seen.say(index, f"line of {index}\nand more")
    seen.wait()
    seen.now = 2.0
    seen.take_back(0)
    seen.wait()
    assert seen.screen[0].startswith("home  reasoning  ")
    assert seen.screen[2:4] == [
        " " * 29 + "│ line of 1",
        " " * 29 + "│ and more",
    ]

    seen.now = 3.0
    seen.say(0, "Hello!")
    seen.wait()
    assert seen.screen[0].startswith("home  3.0 s first token")
    assert seen.screen[2].startswith("Hello! ")
    assert seen.painter.keeping_thoughts() == ()


def test_thoughts_that_left_the_screen_stay_above_a_blank_row() -> None:
    """Rows that are for good cannot be taken back; the user is told of them."""
    seen = Watched("home", "cloud", columns=40, lines=8, layout="columns")
    for index in (0, 1):
        seen.start(index)
        seen.say(index, numbered(12))
    seen.wait()
    seen.take_back(0)
    seen.say(0, "Hello!")
    for index in (0, 1):
        seen.end(index)
    seen.painter.close()

    cells = [line.split("│")[0].strip() for line in seen.everything if "│" in line]
    at = cells.index("Hello!")
    assert cells[at - 1] == ""
    assert re.fullmatch(r"line \d+", cells[at - 2])
    assert seen.painter.keeping_thoughts() == (0,)


def test_stacked_thoughts_that_are_printed_get_an_end() -> None:
    """The answer has a header of its own, with what is true of it."""
    seen = Watched("home", "cloud", columns=60, layout="stacked")
    seen.start(0)
    seen.now = 0.5
    seen.say(0, "I should greet.")
    seen.wait()
    seen.take_back(0)
    seen.wait()
    assert seen.screen == [
        "── home  0.5 s first token ──",
        "I should greet.",
        "",
        "── home  reasoning ──",
    ]

    seen.now = 2.0
    seen.say(0, "Hello!")
    seen.end(0)
    seen.end(1)
    seen.painter.close()
    assert seen.everything == [
        "── home  0.5 s first token ──",
        "I should greet.",
        "",
        "── home  2.0 s first token ──",
        "Hello!",
        "",
        "── cloud  done 2.1 s ──",
        "",
    ]
    assert seen.painter.keeping_thoughts() == (0,)


def test_stacked_thoughts_that_wait_are_never_shown() -> None:
    """Of a contender whose turn has not come, only the answer is."""
    seen = Watched("home", "cloud", columns=60, layout="stacked")
    for index in (0, 1):
        seen.start(index)
    seen.say(1, "I should greet.")
    seen.take_back(1)
    seen.say(1, "Hello!")
    seen.end(1)
    seen.say(0, "Hi.")
    seen.end(0)
    seen.painter.close()

    assert "greet" not in "\n".join(seen.everything)
    assert seen.painter.keeping_thoughts() == ()


def test_stacked_thoughts_without_an_answer_end_in_the_reason() -> None:
    """Whatever becomes of a contender is told below what it thought."""
    seen = Watched("home", columns=60, layout="stacked")
    seen.start(0)
    seen.say(0, "I should greet.\n")
    seen.wait()
    seen.take_back(0)
    seen.end(0, Status.FAILED, error=ConnectionFailed("refused", advice="start it"))
    seen.painter.close()

    assert seen.everything[1:] == [
        "I should greet.",
        "",
        "── home  failed ──",
        "failed: refused; start it",
        "",
    ]


def test_after_z_a_blind_letter_has_a_number() -> None:
    """As in closing lines and votes."""
    labels = [f"model {number}" for number in range(28)]
    seen = Watched(*labels, columns=60, lines=80, blind=True)
    for index in range(28):
        seen.start(index)
        seen.say(index, "an answer\n")
        seen.end(index)
    seen.wait()

    named = {word for row in seen.everything for word in row.split()}
    assert {"A", "Z", "A1", "B1"} <= named
