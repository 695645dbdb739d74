"""The commands of the ledger, in process: history, show, vote, stats, forget."""

import csv
import io
import json
import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hexai.config.folders import LEDGER_FILE
from hexai.domain.entry import Surface
from hexai.domain.provider import Usage
from hexai.domain.record import Choice, ContenderRecord, Method, RecordedRun
from hexai.errors import LedgerError
from hexai.ledger.access import Ledger
from hexai.service.projects import as_recorded
from hexai.service.recorded_runs import History
from hexai.service.recorder import make_ledger_file
from tests.support.command_line import (
    Result,
    run_cli,
    run_typed,
    simulated,
    write_config,
)
from tests.support.records import chosen, contender_record, run_record

TEXT = "MARK-4711"
USED = Usage(input=300, output=160, cached=200, written=40, source="reported")


def state() -> Path:
    """Name the folder that the ledger lies in."""
    return Path(os.environ["XDG_STATE_HOME"]) / "hexai"  # noqa: TID251


def remember(*contenders: ContenderRecord) -> None:
    """Record a run of these."""
    ledger = Ledger(make_ledger_file(state()), patience=1.0)
    ledger.take(run_record(1, *contenders))
    ledger.close()


def ask(*words: str) -> Result:
    """Ask two simulated models."""
    simulated("echo", "lorem?tokens=9&seed=1")
    return run_cli(*words)


def shown(*words: str) -> dict[str, Any]:
    """Give the object of `hexai show --json`."""
    result = run_cli("show", *words, "--json")
    assert result.code == 0, result.err
    record: dict[str, Any] = json.loads(result.out)
    return record


def remember_so_far(choice: Choice, *indexes: int, blind: bool) -> None:
    """Record what a list comes to so far that is on somebody's screen."""
    ledger = Ledger(make_ledger_file(state()), patience=1.0)
    ledger.take(run_record(1, surface=Surface.COMPLETION, blind=blind))
    now = time.time()  # noqa: TID251 - a real clock
    so_far = {"choice": choice, "method": Method.INFERRED, "at": now}
    ledger.take(chosen(1, *indexes, **so_far, settles_at=now + 60))
    ledger.close()


def figures() -> dict[str, dict[str, Any]]:
    """Give the figures of `hexai stats --json` by model."""
    rows = json.loads(run_cli("stats", "--json").out)["models"]
    return {row["model"]: row for row in rows}


def test_a_question_is_listed_and_shown() -> None:
    """With its number, how many answered, and all that was said."""
    ask("why", TEXT)

    listed = run_cli("history").out.splitlines()
    whole = run_cli("show").out

    assert listed[0].split() == [
        "RUN",
        "WHEN",
        "SURFACE",
        "ANSWERED",
        "CHOSEN",
        "PROMPT",
    ]
    assert listed[1].startswith("1 ")
    assert listed[1].endswith(f"why {TEXT}")
    assert "2/2" in listed[1]
    assert f"\nwhy {TEXT}\n\n=== a ===\nwhy {TEXT}\n(done provider=simulated" in whole


def test_json_of_a_recorded_run_is_that_of_the_run() -> None:
    """What `--json` printed is what `show --json` prints, and more beside it."""
    simulated("echo?rate=500", "fail?kind=overloaded")
    printed = json.loads(run_cli("--json", "hi").out)

    recorded = shown()

    assert recorded["run_id"] == printed["run_id"]
    assert recorded["prompt"] == "hi"
    for told, entry in zip(recorded["entries"], printed["entries"], strict=True):
        assert told == {**told, **entry}
        assert told.keys() - entry.keys() == {"follows", "masked", "options", "turns"}
        assert (told["masked"], told["options"]) == (
            0,
            "max_tokens=4000 temperature=0.2",
        )


def test_a_run_is_named_by_number_or_by_the_beginning_of_its_id() -> None:
    """And one that is not there is an error, never a prompt."""
    run_id = json.loads(ask("--json", "hi").out)["run_id"]

    assert shown("1")["run_id"] == shown(run_id[:20])["run_id"] == run_id
    missing = run_cli("show", "77")
    assert (missing.code, missing.out) == (2, "")
    assert "there is no run 77" in missing.err


