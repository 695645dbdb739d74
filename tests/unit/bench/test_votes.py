"""Answers put beside each other, and what votes on them say."""

from collections import Counter
from random import Random

from hexai.bench.standing import Decision
from hexai.bench.votes import Pairs, compare_votes, pairs_of, tallies
from hexai.domain.bench import (
    BenchContender,
    BenchRecord,
    BenchVote,
    Cell,
    Plan,
    State,
    TaskRecord,
)
from hexai.domain.entry import Surface
from hexai.domain.record import Choice


def bench(questions: int, contenders: int = 2, *, key: str = "0f" * 16) -> BenchRecord:
    """Make a bench that was asked whole."""
    named = (
        BenchContender(label=f"m{i}", provider="p", model=f"m{i}", upstream="u")
        for i in range(contenders)
    )
    tasks = tuple(
        TaskRecord(id=f"{n:08}", kind="question", commit=f"{n:04}", characters=9)
        for n in range(questions)
    )
    cells = (
        Cell(task=task.id, contender=i, state=State.ANSWERED, checks=())
        for task in tasks
        for i in range(contenders)
    )
    plan = Plan(project="", surface=Surface.CLI, contenders=tuple(named), tasks=tasks)
    return BenchRecord(number=1, id=key, started_at=0.0, plan=plan, cells=tuple(cells))


def texts(made: BenchRecord) -> dict[tuple[str, int], str]:
    """Let everybody say something else."""
    return {
        (cell.task, cell.contender): f"{cell.task} {cell.contender}"
        for cell in made.cells
    }


def test_the_order_is_drawn_once() -> None:
    """The same again for the same bench, and another one for another."""
    made = bench(30, 3)
    pairs = pairs_of(made, texts(made)).pairs

    assert len(pairs) == 90
    assert pairs_of(made, texts(made)).pairs == pairs
    other = bench(30, 3, key="f0" * 16)
    assert pairs_of(other, texts(other)).pairs != pairs
    assert [each.task.id for each in pairs] != sorted(each.task.id for each in pairs)


def test_each_stands_first_about_as_often() -> None:
    """Who stands first is drawn, and nothing tells which contender it is."""
    made = bench(400)
    firsts = Counter(each.first for each in pairs_of(made, texts(made)).pairs)

    assert 160 < firsts[0] < 240


def test_who_said_the_same_or_nothing_is_not_shown() -> None:
    """There is nothing to compare."""
    made = bench(4)
    said = texts(made)
    said["00000000", 0] = said["00000000", 1] + "\n"
    said["00000001", 0] = " "
    del said["00000002", 1]

    found = pairs_of(made, said)
    assert [each.task.id for each in found.pairs] == ["00000003"]
    assert found.same == 1


def vote(pairs: Pairs, place: int, winner: int | None) -> BenchVote:
    """Vote for a contender; None: a tie."""
    choice = Choice.TIE if winner is None else Choice.TAKEN
    return pairs.pairs[place].voted(choice, winner, at=float(place))


def test_votes_that_go_one_way_decide() -> None:
    """Sixteen of twenty, and the better one is named with its points."""
    made = bench(40)
    pairs = pairs_of(made, texts(made))
    votes = [vote(pairs, n, int(n % 10 == 0)) for n in range(40)]

    [pair] = compare_votes(votes, 2, 0.05).standing().pairs
    assert (pair.verdict, pair.better) == (Decision.OVER, 0)
    assert tallies(votes, 2)[0].won == 36
    assert tallies(votes, 2)[1].lost == 36


def test_repeated_votes_on_one_question_are_one() -> None:
    """A question that is asked ten times says no more than once."""
    made = bench(40)
    tasks = tuple(
        TaskRecord(
            id=task.id, kind=task.kind, commit=f"{int(task.id) // 10:04}", characters=9
        )
        for task in made.plan.tasks
    )
    plan = Plan(
        project="",
        surface=Surface.CLI,
        contenders=made.plan.contenders,
        tasks=tasks,
    )
    repeated = BenchRecord(
        number=1, id=made.id, started_at=0.0, plan=plan, cells=made.cells
    )
    pairs = pairs_of(repeated, texts(made))
    votes = [vote(pairs, n, 0) for n in range(40)]

    [pair] = compare_votes(votes, 2, 0.05).standing().pairs
    assert pair.commits == 4
    assert pair.verdict is Decision.OPEN


def test_a_coin_hardly_ever_names_a_winner() -> None:
    """However often somebody looks."""
    drawn, made = Random(7), bench(60)
    pairs = pairs_of(made, texts(made))
    false = 0
    for _ in range(60):
        votes = [vote(pairs, n, drawn.randrange(2)) for n in range(60)]
        looks = (compare_votes(votes[:n], 2, 0.05) for n in range(20, 61, 10))
        found = {look.standing().pairs[0].verdict for look in looks}
        false += Decision.OVER in found

    assert false <= 6
