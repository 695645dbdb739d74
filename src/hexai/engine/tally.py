"""The tally of one contender: what has come of it so far, and what became of it."""

from collections.abc import Iterable
from decimal import Decimal
from io import StringIO

from msgspec.structs import replace

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import (
    Finished,
    FinishReason,
    Given,
    Held,
    ReportedUsage,
    Usage,
)
from hexai.domain.request import Contender, Request, Target, prompt_tokens
from hexai.engine.budgets import Stopwatch
from hexai.errors import ContextTooLong, ProviderError, TimedOut, TooLarge
from hexai.text.thinking_aloud import may_be_musing
from hexai.text.tokens import count_parts, estimate_tokens

# Gateways fill in 0 for what they were not told. A prompt has no 0 tokens, and a text
# that came has some: such a 0 is as good as not said. What contradicts itself (more
# from the cache than there was input) is not believed either.
#
# Nor is what cannot be. A token is a byte at least, but for what nobody sees: what an
# upstream adds to a prompt (its own, pictures, pages that it looked up), and what a
# model thinks in silence. So there is room for that, and only what exceeds it is no
# figure: it is estimated, and people are told so.

_ADDED = 100_000
"""Tokens that an upstream may have added to a prompt."""
_SILENT = 1_000_000
"""Tokens that a model may have thought in silence, where no limit was sent."""
_MARKS = 64
"""Tokens beyond a limit that was sent: marks of an answer's parts and of its end."""

_READ_AT_LEAST = 2 / 3
"""An upstream that has counted less of a prompt than this part of the estimate, which
is within a fifth for code and prose, has not read all of it."""


def complete_usage(
    reported: ReportedUsage,
    prompt: Iterable[str],
    text: str,
    reasoning: str,
    *,
    limit: int | None = None,
) -> Usage:
    """Fill in what was not reported, from the prompt's parts and what was generated.

    `limit` is what was sent of how many tokens an answer may have; None: nothing.
    """
    prompt = tuple(prompt)
    most_in = _ADDED + _size(prompt)
    most_out = max(_silent(reported, limit), _size((text, reasoning)))
    unbelieved = max(
        _beyond(reported.input, most_in), _beyond(reported.output, most_out)
    )
    reported = _without_what_cannot_be(reported, most_in, most_out)
    spent = reported.input or None
    counted_in = spent is not None
    if spent is None:
        spent = prompt_tokens(prompt)
    thought = _believed(reported.reasoning, reasoning)
    if thought is None:
        thought = estimate_tokens(reasoning)
    output = _believed(reported.output, text + reasoning)
    counted_out = output is not None and not _misses(reported.reasoning, reasoning)
    if output is None:
        output = estimate_tokens(text) + thought
    thought = min(thought, output)
    cached = _part(reported.cached, spent) if counted_in else None
    return Usage(
        input=spent,
        output=output,
        reasoning=thought,
        hidden=0 if reasoning else thought,
        cached=cached,
        written=_part(reported.written, spent - (cached or 0)) if counted_in else None,
        source="reported" if counted_in and counted_out else "estimated",
        cost_usd=_charged(reported),
        unbelieved=unbelieved or None,
    )


def _silent(reported: ReportedUsage, limit: int | None) -> int:
    """Give the tokens that nobody need have seen; some limits are of the text alone."""
    return _SILENT if limit is None or reported.reasoning else limit + _MARKS


def _beyond(count: int | None, most: int) -> int:
    return count if count is not None and count > most else 0


def _without_what_cannot_be(
    reported: ReportedUsage, most_in: int, most_out: int
) -> ReportedUsage:
    """Take out a figure that cannot be, and what was charged for it."""
    if _beyond(reported.input, most_in):
        reported = replace(reported, input=None, cost_usd=None)
    if _beyond(reported.output, most_out):
        reported = replace(reported, output=None, reasoning=None, cost_usd=None)
    return reported


def _size(texts: Iterable[str]) -> int:
    """Give the bytes of texts."""
    return sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)


