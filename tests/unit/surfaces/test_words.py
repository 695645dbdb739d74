"""One wording for every surface: letters, names, order, money, shares, figures."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from hexai.domain.outcome import Outcome, Status, Timings
from hexai.domain.provider import FinishReason, Usage
from hexai.errors import Authentication, TimedOut
from hexai.surfaces.words import (
    DisplayOrder,
    ago,
    blind_line,
    brief_figures,
    closing_line,
    in_order,
    labels_needed,
    letter,
    percent,
    usd,
)
from tests.support.fake_run import FakeRun


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.2, "0 s ago"), (59.0, "59 s ago"), (181.0, "3 min ago"), (7300.0, "2 h ago")],
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, words: str) -> None:
    """Nobody needs it to the second."""
    assert ago(seconds) == words


def test_labels_are_shown_in_entry_order() -> None:
    """Unless blind."""
    cast = DisplayOrder.of(FakeRun("home", "gpt"), blind=False)
    assert cast == DisplayOrder(order=(0, 1), names=("home", "gpt"), blind=False)


def test_blind_letters_follow_the_order_shown() -> None:
    """The first shown is A, whichever entry it is."""
    cast = DisplayOrder.of(FakeRun("x", "y", "z", order=(2, 0, 1)), blind=True)
    assert cast == DisplayOrder(
        order=(2, 0, 1), names=("B", "C", "A"), blind=True, is_drawn=True
    )
    assert [cast.position(index) for index in range(3)] == [1, 2, 0]


def test_there_are_letters_for_everybody() -> None:
    """After Z they get a number."""
    assert [letter(n) for n in (0, 25, 26, 53)] == ["A", "Z", "A1", "B2"]


ANSWERED = Outcome(
    index=0,
    label="a",
    status=Status.ANSWERED,
    text="yes",
    provider="openai",
    model="gpt-4.1",
    finish=FinishReason.STOP,
    usage=Usage(input=312, output=148, source="reported"),
    timings=Timings(ttft=0.41, generating=1.72, total=2.13),
)


def test_an_answer_ends_with_its_figures() -> None:
    """The form is the one that the documentation shows."""
    assert closing_line(ANSWERED, Decimal("0.0004")) == (
        "done provider=openai model=gpt-4.1 ttft=0.41s time=2.13s "
        "in=312 out=148 tok/s=85 cost=$0.0004"
    )


def test_estimated_figures_are_marked() -> None:
    """Tokens that nobody reported, and all that follows from them."""
    usage = Usage(input=312, output=148, source="estimated")
    assert closing_line(replace(ANSWERED, usage=usage), Decimal("0.0004")) == (
        "done provider=openai model=gpt-4.1 ttft=0.41s time=2.13s "
        "in=~312 out=~148 tok/s=~85 cost=~$0.0004"
    )


def test_waiting_and_loading_are_shown_where_there_was_any() -> None:
    """They are in no other figure, so they are shown apart."""
    timings = replace(ANSWERED.timings, queued=1.5, loading=0.4)
    line = closing_line(replace(ANSWERED, timings=timings), None)
    assert line.startswith(
        "done provider=openai model=gpt-4.1 queued=1.50s loading=0.40s ttft=0.41s"
    )
    assert line.endswith(" cost=?")


def test_an_answer_that_was_cut_off_says_so() -> None:
    """The token limit is not a good end."""
    line = closing_line(replace(ANSWERED, finish=FinishReason.LENGTH), Decimal(0))
    assert line.endswith(" cost=$0 finish=length")


def test_a_cached_answer_has_an_age_and_no_figures_of_this_run() -> None:
    """Nothing was timed and nothing was paid."""
    cached = replace(ANSWERED, cached_age=181.4, timings=Timings())
    assert closing_line(cached, Decimal("0.0004")) == (
        "done provider=openai model=gpt-4.1 cached=181s in=312 out=148"
    )


def test_a_label_tells_contenders_of_one_model_apart() -> None:
    """Only where it is needed; one of several words is quoted."""
    twins = (ANSWERED, replace(ANSWERED, label="at home"), replace(ANSWERED, model="m"))
    assert labels_needed(twins) == ("a", "at home", "")
    begin = "done provider=openai model=gpt-4.1"
    assert closing_line(ANSWERED, None, label="a").startswith(f"{begin} label=a ttft=")
    line = closing_line(ANSWERED, None, label="at home")
    assert line.startswith(f'{begin} label="at home" ttft=')


def test_a_failure_gives_its_reason() -> None:
    """The reason is the error's own line."""
    failed = replace(
        ANSWERED, status=Status.FAILED, error=Authentication("no key", http_status=401)
    )
    assert closing_line(failed, None) == (
        "failed provider=openai model=gpt-4.1: no key; check the key"
    )


