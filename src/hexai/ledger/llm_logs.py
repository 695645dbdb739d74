"""Writes runs as the logs of the tool `llm`, so that what reads those reads these.

Release 0.36 logs a call as a turn in a thread. Its messages are rows of their own, each
named after its content and the message before it, so that those which ask several
models the same share the rows of the question. `responses`, where all releases before
kept answers, stays empty there; but it is still read, and what is in `turns` under the
same name is left out. So both are filled: older releases find what they know, and newer
ones show no answer twice (both tried). The one thing left to the tool itself is the
view `message_tree`, which it makes when it opens the file.

Each answer is a conversation of its own, as if each model had been asked by itself: one
can be gone on with, which holds what that model said and nothing of the others. What
first goes on with an answer is a turn of that conversation; what else does begins one
that shares the messages before. `llm` goes by the order of names, which begin with a
time (ULID); so do ours. They follow from the run, so that the same answer has the same
name in every export. What came from the cache was a response in another run, and is one
there. What else is known of tokens is in `token_details`, and how many keys were masked
in `response_json`.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Status
from hexai.domain.record import ContenderRecord, RecordedRun, RunRecord
from hexai.ledger.database import statements, transaction, translated

_TABLES = Path(__file__).with_suffix(".sql")
_APPLIED = (
    *("m001_initial", "m002_id_primary_key", "m003_chat_id_foreign_key"),
    *("m004_column_order", "m004_drop_provider", "m005_debug", "m006_new_logs_table"),
    *("m007_finish_logs_table", "m008_reply_to_id_foreign_key"),
    *("m008_fix_column_order_in_logs", "m009_delete_logs_table_if_empty"),
    *("m010_create_new_log_tables", "m012_attachments_tables", "m013_usage"),
    *("m014_schemas", "m015_fragments_tables", "m016_fragments_table_pks"),
    *("m017_tools_tables", "m017_tools_plugin", "m018_tool_instances"),
    *("m019_resolved_model", "m020_tool_results_attachments"),
    *("m021_tool_results_exception", "m022_response_reasoning", "m023_message_store"),
    *("m024_tool_instance_references", "m025_turn_tools_instance_backfill"),
    "m027_turns_response_json",
)
"""What the tool need not do any more; the index of `responses` and a view it makes."""

_UNNAMED = "openai"
"""Whose models the tool names without it. Its plugins name theirs with it, as
`ollama/NAME` (seen: llm-ollama 0.19.1)."""

_NAME_LENGTH = 32
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's digits, in which a ULID is written."""


class _Tip(Struct, frozen=True, kw_only=True):
    """Where an answer has left a conversation."""

    thread: str
    message: str | None
    """The name of its last message."""


class _Answer(Struct, frozen=True, kw_only=True):
    """What one model said, and what it was asked."""

    turn: str
    thread: str
    before: _Tip | None
    """What it goes on with."""
    run: RunRecord
    said: ContenderRecord

    @property
    def model(self) -> str:
        """Name the model as the tool does, which refuses to go on with others."""
        named = self.said.provider != _UNNAMED
        return f"{self.said.provider}/{self.said.model}" if named else self.said.model

    @property
    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.run.started_at, tz=UTC)

    @property
    def duration(self) -> int:
        return round(self.said.timings.total * 1000)

    @property
    def tokens(self) -> tuple[int | None, int | None, str | None]:
        """Give what went in and came out, and what else is known, as JSON."""
        usage = self.said.usage
        if usage is None:
            return None, None, None
        details = {
            "cached": usage.cached,
            "written": usage.written,
            "reasoning": usage.reasoning or None,
        }
        return usage.input, usage.output, _known(details)

    @property
    def masked(self) -> str | None:
        return _known({"masked_keys": self.said.masked or None})

    @property
    def begins(self) -> bool:
        """Whether it begins its conversation."""
        return self.before is None or self.before.thread != self.thread

    @property
    def messages(self) -> Sequence[Message]:
        """What was not said before."""
        if self.before is None:
            return self.run.messages
        return [m for m in self.run.messages if m.role is not Role.SYSTEM]

    def words(self, *, system: bool) -> str:
        """Give what the system said, or what all others said before the answer."""
        return "\n\n".join(
            message.content
            for message in self.run.messages
            if (message.role is Role.SYSTEM) is system
        )

    @property
    def name(self) -> str:
        name = re.sub(r"\s+", " ", self.words(system=False) or self.words(system=True))
        return name if len(name) <= _NAME_LENGTH else f"{name[: _NAME_LENGTH - 1]}…"


def _known(facts: dict[str, int | None]) -> str | None:
    """Write what is known; None where nothing is."""
    known = {name: value for name, value in facts.items() if value is not None}
    return json.dumps(known) if known else None


def write_llm_logs(path: Path, runs: Iterable[RecordedRun]) -> int:
    """Fill an empty file; gives how many answers it holds. Raises `LedgerError`."""
    with translated(path):
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            with transaction(connection):
                return _fill(connection, runs)
        finally:
            connection.close()


