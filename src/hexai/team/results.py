"""What is published of a team, and all that its members read of each other.

Nothing is there of fewer than five people; `rounding.py` says how the rest is rounded.
"""

from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from hexai.domain.figures import By, Quantile
from hexai.domain.ranking import Leaderboard
from hexai.errors import TeamError
from hexai.text.sanitise import visible, visible_line

if TYPE_CHECKING:
    from psycopg import Connection

LEAST = 5
"""People of whom anything is said."""
_STATS = "stats"
_LARGEST = 1 << 25
"""Bytes of one part of what is published that are read."""


class ModelFigures(Struct, frozen=True, kw_only=True):
    """A model on a surface, in a language, and how soon it was there for the team."""

    surface: str
    language: str
    provider: str
    model: str
    people: int
    first_token: tuple[Quantile | None, Quantile | None]
    """The median, and the time in which nine of ten have come."""
    total: tuple[Quantile | None, Quantile | None]


class TeamFigures(ModelFigures, frozen=True, kw_only=True):
    """The figures of a model's runs."""

    runs: int
    answered: int
    failed: int
    """Time-outs too."""
    late: int
    tokens_per_s: float | None
    cost_usd: float
    unpriced: int
    """Answers whose price nobody knows."""
    shown: int
    accepted: int
    kept: float | None
    """The share of the characters taken that was there two minutes later."""


class BenchFigures(ModelFigures, frozen=True, kw_only=True):
    """What benches of several people have found of a model.

    The surface is `cli` where they asked questions of their own. Everybody has asked
    tasks of his own, so what two models have here may come of other tasks, and nobody
    is said to be better by it. Times are those of what was asked first of a file.
    """

    tasks: int
    answered: int
    saved: float | None
    """Keys saved as a share of what was really written, or of a question's checks the
    share that was passed: the mean of people's own means. None of fewer than five."""
    usd_for_1000_tasks: float | None
    """Of those whose price is known; None where none is."""


class Published(Struct, frozen=True, kw_only=True):
    """What was published for a week."""

    week: str
    """Its Monday; what came from that day on is not in it."""
    people: int
    figures: tuple[TeamFigures, ...]
    benches: tuple[BenchFigures, ...] = ()


def put(
    connection: "Connection[Any]",
    published: Published,
    boards: "dict[By, tuple[Leaderboard, ...]]",
) -> None:
    """Publish, in place of all before; in a transaction of the caller's."""
    clear(connection)
    parts: dict[str, object] = {_STATS: published}
    parts |= {_part(by): each for by, each in boards.items()}
    for part, body in parts.items():
        connection.execute(
            "INSERT INTO hexai.result (week, part, body) VALUES (%s, %s, %s)",
            [published.week, part, msgspec.json.encode(body).decode()],
        )


def clear(connection: "Connection[Any]") -> bool:
    """Take back what was published, which may be of who was forgotten since."""
    return connection.execute("DELETE FROM hexai.result").rowcount > 0


def read_published(connection: "Connection[Any]") -> Published | None:
    """Give what was published last; None if nothing was."""
    body = _newest(connection, _STATS)
    if body is None:
        return None
    published: Published = _decoded(body, Published)
    return msgspec.structs.replace(
        published,
        figures=tuple(map(_in_one_line, published.figures)),
        benches=tuple(map(_in_one_line, published.benches)),
    )


def read_boards(
    connection: "Connection[Any]", by: By
) -> tuple[Leaderboard, ...] | None:
    """Give the leaderboards that were published last; None if nothing was."""
    body = _newest(connection, _part(by))
    if body is None:
        return None
    return tuple(map(_in_one_line, _decoded(body, tuple[Leaderboard, ...])))


def _in_one_line(each: Any) -> Any:
    """Have a surface, which stands above a table, make no further lines there."""
    return msgspec.structs.replace(each, surface=visible_line(each.surface))


def _newest(connection: "Connection[Any]", part: str) -> str | None:
    row = connection.execute(
        "SELECT CASE WHEN octet_length(body) <= %s THEN body END FROM hexai.result"
        " WHERE part = %s ORDER BY week DESC LIMIT 1",
        [_LARGEST, part],
    ).fetchone()
    if row is None:
        return None
    if row[0] is None:
        raise TeamError(
            "what the team has published is over 32 MiB, and is not read; "
            "tell its owner"
        )
    return str(row[0])


def _decoded(body: str, shape: Any) -> Any:
    """Decode what others have written, with nothing in it that acts on a terminal."""
    try:
        return msgspec.convert(_visible(msgspec.json.decode(body)), shape)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError):
        raise TeamError(
            "what the team has published cannot be read; another version of Hexai has "
            "published it"
        ) from None


def _visible(value: Any) -> Any:
    """Clean all texts; a line break stays, which parts what a model is called by."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, list):
        return [*map(_visible, value)]
    if isinstance(value, dict):
        return {visible(key): _visible(each) for key, each in value.items()}
    return value


def _part(by: By) -> str:
    return f"leaderboard by {by}"