def was_cut(prompt: Iterable[str], counted: int | None, held: int | None) -> bool:
    """Tell by what an upstream counted whether it has cut the prompt.

    A token is a byte at least: a prompt of no more bytes than there is room was not
    cut, however few tokens it came out as. Where the room is not known, it is taken to
    be `_SMALLEST`.
    """
    texts = tuple(prompt)
    if not counted or _size(texts) <= (held or _SMALLEST):
        return False
    return counted < _READ_AT_LEAST * prompt_tokens(texts)


def was_halved(prompt: Iterable[str], counted: int | None, held: int | None) -> bool:
    """Tell whether an Ollama has cut a dense prompt: what it keeps is half its context.

    Of text as dense as hashes, base64 or tables of numbers that may be more than we
    estimate, so that nothing else shows it. Code and prose have hardly more parts than
    half as much again as they have tokens; such text has at most as many, so a prompt
    of few parts that counts as much as is left of a cut one is just so long.
    """
    texts = tuple(prompt)
    if not held or counted != held // 2 + _KEPT or _size(texts) <= held:
        return False
    return sum(map(count_parts, texts)) > _READ_AT_LEAST * held


_KEPT = 2
"""Tokens beyond half of its context that an Ollama keeps of a prompt that it cuts.

Of 512, 1,024 and 4,096 it counts 258, 514 and 2,050 (0.33.0-rc2, by hand, 2026-11).
"""


_SMALLEST = 512
"""Tokens of context that nobody would load a model with less of."""


def _believed(count: int | None, generated: str) -> int | None:
    """Give a count, but no 0 for what was seen."""
    return None if count == 0 and generated else count


def _misses(count: int | None, generated: str) -> bool:
    return bool(generated) and not count


def _part(count: int | None, whole: int) -> int | None:
    return count if count is not None and count <= whole else None


def _charged(reported: ReportedUsage) -> Decimal | None:
    """Give what was charged; 0 beside no tokens at all was filled in as well."""
    if not reported.cost_usd and not reported.input and not reported.output:
        return None
    return reported.cost_usd


MAX_ANSWER = 4 << 20
"""Bytes of UTF-8 that answer and reasoning of an attempt may have together.

Models give 128,000 tokens at most, some 600 KB of prose or code; tokens of blanks or of
one repeated word are longer. An answer of this size takes 30 MB of memory while it is
shown and kept, and `scripts/bench render` watches that it holds up nothing.
"""


