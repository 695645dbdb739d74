"""Takes facts in: one transaction each, in any order, twice without harm.

A run is known by its global id, and only its first telling counts. Of several choices
about one run the newest counts. What comes before its run waits in `early`, as it
was told, and is taken in with the run. So two ledgers are merged by telling each what
the other knows, and a spool by telling all that is in it.
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import assert_never

import msgspec

from hexai.domain.fingerprint import UNKNOWN
from hexai.domain.record import (
    SAMPLED_AFTER,
    Choice,
    Chosen,
    ContenderRecord,
    Fact,
    Method,
    Named,
    RunRecord,
    Shown,
    Survived,
)
from hexai.ledger.database import (
    billionths,
    cell_number,
    check_writable,
    milliseconds,
    name_number,
    run_key,
    transaction,
    translated,
)
from hexai.ledger.naming import name, name_decided
from hexai.ledger.sittings import seated, sitting_number
from hexai.ledger.threads import join_thread

Late = Chosen | Shown | Named | Survived
"""A fact about a run that is recorded, or will be."""

_CREDITING = frozenset({Choice.TAKEN, Choice.PARTLY, Choice.TYPED})
_late_decoder = msgspec.json.Decoder(Late)


class Store:
    """Writes facts to an open database."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        """`path` is named in errors; the connection stays its owner's."""
        self._connection = connection
        self._path = path

    def take(self, *facts: Fact) -> None:
        """Write facts in one transaction; raises `LedgerError` and writes none."""
        with self._transaction():
            for fact in facts:
                _take(self._connection, fact)

    def record(self, *facts: Fact) -> None:
        """Write what this person asked and chose here, as `take` does.

        Unlike what another ledger tells, it belongs to a sitting of this one.
        """
        with self._transaction():
            for fact in facts:
                _take(self._connection, seated(self._connection, fact))

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with translated(self._path):
            check_writable(self._connection, self._path)
            with transaction(self._connection):
                yield


def _take(connection: sqlite3.Connection, fact: Fact) -> None:
    if isinstance(fact, RunRecord):
        if (number := _insert_run(connection, fact)) is not None:
            _insert_contenders(connection, number, fact)
            join_thread(connection, fact)
            _tell_apart(connection, fact)
            _insert_texts(connection, number, fact)
            _note_run(connection, number)
            _take_early(connection, fact)
        return
    key = run_key(fact.run_id)
    row = connection.execute("SELECT number FROM run WHERE id = ?", (key,)).fetchone()
    if row is None:
        text = msgspec.json.encode(fact).decode("utf-8")
        connection.execute(
            "INSERT OR IGNORE INTO early (run_id, fact) VALUES (?, ?)", (key, text)
        )
    else:
        _take_late(connection, row[0], fact)
        _note_run(connection, row[0])


def _note_run(connection: sqlite3.Connection, number: int) -> None:
    """Give a run the next change number, by which `changes.py` finds what is new."""
    connection.execute("INSERT OR REPLACE INTO change (run) VALUES (?)", (number,))


def _take_early(connection: sqlite3.Connection, run: RunRecord) -> None:
    key = run_key(run.run_id)
    query = "SELECT CAST(fact AS BLOB) FROM early WHERE run_id = ?"
    for (text,) in connection.execute(query, (key,)).fetchall():
        try:
            fact = _late_decoder.decode(text)
        except (msgspec.MsgspecError, ValueError):
            continue  # a damaged one must not keep its run from being recorded
        _take(connection, seated(connection, fact) if run.sitting else fact)
    connection.execute("DELETE FROM early WHERE run_id = ?", (key,))


def _take_late(connection: sqlite3.Connection, number: int, fact: Late) -> None:
    match fact:
        case Chosen():
            _choose(connection, number, fact)
        case Shown():
            _show(connection, number, fact)
        case Named(at=at):
            name(connection, number, milliseconds(at))
        case Survived():
            connection.execute(
                "INSERT OR IGNORE INTO survival (run, after, share) VALUES (?, ?, ?)",
                (number, fact.after, fact.share),
            )
            _count_kept(connection, number)
        case unknown:
            assert_never(unknown)


