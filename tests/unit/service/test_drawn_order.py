"""Whether the order of a list is drawn, and what it then is."""

from collections import Counter
from random import Random

import pytest

from hexai.domain.entry import Surface
from hexai.domain.request import Contender, Request
from hexai.service.question import Question, draw_order, draw_seed
from tests.support.races import field
from tests.support.scripted import Scripted

LISTS = 6000


def question(**facts: bool | float) -> Question:
    """Ask something, as `facts` say."""
    request = Request(surface=Surface.CLI, messages=())
    return Question(request=request, entries=(), **facts)  # type: ignore[arg-type]


def contenders(count: int) -> tuple[Contender, ...]:
    """Make so many contenders."""
    return tuple(field(*(Scripted() for _ in range(count))))


def orders(count: int, **facts: bool | float) -> Counter[tuple[int, ...] | None]:
    """Draw many lists; gives how often each order was drawn, None: not drawn."""
    dice, asked, who = Random(7), question(**facts), contenders(count)
    found: Counter[tuple[int, ...] | None] = Counter()
    for _ in range(LISTS):
        seed = draw_seed(dice, who, asked)
        found[None if seed is None else draw_order(count, seed)] += 1
    return found


@pytest.mark.parametrize("facts", [{"shuffle": 1.0}, {"blind": True}])
def test_every_order_is_drawn_equally_often(facts: dict[str, bool | float]) -> None:
    """Of three contenders each of the six orders, within four standard deviations."""
    found = orders(3, **facts)

    assert None not in found
    assert len(found) == 6
    assert all(abs(count - LISTS / 6) < 4 * 29 for count in found.values())


def test_a_share_of_lists_is_drawn() -> None:
    """The others keep the order of the entries, and their seed says so."""
    found = orders(2, shuffle=0.3)

    assert abs(found[None] - 0.7 * LISTS) < 4 * 36
    assert abs(found[0, 1] - 0.15 * LISTS) < 4 * 28
    assert abs(found[1, 0] - 0.15 * LISTS) < 4 * 28


@pytest.mark.parametrize(("count", "facts"), [(3, {}), (1, {"shuffle": 1.0})])
def test_nothing_is_drawn(count: int, facts: dict[str, bool | float]) -> None:
    """Where nobody wants it, and where there is one contender."""
    assert orders(count, **facts) == {None: LISTS}


def test_the_order_follows_from_the_seed() -> None:
    """What is recorded is enough to know the list again; no seed, no drawing."""
    assert draw_order(5, 7) == draw_order(5, 7) != (0, 1, 2, 3, 4)
    assert draw_order(5, None) == (0, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("facts", "share"),
    [({}, 0.0), ({"shuffle": 0.3}, 0.3), ({"shuffle": 0.3, "blind": True}, 1.0)],
)
def test_the_share_is_recorded(facts: dict[str, bool | float], share: float) -> None:
    """Blind, all lists are drawn."""
    assert question(**facts).share_drawn == share
