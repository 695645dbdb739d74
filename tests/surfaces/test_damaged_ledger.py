"""A ledger in which a disk, or somebody, has changed something."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from hexai.config.folders import LEDGER_FILE, find_folders
from hexai.service.bench_records import open_benches
from tests.support.benches import cell, record_bench
from tests.support.command_line import Result, run_cli, simulated

MARK = "MARK-4711"

_ONE_RUN = {
    "a prompt's byte": "UPDATE prompt SET messages = CAST(X'{broken}' AS TEXT)",
    "a prompt's form": "UPDATE prompt SET messages = '[{{\"{mark}\"'",
    "a prompt's kind": "UPDATE prompt SET messages = '[[\"{mark}\", 1]]'",
    "an answer's byte": "UPDATE answer SET text = CAST(X'{broken}' AS TEXT)",
    "an error's byte": "UPDATE answer SET error = CAST(X'{broken}' AS TEXT)",
    "a status": "UPDATE contender SET status = '{mark}'",
    "a finish": "UPDATE contender SET finish = '{mark}'",
    "a number": "UPDATE contender SET attempts = '{mark}'",
    "a price": "UPDATE contender SET cost = '{mark}'",
    "an order": "UPDATE contender SET ordinal = '{mark}'",
    "a choice": "UPDATE run SET choice = '{mark}', method = 'vote', chosen_at = 1",
    "a time": "UPDATE run SET started_at = 9223372036854775807",
    "a surface": "UPDATE run SET surface = '{mark}'",
    "a name that is gone": "UPDATE run SET project = 4711",
}
_BROKEN = f"{MARK}\xff".encode("latin-1").hex()


def _ledger() -> Path:
    return Path(os.environ["XDG_STATE_HOME"]) / "hexai" / LEDGER_FILE  # noqa: TID251


def _change(statement: str) -> None:
    connection = sqlite3.connect(_ledger())
    with connection:
        connection.execute(statement)
    connection.close()


def _ask_three() -> None:
    simulated("echo", "lorem?tokens=9&seed=1")
    for word in ("first", "second", "third"):
        assert run_cli(word).code == 0


def _damage(kind: str) -> None:
    key = "number" if "UPDATE run" in _ONE_RUN[kind] else "run"
    statement = _ONE_RUN[kind].format(broken=_BROKEN, mark=MARK)
    _change(f"{statement} WHERE {key} = 2")


def _run(*words: str) -> Result:
    """Run a command, which never quotes what is stored where it is damaged."""
    result = run_cli(*words)
    assert MARK not in result.out + result.err
    assert "Traceback" not in result.err
    return result


@pytest.mark.parametrize("kind", _ONE_RUN)
def test_a_damaged_run_hides_no_other(kind: str, tmp_path: Path) -> None:
    """It is marked where runs are listed, and left out where they are written."""
    _ask_three()
    _damage(kind)

    listed = _run("history")
    exported = _run("history", "export", "--no-texts")
    battles = _run("history", "export", "--format", "arena-rank")
    logs = _run("history", "export", "--format", "llm", str(tmp_path / "logs.db"))

    rows = {line.split()[0]: line for line in listed.out.splitlines()[1:]}
    assert (listed.code, {*rows}) == (0, {"1", "2", "3"})
    assert rows["1"].endswith("first")
    assert rows["2"].endswith("(damaged: it cannot be read)")
    assert rows["3"].endswith("third")
    told = "hexai: left out run 2, damaged and not to be read"
    assert exported.out.count('"type":"run"') == 2
    for each in (exported, battles, logs):
        assert (each.code, told in each.err) == (0, True)
    assert "4 answers written" in logs.err


@pytest.mark.parametrize("kind", _ONE_RUN)
def test_a_damaged_run_is_named_and_can_be_forgotten(kind: str) -> None:
    """Whoever asks for it hears that it is damaged, and what to do."""
    _ask_three()
    _damage(kind)

    shown = _run("show", "2")
    other = _run("show", "3")
    forgotten = _run("history", "forget", "--yes", "2")

    assert shown.code == 1
    assert shown.err == (
        "hexai: run 2 is damaged and cannot be read; `hexai history forget 2` "
        "removes it\n"
    )
    assert "third" in other.out
    assert forgotten.out == "forgot 1 run\n"
    assert "damaged" not in _run("history").out


@pytest.mark.parametrize("kind", _ONE_RUN)
def test_a_damaged_run_keeps_no_figures_from_being_shown(kind: str) -> None:
    """Nor a question from being asked again."""
    _ask_three()
    _run("vote", "3", "a")
    _damage(kind)
    _change("UPDATE run SET started_at = started_at - 1 WHERE number < 2")

    assert _run("stats").code == 0
    assert "echo" in _run("leaderboard").out
    again = _run("--again", "-m", "simulated:echo", "--fresh")
    assert (again.code, again.out) == (0, "third")


def test_the_last_prompt_is_asked_again_beside_a_damaged_one() -> None:
    """The newest that can be read counts."""
    _ask_three()
    _change(f"UPDATE prompt SET messages = CAST(X'{_BROKEN}' AS TEXT) WHERE run = 3")

    assert _run("--again", "-m", "simulated:echo", "--fresh").out == "second"
    assert _run("vote", "2", "a").code == 0
    assert _run("show", "3").code == 1


def test_a_damaged_name_is_shown_as_one() -> None:
    """Many runs share it, and none of them is lost for it."""
    _ask_three()
    _change("UPDATE name SET text = CAST(X'61FF' AS TEXT) WHERE text = 'a'")
    _change("UPDATE model SET model = CAST(X'6563FF' AS TEXT) WHERE model = 'echo'")

    shown = _run("show", "2").out
    models = json.loads(_run("stats", "--json").out)["models"]

    assert "=== a\ufffd ===" in shown
    assert "ec\ufffd" in {row["model"] for row in models}
    assert _run("history").out.count("2/2") == 3


def test_a_damaged_choice_that_waits_keeps_no_run_away() -> None:
    """What was told before its run is taken in with it, or left out."""
    simulated("echo")
    run_cli("first")
    _change("INSERT INTO early SELECT id, CAST(X'7BFF' AS TEXT) FROM run")
    _change("INSERT INTO early SELECT id, '{\"type\": 1}' FROM run")
    lines = run_cli("history", "export").out
    run_cli("history", "forget", "--yes", "1")
    file = Path(os.environ["XDG_STATE_HOME"]) / "lines"  # noqa: TID251
    file.write_text(lines)

    assert _run("history", "import", str(file)).out == "1 new run\n"


@pytest.mark.parametrize("version", [-1, 1, 2, 4711, 2**31 - 1])
def test_another_programs_database_is_left_alone(version: int) -> None:
    """A number that no ledger has, or that of one, over tables that are not ours."""
    _ledger().parent.mkdir(parents=True, mode=0o700)
    _change("CREATE TABLE cookies (text)")
    _change(f"PRAGMA user_version = {version}")
    before = _ledger().read_bytes()

    result = _run("history")

    assert result.code == 1
    assert result.err == (
        f"hexai: {_ledger()} is no ledger that Hexai has written; move it away, and a "
        "new one is begun\n"
    )
    assert _ledger().read_bytes() == before


@pytest.mark.parametrize("version", [-8, 0, 3, 77, 2**31 - 1])
def test_a_ledger_with_a_number_that_is_not_its_own_is_left_alone(version: int) -> None:
    """Older, newer or none: its tables are not those of the number."""
    _ask_three()
    _change(f"PRAGMA user_version = {version}")
    before = _ledger().read_bytes()

    for words in (("history",), ("stats",), ("show", "1"), ("history", "export")):
        result = _run(*words)

        assert result.code == 1
        assert "is no ledger that Hexai has written; move it away" in result.err
    assert _ledger().read_bytes() == before


@pytest.mark.parametrize(
    "change",
    ["ALTER TABLE run ADD COLUMN mood TEXT", "CREATE INDEX run_blind ON run (blind)"],
)
def test_a_ledger_of_a_newer_version_is_read(change: str) -> None:
    """It has all that this program knows, and more; nothing is added to it."""
    _ask_three()
    _change(change)
    _change("PRAGMA user_version = 77")

    assert _run("history").out.count("2/2") == 3
    assert "cannot add to it" in run_cli("again").err
    assert _run("history").out.count("2/2") == 3


def test_what_sqlite_and_others_add_does_no_harm() -> None:
    """Figures for the planner, and a table of the user's own."""
    _ask_three()
    _change("ANALYZE")
    _change("CREATE TABLE notes (text)")

    assert _run("history").out.count("2/2") == 3


