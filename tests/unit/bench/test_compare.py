"""Which contender is better, and whether that is known yet."""

from collections.abc import Sequence
from random import Random

import pytest
from msgspec.structs import replace

from hexai.bench.compare import Comparison
from hexai.bench.figures import Block, Figures, Row, blocks_by, figures_of
from hexai.bench.score import NOTHING
from hexai.bench.standing import Decision, Pair, Standing
from hexai.domain.bench import Times


def block(*tasks: Sequence[float | None], commit: str = "c") -> Block:
    """Make a block of what each contender saved at each task."""
    rows = tuple(
        Row(
            figures=tuple(
                None if saved is None else Figures(saved=saved) for saved in task
            )
        )
        for task in tasks
    )
    return Block(commit=commit, rows=rows)


def compared(blocks: Sequence[Block], contenders: int = 2) -> Comparison:
    """Compare contenders by all of these blocks."""
    comparison = Comparison(contenders)
    for each in blocks:
        comparison.add(each)
    return comparison


def answering(
    seed: int, means: Sequence[float], commits: int, spread: float = 0.3
) -> list[Block]:
    """Make blocks of one to three tasks, of contenders who save so much on average."""
    dice = Random(seed)

    def task() -> list[float]:
        return [max(-1.0, min(1.0, dice.gauss(mean, spread))) for mean in means]

    return [block(*(task() for _ in range(dice.randint(1, 3)))) for _ in range(commits)]


def pair(standing: Standing, one: int, other: int) -> Pair:
    """Give what is known of two contenders."""
    [found] = [
        each for each in standing.pairs if {each.better, each.worse} == {one, other}
    ]
    return found


def test_a_clear_difference_is_decided() -> None:
    """Who saves 30 points more is better before long, and the run may stop."""
    comparison = compared(answering(1, [0.5, 0.2], 120))
    [found] = comparison.standing().pairs

    assert (found.better, found.worse, found.verdict) == (0, 1, Decision.OVER)
    assert 0 < found.low < 0.3 < found.high
    assert found.missing is None
    assert comparison.is_settled()


def test_nothing_is_said_at_the_beginning() -> None:
    """A few tasks decide nothing, however clear they are, and say how many it takes."""
    comparison = compared([block([1.0, -1.0])] * 9)
    [found] = comparison.standing().pairs

    assert found.verdict is Decision.OPEN
    assert found.missing is not None
    assert found.missing >= 11
    assert not comparison.is_settled()


def test_what_is_likely_is_a_leaning() -> None:
    """Who is ahead beyond nine in ten is leaned to, and how likely it is is said."""
    [found] = compared(answering(4, [0.42, 0.3], 60)).standing().pairs

    assert found.verdict is Decision.LEANING
    assert found.better == 0
    assert found.likely > 0.9
    assert found.missing is not None
    assert found.missing > 100
    assert found.missing % 10 == 0


def test_equals_are_equal_within_the_margin() -> None:
    """Two that differ by nothing are called equal after enough tasks."""
    comparison = compared(answering(2, [0.3, 0.3], 700, spread=0.15))
    [found] = comparison.standing().pairs

    assert found.verdict is Decision.EQUAL
    assert -0.05 < found.low < found.high < 0.05
    assert comparison.is_settled()


def test_a_wider_margin_is_sooner_reached() -> None:
    """What counts as equal is the user's to say."""
    blocks = answering(2, [0.3, 0.3], 150)
    wide = Comparison(2, margin=0.2)
    for each in blocks:
        wide.add(each)

    assert wide.is_settled()
    assert not compared(blocks).is_settled()


def test_more_pairs_need_more() -> None:
    """A pair that is decided alone is not yet among eight contenders."""
    two = answering(5, [0.45, 0.3], 400)
    count = next(n for n in range(len(two)) if compared(two[:n]).is_settled())
    eight = Comparison(8)
    for each in two[:count]:
        rows = [
            replace(row, figures=row.figures + (Figures(saved=0.3),) * 6)
            for row in each.rows
        ]
        eight.add(replace(each, rows=tuple(rows)))

    assert pair(compared(two[:count]).standing(), 0, 1).verdict is Decision.OVER
    assert pair(eight.standing(), 0, 1).verdict is Decision.LEANING


