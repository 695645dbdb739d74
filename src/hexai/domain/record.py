"""A run as it is recorded: what was asked of whom, and what became of it.

Figures are always recorded. Texts are so only where `ledger.store_text` allows it and
the guard found nothing in them; every text field is empty otherwise.
"""

from decimal import Decimal
from typing import Protocol

from msgspec import Struct

from hexai.domain.choice import Chosen, Shown, Survived
from hexai.domain.entry import Surface
from hexai.domain.messages import Message
from hexai.domain.outcome import Status, Timings, speed
from hexai.domain.provider import FinishReason
from hexai.domain.room import Given
from hexai.domain.usage import Usage

MASK = "********"
"""What stands for a key in a stored text."""


class Background(Struct, frozen=True, kw_only=True):
    """Where a question came from, as far as statistics tell runs apart by it."""

    project: str = ""
    """The folder of the project; empty where there is none."""
    language: str = ""
    """The language id of the document."""
    document: str = ""
    """A hash of the document's URI, so that runs of one file can be grouped."""
    place: str = ""
    """A hash of document, version and position; it joins the servers of one place."""


class ContenderRecord(Struct, frozen=True, kw_only=True):
    """One contender of a run with its outcome."""

    index: int
    label: str
    provider: str
    """Who really answered, or failed last."""
    model: str
    upstream: str
    """The origin that was asked; with the configured model, a model's identity."""
    returned_model: str | None = None
    local: bool | None = None
    """Whether the text stayed on this machine; None when nobody could tell."""
    status: Status
    finish: FinishReason | None = None
    late: bool = False
    cached: bool = False
    """From the cache: no part of any statistics, and no answer to vote for."""
    fell_back: bool = False
    attempts: int = 1
    timings: Timings = Timings()
    usage: Usage | None = None
    """The tokens; what they cost is beside them."""
    given: Given | None = None
    """What it was given of the prompt; None: nothing, or not recorded then."""
    sent: int | None = None
    """Bytes of the prompt as UTF-8, if it was sent; None: not recorded then."""
    received: int | None = None
    """Bytes of the answer as UTF-8; None: not recorded then."""
    cost_usd: Decimal | None = None
    """Charged or computed; None: nobody knows."""
    refused: str | None = None
    """Why the answer was not offered: one word; None: nobody objected."""
    error_kind: str | None = None
    http_status: int | None = None
    text: str = ""
    error: str = ""
    """The reason shown to people; an upstream may quote the prompt in it."""
    masked: int = 0
    """How many keys in the text were masked before it was stored."""
    cache_key: str = ""
    """Where the answer lies in the cache, so that it can be forgotten."""

    @property
    def tokens_per_s(self) -> float | None:
        """Generated tokens per second; None where the time is too short to tell."""
        return speed(self.usage, self.timings)


class RunRecord(Struct, frozen=True, kw_only=True, tag="run"):
    """One race with everything recorded about it, but for what was chosen."""

    run_id: str
    surface: Surface
    started_at: float
    """The wall clock in seconds since 1970."""
    background: Background = Background()
    blind: bool = False
    seed: int | None = None
    """What the order was drawn with; None where it is that of the entries."""
    shuffle: float = 0.0
    """Of lists such as this one, the share whose order is drawn."""
    sitting: str = ""
    """The sitting in which it was asked, which the ledger tells; empty: not known."""
    order: tuple[int, ...]
    """The contenders' indexes in the order shown."""
    contenders: tuple[ContenderRecord, ...]
    """In entry order."""
    messages: tuple[Message, ...] = ()


Fact = RunRecord | Chosen | Shown | Survived
"""What a ledger takes in, each in one transaction."""


class RecordedRun(Struct, frozen=True, kw_only=True):
    """A run of the ledger with all that is known about it."""

    number: int
    """What people call it by, in this ledger."""
    run: RunRecord
    chosen: Chosen | None = None
    shown: Shown | None = None
    survived: tuple[Survived, ...] = ()

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Everything that was told of it, the run first."""
        late = (self.shown, self.chosen)
        return (self.run, *(fact for fact in late if fact), *self.survived)


class DamagedRun(Struct, frozen=True, kw_only=True):
    """A run of the ledger that cannot be read: a byte of it has changed, or is gone."""

    number: int
    started_at: float | None = None
    """Seconds since 1970; None where that is damaged too."""


class Recorder(Protocol):
    """Takes what is to be recorded; never waits, never fails its caller."""

    def record(self, fact: Fact) -> None:
        """Take a fact; it is written when nobody waits for it."""
