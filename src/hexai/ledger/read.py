"""Gives recorded runs back as the facts that were told.

Each run is read by itself, after its number: so one whose bytes a disk has changed is
given as damaged, and hides none of the others. Names are shared by runs, so one that
is damaged only shows that.
"""

import sqlite3
from collections.abc import Iterator
from functools import cache

import msgspec

from hexai.domain.entry import Surface
from hexai.domain.messages import Message
from hexai.domain.moments import EARLIEST, LATEST
from hexai.domain.outcome import Status, Timings
from hexai.domain.provider import FinishReason, Given, Usage
from hexai.domain.record import (
    Background,
    Choice,
    Chosen,
    ContenderRecord,
    DamagedRun,
    Method,
    Named,
    RecordedRun,
    RunRecord,
    Shown,
    Survived,
)
from hexai.ledger.database import (
    DAMAGE,
    damaged_names_shown,
    dollars,
    is_damage,
    run_key,
    seconds,
)

_RUNS = """
SELECT run.*, language.text AS language_name, project.text AS project_name,
    CAST(messages AS BLOB) AS messages,
    asked.token AS asked_in, decided.token AS chosen_in
FROM run
JOIN name AS language ON language.id = run.language
JOIN name AS project ON project.id = run.project
LEFT JOIN prompt ON prompt.run = run.number
LEFT JOIN sitting AS asked ON asked.id = run.sitting
LEFT JOIN sitting AS decided ON decided.id = run.chosen_sitting
"""

_CONTENDERS = """
SELECT contender.*, provider, model.model, upstream, label.text AS label_name,
    returned.text AS returned_name, kind.text AS kind_name,
    print.text AS fingerprint, prompts.text AS prompts,
    CAST(answer.text AS BLOB) AS text, CAST(answer.error AS BLOB) AS error,
    answer.cache_key, answer.masked, CAST(answer.asked_with AS BLOB) AS asked_with
FROM contender
JOIN cell ON cell.id = contender.cell
JOIN model ON model.id = cell.model
JOIN name AS label ON label.id = contender.label
JOIN name AS print ON print.id = cell.fingerprint
JOIN name AS prompts ON prompts.id = cell.prompts
LEFT JOIN name AS returned ON returned.id = contender.returned_model
LEFT JOIN name AS kind ON kind.id = contender.error_kind
LEFT JOIN answer ON answer.run = contender.run AND answer.idx = contender.idx
WHERE contender.run = ? ORDER BY contender.idx
"""

_messages_decoder = msgspec.json.Decoder(tuple[Message, ...])


def find_runs(connection: sqlite3.Connection, word: str) -> tuple[int, ...]:
    """Find the numbers of the runs that a number or the beginning of an id means.

    What is both is the number.
    """
    if word.isdecimal() and len(word) < 19:
        query = "SELECT number FROM run WHERE number = ?"
        if rows := connection.execute(query, (int(word),)).fetchall():
            return (rows[0][0],)
    if len(word) < 6:
        return ()
    low, high = (run_key(word.ljust(32, digit)[:32]) for digit in "0f")
    query = "SELECT number FROM run WHERE id BETWEEN ? AND ? ORDER BY number"
    return tuple(number for (number,) in connection.execute(query, (low, high)))


def read_run(
    connection: sqlite3.Connection, number: int
) -> RecordedRun | DamagedRun | None:
    """Give the run with a number; None if there is none."""
    query = "SELECT number, started_at FROM run WHERE number = ?"
    return next(_read(connection, query, number), None)


def newest_runs(
    connection: sqlite3.Connection, *, surface: str = "", project: str = ""
) -> Iterator[RecordedRun | DamagedRun]:
    """Give the runs, the newest first, of one surface or project or of all.

    A project is its folder, or the last part of it.
    """
    query = """
        SELECT number, started_at FROM run
        LEFT JOIN name AS project ON project.id = run.project
        WHERE (?1 = '' OR surface = ?1) AND (?2 IN ('', project.text)
            OR substr(project.text, -length(?2) - 1) = '/' || ?2)
        ORDER BY started_at DESC, number DESC"""
    return _read(connection, query, surface, project)


