"""Tasks from histories made for it."""

import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from hexai.bench.mining.repository import NoHistory
from hexai.config.schema import Ignore
from hexai.domain.bench import Kind
from tests.support.mining import function, mined, module, truths, whole
from tests.support.repositories import HOUR, START, MadeRepository


@pytest.fixture
def made(tmp_path: Path) -> MadeRepository:
    """Make a repository of one file that grows with each commit."""
    repository = MadeRepository(tmp_path / "made")
    names: list[str] = []
    for name in ("alpha", "beta", "gamma", "delta", "epsilon", "zeta"):
        names.append(name)
        repository.commit({f"src/{name}.py": module(name), "all.py": module(*names)})
    return repository


def test_a_hole_is_what_the_commit_wrote(made: MadeRepository) -> None:
    """Each truth stands in the file as of the commit, and not as of the one before."""
    found = mined(made.folder, now=made.now)

    assert len(found.tasks) >= 12
    for task in found.tasks:
        n = made.ids.index(task.commit)
        stem = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta")[n]
        assert stem in task.truth
        assert task.truth in whole(task)
        assert task.committed_at == START + n * HOUR


def test_the_same_seed_gives_the_same_tasks(made: MadeRepository) -> None:
    """Seed and HEAD decide; another seed gives another order."""
    one = mined(made.folder, now=made.now, tasks=6)
    same = mined(made.folder, now=made.now, tasks=6)
    other = mined(made.folder, now=made.now, tasks=6, seed="another")

    assert one == same
    assert [t.id for t in other.tasks] != [t.id for t in one.tasks]


