"""What people read, worded alike everywhere: letters, money, shares, figures; pure."""

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Protocol, TypeVar

from msgspec import Struct

from hexai.domain.outcome import Event, Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.domain.record import RunRecord
from hexai.domain.request import Contender

_Each = TypeVar("_Each", bound="Indexed")


def letter(position: int) -> str:
    """Name a position: A to Z, then A1 and so on."""
    round_, place = divmod(position, 26)
    return chr(ord("A") + place) + (str(round_) if round_ else "")


_LARGE = 100
"""Dollars from which on nobody looks at less than a cent."""


def usd(cost: Decimal | None, *, estimated: bool = False) -> str:
    """Write a price: `?` where it is unknown.

    With four decimals, more for small ones, and two from a hundred dollars on.
    """
    if cost is None:
        return "?"
    if cost == 0:
        return "$0"
    if cost >= _LARGE:
        text = f"{cost:.2f}"
    else:
        text = f"{cost:.4f}" if cost >= Decimal("0.001") else f"{cost:.2g}"
    return f"{'~' if estimated else ''}${Decimal(text):f}"


def percent(share: float) -> str:
    """Write a share; only all of it is `100 %`, and only nothing `0 %`."""
    shown = round(100 * share)
    if shown == 0 and share > 0:
        return "<1 %"
    if shown == 100 and share < 1:
        return ">99 %"
    return f"{shown} %"


def seconds(value: float) -> str:
    """Write a time that was measured: `0.41 s`, `12.3 s`, `140 s`."""
    if value < 10:
        return f"{value:.2f} s"
    shown = f"{value:.1f}" if value < 100 else f"{value:.0f}"
    return f"{shown.removesuffix('.0')} s"


def counted(number: int, noun: str, several: str = "") -> str:
    """Write how many of something there are: `1 task`, `1,200 tasks`."""
    return f"{number:,} {noun if number == 1 else several or f'{noun}s'}"


def signed(value: float) -> str:
    """Write a share that may be below nothing: `+12 %`."""
    return f"{round(100 * value):+d} %".replace("+0 ", "0 ")


def rounded(number: int) -> int:
    """Round a guess so that it looks like one."""
    step = 1 if number < 10 else 5 if number < 100 else 50 if number < 1000 else 500
    return round(number / step) * step


_CACHED = "cached"
"""What an answer is called that was kept."""


def ago(seconds: float) -> str:
    """Say it in the largest unit that fits: `12 s ago`, `3 min ago`, `2 h ago`."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.0f} {unit} ago"
    return f"{seconds:.0f} s ago"


class Indexed(Protocol):
    """What belongs to one contender of a run."""

    @property
    def index(self) -> int:
        """The contender's index."""


def in_order(some: Iterable[_Each], order: Iterable[int]) -> tuple[_Each, ...]:
    """Put what belongs to contenders into the order shown; what is not in it goes."""
    by_index = {each.index: each for each in some}
    return tuple(by_index[index] for index in order if index in by_index)


class Run(Protocol):
    """A race under way, with what is recorded about it; see `service.ask`.

    Known by its shape here, since words are pure and a run asks.
    """

    @property
    def run_id(self) -> str:
        """The run's global id."""

    @property
    def contenders(self) -> tuple[Contender, ...]:
        """All contenders, in entry order."""

    @property
    def order(self) -> tuple[int, ...]:
        """The contenders' indexes in the order shown, which may be drawn."""

    @property
    def is_drawn(self) -> bool:
        """Whether the order is drawn: whoever shows the run has to keep it."""

    def shown_in(self, order: tuple[int, ...]) -> None:
        """Record in which order the answers were shown, where that was not drawn."""

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes so far, in entry order."""

    @property
    def left_out(self) -> Mapping[int, int]:
        """How many of a thread's oldest turns did not go along, by whom they miss."""

    @property
    def warnings(self) -> Sequence[str]:
        """What went wrong beside the race; complete once the run has been left."""

    @property
    def record(self) -> RunRecord | None:
        """What is recorded; None until the run has been left."""

    def __aiter__(self) -> AsyncIterator[Event]:
        """Give the events as they come."""

    def cancel(self) -> None:
        """Cancel the contenders that still run; each still gets its outcome."""

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Price an outcome; None if nobody knows."""


class DisplayOrder(Struct, frozen=True, kw_only=True):
    """Who is shown, in which order, under which name."""

    order: tuple[int, ...]
    """The contenders' indexes, first shown first."""
    names: tuple[str, ...]
    """The name shown for each contender, by its index."""
    blind: bool
    is_drawn: bool = False
    """Whether the order is drawn, and therefore kept."""

    @classmethod
    def of(cls, run: Run, *, blind: bool) -> "DisplayOrder":
        """Name the contenders by their labels, or by letters if blind."""
        labels = [contender.label for contender in run.contenders]
        if blind:
            for position, index in enumerate(run.order):
                labels[index] = letter(position)
        return cls(
            order=tuple(run.order),
            names=tuple(labels),
            blind=blind,
            is_drawn=run.is_drawn,
        )

    def position(self, index: int) -> int:
        """Give the place at which a contender is shown."""
        return self.order.index(index)


