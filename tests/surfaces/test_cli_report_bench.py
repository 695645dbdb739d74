"""The bench on the page of `hexai report`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from hexai.config.folders import Folders, find_folders
from hexai.domain.bench import BenchRecord
from tests.support.answers import openai_answer
from tests.support.bench_command import entries
from tests.support.benches import record_bench, task
from tests.support.command_line import run_cli
from tests.support.upstream import Upstream

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


def rows(page: str) -> list[dict[str, float]]:
    """Read the figures of a page's bench, by row."""
    section = page[page.index('id="bench"') : page.index('id="how"')]
    found = []
    for row in section.split("<tr>")[1:]:
        cells = re.findall(
            r'<data value="([^"]*)" data-figure="([^"]*)"(?: data-high="([^"]*)")?', row
        )
        figures = {key: float(value) for value, key, _ in cells}
        high = {key.replace("low", "high"): float(x) for _, key, x in cells if x}
        found.append(figures | high)
    return [each for each in found if each]


def of_json(told: dict[str, Any]) -> dict[str, float]:
    """Name the figures of a contender as the page does."""
    halves = {
        f"{name}.{half}": told[name][half]
        for name in ("first_token", "total", "cold_total")
        for half in ("p50", "p90")
    }
    saved = {
        "saved.value": told["saved"],
        "saved.low": told["saved_low"],
        "saved.high": told["saved_high"],
    }
    return {**told, **halves, **saved}


def test_every_figure_is_that_of_bench_show(folders: Folders, tmp_path: Path) -> None:
    """Whatever both tell, the page tells with the same number."""
    run_one(folders)
    page = report(tmp_path)
    told = json.loads(run_cli("bench", "show", "--json").out)["contenders"]
    shown = rows(page)

    compared = 0
    for number, row in enumerate(shown):  # one table, and then the other
        known = of_json(told[number % len(told)])
        assert row == pytest.approx({key: float(known[key]) for key in row})
        compared += len(row)
    assert compared >= 2 * 12
    assert "good over cheap by" in page
    assert page.count("<svg") == 2


def test_what_tests_say_has_a_column(folders: Folders, tmp_path: Path) -> None:
    """Where answers were tried, how many passed of how many."""
    record_bench(folders, ("good", "bad"), name="x", words="x", test="pytest -q")
    page = report(tmp_path)

    assert "Pass tests" in page
    assert "20 of 20" in page
    assert "0 of 20" in page
    assert "by tests, good over bad by" in page


def test_questions_are_shown_by_their_checks(tmp_path: Path) -> None:
    """Nothing is called saved, and no text is there unless it was asked for."""
    file = tmp_path / "q.jsonl"
    asked = [{"question": f"{MARKER} {n}?", "equals": "yes"} for n in range(3)]
    file.write_text("".join(json.dumps(each) + "\n" for each in asked), "utf-8")
    with Upstream(openai_answer("yes")) as one, Upstream(openai_answer("no")) as other:
        entries(one, other, surface="cli")
        assert run_cli("bench", "ask", str(file), "--yes").code == 0
    page, texts = report(tmp_path), report(tmp_path, "--texts")
    section = page[page.index('id="bench"') : page.index('id="how"')]

    assert "Checks passed, by contender" in section
    assert "Keys saved" not in section
    assert MARKER not in page
    assert f"{MARKER} 1?" in texts
    assert "passed 0 of 1 checks" in texts


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
    assert "saved +80 %" in page


def test_a_bench_is_chosen_by_what_it_is_called(
    folders: Folders, tmp_path: Path
) -> None:
    """One that is not there is an error that names it."""
    run_one(folders, name="tonight")

    assert "Bench 1" in report(tmp_path, "--bench", "tonight")
    ran = run_cli("report", "--bench", "never", folder=tmp_path)
    assert ran.code == 2
    assert "there is no bench never" in ran.err
