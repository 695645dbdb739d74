"""The simulated provider: what names mean, and that it keeps to them."""

import asyncio
from contextlib import aclosing, suppress

import pytest

from hexai.domain.provider import Finished, FinishReason, TextDelta
from hexai.errors import (
    BadRequest,
    BrokenStream,
    ConnectionFailed,
    OutOfCredit,
    Overloaded,
    ProviderError,
    RateLimited,
)
from hexai.providers.simulated import ERRORS, Simulated, count_tokens
from hexai.providers.simulated_script import OPTIONS, Failure, Script, read_script
from hexai.text.number_ranges import Range
from tests.support.attempt import Attempt, attempt
from tests.support.calls import call, end_of, reasoning_of, settings, text_of
from tests.support.clock import run_virtually


def ask(model: str, prompt: str = "one two three", **options: object) -> Attempt:
    """Make one attempt in virtual time."""
    asked = call(prompt, model=model, **options)  # type: ignore[arg-type]
    return run_virtually(attempt(Simulated(settings("simulated")), asked))


def test_echo_says_the_prompt_word_by_word() -> None:
    """Each word comes with the blanks behind it."""
    seen = ask("echo", "one  two\nthree")

    assert seen.chunks[:-1] == [
        TextDelta("one  "),
        TextDelta("two\n"),
        TextDelta("three"),
    ]


def test_lorem_has_the_length_that_was_asked() -> None:
    """To the token, so that speeds can be computed from it."""
    for tokens in (1, 2, 3, 10, 60, 200):
        seen = ask(f"lorem?tokens={tokens}")

        said = sum(
            count_tokens(c.text) for c in seen.chunks if isinstance(c, TextDelta)
        )
        assert said == tokens
        assert end_of(seen.chunks).usage.output == tokens


def test_the_same_call_gets_the_same_answer() -> None:
    """Nothing depends on the machine or the moment; the seed varies it."""
    model = "lorem?rate=8-16&delay=0.1-0.5"
    one, two = ask(model), ask(model)

    assert (one.chunks, one.times) == (two.chunks, two.times)
    assert text_of(ask(model + "&seed=1").chunks) != text_of(one.chunks)
    assert text_of(ask(model, "another").chunks) != text_of(one.chunks)
    assert text_of(ask(model, temperature=0.9).chunks) != text_of(one.chunks)


def test_times_are_kept_exactly() -> None:
    """Load, connect and first token one after another, then the rate."""
    seen = ask("echo?load=2&connect=0.5&delay=0.25&rate=10", "abcd efgh ijk")

    assert seen.marks == [("loading", 0.0), ("connected", 2.5)]
    assert seen.times == pytest.approx([2.75, 2.95, 3.15, 3.15])


def test_without_a_rate_no_time_passes_but_others_run() -> None:
    """A long answer does not keep the loop to itself."""

    async def both() -> bool:
        ticked = asyncio.Event()
        asyncio.get_running_loop().call_soon(ticked.set)
        model = "lorem?tokens=20"
        stream = Simulated(settings("simulated")).stream(call(model=model), Attempt())
        async with aclosing(stream) as chunks:
            await anext(chunks)
            return ticked.is_set()

    assert run_virtually(both())
    assert ask("lorem").times[-1] == 0.0


def test_reasoning_comes_first_and_apart() -> None:
    """Its tokens are in the output, and told apart."""
    end = end_of((seen := ask("lorem?tokens=10&reasoning=30")).chunks)

    assert reasoning_of(seen.chunks)
    assert not isinstance(seen.chunks[0], TextDelta)
    assert (end.usage.output, end.usage.reasoning) == (40, 30)


def test_usage_can_be_left_out() -> None:
    """Then the engine estimates."""
    end = end_of(ask("echo?usage=none").chunks)

    assert (end.usage.input, end.usage.output) == (None, None)


def test_limit_and_stop_are_kept() -> None:
    """Like a real model: the limit cuts, a stop sequence ends."""
    cut = ask("lorem?tokens=50", max_tokens=10)
    stopped = ask("echo", "one two three", stop=("x", " three", "zz"))

    assert end_of(cut.chunks) == Finished(
        reason=FinishReason.LENGTH,
        usage=end_of(cut.chunks).usage,
        returned_model="lorem",
    )
    assert (end_of(cut.chunks).usage.output or 0) <= 10
    assert text_of(stopped.chunks) == "one two"
    assert end_of(stopped.chunks).reason is FinishReason.STOP


