"""Which contender figures are of, and what it is called: entries as configured."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hexai.domain.entry import Surface
from hexai.domain.figures import Filter, Title
from hexai.domain.ranking import Counted, Verdict
from hexai.domain.record import Fact
from hexai.ledger.access import Ledger
from tests.support.records import BEGAN_AT, chosen, contender_record, run_record

COLD, WARM = "max_tokens=800 temperature=0", "max_tokens=800 temperature=0.7"
ALWAYS = Counted(now=BEGAN_AT + 1e6)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    """Open a new ledger."""
    path = tmp_path / "ledger.db"
    path.touch()
    with closing(Ledger(path, patience=0.1)) as opened:
        yield opened


def asked(
    number: int, *entries: tuple[str, str], surface: Surface = Surface.CLI
) -> Fact:
    """Record a run of one model's entries, each a label and a fingerprint."""
    contenders = (
        contender_record(index, model="m", label=label, fingerprint=print_)
        for index, (label, print_) in enumerate(entries)
    )
    return run_record(number, *contenders, surface=surface)


def runs(ledger: Ledger, **filters: Any) -> dict[str, int]:
    """Give the number of runs by the newest label and the options."""
    titles = ledger.titles()
    return {
        f"{titles[subject].label} {subject.fingerprint}": figures.runs
        for subject, figures in ledger.figures(Filter(**filters))
    }


def test_two_temperatures_of_a_model_are_two(ledger: Ledger) -> None:
    """Each has its own figures, and a vote between them counts."""
    ledger.take(asked(1, ("cold", COLD), ("warm", WARM)), chosen(1, 0))

    [board] = ledger.leaderboard(Filter(), ALWAYS)
    [ranking] = board.rankings
    [compared] = ranking.comparisons

    assert runs(ledger) == {f"cold {COLD}": 1, f"warm {WARM}": 1}
    assert board.models[compared.better].title.label == "cold"
    assert (compared.choices, compared.won, board.same) == (1, 1, 0)


def test_who_is_renamed_takes_the_rows_along(ledger: Ledger) -> None:
    """The newest label is the name, though an older run is told later."""
    ledger.take(asked(1, ("old", COLD)), asked(3, ("new", COLD)))
    ledger.take(asked(2, ("old", COLD)))

    assert runs(ledger) == {f"new {COLD}": 3}


def test_a_label_that_comes_back_is_the_newest(ledger: Ledger) -> None:
    """It counts when it was used last, not when it was used first."""
    ledger.take(*(asked(n, (label, COLD)) for n, label in enumerate("abba", start=1)))

    assert runs(ledger) == {f"a {COLD}": 4}


def test_a_model_asked_by_its_name_for_once_is_not_renamed(ledger: Ledger) -> None:
    """A label of the user's own goes before what `-m` calls it."""
    ledger.take(asked(1, ("home", COLD)), asked(2, ("m", COLD)))
    ledger.take(asked(3, ("ollama:m", COLD)), asked(4, ("ollama:m#2", COLD)))

    assert runs(ledger) == {f"home {COLD}": 4}


def test_a_changed_option_begins_a_new_contender(ledger: Ledger) -> None:
    """Under the same label, each with the time at which it was asked first."""
    ledger.take(asked(1, ("home", COLD)), asked(2, ("home", COLD)))
    ledger.take(asked(5, ("home", WARM)))

    titles = {each.fingerprint: title for each, title in ledger.titles().items()}

    assert titles == {
        COLD: Title(label="home", since=BEGAN_AT + 60),
        WARM: Title(label="home", since=BEGAN_AT + 300),
    }


def test_a_label_of_one_contender_needs_no_time(ledger: Ledger) -> None:
    """To be told apart; another surface's is another thing."""
    ledger.take(asked(1, ("home", COLD)))
    ledger.take(asked(2, ("home", COLD), surface=Surface.CHAT))

    assert [*ledger.titles().values()] == [Title(label="home")] * 2


def test_changed_prompts_of_ours_are_noted(ledger: Ledger) -> None:
    """An update begins no contender; when it came is known."""
    for number, prompts in ((1, "one"), (2, "two"), (3, "two")):
        each = contender_record(0, model="m", fingerprint=COLD, prompts=prompts)
        ledger.take(run_record(number, each))

    [title] = ledger.titles().values()

    assert title.updated == (BEGAN_AT + 120,)
    assert runs(ledger) == {f"label0 {COLD}": 3}


