"""What contenders and models are called in statistics, shortly and apart; pure.

A contender is called by its label. Where others of its surface have that label too,
their models tell them apart; of one model, the options that only some have, as `-o`
gives them; else it is said since when a contender is there, for then somebody has
changed its options. One of them is called by the label alone.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from hexai.domain.figures import Title
from hexai.domain.fingerprint import PLAIN, UNKNOWN, read_options
from hexai.domain.ranking import Leaderboard, Model

_Key = TypeVar("_Key")
_Step = Callable[[Sequence[_Key]], dict[_Key, str]]
"""Gives what may tell some apart that are called alike."""


class Asked(Protocol):
    """Who was asked: a model, and where it is; and with which options."""

    @property
    def provider(self) -> str:
        """The provider's name."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def upstream(self) -> str:
        """The origin that was talked to."""

    @property
    def fingerprint(self) -> str:
        """Its options, see `domain.fingerprint`."""


def model_name(asked: Asked) -> str:
    """Name a model as the configuration does."""
    return f"{asked.provider}:{asked.model}"


def contender_names(
    asked: Mapping[_Key, Asked], titles: Mapping[_Key, Title]
) -> dict[_Key, str]:
    """Name those of one surface: by label, by model where there is none.

    What is called alike is told apart by the first of these that differs: its model,
    options that not all have, the day since when it is there, its options, and where it
    is.
    """
    names = {key: titles[key].label or model_name(each) for key, each in asked.items()}
    steps: list[_Step[_Key]] = [
        lambda keys: _models({key: asked[key] for key in keys}),
        lambda keys: _additions({key: asked[key] for key in keys}),
        lambda keys: _days({key: titles[key].since for key in keys}),
        lambda keys: _options({key: asked[key] for key in keys}),
        lambda keys: {key: f" ({asked[key].upstream})" for key in keys},
    ]
    told: dict[_Key, str] = {}
    for keys in _grouped(names).values():
        told |= {key: names[key] + more for key, more in _apart(keys, steps).items()}
    return {key: told[key] for key in asked}


def _apart(keys: Sequence[_Key], steps: "Sequence[_Step[_Key]]") -> dict[_Key, str]:
    """Give what tells some apart, by as few of the steps as do."""
    if len(keys) == 1 or not steps:
        return dict.fromkeys(keys, "")
    more, rest = steps[0](keys), steps[1:]
    groups = _grouped(more)
    if len(groups) == 1:
        return _apart(keys, rest)
    return {
        key: _joined(suffix, after)
        for suffix, there in groups.items()
        for key, after in _apart(there, rest).items()
    }


def _joined(one: str, other: str) -> str:
    """Put what tells somebody apart together, in one pair of brackets."""
    if one.endswith(")") and other.startswith(" ("):
        return f"{one[:-1]}, {other[2:]}"
    return one + other


def _grouped(names: Mapping[_Key, str]) -> dict[str, list[_Key]]:
    found: dict[str, list[_Key]] = {}
    for key, name in names.items():
        found.setdefault(name, []).append(key)
    return found


def _models(asked: Mapping[_Key, Asked]) -> dict[_Key, str]:
    """Name their models, with their providers where one model has several."""
    whole = {key: model_name(each) for key, each in asked.items()}
    if len({each.model for each in asked.values()}) == len({*whole.values()}):
        whole = {key: each.model for key, each in asked.items()}
    return {key: f" ({name})" for key, name in whole.items()}


def _additions(asked: Mapping[_Key, Asked]) -> dict[_Key, str]:
    """Give the options that not all have; nothing where some are not recorded."""
    if any(each.fingerprint == UNKNOWN for each in asked.values()):
        return dict.fromkeys(asked, "")
    told = {key: read_options(each.fingerprint) for key, each in asked.items()}
    of_all = set[str].intersection(*map(set, told.values()))
    more = {
        key: [_option(n, options[n]) for n in sorted(options) if n not in of_all]
        for key, options in told.items()
    }
    return {key: f" ({', '.join(n)})" if n else "" for key, n in more.items()}


def _days(since: Mapping[_Key, float | None]) -> dict[_Key, str]:
    """Say since which day each is there, by the year too where there are several.

    Those of the first day are called as they ever were.
    """
    days = {key: None if at is None else _local(at).date() for key, at in since.items()}
    known = {each for each in days.values() if each is not None}
    years = len({each.year for each in known}) > 1
    first = min(known, default=None)
    return {
        key: "" if at is None or days[key] == first else f" since {day(at, year=years)}"
        for key, at in since.items()
    }


def _options(asked: Mapping[_Key, Asked]) -> dict[_Key, str]:
    """Give the options that are not the same for all."""
    told = {key: read_options(each.fingerprint) for key, each in asked.items()}
    names = sorted({name for options in told.values() for name in options})
    differ = [n for n in names if len({each.get(n) for each in told.values()}) > 1]
    return {
        key: f" ({options_of(each)})"
        if each.fingerprint in (UNKNOWN, PLAIN)
        else f" ({', '.join(_option(n, told[key].get(n)) for n in differ)})"
        for key, each in asked.items()
    }


def _option(name: str, value: str | None) -> str:
    return f"no {name}" if value is None else f"{name}={value}"


def board_names(board: Leaderboard) -> dict[Model, str]:
    """Name those of a leaderboard, shortly and apart."""
    titles = {model: rated.title for model, rated in board.models.items()}
    return contender_names(board.models, titles)


def options_of(asked: Asked) -> str:
    """Say with which options somebody is asked."""
    if asked.fingerprint == UNKNOWN:
        return "options not recorded"
    return "no options" if asked.fingerprint == PLAIN else asked.fingerprint


def day(moment: float, *, year: bool = False) -> str:
    """Write a day as people on this machine have it: `3 Nov`."""
    local = _local(moment)
    return f"{local.day} {local:%b}" + (f" {local.year}" if year else "")


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()
