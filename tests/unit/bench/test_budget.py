"""What may be spent: reserved before, never more than that."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from hexai.bench.budget import Purse, Tab

CENT = Decimal("0.01")


def test_what_was_not_needed_is_put_back() -> None:
    """Each attempt reserves the most; in the end what it cost is spent."""
    purse = Purse(10 * CENT)
    tab = Tab(purse, 4 * CENT)

    assert tab.begin_attempt()
    assert purse.left == 6 * CENT
    tab.close(CENT, sure=True)

    assert (purse.spent, purse.reserved) == (CENT, Decimal(0))


def test_an_attempt_beyond_the_purse_is_not_made() -> None:
    """And it is known afterwards that this was why."""
    purse = Purse(10 * CENT)
    tab = Tab(purse, 6 * CENT)

    assert tab.begin_attempt()
    assert not tab.begin_attempt()
    assert tab.is_refused


def test_what_costs_nothing_goes_on_where_more_was_spent_than_there_was() -> None:
    """A request may come to more than its bound; a model of this machine is free."""
    purse = Purse(CENT)
    paid = Tab(purse, CENT)
    assert paid.begin_attempt()
    paid.close(2 * CENT, sure=True)

    assert not Tab(purse, CENT).begin_attempt()
    assert Tab(purse, Decimal(0)).begin_attempt()


def test_a_cell_has_money_for_each_of_its_requests_or_for_none() -> None:
    """What the second one may cost is nobody else's while the first is asked."""
    purse = Purse(10 * CENT)
    with Tab(purse, 4 * CENT, requests=2) as tab:
        assert tab.begin_attempt()
        assert not Tab(purse, 2 * CENT, requests=2).begin_attempt()
        tab.close(CENT, sure=True)
        assert purse.left == 5 * CENT
        assert tab.begin_attempt()
        tab.close(CENT, sure=True)
        assert tab.spent == 2 * CENT

    with Tab(purse, 3 * CENT, requests=2) as tab:
        tab.begin_attempt()
        tab.close(Decimal(0), sure=True)  # and there is no second one
    assert (purse.spent, purse.reserved) == (2 * CENT, Decimal(0))


def test_what_is_not_sure_counts_as_the_most() -> None:
    """The estimate of an answer that was broken off is no bill."""
    purse = Purse(10 * CENT)
    tab = Tab(purse, 4 * CENT)
    tab.begin_attempt()
    tab.close(CENT, sure=False)

    assert purse.spent == 4 * CENT


def test_without_a_limit_an_unknown_price_is_paid_and_with_one_it_is_not() -> None:
    """Nobody can reserve what nobody knows."""
    assert Tab(Purse(None), None).begin_attempt()

    tab = Tab(Purse(10 * CENT), None)
    assert not tab.begin_attempt()
    assert tab.is_refused


def test_without_a_limit_what_is_spent_is_counted_too() -> None:
    """By what is known of it."""
    purse = Purse(None)
    tab = Tab(purse, 4 * CENT)
    tab.begin_attempt()
    tab.close(3 * CENT, sure=True)
    unknown = Tab(purse, None)
    unknown.begin_attempt()
    unknown.close(None, sure=True)

    assert purse.spent == 3 * CENT


_REQUESTS = st.lists(
    st.tuples(
        st.integers(0, 500),
        st.integers(1, 4),
        st.floats(0, 1),
        st.booleans(),
    ),
    max_size=30,
)


@given(st.integers(1, 2000), _REQUESTS)
def test_reserved_money_is_never_below_what_was_spent(
    limit: int, requests: list[tuple[int, int, float, bool]]
) -> None:
    """Whatever is asked and comes of it, the limit holds at every moment."""
    purse = Purse(limit * CENT)
    for most, attempts, share, sure in requests:
        with Tab(purse, most * CENT, requests=2) as tab:
            for _ in range(2):
                made = 0
                for _ in range(attempts):
                    made += tab.begin_attempt()
                    assert purse.spent + purse.reserved <= limit * CENT
                if made:
                    cost = Decimal(str(round(share * most))) * CENT
                    assert cost <= purse.reserved
                    tab.close(cost, sure=sure)
        assert purse.spent <= limit * CENT
        assert purse.reserved == 0
