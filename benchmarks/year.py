"""Ledgers of made-up users: nothing yet, twelve votes, a year with five models.

`python -m benchmarks.year KIND FOLDER` writes one; `scripts/picture-report` draws a
page of it. In the year, one model becomes another one halfway, better and slower.
"""

import argparse
import random
from collections.abc import Iterator
from decimal import Decimal
from math import exp
from pathlib import Path
from typing import Literal

from msgspec import Struct

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Status, Timings
from hexai.domain.provider import FinishReason, Usage
from hexai.domain.record import (
    SAMPLED_AFTER,
    Background,
    Choice,
    Chosen,
    ContenderRecord,
    Fact,
    Method,
    RunRecord,
    Shown,
    Survived,
)
from hexai.ledger.access import Ledger

Kind = Literal["empty", "newcomer", "year"]
_ENDED_AT = 1_795_900_000.0
_DAY = 86_400.0
_DAYS = 360
_LISTS_A_DAY = 14
_LANGUAGES = {"python": 0.5, "go": 0.25, "typescript": 0.15, "rust": 0.1}
_NOTHING = 1.2
"""The utility of taking nothing, in logits."""


class Simulated(Struct, frozen=True, kw_only=True):
    """A model as these users know it."""

    label: str
    provider: str
    model: str
    upstream: str
    strength: float
    first: float
    """The median of the first token, in seconds."""
    price: int
    """Billionths of a dollar for each token of output."""
    stays: float
    """The share of a taken text that is there from one look to the next."""
    returned: str
    later: str = ""
    """What the upstream calls it in the second half of the year."""
    gains: float = 0.0
    """In strength and seconds, then."""


_CLOUD = "https://api.example.com:443"
MODELS = (
    Simulated(
        label="qwen",
        provider="ollama",
        model="qwen3-coder:30b",
        upstream="http://127.0.0.1:11434",
        strength=0.3,
        first=0.45,
        price=0,
        stays=0.9,
        returned="qwen3-coder:30b",
    ),
    Simulated(
        label="mini",
        provider="openai",
        model="gpt-4.1-mini",
        upstream=_CLOUD,
        strength=0.0,
        first=0.35,
        price=1600,
        stays=0.88,
        returned="gpt-4.1-mini-2025-04-14",
    ),
    Simulated(
        label="large",
        provider="openai",
        model="gpt-4.1",
        upstream=_CLOUD,
        strength=0.4,
        first=0.6,
        price=8000,
        stays=0.93,
        returned="gpt-4.1-2025-04-14",
    ),
    Simulated(
        label="coder",
        provider="mistral",
        model="codestral-latest",
        upstream="https://codestral.example.com:443",
        strength=-0.1,
        first=0.3,
        price=900,
        stays=0.86,
        returned="codestral-2501",
        later="codestral-2508",
        gains=0.8,
    ),
    Simulated(
        label="tiny",
        provider="local",
        model="smollm2",
        upstream="local",
        strength=-1.2,
        first=0.8,
        price=0,
        stays=0.75,
        returned="smollm2",
    ),
)


def _contender(
    index: int, model: Simulated, later: float, dice: random.Random, text: str = ""
) -> ContenderRecord:
    answered = dice.random() > 0.03
    gains = model.gains * later
    first = model.first * dice.lognormvariate(0, 0.4) + 0.3 * gains
    tokens = dice.randrange(8, 90)
    generating = tokens / (120 if model.price else 45)
    cost = Decimal(tokens * model.price) / 10**9
    return ContenderRecord(
        index=index,
        label=model.label,
        provider=model.provider,
        model=model.model,
        upstream=model.upstream,
        returned_model=model.later if later and model.later else model.returned,
        local=not model.price,
        status=Status.ANSWERED if answered else Status.TIMED_OUT,
        finish=FinishReason.STOP if answered else None,
        timings=Timings(
            ttft=first if answered else None,
            generating=generating if answered else None,
            total=first + generating if answered else 1.5,
        ),
        usage=Usage(
            input=dice.randrange(400, 3000),
            output=tokens,
            source="estimated" if model.provider == "mistral" else "reported",
        )
        if answered
        else None,
        cost_usd=cost if answered else None,
        sent=4000,
        received=4 * tokens,
        text=text if answered else "",
    )


def _picked(
    shown: list[int], later: float, dice: random.Random, *, none: float | None
) -> int | None:
    """Choose as a conditional logit does; what stands first is taken more often."""
    weights = [
        exp(MODELS[i].strength + MODELS[i].gains * later + 0.5 * (place == 0))
        for place, i in enumerate(shown)
    ]
    if none is not None:
        weights.append(exp(none))
    [chosen] = dice.choices([*shown, *([None] if none is not None else [])], weights)
    return chosen


def _run_id(number: int, dice: random.Random) -> str:
    return f"{number:012x}{dice.getrandbits(80):020x}"


