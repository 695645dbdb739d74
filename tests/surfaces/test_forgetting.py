"""What `history forget` leaves, and that reading waits for nobody who writes."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hexai.config.folders import LEDGER_FILE, SPOOL_FOLDER
from tests.support.command_line import run_cli, run_typed, simulated
from tests.support.timing import kept_within

MARK = "MARK-4711"


def _folder(name: str) -> Path:
    return Path(os.environ[name]) / "hexai"  # noqa: TID251


def _ledger() -> Path:
    return _folder("XDG_STATE_HOME") / LEDGER_FILE


def _in_the_way(folder: Path, name: str) -> Path:
    """Put what cannot be removed, as it is no file, where one of ours would be."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / name).mkdir()
    return folder / name


@pytest.mark.parametrize(
    ("variable", "part", "name"),
    [
        ("XDG_STATE_HOME", SPOOL_FOLDER, "0-1-0.jsonl"),
        ("XDG_STATE_HOME", SPOOL_FOLDER, "0-1-0.unreadable"),
        ("XDG_STATE_HOME", "prompts", "0-0.md"),
        ("XDG_CACHE_HOME", "answers", "0" * 64),
    ],
)
def test_what_cannot_be_removed_keeps_nothing_else(
    variable: str, part: str, name: str
) -> None:
    """All else is gone; what stays is named, and the command has failed."""
    simulated("echo")
    run_cli(MARK)
    stays = _in_the_way(_folder(variable) / part, name)
    late = stays.parent / f"1{name[1:]}"
    late.write_text(MARK)

    result = run_cli("history", "forget", "--yes", "--all")

    assert (result.code, result.out) == (1, "forgot 1 run\n")
    assert result.err.startswith(f"hexai: {stays}: could not be removed: ")
    assert not late.exists()
    assert run_cli("history").err == "hexai: nothing is recorded yet\n"


def test_a_kept_answer_that_stays_is_named_for_one_run_too() -> None:
    """Whoever forgets a run hears what of it is left."""
    simulated("echo")
    run_cli(MARK)
    [kept] = (_folder("XDG_CACHE_HOME") / "answers").iterdir()
    kept.unlink()
    kept.mkdir()

    result = run_cli("history", "forget", "--yes", "1")

    assert (result.code, result.out) == (1, "forgot 1 run\n")
    assert f"{kept}: could not be removed" in result.err


def test_a_folder_that_is_none_is_named() -> None:
    """A link in the place of the spool is not followed, and not passed over."""
    simulated("echo")
    run_cli(MARK)
    spool = _folder("XDG_STATE_HOME") / SPOOL_FOLDER
    spool.symlink_to(_folder("XDG_STATE_HOME"))

    result = run_cli("history", "forget", "--yes", "--all")

    assert result.code == 1
    assert f"{spool}: could not be removed: is not a folder" in result.err


@pytest.mark.parametrize("what", [("--all",), ("--before", "0h")])
def test_the_space_is_given_back(what: tuple[str, ...]) -> None:
    """A large ledger is a small file again once most of it is forgotten."""
    simulated("echo")
    run_cli("x" * 3_000_000)
    large = _ledger().stat().st_size
    assert large > 3_000_000

    assert run_cli("history", "forget", "--yes", *what).code == 0

    assert _ledger().stat().st_size < 200_000
    assert run_cli("again").code == 0


def test_a_little_that_is_forgotten_is_no_reason_to_write_all_anew() -> None:
    """The room is used again by what is recorded next."""
    simulated("echo")
    run_cli("x" * 3_000_000)
    run_cli("y")
    before = _ledger().stat().st_size

    assert run_cli("history", "forget", "--yes", "2").code == 0

    assert _ledger().stat().st_size == before


@contextmanager
def _held(statement: str) -> Iterator[None]:
    """Hold the ledger as another program would."""
    connection = sqlite3.connect(_ledger(), isolation_level=None)
    connection.execute(statement)
    try:
        yield
    finally:
        connection.close()


@pytest.mark.parametrize("statement", ["BEGIN IMMEDIATE", "BEGIN EXCLUSIVE"])
@pytest.mark.parametrize(
    "command",
    [
        ("history",),
        ("show",),
        ("stats",),
        ("leaderboard",),
        ("history", "export"),
    ],
)
def test_who_reads_does_not_wait_for_who_writes(
    statement: str, command: tuple[str, ...]
) -> None:
    """Not even where something waits to be taken in; it goes on waiting."""
    simulated("echo")
    run_cli("first")
    with _held(statement):
        run_cli("second")
        for attempt in kept_within(2.5):  # to wait for the lock would take 5 s
            with attempt:
                assert run_cli(*command).code == 0
    waiting = [*(_folder("XDG_STATE_HOME") / SPOOL_FOLDER).iterdir()]
    assert len(waiting) == 1
    assert "second" in run_cli("history").out


WAYS = [["1"], ["--before", "0h"], ["--project", "."], ["--all"]]


@pytest.mark.parametrize("what", WAYS, ids=" ".join)
def test_a_script_says_that_it_means_it(what: list[str], tmp_path: Path) -> None:
    """Whatever it is to forget; without that nothing is, and the command has failed."""
    simulated("echo")
    (tmp_path / ".git").mkdir()
    run_cli(MARK, folder=tmp_path)

    refused = run_cli("history", "forget", *what, folder=tmp_path)
    kept = run_cli("history").out
    meant = run_cli("history", "forget", "--yes", *what, folder=tmp_path)

    assert (refused.code, refused.out) == (2, "")
    assert "`history forget` asks on a terminal; elsewhere say --yes" in refused.err
    assert MARK in kept
    assert (meant.code, meant.out) == (0, "forgot 1 run\n")


def test_on_a_terminal_it_says_what_goes_and_asks() -> None:
    """A thread goes whole, and that is said; where nothing would go, it says so."""
    simulated("echo")
    run_cli(MARK)
    run_cli("-c", "more")

    code, display = run_typed("n\n", "history", "forget", "2", when="[y/N] ")
    empty, told = run_typed("", "history", "forget", "--before", "9y")
    kept = run_cli("history").out
    done, _ = run_typed("y\n", "history", "forget", "2", when="[y/N] ")

    assert code == 1
    assert "Forget run 2 and 1 other of its thread for good? [y/N]" in display
    assert "nothing was forgotten" in display
    assert (empty, told) == (0, "forgot 0 runs\n")
    assert MARK in kept
    assert done == 0
    assert MARK not in run_cli("history").out
