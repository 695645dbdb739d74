"""What a bench will ask and take, said before anything is sent; pure."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from hexai.bench.commits_missing import smallest_gap
from hexai.bench.duel import WIDEST
from hexai.bench.known import SHARES
from hexai.bench.lacks import Lacks
from hexai.bench.outlook import Outlook
from hexai.bench.spending import Estimate
from hexai.domain.bench import Plan
from hexai.surfaces.cli.bench_trained import trained_words
from hexai.surfaces.cli.bench_units import duration, points
from hexai.surfaces.cli.bench_words import tasks_words
from hexai.surfaces.cli.output import table, wrapped
from hexai.surfaces.words import counted, usd
from hexai.text.sanitise import visible_line

if TYPE_CHECKING:
    from hexai.bench.mining.mine import Mined

_HEADER = ("ENTRY", "WHERE", "TOKENS IN", "TOKENS OUT", "PRICE", "A CELL")
_CELL = 19.0
"""Seconds that one cell of the smallest embedded model took on two cores."""


def mined_words(mined: "Mined", plan: Plan, *, columns: int, drawn: bool) -> str:
    """Say what the tasks are, and what is sent of whose.

    `drawn`: nobody named the seed, so that whoever wants them again has to know it.
    """
    told_below = sum(task.told_below for task in plan.tasks)
    files, authors = counted(mined.files, "file"), counted(mined.authors, "author")
    whose = f"from {files} and {authors}"
    again = f"--seed {plan.seed} draws these tasks again"
    lines = [
        tasks_words(plan),
        *([again] if drawn else []),
        f"{whose}, the oldest of {_day(mined.oldest)}",
    ]
    if mined.widened:
        since = _day(mined.since)
        lines.append(f"there were too few, so it was looked back to {since}")
    if mined.told:
        lines.append(
            "a name that only the same commit gives below stands in "
            f"{mined.told} of those found, and still in {told_below} of those asked"
        )
    if mined.left_out:
        most = Counter(mined.left_out).most_common(6)
        left = ", ".join(f"{reason} ({count:,})" for reason, count in most)
        lines.append(f"left out: {left}")
    if plan.below:
        lines.append(f"only {plan.below} of {plan.project} was looked at")
    lines += mined.notes
    lines += trained_words(plan)
    return fitted(lines, columns)


def outlook_words(
    plan: Plan, view: Outlook, budget: Decimal | None, *, columns: int
) -> str:
    """Say what it takes: tokens and money by entry as bounds, time, what it decides."""
    rows = [
        _row(contender.label, estimate, where=where, cell=cell)
        for contender, estimate, where, cell in zip(
            plan.contenders,
            view.estimates,
            _places(plan, view.lacks),
            view.seconds,
            strict=True,
        )
    ]
    lines = [
        *lacks_words(plan, view.lacks),
        _left(plan, view),
        *_money(plan, view, budget),
        _time(plan, view),
        _decides(plan, view, budget),
    ]
    drawn = table(_HEADER, rows, columns=columns)
    return drawn + fitted(filter(None, lines), columns)


def lacks_words(plan: Plan, lacks: Lacks) -> Iterator[str]:
    """Say who cannot be asked, and why."""
    for index, why in sorted({**lacks.aside, **lacks.silent}.items()):
        label = plan.contenders[index].label
        if index in lacks.aside:
            yield f"{label} is not asked: {why}"
        else:
            yield f"{label}: {why}; it is set aside if that stays so"


def _places(plan: Plan, lacks: Lacks) -> Iterator[str]:
    for index, contender in enumerate(plan.contenders):
        if index in lacks.aside:
            yield "not asked"
        elif index in lacks.silent:
            yield "no answer"
        else:
            yield "here" if contender.local else "cloud"


def fitted(lines: Iterable[str], columns: int) -> str:
    """Write sentences, broken between words on a screen."""
    return "".join(f"{wrapped(visible_line(line), columns)}\n" for line in lines)


def _row(
    label: str, estimate: Estimate, *, where: str, cell: float | None
) -> tuple[str, ...]:
    least, most = estimate.tokens_out
    return (
        label,
        where,
        f"{estimate.tokens_in[0]:,} … {estimate.tokens_in[1]:,}",
        f"{least:,} … {'no limit' if most is None else f'{most:,}'}",
        _bounds(estimate),
        "not known" if cell is None else duration(cell),
    )


def _bounds(estimate: Estimate) -> str:
    if estimate.usd is None:
        return "not known"
    low, high = estimate.usd
    return usd(high) if low == high else f"{usd(low)} … {usd(high)}"


def _money(plan: Plan, view: Outlook, budget: Decimal | None) -> Iterator[str]:
    asked = [i for i in range(len(view.estimates)) if i not in view.lacks.aside]
    known = [each for i in asked if (each := view.estimates[i].usd) is not None]
    told = [i for i in asked if i not in view.lacks.silent]  # those may be free
    unknown = [plan.contenders[i].label for i in told if not view.estimates[i].usd]
    if not asked:
        yield "nobody is left to be asked"
        return
    if not known:
        said = "the price is unknown"
        yield said if budget is None else f"{said}, so nothing is sent under a budget"
        return
    low = sum((each[0] for each in known), Decimal(0))
    high = sum((each[1] for each in known), Decimal(0))
    total = usd(high) if low == high else f"{usd(low)} to {usd(high)}"
    if budget is None:
        yield f"in all {total}{', and what is unknown' if unknown else ''}"
        return
    tasks, word = len(plan.tasks), "question" if plan.asks_questions else "task"
    least, most = _bought(tasks, budget, high), _bought(tasks, budget, low)
    bought = f"{least}" if least == most else f"{least} to {most}"
    buys = f", and buys {bought} of {counted(tasks, word)}"
    if view.left is not None:  # some of it is spent already
        buys = ""
    yield f"in all {total}; the budget of {usd(budget)} is a hard stop{buys}"
    if unknown:
        yield (
            f"{', '.join(unknown)}: the price is unknown, so under a budget nothing "
            "is sent there"
        )


def _bought(tasks: int, budget: Decimal, cost: Decimal) -> int:
    """Give how many tasks a budget holds, of so many that cost so much together."""
    return tasks if cost <= budget else int(tasks * budget / cost)


def _left(plan: Plan, view: Outlook) -> str:
    if view.left is None:
        return ""
    cells = counted(len(plan.tasks) * len(plan.contenders), "cell")
    return f"still to be asked: {view.left:,} of {cells}; the rest is there already"


def _time(plan: Plan, view: Outlook) -> str:
    seconds = view.seconds_left
    if view.left is None and view.a_task is not None:
        seconds = view.a_task * len(plan.tasks)
    if seconds is None:
        measure = (
            "how long it takes is not known; --dry-run --measure asks three cells of "
            "each entry that runs here"
        )
        if plan.asks_questions:
            return measure
        return (
            f"{measure}. One of a small model on two cores took {_CELL:.0f} s: an hour "
            "is for clouds, a GPU or few tasks"
        )
    sooner = "" if plan.whole else ", or less if all is known"
    return f"about {duration(seconds)}{sooner}"


def _decides(plan: Plan, view: Outlook, budget: Decimal | None) -> str:
    """Say the smallest difference that so many tasks, or so much money, decide."""
    if len(plan.contenders) < 2:
        return "one entry alone is measured, and compared with nobody"
    tasks = len(plan.tasks)
    commits = len({task.commit for task in plan.tasks})
    most = [
        each.usd[1]
        for index, each in enumerate(view.estimates)
        if each.usd is not None and index not in view.lacks.aside
    ]
    high = sum(most, Decimal(0))
    if budget is not None and high > budget:
        tasks = max(1, _bought(tasks, budget, high))
    span = SHARES if plan.asks_questions else WIDEST
    gap = smallest_gap(
        tasks,
        len(plan.contenders),
        a_commit=len(plan.tasks) / max(1, commits),
        span=span,
    )
    if gap >= 1.0:
        return "so few decide nothing"
    asked = "questions" if plan.asks_questions else "tasks"
    return (
        f"{tasks} {asked} decide a difference of {points(gap)} in half of all benches"
    )


def _day(moment: int | None) -> str:
    if moment is None:
        return "no day"
    return f"{datetime.fromtimestamp(moment, tz=UTC):%d %b %Y}"
