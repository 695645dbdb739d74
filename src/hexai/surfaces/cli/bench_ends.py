"""How cells and benches ended, in words; pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from hexai.bench.known import Known
from hexai.domain.bench import BenchRecord, Ending, State
from hexai.surfaces.words import counted, usd

_OWN_DOING = (State.EMPTY, State.UNFIT, State.CUT_OFF, State.TIMED_OUT, State.REFUSED)
_NOT_ITS_DOING = (State.FAILED, State.GUARDED)


def ends(known: Known, labels: Sequence[str]) -> Iterator[str]:
    """Say of each contender how often it gave no answer to be scored, and why."""
    for index, label in enumerate(labels):
        ends = Counter(cell.state for cell in known.cells_of(index))
        own = [f"{ends[state]} {state}" for state in _OWN_DOING if ends[state]]
        other = [f"{ends[state]} {state}" for state in _NOT_ITS_DOING if ends[state]]
        if own:
            yield f"{label}: {', '.join(own)}"
        if other:
            yield f"{label}: {', '.join(other)}, which count for nobody"


def error_words(error: str) -> str:
    """Give why one failed, without advice that a bench or a test cannot take."""
    return error.replace("use --send-anyway or put", "put")


def reasons(known: Known, labels: Sequence[str]) -> Iterator[str]:
    """Say why most of what failed did; an upstream may quote the prompt in it."""
    for index, label in enumerate(labels):
        failed = (c for c in known.cells_of(index) if c.state in _NOT_ITS_DOING)
        reasons = Counter(cell.error for cell in failed if cell.error)
        if reasons and index not in known.aside:
            [(reason, _)] = reasons.most_common(1)
            yield f"{label} failed mostly so: {error_words(reason)}"


def doubts(known: Known, labels: Sequence[str]) -> Iterator[str]:
    """Say whose upstream told tokens that cannot be."""
    for index, label in enumerate(labels):
        told = [c.unbelieved for c in known.cells_of(index) if c.unbelieved is not None]
        if told:
            yield (
                f"{label}: in {counted(len(told), 'answer')} its upstream told up to "
                f"{max(told):,} tokens, which cannot be; tokens and price are estimated"
            )


def lost_words(bench: BenchRecord) -> Iterator[str]:
    """Say what was spent on requests of which no answer counts, as far as one knows."""
    if bench.lost_usd:
        yield (
            f"beside that, up to {usd(bench.lost_usd)} went into requests that were "
            "cut off or had to be put again, did not tell their price, or are under way"
        )


def ending_words(bench: BenchRecord, *, has_texts: bool) -> str:
    """Say why nothing more was asked, and how to go on.

    Without texts nobody can vote, so that is not offered.
    """
    match bench.ending:
        case Ending.UNFINISHED:
            return f"unfinished; {resume_words(bench)} goes on"
        case Ending.DONE:
            return _done_words(bench, has_texts=has_texts)
        case Ending.DECIDED:
            return "every pair is known, so no more was asked"
        case Ending.SPENT:
            more = f"{resume_words(bench)} --budget USD goes on with a larger one"
            return f"the budget holds no further request; {more}"


def _done_words(bench: BenchRecord, *, has_texts: bool) -> str:
    if len(bench.aside) == len(bench.plan.contenders):
        return f"nobody is left to be asked; {resume_words(bench)} tries again"
    if bench.aside:
        return (
            "all was asked but of those who were set aside; "
            f"{resume_words(bench)} asks them again"
        )
    if not bench.plan.asks_questions:
        return "every task was asked"
    asked = "every question was asked"
    able = {cell.contender for cell in bench.cells if cell.state is State.ANSWERED}
    if bench.votes or len(able) < 2 or not has_texts:
        return asked
    return f"{asked}; hexai bench vote {bench.number} lets you judge, blind"


def resume_words(bench: BenchRecord) -> str:
    """Name the command that goes on with a bench."""
    command = "ask" if bench.plan.asks_questions else "run"
    return f"hexai bench {command} --resume {bench.number}"