def closing_line(outcome: Outcome, cost: Decimal | None, *, label: str = "") -> str:
    """Say what became of a contender, in words that scripts can split at blanks.

    `label` is given where provider and model alone do not tell contenders apart.
    """
    who = f"provider={outcome.provider} model={outcome.model}"
    if label:
        who += f' label="{label}"' if " " in label else f" label={label}"
    if outcome.status in (Status.FAILED, Status.TIMED_OUT):
        return f"failed {who}: {outcome.error}"
    word = "done" if outcome.status is Status.ANSWERED else "cancelled"
    return " ".join((word, who, *figures(outcome, cost)))


def labels_needed(outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """Give the label of each that has the provider and model of another, else ""."""
    count = Counter((each.provider, each.model) for each in outcomes)
    return tuple(
        each.label if count[each.provider, each.model] > 1 else "" for each in outcomes
    )


def blind_line(outcome: Outcome, name: str) -> str | None:
    """Say that a nameless contender failed or was cut off, in words that name nobody.

    The others have nothing to say before the choice: their lines are held back.
    """
    if outcome.error is not None:
        return f"failed contender={name}: {outcome.error.kind}"
    cut_off = _cut_off(outcome)
    return f"done contender={name} {cut_off}" if cut_off else None


def from_cache(age: float) -> str:
    """Say that an answer was kept, of so many seconds ago."""
    return f"{_CACHED} {ago(age)}"


def figures(outcome: Outcome, cost: Decimal | None) -> list[str]:
    """Say what an outcome took, in words that scripts can split at blanks."""
    if outcome.cached_age is not None:
        return [f"{_CACHED}={outcome.cached_age:.0f}s", *_tokens(outcome)]
    timings = outcome.timings
    words = [
        f"queued={timings.queued:.2f}s" if timings.queued >= 0.005 else "",
        f"loading={timings.loading:.2f}s" if timings.loading >= 0.005 else "",
        "" if timings.ttft is None else f"ttft={timings.ttft:.2f}s",
        f"time={timings.total:.2f}s",
        *_tokens(outcome),
        _speed(outcome),
        _cost(outcome, cost),
        _cut_off(outcome),
        _cut_prompt(outcome),
        _unbelieved(outcome),
    ]
    return [word for word in words if word]


def brief_figures(outcome: Outcome, cost: Decimal | None) -> str:
    """Say what an outcome took, in time, tokens and money, where there is little room.

    `2.1 s · 148 tok · $0.0004`.
    """
    if outcome.cached_age is not None:
        return _CACHED
    words = [f"{outcome.timings.total:.1f} s"]
    if outcome.usage is not None:
        guess = is_estimated(outcome)
        words += [f"{'~' if guess else ''}{outcome.usage.output} tok"]
        words += [usd(cost, estimated=guess)]
    if outcome.status is not Status.ANSWERED:
        words.append(outcome.status.value)
    return " · ".join(words)


def _tokens(outcome: Outcome) -> list[str]:
    if outcome.usage is None:
        return []
    usage, mark = outcome.usage, "~" if is_estimated(outcome) else ""
    return [
        f"in={mark}{usage.input}",
        *([f"in_cached={usage.cached}"] if usage.cached else []),
        *([f"in_written={usage.written}"] if usage.written else []),
        f"out={mark}{usage.output}",
    ]


def _speed(outcome: Outcome) -> str:
    if outcome.tokens_per_s is None:
        return ""
    mark = "~" if is_estimated(outcome) else ""
    return f"tok/s={mark}{outcome.tokens_per_s:.0f}"


def _cost(outcome: Outcome, cost: Decimal | None) -> str:
    if outcome.usage is None:
        return ""
    return f"cost={usd(cost, estimated=is_estimated(outcome))}"


def _cut_off(outcome: Outcome) -> str:
    if outcome.finish in (None, FinishReason.STOP):
        return ""
    return f"finish={outcome.finish}"


def _cut_prompt(outcome: Outcome) -> str:
    """Say that the upstream has cut the prompt: read of given tokens."""
    if not outcome.is_cut or outcome.given is None or outcome.usage is None:
        return ""
    return f"prompt=cut({outcome.usage.input}/~{outcome.given.tokens})"


def _unbelieved(outcome: Outcome) -> str:
    """Say what the upstream told that cannot be."""
    if outcome.usage is None or outcome.usage.unbelieved is None:
        return ""
    return f"unbelieved={outcome.usage.unbelieved}"


def is_estimated(outcome: Outcome) -> bool:
    """Tell whether its tokens were counted by us."""
    return outcome.usage is not None and outcome.usage.source == "estimated"
