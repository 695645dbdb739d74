"""`hexai bench vote`: pairs of answers, voted on blind, one after the other."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.answers import openai_answer
from tests.support.bench_command import bench, by_prompt, entries, history
from tests.support.command_line import run_cli, run_typed
from tests.support.upstream import Exchange, Reply, Upstream
from tests.support.voting import LAST, Voted, pairs, vote

QUESTIONS = 4


def named(name: str) -> Reply:
    """Say what is asked, and by whom, in Markdown."""

    async def reply(exchange: Exchange) -> None:
        asked = exchange.request.json["messages"][-1]["content"]
        await openai_answer(f"## {name} says\n\nof *{asked}*")(exchange)

    return reply


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Ask two entries some questions, as bench 1."""
    file = tmp_path / "q.txt"
    file.write_text("\n\n".join(f"what is {n}" for n in range(QUESTIONS)), "utf-8")
    with Upstream(named("one")) as one, Upstream(named("other")) as other:
        entries(one, other, surface="cli")
        result = run_cli("bench", "ask", str(file))
    assert result.code == 0, result.err
    assert "hexai bench vote 1 lets you judge, blind" in result.out
    return file


def votes() -> list[Any]:
    """Give the votes on bench 1."""
    found: list[Any] = json.loads(run_cli("bench", "export", "1").out)["votes"]
    return found


def row(voted: Voted, label: str) -> list[str]:
    """Give the row of an entry in the report."""
    lines = (line.split() for line in voted.report.splitlines())
    return next(line for line in lines if line[:1] == [label])


def test_pairs_are_voted_on_and_names_come_at_the_end(asked: Path) -> None:
    """Progress is shown, and the answers as the terminal shows answers."""
    voted = vote(pairs(QUESTIONS, "ABtb"), "vote", "1")

    assert voted.code == 0
    before, _, _ = voted.shown.rpartition("\x1b[?1049l")
    assert "\x1b[1mwhat is " in before
    assert "## one" not in before
    assert "one says" in before
    assert "p" + "a" not in before.replace("pair", "")
    assert "bench 1: 4 of 4 pairs are voted on, 4 of them just now" in voted.report
    assert row(voted, "a")[1] == row(voted, "b")[1] == "4"
    assert [row(voted, label)[3] for label in "ab"] == ["1", "1"]
    assert [row(voted, label)[5] for label in "ab"] == ["1", "1"]
    assert "by your votes on these questions: " in voted.report
    assert "in general, by all your votes: " in voted.report
    assert "a verdict takes several" in " ".join(voted.report.split())


def test_the_letters_mean_what_was_shown(asked: Path) -> None:
    """Whoever stands left is A, whichever entry that is."""
    vote(pairs(QUESTIONS, "AAAA"), "vote", "1")

    for each in votes():
        assert each["winner"] == each["first"]


def test_a_vote_is_taken_back(asked: Path) -> None:
    """And the pair is shown again, with both in their places."""
    keys = [*pairs(QUESTIONS, "AB"), ("pair 3 of 4", "u"), ("taken back", "t")]
    voted = vote([*keys, ("pair 3 of 4", "q")], "vote", "1")

    assert voted.code == 0
    assert [each["choice"] for each in votes()] == ["taken", "tie"]
    assert "2 of 4 pairs are voted on, 2 of them just now" in voted.report
    assert "hexai bench vote 1 goes on" in voted.report


def test_the_last_vote_is_taken_back_too(asked: Path) -> None:
    """Nothing ends by itself, and what is typed ahead there is nobody's."""
    keys = [*pairs(QUESTIONS, "ABt"), ("pair 4 of 4", "A")]
    last, _ = LAST
    keys += [(last, "A"), (last, "u"), ("taken back", "b"), (last, "q")]
    voted = vote(keys, "vote", "1")

    assert voted.code == 0
    assert [each["choice"] for each in votes()] == ["taken", "taken", "tie", "bad"]
    assert "4 of 4 pairs are voted on, 4 of them just now" in voted.report


def test_the_next_sitting_goes_on(asked: Path) -> None:
    """With what was not voted on yet; what was skipped is there again."""
    vote([*pairs(QUESTIONS, "As"), ("pair 3 of 4", "\x03")], "vote", "1")
    first = votes()
    voted = vote(
        [("pair 2 of 4", "B"), ("pair 3 of 4", "B"), ("pair 4 of 4", "B"), LAST],
        "vote",
        "1",
    )

    assert len(first) == 1
    assert votes()[:1] == first
    assert "4 of 4 pairs are voted on, 3 of them just now" in voted.report
    again = vote([], "vote", "1")
    assert again.code == 0
    assert "4 of 4 pairs are voted on" in again.report


def test_only_one_key_at_a_time_is_a_vote(asked: Path) -> None:
    """Not a small letter, not what was pasted, and not what nobody knows."""
    keys = [
        ("pair 1 of 4", "a"),
        ("press a capital A or B", "ABBA"),
        ("that is no answer", "q"),
    ]
    voted = vote(keys, "vote", "1")

    assert not votes()
    assert "0 of 4 pairs are voted on" in voted.report


