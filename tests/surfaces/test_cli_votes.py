"""Votes of the command line: what they count for, and what is said of them."""

import json
from pathlib import Path
from typing import Any

import pytest

from hexai.domain.entry import Surface
from hexai.service.fingerprints import prompts_revision
from tests.support.command_line import run_cli, run_typed, simulated, write_config

ENTRY = '[[models.cli]]\nprovider = "simulated"\nmodel = "{model}"\nlabel = "{label}"\n'
TWO = "".join(
    (
        ENTRY.format(model="lorem?tokens=9", label="careful"),
        "temperature = 0.0\n",
        ENTRY.format(model="lorem?tokens=9", label="lively"),
        "temperature = 0.9\n",
    )
)


def entries() -> dict[str, int]:
    """Give what was accepted by the names of the statistics."""
    rows = json.loads(run_cli("stats", "--json").out)["models"]
    return {row["name"]: row["accepted"] for row in rows}


def test_a_vote_between_two_temperatures_counts() -> None:
    """In statistics and in the leaderboard, by their labels."""
    write_config(TWO + "[cli]\ncache_ttl = 0\n")
    run_cli("--blind", "hi")

    said = run_cli("vote", "tie")
    run_cli("vote", "--yes", "bad")
    result = run_cli("vote", "--yes", "A")
    [surface] = json.loads(run_cli("leaderboard", "--json").out)["surfaces"]
    [group] = surface["groups"]

    assert "nothing is known between them yet" in said.out
    assert result.code == 0
    assert sorted(entries().values()) == [0, 1]
    assert {each["name"] for each in group["models"]} == {"careful", "lively"}
    assert {each["options"] for each in group["models"]} == {
        "max_tokens=4000 temperature=0",
        "max_tokens=4000 temperature=0.9",
    }


def test_who_is_renamed_keeps_the_votes() -> None:
    """And who is changed begins anew beside them."""
    write_config(TWO)
    run_cli("hi")
    run_cli("vote", "careful")

    write_config(TWO.replace("careful", "calm"))
    run_cli("--fresh", "hi")
    renamed = entries()
    write_config(TWO.replace("0.0", "0.1"))
    run_cli("--fresh", "hi")
    changed = entries()

    assert renamed == {"calm": 1, "lively": 0}
    assert len(changed) == 3


def test_who_answers_instead_is_told_by_its_own_options() -> None:
    """A fallback is no part of the entry that it stood in for."""
    fallback = 'fallback = { provider = "simulated", model = "echo", temperature = 1 }'
    entry = ENTRY.format(model="echo?fail=503", label="home")
    write_config(f"{entry}temperature = 0.0\n{fallback}\n")
    run_cli("hi")

    [row] = json.loads(run_cli("stats", "--json").out)["models"]

    assert (row["name"], row["label"]) == ("simulated:echo", None)
    assert row["options"] == "max_tokens=4000 temperature=1"


def test_the_built_in_prompts_are_recorded_with_a_run(tmp_path: Path) -> None:
    """So that a later update can be noted beside the figures."""
    simulated("echo")
    run_cli("hi")

    run_cli("history", "export", str(tmp_path / "told.jsonl"))

    told = (tmp_path / "told.jsonl").read_text()
    assert f'"prompts":"{prompts_revision(Surface.CLI)}"' in told


def test_rows_roll_up_by_model() -> None:
    """By an option of both commands; the vote between the two is told of."""
    write_config(TWO)
    run_cli("hi")
    run_cli("vote", "careful")

    [row] = json.loads(run_cli("stats", "--by", "model", "--json").out)["models"]
    board = run_cli("leaderboard", "--by", "model").out

    assert (row["name"], row["runs"]) == ("simulated:lorem?tokens=9", 2)
    assert "1 vote left out: all that stood there are entries of one model" in board


def test_a_vote_that_cannot_count_says_why() -> None:
    """Two labels of one contender are no two."""
    write_config(TWO.replace("0.9", "0.0"))
    run_cli("hi")

    result = run_cli("vote", "careful")

    assert (
        "this vote does not count: careful and lively are one contender" in result.out
    )
    assert "1 vote left out" in run_cli("leaderboard").out


def test_the_standing_follows_a_vote_at_the_end() -> None:
    """Behind the names that were held back, of the vote just given."""
    simulated("echo", "lorem?tokens=3")

    code, display = run_typed("A", "--blind", "--vote", "hi", when="skip: ")

    assert code == 0
    after = display.partition("A = ")[2]
    assert " ahead 1:0; about " in after


def test_a_skipped_vote_moves_nothing() -> None:
    """So nothing is said of it."""
    simulated("echo", "lorem?tokens=3")

    _, display = run_typed("s", "--vote", "hi", when="skip: ")

    assert "ahead" not in display


@pytest.mark.parametrize(("key", "winner"), [("n\n", "a"), ("y\n", "b")])
def test_a_decided_run_is_changed_only_if_that_is_meant(key: str, winner: str) -> None:
    """On a terminal it asks, and says what it is decided as."""
    simulated("echo", "lorem?tokens=3")
    run_cli("hi")
    run_cli("vote", "a")

    code, display = run_typed(key, "vote", "1", "b", when="[y/N] ")

    recorded = json.loads(run_cli("show", "1", "--json").out)
    assert code == 0
    assert "run 1 is decided: a. Change it to b?" in display
    assert recorded["choice"]["labels"] == [winner]
    assert ("nothing was changed" in display) == (winner == "a")


def test_the_same_vote_again_asks_nothing() -> None:
    """There is nothing to change."""
    simulated("echo", "lorem?tokens=3")
    run_cli("hi")
    run_cli("vote", "a")

    _, display = run_typed("", "vote", "1", "a")

    assert "Change it" not in display
    assert "run 1 is a already" in display