def test_the_order_depends_on_no_hash(made: MadeRepository) -> None:
    """Another process, with another seed for Python's own hashes, finds the same."""
    script = (
        "import sys; from pathlib import Path; from tests.support.mining import mined\n"
        "found = mined(Path(sys.argv[1]), now=int(sys.argv[2]), tasks=8)\n"
        "print(*[task.id for task in found.tasks])"
    )
    outputs = [
        subprocess.run(
            [sys.executable, "-c", script, str(made.folder), str(made.now)],
            env={"PYTHONHASHSEED": seed, "HOME": str(made.folder.parent)},
            cwd=Path(__file__).parents[4],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert outputs[0] == outputs[1] != b""


def test_no_commit_and_no_file_gives_more_than_three(made: MadeRepository) -> None:
    """A file that each commit touched is in three tasks, and so is each commit."""
    found = mined(made.folder, now=made.now)

    assert max(Counter(task.commit for task in found.tasks).values()) <= 3
    assert max(Counter(task.path for task in found.tasks).values()) <= 3


@pytest.mark.parametrize(("tasks", "expected"), [(5, {1}), (9, {1, 2})])
def test_commits_give_one_as_long_as_there_are_enough(
    made: MadeRepository, tasks: int, expected: set[int]
) -> None:
    """Then two; two tasks of one commit say less than two of two."""
    found = mined(made.folder, now=made.now, tasks=tasks)

    assert len(found.tasks) == tasks
    assert {*Counter(task.commit for task in found.tasks).values()} == expected


def test_tasks_of_a_commit_follow_each_other(made: MadeRepository) -> None:
    """Commits are drawn whole."""
    order = [task.commit for task in mined(made.folder, now=made.now).tasks]

    changes = sum(a != b for a, b in pairwise(order))
    assert changes == len(set(order)) - 1


def test_every_kind_is_found(made: MadeRepository) -> None:
    """Where there is enough, no kind is missing but the block that nobody wrote."""
    kinds = {task.kind for task in mined(made.folder, now=made.now).tasks}

    assert kinds == {Kind.TAIL, Kind.LINE, Kind.BODY, Kind.PARAMS}


def test_only_wanted_kinds_and_languages_are_found(made: MadeRepository) -> None:
    """Kinds and languages narrow."""
    made.commit({"run.sh": 'cd /\ndeploy_all --fast "$target_one" | tee final.log\n'})

    kinds = mined(made.folder, now=made.now, kinds=frozenset({Kind.BODY}))
    shell = mined(made.folder, now=made.now, languages=frozenset({"shellscript"}))

    assert {task.kind for task in kinds.tasks} == {Kind.BODY}
    assert {task.language for task in shell.tasks} == {"shellscript"}


def test_parameters_do_not_stand_above_their_body(made: MadeRepository) -> None:
    """The body would tell them, and was not there yet."""
    found = mined(made.folder, now=made.now, kinds=frozenset({Kind.PARAMS}))

    assert found.tasks
    for task in found.tasks:
        following = task.after.split("\n")[1]
        assert "measure" not in following
        assert task.after.startswith("):")


def test_what_the_commit_added_below_is_taken_out(tmp_path: Path) -> None:
    """Who wrote the line had not written those below it."""
    repository = MadeRepository(tmp_path / "made")
    old = "kept_before = prepare(1)\n\nkept_after = conclude(2)\n"
    repository.commit({"a.py": old})
    new = old.replace(
        "\n\n", "\nfresh_one = compute(alpha_value, 3)\nother = render(fresh_one)\n\n"
    )
    second = repository.commit({"a.py": new})

    found = mined(repository.folder, now=repository.now, kinds=frozenset({Kind.LINE}))

    task = next(
        task
        for task in found.tasks
        if task.commit == second and task.truth.startswith("fresh_one")
    )
    assert "render" not in task.after
    assert "kept_after" in task.after
    assert not task.told_below


def test_what_cannot_be_taken_out_marks_the_task(tmp_path: Path) -> None:
    """A name that only the same commit gives below tells of the hole."""
    repository = MadeRepository(tmp_path / "made")
    repository.commit({"a.js": "function go() {\nold(1);\n}\n"})
    repository.commit(
        {
            "a.js": "function go() {\nif (ready(freshName, 2)) {\nold(1);\n"
            "log(freshName, 3); }\n}\n"
        }
    )

    found = mined(repository.folder, now=repository.now, kinds=frozenset({Kind.LINE}))

    told = {task.truth: task.told_below for task in found.tasks}
    assert told.pop("if (ready(freshName, 2)) {") is True
    assert not any(told.values())


def test_fewer_than_wanted_widens_the_time(made: MadeRepository) -> None:
    """Older commits are taken where there are too few, and it is said."""
    year = 365 * 86_400
    recent = made.ids[-1]
    now = made.now + year - HOUR - HOUR // 2

    few = mined(made.folder, now=now, since=now - year, tasks=2)
    many = mined(made.folder, now=now, since=now - year, tasks=10)

    assert {task.commit for task in few.tasks} == {recent}
    assert not few.widened
    assert many.widened
    assert many.since < few.since == now - year
    assert len(many.tasks) == 10


def test_tests_are_at_most_a_quarter(tmp_path: Path) -> None:
    """Tests are alike, and there are many of them."""
    repository = MadeRepository(tmp_path / "made")
    for n in range(20):
        repository.commit({f"tests/test_part{n}.py": module(f"case{n}")})
        if n % 4 == 0:
            repository.commit({f"part{n}.py": module(f"part{n}")})

    found = mined(repository.folder, now=repository.now, tasks=16)

    assert sum(task.test for task in found.tasks) <= 4
    assert all(task.test == task.path.startswith("tests/") for task in found.tasks)


NO_TASKS = {
    "vendored": {"vendor/lib/a.py": module("one")},
    "generated by name": {"a_pb2.py": module("one")},
    "generated by its own words": {
        "a.py": "# Code generated. DO NOT EDIT.\n" + module("one")
    },
    "marked as generated": {
        ".gitattributes": "*.py linguist-generated\n",
        "a.py": module("one"),
    },
    "a lock": {"poetry.lock": module("one")},
    "minified": {"a.js": "x1=call(abc,def)+other;" * 200},
    "binary": {"a.py": b"\0" + module("one").encode()},
    "no UTF-8": {"a.py": b"\xff\xfe" + module("one").encode()},
    "over 1 MB": {"a.py": module("one") * 6000},
    "a name that is kept here": {".env.py": module("one"), "id_rsa": module("two")},
    "prose": {"a.md": module("one")},
    "imports": {"a.py": "import alpha.beta.gamma\nfrom delta import epsilon, zeta\n"},
    "strings": {
        "a.py": '"""One long docstring, of words.\n\nof many lines, here\n"""\n'
    },
    "comments": {"a.py": "# One long comment, of many words.\n# Copyright, here: us\n"},
    "signs alone": {"a.js": "});\n}\n  ]);\n"},
    "the same line twice": {"a.py": "call(alpha, beta)\npass\ncall(alpha, beta)\n"},
    "lines like their neighbours": {
        "a.py": "value_one = call(alpha, 1)\nvalue_two = call(alpha, 2)\n"
    },
}


@pytest.mark.parametrize("files", NO_TASKS.values(), ids=NO_TASKS.keys())
def test_what_nobody_has_to_think_of_is_no_task(
    tmp_path: Path, files: dict[str, str | bytes]
) -> None:
    """Nothing of such files and lines is asked."""
    repository = MadeRepository(tmp_path / "made")
    repository.commit(files)

    assert mined(repository.folder, now=repository.now).tasks == ()


def test_what_is_no_longer_tracked_is_no_task(made: MadeRepository) -> None:
    """Who removed a file may have had a reason."""
    made.commit({"all.py": None})

    paths = {task.path for task in mined(made.folder, now=made.now).tasks}

    assert paths
    assert "all.py" not in paths


@pytest.mark.parametrize("when", ["then", "now"])
def test_what_is_or_was_ignored_is_no_task(tmp_path: Path, when: str) -> None:
    """A rule of that commit counts, and one of today, tracked or not."""
    repository = MadeRepository(tmp_path / "made")
    rules = {".gitignore": "private/\n"}
    repository.commit(rules if when == "then" else {"x": "1"})
    repository.commit({"private/a.py": module("one"), "open.py": module("two")})
    repository.commit({".gitignore": None} if when == "then" else rules)

    paths = {task.path for task in mined(repository.folder, now=repository.now).tasks}

    assert paths == {"open.py"}


def test_patterns_of_the_settings_count(made: MadeRepository) -> None:
    """What the user keeps here is not asked of anybody."""
    ignore = Ignore(extra_patterns=("src/",))

    found = mined(made.folder, now=made.now, ignore=ignore)

    assert {task.path for task in found.tasks} == {"all.py"}


SECRET = "token = 'ghp_" + "x8Kd02Ls9QmZ47Tb1Vn6Rc3Wy5Ju0Ae2Hg4F'\n"


@pytest.mark.parametrize("when", ["then", "later", "at HEAD", "on disk"])
def test_a_file_that_holds_a_secret_is_no_task(tmp_path: Path, when: str) -> None:
    """As of the commit, since, at HEAD, or only in the file as it is now."""
    repository = MadeRepository(tmp_path / "made")
    text = module("one")
    at = {"then": 0, "later": 1, "at HEAD": 2}.get(when)
    for n in range(3):
        more = f"extra_{n} = compute_more({n}, other_{n})\n" if n else ""
        text += more
        shown = text + SECRET if n == at else text
        repository.commit({"a.py": shown, f"b{n}.py": module(f"other{n}")})
    if when == "on disk":
        (repository.folder / "a.py").write_text(text + SECRET)

    found = mined(repository.folder, now=repository.now)

    assert {task.path for task in found.tasks} == {"b0.py", "b1.py", "b2.py"}


def test_an_allowed_secret_is_none(tmp_path: Path) -> None:
    """A false alarm that the user declared harmless keeps no file out."""
    from hexai.service.guard.findings import find_secrets

    repository = MadeRepository(tmp_path / "made")
    repository.commit({"a.py": module("one") + SECRET})
    mark = find_secrets([SECRET])[0].fingerprint

    ignore = Ignore(allow_secrets=(mark,))
    found = mined(repository.folder, now=repository.now, ignore=ignore)

    assert found.tasks


def test_merges_moves_and_formatting_are_left_out(made: MadeRepository) -> None:
    """Whoever moved or formatted code did not write it."""
    text = module("alpha", "beta", "gamma", "delta", "epsilon", "zeta")
    moved = made.commit({"all.py": None, "moved/all.py": text})
    formatted = made.commit({"moved/all.py": text.replace("    ", "\t")})
    side = made.commit({"side.py": module("side")}, parents=made.ids[-1:])
    made.commit({"main.py": module("main")}, parents=[formatted])
    merge = made.commit({}, parents=[made.ids[-1], side])
    revert = made.commit({"r.py": module("r")}, message='Revert "something"')
    robot = made.commit({"b.py": module("robot")}, author="renovate[bot]")

    found = mined(made.folder, now=made.now)

    commits = {task.commit for task in found.tasks}
    assert commits.isdisjoint({moved, formatted, merge, revert, robot})
    assert side in commits
    assert found.left_out["merges"] == 1
    assert found.left_out["commits that move, rename or format"] == 2


def test_a_line_changed_in_one_word_was_not_written(tmp_path: Path) -> None:
    """Its author is who wrote it before."""
    repository = MadeRepository(tmp_path / "made")
    old = "total_amount = compute_amount(first_value, second_value, 10)\n"
    repository.commit({"a.py": old})
    repository.commit(
        {"a.py": old.replace("10", "11") + "fresh = start_anew(old_one)\n"}
    )

    found = mined(repository.folder, now=repository.now, tasks=100)
    second = {t.truth for t in found.tasks if t.commit == repository.ids[1]}

    assert second
    assert not any("second_value" in truth for truth in second)


def test_a_notebook_is_its_code(tmp_path: Path) -> None:
    """The cells of code are the document; outputs and prose are not shown."""
    repository = MadeRepository(tmp_path / "made")
    repository.commit(
        {
            "a.ipynb": '{"cells": [{"cell_type": "markdown", "source": "# Words"},'
            '{"cell_type": "code", "source": ["import math\\n", "radius = 3\\n"],'
            ' "outputs": [{"text": "OUTPUT"}]},'
            '{"cell_type": "code", "source": "area = math.pi * radius ** 2"}],'
            '"metadata": {"kernelspec": {"language": "python"}}}'
        }
    )

    found = mined(repository.folder, now=repository.now)

    assert {task.language for task in found.tasks} == {"python"}
    for task in found.tasks:
        assert "OUTPUT" not in whole(task)
        assert "Words" not in whole(task)
    assert any("math.pi" in truth for truth in truths(found))


def test_carriage_returns_stay(tmp_path: Path) -> None:
    """The document is as it was, and no truth ends with half a line break."""
    repository = MadeRepository(tmp_path / "made")
    text = module("one").replace("\n", "\r\n")
    repository.commit({"a.py": text})

    found = mined(repository.folder, now=repository.now)

    assert found.tasks
    for task in found.tasks:
        assert not task.truth.endswith("\r")
        assert task.before == text[: len(task.before)]


def test_what_was_used_is_counted(made: MadeRepository) -> None:
    """Commits, files, authors and the oldest date are those of the tasks."""
    made.commit({"late.py": module("late")}, author="Grace")

    found = mined(made.folder, now=made.now)

    assert found.commits == len({task.commit for task in found.tasks})
    assert found.files == len({task.path for task in found.tasks})
    assert found.authors == 2
    assert found.oldest == START
    assert found.head == made.ids[-1]


@pytest.mark.parametrize("there", ["no such folder", "no folder", "no commit"])
def test_without_a_history_it_is_said(tmp_path: Path, there: str) -> None:
    """One line says what is missing."""
    if there == "no folder":
        (tmp_path / "made").touch()
    if there == "no commit":
        MadeRepository(tmp_path / "made")
    with pytest.raises(NoHistory, match=there):
        mined(tmp_path / "made", now=START)


def test_a_folder_whose_name_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    """A bench is known by its path."""
    with pytest.raises(NoHistory, match="which is no UTF-8"):
        mined(tmp_path / "caf\udce9", now=START)


def test_a_folder_within_belongs_to_its_repository(made: MadeRepository) -> None:
    """The repository is found from below."""
    assert mined(made.folder / "src", now=made.now) == mined(made.folder, now=made.now)


def test_a_copy_of_a_file_beside_is_not_written(tmp_path: Path) -> None:
    """Who adds another of a kind begins with a copy; what is new in it counts."""
    repository = MadeRepository(tmp_path / "made")
    text = module("common", "other")
    repository.commit({"locales/en.py": text})
    second = repository.commit(
        {"locales/ka.py": text + "\n\n" + function("fresh", lines=20)}
    )

    found = mined(repository.folder, now=repository.now)

    ours = [task.truth for task in found.tasks if task.commit == second]
    assert ours
    assert all("fresh" in truth for truth in ours)


def test_tests_within_code_of_rust_are_tests(tmp_path: Path) -> None:
    """What follows the first of them is left out if the commit wrote code above."""
    repository = MadeRepository(tmp_path / "made")
    code = "fn work(first: u8) -> u8 {\n    compute_it(first, 2)\n}\n"
    tests = (
        "\n#[cfg(test)]\nmod tests {\n    fn probe(one: u8) {\n"
        "        check_it(one, 3);\n    }\n}\n"
    )
    repository.commit({"a.rs": "use x::y;\n" + code + tests})
    repository.commit({f"n{n}.rs": "use x::y;\n" + code for n in range(4)})
    repository.commit({"b/b.rs": "use x::y;\n" + tests.replace("one", "two")})

    found = mined(repository.folder, now=repository.now, tasks=8)

    tests_of = {(task.path, task.test) for task in found.tasks}
    assert {("a.rs", False), ("b/b.rs", True)} <= tests_of
    assert ("a.rs", True) not in tests_of
    assert not any("check_it" in t.truth for t in found.tasks if t.path == "a.rs")
