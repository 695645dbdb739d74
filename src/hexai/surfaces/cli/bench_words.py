"""What a bench comes to, in tables and sentences; pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from statistics import quantiles

from msgspec.structs import replace

from hexai.bench.compare import Comparison
from hexai.bench.figures import Block, Row, blocks_by
from hexai.bench.known import Known
from hexai.bench.standing import Decision, Mean, Pair
from hexai.domain.bench import BenchRecord, Cell, Kind, Plan
from hexai.domain.entry import Surface
from hexai.surfaces.cli.bench_cheapest import cheapest_words
from hexai.surfaces.cli.bench_ends import (
    doubts,
    ends,
    error_words,
    lost_words,
    reasons,
)
from hexai.surfaces.cli.bench_trained import trained_words
from hexai.surfaces.cli.bench_units import duration, interval, points, share
from hexai.surfaces.cli.output import table
from hexai.surfaces.words import counted, signed, usd
from hexai.text.cells import width, wrap

_QUALITY = (
    *("ENTRY", "TASKS", "SAVED", "95 %", "COSTS", "KEPT", "SIMILAR", "SOUND"),
    *("USEFUL", "IN TIME"),
)
_SPENT = (
    *("ENTRY", "FIRST p50", "p90", "TOTAL p50", "p90", "COLD", "TOK IN", "CACHED"),
    *("TOK OUT", "$/1,000 TASKS", "UNCACHED", "$/1,000 SAVED"),
)
BY_TESTS = "by tests, "
_PART = ("", "ENTRY", "TASKS", "SAVED", "95 %", "SIMILAR")
_NOTES = (
    "SAVED: characters that were not typed, less keys to mend and accept, as a share",
    "of what was really written. COSTS: answers that cost more keys than they save.",
)
_BODY, _BODIES = "function body", "function bodies"
_HARDLY = 0.1
"""The share of answers in time below which somebody has to be told."""
_MOST_OPEN = 3
"""Pairs of which nothing is known yet that have a line each."""


def tables(known: Known, plan: Plan, *, columns: int = 0) -> str:
    """Draw what each contender did, and what it took."""
    if plan.asks_questions:
        from hexai.surfaces.cli.bench_ask_words import question_tables

        return question_tables(known, plan, columns=columns)
    standing = known.comparison.standing()
    labels = [each.label for each in plan.contenders]
    quality = [
        (*_quality(label, mean, known.counts[index]), *_tests(known, plan, index))
        for index, (label, mean) in enumerate(zip(labels, standing.means, strict=True))
    ]
    header = (*_QUALITY, "PASSES") if has_tests(plan) else _QUALITY
    spent = [_spent(label, known, index) for index, label in enumerate(labels)]
    drawn = table(header, quality, columns=columns)
    return f"{drawn}\n{table(_SPENT, spent, columns=columns)}"


def _quality(label: str, mean: Mean | None, cells: int) -> tuple[str, ...]:
    if mean is None:
        return (label, str(cells), "not yet", *[""] * 7)
    figures = mean.figures
    return (
        label,
        str(mean.tasks),
        signed(figures.saved),
        interval(mean.saved),
        *map(share, (figures.costs, figures.kept, figures.similar, figures.sound)),
        "?" if figures.useful is None else signed(figures.useful),
        share(figures.in_time),
    )


def _tests(known: Known, plan: Plan, index: int) -> tuple[str, ...]:
    """Give how many answers passed the tests, of how many."""
    passed, tried = known.passed(index)
    if not has_tests(plan):
        return ()
    return (f"{passed}/{tried}" if tried else "none",)


def _spent(label: str, known: Known, index: int) -> tuple[str, ...]:
    cells = known.cells_of(index)
    timed = [cell for cell in cells if not cell.warm.overlapped]
    cold = [c.cold.total for c in cells if not c.cold.overlapped]
    return (
        label,
        *halves([cell.warm.first_token for cell in timed]),
        *halves([cell.warm.total for cell in timed]),
        halves(cold)[0],
        *(mean_of(cells, name) for name in ("tokens_in", "tokens_cached")),
        mean_of(cells, "tokens_out"),
        *_prices(cells, known, index),
    )


def halves(values: Sequence[float | None]) -> tuple[str, str]:
    """Give the median and the 90th percentile of what is known."""
    known = [value for value in values if value is not None]
    if not known:
        return "", ""
    if len(known) == 1:
        return duration(known[0]), ""
    tenths = quantiles(known, n=10, method="inclusive")
    return duration(tenths[4]), duration(tenths[8])


def mean_of(cells: Sequence[Cell], name: str) -> str:
    """Average tokens over the cells in which they are known."""
    known = [value for cell in cells if (value := getattr(cell, name)) is not None]
    mark = "~" if any(cell.estimated for cell in cells) else ""
    return f"{mark}{sum(known) / len(known):.0f}" if known else ""


def _prices(cells: Sequence[Cell], known: Known, index: int) -> tuple[str, str, str]:
    """Give the price of 1,000 tasks, uncached too, and of 1,000 saved characters."""
    mean = known.prices()[index]
    if mean is None:
        return "?", "", "?"
    estimated = any(cell.estimated for cell in cells)
    told = usd(mean * 1000, estimated=estimated)
    uncached = [c.uncached_usd for c in cells if c.uncached_usd is not None]
    beside = sum(uncached, Decimal(0)) / len(uncached) * 1000 if uncached else None
    differs = beside is not None and beside != mean * 1000
    return told, usd(beside) if differs else "", _each(cells, known)


def _each(cells: Sequence[Cell], known: Known) -> str:
    """Give the price of 1,000 characters that nobody had to type."""
    saved = known.characters_saved(cells)
    cost = sum((cell.cost_usd or Decimal(0) for cell in cells), Decimal(0))
    if not cost:
        return usd(cost)
    return usd(cost / Decimal(saved) * 1000) if saved > 0 else "nothing saved"


def parts(known: Known, plan: Plan, *, columns: int = 0) -> str:
    """Draw the same by language and kind, for who wants to explore."""
    if plan.asks_questions:
        from hexai.surfaces.cli.bench_ask_words import question_parts

        return question_parts(known, plan, columns=columns)
    rows = [
        *_parts(known.blocks, lambda row: row.language, plan),
        *_parts(known.blocks, lambda row: row.kind, plan),
    ]
    return table(_PART, rows, columns=columns) if rows else ""


def _parts(
    blocks: Sequence[Block], key: Callable[[Row], str], plan: Plan
) -> Iterator[tuple[str, ...]]:
    for name, some in blocks_by(blocks, key).items():
        comparison = Comparison(len(plan.contenders), margin=plan.margin)
        for block in some:
            comparison.add(block)
        means = comparison.standing().means
        for contender, mean in zip(plan.contenders, means, strict=True):
            if mean is not None:
                figures = mean.figures
                yield (
                    name,
                    contender.label,
                    str(mean.tasks),
                    signed(figures.saved),
                    interval(mean.saved),
                    share(figures.similar),
                )


def sentences(bench: BenchRecord, known: Known) -> list[str]:
    """Say what is decided, what is open, and who is the cheapest of the good ones."""
    plan = bench.plan
    labels = [each.label for each in plan.contenders]
    standing = known.comparison.standing()
    return [
        *pairs_words(
            _missing_of(standing.pairs, plan),
            labels,
            plan.margin,
            what=_asked_in(plan),
        ),
        *(tests_words(known, plan) if has_tests(plan) else ()),
        *ends(known, labels),
        *(
            f"{labels[index]} was set aside: {error_words(reason)}"
            for index, reason in sorted(known.aside.items())
        ),
        *(late_words(known, plan) if not plan.asks_questions else ()),
        *doubts(known, labels),
        *lost_words(bench),
        *cheapest_words(known, labels),
    ]


def late_words(known: Known, plan: Plan) -> Iterator[str]:
    """Say who answers too late for an editor, whatever the answers are worth."""
    means = known.comparison.standing().means
    for contender, mean in zip(plan.contenders, means, strict=True):
        in_time = None if mean is None else mean.figures.in_time
        if in_time is None or in_time >= _HARDLY:
            continue
        how = "hardly ever" if in_time else "never"
        told = f" ({share(in_time)})" if in_time else ""
        yield (
            f"{contender.label} was {how} in time{told}: an editor shows only what is "
            f"complete within {plan.deadline:g} s (completion.deadline)"
        )


def has_tests(plan: Plan) -> bool:
    """Tell whether answers were tried by tests, in place of a function's body."""
    return bool(plan.test) and plan.surface is Surface.COMPLETION