def _choose(connection: sqlite3.Connection, number: int, chosen: Chosen) -> None:
    at, settles_at = milliseconds(chosen.at), milliseconds(chosen.settles_at)
    name_decided(connection, number, at, settles_at)
    changed = connection.execute(
        "UPDATE run SET choice = ?1, method = ?2, chosen_at = ?3, chosen_sitting = ?4, "
        "settles_at = ?5 WHERE number = ?6 AND (chosen_at IS NULL OR chosen_at < ?3)",
        (
            chosen.choice,
            chosen.method,
            at,
            sitting_number(connection, chosen.sitting),
            settles_at,
            number,
        ),
    ).rowcount
    if not changed:
        return
    credited = chosen.indexes if chosen.choice in _CREDITING else ()
    connection.execute(
        "UPDATE contender SET taken = NULL, sharing = NULL "
        "WHERE run = ? AND taken IS NOT NULL",
        (number,),
    )
    connection.executemany(
        "UPDATE contender SET taken = ?, sharing = ? WHERE run = ? AND idx = ?",
        ((chosen.characters, len(credited), number, index) for index in credited),
    )
    if chosen.method is Method.VOTE:
        _show_candidates(connection, number)
    _count_kept(connection, number)


def _show_candidates(connection: sqlite3.Connection, number: int) -> None:
    """Note of a vote where each answer stood that could win; no editor tells of it."""
    connection.execute(
        "UPDATE contender SET position = ("
        "  SELECT count(*) FROM contender AS other WHERE other.run = contender.run"
        "  AND other.status = 'answered' AND other.late = 0 AND other.cached = 0"
        "  AND other.ordinal < contender.ordinal) "
        "WHERE run = ?1 AND status = 'answered' AND late = 0 AND cached = 0 "
        "AND (SELECT shown_at FROM run WHERE number = ?1) IS NULL",
        (number,),
    )


def _show(connection: sqlite3.Connection, number: int, shown: Shown) -> None:
    """Note who was shown; of several facts, the one that names the most counts.

    Each is told as soon as it is true, and later rows join those that were shown.
    """
    (was_shown, known) = connection.execute(
        "SELECT shown_at IS NOT NULL, (SELECT count(position) FROM contender"
        " WHERE run = ?1) FROM run WHERE number = ?1",
        (number,),
    ).fetchone()
    connection.execute(
        "UPDATE run SET shown_at = min(ifnull(shown_at, ?1), ?1) WHERE number = ?2",
        (milliseconds(shown.at), number),
    )
    if was_shown and known >= sum(map(len, shown.items)):
        return
    connection.execute("UPDATE contender SET position = NULL WHERE run = ?", (number,))
    connection.executemany(
        "UPDATE contender SET position = ? WHERE run = ? AND idx = ?",
        (
            (position, number, index)
            for position, item in enumerate(shown.items)
            for index in item
        ),
    )
    connection.execute(_MARK_NARROWED, (shown.whole, number))


# The same is said of older ledgers by migration 9, which says why.
_MARK_NARROWED = """
UPDATE run SET narrowed = NOT ?1 AND surface = 'completion' AND EXISTS (
    SELECT 1 FROM contender WHERE contender.run = run.number AND status = 'answered'
        AND position IS NULL AND refused IS NULL AND cached = 0
) WHERE number = ?2
"""

# What was not taken, or no longer is, has nothing left of it. What is put in is our
# own, and fixed.
_KEPT = "".join(
    f", kept_{age} = CASE WHEN taken IS NOT NULL THEN"  # noqa: S608
    f" (SELECT share FROM survival WHERE run = ?1 AND after = {age}) END"
    for age in SAMPLED_AFTER
)


def _count_kept(connection: sqlite3.Connection, number: int) -> None:
    """Set what is left of the taken text: when last seen, and at each age."""
    connection.execute(
        # What is put in is our own, and fixed.
        "UPDATE contender SET retained = round(taken * ("  # noqa: S608
        "  SELECT share FROM survival WHERE run = ?1 AND share IS NOT NULL"
        f"  ORDER BY after DESC LIMIT 1)){_KEPT} "
        "WHERE run = ?1 AND (taken IS NOT NULL OR retained IS NOT NULL)",
        (number,),
    )


def _insert_run(connection: sqlite3.Connection, run: RunRecord) -> int | None:
    """Insert the run itself; gives its number, or None if it is known."""
    background = run.background
    inserted = connection.execute(
        "INSERT OR IGNORE INTO run (id, surface, language, project, document, place, "
        "started_at, blind, seed, shuffle, sitting, terminal, withheld) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            run_key(run.run_id),
            run.surface,
            name_number(connection, background.language),
            name_number(connection, background.project),
            background.document,
            background.place,
            milliseconds(run.started_at),
            run.blind,
            run.seed,
            run.shuffle,
            sitting_number(connection, run.sitting),
            background.terminal,
            background.withheld,
        ),
    )
    return inserted.lastrowid if inserted.rowcount else None