def test_a_database_without_a_number_is_left_alone() -> None:
    """No tables of ours are put into what somebody else has made."""
    _ledger().parent.mkdir(parents=True, mode=0o700)
    _change("CREATE TABLE cookies (text)")

    result = run_cli("history")

    assert "is no ledger that Hexai has written" in result.err


def test_a_line_that_cannot_be_imported_is_not_quoted(tmp_path: Path) -> None:
    """Its number and place say enough."""
    run = {"type": "run", "run_id": "0" * 32, "surface": MARK}
    file = tmp_path / "lines"
    file.write_text(f'{{"hexai_ledger": 1}}\n{json.dumps(run)}\n')

    result = _run("history", "import", str(file))

    assert result.code == 2
    assert "line 2 is no record of a ledger" in result.err


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE bench SET plan = '{'",
        "UPDATE bench SET ending = 'sold'",
        "UPDATE bench_cell SET cell = '{\"task\": 1}'",
    ],
)
def test_a_damaged_bench_is_named_and_can_be_forgotten(change: str) -> None:
    """As one with what only a newer Hexai knows; another one is shown."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    folders = find_folders(environ, Path(environ["HOME"]))
    record_bench(folders, ["a", "b"], name="whole", words="w")
    with open_benches(folders) as records:
        plan = records.find("1").plan
        records.begin(plan, key="cd" * 16, name="hurt", now=2000.0)
        records.put(2, cell(plan.tasks[0].id, 0))
    key = "bench" if "bench_cell" in change else "number"
    _change(f"{change} WHERE {key} = 2")

    listed, shown = _run("bench", "list"), _run("bench", "show", "2")
    gone = _run("bench", "forget", "2", "--yes")

    assert "whole" in listed.out
    assert "left out bench 2, damaged or written by a newer Hexai" in listed.err
    assert shown.code == 1
    assert "bench 2 is damaged" in shown.err
    assert "`hexai bench forget 2` removes it" in shown.err
    assert gone.out == "forgot bench 2\n"
    assert _run("bench", "list").err == ""
    assert _run("bench", "show").code == 0
