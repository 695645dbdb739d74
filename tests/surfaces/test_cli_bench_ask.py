"""`hexai bench ask`: questions of one's own, asked, checked, resumed and shown."""

import json
import os
import stat
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import openai_answer
from tests.support.bench_command import (
    begin_again,
    by_prompt,
    cells,
    entries,
    leave_unfinished,
    text_files,
)
from tests.support.command_line import run_cli, write_config
from tests.support.replies import status
from tests.support.upstream import Exchange, Reply, Upstream

QUESTIONS = 6


def says(*answers: str) -> Reply:
    """Answer each question by the number in it."""

    async def reply(exchange: Exchange) -> None:
        asked = exchange.request.json["messages"][-1]["content"]
        number = int("".join(filter(str.isdigit, asked.split("\n")[0])) or 0)
        await openai_answer(answers[number % len(answers)])(exchange)

    return reply


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Write questions, half of which somebody who always says yes gets right."""
    asked = [
        {
            "question": f"Is {number} even?",
            "equals": "no" if number % 2 else "yes",
            "lines_at_most": 1,
            "tags": ["odd" if number % 2 else "even"],
        }
        for number in range(QUESTIONS)
    ]
    path = tmp_path / "q.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in asked), "utf-8")
    return path


def ask(file: Path | str, *arguments: str, **more: Any) -> Any:
    """Run `hexai bench ask` on a file."""
    return run_cli("bench", "ask", str(file), *arguments, **more)


def test_a_dry_run_and_a_script_without_yes_send_nothing(file: Path) -> None:
    """No connection is made; what it would take is said."""
    with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
        entries(one, other, local=False, surface="cli")
        dry, refused = ask(file, "--dry-run"), ask(file)
        assert not one.connections
        assert not other.connections

    assert dry.code == 0, dry.err
    assert "6 questions: 3 even, 3 odd" in dry.out
    assert "TOKENS IN" in dry.out
    assert refused.code == 2
    assert "--yes" in refused.err


def test_a_path_that_is_no_utf_8_is_refused(tmp_path: Path) -> None:
    """A bench is known by it."""
    write_config('[provider]\nname = "simulated"\n[simulated]\nmodel = "echo"\n')
    ran = ask("q.jsonl", folder=tmp_path / "caf\udce9")
    assert (ran.code, ran.out) == (2, "")
    assert "which is no UTF-8" in ran.err


def test_what_nobody_knows_the_price_of_is_not_free(tmp_path: Path) -> None:
    """Nowhere is an unknown price nothing; and one question is no several."""
    path = tmp_path / "q.txt"
    path.write_text("What is 1?", "utf-8")
    with Upstream(says("yes")) as one:
        entries(one, local=False, surface="cli")
        result = ask(path, "--yes")

    assert "\nthe price is unknown\n" in result.out
    assert result.out.startswith("1 question\n")
    assert "price unknown" in run_cli("bench", "list").out
    [listed] = json.loads(run_cli("bench", "list", "--json").out)
    assert listed["cost_known"] is False
    for labels in (("a", "a"), ("a", "a", "a"), ("b",)):
        assert run_cli("bench", "compare", "1", *labels).code == 2


def test_who_was_set_aside_is_asked_again_once_that_is_mended(file: Path) -> None:
    """A wrong key loses its failures, and no bench."""
    keys = [status(401, "wrong key"), says("yes", "no")]

    async def reply(exchange: Exchange) -> None:
        await keys[0](exchange)

    with Upstream(reply) as one, Upstream(says("yes")) as other:
        entries(one, other, surface="cli")
        first = ask(file, "--repeat", "2")
        del keys[0]
        again = ask("", "--resume", "1")

    assert first.code == 4
    assert "a was set aside: " in first.out
    assert "hexai bench ask --resume 1 asks them again" in " ".join(first.out.split())
    assert again.code == 0, again.err
    assert "set aside" not in again.out
    assert len(cells()) == 4 * QUESTIONS
    assert "is done" in ask("", "--resume", "1").err


def test_where_nobody_answered_is_no_success(file: Path) -> None:
    """As with a question; and a list does not call it done."""
    with Upstream(status(401, "wrong key")) as one:
        entries(one, surface="cli")
        result = ask(file, "--repeat", "2")

    assert result.code == 1
    assert "a was set aside: " in result.out
    assert "nobody answered" in run_cli("bench", "list").out


def test_a_dry_run_fetches_no_page(tmp_path: Path) -> None:
    """What would be attached is not looked at, which is said."""
    with Upstream(status(200, "a page")) as page, Upstream(by_prompt()) as one:
        entries(one, local=False, surface="cli")
        path = tmp_path / "q.jsonl"
        named = {"question": "What is it?", "files": f"{page.url}/it"}
        path.write_text(json.dumps(named), "utf-8")
        result = ask(path, "--dry-run")
        assert not page.connections

    assert result.code == 0, result.err
    assert "it counts nothing of 1 page" in result.err


def test_of_a_long_file_some_can_be_asked(tmp_path: Path) -> None:
    """More than a bench holds is no reason not to ask five of them."""
    path = tmp_path / "q.txt"
    path.write_text("\n\n".join(map(str, range(10_001))), "utf-8")
    with Upstream(by_prompt()) as one:
        entries(one, surface="cli")
        all_, some = ask(path, "--dry-run"), ask(path, "--dry-run", "--tasks", "5")

    assert (all_.code, some.code) == (2, 0)
    assert "ask some of them with --tasks" in all_.err
    assert some.out.startswith("5 questions")


def test_what_a_resumed_bench_cannot_heed_is_refused(file: Path) -> None:
    """No option is read and then ignored."""
    with Upstream(by_prompt()) as one:
        entries(one, surface="cli")
        ask(file)
        leave_unfinished(1)
        for words in (["--repeat", "2", "--seed", "x"], ["--margin", "3"], ["--test"]):
            result = ask("", "--resume", "1", *words)
            assert result.code == 2
            assert words[0] in result.err
        assert len(one.requests) == QUESTIONS


@pytest.mark.parametrize("name", ["n" * 61, "a\nb", "\x1b]0;x\x07", "a\u202eb"])
def test_a_name_that_no_table_has_room_for_is_refused(file: Path, name: str) -> None:
    """A bench is called by a line of a few words."""
    assert "a line of 60 characters" in ask(file, "--name", name).err


def test_a_name_means_one_bench(file: Path) -> None:
    """It is neither another one's, nor what may be a number."""
    with Upstream(by_prompt()) as one:
        entries(one, surface="cli")
        assert ask(file, "--name", "evens").code == 0
        taken, digits = ask(file, "--name", "evens"), ask(file, "--name", "12")
        assert len(one.requests) == QUESTIONS

    assert (taken.code, digits.code) == (2, 2)
    assert "a bench is called so already" in taken.err
    assert "only digits" in digits.err