@pytest.mark.parametrize(
    ("fail", "kind", "status"),
    [
        ("429", RateLimited, 429),
        ("503", Overloaded, 503),
        ("400", BadRequest, 400),
        ("connection", ConnectionFailed, None),
        ("credit", OutOfCredit, None),
    ],
)
def test_failures_are_the_real_ones(
    fail: str, kind: type[ProviderError], status: int | None
) -> None:
    """They carry what any provider's errors carry."""
    model = f"echo?fail={fail}&retry_after=3"
    error = ask(model).error

    assert type(error) is kind
    assert (error.http_status, error.retry_after) == (status, 3.0)
    assert (error.provider, error.model) == ("simulated", model)


def test_an_answer_can_break_off() -> None:
    """After so many tokens, or at its end if it is shorter."""
    cut = ask("echo?fail=broken&after=2", "abc def ghi")
    short = ask("echo?fail=broken&after=99", "abc")

    assert (text_of(cut.chunks), type(cut.error)) == ("abc def ", BrokenStream)
    assert (text_of(short.chunks), type(short.error)) == ("abc", BrokenStream)


def test_only_the_first_attempts_fail() -> None:
    """So a retry can be seen to help."""
    provider = Simulated(settings("simulated"))

    async def thrice() -> list[bool]:
        failed = []
        for _ in range(3):
            seen = await attempt(provider, call(model="echo?fail=503&times=2"))
            failed.append(seen.error is not None)
        return failed

    assert run_virtually(thrice()) == [True, True, False]


def test_a_hanging_answer_never_goes_on() -> None:
    """It can only be cancelled."""

    async def wait() -> str:
        seen = Attempt()
        asked = call("abc def", model="echo?fail=hang&after=1")
        with suppress(TimeoutError):
            async with asyncio.timeout(3600):
                await attempt(Simulated(settings("simulated")), asked, seen)
        return text_of(seen.chunks)

    assert run_virtually(wait()) == "abc "


def test_a_bug_is_no_provider_error() -> None:
    """It is what no provider may raise."""
    with pytest.raises(RuntimeError, match="simulated bug"):
        ask("echo?fail=bug")


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("gpt", 'no simulated model "gpt"; there are echo and lorem'),
        ("echo?colour=red", 'no option "colour"; there are '),
        ("echo?tokens=many", "tokens must be a whole number"),
        ("echo?tokens=9999999", "tokens must be a whole number"),
        ("echo?rate=0", 'rate requires a positive value, got "0"'),
        ("echo?rate=9-3", "rate minimum 9.00 exceeds maximum 3.00"),
        ("echo?fail=200", "fail must be a status from 400 to 599, got 200"),
        ("echo?fail=oops", "fail must be a status or one of broken, "),
        ("echo?finish=never", "finish must be one of stop, length, filtered"),
        (
            "echo?finish=enough",
            "finish must be one of stop, length, filtered, broken, failed, tool",
        ),
        ("echo?usage=all", 'usage can only be none, got "all"'),
    ],
)
def test_a_wrong_name_says_what_is_allowed(model: str, problem: str) -> None:
    """It is a bad request, like an unknown option anywhere."""
    error = ask(model).error

    assert type(error) is BadRequest
    assert problem in str(error)


def test_a_name_is_read_whole() -> None:
    """Every option has its field."""
    name = (
        "lorem?tokens=5&load=1&connect=2&delay=0-3&rate=4:9&reasoning=6&fail=hang"
        "&after=7&times=8&retry_after=1.5&finish=length&usage=none&seed=9"
    )

    assert read_script(name) == Script(
        model=read_script("lorem").model,
        tokens=5,
        load=Range(1, 1),
        connect=Range(2, 2),
        delay=Range(0, 3),
        rate=Range(4, 9),
        reasoning=6,
        fail=Failure.HANG,
        after=7,
        times=8,
        retry_after=1.5,
        finish=FinishReason.LENGTH,
        usage=False,
        seed=9,
    )
    assert set(OPTIONS) == set(Script.__struct_fields__) - {"model"}


def test_every_failure_has_its_error() -> None:
    """But for the two that are none."""
    assert set(ERRORS) == set(Failure) - {Failure.HANG, Failure.BUG}
