"""What contenders and models are called in statistics, shortly and apart; pure.

A contender is called by its label. Where others of its surface have that label too,
their models tell them apart; of one model it is said since when each contender is
there, for then somebody has changed its options.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Protocol, TypeVar

from hexai.domain.figures import Title
from hexai.domain.fingerprint import PLAIN, UNKNOWN
from hexai.domain.ranking import Leaderboard, Model

_Key = TypeVar("_Key")


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


def is_called(asked: Asked, title: Title, wanted: str) -> bool:
    """Tell whether its label or model has a text, given in small letters."""
    return any(wanted in n.lower() for n in (model_name(asked), title.label))


def contender_names(
    asked: Mapping[_Key, Asked], titles: Mapping[_Key, Title]
) -> dict[_Key, str]:
    """Name those of one surface: by label, by model where there is none.

    What is called alike is told apart by its model, by since when it is there, by where
    it is, and by its options, as far as that is needed.
    """
    names = _with_models(
        {key: titles[key].label or model_name(each) for key, each in asked.items()},
        asked,
    )
    since = {key: titles[key].since for key in asked}
    years = len({_local(at).year for at in since.values() if at is not None}) > 1
    told: tuple[Callable[[_Key], str], ...] = (
        lambda key: _since(since[key], year=years),
        lambda key: _clock(since[key]),
        lambda key: f" ({asked[key].upstream})",
        lambda key: f" ({options_of(asked[key])})",
    )
    for more in told:
        alike = _alike(names)
        names = {
            key: name + more(key) if name in alike else name
            for key, name in names.items()
        }
    return names


def board_names(board: Leaderboard) -> dict[Model, str]:
    """Name those of a leaderboard, shortly and apart."""
    titles = {model: rated.title for model, rated in board.models.items()}
    return contender_names(board.models, titles)


def _with_models(
    names: dict[_Key, str], asked: Mapping[_Key, Asked]
) -> dict[_Key, str]:
    """Add the model to labels that several models have."""
    models: dict[str, set[str]] = {}
    for key, name in names.items():
        models.setdefault(name, set()).add(model_name(asked[key]))
    return {
        key: f"{name} ({model_name(asked[key])})" if len(models[name]) > 1 else name
        for key, name in names.items()
    }


def _alike(names: Mapping[_Key, str]) -> set[str]:
    """Give the names that several have."""
    return {name for name, count in Counter(names.values()).items() if count > 1}


def options_of(asked: Asked) -> str:
    """Say with which options somebody is asked."""
    if asked.fingerprint == UNKNOWN:
        return "options not recorded"
    return "no options" if asked.fingerprint == PLAIN else asked.fingerprint


def day(moment: float, *, year: bool = False) -> str:
    """Write a day as people on this machine have it: `3 Nov`."""
    local = _local(moment)
    return f"{local.day} {local:%b}" + (f" {local.year}" if year else "")


def _since(moment: float | None, *, year: bool) -> str:
    return "" if moment is None else f" since {day(moment, year=year)}"


def _clock(moment: float | None) -> str:
    return "" if moment is None else f" {_local(moment):%H:%M}"


def _local(moment: float) -> datetime:
    return datetime.fromtimestamp(moment, tz=UTC).astimezone()