def _insert_contenders(
    connection: sqlite3.Connection, number: int, run: RunRecord
) -> None:
    sitting = sitting_number(connection, run.sitting)
    ordinals = {index: ordinal for ordinal, index in enumerate(run.order)}
    for contender in run.contenders:
        row = {
            "run": number,
            "ordinal": ordinals.get(contender.index, contender.index),
            "sitting": sitting,
            "started_at": milliseconds(run.started_at),
            "cell": _cell(connection, run, contender),
            "label": name_number(connection, contender.label),
            **_names(connection, contender),
            **_figures(contender),
        }
        # The names are ours, the values are bound.
        connection.execute(
            f"INSERT INTO contender ({', '.join(row)}) "  # noqa: S608
            f"VALUES ({', '.join('?' * len(row))})",
            tuple(row.values()),
        )


def _names(
    connection: sqlite3.Connection, contender: ContenderRecord
) -> dict[str, int | None]:
    names = {
        "returned_model": contender.returned_model,
        "error_kind": contender.error_kind,
    }
    return {
        column: None if name is None else name_number(connection, name)
        for column, name in names.items()
    }


def _figures(contender: ContenderRecord) -> dict[str, object]:
    timings, usage = contender.timings, contender.usage
    return {
        "idx": contender.index,
        "local": contender.local,
        "status": contender.status,
        "finish": contender.finish,
        "late": contender.late,
        "cached": contender.cached,
        "fell_back": contender.fell_back,
        "attempts": contender.attempts,
        "queued": milliseconds(timings.queued),
        "loading": milliseconds(timings.loading),
        "ttft": milliseconds(timings.ttft),
        "generating": milliseconds(timings.generating),
        "total": milliseconds(timings.total),
        "input": usage and usage.input,
        "output": usage and usage.output,
        "reasoning": usage and usage.reasoning,
        "hidden_reasoning": usage.hidden if usage else 0,
        "cached_input": usage and usage.cached,
        "written_input": usage and usage.written,
        "estimated": usage and usage.source == "estimated",
        "cost": billionths(contender.cost_usd),
        "given": contender.given and contender.given.tokens,
        "held": contender.given and contender.given.held,
        "cut": contender.given is not None and contender.given.cut,
        "beside": contender.beside,
        "follows": contender.follows,
        "turns": contender.turns,
        "refused": contender.refused,
        "sent": contender.sent,
        "received": contender.received,
        "http_status": contender.http_status,
    }


def _insert_texts(connection: sqlite3.Connection, number: int, run: RunRecord) -> None:
    if run.messages:
        messages = msgspec.json.encode(run.messages).decode("utf-8")
        connection.execute(
            "INSERT INTO prompt (run, messages) VALUES (?, ?)", (number, messages)
        )
    connection.executemany(
        "INSERT INTO answer (run, idx, text, error, cache_key, masked, asked_with) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                *(number, each.index, each.text, each.error),
                *(each.cache_key, each.masked, each.asked_with),
            )
            for each in run.contenders
            if each.text or each.error or each.cache_key or each.asked_with
        ),
    )


def _cell(
    connection: sqlite3.Connection, run: RunRecord, contender: ContenderRecord
) -> int:
    return cell_number(
        connection,
        whom=(contender.provider, contender.model, contender.upstream),
        surface=run.surface,
        language=run.background.language,
        project=run.background.project,
        fingerprint=contender.fingerprint,
        label="" if contender.fell_back else contender.label,
        prompts=contender.prompts,
    )


def _tell_apart(connection: sqlite3.Connection, run: RunRecord) -> None:
    """Note which entries only their labels tell apart, from before fingerprints.

    Two labels of one model in one run are two entries, whose options nobody knows.
    """
    old = (
        each
        for each in run.contenders
        if each.fingerprint == UNKNOWN and not each.fell_back
    )
    asked = {((each.provider, each.model, each.upstream), each.label) for each in old}
    count = Counter(whom for whom, _label in asked)
    connection.executemany(
        "INSERT OR IGNORE INTO told_apart SELECT ?, id FROM model"
        " WHERE (provider, model, upstream) = (?, ?, ?)",
        ((run.surface, *whom) for whom, labels in count.items() if labels > 1),
    )
