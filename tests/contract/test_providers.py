"""What every provider keeps to, whatever it speaks."""

import asyncio

import pytest

from hexai.domain.provider import Chunk, FinishReason
from hexai.errors import (
    Authentication,
    BadRequest,
    BrokenStream,
    ContextTooLong,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    UnknownModel,
)
from tests.contract.subjects import SUBJECTS, Case, OverHttp, Prepared, Simulation
from tests.support.attempt import Attempt, attempt
from tests.support.calls import end_of, reasoning_of, text_of
from tests.support.patience import PATIENCE

Subject = OverHttp | Simulation

every_provider = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.type)


def run(subject: Subject, case: Case) -> Attempt:
    """Make one attempt in a case."""

    async def once(prepared: Prepared) -> Attempt:
        try:
            return await attempt(prepared.provider, prepared.call)
        finally:
            await prepared.provider.aclose()

    with subject.prepare(case) as prepared:
        return asyncio.run(once(prepared))


@every_provider
def test_an_answer_comes_whole_and_in_order(subject: Subject) -> None:
    """Deltas, then exactly one `Finished`; the connection stood before any of them."""
    seen = run(subject, Case(text=["one ", "two ", "three"]))

    assert text_of(seen.chunks) == "one two three"
    assert end_of(seen.chunks).reason is FinishReason.STOP
    assert seen.marks[0][0] == "connected"
    assert seen.marks[0][1] <= seen.times[0]


@every_provider
def test_any_text_arrives_unchanged(subject: Subject) -> None:
    """Wide characters, emoji of several code points, blanks and indentation."""
    texts = ["Grüße, 世界 👋🏽", "\n", "\n", "    ", "\tx\r\n", "e\u0301 "]

    assert text_of(run(subject, Case(text=texts)).chunks) == "".join(texts)


@every_provider
def test_reasoning_is_apart_from_the_answer(subject: Subject) -> None:
    """It comes first, as deltas of its own."""
    seen = run(subject, Case(reasoning=["let me think ", "about that"]))

    assert reasoning_of(seen.chunks)
    assert text_of(seen.chunks) == "Hello"


@every_provider
def test_figures_are_reported_as_they_came(subject: Subject) -> None:
    """They are integers, and never made up."""
    usage = end_of(run(subject, Case()).chunks).usage

    assert usage.input is not None
    assert usage.output is not None


@every_provider
def test_figures_that_did_not_come_are_none(subject: Subject) -> None:
    """The engine estimates; a provider does not."""
    usage = end_of(run(subject, Case(reports_usage=False)).chunks).usage

    assert (usage.input, usage.output, usage.reasoning) == (None, None, None)


@every_provider
def test_an_answer_cut_by_the_limit_says_so(subject: Subject) -> None:
    """The text is an answer nevertheless."""
    seen = run(subject, Case(cut_by_limit=True))

    assert text_of(seen.chunks) == "Hello"
    assert end_of(seen.chunks).reason is FinishReason.LENGTH


@every_provider
def test_an_answer_may_be_empty(subject: Subject) -> None:
    """Nothing was said, and the model has finished."""
    seen = run(subject, Case(text=[]))

    assert text_of(seen.chunks) == ""
    assert end_of(seen.chunks).reason is FinishReason.STOP


@every_provider
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Authentication),
        (402, OutOfCredit),
        (403, Permission),
        (404, UnknownModel),
        (408, Overloaded),
        (413, ContextTooLong),
        (422, BadRequest),
        (429, RateLimited),
        (500, Overloaded),
        (503, Overloaded),
        (529, Overloaded),
    ],
)
def test_a_refusal_is_of_its_kind(
    subject: Subject, status: int, kind: type[ProviderError]
) -> None:
    """It names provider, model and status, and says what to do."""
    seen = run(subject, Case(refuses=status))

    assert type(seen.error) is kind
    assert seen.error.provider == subject.type
    assert seen.error.model
    assert seen.error.http_status == status
    assert seen.error.what_to_do or kind is BadRequest
    assert seen.chunks == []


@every_provider
def test_an_answer_that_is_cut_is_broken(subject: Subject) -> None:
    """What had come stays; there is no `Finished`."""
    seen = run(subject, Case(breaks="cut"))

    assert type(seen.error) is BrokenStream
    assert text_of(seen.chunks) == "Hello"
    assert seen.error.provider == subject.type


@every_provider
def test_an_error_inside_a_stream_ends_it(subject: Subject) -> None:
    """What had come stays; the error is of its kind."""
    seen = run(subject, Case(breaks="error"))

    assert type(seen.error) is Overloaded
    assert text_of(seen.chunks) == "Hello"


class Cancelling(Attempt):
    """An attempt that is cancelled once so much of the answer has come."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self._scope = asyncio.timeout(PATIENCE)

    async def make(self, prepared: Prepared) -> None:
        """Make the attempt; raises `TimeoutError` as its scope does."""
        async with self._scope:
            await attempt(prepared.provider, prepared.call, self)

    def take(self, chunk: Chunk) -> None:
        """Note a chunk, and cancel if it was the last one to wait for."""
        super().take(chunk)
        if text_of(self.chunks) == self._text:
            self._scope.reschedule(0)


@every_provider
def test_a_cancelled_attempt_ends_at_once(subject: Subject) -> None:
    """Cancellation goes through as what it is."""

    async def cancel(prepared: Prepared) -> Attempt:
        seen = Cancelling("Hello")
        with pytest.raises(TimeoutError):
            await seen.make(prepared)
        await prepared.provider.aclose()
        return seen

    with subject.prepare(Case(breaks="silent")) as prepared:
        seen = asyncio.run(cancel(prepared))

    assert text_of(seen.chunks) == "Hello"


@every_provider
def test_attempts_at_once_do_not_mix(subject: Subject) -> None:
    """One client serves several attempts."""

    async def all_at_once(prepared: Prepared) -> list[Attempt]:
        seen = [Attempt() for _ in range(5)]
        async with asyncio.TaskGroup() as group:
            for one in seen:
                group.create_task(attempt(prepared.provider, prepared.call, one))
        await prepared.provider.aclose()
        return seen

    with subject.prepare(Case(text=list("abcdefgh"))) as prepared:
        seen = asyncio.run(all_at_once(prepared))

    assert [text_of(one.chunks) for one in seen] == ["abcdefgh"] * 5