def all_runs(
    connection: sqlite3.Connection, damaged: list[int] | None = None
) -> Iterator[RecordedRun]:
    """Give every run, in the order of their ids, which is that of their beginning.

    Those that cannot be read are left out and their numbers put into `damaged`;
    raises `ValueError` where nobody wants to know them.
    """
    query = "SELECT number, started_at FROM run ORDER BY id"
    for run in _read(connection, query):
        if isinstance(run, RecordedRun):
            yield run
        elif damaged is None:
            raise ValueError("a run is damaged")
        else:
            damaged.append(run.number)


def _read(
    connection: sqlite3.Connection, query: str, *values: str | int
) -> Iterator[RecordedRun | DamagedRun]:
    """Read the runs of a query for their numbers, each by itself."""
    for number, started_at in connection.execute(query, values):
        try:
            with damaged_names_shown(connection):
                read = _read_one(connection, number)
        except DAMAGE as error:
            if not is_damage(error):
                raise
            at = seconds(started_at) if _is_time(started_at) else None
            yield DamagedRun(number=number, started_at=at)
        else:
            if read is not None:
                yield read


def _read_one(connection: sqlite3.Connection, number: int) -> RecordedRun | None:
    """Read one run, every value of the type that it should have."""
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    row = cursor.execute(f"{_RUNS} WHERE number = ?", (number,)).fetchone()
    if row is None:
        left = connection.execute("SELECT 1 FROM run WHERE number = ?", (number,))
        if left.fetchone() is None:
            return None  # forgotten meanwhile
        raise LookupError("a name that the run needs is gone")
    if not _is_time(row["started_at"]):
        raise ValueError("no time is like that")
    return _decoder().decode(msgspec.msgpack.encode(_recorded(connection, row)))


def _is_time(milliseconds: object) -> bool:
    return isinstance(milliseconds, int) and EARLIEST <= milliseconds / 1000 <= LATEST


@cache
def _decoder() -> msgspec.msgpack.Decoder[RecordedRun]:
    return msgspec.msgpack.Decoder(RecordedRun)


def _recorded(connection: sqlite3.Connection, row: sqlite3.Row) -> RecordedRun:
    cursor = connection.cursor()
    cursor.row_factory = sqlite3.Row
    contenders = cursor.execute(_CONTENDERS, (row["number"],)).fetchall()
    run_id = bytes(row["id"]).hex()
    by_ordinal = sorted(contenders, key=lambda each: int(each["ordinal"]))
    return RecordedRun(
        number=row["number"],
        run=RunRecord(
            run_id=run_id,
            surface=Surface(row["surface"]),
            started_at=seconds(row["started_at"]),
            background=_background(row),
            blind=bool(row["blind"]),
            seed=row["seed"],
            shuffle=_share_drawn(row),
            sitting=_token(row["asked_in"]),
            thread=_token(row["thread"]),
            follows=_token(row["follows"]),
            order=tuple(each["idx"] for each in by_ordinal),
            contenders=tuple(map(_contender, contenders)),
            messages=_messages_decoder.decode(row["messages"] or b"[]"),
        ),
        chosen=_chosen(run_id, row, contenders),
        shown=_shown(run_id, row, contenders),
        named=_named(run_id, row),
        survived=_survived(connection, run_id, row["number"]),
    )


def _background(row: sqlite3.Row) -> Background:
    return Background(
        project=row["project_name"],
        language=row["language_name"],
        document=row["document"],
        place=row["place"],
        terminal=row["terminal"],
        withheld=bool(row["withheld"]),
    )


