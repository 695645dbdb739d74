"""Whether what a contender says goes on as was typed."""

import pytest

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.lsp.completion.draft import Caret, Draft, advance
from hexai.text.lines import Lines, Position, Replacement, Span


class Cleaner:
    """Strips blanks, and remembers how it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[bool, bool]] = []

    def __call__(self, text: str, *, infilled: bool, finished: bool) -> str:
        """Clean a text."""
        self.asked.append((infilled, finished))
        return text.strip()


def outcome(text: str, status: Status = Status.ANSWERED, **more: object) -> Outcome:
    """Make an outcome."""
    fields = {"index": 0, "label": "m", "provider": "p", "model": "m", **more}
    return Outcome(status=status, text=text, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("said", "typed", "expected"),
    [
        ("", "", True),
        ("", "wörd_1", True),
        ("", "a b", False),
        ("", "(", False),
        ("return x", "ret", True),
        ("return x", "return x", True),
        ("ret", "return", True),
        ("ret", "return x", True),
        ("return", "rat", False),
        (" \n", "a", True),
        (" \n", "(", False),
        ("other", "", True),
    ],
)
def test_who_may_come_to_fit(said: str, typed: str, expected: bool) -> None:
    """The silent while a word is typed; who speaks while it is the same text."""
    draft = Draft(Cleaner())
    if said:
        draft.add(said)

    assert draft.may_fit(typed) is expected


def test_pieces_are_one_text() -> None:
    """An answer is judged by all of it so far."""
    draft = Draft(Cleaner())
    draft.add("re")
    draft.add("turn")

    assert draft.may_fit("retu")
    assert not draft.may_fit("rets")


@pytest.mark.parametrize(
    ("typed", "expected"), [("", True), ("ab", True), ("abc", False), ("b", False)]
)
def test_an_answer_fits_while_something_of_it_is_left(
    typed: str, expected: bool
) -> None:
    """What was typed whole is no suggestion any more."""
    draft = Draft(Cleaner())
    draft.end(outcome(" abc "), 1.0)

    assert draft.fits(typed) is expected
    assert not draft.runs


@pytest.mark.parametrize("status", [Status.FAILED, Status.CANCELLED, Status.TIMED_OUT])
def test_what_did_not_answer_is_no_suggestion(status: Status) -> None:
    """Whatever had arrived."""
    draft = Draft(Cleaner())
    draft.end(outcome("abc", status), 1.0)

    assert not draft.fits("")


def test_cleaning_is_told_what_it_has_before_it() -> None:
    """A gap filled by an endpoint, and an answer that was cut off."""
    cleaner = Cleaner()
    Draft(cleaner).end(outcome("a", finish=FinishReason.STOP), 1.0)
    Draft(cleaner).end(outcome("a", finish=FinishReason.LENGTH, infilled=True), 1.0)

    assert cleaner.asked == [(False, True), (True, False)]


class Cutter(Cleaner):
    """Cuts at the first blank line, as what leaves the scope is cut."""

    def __call__(self, text: str, *, infilled: bool, finished: bool) -> str:
        """Clean a text."""
        return (
            super()
            .__call__(text, infilled=infilled, finished=finished)
            .split("\n\n")[0]
        )


def test_a_contender_that_does_not_stop_has_said_enough() -> None:
    """Three whole lines that would not go in are enough, two are not."""
    draft = Draft(Cutter())

    for piece in ("one\n", "two\n\n", "b", "eyond\n", "and"):
        draft.add(piece)
        assert not draft.has_enough
    draft.add(" more\n")
    assert not draft.has_enough
    draft.add("and more\n")
    assert draft.has_enough


def test_what_grows_is_not_enough_until_nobody_would_read_it() -> None:
    """A long answer goes on for as long as a list can show it."""
    draft = Draft(Cleaner())

    for number in range(119):
        draft.add(f"line {number}\n")
    assert not draft.has_enough
    draft.add("line 120\n")
    assert draft.has_enough


def test_nothing_said_is_not_enough() -> None:
    """Blank lines before an answer, or an echo, end nobody."""
    draft = Draft(Cleaner())

    for _ in range(10):
        draft.add("\n")
    assert not draft.has_enough


def test_half_a_line_of_one_who_said_enough_is_not_offered() -> None:
    """It was stopped in the midst of it; and of a single line nothing is left."""
    draft, single = Draft(Cleaner()), Draft(Cleaner())
    draft.end(outcome("one\ntwo\nhal", finish=FinishReason.ENOUGH), 1.0)
    single.end(outcome("endless", finish=FinishReason.ENOUGH), 1.0)

    assert (draft.text, single.text) == ("one\ntwo", "")


@pytest.mark.parametrize("thought", ["The user wants a loop.\n", "Okay, let me see.\n"])
def test_who_thinks_aloud_has_never_said_enough(thought: str) -> None:
    """Only its end tells what of it is answer."""
    plain, aloud = Draft(Cleaner()), Draft(Cleaner())
    for _ in range(130):
        plain.add("return a\n")
        aloud.add(thought)

    assert plain.has_enough
    assert not aloud.has_enough
    aloud.take_back()
    for _ in range(130):
        aloud.add("return a\n")
    assert aloud.has_enough


def test_an_answer_that_does_not_belong_there_is_blank() -> None:
    """And the reason is kept."""
    draft = Draft(Cleaner(), lambda text: "prose" if " " in text else None)
    draft.end(outcome("two words", finish=FinishReason.STOP), 1.0)

    assert (draft.text, draft.misfit) == ("", "prose")


def test_who_is_asked_later_goes_on_from_what_was_typed_till_then() -> None:
    """What it says follows the letters that were part of its question."""
    draft = Draft(Cleaner())
    draft.begin("wid", Cleaner())
    draft.add("th * h")

    assert draft.may_fit("width")
    assert draft.may_fit("wid")
    assert not draft.may_fit("wide")
    draft.end(outcome("th * height"), 1.0)
    assert draft.text == "width * height"
    assert draft.fits("width *")


def test_who_is_asked_later_and_says_nothing_offers_nothing() -> None:
    """What was typed alone is no suggestion."""
    draft = Draft(Cleaner())
    draft.begin("wid", Cleaner())
    draft.end(outcome("  "), 1.0)

    assert draft.text == ""


class Typist:
    """A document, and a cursor that follows it."""

    def __init__(self, text: str) -> None:
        before, _, after = text.partition("|")
        self.lines = Lines.of(before + after)
        self.caret = Caret(self.lines, Lines.of(before).end)

    def change(self, start: Position, end: Position, text: str) -> bool:
        """Replace a range; says whether it is still the same place."""
        replacement = Replacement(span=Span(start, end), text=text)
        change = self.lines.change([replacement])
        self.lines = change.after
        return self.caret.follow(change)

    def insert(self, text: str, at: Position | None = None) -> bool:
        """Insert at the cursor, or elsewhere."""
        position = at or self.caret.position
        return self.change(position, position, text)


def test_what_is_typed_moves_the_cursor() -> None:
    """Key by key or all at once, over several lines."""
    typist = Typist("a|b\nc\n")

    assert typist.insert("x")
    assert typist.insert("y\n  z")
    assert typist.caret.typed == "xy\n  z"
    assert typist.caret.position == Position(1, 3)
    assert typist.caret.is_at(Position(1, 3))
    assert not typist.caret.is_at(Position(0, 1))


def test_deleting_what_was_typed_is_still_the_place() -> None:
    """The document is the start plus what is left of it."""
    typist = Typist("a|b\n")
    typist.insert("xy")

    assert typist.change(Position(0, 2), Position(0, 3), "")
    assert typist.caret.typed == "x"


@pytest.mark.parametrize(
    ("start", "end", "text"),
    [
        (Position(0, 0), Position(0, 0), "!"),
        (Position(0, 0), Position(0, 1), ""),
        (Position(1, 0), Position(1, 0), "!"),
        (Position(0, 1), Position(0, 2), "c"),
        (Position(0, 0), Position(1, 1), "x"),
    ],
)
def test_any_other_edit_is_not_the_place(
    start: Position, end: Position, text: str
) -> None:
    """Before it, behind it, on another line, or in place of something."""
    typist = Typist("a|b\nc\n")

    assert not typist.change(start, end, text)


def test_other_edits_that_are_undone_leave_the_place() -> None:
    """Only both texts count, not the way from one to the other."""
    typist = Typist("a|b\nc\n")
    typist.insert("!", Position(1, 0))

    assert typist.change(Position(1, 0), Position(1, 1), "")
    assert typist.insert("x")
    assert typist.caret.typed == "x"


def test_lines_of_what_was_typed_end_with_a_newline() -> None:
    """Answers do, whatever the document's lines end with."""
    typist = Typist("a|\r\nb\r\n")
    typist.insert("x\r\n  y\r")

    assert typist.caret.typed == "x\n  y\n"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("()", "("),
        ("foo()", "foo("),
        ("([])", "(["),
        ('""', '"'),
        ("{}", "{"),
        ("(]", "(]"),
        (")", ")"),
        ("(x)", "(x)"),
    ],
)
def test_brackets_that_the_editor_closed_are_not_typed(typed: str, kept: str) -> None:
    """The cursor is between an opening bracket and what was added for it."""
    typist = Typist("|\n")
    typist.insert(typed)

    assert typist.caret.typed == kept