class TestAsked:
    """From the file to a table."""

    def test_checks_say_who_is_right(self, file: Path) -> None:
        """Each entry's share, who is better, and the questions one by one."""
        with Upstream(says("yes", "no")) as right, Upstream(says("yes")) as yes:
            entries(right, yes, surface="cli")
            result = ask(file, "--seed", "s")
            asked = [
                request.json["messages"][-1]["content"] for request in yes.requests
            ]

        assert result.code == 0, result.err
        assert sorted(asked) == [f"Is {n} even?" for n in range(QUESTIONS)]
        rows = [line.split() for line in result.out.splitlines()]
        assert ["a", "6", "100", "%"] in [row[:4] for row in rows]
        assert ["b", "6", "75", "%"] in [row[:4] for row in rows]
        assert "a or b: not enough yet" in result.out
        assert "bench 1: every question was asked" in result.out
        by_label = {(c["contender"], c["task"]): c for c in cells()}
        assert len(by_label) == 2 * QUESTIONS
        assert {
            c["checks_passed"] for (who, _), c in by_label.items() if who == "a"
        } == {2}

    def test_it_is_asked_as_the_command_line_asks(self, tmp_path: Path) -> None:
        """The same prompts, an own system prompt, or none if that is empty."""
        path = tmp_path / "q.yaml"
        path.write_text(
            "- explain it\n- question: b\n  system: Be terse.\n"
            "- question: c\n  system: ''\n",
            "utf-8",
        )
        with Upstream(by_prompt()) as one:
            entries(one, surface="cli")
            assert ask(path).code == 0
            run_cli("explain it")
            bodies = [request.json["messages"] for request in one.requests]

        assert bodies[-1] in bodies[:-1]
        assert [{"role": "user", "content": "c"}] in bodies
        terse = [{"role": "system", "content": "Be terse."}]
        assert [*terse, {"role": "user", "content": "b"}] in bodies

    def test_repeated_questions_are_one_cluster(self, file: Path) -> None:
        """Asked three times, each is one bet, and not in a row."""
        with Upstream(says("yes", "no")) as one, Upstream(says("yes")) as other:
            entries(one, other, surface="cli")
            result = ask(file, "--repeat", "3", "--tasks", "12")
            asked = [
                request.json["messages"][-1]["content"] for request in one.requests
            ]

        assert result.code == 0, result.err
        assert "4 questions, each 3 times" in result.out
        assert "AGAIN p50" in result.out
        assert len(asked) == 12
        assert all(a != b for a, b in pairwise(asked))
        assert len({cell["commit"] for cell in cells()}) == 4

    def test_files_go_along_from_where_the_questions_are(self, tmp_path: Path) -> None:
        """And what is missing is told for all questions at once."""
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "a.txt").write_text("the text of a", "utf-8")
        path = tmp_path / "sub" / "q.yaml"
        path.write_text("- question: what is it\n  files: a.txt\n", "utf-8")
        with Upstream(by_prompt()) as one:
            entries(one, surface="cli")
            assert ask(path, folder=tmp_path).code == 0
            said = one.requests[0].json["messages"][-1]["content"]
            path.write_text(
                "- question: b\n  files: b.txt\n- question: c\n  files: [c.txt]\n",
                "utf-8",
            )
            result = ask(path, folder=tmp_path)

        assert "a.txt:\n```\nthe text of a\n```" in said
        assert result.code == 1
        assert "sub/q.yaml:1: b.txt is not there" in result.err
        assert "sub/q.yaml:3: c.txt is not there" in result.err

    def test_nothing_of_it_is_in_history_statistics_or_the_cache(
        self, file: Path
    ) -> None:
        """Cells have a place of their own."""
        with Upstream(by_prompt()) as one:
            entries(one, surface="cli")
            ask(file)
            run_cli("Is 1 even?")
            assert len(one.requests) == QUESTIONS + 1

        assert len(run_cli("history").out.splitlines()) == 2
        [row] = json.loads(run_cli("stats", "--json").out)["models"]
        assert row["runs"] == 1

    def test_a_secret_stays_here_and_is_kept_nowhere(self, tmp_path: Path) -> None:
        """The cloud's cell says so, and the local one answers."""
        secret = "ghp_" + "Ab3dEf7hIj" * 3 + "Kl2mNo"
        path = tmp_path / "q.txt"
        path.write_text(f"my token is {secret}\n\nand this?", "utf-8")
        with Upstream(by_prompt()) as here, Upstream(by_prompt()) as far:
            config = entries(here, far, surface="cli")
            config.write_text(
                config.read_text("utf-8")
                .replace("local = true", "local = false", 2)
                .replace("local = false", "local = true", 1),
                "utf-8",
            )
            result = ask(path, "--yes")
            assert result.code == 0
            assert len(here.requests) == 2
            assert len(far.requests) == 1
            assert secret not in str([request.json for request in far.requests])

        states = sorted(cell["state"] for cell in cells())
        assert states == ["answered", "answered", "answered", "guarded"]
        [kept] = text_files()
        assert secret not in kept.read_text("utf-8")
        told = " ".join(result.out.split())
        assert "if it is harmless, put the fingerprint into" in told
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600

    def test_a_broken_upstream_changes_no_other_cell(self, file: Path) -> None:
        """It is set aside with the reason, and counts for nobody."""
        with Upstream(says("yes", "no")) as one, Upstream(status(401)) as other:
            entries(one, other, surface="cli")
            result = ask(file, "--repeat", "2")

        assert result.code == 4, result.err
        assert "b was set aside: " in result.out
        whole = [cell for cell in cells() if cell["contender"] == "a"]
        assert len(whole) == 2 * QUESTIONS
        assert {cell["checks_passed"] for cell in whole} == {2}

    def test_who_fails_says_why(self, file: Path) -> None:
        """Though it is not set aside for so few."""
        with Upstream(says("yes", "no")) as one, Upstream(status(400)) as other:
            entries(one, other, surface="cli")
            result = ask(file)

        assert "b: 6 failed, which count for nobody" in result.out
        assert "b failed mostly so: " in result.out

    def test_what_is_not_paid_for_is_not_sent(self, file: Path) -> None:
        """A budget is a hard stop here too."""
        with Upstream(by_prompt()) as one:
            entries(one, local=False, surface="cli")
            result = ask(file, "--yes", "--budget", "0.000001")
            assert not one.requests

        assert result.code == 1
        assert "set aside" in result.out or "budget" in result.out

    def test_a_budget_holds_when_a_bench_goes_on(self, file: Path) -> None:
        """Nobody has to say it again; what has no price stays unasked."""
        with Upstream(by_prompt()) as one:
            entries(one, local=False, surface="cli")
            ask(file, "--yes", "--budget", "1")
            again = ask("", "--resume", "1", "--yes")
            assert not one.requests

        assert "a was set aside: there is a budget" in again.out
        [listed] = json.loads(run_cli("bench", "list", "--json").out)
        assert listed["budget_usd"] == "1"