def tests_words(known: Known, plan: Plan) -> Iterator[str]:
    """Say of how many tasks the tests say something, and what."""
    places = range(len(known.tasks))
    bodies = [place for place in places if known.tasks[place].kind == Kind.BODY]
    asked = [p for p in bodies if any((p, i) in known.cells for i in _all(known))]
    count = sum(
        any(c is not None and c.passes is not None for c in _cells_at(known, place))
        for place in asked
    )
    yield (
        f"PASSES counts {count} of {counted(len(asked), _BODY, _BODIES)}: those where "
        "the command passes with what was written there and fails with nothing"
    )
    labels = [each.label for each in plan.contenders]
    for pair in known.passing().standing().pairs:
        yield BY_TESTS + pair_words(pair, labels, plan.margin)


def _all(known: Known) -> range:
    return range(known.contenders)


def _cells_at(known: Known, place: int) -> Iterator[Cell | None]:
    return (known.cells.get((place, index)) for index in _all(known))


def pairs_words(
    pairs: Sequence[Pair],
    labels: Sequence[str],
    margin: float,
    *,
    what: str = "task",
) -> list[str]:
    """Say what is known of each two; of many that are open, all in one line.

    `what` is counted.
    """
    open_ = [pair for pair in pairs if pair.verdict is Decision.OPEN]
    if len(open_) <= _MOST_OPEN:
        return [pair_words(pair, labels, margin, what=what) for pair in pairs]
    known = [pair for pair in pairs if pair.verdict is not Decision.OPEN]
    told = [pair_words(pair, labels, margin, what=what) for pair in known]
    missing = [pair.missing for pair in open_ if pair.missing is not None]
    more = f"{_more(min(missing), what)} and more" if missing else ""
    return [*told, f"not enough yet for {len(open_)} of {len(pairs)} pairs{more}"]