def test_a_run_without_a_winner_is_asked_who_won() -> None:
    """Of that run, and not of the last question; where nothing can win, why."""
    simulated("echo", "lorem?tokens=3")
    run_cli("hi")
    run_cli("--only", "a", "alone")

    said = run_cli("vote", "1")
    closed = run_cli("vote", "2")

    assert (said.code, closed.code) == (2, 2)
    told = "say who won: hexai vote 1 WINNER, which is a, b, tie or bad"
    assert told in said.err
    assert "run 2 cannot be voted on: only one entry was asked" in closed.err
    assert json.loads(run_cli("show", "1", "--json").out)["choice"] is None


def test_who_won_a_blind_run_is_asked_by_letters() -> None:
    """Its names stay hidden."""
    simulated("echo", "lorem?tokens=3")
    run_cli("--blind", "hi")

    said = run_cli("vote", "1")

    assert "say who won: hexai vote 1 WINNER, which is A, B, tie or bad" in said.err


def test_a_vote_on_one_contender_says_what_it_takes() -> None:
    """`--vote` never ends in silence."""
    simulated("echo")

    result = run_cli("--vote", "hi")

    assert result.out == "hi"
    assert "hexai: nothing to vote on: only one entry was asked; a vote takes two" in (
        result.err
    )


def test_a_blind_question_says_how_its_names_come_out() -> None:
    """Without `--vote`; for scripts the JSON is all there is."""
    simulated("echo", "lorem?tokens=3")

    result = run_cli("--blind", "hi")
    quiet = run_cli("--blind", "--json", "hi")

    run = json.loads(run_cli("show", "1", "--json").out)["run_id"]
    assert result.err == (
        f"hexai: names stay hidden until you vote: hexai vote {run} WINNER, which is "
        "A, B, tie or bad\n"
    )
    assert quiet.err == ""
    _, shown = run_typed("", "--blind", "hi")
    assert "until you vote: hexai vote WINNER, which is A, B, tie or bad" in shown


def test_a_blind_question_to_one_keeps_no_secret() -> None:
    """There is nothing to vote on, so the line that was held back is said."""
    simulated("echo")

    result = run_cli("--blind", "hi", stderr="terminal")

    assert "nothing to vote on: only one entry was asked" in result.err
    assert "A = a" in result.err


def test_what_was_blind_is_told_as_at_a_questions_end() -> None:
    """On a terminal by the table; a script gets the lines that it got ever since."""
    simulated("echo", "lorem?tokens=3")
    run_cli("--blind", "hi")
    run_cli("--blind", "hi")

    _, shown = run_typed("", "vote", "1", "A")
    piped = run_cli("vote", "2", "A").out

    names, _, table = shown.partition("STATE  FIRST")
    assert "A = " in names
    assert "done" in table
    assert "provider=" not in shown
    assert "done provider=simulated model=" in piped


def in_leaderboard(blind: str) -> int:
    """Count the votes that a leaderboard of choices with, or without, names has."""
    board = json.loads(run_cli("leaderboard", blind, "--json").out)
    groups = [group for each in board["surfaces"] for group in each["groups"]]
    return sum(group["trials"] for group in groups)


def shown(run: str = "1") -> Any:
    """Give a recorded run as JSON."""
    return json.loads(run_cli("show", run, "--json").out)


def test_a_vote_is_blind_until_names_were_shown() -> None:
    """One that is changed afterwards has seen them, and is kept as such."""
    write_config(TWO)
    run_cli("--blind", "hi")
    run_cli("vote", "A")
    before = in_leaderboard("--blind"), in_leaderboard("--not-blind")

    [winner] = shown()["choice"]["labels"]
    other = "careful" if winner == "lively" else "lively"
    changed = run_cli("vote", "--yes", "1", other)

    after = in_leaderboard("--blind"), in_leaderboard("--not-blind")
    assert (before, after) == ((1, 0), (0, 1))
    assert f"run 1: {other}, with names in sight\n" in changed.out
    assert f"chosen: {other}, with names in sight" in run_cli("show", "1").out


def test_a_vote_that_is_said_again_stays_blind() -> None:
    """It changes nothing, so that names are known by then does not count."""
    write_config(TWO)
    run_cli("--blind", "hi")
    run_cli("vote", "B")
    before = shown()

    again = [run_cli("vote", "B"), run_cli("vote", "--yes", "1", "B")]

    assert shown() == before
    assert in_leaderboard("--blind") == 1
    [winner] = before["choice"]["labels"]
    for each in again:
        assert each.code == 0
        assert each.out.startswith(f"run 1 is {winner} already\n")


def test_after_a_skipped_vote_names_are_known() -> None:
    """Everywhere; so they can be voted for, and such a vote is not blind."""
    write_config(TWO)
    run_typed("s", "--blind", "--vote", "hi", when="skip: ")
    undecided = shown()

    wrong = run_cli("vote", "nobody")
    run_cli("vote", "lively")

    assert {each["label"] for each in undecided["entries"]} == {"careful", "lively"}
    assert "; say A or " in wrong.err
    assert "hidden" not in wrong.err
    assert shown()["choice"]["blind"] is False
    assert in_leaderboard("--not-blind") == 1


def test_a_blind_question_that_nobody_can_vote_on_names_when_it_is_shown() -> None:
    """A script was not told; a list of runs tells nobody, and one run tells it all."""
    simulated("echo", "echo?fail=503")
    run_cli("--blind", "--json", "hi")

    listed = json.loads(run_cli("history", "--json").out)
    run = shown()

    assert [each["label"] for each in listed["entries"]] == ["A", "B"]
    assert {each["label"] for each in run["entries"]} == {"a", "b"}