class TestResumed:
    """Stopped, and gone on with."""

    def test_only_what_is_missing_is_asked(self, file: Path) -> None:
        """With nothing but the bench's number."""
        with Upstream(says("yes", "no")) as one:
            entries(one, surface="cli")
            ask(file, "--seed", "s")
            whole = cells()
            ask(file, "--seed", "s", "--tasks", "2")
            leave_unfinished(2)
            asked = len(one.requests)
            result = run_cli("bench", "ask", "--resume", "2")
            assert len(one.requests) == asked

        assert result.code == 0, result.err
        assert cells("2") == [c for c in whole if c["task"] in _tasks("2")]

    def test_what_is_said_beforehand_is_what_is_left(self, file: Path) -> None:
        """Not what the whole of it would take."""
        with Upstream(says("yes", "no")) as one, Upstream(says("no")) as other:
            entries(one, other, local=False, surface="cli")
            whole = ask(file, "--yes")
            begin_again(1, contenders=1)
            rest = run_cli("bench", "ask", "--resume", "2", "--dry-run")

        def row(label: str, text: str) -> list[str]:
            lines = (line.split() for line in text.splitlines())
            return next(line for line in lines if line[:2] == [label, "cloud"])

        assert "still to be asked: 6 of 12 cells" in rest.out
        assert row("a", rest.out)[2:5] == ["0", "…", "0"]
        assert row("b", rest.out)[2:5] == row("b", whole.out)[2:5]
        assert "still to be asked" not in whole.out

    def test_those_who_were_named_by_m_go_on(self, file: Path) -> None:
        """The number alone is enough."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one, other, surface="cli")
            ask(file, "-m", "pb:named", "--tasks", "2")
            leave_unfinished(1)
            result = run_cli("bench", "ask", "--resume", "1")
            assert not one.connections

        assert result.code == 0, result.err

    def test_a_changed_file_or_entry_is_named(self, file: Path) -> None:
        """Else the half before and the half after would be two benches."""
        with Upstream(by_prompt()) as one:
            config = entries(one, surface="cli")
            ask(file)
            leave_unfinished(1)
            text = file.read_text("utf-8")
            file.write_text(text.replace("Is 3", "Was 3"), "utf-8")
            changed = run_cli("bench", "ask", "--resume", "1")
            file.write_text(text, "utf-8")
            config.write_text(
                config.read_text("utf-8") + "temperature = 0.9\n", "utf-8"
            )
            hotter = run_cli("bench", "ask", "--resume", "1")

        assert changed.code == hotter.code == 2
        assert "not there any more: 1 of its 6 tasks" in changed.err
        assert "a has changed: temperature" in hotter.err

    def test_what_is_done_or_of_another_kind_says_what_to_do(self, file: Path) -> None:
        """A bench is not resumed by the other command."""
        with Upstream(by_prompt()) as one:
            entries(one, surface="cli")
            ask(file)
            done = run_cli("bench", "ask", "--resume", "1")
            other = run_cli("bench", "run", "--resume", "1")

        assert "hexai bench vote 1" in done.err
        assert "hexai bench ask --resume 1" in other.err


def _tasks(word: str) -> set[str]:
    return {cell["task"] for cell in cells(word)}


class TestFile:
    """What cannot be asked is told, and nothing is begun."""

    @pytest.mark.parametrize(
        ("make", "told"),
        [
            (lambda path: None, "there is no file "),
            (lambda path: path.mkdir(), "is not a regular file"),
            (os.mkfifo, "is not a regular file"),
            (lambda path: path.write_bytes(b"a\n\xff"), "is not UTF-8 (line 2)"),
            (lambda path: path.write_bytes(b"a" * (9 << 20)), "is over 8 MiB"),
        ],
    )
    def test_what_is_no_file_of_questions(
        self, tmp_path: Path, make: Any, told: str
    ) -> None:
        """With what to do about it."""
        make(tmp_path / "q.txt")
        with Upstream(by_prompt()) as one:
            entries(one, surface="cli")
            result = ask("q.txt", folder=tmp_path)
            assert not one.connections

        assert result.code == 1
        assert told in result.err
        assert "there is no bench yet" in run_cli("bench", "list").err

    def test_questions_are_piped_in(self) -> None:
        """In whichever form."""
        with Upstream(by_prompt()) as one:
            entries(one, surface="cli")
            result = ask("-", stdin="- question: a\n- question: b\n")
            nothing = ask("-")

        assert result.code == 0, result.err
        assert result.out.startswith("2 questions\n")
        assert nothing.code == 1
        assert "no questions are piped in" in nothing.err

    def test_without_a_file_it_says_what_one_is(self) -> None:
        """And how to get one."""
        result = run_cli("bench", "ask")

        assert result.code == 2
        assert "--history 30" in result.err


def test_history_makes_a_file_that_can_be_asked(tmp_path: Path) -> None:
    """The last questions, the newest last, each once, and no file is overwritten."""
    with Upstream(by_prompt()) as one:
        entries(one, surface="cli")
        for words in (["first"], ["second"], ["-s", "terse", "third"], ["second"]):
            run_cli(*words)
        made = run_cli(*("bench", "ask", "q.yaml", "--history", "2"), folder=tmp_path)
        again = run_cli(*("bench", "ask", "q.yaml", "--history", "2"), folder=tmp_path)
        printed = run_cli("bench", "ask", "-", "--history", "9", folder=tmp_path)
        asked = ask("q.yaml", folder=tmp_path)

    assert made.code == 0, made.err
    path = tmp_path / "q.yaml"
    assert path.read_text("utf-8") == (
        "- question: third\n  system: terse\n- question: second\n"
    )
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "is there already" in again.err
    lines = [json.loads(line) for line in printed.out.splitlines()]
    assert [line["question"] for line in lines] == ["first", "third", "second"]
    assert asked.out.startswith("2 questions\n")


def test_it_is_listed_shown_compared_and_forgotten(file: Path) -> None:
    """As every bench is, with what was asked and which checks failed."""
    with Upstream(says("yes", "no")) as one, Upstream(says("yes")) as other:
        entries(one, other, surface="cli")
        ask(file, "--name", "evens", "--seed", "s")
        listed = run_cli("bench", "list").out
        shown = run_cli("bench", "show", "evens").out
        tasks = [run_cli("bench", "show", "1", str(n + 1)).out for n in range(6)]
        compared = run_cli("bench", "compare", "1").out
        code = run_cli("bench", "forget", "1", "--yes").code

    assert "evens" in listed
    assert "TAG" in shown
    assert any("  failed: equals no" in task for task in tasks)
    assert all("  passed: lines_at_most 1" in task for task in tasks)
    assert "a or b: not enough yet" in compared
    assert code == 0
    assert not text_files()


class TestRuns:
    """Commands that say which answers are right."""

    @pytest.fixture
    def questions(self, tmp_path: Path) -> Path:
        """Write questions whose answers scripts of theirs look at."""
        (tmp_path / "sub").mkdir()
        (tmp_path / "sub" / "wanted").write_text("yes", "utf-8")
        script = tmp_path / "check.sh"
        script.write_text('#!/bin/sh\ngrep -q "$(cat sub/wanted)"\n', "utf-8")
        script.chmod(0o755)
        path = tmp_path / "q.yaml"
        path.write_text(
            "- question: Is 0 even?\n  runs: ./check.sh\n"
            "- question: Is 1 even?\n"
            f"  runs: [./check.sh, sh -c 'cat; echo > {tmp_path}/mark']\n",
            "utf-8",
        )
        return path

    def test_they_run_on_answers_in_a_copy(self, questions: Path) -> None:
        """The answer is on standard input, and what they write stays there."""
        with Upstream(says("oh yes", "no")) as one:
            entries(one, surface="cli")
            result = ask(questions, "--test", "--yes", folder=questions.parent)

        assert result.code == 0, result.err
        assert "./check.sh" in result.out
        passed = sorted((c["checks_passed"], c["checks"]) for c in cells())
        assert passed == [(1, 1), (1, 2)]
        assert not (questions.parent / "mark").exists()

    def test_nothing_runs_without_being_asked_to(self, questions: Path) -> None:
        """It is said how many checks are left out."""
        with Upstream(says("yes")) as one:
            entries(one, surface="cli")
            result = ask(questions, folder=questions.parent)

        assert result.code == 0, result.err
        assert "3 checks that would run a command; --test" in result.err
        assert {cell["checks"] for cell in cells()} == {0}

    @pytest.mark.parametrize(
        ("command", "told"),
        [
            ("nope -x", "there is no program nope"),
            ("'a", "cannot be split"),
            ("./none.sh", "cannot be started"),
        ],
    )
    def test_what_cannot_be_run_is_told(
        self, questions: Path, command: str, told: str
    ) -> None:
        """Before anything is asked, if that can be known."""
        text = f"- question: a\n  runs: {json.dumps(command)}\n"
        questions.write_text(text, "utf-8")
        with Upstream(says("yes")) as one:
            entries(one, surface="cli")
            result = ask(questions, "--test", "--yes", folder=questions.parent)

        assert result.code in (1, 2)
        assert told in result.err

    def test_a_project_has_to_be_trusted(self, questions: Path) -> None:
        """Its file could name any program."""
        (questions.parent / ".git").mkdir()
        with Upstream(says("yes")) as one:
            entries(one, surface="cli")
            inside = ask(questions, "--test", "--yes", folder=questions.parent)
            outside = ask(questions, "--test", "--yes", folder=Path("/"))
            assert not one.requests

        assert "a project that you trust" in inside.err
        assert "run it from there" in outside.err


class TestRefused:
    """A wrong key is no matter of patience."""

    @pytest.mark.parametrize("code", [401, 402, 403, 404])
    def test_who_is_refused_is_asked_once_and_again_when_that_is_mended(
        self, file: Path, code: int
    ) -> None:
        """It loses no cell by it."""
        with Upstream(status(code)) as one, Upstream(says("yes")) as other:
            entries(one, other, surface="cli")
            result = ask(file, "--name", "keys")
            assert len(one.requests) == 1
            assert {cell["contender"] for cell in cells("keys")} == {"b"}
            one.answer_with(says("no"))
            again = run_cli("bench", "ask", "--resume", "keys")

        assert (result.code, again.code) == (4, 0)
        assert "a was set aside: " in result.out
        assert "asks them again" in result.out
        assert len(cells("keys")) == 2 * QUESTIONS


class TestLies:
    """An upstream that tells figures which cannot be."""

    def test_they_are_estimated_named_and_priced_as_that(self, file: Path) -> None:
        """A billion tokens of a word cost nobody a fortune."""
        lie = openai_answer("yes", usage=(10**9, 10**9))
        with Upstream(lie) as one:
            entries(one, surface="cli", local=False)
            result = ask(file, "--yes")

        assert result.code == 0, result.err
        told = " ".join(result.out.split())
        assert (
            f"a: in {QUESTIONS} answers its upstream told up to 1,000,000,000 tokens, "
            "which cannot be; tokens and price are estimated"
        ) in told
        [of_each] = {cell["unbelieved"] for cell in cells()}
        assert of_each == 10**9
        assert all(cell["estimated"] for cell in cells())