class Tally:
    """Keeps the text of one contender; whoever runs it fills in the rest."""

    def __init__(self, contender: Contender, request: Request) -> None:
        self.contender = contender
        self.target = contender.target
        """Whom the last attempt asked."""
        self.local = contender.target.local
        """Whether the text stayed on this machine; None while nobody could tell."""
        self.attempts = 0
        """Attempts that were sent."""
        self.finished: Finished | None = None
        """Set as soon as the answer is whole."""
        self.is_enough = False
        """Whoever asked wants no more of the answer: what there is of it is whole."""
        self.stopwatch = Stopwatch(contender.timeout)
        self.request = request
        """What the last attempt sent, or is to send."""
        self.refusal: ContextTooLong | None = None
        """Why `request` was too long, if it was."""
        self._held: Held | None = None
        self._may_be_cut = False
        self._text = StringIO()  # a list would keep an object for each tiny delta
        self._reasoning = StringIO()
        self._size = 0
        self._was_shown = False

    @property
    def any_text(self) -> bool:
        """Whether text has been shown, even if it was taken back."""
        return self._was_shown

    @property
    def text(self) -> str:
        """What there is of the answer so far."""
        return self._text.getvalue()

    @property
    def has_reasoning(self) -> bool:
        """Whether the attempt has brought reasoning."""
        return self._reasoning.tell() > 0

    def begin(self, target: Target) -> None:
        """Begin an attempt; what an earlier one thought is forgotten."""
        self.target = target
        self.local = target.local
        self._reasoning = StringIO()
        self._size = 0
        self.finished = None

    def send(self, request: Request, held: Held | None, *, may_be_cut: bool) -> None:
        """Count an attempt that is sent now, and what it is given of the prompt."""
        self.attempts += 1
        self.request = request
        self._held = held
        self._may_be_cut = may_be_cut

    def add_text(self, now: float, text: str) -> None:
        """Take the next piece of the answer, or raise `TooLarge`."""
        self._grow(now, text)
        self.stopwatch.see_text(now)
        self._text.write(text)
        self._was_shown = True

    def take_back(self) -> None:
        """Count all text so far as reasoning: the answer's first token is to come."""
        self._reasoning.write(self._text.getvalue())
        self._text = StringIO()
        self.stopwatch.forget_text()

    def add_reasoning(self, now: float, text: str) -> None:
        """Take the next piece of the reasoning, or raise `TooLarge`."""
        self._grow(now, text)
        self._reasoning.write(text)

    def outcome(self, now: float, error: ProviderError | None = None) -> Outcome:
        """Sum up: failed with an error, answered if it is whole, else cancelled."""
        contender, finished = self.contender, self.finished
        status = self._status(error)
        answered = status is Status.ANSWERED
        return Outcome(
            index=contender.index,
            label=contender.label,
            status=status,
            text=self._text.getvalue(),
            provider=self.target.spec.provider,
            model=self.target.spec.model,
            fell_back=self.target is not contender.target,
            returned_model=finished.returned_model if finished else None,
            finish=self._finish() if answered else None,
            infilled=finished is not None and finished.infilled,
            apart=finished is not None and finished.apart,
            error=error,
            attempts=self.attempts,
            usage=self._usage(),
            timings=self.stopwatch.timings(now),
            given=self._given(),
            local=self.local,
        )

    def _grow(self, now: float, text: str) -> None:
        self.stopwatch.see_token(now)
        self._size += len(text) if text.isascii() else len(text.encode())
        if self._size > MAX_ANSWER:
            raise TooLarge(
                f"the answer is larger than {MAX_ANSWER >> 20} MiB",
                provider=self.target.spec.provider,
                model=self.target.spec.model,
            )

    def _status(self, error: ProviderError | None) -> Status:
        if error is not None:
            timed_out = isinstance(error, TimedOut)
            return Status.TIMED_OUT if timed_out else Status.FAILED
        whole = self.finished is not None or self._says_enough()
        return Status.ANSWERED if whole else Status.CANCELLED

    def _says_enough(self) -> bool:
        """Say whether what there is may pass for an answer without its end."""
        return self.is_enough and bool(self.text) and not may_be_musing(self.text)

    def _finish(self) -> FinishReason:
        return FinishReason.ENOUGH if self.finished is None else self.finished.reason

    def _usage(self) -> Usage | None:
        if self.finished is None and not self.stopwatch.saw_token:
            return None
        reported = self.finished.usage if self.finished else ReportedUsage()
        text, reasoning = self._text.getvalue(), self._reasoning.getvalue()
        limit = self.request.call(self.target.spec).max_tokens
        return complete_usage(reported, self._prompt(), text, reasoning, limit=limit)

    def _given(self) -> Given | None:
        if not self.attempts:
            return None
        held = None if self._held is None else self._held.tokens
        counted = self.finished.usage.input if self.finished else None
        if self.finished is not None and self.finished.chosen is not None:
            return Given(tokens=self.finished.chosen, held=held, cut=False)
        prompt = self._prompt()
        cut = self._may_be_cut and was_cut(prompt, counted, held)
        return Given(
            tokens=prompt_tokens(prompt), held=held, cut=cut or self.shows_density
        )

    @property
    def shows_density(self) -> bool:
        """Whether the prompt was cut because its text is denser than was estimated."""
        if self._held is None or self.finished is None:
            return False
        if self.target.upstream.kind != "ollama":
            return False
        counted = self.finished.usage.input
        return was_halved(self._prompt(), counted, self._held.tokens)

    def _prompt(self) -> tuple[str, ...]:
        end = self.finished
        if end is None:
            return self.request.texts(infilled=False)
        return self.request.texts(infilled=end.infilled, apart=end.apart)