def _completion(number: int, began: float, dice: random.Random) -> Iterator[Fact]:
    """Ask three of the models for a list, and take something of it or not."""
    run_id, later = _run_id(number, dice), began > _ENDED_AT - _DAYS / 2 * _DAY
    asked = sorted(dice.sample(range(len(MODELS)), 3))
    day = int(began // _DAY)
    [language] = dice.choices([*_LANGUAGES], [*_LANGUAGES.values()])
    contenders = [_contender(n, MODELS[i], later, dice) for n, i in enumerate(asked)]
    yield RunRecord(
        run_id=run_id,
        surface=Surface.COMPLETION,
        started_at=began,
        background=Background(
            project="/home/me/shop", language=language, document=f"{day * 7 % 97:016x}"
        ),
        sitting=f"{day:032x}",
        seed=number,
        shuffle=1.0,
        order=(0, 1, 2),
        contenders=tuple(contenders),
    )
    there = [n for n, each in enumerate(contenders) if each.status is Status.ANSWERED]
    order = dice.sample(there, len(there))
    if not order:
        return
    yield Shown(
        run_id=run_id, at=began + 1, items=tuple((n,) for n in order), whole=True
    )
    taken = _picked([asked[n] for n in order], later, dice, none=_NOTHING)
    yield Chosen(
        run_id=run_id,
        at=began + 3,
        choice=Choice.NONE if taken is None else Choice.TAKEN,
        method=Method.COMMAND,
        indexes=() if taken is None else (asked.index(taken),),
        characters=0 if taken is None else dice.randrange(10, 200),
        sitting=f"{day:032x}",
    )
    if taken is not None:
        yield from _survival(run_id, MODELS[taken].stays, dice)


def _survival(run_id: str, stays: float, dice: random.Random) -> Iterator[Fact]:
    share: float | None = 1.0
    for after in SAMPLED_AFTER:
        if share is not None:
            gone = dice.random() < 0.08
            share = None if gone else share * min(1.0, dice.gauss(stays, 0.08))
        yield Survived(run_id=run_id, after=after, share=share)


_QUESTION = "Write a function that says whether a year is a leap year."
_ANSWERS = (
    "def is_leap(year):\n    return year % 400 == 0 or year % 4 == 0 < year % 100\n",
    "def is_leap(year: int) -> bool:\n    return year % 4 == 0 and year % 100 != 0\n",
)


def _vote(number: int, began: float, dice: random.Random) -> Iterator[Fact]:
    """Ask two models blind, and vote."""
    run_id, later = _run_id(number, dice), began > _ENDED_AT - _DAYS / 2 * _DAY
    asked = dice.sample(range(len(MODELS) - 1), 2)
    order = dice.sample([0, 1], 2)
    yield RunRecord(
        run_id=run_id,
        surface=Surface.CLI,
        started_at=began,
        blind=True,
        sitting=f"{int(began // _DAY):032x}",
        seed=number,
        shuffle=1.0,
        order=tuple(order),
        contenders=tuple(
            _contender(n, MODELS[i], later, dice, _ANSWERS[n])
            for n, i in enumerate(asked)
        ),
        messages=(Message(Role.USER, f"{_QUESTION} ({number})"),),
    )
    best = _picked([asked[n] for n in order], later, dice, none=None)
    assert best is not None
    yield Chosen(
        run_id=run_id,
        at=began + 40,
        choice=Choice.TAKEN,
        method=Method.VOTE,
        indexes=(asked.index(best),),
        sitting=f"{int(began // _DAY):032x}",
    )


def newcomer(dice: random.Random) -> Iterator[Fact]:
    """Vote twelve times in two weeks."""
    for number in range(12):
        yield from _vote(number, _ENDED_AT - (14 - number) * _DAY, dice)


def year(dice: random.Random) -> Iterator[Fact]:
    """Complete code on five days of seven, and vote now and then."""
    number = 0
    for day in range(_DAYS):
        morning = _ENDED_AT - (_DAYS - day) * _DAY
        if day % 7 > 4:
            continue
        for each in range(_LISTS_A_DAY):
            yield from _completion(number, morning + 600 * each, dice)
            number += 1
        if day % 2:
            yield from _vote(number, morning + 20_000, dice)
            number += 1


def fill(path: Path, kind: Kind) -> None:
    """Write a ledger."""
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    path.touch(mode=0o600)
    ledger = Ledger(path, patience=1.0)
    dice = random.Random(7)
    told = {"empty": iter(()), "newcomer": newcomer(dice), "year": year(dice)}[kind]
    ledger.take(*told)
    ledger.close()


def main() -> None:
    """Read the command line and write a ledger."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["empty", "newcomer", "year"])
    parser.add_argument("state", type=Path, help="the folder for state of a home")
    given = parser.parse_args()
    fill(given.state / "hexai" / LEDGER_FILE, given.kind)


if __name__ == "__main__":
    main()
