"""What a person sees of a bench on its way: whom it waits for, and what is cut."""

from decimal import Decimal

from hexai.bench.budget import Purse
from hexai.bench.known import Known
from hexai.bench.run import Progress, Wait
from hexai.bench.spending import Forecast
from hexai.domain.bench import BenchContender, BenchRecord, Plan, TaskRecord
from hexai.surfaces.cli.bench_view import BenchView
from tests.support.benches import task


class OnItsWay:
    """A bench of which nothing is answered yet."""

    def __init__(self, record: BenchRecord, *waits: Wait) -> None:
        self.known, self.purse = Known.of(record), Purse(None)
        self._waits = waits

    def progress(self) -> Progress:
        """Say that some are waited for, and that no price is known."""
        return Progress(
            cells=(0,) * self.known.contenders,
            tasks=1,
            spent=Decimal(0),
            is_spent_known=False,
            reserved=Decimal(0),
            left=None,
            aside={},
            waits=self._waits,
        )


def view(contenders: int, *waits: Wait) -> BenchView:
    """Make the view of a bench of so many."""
    plan = Plan(
        project="",
        contenders=tuple(
            BenchContender(label=f"l{n}", provider="p", model=f"m{n}", upstream="u")
            for n in range(contenders)
        ),
        tasks=(TaskRecord.of(task(1)),),
    )
    record = BenchRecord(number=1, id="ab", started_at=0.0, plan=plan)
    forecasts = [Forecast([]) for _ in range(contenders)]
    return BenchView(record, OnItsWay(record, *waits), forecasts)


def test_who_is_waited_for_is_named_with_how_long_and_why() -> None:
    """One that asks for time, one that says nothing; and no price is none of $0."""
    asks = Wait(contender=1, seconds=42.0, reason="rate limit")
    lines = view(2, asks, Wait(contender=0, seconds=16.0)).lines(80, 24)

    assert "l1 waits, asked again in 42 s: rate limit" in lines
    assert "l0 was asked 16 s ago: no answer yet" in lines
    assert "price unknown · time not known yet" in lines


def test_what_a_small_screen_has_no_room_for_is_counted() -> None:
    """The last lines stay, and those between are not left out without a word."""
    for rows in range(1, 20):
        lines = view(12).lines(80, rows)
        assert len(lines) <= max(1, rows - 1)
        assert lines[-1].startswith("Ctrl-C stops")
    assert view(12).lines(80, 10)[-3] == "  … 7 more lines"
