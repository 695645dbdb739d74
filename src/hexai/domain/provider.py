"""What the engine knows of a provider: one method that makes exactly one attempt."""

from collections.abc import AsyncGenerator
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Protocol

from msgspec import Struct

from hexai.domain.entry import Options
from hexai.domain.messages import Infill, Message

UsageSource = Literal["reported", "estimated"]


class ReportedUsage(Struct, frozen=True, kw_only=True):
    """What an upstream said; None where it said nothing, or nothing usable."""

    input: int | None = None
    output: int | None = None
    reasoning: int | None = None
    """The part of `output` that was spent on reasoning."""
    cached: int | None = None
    """The part of `input` that was read from the upstream's cache."""
    written: int | None = None
    """The part of `input` that was written to it."""
    cost_usd: Decimal | None = None
    """What was charged; most upstreams do not say."""


class Usage(Struct, frozen=True, kw_only=True):
    """Tokens of one attempt, complete: what was not reported is estimated."""

    input: int
    output: int
    """All generated tokens, reasoning included."""
    reasoning: int = 0
    """The part of `output` that was spent on reasoning."""
    hidden: int = 0
    """The part of `reasoning` that nobody saw: it came before the first token."""
    cached: int | None = None
    """The part of `input` that was read from the upstream's cache; None: unknown."""
    written: int | None = None
    """The part of `input` that was written to it; None: unknown."""
    source: UsageSource
    """`estimated` as soon as one of the tokens' figures is."""
    unbelieved: int | None = None
    """Tokens that the upstream told and that cannot be; None: it told none such."""
    cost_usd: Decimal | None = None
    """What the upstream says it charged; None if it did not."""


class Habit(StrEnum):
    """How a model sets reasoning apart, as far as its answers have shown."""

    UNKNOWN = "unknown"
    MARKED = "marked"
    """It has ended an answer, and nothing of it had to be taken back."""
    ALOUD = "aloud"
    """It has thought in its answer, and only said so behind it."""


class Call(Struct, frozen=True, kw_only=True):
    """What a provider is asked in one attempt."""

    model: str
    messages: tuple[Message, ...]
    temperature: float | None = None
    """None: not sent, the upstream decides. 0 is a temperature."""
    max_tokens: int | None = None
    """None: not sent, unless the wire format demands one."""
    stop: tuple[str, ...] = ()
    options: Options = Options()
    quick: bool = False
    """Somebody waits in mid-line: ask for no thinking where the server can think."""
    infill: Infill | None = None
    """The gap to fill, for a model with an endpoint for it; else `messages` count."""
    habit: Habit = Habit.UNKNOWN
    """What the provider itself has learnt of the model."""
    keeps: bool = False
    """The upstream is asked to keep what stands of the messages, which costs."""

    @property
    def has_images(self) -> bool:
        """Whether any of its messages has an image."""
        return any(message.images for message in self.messages)


class TextDelta(Struct, frozen=True, gc=False):
    """The next piece of the answer; never empty, valid Unicode without NUL."""

    text: str


class ReasoningDelta(Struct, frozen=True, gc=False):
    """The next piece of the model's reasoning; progress, but no part of the answer."""

    text: str


class TakenBack(Struct, frozen=True):
    """All text so far was reasoning: it is no part of the answer, which begins now."""


class Withheld(Struct, frozen=True):
    """Tokens came whose text is not given, or not yet: progress, and nothing else."""


class FinishReason(StrEnum):
    """Why an answer ended, or what ended in its stead."""

    STOP = "stop"
    LENGTH = "length"
    """The token limit cut the answer off."""
    FILTERED = "filtered"
    """The upstream cut the answer off for what it said."""
    ENOUGH = "enough"
    """It did not stop: whoever asked had enough of it."""
    OTHER = "other"
    """In ledgers of before: a word that nobody knew."""
    BROKEN = "broken"
    """The end is not known to be whole: it broke off, or nobody said why it ended."""
    FAILED = "failed"
    """The upstream says that it failed."""
    TOOL = "tool"
    """The model calls a tool; it was given none."""
    LOADED = "loaded"
    """The upstream only loaded the model, or unloaded it."""


