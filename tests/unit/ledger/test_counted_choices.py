"""What of a ledger counts as a trial, and as what."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.domain.figures import By, Filter, Subject
from hexai.domain.outcome import Status
from hexai.domain.provider import Given
from hexai.domain.ranking import Counted, Leaderboard
from hexai.domain.record import (
    Background,
    Choice,
    Chosen,
    ContenderRecord,
    Fact,
    Method,
    RunRecord,
    Shown,
)
from hexai.ledger.access import Ledger
from hexai.ledger.cells import Cells
from hexai.ledger.counted_choices import Choices, identity, read_choices
from hexai.ledger.database import open_database
from hexai.ledger.ratings.trials import Instead, Pattern, Trial
from hexai.ledger.store import Store
from tests.support.records import BEGAN_AT, chosen, contender_record, run_id, run_record

A, B, C = (
    identity(Subject("cli", "ollama", f"model{index}", "http://127.0.0.1:11434"))
    for index in range(3)
)
NOW = BEGAN_AT + 100_000.0
ANY = Counted(now=NOW)
Take = Callable[..., dict[str, Choices]]


def of_all_languages(
    connection: sqlite3.Connection, chosen: Filter, counted: Counted, cells: Cells
) -> dict[str, Choices]:
    """Read what was chosen on each surface."""
    found = read_choices(connection, chosen, counted, cells)
    return {surface: choices for (surface, _language), choices in found.items()}


@pytest.fixture
def take(tmp_path: Path) -> Iterator[Take]:
    """Take facts in, then read what was chosen."""
    path = tmp_path / "ledger.db"
    path.touch()
    connection = open_database(path, patience=1.0)

    def take_in(
        *facts: Fact, counted: Counted = ANY, by: By = "entry", **filters: Any
    ) -> dict[str, Choices]:
        Store(connection, path).take(*facts)
        cells = Cells(connection, by)
        return of_all_languages(connection, Filter(**filters), counted, cells)

    yield take_in
    connection.close()


def trials(found: dict[str, Choices], surface: str = "cli") -> list[Trial]:
    """Spell the trials of a surface out."""
    if surface not in found:
        return []
    tally = found[surface].trials
    return [
        Trial(*tally.outcomes[number], file) for number, file, _sitting, _at in tally
    ]


def completion(number: int = 1, *contenders: ContenderRecord) -> RunRecord:
    """Record a run of the editor without texts."""
    return run_record(
        number,
        *(contenders or (contender_record(0), contender_record(1))),
        surface=Surface.COMPLETION,
        background=Background(project="/p/x", language="go", document="d1", place="q"),
        messages=(),
    )


def shown(number: int, *items: tuple[int, ...]) -> Shown:
    """Show items from top to bottom."""
    return Shown(run_id=run_id(number), at=BEGAN_AT, items=items, whole=True)


def taken(number: int, *indexes: int, choice: Choice = Choice.TAKEN) -> Chosen:
    """Choose in the editor."""
    return chosen(number, *indexes, choice=choice, method=Method.INFERRED)


def test_a_list_is_a_trial_in_the_order_shown(take: Take) -> None:
    """With its file as the cluster."""
    found = take(completion(), shown(1, (1,), (0,)), taken(1, 0))

    assert trials(found, "completion") == [
        Trial(Pattern("list", ((B,), (A,))), 1, "d1")
    ]


@pytest.mark.parametrize("choice", [Choice.PARTLY, Choice.TYPED])
def test_taken_in_part_or_typed_along_is_taken(take: Take, choice: Choice) -> None:
    """The strengths are about what was preferred, not about how much of it."""
    found = take(completion(), shown(1, (0,), (1,)), taken(1, 1, choice=choice))

    assert [trial.choice for trial in trials(found, "completion")] == [1]


def test_nothing_taken_is_a_choice(take: Take) -> None:
    """Of none of the items."""
    found = take(completion(), shown(1, (0,), (1,)), taken(1, choice=Choice.NONE))

    assert [t.choice for t in trials(found, "completion")] == [Instead.NONE]


def test_what_may_still_change_is_in_no_trial(take: Take) -> None:
    """A look at the leaderboard is moved by nothing that is taken back later."""
    facts = completion(), shown(1, (0,), (1,))
    so_far = replace(taken(1, 1), settles_at=NOW + 1)

    before = trials(take(*facts, so_far), "completion")
    settled = taken(1, 0)
    after = trials(take(replace(settled, at=settled.at + 1)), "completion")

    assert before == []
    assert [trial.choice for trial in after] == [0]


def test_a_list_of_several_servers_counts_once_all_of_it_is_settled(take: Take) -> None:
    """Nobody reads the choice among three rows as one among two for a moment."""
    third = completion(2, contender_record(2))
    facts = completion(1), shown(1, (0,), (1,)), taken(1, 1), third, shown(2, (2,))
    none = taken(2, choice=Choice.NONE)

    before = take(*facts, replace(none, settles_at=NOW + 1))
    held = trials(before, "completion")
    [whole] = trials(take(replace(none, at=none.at + 1)), "completion")

    assert held == []
    assert len(whole.pattern.items) == 3


def test_what_nothing_more_was_heard_of_counts_in_the_end(take: Take) -> None:
    """As after an editor that has killed its server; and at the time it settles."""
    settles_at = BEGAN_AT + 160
    so_far = replace(taken(1, 1), settles_at=settles_at)

    found = take(completion(), shown(1, (0,), (1,)), so_far)

    assert [at for *_, at in found["completion"].trials] == [settles_at]


def test_an_older_list_that_misses_an_answer_is_in_no_trial(take: Take) -> None:
    """It may have been seen before letters were typed; a later fact names everybody."""
    older = Shown(run_id=run_id(1), at=BEGAN_AT, items=((1,),))

    before = trials(take(completion(), older, taken(1, 1)), "completion")
    after = trials(take(shown(1, (0,), (1,))), "completion")

    assert before == []
    assert [trial.choice for trial in after] == [1]


def test_what_was_not_shown_is_in_no_trial(take: Take) -> None:
    """Neither a list that never was current, nor an answer that came late."""
    late = contender_record(2, late=True)
    found = take(
        completion(1),
        taken(1, 0),
        completion(2, contender_record(0), contender_record(1), late),
        shown(2, (0,), (1,)),
        taken(2, 0),
    )

    assert [t.pattern for t in trials(found, "completion")] == [
        Pattern("list", ((A,), (B,)))
    ]


def test_one_model_alone_is_no_trial(take: Take) -> None:
    """Nobody can tell whether it or the place was wrong."""
    found = take(completion(), shown(1, (0,)), taken(1, choice=Choice.NONE))

    assert trials(found, "completion") == []


def test_an_item_that_two_gave_is_one(take: Take) -> None:
    """Both are credited with it."""
    three = [contender_record(index) for index in range(3)]
    found = take(completion(1, *three), shown(1, (0, 2), (1,)), taken(1, 0, 2))

    assert [(t.pattern.items, t.choice) for t in trials(found, "completion")] == [
        (((A, C), (B,)), 0)
    ]


def test_a_vote_is_among_those_that_answered(take: Take) -> None:
    """What failed or came from the cache is no loser."""
    run = run_record(
        1,
        contender_record(0, status=Status.FAILED),
        contender_record(1),
        contender_record(2),
        contender_record(3, cached=True),
        order=(3, 2, 0, 1),
    )
    found = take(run, chosen(1, 1))

    assert trials(found) == [Trial(Pattern("vote", ((C,), (B,))), 1)]


def test_a_run_of_the_cache_is_no_trial(take: Take) -> None:
    """However often it is replayed."""
    replays = [
        run_record(
            number,
            contender_record(0, cached=True),
            contender_record(1, cached=True),
        )
        for number in range(5)
    ]

    assert trials(take(*replays, *(chosen(number, 0) for number in range(5)))) == []


def test_ties_and_both_bad_are_apart(take: Take) -> None:
    """One is about the two, the other about taking any."""
    found = take(
        run_record(1),
        chosen(1, choice=Choice.TIE),
        run_record(2),
        chosen(2, choice=Choice.BAD),
    )

    assert [t.choice for t in trials(found)] == [Instead.TIE, Instead.NONE]


def test_equal_texts_of_a_vote_are_one_item(take: Take) -> None:
    """A vote for one of two that said the same is a vote for both."""
    run = run_record(
        1,
        contender_record(0, text="same"),
        contender_record(1, text="other"),
        contender_record(2, text="same"),
    )
    found = take(run, chosen(1, 2))

    assert trials(found) == [Trial(Pattern("vote", ((A, C), (B,))), 0)]


def test_a_model_is_one_whatever_its_provider_is_called(take: Take) -> None:
    """Upstream and model say what it is; of an entry its provider's name is a part."""
    facts = (
        run_record(1),
        chosen(1, 0),
        run_record(2, contender_record(0, provider="home"), contender_record(1)),
        chosen(2, 0),
    )

    assert len({t.pattern for t in trials(take(*facts, by="model"))}) == 1
    assert len({t.pattern for t in trials(take(*facts))}) == 2


