"""Many writers at once, half of them killed: nothing acknowledged is lost or halved."""

import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.config.folders import LEDGER_FILE, find_folders
from hexai.service.recorded_runs import open_history
from tests.support.records import run_id, run_record

WRITERS, KILLED, RUNS = 8, 4, 10_000
ROOT = Path(__file__).parents[2]


def start(folder: Path, first: int) -> "subprocess.Popen[bytes]":
    """Start a writer of runs with their numbers from `first` on."""
    with (folder.parent / f"{first}.out").open("wb") as out:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.support.ledger_writer"),
                *(str(folder), str(first), str(RUNS)),
            ],
            cwd=ROOT,
            stdout=out,
        )


@pytest.mark.e2e
@pytest.mark.alone
def test_killed_writers_lose_and_halve_nothing(tmp_path: Path) -> None:
    """Eight processes record 10,000 runs each; four are killed at random moments."""
    folders = find_folders({"XDG_STATE_HOME": str(tmp_path)}, tmp_path)
    firsts = [1 + number * RUNS for number in range(WRITERS)]
    writers = [start(folders.state, first) for first in firsts]
    moments = sorted(random.Random(4).uniform(0.5, 8.0) for _ in range(KILLED))
    began = time.monotonic()
    for writer, moment in zip(writers, moments, strict=False):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        writer.send_signal(signal.SIGKILL)
    codes = [writer.wait() for writer in writers]

    with open_history(folders, time.time) as history:  # noqa: TID251
        runs = {
            each.run.run_id: replace(each.run, sitting="") for each in history.all()
        }
    connection = sqlite3.connect(folders.state / LEDGER_FILE)
    sound = connection.execute("PRAGMA integrity_check").fetchall()
    connection.close()

    acknowledged = [
        int(line)
        for first in firsts
        for line in (tmp_path / f"{first}.out").read_bytes().split(b"\n")[:-1]
    ]
    assert codes == [-signal.SIGKILL] * KILLED + [0] * (WRITERS - KILLED)
    assert sound == [("ok",)]
    assert len(acknowledged) >= (WRITERS - KILLED) * RUNS
    assert [n for n in acknowledged if runs.get(run_id(n)) != run_record(n)] == []
    assert [r for r in runs.values() if r != run_record(int(r.run_id[:8], 16))] == []