StopReason = Literal[
    FinishReason.STOP,
    FinishReason.LENGTH,
    FinishReason.FILTERED,
    FinishReason.BROKEN,
    FinishReason.FAILED,
    FinishReason.TOOL,
    FinishReason.LOADED,
]
"""Why the model itself stopped; the last four are no answer, whatever was said."""


class Finished(Struct, frozen=True, kw_only=True):
    """The end of an attempt; always the last chunk.

    Whether it is an answer follows from the reason, and from what was said.
    """

    reason: StopReason = FinishReason.STOP
    said: str | None = None
    """The upstream's own word for the reason."""
    usage: ReportedUsage = ReportedUsage()
    loading: float = 0.0
    """Seconds in which the upstream loaded the model, as far as it tells."""
    queued: float = 0.0
    """Seconds in which the request waited there for others, as far as it tells."""
    generating: float = 0.0
    """Seconds from the model's first token to its last, as far as the upstream tells.

    What somebody on the way held back comes faster than it was generated.
    """
    returned_model: str | None = None
    """The model id that the upstream returned."""
    infilled: bool = False
    """The answer is the text of the gap as it is, and no chat."""
    apart: bool = False
    """The text apart from the gap was sent as well."""
    chosen: int | None = None
    """Tokens of the prompt, where the provider chose how much of the text it takes."""
    vouched: bool = False
    """What was said is known to be no reasoning, even where its end is missing."""


Chunk = TextDelta | ReasoningDelta | TakenBack | Withheld | Finished


class Progress(Protocol):
    """Where a provider says how far an attempt has come, so that budgets can run."""

    def loading(self) -> None:
        """Say that the model is being loaded: the `load` budget runs from here."""

    def connected(self) -> None:
        """Say that the request can be sent: the `first_token` budget runs from here.

        After `loading` this means: loaded. Further calls have no effect.
        """

    def refused(self) -> None:
        """Say that the upstream has refused: its status decides what becomes of it.

        What it says about it is still read, for a moment that the provider bounds.
        """


class Waits(Progress, Protocol):
    """Where it is said what an attempt waits for before it is made."""

    def queued(self) -> None:
        """Say that the upstream has to be done with others first: `timeout` runs.

        `loading` may follow; `ready` or `connected` ends it.
        """

    def silent(self, seconds: float) -> None:
        """Say that the upstream has said nothing for so long: `load` runs.

        It may be loading. It is a wait as long as nobody knows better; `loading` before
        `ready` says that all of it was a load.
        """

    def ready(self) -> None:
        """Say that nothing holds the attempt up any more, if anything did."""


class Provider(Protocol):
    """A client for one upstream. It may serve several attempts at once."""

    def stream(self, call: Call, progress: Progress) -> AsyncGenerator[Chunk, None]:
        """Make one attempt: yield deltas as they come, then exactly one `Finished`.

        Raises only `errors.ProviderError` (provider and model filled in), or lets
        cancellation through. Closing the generator closes the upstream's stream
        before it returns. It keeps no budget of its own: the engine has the clock.
        """


class Held(Struct, frozen=True, kw_only=True):
    """What is known of the context of a model at its upstream."""

    tokens: int
    """Of a prompt and its answer together, as that model counts them."""
    density: float = 1.0
    """How many tokens it counts for one of our estimate, where a refusal showed it."""


class Given(Struct, frozen=True, kw_only=True):
    """What a contender was given of a prompt; each gets what its upstream holds."""

    tokens: int
    """Estimated, of all that was sent."""
    held: int | None = None
    """Tokens that its upstream holds, prompt and answer together; None: not known."""
    cut: bool = False
    """The upstream read only a part of it, and did not say so."""
