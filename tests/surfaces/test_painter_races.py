"""Whatever comes in whatever order, at whatever size: all of it can be read."""

from collections.abc import Iterable
from unicodedata import normalize

import pyte
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec import Struct

from tests.support.watched import Watched

LABELS = ("@A", "@B", "@C")
BEFORE = [f"$ earlier command {number}" for number in range(7)]
ALPHABET = [
    "a",
    "b",
    "c",
    " ",
    " ",
    "\n",
    "\t",
    "漢",
    "é",
    "e\u0301",
    "👨",
    "🇩🇪",
    "\x1b",
]
OWN_LETTERS = "xyz"
LATE = 0.25


class Say(Struct, frozen=True):
    """A contender goes on."""

    index: int
    text: str


class End(Struct, frozen=True):
    """A contender is done."""

    index: int


class Wait(Struct, frozen=True):
    """Time passes."""

    seconds: float


class Resize(Struct, frozen=True):
    """The window gets another size, of which we may hear late."""

    columns: int
    lines: int
    late: bool


Step = Say | End | Wait | Resize

INDICES = st.integers(0, len(LABELS) - 1)
TEXTS = st.lists(st.sampled_from(ALPHABET), max_size=60).map("".join)
STEPS = st.lists(
    st.builds(Say, INDICES, TEXTS)
    | st.builds(End, INDICES)
    | st.builds(Wait, st.sampled_from([0.05, 0.2, 0.6, 2.0]))
    | st.builds(Resize, st.integers(10, 90), st.integers(3, 20), st.booleans()),
    max_size=30,
)


class Played(Struct):
    """A race as it was played, and what every contender has said."""

    seen: Watched
    said: list[str]


def play(steps: Iterable[Step], *, reflow: bool) -> Played:
    """Run a race on a terminal that has been used before."""
    seen = Watched(*LABELS, columns=60, lines=12, reflow=reflow, layout="columns")
    seen.terminal.feed("".join(f"{line}\r\n" for line in BEFORE))
    said, ended = [""] * len(LABELS), set()
    seen.queue(0)
    for step in steps:
        match step:
            case Say(index=index) if index not in ended:
                text = step.text.replace("a", OWN_LETTERS[index])
                said[index] += text
                seen.say(index, text)
            case End(index=index) if index not in ended:
                ended.add(index)
                seen.end(index)
            case Wait():
                seen.wait(step.seconds)
            case Resize():
                late = LATE if step.late else 0.0
                seen.resize(step.columns, step.lines, told_after=late)
            case _:
                pass
    seen.resize(60, 12)
    seen.wait(0.05)
    seen.painter.close()
    return Played(seen, said)


def read(lines: Iterable[str]) -> list[str]:
    """Read each contender's text, without blanks, as a user would: down its column."""
    columns = [""] * len(LABELS)
    for line in lines:
        if "@" in line or "─" in line or not line:
            continue
        cells = line.split("│")
        assert len(cells) == len(LABELS), line
        for index, cell in enumerate(cells):
            columns[index] += cell
    return ["".join(column.split()) for column in columns]


def leftovers(lines: list[str]) -> list[str]:
    """Find live lines that were not drawn over; one header and one footer may be."""
    states = [line for line in lines if "@" in line]
    rules = [line for line in lines if "─" in line]
    waiting = [line for line in lines if "more rows" in line or "small" in line]
    return [*states[2:], *rules[2:], *waiting]


def expected(said: list[str]) -> list[str]:
    """Tell what each column has to hold."""
    return ["".join(text.replace("\x1b", "\\x1b").split()) for text in said]


def holds(text: str, part: str) -> bool:
    """Tell whether a text holds all characters of another, in order."""
    rest = iter(text)
    return all(character in rest for character in part)


@given(STEPS)
@example([Say(0, "a" * 60 + "\n"), Resize(20, 12, late=True), Wait(2.0)])
@example([Say(0, "a\n" * 30), Wait(0.6), Say(1, "b\n" * 30), Say(2, "c\n" * 30)])
@example(
    [Say(index, "a\n" * 20) for index in range(3)]
    + [Wait(2.0), Resize(36, 12, late=True)]
    + [Say(index, "aaaaaa aaaaa aaaaaa\n" * 2) for index in range(3)]
    + [Wait(2.0)]
)
@example([Say(0, "漢" * 60), Wait(0.05), Resize(59, 20, late=False), End(0)])
def test_nothing_is_lost_where_lines_are_wrapped_anew(steps: list[Step]) -> None:
    """Every column reads as its contender spoke, and what was there before remains.

    A window that becomes so narrow that the live lines do not fit it any more moves
    some of them to the scrollback: there a part is seen twice, and nothing is lost.
    """
    played = play(steps, reflow=True)
    lines = played.seen.everything

    assert lines[: len(BEFORE)] == BEFORE
    if played.seen.terminal.moved_off:
        assert all(map(holds, ["".join(lines)] * 3, expected(played.said)))
    else:
        assert read(lines[len(BEFORE) :]) == expected(played.said)
        assert leftovers(lines) == []


@given(STEPS)
def test_nothing_is_lost_where_lines_are_kept(steps: list[Step]) -> None:
    """The same on a terminal that only shows less of a line."""
    played = play(steps, reflow=False)
    lines = played.seen.everything

    assert lines[: len(BEFORE)] == BEFORE
    if not played.seen.terminal.moved_off:
        assert read(lines[len(BEFORE) :]) == expected(played.said)
        assert leftovers(lines) == []


@given(st.lists(st.builds(Say, INDICES, TEXTS) | st.builds(Wait, st.just(0.6))))
def test_separators_stand_in_line(steps: list[Step]) -> None:
    """At one size every row has its separators in the same cells."""
    played = play(steps, reflow=True)
    rows = played.seen.terminal.rows
    places = {
        tuple(place for place, cell in enumerate(row.cells) if cell == "│")
        for row in rows
        if "│" in row.cells
    }

    assert len(places) <= 1


# It has no flags, but takes them for two characters.
WITHOUT_FLAGS = TEXTS.map(lambda text: text.replace("🇩🇪", "👨"))


@given(st.lists(st.builds(Say, INDICES, WITHOUT_FLAGS) | st.builds(Wait, st.just(0.6))))
def test_another_terminal_shows_the_same(steps: list[Step]) -> None:
    """Pyte, which is not ours, ends with the same lines as our small terminal."""
    seen = play(steps, reflow=True).seen
    screen = pyte.HistoryScreen(60, 12, history=9999)
    stream = pyte.Stream(screen)
    stream.feed("".join(f"{line}\r\n" for line in BEFORE))
    for frame in seen.written:
        stream.feed(frame)
    scrolled = [
        "".join(line[column].data for column in range(60))
        for line in screen.history.top
    ]
    shown = [line.rstrip(" ") for line in [*scrolled, *screen.display]]
    composed = [normalize("NFC", line) for line in seen.everything]

    assert "\n".join(shown).rstrip("\n") == "\n".join(composed).rstrip("\n")
