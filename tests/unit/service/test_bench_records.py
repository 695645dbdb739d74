"""Benches that are kept: found by what people call them, texts gone with them."""

import os
import stat
from pathlib import Path

import pytest

from hexai.config.folders import Folders, find_folders
from hexai.domain.bench import Plan
from hexai.errors import UsageError
from hexai.service.bench_records import open_benches
from hexai.service.bench_texts import Text, TextFile
from hexai.service.recorder import LedgerRecorder
from tests.support.records import run_record

DAY = 86_400.0


@pytest.fixture
def folders() -> Folders:
    """Give the folders of the test's user."""
    environ = dict(os.environ)  # noqa: TID251 - the edge of a test
    return find_folders(environ, Path(environ["HOME"]))


def begin(folders: Folders, key: str, *, name: str = "", now: float = 1.0) -> int:
    """Begin a bench with a text; gives its number."""
    with open_benches(folders) as records:
        bench = records.begin(Plan(project="/x"), key=key * 32, name=name, now=now)
        records.texts(bench).add(Text(task="t", text="secret words"))
        return bench.number


def files(folders: Folders) -> list[str]:
    """Name the files of texts."""
    return sorted(path.name for path in (folders.state / "bench").iterdir())


def test_a_bench_is_found_by_number_id_or_name(folders: Folders) -> None:
    """And the newest where nothing is named."""
    begin(folders, "a", name="night")
    begin(folders, "b")

    with open_benches(folders) as records:
        assert records.find(None).number == 2
        assert records.find("1").number == 1
        assert records.find("aaaaaa").number == 1
        assert records.find("night").number == 1
        with pytest.raises(UsageError, match="there is no bench morning"):
            records.find("morning")


def test_texts_are_private_and_half_a_line_is_left_out(folders: Folders) -> None:
    """A killed process may have left one."""
    file = TextFile(folders.state, "c" * 32)
    file.add(Text(task="t", path="a.py"), Text(task="t", contender=1, text="x\n"))
    path = folders.state / "bench" / ("c" * 32 + ".jsonl")
    with path.open("ab") as raw:
        raw.write(b'{"task": "t", "con')

    assert [each.contender for each in file.read()] == [None, 1]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_forgetting_a_bench_removes_its_texts_alone(folders: Folders) -> None:
    """Those of others stay."""
    number = begin(folders, "a")
    begin(folders, "b")

    with open_benches(folders) as records:
        assert records.forget(number) == ()

    assert files(folders) == ["b" * 32 + ".jsonl"]


def test_retention_removes_texts_though_nobody_asks_for_benches(
    folders: Folders,
) -> None:
    """Whoever records anything forgets what has become too old."""
    begin(folders, "a", now=DAY)
    begin(folders, "b", now=9 * DAY)
    recorder = LedgerRecorder(
        folders.state, now=lambda: 10 * DAY, retention_days=5, on_problem=print
    )

    recorder.record(run_record(started_at=10 * DAY))
    recorder.close()

    assert files(folders) == ["b" * 32 + ".jsonl"]