def test_what_an_older_version_told_is_one(ledger: Ledger) -> None:
    """By provider, upstream and model, whatever it was called."""
    ledger.take(asked(1, ("a", "")), asked(2, ("b", "")), asked(3, ("b", COLD)))

    assert runs(ledger) == {"b ": 2, f"b {COLD}": 1}


def test_what_had_two_labels_in_one_run_is_told_apart(ledger: Ledger) -> None:
    """In all runs of that surface, also those that were told before."""
    ledger.take(asked(1, ("a", "")), asked(2, ("a", ""), ("b", "")), chosen(2, 1))
    ledger.take(asked(3, ("c", ""), surface=Surface.CHAT))
    ledger.take(asked(4, ("d", ""), surface=Surface.CHAT))

    [board] = ledger.leaderboard(Filter(), ALWAYS)

    assert runs(ledger) == {"a ": 2, "b ": 1, "d ": 2}
    assert {each.title.label for each in board.models.values()} == {"a", "b"}


def test_a_fallback_is_not_called_as_who_it_stood_in_for(ledger: Ledger) -> None:
    """It is another model, and has no label of its own."""
    fell_back = contender_record(0, label="home", model="cloud", fell_back=True)
    ledger.take(run_record(1, fell_back, contender_record(1, model="cloud")))

    [title] = ledger.titles().values()

    assert title == Title(label="label1")
    assert runs(ledger) == {"label1 ": 2}


def test_rows_roll_up_by_model(ledger: Ledger) -> None:
    """A vote between entries of one model is then in no row, and that is counted."""
    ledger.take(asked(1, ("cold", COLD), ("warm", WARM)), chosen(1, 0))

    [(subject, figures)] = ledger.figures(Filter(), "model")
    [board] = ledger.leaderboard(Filter(), ALWAYS, "model")

    assert (subject.model, subject.fingerprint, figures.runs) == ("m", "", 2)
    assert (board.rankings, board.same) == ((), 1)


def test_what_is_rolled_up_has_no_verdict(ledger: Ledger) -> None:
    """What differs between its choices is not one thing; a single entry's has one."""
    other = contender_record(1, model="other", fingerprint=COLD)
    for number in range(1, 41):
        fingerprint = COLD if number % 2 else WARM
        one = contender_record(0, model="m", fingerprint=fingerprint)
        third = contender_record(2, model="third", fingerprint=COLD)
        ledger.take(run_record(number, one, other, third), chosen(number, number % 3))

    [board] = ledger.leaderboard(Filter(), ALWAYS, "model")
    [ranking] = board.rankings
    verdicts = {
        frozenset(board.models[each].model for each in (pair.better, pair.worse)): pair
        for pair in ranking.comparisons
    }

    assert verdicts[frozenset(("m", "other"))].verdict is Verdict.POOLED
    assert verdicts[frozenset(("m", "other"))].missing is None
    assert verdicts[frozenset(("other", "third"))].verdict is not Verdict.POOLED


def test_votes_of_entries_that_differ_in_their_labels_alone_are_counted(
    ledger: Ledger,
) -> None:
    """They are one contender; nothing is dropped without a word."""
    ledger.take(asked(1, ("a", COLD), ("b", COLD)), chosen(1, 0))

    [board] = ledger.leaderboard(Filter(), ALWAYS)

    assert (board.rankings, board.same) == ((), 1)


@pytest.mark.parametrize(("wanted", "found"), [("cold", 1), ("ollama:m", 2), ("x", 0)])
def test_labels_and_models_can_be_asked_for(
    wanted: str, found: int, ledger: Ledger
) -> None:
    """By what they are called now, for all their runs."""
    ledger.take(asked(1, ("was", COLD), ("warm", WARM)), asked(2, ("cold", COLD)))

    assert len(runs(ledger, model=wanted)) == found
    assert sum(runs(ledger, model="cold").values()) == 2


def test_labels_are_forgotten_with_their_runs(ledger: Ledger, tmp_path: Path) -> None:
    """No name of a forgotten run stays in the file, nor a mark of its model."""
    ledger.take(asked(1, ("private", ""), ("b", "")), asked(2, ("a", COLD)))
    [number] = ledger.find("1")
    ledger.remove([number])

    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        names = {text for (text,) in connection.execute("SELECT text FROM name")}
    assert "private" not in names
    assert {"a", COLD} <= names
    assert runs(ledger) == {f"a {COLD}": 1}