def test_only_what_is_asked_for_counts(take: Take) -> None:
    """By surface, language, project, time, method, and whether it was blind."""
    facts = (
        completion(1),
        shown(1, (0,), (1,)),
        taken(1, 0),
        run_record(2, blind=True),
        chosen(2, 1),
    )

    def count(counted: Counted = ANY, **filters: Any) -> dict[str, int]:
        found = take(*facts, counted=counted, **filters)
        return {s: len(trials(found, s)) for s in found if trials(found, s)}

    assert count() == {"completion": 1, "cli": 1}
    assert count(surface="cli") == {"cli": 1}
    assert count(language="go") == {"completion": 1}
    assert count(project="x") == {"completion": 1}
    assert count(since=BEGAN_AT + 100) == {"cli": 1}
    assert count(Counted(now=NOW, method=Method.VOTE)) == {"cli": 1}
    assert count(Counted(now=NOW, blind=False)) == {"completion": 1}


def test_a_change_of_the_returned_model_is_told(take: Take) -> None:
    """With the time of its first answer."""
    found = take(
        run_record(1),
        chosen(1, 0),
        run_record(2, contender_record(0, returned_model="new"), contender_record(1)),
        chosen(2, 0),
    )

    returned = found["cli"].returned
    times = [at / 1000 for (model, _), at in returned.items() if model == A]
    assert times == [BEGAN_AT + 60, BEGAN_AT + 120]


