"""The line after a vote: how those of the run stand, or why it cannot count."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hexai.domain.entry import Surface
from hexai.domain.provider import Given
from hexai.domain.record import Choice, Chosen, ContenderRecord, RunRecord
from hexai.ledger.access import Ledger
from hexai.surfaces.after_vote import standing_line
from tests.support.records import BEGAN_AT, chosen, contender_record, run_record

HOUR = 3600.0


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    path = tmp_path / "ledger.db"
    path.touch()
    with closing(Ledger(path, patience=0.1)) as opened:
        yield opened


def entry(index: int, label: str, **facts: Any) -> ContenderRecord:
    """Record an answer of an entry of one model that its options tell apart."""
    told = {"model": "m", "fingerprint": f"temperature=0.{index}", **facts}
    return contender_record(index, label=label, text=f"said {index}", **told)


def asked(
    number: int, *contenders: ContenderRecord, seed: int | None = 1, **facts: Any
) -> RunRecord:
    """Record a question in a drawn order, in a sitting of its own."""
    given = contenders or (entry(0, "careful"), entry(1, "lively"))
    order = tuple(each.index for each in given)
    return run_record(
        number,
        *given,
        order=order if number % 2 else order[::-1],
        seed=seed,
        started_at=BEGAN_AT + HOUR * number,
        **facts,
    )


def votes(ledger: Ledger, *winners: int, **facts: Any) -> int:
    """Vote some times; gives how often it was."""
    for number, winner in enumerate(winners, start=1):
        at = BEGAN_AT + HOUR * number + 1
        ledger.record(asked(number, **facts), chosen(number, winner, at=at))
    return len(winners)


def line(ledger: Ledger, run: RunRecord, *indexes: int, **facts: Any) -> str:
    """Vote on a run that was recorded last; gives the line."""
    number = int(run.run_id[:8], 16)
    vote: Chosen = chosen(number, *indexes, at=run.started_at + 5, **facts)
    ledger.record(run, vote)
    [found] = ledger.find(run.run_id)
    return standing_line(run, vote, ledger.standing(found, run.surface, BEGAN_AT * 2))


def test_a_first_vote_says_how_many_more_it_takes(ledger: Ledger) -> None:
    """A guess, rounded so that it looks like one."""
    said = line(ledger, asked(1), 0)

    assert said.startswith("careful ahead 1:0; about ")
    assert said.endswith(" more")


def test_who_won_more_is_named(ledger: Ledger) -> None:
    """Whoever won this one."""
    votes(ledger, 0, 0, 0, 0, 1)

    assert line(ledger, asked(6), 1).startswith("careful ahead 4:2; about ")


def test_even_is_said(ledger: Ledger) -> None:
    """Nobody is ahead then."""
    votes(ledger, 0)

    said = line(ledger, asked(2), 1)
    assert "careful and lively even at 1:1; about " in said.replace(
        "lively and careful", "careful and lively"
    )


def test_a_verdict_is_said(ledger: Ledger) -> None:
    """With what it was made of."""
    count = votes(ledger, *[0] * 60)

    said = line(ledger, asked(count + 1), 0)
    assert said == "careful over lively, decided at 61:0"


def test_of_three_the_winner_is_told_beside_each(ledger: Ledger) -> None:
    """In one line."""
    three = entry(0, "x"), entry(1, "y"), entry(2, "z")

    said = line(ledger, asked(1, *three), 1)

    assert said.count("\n") == 0
    assert "y ahead of x 1:0; about " in said
    assert "y ahead of z 1:0; about " in said


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice.TIE, "a tie says nothing"),
        (Choice.BAD, "that none is good says nothing"),
    ],
)
def test_a_tie_says_nothing_between_two(
    choice: Choice, said: str, ledger: Ledger
) -> None:
    """But how they stood before is said all the same."""
    votes(ledger, 1)

    told = line(ledger, asked(2), choice=choice)
    assert told.startswith(f"{said} between them; lively ahead 1:0; about ")


def test_a_first_tie_leaves_nothing_known(ledger: Ledger) -> None:
    """And that is said."""
    told = line(ledger, asked(1), choice=Choice.TIE)

    assert told.endswith("nothing is known between them yet")


def test_a_vote_in_an_order_that_nobody_drew_decides_nothing(ledger: Ledger) -> None:
    """It says what draws the order."""
    said = line(ledger, asked(1, seed=None), 0)

    assert said.startswith("careful ahead 1:0; ")
    assert said.endswith(
        "this vote decides nothing, as its order was not drawn: --blind, or "
        "on a terminal shuffle = true below [cli], draws it"
    )


def test_one_contender_under_two_labels_cannot_win(ledger: Ledger) -> None:
    """It says that they are one, and with which options."""
    same = {"fingerprint": "temperature=0"}
    run = asked(1, entry(0, "a", **same), entry(1, "b", **same))

    assert line(ledger, run, 0) == (
        "this vote does not count: a and b are one contender but for their labels "
        "(ollama:m, temperature=0)"
    )


def test_an_answer_to_a_cut_prompt_cannot_win(ledger: Ledger) -> None:
    """It answers another question; it says whose upstream that was."""
    cut = Given(tokens=9000, held=4096, cut=True)
    run = asked(1, entry(0, "careful"), entry(1, "lively", given=cut))

    said = line(ledger, run, 0)

    assert said.startswith("this vote does not count: the prompt of lively was cut")


def test_equal_answers_are_equally_good(ledger: Ledger) -> None:
    """A vote for one of them is one for all."""
    both = (contender_record(i, label=each, text="4") for i, each in enumerate("ab"))

    assert line(ledger, asked(1, *both), 0) == (
        "this vote does not count: all have given the same answer"
    )


def test_choices_of_the_editor_count_there(ledger: Ledger) -> None:
    """A vote on a list of the editor stands beside what was taken."""
    run = asked(1, surface=Surface.COMPLETION)

    assert line(ledger, run, 0).startswith("careful ahead 1:0; about ")


def test_a_changed_option_begins_at_nothing(ledger: Ledger) -> None:
    """What was chosen of the former is not counted for it."""
    votes(ledger, 0, 0, 0)
    changed = entry(0, "careful", fingerprint="temperature=0.9")

    said = line(ledger, asked(4, changed, entry(1, "lively")), 0)

    assert said.startswith("careful (temperature=0.9) ahead 1:0; about ")


def test_who_stood_there_under_another_label_is_called_by_that(ledger: Ledger) -> None:
    """The newest label is a name that was not in this run."""
    votes(ledger, 0)
    by_model = entry(0, "m")

    said = line(ledger, asked(2, by_model, entry(1, "lively")), 0)

    assert said.startswith("m ahead 2:0; about ")