def message_hash(message: Message, parent: str | None) -> str:
    """Name a message after what it says and what came before, as 0.36 does."""
    parts = [{"type": "text", "text": message.content}]
    named = {"parent": parent, "message": {"role": message.role, "parts": parts}}
    text = json.dumps(named, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return f"b2:{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}"


def _fill(connection: sqlite3.Connection, runs: Iterable[RecordedRun]) -> int:
    for statement in statements(_TABLES.read_text("utf-8")):
        connection.execute(statement)
    then = str(datetime.fromtimestamp(0, tz=UTC))
    connection.executemany(
        "INSERT INTO _llm_migrations VALUES (?, ?)", ((name, then) for name in _APPLIED)
    )
    count = 0
    tips: dict[_Place, _Tip] = {}
    gone_on: set[_Place] = set()
    for recorded in runs:
        run = recorded.run
        for said in _answers(run):
            place = run.follows, said.index if said.follows is None else said.follows
            before = tips.get(place)
            own = _ulid(run, 2 * said.index)
            is_first = before is not None and place not in gone_on
            gone_on.add(place)
            answer = _Answer(
                turn=_ulid(run, 2 * said.index + 1),
                thread=before.thread if before is not None and is_first else own,
                before=before,
                run=run,
                said=said,
            )
            tip = _insert_turn(connection, answer)
            _insert_response(connection, answer)
            if run.thread:
                tips[run.run_id, said.index] = _Tip(thread=answer.thread, message=tip)
            count += 1
    return count


_Place = tuple[str, int]
"""A run's id, and the index of an answer there."""


def _answers(run: RunRecord) -> Iterable[ContenderRecord]:
    for said in run.contenders:
        answered = said.status is Status.ANSWERED and not said.cached
        if answered and said.text and run.messages:
            yield said


def _ulid(run: RunRecord, number: int) -> str:
    """Name something of a run: by its time, then its identity, then a number."""
    milliseconds = round(run.started_at * 1000) % (1 << 48)
    identity = hashlib.blake2b(run.run_id.encode(), digest_size=8).digest()
    value = (milliseconds << 80) | (int.from_bytes(identity) << 16) | (number % 65536)
    return "".join(_BASE32[value >> shift & 31] for shift in range(125, -1, -5))


def _insert_turn(connection: sqlite3.Connection, answer: _Answer) -> str | None:
    """Write what was asked and said; gives the name of its last message."""
    said = Message(Role.ASSISTANT, answer.said.text)
    before = None if answer.before is None else answer.before.message
    asked = _insert_messages(connection, answer.messages, before)
    tip = _insert_messages(connection, [said], asked)
    last = answer.run.messages[-1]
    prompt = last.content if last.role is Role.USER else ""
    if answer.begins:
        connection.execute(
            "INSERT INTO threads VALUES (?, ?, ?, NULL, ?)",
            (answer.thread, answer.name, tip, str(answer.moment)),
        )
    else:
        connection.execute(
            "UPDATE threads SET tip_message_hash = ? WHERE id = ?", (tip, answer.thread)
        )
    connection.execute(
        "INSERT INTO turns VALUES (?, ?, ?, ?, ?, ?, NULL, NULL, ?, ?, ?, ?, ?, ?)",
        (
            *(answer.turn, answer.thread, asked, tip),
            *(answer.model, answer.said.returned_model),
            *answer.tokens,
            *(answer.duration, answer.moment.isoformat(), answer.masked),
        ),
    )
    connection.execute(
        "INSERT INTO turn_search (turn_id, prompt, response) VALUES (?, ?, ?)",
        (answer.turn, prompt, answer.said.text),
    )
    return tip


def _insert_messages(
    connection: sqlite3.Connection, messages: Sequence[Message], parent: str | None
) -> str | None:
    """Write what is not there yet, one after another; give the name of the last."""
    for message in messages:
        name = message_hash(message, parent)
        new = connection.execute(
            "INSERT OR IGNORE INTO messages VALUES (?, ?, ?, NULL)",
            (name, parent, message.role),
        )
        if new.rowcount:
            connection.execute(
                "INSERT INTO parts (message_hash, position, type, text) "
                "VALUES (?, 0, 'text', ?)",
                (name, message.content),
            )
        parent = name
    return parent


def _insert_response(connection: sqlite3.Connection, answer: _Answer) -> None:
    connection.execute(
        "INSERT OR IGNORE INTO conversations VALUES (?, ?, ?)",
        (answer.thread, answer.name, answer.model),
    )
    connection.execute(
        "INSERT INTO responses VALUES (?, ?, ?, ?, NULL, '{}', ?, ?, ?, ?, ?, ?, ?, ?, "
        "NULL, ?, NULL)",
        (
            *(answer.turn, answer.model),
            *(answer.words(system=False), answer.words(system=True) or None),
            *(answer.said.text, answer.masked, answer.thread),
            *(answer.duration, answer.moment.isoformat()),
            *answer.tokens,
            answer.said.returned_model,
        ),
    )