def test_servers_of_one_place_are_one_list(take: Take) -> None:
    """Each has one entry; what was shown first stands first."""
    one, other = contender_record(0), contender_record(0, model="model1")
    elsewhere = contender_record(0, model="model2")
    found = take(
        *(completion(1, one), completion(2, other), completion(3, elsewhere)),
        *(shown_at(1, 1.0), shown_at(2, 0.5), shown_at(3, 60.0)),
        *(taken(1, 0), taken(2, choice=Choice.NONE), taken(3, 0)),
    )

    assert trials(found, "completion") == [
        Trial(Pattern("list", ((B,), (A,)), joined=True), 1, "d1")
    ]


def test_the_list_of_several_servers_was_decided_in_one_way(take: Take) -> None:
    """That of the server from which something was taken, not that of the others."""
    one, other = contender_record(0), contender_record(0, model="model1")
    facts = (
        *(completion(1, one), completion(2, other)),
        *(shown_at(1, 0.5), shown_at(2, 1.0)),
        chosen(1, 0, choice=Choice.TAKEN, method=Method.COMMAND),
        taken(2, choice=Choice.NONE),
    )

    def count(method: Method) -> int:
        return len(
            trials(take(*facts, counted=Counted(now=NOW, method=method)), "completion")
        )

    assert (count(Method.COMMAND), count(Method.INFERRED)) == (1, 0)


