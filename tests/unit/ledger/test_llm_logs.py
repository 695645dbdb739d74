"""Logs of `llm`: held to the tables and names that its release 0.36 makes."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from hexai.domain.messages import Message, Role
from hexai.domain.record import RecordedRun
from hexai.ledger.llm_logs import message_hash, write_llm_logs
from tests.support.records import contender_record, run_id, run_record

TABLES = Path(__file__).parents[2] / "data" / "llm-0.36-tables.json"
"""Columns of a database that llm 0.36 made, read by `PRAGMA table_info`."""
ASKED = (Message(Role.SYSTEM, "Be brief"), Message(Role.USER, "Greet me."))


@contextmanager
def exported(path: Path, *runs: Any) -> Iterator[sqlite3.Connection]:
    """Give the export of some runs."""
    recorded = [RecordedRun(number=n, run=run) for n, run in enumerate(runs, 1)]
    write_llm_logs(path, recorded)
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_tables_are_those_that_the_release_makes(tmp_path: Path) -> None:
    """Every table with every column, type and key, and none besides."""
    with exported(tmp_path / "logs.db") as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        names = [name for (name,) in connection.execute(query) if "_fts" not in name]
        found = {name: list(_columns(connection, name)) for name in names}

    assert found == json.loads(TABLES.read_text("utf-8"))


def test_messages_are_named_as_the_release_names_them() -> None:
    """Names that llm 0.36 gave to a question with an answer, and to the next ones."""
    conversation = (
        *ASKED,
        Message(Role.ASSISTANT, "Good morning"),
        Message(Role.USER, "And again"),
        Message(Role.ASSISTANT, "Good morning"),
    )
    names: list[str] = []
    for message in conversation:
        names.append(message_hash(message, names[-1] if names else None))

    assert names == [
        "b2:d2faf0448ab8bfd6d53fc0d7effd22ff",
        "b2:2ee7fc22068e3e7ef4c6bd8271de5f8c",
        "b2:9d186e11423f7bbad11f3be8b121c968",
        "b2:7a2922603c7abecec90b5b92ab701884",
        "b2:213526a164df03fb48b698435344e00a",
    ]


def test_models_that_are_asked_the_same_share_its_messages(tmp_path: Path) -> None:
    """Each answer is a thread of its own that goes back to one question."""
    run = run_record(
        1,
        contenders=(
            contender_record(0, text="Good morning"),
            contender_record(1, text="Grüß Gott"),
        ),
        messages=ASKED,
    )
    with exported(tmp_path / "logs.db", run) as connection:
        said = connection.execute(
            "SELECT threads.name, tip.text, asked.text FROM turns "
            "JOIN threads ON threads.id = thread_id "
            "AND threads.tip_message_hash = turns.tip_message_hash "
            "JOIN parts AS tip ON tip.message_hash = turns.tip_message_hash "
            "JOIN parts AS asked ON asked.message_hash = turns.parent_message_hash "
            "ORDER BY turns.id"
        ).fetchall()
        roles = connection.execute("SELECT role FROM messages").fetchall()

    assert said == [
        ("Greet me.", "Good morning", "Greet me."),
        ("Greet me.", "Grüß Gott", "Greet me."),
    ]
    assert roles == [("system",), ("user",), ("assistant",), ("assistant",)]


def test_an_answer_has_the_same_name_in_old_tables_and_new(tmp_path: Path) -> None:
    """The release leaves out of the old what is in the new under the same name."""
    run = run_record(1, contenders=(contender_record(0, text="hi"),), messages=ASKED)
    with exported(tmp_path / "logs.db", run) as connection:
        new = connection.execute("SELECT id, thread_id, duration_ms FROM turns")
        old = connection.execute(
            "SELECT id, conversation_id, duration_ms FROM responses"
        )
        assert new.fetchall() == old.fetchall() != []


def test_what_is_newer_has_a_later_name(tmp_path: Path) -> None:
    """The newest is what is gone on with and what is listed first."""
    runs = [
        run_record(
            number,
            started_at=1_700_000_000.0 + number,
            contenders=tuple(contender_record(n, text=f"{number}.{n}") for n in (0, 1)),
            messages=ASKED,
        )
        for number in (1, 2, 3)
    ]
    with exported(tmp_path / "logs.db", *reversed(runs)) as connection:
        in_order = [
            text
            for (text,) in connection.execute(
                "SELECT response FROM turns JOIN turn_search ON turn_id = turns.id "
                "ORDER BY turns.id"
            )
        ]
        names = connection.execute("SELECT id FROM turns UNION SELECT id FROM threads")
        lengths = [len(name) for (name,) in names]

    assert in_order == ["1.0", "1.1", "2.0", "2.1", "3.0", "3.1"]
    assert lengths == [26] * 12


def test_what_goes_on_is_in_the_same_conversation(tmp_path: Path) -> None:
    """The first that does, behind all messages before; another begins its own."""
    first = run_record(
        1, contenders=(contender_record(0, text="1"),), messages=ASKED, thread=run_id(1)
    )
    later = [
        run_record(
            number,
            contenders=(contender_record(0, text=str(number), follows=0, turns=1),),
            messages=(ASKED[0], Message(Role.USER, f"and {number}?")),
            thread=run_id(1),
            follows=run_id(follows),
        )
        for number, follows in ((2, 1), (3, 2), (4, 1))
    ]
    with exported(tmp_path / "logs.db", first, *later) as connection:
        threads = connection.execute(
            "SELECT count(*), group_concat(response) FROM turns "
            "JOIN turn_search ON turn_id = turns.id GROUP BY thread_id ORDER BY 2"
        ).fetchall()
        said = connection.execute(_UP_TO_THE_TIP).fetchall()

    assert threads == [(3, "1,2,3"), (1, "4")]
    assert said[0] == ("Be brief|Greet me.|1|and 2?|2|and 3?|3",)
    assert said[1] == ("Be brief|Greet me.|1|and 4?|4",)


_UP_TO_THE_TIP = """
WITH RECURSIVE up (thread, hash, depth) AS (
    SELECT id, tip_message_hash, 0 FROM threads
    UNION ALL SELECT thread, parent_hash, depth + 1 FROM up
    JOIN messages ON messages.hash = up.hash WHERE parent_hash IS NOT NULL
)
SELECT group_concat(text, '|') FROM (
    SELECT thread, text FROM up JOIN parts ON parts.message_hash = up.hash
    ORDER BY thread, depth DESC
) GROUP BY thread ORDER BY thread
"""


def test_question_and_answer_are_found_by_their_words(tmp_path: Path) -> None:
    """The index that the release searches is filled; the system's words are not."""
    run = run_record(
        1, contenders=(contender_record(0, text="Good morning"),), messages=ASKED
    )
    with exported(tmp_path / "logs.db", run) as connection:
        query = "SELECT COUNT(*) FROM turn_search_fts WHERE turn_search_fts MATCH ?"
        found = [
            connection.execute(query, (word,)).fetchone()[0]
            for word in ("greet", "morning", "brief")
        ]

    assert found == [1, 1, 0]


def test_long_questions_have_short_names(tmp_path: Path) -> None:
    """On one line, at most 32 characters."""
    asked = (Message(Role.USER, "Explain\n\tthis:\n" + "x" * 100),)
    run = run_record(1, contenders=(contender_record(0, text="hi"),), messages=asked)
    with exported(tmp_path / "logs.db", run) as connection:
        [(name,)] = connection.execute("SELECT name FROM threads").fetchall()

    assert name == "Explain this: " + "x" * 17 + "…"


def _columns(connection: sqlite3.Connection, table: str) -> Iterator[str]:
    for row in connection.execute("SELECT * FROM pragma_table_info(?)", (table,)):
        yield f"{row[1]} {row[2]} key" if row[5] else f"{row[1]} {row[2]}"
