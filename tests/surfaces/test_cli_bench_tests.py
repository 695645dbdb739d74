"""`hexai bench run --test`: whether answers pass, and when nothing is run at all."""

import json
import shlex
import sys
from pathlib import Path

import pytest

from tests.support.bench_command import bench, cells, entries, leave_unfinished
from tests.support.checked_code import CHECK, RIGHT, WRONG, checked, says, trust
from tests.support.command_line import Result, run_cli, run_typed
from tests.support.repositories import MadeRepository
from tests.support.upstream import Upstream

BODIES = ("--kind", "body", "--seed", "s")


@pytest.fixture
def made(tmp_path: Path) -> MadeRepository:
    """Make a trusted repository whose functions are called by a check."""
    return checked(tmp_path / "repo")


def passes(word: str = "1") -> dict[str, list[bool | None]]:
    """Give what the tests say of each entry's cells."""
    found: dict[str, list[bool | None]] = {}
    for cell in cells(word):
        found.setdefault(cell["contender"], []).append(cell["passes"])
    return found


def run(made: MadeRepository, command: str, *more: str, text: str = RIGHT) -> Result:
    """Run a bench of one entry on two functions' bodies."""
    with Upstream(says(text)) as one:
        entries(one)
        words = ("--tasks", "2", "--test", command, "--yes", *more)
        return bench(made, *BODIES, *words)


def test_right_in_other_words_passes_and_wrong_does_not(made: MadeRepository) -> None:
    """Every view of the bench has it."""
    with Upstream(says(RIGHT)) as one, Upstream(says(WRONG)) as other:
        entries(one, other)
        result = bench(made, *BODIES, "--tasks", "3", "--test", CHECK, "--yes")

    assert result.code == 0, result.err
    assert "This runs the code of the repository, and what the models" in result.out
    assert passes() == {"a": [True] * 3, "b": [False] * 3}
    for words in (["show"], ["compare"]):
        shown = run_cli("bench", *words).out
        assert "by tests, a or b: not enough yet" in shown
    shown = run_cli("bench", "show").out
    assert "PASSES" in shown
    assert "3/3" in shown
    assert "0/3" in shown
    assert "PASSES counts 3 of 3 function bodies" in " ".join(shown.split())
    assert ", passes" in run_cli("bench", "show", "1", "1").out
    assert "by tests, a or b: not enough" in run_cli("leaderboard").out
    exported = run_cli("bench", "export", "1").out
    assert json.loads(exported)["test"] == CHECK