def test_servers_of_one_place_may_have_several_entries(take: Take) -> None:
    """What was left in one list because of another is no list without a choice."""
    first = [contender_record(index) for index in range(3)]
    second = [contender_record(0, model="other"), contender_record(1, model="last")]
    found = take(
        *(completion(1, *first), completion(2, *second), completion(3, *second)),
        shown(1, (0, 2), (1,)),
        shown(2, (1,), (0,)),
        shown_at(3, 60.0, (0,), (1,)),
        *(taken(1, choice=Choice.NONE), taken(2, 0), taken(3, 1)),
    )
    other, last = A.replace("model0", "other"), A.replace("model0", "last")

    assert trials(found, "completion") == [
        Trial(Pattern("list", ((A, C), (B,), (last,), (other,)), joined=True), 3, "d1"),
        Trial(Pattern("list", ((other,), (last,))), 1, "d1"),
    ]


def shown_at(number: int, after: float, *items: tuple[int, ...]) -> Shown:
    """Show a list at a moment; of one item, unless told otherwise."""
    return Shown(
        run_id=run_id(number), at=BEGAN_AT + after, items=items or ((0,),), whole=True
    )


def told(found: dict[str, Choices], surface: str) -> list[tuple[bool, str]]:
    """Give whether the order of each trial was drawn, and its sitting."""
    tally = found[surface].trials
    return [
        (tally.outcomes[number][0].drawn, sitting)
        for number, _file, sitting, _at in tally
    ]


def test_a_drawn_order_is_known_by_its_seed(take: Take) -> None:
    """Whether names were in sight or not."""
    found = take(
        *(run_record(1), chosen(1, 0)),
        *(run_record(2, seed=7), chosen(2, 0)),
        *(run_record(3, seed=0, blind=True), chosen(3, 0)),
    )

    assert [drawn for drawn, _ in told(found, "cli")] == [False, True, True]


def test_lists_of_several_servers_were_in_no_drawn_order(take: Take) -> None:
    """Whatever each of them did, what came first stands first."""
    one, other = (
        completion(1, contender_record(0)),
        completion(2, contender_record(0, model="model1")),
    )
    found = take(
        *(replace(one, seed=1), replace(other, seed=2)),
        *(shown_at(1, 0.5), shown_at(2, 1.0)),
        *(taken(1, 0), taken(2, choice=Choice.NONE)),
    )

    assert [drawn for drawn, _ in told(found, "completion")] == [False]
    assert [each.pattern.joined for each in trials(found, "completion")] == [True]


def test_what_two_rows_share_is_taken_from_neither(take: Take) -> None:
    """Typing along both, the upper one is no better than the lower one."""
    three = [contender_record(index) for index in range(3)]
    both = taken(1, 0, 2, choice=Choice.TYPED)
    found = take(completion(1, *three), shown(1, (2,), (1,), (0,)), both)

    [trial] = trials(found, "completion")

    assert trial.pattern.items == ((C,), (B,), (A,))
    assert trial.pattern.together == (0, 2)
    assert trial.choice == 0


def test_pauses_tell_sittings_apart_where_none_was_recorded(take: Take) -> None:
    """Half an hour without a question or a choice; a question keeps one going."""
    minutes = (0, 20, 45, 76)
    facts = [
        fact
        for number, minute in enumerate(minutes, start=1)
        for fact in (
            run_record(number, started_at=BEGAN_AT + 60 * minute),
            chosen(number, 0, at=BEGAN_AT + 60 * minute + 1),
        )
    ]
    between = run_record(9, started_at=BEGAN_AT + 60 * 60)

    apart = [sitting for _, sitting in told(take(*facts), "cli")]
    kept_going = {sitting for _, sitting in told(take(between), "cli")}

    assert apart[0] == apart[1] == apart[2] != apart[3]
    assert len(kept_going) == 1


