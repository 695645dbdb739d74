"""The bench on the page of `hexai report`."""

import re
from pathlib import Path

import pytest

from hexai.bench.known import Known
from hexai.config.locate import Folders, find_folders
from hexai.domain.bench import BenchRecord
from tests.support.benches import record_bench, task
from tests.support.command_line import run_cli

MARKER = "CANARY-of-a-bench"


@pytest.fixture
def folders() -> Folders:
    """Find the folders of this test's user."""
    import os

    environ = os.environ  # noqa: TID251 - the edge
    return find_folders(environ, Path(environ["HOME"]))


def run_one(folders: Folders, name: str = MARKER) -> BenchRecord:
    """Record a bench whose every text holds a marker."""
    return record_bench(folders, ("good", "cheap"), name=name, words=MARKER)


def report(folder: Path, *options: str) -> str:
    """Make a page and read it."""
    made = run_cli("report", "-o", "page.html", *options, folder=folder)
    assert (made.code, made.err) == (0, "")
    return (folder / "page.html").read_text()


def test_its_figures_are_those_of_the_bench(folders: Folders, tmp_path: Path) -> None:
    """What was saved, with its interval, and each verdict in words."""
    known = Known.of(run_one(folders))
    page = report(tmp_path)
    section = page[page.index('id="bench"') : page.index('id="how"')]
    told = re.findall(r'<data value="([^"]*)" data-figure="saved.value"', section)
    low = re.findall(r'<data value="([^"]*)" data-figure="saved.low"', section)

    means = [mean for mean in known.comparison.standing().means if mean]
    assert [*map(float, told)] == pytest.approx([m.figures.saved for m in means])
    assert [*map(float, low)] == pytest.approx([m.saved.low for m in means if m.saved])
    assert "good over cheap by" in section
    assert "$1" in section
    assert section.count("<svg") == 2


def test_without_texts_it_has_figures_alone(folders: Folders, tmp_path: Path) -> None:
    """No code, no file, no name of a project, no reason that may quote one."""
    run_one(folders)

    assert MARKER not in report(tmp_path)


def test_with_texts_the_most_different_come_first(
    folders: Folders, tmp_path: Path
) -> None:
    """What was written stands beside what was answered, as a diff of texts."""
    run_one(folders)
    page = report(tmp_path, "--texts")
    titles = re.findall(r"<summary>(Task [^<]*)", page)

    assert titles[0].startswith(f"Task {task(0).id[:12]} {MARKER}.py")
    assert f"{MARKER} truth" in page
    assert f"{MARKER} <del>truth</del><ins>&lt;b&gt;answer&lt;/b&gt;</ins>" in page, (
        "what it lacks, and what nobody wrote"
    )
    assert "saved +0.80" in page


def test_a_bench_is_chosen_by_what_it_is_called(
    folders: Folders, tmp_path: Path
) -> None:
    """One that is not there is an error that names it."""
    run_one(folders, name="tonight")

    assert "Bench 1" in report(tmp_path, "--bench", "tonight")
    ran = run_cli("report", "--bench", "never", folder=tmp_path)
    assert ran.code == 2
    assert "there is no bench never" in ran.err
