"""The order of cells: what is asked beside what, and what is loaded in turn."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.bench.schedule import APART, ROUND, Seat, lanes_of, spread
from tests.support.benches import MACHINE, cloud, task


def ollama(model: str) -> Seat:
    """Give a seat of a server that holds one model at a time."""
    return Seat(place="this machine", model=model, alone=True)


def test_all_that_runs_here_is_one_lane_and_each_cloud_another() -> None:
    """In the order of the entries."""
    lanes = lanes_of([MACHINE, cloud("a"), ollama("m"), cloud("b"), cloud("a")])

    assert [lane.contenders for lane in lanes] == [(0, 2), (1, 4), (3,)]
    assert [lane.at_once for lane in lanes] == [1, 4, 4]


def test_the_smallest_limit_of_an_upstream_holds_for_all_of_it() -> None:
    """Two entries of one upstream may differ in nothing but a profile."""
    [lane] = lanes_of([cloud("a", at_once=3), cloud("a", at_once=2)])

    assert lane.at_once == 2


def test_every_contender_gets_a_task_before_the_next_one() -> None:
    """And each is first in its turn."""
    [lane] = lanes_of([MACHINE, MACHINE, MACHINE])

    assert [*lane.cells([7, 5])] == [(7, 0), (7, 1), (7, 2), (5, 1), (5, 2), (5, 0)]


def test_models_that_push_each_other_out_are_asked_in_rounds() -> None:
    """One is asked a round of tasks, then the next: not loaded in turn each time."""
    seats = [ollama("x"), ollama("y"), ollama("x")]
    [lane] = lanes_of(seats)
    tasks = range(2 * ROUND)

    asked = [seats[index].model for _, index in lane.cells(tasks)]

    changes = sum(a != b for a, b in itertools.pairwise(asked))
    assert changes == 3
    assert sorted(lane.cells(tasks)) == [(t, i) for t in tasks for i in range(3)]


def test_one_model_of_such_a_server_needs_no_rounds() -> None:
    """There is nothing to load in turn."""
    [lane] = lanes_of([ollama("x"), ollama("x"), MACHINE])

    assert not lane.rounds


def test_tasks_of_one_file_are_not_asked_in_a_row() -> None:
    """As long as there are others to ask in between."""
    tasks = [task(n, path="a" if n < 3 else f"f{n}") for n in range(20)]

    order = spread(tasks)

    places = [order.index(n) for n in range(3)]
    assert min(b - a for a, b in itertools.pairwise(places)) > APART
    assert sorted(order) == [*range(20)]


def test_a_repository_of_one_file_is_asked_all_the_same() -> None:
    """Then they do follow each other."""
    assert spread([task(n, path="a") for n in range(5)]) == (0, 1, 2, 3, 4)


@given(st.lists(st.sampled_from("abcdef"), max_size=40))
def test_spreading_loses_no_task_and_keeps_distance_where_it_can(
    paths: list[str],
) -> None:
    """Two of one file are near each other only once nothing else is left."""
    tasks = [task(n, path=path) for n, path in enumerate(paths)]

    order = spread(tasks)

    assert sorted(order) == [*range(len(paths))]
    for at, index in enumerate(order):
        lately = {paths[each] for each in order[max(0, at - APART) : at]}
        if paths[index] in lately:
            assert {paths[each] for each in order[at:]} <= lately


@pytest.mark.parametrize("count", [0, 1])
def test_few_tasks(count: int) -> None:
    """Nothing and one are in order."""
    assert spread([task(n) for n in range(count)]) == tuple(range(count))
