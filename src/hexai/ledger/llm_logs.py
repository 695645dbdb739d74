"""Writes runs as the logs of the tool `llm`, so that what reads those reads these.

The file has the tables of responses as they were when usage and resolved model had come
in, and says so in its list of migrations; `llm` itself brings it up to date when it
opens it (tried with 0.36). A run is a conversation, each answer of it a response. What
came from the cache was a response in another run, and is one there.
"""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from hexai.domain.messages import Role
from hexai.domain.outcome import Status
from hexai.domain.record import ContenderRecord, RecordedRun
from hexai.ledger.database import transaction, translated

_TABLES = (
    "CREATE TABLE _llm_migrations (name TEXT PRIMARY KEY, applied_at TEXT)",
    "CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT)",
    """
    CREATE TABLE responses (
        id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT, prompt_json TEXT,
        options_json TEXT, response TEXT, response_json TEXT,
        conversation_id TEXT REFERENCES conversations (id),
        duration_ms INTEGER, datetime_utc TEXT, input_tokens INTEGER,
        output_tokens INTEGER, token_details TEXT, resolved_model TEXT
    )
    """,
)
_APPLIED = (
    *("m001_initial", "m002_id_primary_key", "m003_chat_id_foreign_key"),
    *("m004_column_order", "m004_drop_provider", "m005_debug", "m006_new_logs_table"),
    *("m007_finish_logs_table", "m008_reply_to_id_foreign_key"),
    *("m008_fix_column_order_in_logs", "m009_delete_logs_table_if_empty"),
    *("m010_create_new_log_tables", "m011_fts_for_responses", "m013_usage"),
    "m019_resolved_model",
)
_NAME_LENGTH = 100


def write_llm_logs(path: Path, runs: Iterable[RecordedRun]) -> int:
    """Fill an empty file; gives how many answers it holds. Raises `LedgerError`."""
    with translated(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            with transaction(connection):
                return _fill(connection, runs)
        finally:
            connection.close()


def _fill(connection: sqlite3.Connection, runs: Iterable[RecordedRun]) -> int:
    for statement in _TABLES:
        connection.execute(statement)
    now = datetime.fromtimestamp(0, tz=UTC).isoformat()
    connection.executemany(
        "INSERT INTO _llm_migrations VALUES (?, ?)", ((name, now) for name in _APPLIED)
    )
    return sum(_insert(connection, recorded) for recorded in runs)


def _insert(connection: sqlite3.Connection, recorded: RecordedRun) -> int:
    run = recorded.run
    answers = [
        each
        for each in run.contenders
        if each.status is Status.ANSWERED and not each.cached
        if each.text and run.messages
    ]
    if not answers:
        return 0
    prompt = "\n\n".join(m.content for m in run.messages if m.role is not Role.SYSTEM)
    system = "\n\n".join(m.content for m in run.messages if m.role is Role.SYSTEM)
    connection.execute(
        "INSERT INTO conversations VALUES (?, ?, ?)",
        (run.run_id, prompt[:_NAME_LENGTH], answers[0].model),
    )
    for each in answers:
        connection.execute(
            "INSERT INTO responses VALUES (?, ?, ?, ?, NULL, '{}', ?, NULL, ?, ?, ?, "
            "?, ?, NULL, ?)",
            (
                f"{run.run_id}-{each.index}",
                f"{each.provider}/{each.model}",
                prompt,
                system or None,
                each.text,
                run.run_id,
                round(each.timings.total * 1000),
                datetime.fromtimestamp(run.started_at, tz=UTC).isoformat(),
                *_tokens(each),
                each.returned_model,
            ),
        )
    return len(answers)


def _tokens(contender: ContenderRecord) -> tuple[int | None, int | None]:
    usage = contender.usage
    return (None, None) if usage is None else (usage.input, usage.output)
