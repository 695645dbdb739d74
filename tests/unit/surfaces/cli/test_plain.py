"""What is written into a pipe, to the byte."""

from collections.abc import Iterable

from hexai.domain.outcome import Event, Queued, Settled, Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.cli.plain import Blocks, FirstAnswer, OneAnswer
from hexai.surfaces.words import DisplayOrder
from tests.support.fake_run import answered, delta, ended, failed, started


def blocks(
    *labels: str, events: Iterable[Event], order: tuple[int, ...] | None = None
) -> str:
    """Write the events of several contenders as blocks."""
    written: list[str] = []
    cast = DisplayOrder(
        order=order or tuple(range(len(labels))), names=labels, blind=False
    )
    view = Blocks(cast, written.append)
    for event in events:
        view.handle(event)
    view.close()
    return "".join(written)


def test_one_answer_is_written_as_it_comes_and_nothing_else() -> None:
    """Not even a line break is added at the end."""
    written: list[str] = []
    view = OneAnswer(written.append)
    for event in [started(0), delta(0, "a\n"), delta(0, "b"), answered(0, "x", "a\nb")]:
        view.handle(event)
    view.close()
    assert written == ["a\n", "b"]


def test_several_answers_stand_in_entry_order_under_their_labels() -> None:
    """Who ended first does not matter; a missing line break is added."""
    events = [
        started(0),
        started(1),
        delta(1, "two"),
        answered(1, "b", "two"),
        delta(0, "one\n"),
        answered(0, "a", "one\n"),
    ]
    assert blocks("a", "b", events=events) == ("=== a ===\none\n\n=== b ===\ntwo\n\n")


def test_the_first_streams_while_the_others_are_collected() -> None:
    """Its pieces are out before anything has ended."""
    events = [started(0), started(1), delta(1, "tw"), delta(0, "o"), delta(0, "ne")]
    assert blocks("a", "b", events=events) == "=== a ===\none"


def test_who_ended_waits_for_those_before_it() -> None:
    """The second is written only after the first has ended."""
    events = [started(0), started(1), answered(1, "b", "two")]
    assert blocks("a", "b", events=events) == ""


def test_equal_answers_are_each_written_and_marked() -> None:
    """The mark names the first that gave the answer."""
    events = [answered(i, "abc"[i], "same" if i != 1 else "other") for i in range(3)]
    assert blocks("a", "b", "c", events=events) == (
        "=== a ===\nsame\n\n=== b ===\nother\n\n=== c (same as a) ===\nsame\n\n"
    )


def test_a_failure_without_text_leaves_a_marked_block() -> None:
    """A file with the answers shows that one is missing, and two are not the same."""
    events = [started(0), failed(0, "a"), failed(1, "b"), answered(2, "c", "yes")]
    assert blocks("a", "b", "c", events=events) == (
        "=== a (failed) ===\n\n=== b (failed) ===\n\n=== c ===\nyes\n\n"
    )


def test_what_arrived_before_a_failure_stays() -> None:
    """A broken answer is shown with its mark where the heading is not yet written."""
    events = [
        started(0),
        delta(0, "hal"),
        failed(0, "a", "hal"),
        ended(1, "b", status=Status.TIMED_OUT, text="par"),
    ]
    assert blocks("a", "b", events=events) == (
        "=== a ===\nhal\n\n=== b (timed out) ===\npar\n\n"
    )


def test_a_cached_answer_says_how_old_it_is() -> None:
    """Even the first one, which does not stream as it never starts."""
    cached = answered(0, "a", "yes", cached_age=181.0)
    events = [delta(0, "yes"), cached, answered(1, "b", "yes")]
    assert blocks("a", "b", events=events) == (
        "=== a (cached 3 min ago) ===\nyes\n\n=== b (same as a) ===\nyes\n\n"
    )


def test_a_shuffled_order_is_the_order_of_the_blocks() -> None:
    """Blind, the first shown streams, wherever its entry stands."""
    events = [started(0), started(1), delta(0, "zero"), delta(1, "one")]
    whole = [*events, answered(0, "-", "zero"), answered(1, "-", "one")]
    assert blocks("B", "A", events=whole, order=(1, 0)) == (
        "=== A ===\none\n\n=== B ===\nzero\n\n"
    )


def test_a_label_cannot_break_its_heading() -> None:
    """A model's name may stand for a label, and may hold anything."""
    assert blocks("a\nb", events=[answered(0, "-", "x")]) == "=== a\\x0ab ===\nx\n\n"


def test_with_first_a_filtered_half_is_written_if_there_is_nothing_better() -> None:
    """What a filter cut off does not win over a whole answer that comes later."""
    half = answered(0, "a", "half", finish=FinishReason.FILTERED)
    for later, expected in ([], "half"), ([answered(1, "b", "whole")], "whole"):
        written: list[str] = []
        view = FirstAnswer(written.append)
        for event in [half, *later]:
            view.handle(event)
        view.close()
        assert written == [expected]


def test_with_first_only_the_winners_answer_is_written() -> None:
    """Blank answers do not win, and later ones come too late."""
    written: list[str] = []
    view = FirstAnswer(written.append)
    for event in [
        Queued(index=0, at=0.0),
        delta(0, "a"),
        answered(0, "a", " \n"),
        failed(1, "b", "half"),
        answered(2, "c", "won"),
        Settled(at=1.0, reason="first"),
        answered(3, "d", "late"),
    ]:
        view.handle(event)
    view.close()
    assert written == ["won"]