def test_a_recorded_sitting_is_believed(take: Take) -> None:
    """That of the choice, or of the question where the choice has none."""
    one, other = "ab" * 16, "cd" * 16
    found = take(
        *(run_record(1, sitting=one), chosen(1, 0, sitting=other)),
        *(run_record(2, sitting=one), chosen(2, 0)),
        *(run_record(3, sitting=other), chosen(3, 0)),
    )

    first, second, third = (sitting for _, sitting in told(found, "cli"))

    assert first == third != second


def test_a_name_is_known_since_its_first_run_in_any_order(take: Take) -> None:
    """An import may bring older runs later, or newer ones before."""
    began = {1: 500.0, 2: 0.0, 3: 900.0}
    found = take(
        *(
            fact
            for number, seconds in began.items()
            for fact in (
                run_record(
                    number,
                    *(contender_record(i, returned_model="m-1") for i in (0, 1)),
                    started_at=BEGAN_AT + seconds,
                ),
                chosen(number, 0, at=BEGAN_AT + 1000 - seconds),
            )
        )
    )

    since = {at / 1000 for at in found["cli"].returned.values()}
    assert since == {BEGAN_AT}


def test_trials_are_in_order_of_time(take: Take) -> None:
    """Though an import brought older ones later."""
    found = take(
        *(run_record(1), chosen(1, 0, at=BEGAN_AT + 9000)),
        *(run_record(2), chosen(2, 1, at=BEGAN_AT + 10)),
    )

    assert [trial.choice for trial in trials(found)] == [1, 0]
    assert found["cli"].trials.times == [BEGAN_AT + 10, BEGAN_AT + 9000]


def test_many_cut_prompts_cost_no_walk_through_all_of_them(tmp_path: Path) -> None:
    """Four times as many take about four times the steps of SQLite, not sixteen."""
    few, many = (_steps_to_read(tmp_path, count) for count in (100, 400))

    assert many < 6 * few


def _steps_to_read(folder: Path, count: int) -> int:
    """Count SQLite's steps through so many runs in each of which one prompt was cut."""
    path = folder / f"{count}.db"
    path.touch()
    connection = open_database(path, patience=1.0)
    cut_short = contender_record(2, given=Given(tokens=9000, held=4096, cut=True))
    given = contender_record(0), contender_record(1), cut_short
    for number in range(1, count + 1):
        Store(connection, path).take(run_record(number, *given), chosen(number, 0))
    (cut,) = connection.execute("SELECT sum(cut) FROM contender").fetchone()
    steps = 0

    def step() -> None:
        nonlocal steps
        steps += 1

    connection.set_progress_handler(step, 10)
    found = of_all_languages(connection, Filter(), ANY, Cells(connection))
    connection.close()
    assert (cut, len(trials(found))) == (count, count)
    return steps


def test_each_language_is_ranked_as_a_filter_would(tmp_path: Path) -> None:
    """One pass gives what a leaderboard of each language and of all would say."""
    path = tmp_path / "ledger.db"
    path.touch()
    with closing(Ledger(path, patience=0.1)) as ledger:
        for number in range(1, 90):
            language = ("go", "python", "")[number % 3]
            run = replace(
                completion(number, contender_record(0), contender_record(1)),
                background=Background(language=language),
                seed=1,
            )
            facts = shown(number, (0,), (1,)), taken(number, int(number % 4 == 0))
            ledger.take(run, *facts)
        boards = ledger.boards(Filter(), ANY, looks=5, most=12)
        fewer = ledger.boards(Filter(), ANY, looks=5, most=1)
        filtered = {
            language: ledger.leaderboard(Filter(language=language), ANY)
            for language in ("", "go", "python")
        }

    growth = [g.at for board in boards["go"] or () for g in board.rankings[0].growth]
    assert {k: without_growth(v or ()) for k, v in boards.items()} == filtered
    assert len(growth) == 5
    assert fewer == {**boards, "go": None}, "there is less of it"


def without_growth(boards: tuple[Leaderboard, ...]) -> tuple[Leaderboard, ...]:
    """Give them as a leaderboard has them."""
    return tuple(
        replace(b, rankings=tuple(replace(r, growth=()) for r in b.rankings))
        for b in boards
    )
