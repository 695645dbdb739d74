"""Where somebody differs from a team: beyond chance, and only where one can say so."""

from hexai.domain.ranking import Leaderboard, Ranking, Standing
from hexai.team.differ import differences


def board(**strengths: tuple[float, float]) -> Leaderboard:
    """Rank models by strength and half the width of its interval."""
    standings = tuple(
        Standing(
            model=model,
            strength=strength,
            low=strength - width,
            high=strength + width,
            best=0.5,
            shown=100,
            chosen=50,
        )
        for model, (strength, width) in strengths.items()
    )
    ranking = Ranking(
        standings=standings, comparisons=(), trials=100, none=0, position_effects=()
    )
    return Leaderboard(surface="cli", models={}, rankings=(ranking,))


NAMES = {("cli", name): name.upper() for name in ("a", "b")}


def test_who_prefers_the_other_is_told_so() -> None:
    """By the team's names, and with both differences."""
    mine = board(a=(-0.6, 0.3), b=(0.6, 0.3))
    theirs = board(A=(0.5, 0.1), B=(-0.5, 0.1))

    [found] = differences([mine], [theirs], NAMES)

    assert (found.more, found.less) == ("B", "A")
    assert (round(found.mine, 1), round(found.theirs, 1)) == (1.2, -1.0)


def test_what_may_be_chance_is_not_told() -> None:
    """With wide intervals the same difference says nothing."""
    mine = board(a=(-0.6, 1.5), b=(0.6, 1.5))
    theirs = board(A=(0.5, 0.1), B=(-0.5, 0.1))

    assert [*differences([mine], [theirs], NAMES)] == []


def test_what_two_of_mine_are_called_by_is_left_out() -> None:
    """Nobody could say which of them the team means."""
    mine = board(a=(-0.6, 0.1), b=(0.6, 0.1), c=(0.0, 0.1))
    theirs = board(A=(0.5, 0.1), B=(-0.5, 0.1))

    names = {**NAMES, ("cli", "c"): "A"}

    assert [*differences([mine], [theirs], names)] == []