def _contender(row: sqlite3.Row) -> ContenderRecord:
    return ContenderRecord(
        index=row["idx"],
        label=row["label_name"],
        provider=row["provider"],
        model=row["model"],
        upstream=row["upstream"],
        fingerprint=row["fingerprint"],
        prompts=row["prompts"],
        returned_model=row["returned_name"],
        local=_flag(row["local"]),
        status=Status(row["status"]),
        finish=row["finish"] and FinishReason(row["finish"]),
        late=bool(row["late"]),
        cached=bool(row["cached"]),
        fell_back=bool(row["fell_back"]),
        attempts=row["attempts"],
        timings=_timings(row),
        usage=_usage(row),
        cost_usd=dollars(row["cost"]),
        given=_given(row),
        beside=bool(row["beside"]),
        follows=row["follows"],
        turns=row["turns"],
        sent=row["sent"],
        received=row["received"],
        refused=row["refused"],
        error_kind=row["kind_name"],
        http_status=row["http_status"],
        text=(row["text"] or b"").decode(),
        error=(row["error"] or b"").decode(),
        cache_key=row["cache_key"] or "",
        masked=row["masked"] or 0,
        asked_with=(row["asked_with"] or b"").decode(),
    )


def _timings(row: sqlite3.Row) -> Timings:
    return Timings(
        queued=seconds(row["queued"]),
        loading=seconds(row["loading"]),
        ttft=seconds(row["ttft"]),
        generating=seconds(row["generating"]),
        total=seconds(row["total"]),
    )


def _given(row: sqlite3.Row) -> Given | None:
    if row["given"] is None:
        return None
    return Given(tokens=row["given"], held=row["held"], cut=bool(row["cut"]))


def _usage(row: sqlite3.Row) -> Usage | None:
    if row["input"] is None:
        return None
    return Usage(
        input=row["input"],
        output=row["output"],
        reasoning=row["reasoning"],
        hidden=row["hidden_reasoning"],
        cached=row["cached_input"],
        written=row["written_input"],
        source="estimated" if row["estimated"] else "reported",
    )


def _chosen(
    run_id: str, row: sqlite3.Row, contenders: list[sqlite3.Row]
) -> Chosen | None:
    if row["choice"] is None:
        return None
    taken = [each for each in contenders if each["taken"] is not None]
    return Chosen(
        run_id=run_id,
        at=seconds(row["chosen_at"]),
        choice=Choice(row["choice"]),
        method=Method(row["method"]),
        indexes=tuple(each["idx"] for each in taken),
        characters=max((each["taken"] for each in taken), default=0),
        sitting=_token(row["chosen_in"]),
        settles_at=None if row["settles_at"] is None else seconds(row["settles_at"]),
    )


def _shown(
    run_id: str, row: sqlite3.Row, contenders: list[sqlite3.Row]
) -> Shown | None:
    if row["shown_at"] is None:
        return None
    items: dict[int, list[int]] = {}
    for each in contenders:
        if each["position"] is not None:
            items.setdefault(each["position"], []).append(each["idx"])
    return Shown(
        run_id=run_id,
        at=seconds(row["shown_at"]),
        items=tuple(tuple(items[position]) for position in sorted(items)),
        whole=not row["narrowed"],
    )


def _named(run_id: str, row: sqlite3.Row) -> Named | None:
    at = row["named_at"]
    return None if at is None else Named(run_id=run_id, at=seconds(at))


def _survived(
    connection: sqlite3.Connection, run_id: str, number: int
) -> tuple[Survived, ...]:
    query = "SELECT after, share FROM survival WHERE run = ? ORDER BY after"
    rows = connection.execute(query, (number,))
    return tuple(
        Survived(run_id=run_id, after=after, share=share) for after, share in rows
    )


def _share_drawn(row: sqlite3.Row) -> float:
    """Give it; before it was recorded, only all lists of a kind were drawn or none."""
    share: float | None = row["shuffle"]
    return float(row["seed"] is not None) if share is None else share


def _token(value: bytes | None) -> str:
    return "" if value is None else value.hex()


def _flag(value: int | None) -> bool | None:
    return None if value is None else bool(value)