def test_a_time_out_is_a_failure() -> None:
    """It names the budget that ran out."""
    error = TimedOut("first token", 20)
    late = replace(ANSWERED, status=Status.TIMED_OUT, error=error)
    assert closing_line(late, None) == (
        "failed provider=openai model=gpt-4.1: timeout: no first token within 20 s; "
        "raise first_token_timeout, or use a faster model"
    )


def test_a_cancelled_contender_has_the_figures_it_came_to() -> None:
    """What never came is left out."""
    cancelled = Outcome(
        index=0,
        label="a",
        status=Status.CANCELLED,
        provider="p",
        model="m",
        timings=Timings(total=0.5),
    )
    assert closing_line(cancelled, None) == "cancelled provider=p model=m time=0.50s"


def test_blind_a_failure_shows_its_kind_alone() -> None:
    """The reason could name the provider, so it waits for the choice."""
    failed = replace(
        ANSWERED, status=Status.FAILED, error=Authentication("missing OpenAI key")
    )
    assert blind_line(failed, "B") == "failed contender=B: authentication"
    assert blind_line(ANSWERED, "A") is None


def test_blind_an_answer_that_was_cut_off_says_so() -> None:
    """Half an answer is not judged as a whole one; who it is stays hidden."""
    cut = replace(ANSWERED, finish=FinishReason.LENGTH)
    assert blind_line(cut, "B") == "done contender=B finish=length"


@pytest.mark.parametrize(
    ("cost", "shown"),
    [
        (None, "?"),
        (Decimal(0), "$0"),
        (Decimal("0.00001234"), "$0.000012"),
        (Decimal("0.0004"), "$0.0004"),
        (Decimal("0.12346"), "$0.1235"),
        (Decimal("12.5"), "$12.5000"),
        (Decimal("2345679.1710"), "$2345679.17"),
    ],
)
def test_prices_keep_the_digits_that_matter(cost: Decimal | None, shown: str) -> None:
    """Unknown is never nothing, and little is never nothing."""
    assert usd(cost) == shown


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (0, "0 %"),
        (0.0004, "<1 %"),
        (0.006, "1 %"),
        (0.5, "50 %"),
        (0.994, "99 %"),
        (0.995, ">99 %"),
        (0.999, ">99 %"),
        (1, "100 %"),
    ],
)
def test_only_what_is_certain_is_nothing_or_all(share: float, shown: str) -> None:
    """99.9 of 100 are not all of them."""
    assert percent(share) == shown


def test_what_belongs_to_contenders_comes_in_the_order_shown() -> None:
    """Of whom nothing is known yet is left out."""
    first, third = ANSWERED, replace(ANSWERED, index=2)
    assert in_order((first, third), (2, 1, 0)) == (third, first)


def test_brief_figures_are_worded_as_the_long_ones() -> None:
    """The same money, and the same mark of what is estimated."""
    assert brief_figures(ANSWERED, Decimal("0.00001234")) == (
        "2.1 s · 148 tok · $0.000012"
    )
    usage = Usage(input=312, output=148, source="estimated")
    cancelled = replace(ANSWERED, usage=usage, status=Status.CANCELLED)
    assert brief_figures(cancelled, None) == "2.1 s · ~148 tok · ? · cancelled"
    assert brief_figures(replace(ANSWERED, cached_age=3), None) == "cached"