def test_nothing_recorded_is_said() -> None:
    """Every command that shows says so."""
    assert "nothing is recorded yet" in run_cli("history").err
    assert "nothing is recorded yet" in run_cli("show").err
    assert "nothing is recorded" in run_cli("stats", "--wide").err
    assert "nothing to vote on" in run_cli("vote", "A").err


@pytest.mark.parametrize(
    ("choice", "indexes", "words"),
    [
        (Choice.NONE, (), "none taken, so far"),
        (Choice.TAKEN, (1,), "label1, so far"),
        (Choice.TYPED, (0, 1), "label0 = label1, typed along, so far"),
    ],
)
def test_what_may_still_change_is_told_as_such(
    choice: Choice, indexes: tuple[int, ...], words: str
) -> None:
    """A list that is still on somebody's screen comes to something so far only."""
    remember_so_far(choice, *indexes, blind=False)
    assert f", chosen: {words}\n" in run_cli("show").out
    assert words[:19] in run_cli("history").out


@pytest.mark.parametrize("choice", [Choice.NONE, Choice.TAKEN])
def test_a_blind_list_on_the_screen_names_nobody(choice: Choice) -> None:
    """Whatever it comes to so far."""
    indexes = (1,) if choice is Choice.TAKEN else ()
    remember_so_far(choice, *indexes, blind=True)
    told = run_cli("history").out + run_cli("show").out + str(shown())
    assert "label" not in told.replace("'label'", "").replace("'labels'", "")
    assert "model1" not in told
    assert "undecided" in told


