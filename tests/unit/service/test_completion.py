"""Whether what a contender says goes on as was typed."""

import pytest

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.service.completion import Draft


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


@pytest.mark.parametrize(
    ("said", "typed", "expected"),
    [
        ("", "", False),
        ("return", "", False),
        ("return x\nret", "", True),
        ("return x\nret", "ret", True),
        ("return x\nret", "return x", False),
        ("return x\nret", "rat", False),
        (" \n", "", False),
        ("bad words\n", "", False),
        ("The user wants a loop.\n", "", False),
    ],
)
def test_whole_lines_go_in_before_the_end(
    said: str, typed: str, expected: bool
) -> None:
    """If they follow what was typed, belong there, and are no thoughts."""
    draft = Draft(Cleaner(), lambda text: "prose" if "words" in text else None)
    draft.add(said)

    assert draft.has_lines(typed) is expected


def test_who_is_ended_early_is_ending_until_its_outcome_comes() -> None:
    """Then it has answered like any other."""
    draft = Draft(Cleaner())
    draft.add("one\ntw")
    states = [draft.is_ending]
    draft.finish()
    states.append(draft.is_ending)
    draft.end(outcome("one\ntw", finish=FinishReason.ENOUGH), 1.0)
    states.append(draft.is_ending)

    assert states == [False, True, False]
    assert not draft.has_lines("")
    assert draft.text == "one"


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
