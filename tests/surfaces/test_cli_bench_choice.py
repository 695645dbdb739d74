"""Which tasks `hexai bench run` takes, and what it says of that beforehand."""

import re
from pathlib import Path

import pytest

from tests.support.bench_command import (
    bench,
    by_prompt,
    entries,
    history,
    leave_unfinished,
)
from tests.support.command_line import run_cli, write_config
from tests.support.mining import function
from tests.support.repositories import MadeRepository
from tests.support.upstream import Upstream


@pytest.fixture
def made(tmp_path: Path) -> MadeRepository:
    """Make a repository with a history, some of it in a folder."""
    repository = history(tmp_path / "repo")
    text = ""
    for name in ("kappa", "lambda_", "omega"):
        text += "\n\n" + function(name)
        repository.commit({"deep/er.py": text, "deeper.py": text.upper()})
    return repository


def _words(text: str) -> str:
    return " ".join(text.split())


def test_fewer_tasks_than_wanted_are_told_with_the_reason(made: MadeRepository) -> None:
    """One line names the limits that were met, and only where there are fewer."""
    with Upstream(by_prompt()) as one:
        entries(one)
        many = bench(made, "--tasks", "500", "--kind", "body", "--dry-run")
        few = bench(made, "--tasks", "4", "--dry-run")

    told = _words(many.err)
    assert re.search(r"\d+ of 500 tasks were found: ", told)
    assert "gave 3, the most that one may" in told
    assert "only body counted" in told
    assert "tasks were found" not in few.err


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("rust", "no rust among python"),
        ("pyhton", "no pyhton among python; did you mean python?"),
    ],
)
def test_a_language_that_is_not_there(
    made: MadeRepository, name: str, told: str
) -> None:
    """It says what there is, also where another one is."""
    with Upstream(by_prompt()) as one:
        entries(one)
        alone = bench(made, "--language", name, "--dry-run")
        beside = bench(made, "--language", name, "--language", "python", "--dry-run")

    assert alone.code == beside.code == 2
    assert told in _words(alone.err)
    assert told in _words(beside.err)


@pytest.mark.parametrize("place", ["deep", "deep/er.py", "./deep/"])
def test_a_folder_or_file_of_a_repository_alone(
    made: MadeRepository, place: str
) -> None:
    """Nothing else is looked at, and going on looks at the same."""
    with Upstream(by_prompt()) as one:
        entries(one)
        dry = bench(made, place, "--dry-run")
        ran = bench(made, place, "--tasks", "2")
        shown = [run_cli("bench", "show", "1", task).out for task in ("1", "2")]
        leave_unfinished(1)
        resumed = run_cli("bench", "run", "--resume", "1", folder=made.folder)

    assert "was looked at" in dry.out
    assert ran.code == 0, ran.err
    assert all("deep/er.py" in each for each in shown)
    assert resumed.code == 0, resumed.err


def test_a_place_that_holds_nothing_tracked(made: MadeRepository) -> None:
    """It is no other place that is looked at instead."""
    with Upstream(by_prompt()) as one:
        entries(one)
        result = bench(made, "nowhere", "--dry-run")

    assert result.code != 0
    assert "nowhere" in result.err


def test_the_seed_that_was_drawn_draws_the_same(made: MadeRepository) -> None:
    """A dry run names it; what it says of the tasks it says again."""
    with Upstream(by_prompt()) as one:
        entries(one)
        first = bench(made, "--tasks", "6", "--dry-run")
        found = re.search(r"--seed (\w+) draws these tasks again", first.out)
        assert found
        again = bench(made, "--tasks", "6", "--dry-run", "--seed", found[1])

    assert "draws these tasks again" not in again.out
    kept = [line for line in first.out.splitlines() if found[0] not in line]
    assert again.out.splitlines() == kept


def test_a_budget_says_how_many_tasks_it_buys(
    made: MadeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And who is not asked for want of a price."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-nobodys")
    with Upstream(by_prompt()) as one:
        path = entries(one, local=False)
        write_config(
            path.read_text("utf-8") + "[[models.completion]]\n"
            'provider = "openai"\nmodel = "gpt-4.1-nano"\nlabel = "priced"\n'
            "max_tokens = 100\n"
        )
        result = bench(made, "--tasks", "12", "--dry-run", "--budget", "0.0005")

    told = _words(result.out)
    assert re.search(r"buys \d+ to \d+ of 12 tasks", told), told
    assert "a: the price is unknown, so under a budget nothing is sent there" in told