class TestVote:
    """`hexai vote`, `--vote`, and what a blind run keeps back."""

    @pytest.mark.parametrize(
        ("word", "choice", "labels"),
        [
            ("b", "taken", ["b"]),
            ("B", "taken", ["b"]),
            ("tie", "tie", []),
            ("bad", "bad", []),
        ],
    )
    def test_a_vote_is_recorded(
        self, word: str, choice: str, labels: list[str]
    ) -> None:
        """By label, letter, `tie` or `bad`, about the last question."""
        ask("hi")

        assert run_cli("vote", word).code == 0

        recorded = shown()["choice"]
        assert (recorded["choice"], recorded["labels"]) == (choice, labels)
        assert recorded["method"] == "vote"

    def test_a_second_vote_replaces_the_first(self) -> None:
        """The last word counts, once."""
        ask("hi")
        run_cli("vote", "a")

        run_cli("vote", "--yes", "1", "b")

        assert shown()["choice"]["labels"] == ["b"]
        assert [row["accepted"] for row in figures().values()] == [0, 1]

    def test_a_second_vote_counts_where_the_clock_was_set_back(self) -> None:
        """What the user says now is newer than what the ledger holds."""
        ask("hi")
        run_cli("vote", "a")
        with sqlite3.connect(state() / LEDGER_FILE) as connection:
            connection.execute("UPDATE run SET chosen_at = chosen_at + 86400000")
        connection.close()

        result = run_cli("vote", "--yes", "b")

        assert result.out.startswith("run 1: b\n")
        assert shown()["choice"]["labels"] == ["b"]

    def test_a_vote_passes_over_no_question(self) -> None:
        """Nobody votes unaware on a question that is long past."""
        ask("the first question")
        run_cli("-m", "simulated:echo", "the second question")

        result = run_cli("vote", "a")

        assert (result.code, result.out) == (2, "")
        assert result.err == (
            "hexai: the last question, run 2, cannot be voted on: only one entry was "
            "asked; a vote takes two, by -m or below [models] in the configuration; "
            "the last run that can be voted on is 1, 'the first question': "
            "hexai vote 1 WINNER\n"
        )
        assert shown("1")["choice"] is None

    def test_where_nobody_can_be_asked_a_decided_run_stays(self) -> None:
        """It is said which option changes it."""
        ask("hi")
        run_cli("vote", "a")

        result = run_cli("vote", "b", stdin=None)

        assert (result.code, result.out) == (2, "")
        assert "run 1 is decided: a. Nothing was changed" in result.err
        assert "hexai vote --yes 1 b changes it to b" in result.err
        assert shown()["choice"]["labels"] == ["a"]

    def test_a_blind_run_names_nobody_before_the_vote(self) -> None:
        """Neither `history` nor `show` does; the vote then names them."""
        ask("--blind", "hi")
        before = run_cli("history").out + run_cli("show").out + str(shown())

        voted = run_cli("vote", "A").out

        assert "simulated" not in before
        assert "lorem" not in before
        assert {entry["label"] for entry in shown()["entries"]} == {"a", "b"}
        assert "undecided, hexai vote 1 WINNER names them" in before
        assert "A = " in voted
        assert "done provider=simulated model=echo" in voted

    def test_a_hidden_name_is_no_vote(self) -> None:
        """Nothing is recorded; once a vote has named them, names are taken."""
        write_config(
            "".join(
                f'[[models.cli]]\nprovider = "simulated"\nmodel = "{model}"\n'
                f'label = "{label}"\n'
                for label, model in (("plain", "echo"), ("latin", "lorem?seed=1"))
            )
        )
        run_cli("--blind", "hi")

        refused = run_cli("vote", "latin")

        assert refused.code == 2
        assert "names stay hidden until you vote; say A, B, tie or bad" in refused.err
        assert shown()["choice"] is None
        assert run_cli("vote", "A").code == 0
        assert run_cli("vote", "--yes", "latin").code == 0
        assert shown()["choice"]["labels"] == ["latin"]

    def test_a_letter_means_the_order_shown(self) -> None:
        """The winner is who stood under the letter, whatever the entries' order."""
        for _ in range(6):
            printed = json.loads(ask("--blind", "--fresh", "--json", "hi").out)

            run_cli("vote", "A")

            winner = shown()["choice"]["labels"][0]
            text = {e["label"]: e["text"] for e in shown()["entries"]}[winner]
            assert text == printed["entries"][0]["text"]

    def test_a_cached_answer_cannot_win(self) -> None:
        """It was given in another run, and counts there."""
        ask("hi")
        ask("hi")

        result = run_cli("vote", "2", "a")

        assert result.code == 2
        assert "nothing to vote on" in result.err

    def test_an_unknown_answer_is_refused(self) -> None:
        """The error names those that there are."""
        ask("hi")
        result = run_cli("vote", "nobody")
        assert (result.code, result.out) == (2, "")
        assert "there is no answer nobody; say a, b, tie or bad" in result.err

    def test_one_key_at_the_end_is_a_vote(self) -> None:
        """On a terminal `--vote` asks, and then says what was held back."""
        simulated("echo", "lorem?tokens=3")
        code, display = run_typed_later("B", "--blind", "--vote", "hi")
        assert code == 0
        assert "Best? Capital A, B; t tie, b both bad, s skip: B" in display
        assert "A = " in display.partition("skip: B")[2]
        assert shown()["choice"]["choice"] == "taken"

    @pytest.mark.parametrize(
        ("key", "choice"), [("t", "tie"), ("b", "bad"), ("s", None), ("\x03", None)]
    )
    def test_other_keys_say_what_they_say(self, key: str, choice: str | None) -> None:
        """A tie, both bad, or nothing at all."""
        simulated("echo", "lorem?tokens=3")
        code, _ = run_typed_later(key, "--vote", "hi")
        recorded = shown()["choice"]
        assert code == 0
        assert (recorded and recorded["choice"]) == choice

    def test_the_question_may_come_by_a_pipe(self) -> None:
        """The key comes from the terminal that the answers are shown on."""
        simulated("echo", "lorem?tokens=3")
        code, display = run_typed_later("B", "--blind", "--vote", piped="hi")
        assert code == 0
        assert "s skip: B" in display
        assert shown()["choice"]["choice"] == "taken"

    def test_without_a_terminal_it_says_how_to_vote_later(self) -> None:
        """In words that no shell takes for a pipe."""
        result = ask("--vote", "hi")
        run = shown()["run_id"]
        assert result.code == 0
        assert result.err.endswith(
            f"hexai: to vote: hexai vote {run} WINNER, which is a, b, tie or bad\n"
        )


def run_typed_later(
    key: str, *arguments: str, piped: str | None = None
) -> tuple[int, str]:
    """Press a key when the question for it is there."""
    return run_typed(key, *arguments, when="skip: ", piped=piped)