def test_typing_between_closed_brackets_goes_on() -> None:
    """What the editor added stays behind the cursor, nested too."""
    typist = Typist("f|\n")
    typist.insert("()")
    typist.insert("a")
    typist.insert("[]")
    typist.insert("0")

    assert typist.lines.text == "f(a[0])\n"
    assert typist.caret.typed == "(a[0"


def test_a_cursor_behind_the_brackets_means_that_both_were_typed() -> None:
    """A request there settles it, and so does what is typed there."""
    asked, typed = Typist("f|\n"), Typist("f|\n")
    asked.insert("()")
    typed.insert("()")
    typed.insert(".x", Position(0, 3))

    assert asked.caret.is_at(Position(0, 3))
    assert asked.caret.typed == "()"
    assert typed.caret.typed == "().x"


def test_an_empty_change_changes_nothing() -> None:
    """Some editors send one."""
    typist = Typist("f|\n")
    typist.insert("()")

    assert typist.insert("", Position(0, 0))
    assert typist.caret.typed == "("


def test_advancing_counts_lines_as_documents_do() -> None:
    r"""U+2028 is a character; \r\n is one break."""
    assert advance(Position(3, 5), "a\u2028b") == Position(3, 8)
    assert advance(Position(3, 5), "a\r\nbc") == Position(4, 2)
