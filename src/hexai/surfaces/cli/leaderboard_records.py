"""What `hexai leaderboard --json` and `--csv` print: shapes for scripts; pure."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import Struct

from hexai.domain.figures import is_called
from hexai.domain.ranking import (
    Comparison,
    Leaderboard,
    Model,
    Ranking,
    Rated,
    Standing,
)
from hexai.surfaces.cli.json_records import iso_time
from hexai.surfaces.contender_names import board_names


class ReturnedRecord(Struct, kw_only=True):
    """A model id that the upstream returned, and when it did so first."""

    model: str
    since: str


class ModelRecord(Struct, kw_only=True):
    """A contender of a group; the strengths of a group sum to zero."""

    name: str
    """What it is called in the tables: its label, and what tells it apart."""
    label: str | None
    """None where rows are those of models."""
    provider: str
    model: str
    upstream: str
    strength: float
    low: float
    high: float
    best: float
    shown: int
    chosen: int
    first_effect: float | None
    options: str | None
    """The options that change an answer; None if they were not recorded."""
    since: str | None
    """When it was asked first; None where no other has its label."""
    prompts_changed: list[str]
    """When an update had changed the built-in prompts that it is asked by."""
    returned: list[ReturnedRecord]


class ChangeRecord(Struct, kw_only=True):
    """A preference that is not what it was; `since` is about when."""

    since: str
    better: str


class ComparisonRecord(Struct, kw_only=True):
    """Two models of a group, by name; `missing` is null where no guess makes sense."""

    better: str
    worse: str
    verdict: str
    choices: int
    won: int
    """Those of them in which it was `better`."""
    drawn: int
    joined: int
    since: str
    stronger: float
    missing: int | None
    sittings: int | None
    until: str | None
    changed: ChangeRecord | None


class GroupRecord(Struct, kw_only=True):
    """Models that can be compared with each other."""

    trials: int
    none: int
    position_effects: list[float]
    uneven_positions: bool
    models: list[ModelRecord]
    comparisons: list[ComparisonRecord]


class LeaderboardRecord(Struct, kw_only=True):
    """One surface."""

    surface: str
    groups: list[GroupRecord]
    same: int
    """Lists and votes left out, since all that stood there are one."""
    of_benches: int
    """Votes that were given on answers of benches, of all."""
    narrowed: int
    """Lists left out, since an older version recorded them in part."""


class LeaderboardRow(Struct, kw_only=True):
    """One contender as a line of CSV; `group` counts from 1 within its surface."""

    surface: str
    group: int
    name: str
    provider: str
    model: str
    upstream: str
    strength: float
    low: float
    high: float
    best: float
    shown: int
    chosen: int
    options: str | None
    trials: int


def board_record(board: Leaderboard, wanted: str) -> LeaderboardRecord:
    """Make the object of a surface, with those whose name has the wanted text."""
    names = board_names(board)
    groups = [_group(ranking, board, names, wanted) for ranking in board.rankings]
    return LeaderboardRecord(
        surface=board.surface,
        groups=[group for group in groups if group.models],
        same=board.same,
        of_benches=board.of_benches,
        narrowed=board.narrowed,
    )


def board_rows(board: Leaderboard, wanted: str) -> Iterator[LeaderboardRow]:
    """Make the lines of a surface, with those whose name has the wanted text."""
    names = board_names(board)
    for number, ranking in enumerate(board.rankings, start=1):
        for each in wanted_standings(ranking, board, wanted):
            rated = board.models[each.model]
            yield LeaderboardRow(
                surface=board.surface,
                group=number,
                name=names[each.model],
                options=rated.fingerprint or None,
                trials=ranking.trials,
                **_figures(each, rated),
            )


def wanted_standings(
    ranking: Ranking, board: Leaderboard, wanted: str
) -> list[Standing]:
    """Give the standings of those whose name has the wanted text."""
    return [
        each
        for each in ranking.standings
        if is_wanted(board.models[each.model], wanted)
    ]


def is_wanted(rated: Rated, wanted: str) -> bool:
    """Tell whether what somebody is called has the wanted text."""
    return is_called(wanted, rated.provider, rated.model, rated.title.label)


def wanted_comparisons(
    ranking: Ranking, board: Leaderboard, wanted: str
) -> list[Comparison]:
    """Give the comparisons in which at least one such model is."""
    models = {each.model for each in wanted_standings(ranking, board, wanted)}
    return [each for each in ranking.comparisons if {each.better, each.worse} & models]


def day(moment: float) -> str:
    """Write the day of a moment, in UTC."""
    return datetime.fromtimestamp(moment, UTC).date().isoformat()


def _group(
    ranking: Ranking, board: Leaderboard, names: Mapping[Model, str], wanted: str
) -> GroupRecord:
    return GroupRecord(
        trials=ranking.trials,
        none=ranking.none,
        position_effects=[round(effect, 4) for effect in ranking.position_effects],
        uneven_positions=ranking.uneven_positions,
        models=[
            _model(each, board.models[each.model], names[each.model])
            for each in wanted_standings(ranking, board, wanted)
        ],
        comparisons=[
            _comparison(each, names)
            for each in wanted_comparisons(ranking, board, wanted)
        ],
    )


def _figures(standing: Standing, rated: Rated) -> dict[str, Any]:
    """Give what JSON and CSV tell alike of a model."""
    return {
        "provider": rated.provider,
        "model": rated.model,
        "upstream": rated.upstream,
        "strength": round(standing.strength, 4),
        "low": round(standing.low, 4),
        "high": round(standing.high, 4),
        "best": standing.best,
        "shown": standing.shown,
        "chosen": standing.chosen,
    }


def _model(standing: Standing, rated: Rated, name: str) -> ModelRecord:
    return ModelRecord(
        name=name,
        label=rated.title.label or None,
        options=rated.fingerprint or None,
        since=None if rated.title.since is None else iso_time(rated.title.since),
        prompts_changed=[*map(iso_time, rated.title.updated)],
        **_figures(standing, rated),
        first_effect=standing.first_effect and round(standing.first_effect, 4),
        returned=[
            ReturnedRecord(model=each.model, since=day(each.since))
            for each in rated.returned
        ],
    )


def _comparison(comparison: Comparison, names: Mapping[Model, str]) -> ComparisonRecord:
    changed = comparison.changed
    return ComparisonRecord(
        better=names[comparison.better],
        worse=names[comparison.worse],
        verdict=comparison.verdict,
        choices=comparison.choices,
        won=comparison.won,
        drawn=comparison.drawn,
        joined=comparison.joined,
        since=day(comparison.since),
        stronger=round(comparison.stronger, 4),
        missing=comparison.missing,
        sittings=comparison.sittings,
        until=None if comparison.until is None else day(comparison.until),
        changed=None
        if changed is None
        else ChangeRecord(since=day(changed.at), better=names[changed.better]),
    )
