"""What is recorded of a run: what was asked of whom, what came of it, what was taken.

Figures are always recorded. Texts are so only where `ledger.store_text` allows it and
the guard found nothing in them; every text field is empty otherwise.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from hexai.domain.entry import Surface
from hexai.domain.fingerprint import UNKNOWN
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Status, Timings, speed
from hexai.domain.provider import FinishReason, Given, Usage

# Each of these names its run by the global id that was made at the race's start. They
# come on their own, later than the run or earlier, and each at most once for its key;
# what comes twice, as in two merged ledgers, changes nothing.
#
# `at` is the wall clock in seconds since 1970.


class Choice(StrEnum):
    """What the user did; the first three name answers, the others name none."""

    TAKEN = "taken"
    """One answer was taken whole, or voted the best."""
    PARTLY = "partly"
    """The beginning of an answer was taken."""
    TYPED = "typed"
    """The user typed along an answer that was shown, and let it stand."""
    TIE = "tie"
    """A vote: the answers are equally good."""
    BAD = "bad"
    """A vote: none of the answers is any good."""
    NONE = "none"
    """The answers were seen, and contradicted, left, or not used for 30 s."""


class Method(StrEnum):
    """How the choice was made known."""

    COMMAND = "command"
    """The editor ran the command of the item."""
    INFERRED = "inferred"
    """An edit shows it."""
    TYPED = "typed"
    """The user's own typing shows it."""
    VOTE = "vote"
    """The user was asked."""
    BENCH = "bench"
    """The user voted on answers of a bench; no run has such a choice."""


class Chosen(Struct, frozen=True, kw_only=True, tag="chosen"):
    """The user's choice; a run has one, and of several the newest counts."""

    run_id: str
    at: float
    choice: Choice
    method: Method
    indexes: tuple[int, ...] = ()
    """The contenders that are credited: all that gave the text that was taken."""
    characters: int = 0
    """How much of the text is in the document by this choice."""
    sitting: str = ""
    """The sitting in which it was made, which the ledger tells; empty: not known."""
    settles_at: float | None = None
    """Until when another choice may replace this one; None: it is final."""

    def may_change(self, now: float) -> bool:
        """Tell whether another choice may still replace this one."""
        return self.settles_at is not None and now < self.settles_at

    def repeats(self, earlier: "Chosen | None") -> bool:
        """Tell whether an earlier one, which was final by now, says the same.

        A vote says more than what an editor saw: it counts where that does not.
        """
        if earlier is None or earlier.may_change(self.at):
            return False
        said = earlier.choice, earlier.indexes, earlier.method
        return (self.choice, self.indexes, self.method) == said


SHOWN_AFTER = 0.5
"""Seconds that something has to stand there to have been shown."""


class Shown(Struct, frozen=True, kw_only=True, tag="shown"):
    """What an editor's list held; only what was shown can be chosen or passed over."""

    run_id: str
    at: float
    items: tuple[tuple[int, ...], ...]
    """From top to bottom, the contenders that gave each item's text."""
    whole: bool = False
    """Whether it names all who were seen at any of the re-asks; older versions named
    those of the last list alone."""


class Named(Struct, frozen=True, kw_only=True, tag="named"):
    """A surface said who is who in a blind run, and so in all of its thread.

    A vote after that is not blind. A choice that is final says so by itself, as
    everything shows the names from then on.
    """

    run_id: str
    at: float
    """When it was first; of several the earliest counts."""


SAMPLED_AFTER = (30, 120, 300, 600)
"""Seconds after which it is looked how much of a taken text is left."""


class Survived(Struct, frozen=True, kw_only=True, tag="survived"):
    """How much of a taken text was still there after a while."""

    run_id: str
    after: int
    """Seconds since it was taken; one of `SAMPLED_AFTER`."""
    share: float | None
    """From 0 to 1; None if it was censored before, as by closing the file."""


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
    terminal: str = ""
    """Session and device of the terminal, while both last; it stays on this machine."""
    withheld: bool = False
    """Its project keeps it from the team's server."""


class ContenderRecord(Struct, frozen=True, kw_only=True):
    """One contender of a run with its outcome."""

    index: int
    label: str
    provider: str
    """Who really answered, or failed last."""
    model: str
    upstream: str
    """The origin that was asked."""
    fingerprint: str = UNKNOWN
    """The options that change an answer; with provider, model and upstream, whose
    figures these are."""
    prompts: str = ""
    """The revision of the built-in prompts; empty: not recorded then."""
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
    follows: int | None = None
    """Whose answer it goes on with, by the index in the run that its run follows."""
    turns: int | None = None
    """How many earlier turns of its thread it was sent; None: it is in none."""
    sent: int | None = None
    """Bytes of the prompt as UTF-8, if it was sent; None: not recorded then."""
    received: int | None = None
    """Bytes of the answer as UTF-8; None: not recorded then."""
    cost_usd: Decimal | None = None
    """Charged or computed; None: nobody knows."""
    beside: bool = False
    """A bench asked there meanwhile, so that its times are not the model's."""
    refused: str | None = None
    """Why the answer was not offered: one word; None: nobody objected."""
    error_kind: str | None = None
    http_status: int | None = None
    text: str = ""
    error: str = ""
    """The reason shown to people; an upstream may quote the prompt in it."""
    masked: int = 0
    """How many keys in the text were masked before it was stored."""
    asked_with: str = ""
    """The options that it was asked with, as an entry says them, in JSON; kept with the
    texts. Empty: not recorded, as of all that no follow-up goes on with."""
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
    thread: str = ""
    """The id of the run that its thread began with, maybe its own; empty: in none."""
    follows: str = ""
    """The id of the run that it goes on with; empty: with none."""
    order: tuple[int, ...]
    """The contenders' indexes in the order shown."""
    contenders: tuple[ContenderRecord, ...]
    """In entry order."""
    messages: tuple[Message, ...] = ()
    """Of a turn in a thread, without what was said before."""

    @property
    def prompt(self) -> str:
        """What the user asked; empty if it is not kept."""
        own = (each.content for each in self.messages if each.role is Role.USER)
        return "\n\n".join(own)


Fact = RunRecord | Chosen | Shown | Named | Survived
"""What a ledger takes in, each in one transaction."""


class RecordedRun(Struct, frozen=True, kw_only=True):
    """A run of the ledger with all that is known about it."""

    number: int
    """What people call it by, in this ledger."""
    run: RunRecord
    chosen: Chosen | None = None
    shown: Shown | None = None
    named: Named | None = None
    """Since when it is known who is who; None: nobody was told, or it is not blind."""
    survived: tuple[Survived, ...] = ()

    @property
    def is_blind_choice(self) -> bool:
        """Whether something was chosen while nobody was told who is who.

        What an editor tells later of a choice that was blind stays that.
        """
        chosen, named = self.chosen, self.named
        if chosen is None or not self.run.blind:
            return False
        voted = chosen.method is Method.VOTE
        return not (voted and named is not None and named.at < chosen.at)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """Everything that was told of it, the run first.

        What named it is none beside the final choice that told so by itself.
        """
        named, chosen = self.named, self.chosen
        if named and chosen and chosen.settles_at is None and named.at >= chosen.at:
            named = None
        late = (self.shown, named, chosen)
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