class TestAgain:
    """`--again`: the last prompt, other models."""

    def test_the_last_prompt_is_asked_of_other_models(self) -> None:
        """Of those that are configured and have not answered it."""
        simulated("echo", "lorem?tokens=3", "lorem?tokens=4")
        run_cli("--only", "a", "repeat this")

        result = run_cli("--again", "--json")

        assert [e["label"] for e in json.loads(result.out)["entries"]] == ["b", "c"]
        assert shown()["prompt"] == "repeat this"

    def test_a_model_of_the_command_line_is_asked(self) -> None:
        """Even one that was asked before."""
        ask("repeat this")
        result = run_cli("--again", "--fresh", "-m", "simulated:echo")
        assert (result.code, result.out) == (0, "repeat this")

    def test_without_other_models_it_says_so(self) -> None:
        """And names the option that helps."""
        ask("hi")
        result = run_cli("--again")
        assert result.code == 2
        assert "name another one with -m" in result.err

    def test_it_takes_no_new_prompt(self) -> None:
        """Two prompts would be one too many."""
        ask("hi")
        assert run_cli("--again", "more").code == 2

    def test_without_an_earlier_prompt_it_says_so(self) -> None:
        """As where its text is not kept: no older one is asked in its place."""
        simulated("echo", "lorem")
        nothing = run_cli("--again", "-m", "simulated:echo")
        run_cli("kept")
        simulated("echo", "lorem", more='[ledger]\nstore_text = "none"\n')
        run_cli("hi")
        result = run_cli("--again", "-m", "simulated:echo")

        assert (nothing.code, result.code) == (2, 2)
        assert "there is no earlier question to ask again" in nothing.err
        assert "the text of the last question, run 2, is not kept" in result.err


class TestTexts:
    """What is kept of what was said."""

    def test_none_keeps_figures_only(self) -> None:
        """Neither prompt nor answer is in any file."""
        simulated("echo", "lorem", more='[ledger]\nstore_text = "none"\n')
        run_cli(TEXT)
        assert files_with(TEXT) == []
        assert figures()["echo"]["answered"] == 1

    def test_control_characters_never_reach_a_terminal(self) -> None:
        """What an answer holds is made visible wherever it is shown again."""
        evil = "\x1b]0;p\x07 \x9b31m \u202e [/][@click=app.quit]x #(touch P)"
        simulated("echo", "lorem")
        run_cli(evil)
        for command in (["show"], ["show", "--json"], ["history"], ["stats"]):
            display = run_cli(
                *command,
                environ={**os.environ, "NO_COLOR": "1"},  # noqa: TID251
                stdout="terminal",
                stderr="terminal",
            ).out
            assert not set("\x1b\x07\x9b\u202e") & set(display)

    def test_everything_is_forgotten(self) -> None:
        """After `--all` a text is in no file, and every file is private."""
        os.umask(0o000)
        ask(TEXT)
        ask("--fresh", TEXT)

        result = run_cli("history", "forget", "--yes", "--all")

        assert (result.code, result.out) == (0, "forgot 2 runs\n")
        assert files_with(TEXT) == []
        assert files_not_private() == []

    def test_one_run_is_forgotten_alone(self) -> None:
        """With its answers in the cache; the others stay."""
        ask(TEXT)
        ask("something else")

        result = run_cli("history", "forget", "--yes", "1")

        assert (result.code, result.out) == (0, "forgot 1 run\n")
        assert files_with(TEXT) == []
        assert "something else" in run_cli("history").out

    def test_runs_before_a_moment_are_forgotten(self) -> None:
        """A date in the past keeps them, one in the future does not."""
        ask(TEXT)
        forget = ("history", "forget", "--yes", "--before")
        assert run_cli(*forget, "1d").out == "forgot 0 runs\n"
        assert TEXT in run_cli("history", "-n", "9" * 30).out
        assert run_cli(*forget, "0h").out == "forgot 1 run\n"
        assert files_with(TEXT) == []

    @pytest.mark.parametrize("name", [b"project", b"caf\xe9"])
    def test_the_runs_of_a_project_are_forgotten(
        self, tmp_path: Path, name: bytes
    ) -> None:
        """Those asked below the folder that holds `.git`, whatever it is called."""
        project = tmp_path / os.fsdecode(name)
        (project / ".git").mkdir(parents=True)
        simulated("echo", "lorem")
        run_cli("outside")
        run_cli(TEXT, folder=project)

        below = f"./{project.name}/"
        listed = run_cli("history", "--project", below, folder=tmp_path).out
        named = run_cli("history", "--project", project.name, folder=project).out
        other = run_cli("history", "--project", "other").err
        result = run_cli("history", "forget", "--yes", "--project", ".", folder=project)

        assert TEXT in listed
        assert "outside" not in listed
        assert named == listed
        assert other == "hexai: nothing is recorded that fits\n"
        assert result.out == "forgot 1 run\n"
        assert files_with(TEXT) == []
        assert files_with(as_recorded(str(project))) == []

    def test_something_must_be_named(self) -> None:
        """Nothing is forgotten by accident."""
        ask("hi")
        assert run_cli("history", "forget").code == 2
        assert run_cli("history", "forget", "--yes", "1", "--all").code == 2
        assert "hi" in run_cli("history").out