def test_votes_count_in_the_leaderboard_together_and_apart(asked: Path) -> None:
    """A sitting and a question are what they share; nothing else counts them."""
    vote(pairs(QUESTIONS, "ABAB"), "vote", "1")
    together = json.loads(run_cli("leaderboard", "--json").out)["surfaces"]
    apart = {
        method: json.loads(run_cli("leaderboard", "--method", method, "--json").out)
        for method in ("bench", "vote")
    }

    [board] = together
    assert board["surface"] == "cli"
    assert board["of_benches"] == 4
    assert board["groups"][0]["trials"] == 4
    assert board["groups"][0]["comparisons"][0]["drawn"] == 4
    assert {m["label"] for m in board["groups"][0]["models"]} == {"a", "b"}
    assert apart["bench"]["surfaces"][0]["groups"] == board["groups"]
    assert apart["vote"]["surfaces"] == []
    assert "all of these votes were given in benches" in run_cli("leaderboard").out
    assert json.loads(run_cli("stats", "--json").out) in ([], {"models": []})
    assert run_cli("leaderboard", "--not-blind").out.startswith("Nobody can know")


def test_votes_of_one_sitting_share_it_with_other_votes(asked: Path) -> None:
    """What is voted on within half an hour is one sitting, of whichever kind."""
    vote(pairs(QUESTIONS, "AAAA"), "vote", "1")

    assert len({each["sitting"] for each in votes()}) == 1


def test_a_forgotten_bench_takes_its_votes_along(asked: Path) -> None:
    """Nothing of it is left in the leaderboard, or in names."""
    vote(pairs(QUESTIONS, "ABAB"), "vote", "1")
    run_cli("bench", "forget", "1", "--yes")

    assert run_cli("leaderboard").out.startswith("Nobody can know")


def test_without_a_number_the_newest_on_questions_is_meant(
    asked: Path, tmp_path: Path
) -> None:
    """A bench on code that was run since is in nobody's way."""
    with Upstream(by_prompt()) as one:
        entries(one)
        bench(history(tmp_path / "repo"), "--tasks", "2")

    vote([*pairs(QUESTIONS, "A"), ("pair 2 of 4", "q")], "vote")

    assert len(votes()) == 1


class TestToldInstead:
    """What cannot be voted on says why, and what to do."""

    def test_no_terminal(self, asked: Path) -> None:
        """Keys are read there."""
        result = run_cli("bench", "vote", "1")

        assert result.code == 2
        assert "a vote takes a terminal" in result.err

    def test_a_terminal_that_is_too_small(self, asked: Path) -> None:
        """With the size that it takes; one that becomes so says it and waits."""
        voted = vote([], "vote", "1", columns=30, rows=8)

        assert voted.code == 2
        assert "the terminal has 30x8 cells; a vote takes 40x12" in " ".join(
            voted.shown.split()
        )

    def test_a_bench_on_code(self, tmp_path: Path) -> None:
        """Its answers are held against what was written."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one, other)
            bench(history(tmp_path / "repo"), "--tasks", "2")
        code, shown = run_typed("", "bench", "vote", "1")

        assert code == 2
        assert "bench 1 is one on code" in shown

    def test_no_bench_one_entry_and_no_texts(self, tmp_path: Path) -> None:
        """Each in its own words."""
        file = tmp_path / "q.txt"
        file.write_text("a\n\nb", "utf-8")
        nothing = run_cli("bench", "vote")
        with Upstream(named("one")) as one, Upstream(named("one")) as other:
            entries(one, surface="cli")
            run_cli("bench", "ask", str(file))
            early = run_cli("bench", "ask", str(file), "--vote")
            entries(one, other, surface="cli")
            run_cli("bench", "ask", str(file))
            more = '[ledger]\nstore_text = "none"\n'
            entries(one, other, surface="cli", more=more)
            untold = run_cli("bench", "ask", str(file))
            unkept = run_cli("bench", "ask", str(file), "--vote")

        assert "lets you judge" not in untold.out
        done = run_cli("bench", "ask", "--resume", "3").err
        assert "bench 3 is done" in done
        assert "bench vote" not in done
        assert "lets you judge" not in run_cli("bench", "show", "3").out
        assert "there is no bench" in nothing.err
        assert "bench 1 asked one entry alone" in run_cli("bench", "vote", "1").err
        assert "only one entry is asked" in early.err
        assert "all answers to each question are the same" in (
            run_cli("bench", "vote", "2").err
        )
        assert "bench 3 has no answers" in run_cli("bench", "vote", "3").err
        assert 'ledger.store_text = "none"' in unkept.err
        assert len(json.loads(run_cli("bench", "list", "--json").out)) == 3


def test_asking_goes_on_to_the_vote(tmp_path: Path) -> None:
    """With --vote all questions are asked, and then shown."""
    file = tmp_path / "q.jsonl"
    file.write_text('{"question": "a", "contains": "says"}\n', "utf-8")
    with Upstream(named("one")) as one, Upstream(named("other")) as other:
        entries(one, other, surface="cli")
        voted = vote(pairs(1, "A"), "ask", str(file), "--vote")

    assert voted.code == 0
    assert "1 of 1 pairs are voted on" in voted.report
    assert len(votes()) == 1