def test_with_pytest(tmp_path: Path) -> None:
    """As people run their tests, from an environment outside of the copy."""
    made = MadeRepository(tmp_path / "repo")
    test = "import shapes\n\ndef test_all():\n    assert shapes.plus_two(3, 1) == 7\n"
    code = "import math\n\n\ndef plus_two(first, second):\n    doubled = first * 2\n"
    first = {"shapes.py": "import math\n", "test_shapes.py": test}
    made.commit({**first, ".hexaiconfig.toml": ""})
    made.commit({"shapes.py": code + "    return doubled + second\n"})
    trust(made)
    words = ["env", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1", sys.executable]
    command = shlex.join([*words, "-m", "pytest", "-q", "test_shapes.py"])

    result = run(made, command, "--tasks", "1")

    assert result.code == 0, result.err
    assert passes()["a"] == [True], result.out + result.err


def test_other_holes_are_not_tried(made: MadeRepository) -> None:
    """A line or two say too little of what a test sees."""
    with Upstream(says(RIGHT)) as one:
        entries(one)
        result = bench(made, "--kind", "line", "--tasks", "2", "--test", CHECK, "--yes")

    assert result.code == 0, result.err
    assert passes() == {"a": [None, None]}
    assert "none" in run_cli("bench", "show").out


@pytest.mark.parametrize(
    ("command", "why"),
    [("false", "fail with what was really written"), ("true", "pass with nothing")],
)
def test_a_command_that_always_says_the_same_says_nothing(
    made: MadeRepository, command: str, why: str
) -> None:
    """Only what passes with the truth and fails without counts; it tells how many."""
    result = run(made, command)

    assert result.code == 0, result.err
    assert passes() == {"a": [None, None]}
    assert f"says nothing of function bodies which {why}" in result.err


def test_the_end_of_what_fails_is_told(made: MadeRepository) -> None:
    """Else nobody knows what to mend, such as a module that is missing."""
    result = run(made, "sh -c 'echo no module named x; exit 4'")

    assert "--test, where it first failed so, ended with 4\n" in result.err
    assert "no module named x" in result.err


def test_a_script_that_commits_lack_is_no_failure_of_the_bench(
    made: MadeRepository,
) -> None:
    """It fails with what was really written, and it is told why."""
    result = run(made, "./no-such-script.sh")

    assert result.code == 0, result.err
    assert passes() == {"a": [None, None]}
    assert "no-such-script.sh cannot be started" in result.err


def test_a_terminal_shows_that_tests_run(made: MadeRepository) -> None:
    """Else it would seem to stand still."""
    with Upstream(says(RIGHT)) as one:
        entries(one)
        words = (*BODIES, "--since", "2020-01-01", "--tasks", "1", "--yes")
        slow = shlex.join(["sh", "-c", f"sleep 0.4; {CHECK}"])
        _, shown = run_typed(
            "", "bench", "run", *words, "--test", slow, folder=made.folder
        )

    assert "the tests run, for 0." in shown


def test_the_copy_is_as_of_the_commit(made: MadeRepository) -> None:
    """Neither later files are there, nor those that no commit has."""
    (made.folder / "untracked.txt").write_text("x")
    made.commit({"later.txt": "x"})
    command = f"{CHECK} && ! ls untracked.txt later.txt && touch {made.folder}/../x"

    result = run(made, shlex.join(["sh", "-c", command]))

    assert passes() == {"a": [True, True]}, result.err
    assert not (made.folder.parent / "x").exists()


def test_keys_of_the_environment_are_not_there(
    made: MadeRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor the home."""
    monkeypatch.setenv("SOME_API_KEY", "secret")
    command = f'{CHECK} && test -z "$SOME_API_KEY" && test "$HOME" = /tmp/home'

    run(made, shlex.join(["sh", "-c", command]))

    assert passes() == {"a": [True, True]}


class TestNothingIsRun:
    """Without trust, a word, or a command."""

    def test_for_a_project_that_is_not_trusted(self, tmp_path: Path) -> None:
        """It says how to trust it; a changed byte takes that back."""
        made = checked(tmp_path / "repo", trusted=False)
        refused = run(made, "touch ran")
        trust(made)
        (made.folder / ".hexaiconfig.toml").write_text("# changed\n")
        changed = run(made, "touch ran")

        for result in (refused, changed):
            assert result.code == 2
            assert "`hexai config trust" in result.err

    def test_for_a_project_without_a_file(self, tmp_path: Path) -> None:
        """A clone of a stranger has nobody's trust."""
        made = checked(tmp_path / "repo", trusted=False)
        (made.folder / ".hexaiconfig.toml").unlink()

        assert run(made, CHECK).code == 2

    def test_without_a_yes(self, made: MadeRepository) -> None:
        """Even where no cloud is asked."""
        with Upstream(says(RIGHT)) as one:
            entries(one)
            words = (*BODIES, "--tasks", "2", "--test", CHECK)
            refused = bench(made, *words)
            typed = ("bench", "run", "--since", "2020-01-01", *words)
            code, shown = run_typed("n\n", *typed, folder=made.folder, when="[y/N]")
            assert not one.requests

        assert refused.code == 2
        assert "runs code that models write" in refused.err
        assert code == 1
        assert "Run that?" in shown

    @pytest.mark.parametrize(
        ("command", "part"),
        [
            ("no-such-program-at-all", "no program"),
            ("'", "cannot be split"),
        ],
    )
    def test_a_command_that_is_none(
        self, made: MadeRepository, command: str, part: str
    ) -> None:
        """It is named before anything is asked."""
        result = run(made, command)

        assert result.code == 2
        assert part in result.err

    def test_a_dry_run_says_what_would_be_run(self, made: MadeRepository) -> None:
        """And runs nothing."""
        with Upstream(says(RIGHT)) as one:
            entries(one)
            words = ("--tasks", "2", "--test", "touch ran", "--dry-run")
            result = bench(made, *BODIES, *words)

        assert result.code == 0, result.err
        assert "--test runs touch ran at most 6 times, on 2 " in result.out


def test_another_command_is_another_bench(made: MadeRepository) -> None:
    """What was tried by one says nothing of the other."""
    with Upstream(says(RIGHT)) as one:
        entries(one)
        words = (*BODIES, "--tasks", "2", "--yes")
        bench(made, *words, "--test", CHECK)
        leave_unfinished(1)
        other = run_cli(
            "bench",
            "run",
            "--resume",
            "1",
            "--yes",
            "--test",
            "true",
            folder=made.folder,
        )
        same = run_cli("bench", "run", "--resume", "1", "--yes", folder=made.folder)

    assert other.code == 2
    assert "the test command was" in other.err
    assert same.code == 0, same.err
