"""What the command line says of any bench, and what a resumed one cannot heed."""

from collections.abc import Mapping
from decimal import Decimal
from shlex import quote

from msgspec import Struct

from hexai.domain.bench import MARGIN, BenchRecord
from hexai.errors import UsageError
from hexai.service.bench_records import BenchRecords


class BenchOptions(Struct, frozen=True, kw_only=True):
    """What the command line says of any bench."""

    only: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    budget: Decimal | None = None
    hours: float | None = None
    margin: float = 100 * MARGIN
    """In points."""
    seed: str | None = None
    dry_run: bool = False
    measure: bool = False
    yes: bool = False
    resume: str | None = None
    name: str = ""


def check_name(name: str, records: BenchRecords) -> None:
    """Refuse a name by which another bench is called."""
    if name and records.is_named(name):
        raise UsageError(
            f"--name {name}: a bench is called so already; take another, or remove "
            f"that one: hexai bench forget {quote(name)}"
        )


def budget_of(wanted: BenchOptions, before: BenchRecord | None) -> Decimal | None:
    """Give what a bench may spend in all; one that goes on keeps what it had."""
    if wanted.budget is None and before is not None:
        return before.plan.budget
    return wanted.budget


_STAYS = ("tasks", "since", "language", "kind", "seed", "repeat", "hours", "margin")
"""Options that a bench keeps as it was begun with."""


def check_resumed(options: Mapping[str, object]) -> None:
    """Refuse options that a bench which is gone on with could only ignore."""
    if options["resume"] is None:
        return
    given = [name for name in (*_STAYS, "name") if options.get(name)]
    if given:
        named = ", ".join(f"--{name}" for name in given)
        raise UsageError(
            f"{named} cannot be given with --resume: a bench goes on as it was begun"
        )