def files_with(text: str) -> list[Path]:
    """Find files of the test's user that hold a text."""
    return [path for path in files() if text.encode() in path.read_bytes()]


def files_not_private() -> list[Path]:
    """Find files of ours that others could open."""
    return [path for path in files() if stat.S_IMODE(path.stat().st_mode) != 0o600]


def files() -> list[Path]:
    """Find all files that Hexai has made."""
    folders = ("XDG_STATE_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "HOME")
    roots = [Path(os.environ[name]) for name in folders]  # noqa: TID251
    return [path for root in roots for path in root.rglob("*") if path.is_file()]


class TestStats:
    """`hexai stats`."""

    def test_figures_are_counted(self) -> None:
        """Failures are failures, and answers have times and tokens."""
        simulated("echo", "fail?kind=overloaded")
        run_cli("--fresh", "hi")
        run_cli("--fresh", "hi")

        by_model = figures()

        assert by_model["echo"]["runs"] == by_model["echo"]["answered"] == 2
        assert by_model["echo"]["ttft_p50_ms"] is not None
        assert by_model["fail?kind=overloaded"]["failed"] == 2

    def test_cached_answers_change_no_figure(self) -> None:
        """A hundred replays count for nothing."""
        ask("hi")
        before = run_cli("stats", "--csv").out
        for _ in range(10):
            assert "cached=" in ask("hi").err

        assert run_cli("stats", "--csv").out == before

    def test_filters_leave_runs_out(self, tmp_path: Path) -> None:
        """By model, project and time."""
        project = tmp_path / "project"
        (project / ".git").mkdir(parents=True)
        simulated("echo", "lorem")
        run_cli("hi", folder=project)

        def models(*words: str) -> list[str]:
            result = run_cli("stats", "--json", *words, folder=tmp_path)
            return [row["model"] for row in json.loads(result.out)["models"]]

        assert models("--model", "LOR") == ["lorem"]
        assert models("--project", "project") == ["echo", "lorem"]
        assert models("--project", "./project/") == ["echo", "lorem"]
        assert models("--project", str(project)) == ["echo", "lorem"]
        assert models("--project", "other") == []
        assert models("--project", ".") == []
        assert models("--since", "1h", "--surface", "cli") == ["echo", "lorem"]
        assert models("--since", "2999-01-01") == []
        assert models("--surface", "chat") == []

    def test_the_tables_are_aligned(self) -> None:
        """Each row has its cells under the same headings."""
        ask("hi")
        run_cli("vote", "a")
        # Where the machine is busy, a table of what was held up stands between.
        speed, *others, notes = run_cli("stats", "--wide").out.split("\n\n")
        [worth] = [each for each in others if " COST " in each.splitlines()[0]]
        assert speed.splitlines()[0].startswith("SURFACE  ENTRY")
        assert worth.splitlines()[0].split()[:5] == [
            "SURFACE",
            "ENTRY",
            "COST",
            "CACHED",
            "ACCEPTED",
        ]
        assert "██████████  about 100 % (21 … 100)" in worth.splitlines()[1]
        assert "1 of 1" in worth.splitlines()[1]
        assert "about: from fewer than six sittings" in notes

    def test_csv_has_a_heading(self) -> None:
        """So that other tools can read it."""
        ask("hi")
        rows = list(csv.DictReader(io.StringIO(run_cli("stats", "--csv").out)))
        assert [row["model"] for row in rows] == ["echo", "lorem?tokens=9&seed=1"]
        assert rows[0]["cost_usd"] == "0.0"


class TestTransfer:
    """`hexai history export` and `import`."""

    def test_merging_twice_changes_nothing(self, tmp_path: Path) -> None:
        """What is known already is not taken in again."""
        ask("hi")
        run_cli("vote", "b")
        file = tmp_path / "ledger.jsonl"
        run_cli("history", "export", str(file))
        before = run_cli("show", "--json").out
        run_cli("history", "forget", "--yes", "--all")

        first = run_cli("history", "import", str(file))
        second = run_cli("history", "import", str(file))

        piped = run_cli("history", "import", "-", stdin=file.read_text())

        assert (first.out, second.out) == ("1 new run\n", "0 new runs\n")
        assert piped.out == "0 new runs\n"
        after = json.loads(run_cli("show", "--json").out)
        assert {**after, "number": 1} == json.loads(before)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_a_dash_is_standard_output(self, tmp_path: Path) -> None:
        """As it is standard input for `import`; a log and a database are files."""
        ask("hi")
        piped = run_cli("history", "export", "-", folder=tmp_path)
        database = ("history", "export", "--format", "llm", "-")
        refused = run_cli(*database, folder=tmp_path)
        logged = run_cli("--log", "-", "hi", folder=tmp_path)

        assert (piped.code, refused.code, logged.code) == (0, 2, 2)
        assert piped.out == run_cli("history", "export").out != ""
        assert not (tmp_path / "-").exists()

    def test_what_was_kept_and_masked_comes_along(self, tmp_path: Path) -> None:
        """Cached and written input, and how many keys are no longer in a text."""
        remember(
            contender_record(0, usage=USED, masked=2, text="******** ********"),
            contender_record(1),
        )
        file = tmp_path / "ledger.jsonl"
        run_cli("history", "export", str(file))
        before = run_cli("show", "--json").out
        run_cli("history", "forget", "--yes", "--all")

        assert run_cli("history", "import", str(file)).out == "1 new run\n"

        entries = json.loads(run_cli("show", "--json").out)["entries"]
        assert entries == json.loads(before)["entries"]
        kept = [
            (e["usage"]["cached"], e["usage"]["written"], e["masked"]) for e in entries
        ]
        assert kept == [(200, 40, 2), (None, None, 0)]

    def test_texts_can_be_left_out(self) -> None:
        """Figures can be shared without what was said."""
        ask(TEXT)
        exported = run_cli("history", "export", "--no-texts").out
        assert TEXT not in exported
        assert '"status":"answered"' in exported

    def test_nothing_is_overwritten(self, tmp_path: Path) -> None:
        """A file that is there stays as it is."""
        ask("hi")
        file = tmp_path / "notes.txt"
        file.write_text("mine")
        assert run_cli("history", "export", str(file)).code == 1
        assert file.read_text() == "mine"

    @pytest.mark.parametrize("words", [(), ("--format", "llm")])
    def test_half_an_export_is_none(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
    ) -> None:
        """Nobody takes it for a whole one, and the next try finds its place free."""
        ask("hi")

        def broken(history: History) -> Iterator[RecordedRun]:
            yield from newest(history)
            raise LedgerError("the ledger cannot be read")

        newest = History.all
        with monkeypatch.context() as patched:
            patched.setattr(History, "all", broken)
            stopped = run_cli("history", "export", *words, str(tmp_path / "out"))
        assert stopped.code == 1
        assert not (tmp_path / "out").exists()
        again = run_cli("history", "export", *words, str(tmp_path / "out"))
        assert again.code == 0

    @pytest.mark.parametrize(
        "line",
        [
            "nonsense",
            '{"type":"chosen","run_id":"xyz","at":1,"choice":"tie","method":"vote"}',
            '{"type":"survived","run_id":"' + "0" * 32 + '","after":1e99,"share":1}',
            "[" * 100_000,
        ],
    )
    def test_a_line_that_is_none_is_named(self, tmp_path: Path, line: str) -> None:
        """And nothing of it is taken in."""
        file = tmp_path / "bad.jsonl"
        file.write_text(f'{{"hexai_ledger":1}}\n{line}\n')
        result = run_cli("history", "import", str(file))
        assert (result.code, result.out) == (2, "")
        assert "line 2 is no record of a ledger" in result.err

    def test_votes_are_battles(self) -> None:
        """With the columns that arena-rank reads."""
        ask("hi")
        run_cli("vote", "b")
        ask("--fresh", "something else")
        run_cli("vote", "tie")
        out = run_cli("history", "export", "--format", "arena-rank").out
        rows = list(csv.DictReader(io.StringIO(out)))
        assert [row["winner"] for row in rows] == ["model_b", "tie"]
        options = "max_tokens=4000 temperature=0.2"
        assert rows[0]["model_a"] == f"simulated:echo {options}"

    def test_answers_are_logs_of_llm(self, tmp_path: Path) -> None:
        """A conversation for a run, a response for each answer that was given then."""
        ask("hi")
        ask("hi")
        file = tmp_path / "logs.db"
        assert run_cli("history", "export", "--format", "llm", str(file)).code == 0
        connection = sqlite3.connect(file)
        rows = connection.execute(
            "SELECT responses.model, prompt, response, output_tokens, name "
            "FROM responses JOIN conversations ON conversations.id = conversation_id"
        ).fetchall()
        connection.close()
        assert len(rows) == 2
        assert rows[0] == ("simulated/echo", "hi", "hi", 1, "hi")
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_logs_of_llm_tell_of_caches_and_masks(self, tmp_path: Path) -> None:
        """Where `llm` has a place for what else is known of an answer."""
        remember(contender_record(0, usage=USED, masked=2), contender_record(1))
        file = tmp_path / "logs.db"
        run_cli("history", "export", "--format", "llm", str(file))
        connection = sqlite3.connect(file)
        older, newer = (
            connection.execute(
                f"SELECT token_details, response_json FROM {table} ORDER BY id"
            ).fetchall()
            for table in ("responses", "turns")
        )
        connection.close()
        assert (
            older
            == newer
            == [
                ('{"cached": 200, "written": 40}', '{"masked_keys": 2}'),
                (None, None),
            ]
        )

    def test_logs_of_llm_are_never_without_texts(self, tmp_path: Path) -> None:
        """Whoever wants none gets no file, instead of one with all of them."""
        ask(TEXT)
        file = tmp_path / "logs.db"
        options = ("--format", "llm", "--no-texts", str(file))
        assert run_cli("history", "export", *options).code == 2
        assert not file.exists()


def test_a_ledger_that_cannot_be_used_stops_no_answer() -> None:
    """The answer is shown, and the user is told once."""
    state().mkdir(parents=True)
    (state() / LEDGER_FILE).write_bytes(b"not a database, and long enough" * 100)
    result = ask("hi")
    assert result.code == 0
    assert "=== a ===\nhi" in result.out
    assert result.err.count("the ledger cannot be used") == 1
    assert "move it away, and a new one is begun; what is recorded waits" in result.err


def test_forgetting_all_does_not_stop_at_a_damaged_ledger() -> None:
    """What waits and what is cached is gone, and the rest is for the user to remove."""
    state().mkdir(parents=True)
    (state() / LEDGER_FILE).write_bytes(b"not a database, and long enough" * 100)
    ask("hi", TEXT)
    folders = [state(), Path(os.environ["XDG_CACHE_HOME"])]  # noqa: TID251

    result = run_cli("history", "forget", "--yes", "--all")

    kept = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    assert result.code == 1
    assert result.err.startswith("hexai: all else is forgotten, but what is in the l")
    assert kept == [state() / LEDGER_FILE]


def test_a_folder_of_somebody_else_is_not_used() -> None:
    """A link where the folder should be is not followed."""
    elsewhere = state().parent / "elsewhere"
    elsewhere.mkdir(mode=0o700)
    state().symlink_to(elsewhere)
    result = ask("hi")
    assert result.code == 0
    assert "is not a folder of its own" in result.err
    assert list(elsewhere.iterdir()) == []


def test_old_runs_are_forgotten_by_age() -> None:
    """With `ledger.retention_days` a later question removes them."""
    ask("hi")
    connection = sqlite3.connect(state() / LEDGER_FILE)
    connection.execute("UPDATE run SET started_at = started_at - 100 * 86400000")
    connection.commit()
    connection.close()
    write_config('[ledger]\nretention_days = 90\n[provider]\nname = "simulated"\n')

    run_cli("-m", "simulated:echo", "later")

    assert [line.split()[0] for line in run_cli("history").out.splitlines()[1:]] == [
        "2"
    ]