def test_a_commit_is_one_observation() -> None:
    """Three tasks of a commit say no more than their mean, and count as one."""
    thrice = [block([0.6, 0.3], [0.5, 0.2], [0.4, 0.1], commit="a")]
    once = [block([0.5, 0.2], commit="a")]
    [many], [one] = (compared(each * 40).standing().pairs for each in (thrice, once))

    assert (many.low, many.high) == pytest.approx((one.low, one.high))
    assert (many.tasks, one.tasks) == (120, 40)
    assert many.commits == one.commits == 40


def test_a_missing_cell_leaves_the_comparison_of_its_pairs() -> None:
    """What the guard kept from one is compared among the others."""
    blocks = [block([0.5, None, 0.3], [0.5, 0.1, 0.3])] * 20
    standing = compared([*blocks, block([0.5, None, 0.3])], 3).standing()
    counts = [each and (each.tasks, each.commits) for each in standing.means]

    assert counts == [(41, 21), (20, 20), (41, 21)]
    assert pair(standing, 0, 1).tasks == 20
    assert pair(standing, 0, 2).tasks == 41


def test_who_was_set_aside_is_not_waited_for() -> None:
    """A contender without a key stops no run, and no pair of the others."""
    blocks = [
        replace(
            each,
            rows=tuple(replace(r, figures=(*r.figures, None)) for r in each.rows),
        )
        for each in answering(1, [0.5, 0.2], 200)
    ]
    comparison = compared(blocks, 3)

    assert not comparison.is_settled()
    assert comparison.is_settled(aside={2})
    assert comparison.standing().means[2] is None


def told(seed: int, saved: float, similar: float, commits: int = 200) -> list[Block]:
    """Make blocks in which the first saves and is similar by so much more."""
    dice = Random(seed)
    return [
        Block(
            commit=str(number),
            rows=(
                Row(
                    figures=(
                        Figures(saved=0.3 + saved + noise, similar=0.5 + similar),
                        Figures(saved=0.3, similar=0.5),
                    )
                ),
            ),
        )
        for number in range(commits)
        for noise in [dice.uniform(-0.2, 0.2)]
    ]


@pytest.mark.parametrize(
    ("similar", "verdict"),
    [
        (0.1, Decision.OVER),
        (0.0, Decision.OVER),
        (-0.004, Decision.OVER),
        (-0.01, Decision.SPLIT),
        (-0.2, Decision.SPLIT),
    ],
)
def test_figures_that_disagree_name_no_winner(
    similar: float, verdict: Decision
) -> None:
    """Who saves more and is less similar, by what a table shows, has not won."""
    comparison = compared(told(1, 0.2, similar))
    [found] = comparison.standing().pairs

    assert found.verdict is verdict
    assert found.better == 0
    assert comparison.is_settled() == (verdict is Decision.OVER)


def test_a_winner_that_is_behind_by_now_is_none() -> None:
    """A model that changed in the middle of a run has not won it."""
    turned = [block([0.1, 0.5])] * 100
    [found] = compared([block([0.5, 0.1])] * 60 + turned).standing().pairs

    assert found.better == 1
    assert found.verdict is not Decision.OVER


def test_means_count_commits_alike() -> None:
    """A commit of three tasks weighs as much as one of one."""
    [mean, _] = (
        compared([block([0.9, 0], [0.6, 0], [0.3, 0]), block([0.2, 0])])
        .standing()
        .means
    )

    assert mean is not None
    assert mean.figures.saved == pytest.approx(0.4)
    assert (mean.tasks, mean.commits) == (4, 2)
    assert mean.saved is not None
    assert mean.saved.low < 0.4 < mean.saved.high
    assert mean.useful is None


def test_one_commit_has_a_mean_without_an_interval() -> None:
    """Nobody knows from one commit how much others differ."""
    [mean, _] = compared([block([0.9, 0], [0.6, 0])]).standing().means

    assert mean is not None
    assert mean.saved is None