def planned_words(pair: Pair, plan: Plan) -> str:
    """Say what is known of two contenders of a plan, in what it asks."""
    labels = [each.label for each in plan.contenders]
    [pair] = _missing_of([pair], plan)
    return pair_words(pair, labels, plan.margin, what=_asked_in(plan))


def _asked_in(plan: Plan) -> str:
    return "question" if plan.asks_questions else "task"


def _missing_of(pairs: Sequence[Pair], plan: Plan) -> list[Pair]:
    """Count what is missing in questions, where each is asked several times."""
    if plan.repeat == 1:
        return [*pairs]
    return [
        pair
        if pair.missing is None
        else replace(pair, missing=max(1, round(pair.missing / plan.repeat)))
        for pair in pairs
    ]


def pair_words(
    pair: Pair, labels: Sequence[str], margin: float, *, what: str = "task"
) -> str:
    """Say what is known of two contenders, in the words of the leaderboard."""
    better, worse = labels[pair.better], labels[pair.worse]
    by = f"{points(pair.difference)} ({_between(pair.low, pair.high)})"
    more = _more(pair.missing, what)
    match pair.verdict:
        case Decision.OVER:
            return f"{better} over {worse} by {by}"
        case Decision.EQUAL:
            return f"{better} and {worse} are equal within {points(margin)}"
        case Decision.SPLIT:
            return (
                f"{better} saves more than {worse}, by {by}, but what {worse} says is "
                "more similar to what was written: no winner"
            )
        case Decision.LEANING:
            return f"leaning to {better} over {worse} by {by}{more}"
        case Decision.OPEN:
            return f"{better} or {worse}: not enough yet{more}"


def _more(missing: int | None, what: str) -> str:
    if missing is None:
        return ""
    return f", about {counted(missing, f'more {what}')}"


def tasks_words(plan: Plan) -> str:
    """Say what is asked: how many tasks, of what."""
    if plan.asks_questions:
        from hexai.surfaces.cli.bench_ask_words import questions_words

        return questions_words(plan)
    commits = len({task.commit for task in plan.tasks})
    languages = Counter(task.language for task in plan.tasks)
    kinds = Counter(str(task.kind) for task in plan.tasks)
    told = [_most_common(languages), _most_common(kinds)]
    whole = f"{counted(len(plan.tasks), 'task')} of {counted(commits, 'commit')}"
    return f"{whole}: {'; '.join(told)}"


def _most_common(counts: Counter[str]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.most_common())


def notes(plan: Plan, known: Known) -> str:
    """Explain the two figures that are no everyday words."""
    if plan.asks_questions:
        from hexai.surfaces.cli.bench_ask_words import question_notes

        return question_notes(plan, known)
    return " ".join(_NOTES)


def _between(low: float, high: float) -> str:
    return f"{100 * low:.0f} to {100 * high:.0f}"


def report(bench: BenchRecord, known: Known, columns: int) -> str:
    """Say all that is known of a bench: tables, verdicts, the answer."""
    labels = [each.label for each in bench.plan.contenders]
    lines = [
        *sentences(bench, known),
        *reasons(known, labels),
        *trained_words(bench.plan),
        notes(bench.plan, known),
    ]
    wrapped = (row for line in lines for row in wrap(line, columns or width(line)))
    said = "".join(f"{row.rstrip()}\n" for row in wrapped if row.strip())
    drawn = tables(known, bench.plan, columns=columns)
    return f"{tasks_words(bench.plan)}\n\n{drawn}\n{said}"
