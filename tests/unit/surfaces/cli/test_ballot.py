"""Votes: what words and keys mean."""

import pytest

from hexai.domain.outcome import Status
from hexai.domain.record import Choice, RunRecord
from hexai.errors import UsageError
from hexai.surfaces.cli.ballot import Ballot, Vote
from tests.support.records import contender_record, run_record


def three(**facts: object) -> RunRecord:
    """Record a run of x, y and z, shown as z, x, y."""
    contenders = [contender_record(i, label=name) for i, name in enumerate("xyz")]
    return run_record(1, *contenders, order=(2, 0, 1), **facts)


def won(index: int) -> Vote:
    """Make the vote for a contender."""
    return Vote(choice=Choice.TAKEN, indexes=(index,))


@pytest.mark.parametrize(
    ("word", "vote"),
    [
        ("x", won(0)),
        ("A", won(2)),
        ("b", won(0)),
        ("c", won(1)),
        ("tie", Vote(choice=Choice.TIE)),
        ("bad", Vote(choice=Choice.BAD)),
    ],
)
def test_words(word: str, vote: Vote) -> None:
    """Labels, letters of the order shown, and the two words."""
    for blind in (False, True):
        assert Ballot(three(blind=blind)).read_word(word) == vote


def test_a_name_is_no_answer_while_it_is_hidden() -> None:
    """Such a vote would not be blind; whether anybody is called so is not told."""
    ballot = Ballot(three(blind=True), hidden=True)
    for word in ("x", "nobody"):
        said = f"there is no answer {word}; names stay hidden until you vote; say A, B,"
        with pytest.raises(UsageError, match=said):
            ballot.read_word(word)
    assert ballot.read_word("b") == won(0)
    assert ballot.read_word("tie") == Vote(choice=Choice.TIE)


def test_a_label_that_is_a_letter_counts_where_it_was_shown() -> None:
    """Blind, nobody saw the label, so the letter is meant."""
    contenders = [contender_record(i, label=name) for i, name in enumerate("BA")]

    assert Ballot(run_record(1, *contenders)).read_word("A") == won(1)
    for hidden in (False, True):
        blind = Ballot(run_record(1, *contenders, blind=True), hidden=hidden)
        assert blind.read_word("A") == won(0)


def test_once_named_letters_and_names_are_said() -> None:
    """Both are above the answers by then, and both are taken."""
    ballot = Ballot(three(blind=True))

    with pytest.raises(UsageError, match="say A or z, B or x, C or y, tie or bad"):
        ballot.read_word("nobody")
    assert ballot.question().startswith("Best? Capital A z, B x, C y;")


@pytest.mark.parametrize(
    ("key", "vote"),
    [
        ("A", won(2)),
        ("a", None),
        ("B", won(0)),
        ("b", Vote(choice=Choice.BAD)),
        ("t", Vote(choice=Choice.TIE)),
        ("s", Vote(choice=None)),
        ("\x1b", Vote(choice=None)),
        ("q", None),
        ("\x1b[A", None),
        ("B\n", won(0)),
    ],
)
def test_keys(key: str, vote: Vote | None) -> None:
    """Capital letters are answers; `b`, `t` and `s` say what the question says."""
    assert Ballot(three()).read_key(key) == vote


def test_who_gave_no_answer_of_this_run_cannot_win() -> None:
    """Failed and cached contenders keep their letter, but are no candidates."""
    ballot = Ballot(
        run_record(
            1,
            contender_record(0, status=Status.FAILED),
            contender_record(1, cached=True),
            contender_record(2),
            contender_record(3),
        )
    )

    assert ballot.is_open
    assert ballot.question().startswith("Best? Capital C label2, D label3;")
    for word in ("A", "label1"):
        with pytest.raises(UsageError, match="gave no answer that can win"):
            ballot.read_word(word)


def test_one_answer_is_no_election() -> None:
    """There is nothing to compare it with."""
    ballot = Ballot(run_record(1, contender_record(0)))

    assert not ballot.is_open
    with pytest.raises(UsageError, match="nothing to vote on"):
        ballot.read_word("A")