def test_a_comparison_without_blocks_says_nothing() -> None:
    """Before the first commit there is nothing to be said."""
    comparison = Comparison(3)

    assert comparison.standing() == Standing(means=(None, None, None), pairs=())
    assert comparison.cheapest([1.0, 2.0, 3.0]).contender is None
    assert not comparison.is_settled()


def test_one_contender_has_nothing_to_wait_for() -> None:
    """A run of a single entry is settled by nothing but its tasks."""
    assert Comparison(1).is_settled()


def test_the_cheapest_that_is_not_worse_is_named() -> None:
    """Of three the dearest is best, and the middle one as good but for a margin."""
    comparison = Comparison(3, margin=0.1)
    for each in answering(3, [0.1, 0.5, 0.5], 500, spread=0.2):
        comparison.add(each)
    found = comparison.cheapest([1.0, 2.0, 3.0])

    assert found.contender == 1
    assert found.open == ()


def test_who_is_cheaper_and_not_known_yet_is_told() -> None:
    """What somebody would have to know is said: how much worse it may be, or better."""
    comparison = compared(answering(6, [0.3, 0.32], 60))
    found = comparison.cheapest([1.0, 2.0])

    assert found.contender is None
    assert [each.contender for each in found.open] == [0, 1]
    [cheap, dear] = found.open
    assert cheap.against == 1
    assert cheap.low < -0.05 < cheap.high
    assert (dear.low, dear.high) == pytest.approx((-cheap.high, -cheap.low), abs=1e-3)


def test_who_saves_more_and_is_less_similar_is_not_named() -> None:
    """A cheap entry that says little is no answer, though it saves as many keys."""
    comparison = compared(told(1, 0.02, -0.3, commits=600))
    found = comparison.cheapest([1.0, 2.0])

    assert found.contender == 1
    assert found.open[0].contender == 0
    assert found.open[0].low > -0.05
    assert found.open[0].similar == pytest.approx(-0.3)


def test_a_price_that_nobody_knows_is_not_the_cheapest() -> None:
    """Who may cost anything is compared with, and not named."""
    comparison = compared(answering(1, [0.2, 0.6], 300))

    assert comparison.cheapest([None, 5.0]).contender == 1
    assert comparison.cheapest([None, None]).contender is None


def test_the_order_of_contenders_does_not_matter() -> None:
    """Turned about, the same figures give the same verdicts."""
    blocks = answering(7, [0.5, 0.35, 0.2], 150)
    turned = [
        replace(
            each,
            rows=tuple(
                replace(row, figures=tuple(reversed(row.figures))) for row in each.rows
            ),
        )
        for each in blocks
    ]
    one, other = (compared(each, 3).standing() for each in (blocks, turned))

    assert {(p.better, p.worse, p.verdict) for p in one.pairs} == {
        (2 - p.better, 2 - p.worse, p.verdict) for p in other.pairs
    }


def test_parts_keep_the_order_of_blocks() -> None:
    """By language the same commits come in the same order, each with its tasks."""
    rows = [Row(figures=(), language=language) for language in ("go", "python", "go")]
    blocks = [
        Block(commit="a", rows=tuple(rows)),
        Block(commit="b", rows=tuple(rows[1:2])),
    ]
    parts = blocks_by(blocks, lambda row: row.language)

    assert {
        name: [(each.commit, len(each.rows)) for each in part]
        for name, part in parts.items()
    } == {"go": [("a", 2)], "python": [("a", 1), ("b", 1)]}


@pytest.mark.parametrize(
    ("times", "in_time", "useful"),
    [
        (Times(total=1.0), 1.0, 0.5),
        (Times(total=1.01), 0.0, 0.0),
        (Times(first_token=0.2), 0.0, 0.0),
        (Times(total=0.2, overlapped=True), None, None),
    ],
)
def test_what_comes_too_late_is_of_no_use(
    times: Times, in_time: float | None, useful: float | None
) -> None:
    """What is saved counts if the text was whole in time; what overlapped does not."""
    found = figures_of(replace(NOTHING, saved=0.5), times, 1.0)

    assert (found.in_time, found.useful) == (in_time, useful)
