"""`hexai bench`: run, refused, resumed, shown, exported and forgotten."""

import json
import stat
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.bench_command import (
    bench,
    by_prompt,
    cells,
    entries,
    history,
    leave_unfinished,
    text_files,
)
from tests.support.command_line import run_cli, run_typed, write_config
from tests.support.replies import status
from tests.support.repositories import MadeRepository
from tests.support.upstream import Exchange, Upstream


@pytest.fixture
def made(tmp_path: Path) -> MadeRepository:
    """Make a repository with a history."""
    return history(tmp_path / "repo")


def test_a_dry_run_sends_nothing(made: MadeRepository) -> None:
    """No connection is made, and nothing is recorded."""
    with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
        entries(one, other, local=False)
        result = bench(made, "--tasks", "8", "--dry-run")
        assert not one.connections
        assert not other.connections

    assert result.code == 0, result.err
    assert "TOKENS IN" in result.out
    assert "the price is unknown" in result.out
    assert "there is no bench yet" in run_cli("bench", "list").err


def test_without_a_terminal_nothing_goes_to_a_cloud(
    made: MadeRepository,
) -> None:
    """A script has to say --yes."""
    with Upstream(by_prompt()) as one:
        entries(one, local=False)
        refused = bench(made, "--tasks", "2")
        assert not one.connections
        asked = bench(made, "--tasks", "2", "--yes")

    assert refused.code == 2
    assert "--yes" in refused.err
    assert asked.code == 0


class TestRun:
    """From the command to a table."""

    def test_it_ends_with_a_table_and_the_answer(self, made: MadeRepository) -> None:
        """Every entry has a row, every pair a sentence, and one line is the answer."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one, other)
            result = bench(made, "--tasks", "8", "--seed", "s")

        assert result.code == 0, result.err
        assert "8 tasks of" in result.out
        assert "a or b: not enough yet" in result.out
        assert "cheapest of those that are not worse: " in result.out
        said = " ".join(result.out.split())
        assert "all are free, so it is whichever is better" in said
        assert "bench 1: every task was asked" in result.out
        assert "FIRST LINE" in run_cli("bench", "show").out
        found = cells()
        assert {cell["contender"] for cell in found} == {"a", "b"}
        assert len(found) == 16

    def test_all_that_is_known_is_there_for_programs(
        self, made: MadeRepository
    ) -> None:
        """Of a bench, and beside the choices in the leaderboard."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one, other)
            bench(made, "--tasks", "4", "--surface", "completion")

        shown = json.loads(run_cli("bench", "show", "--json").out)
        assert shown["tasks"] == 4
        a, _ = shown["contenders"]
        assert sum(a["ends"].values()) == 4
        assert a["saved_low"] <= a["saved"] <= a["saved_high"]
        assert a["cut_off"] == "2024-06-01"
        assert a["later_tasks"] == 0
        [pair] = shown["pairs"]
        assert {pair["better"], pair["worse"]} == {"a", "b"}
        assert pair["verdict"] == "not enough yet"
        assert shown["cheapest"]["entry"] in (None, "a", "b")
        beside = json.loads(run_cli("leaderboard", "--json").out)
        assert beside["benches"] == [{**shown, "disagreements": []}]
        assert run_cli("bench", "show", "1", "1", "--json").code == 2

    def test_other_surfaces_have_no_holes(self, made: MadeRepository) -> None:
        """It says what to use for them."""
        result = bench(made, "--surface", "cli")

        assert result.code == 2
        assert "hexai bench ask" in result.err

    def test_what_counts_is_asked_twice_as_the_editor_asks(
        self, made: MadeRepository
    ) -> None:
        """Six characters earlier first, and then the same prompt with them."""
        with Upstream(by_prompt()) as one:
            entries(one)
            bench(made, "--tasks", "2", "--kind", "body")
            asked = [request.json for request in one.requests]

        assert len(asked) == 4
        for earlier, later in zip(asked[::2], asked[1::2], strict=True):
            assert earlier["messages"][0] == later["messages"][0]
            assert earlier["messages"] != later["messages"]

    def test_nothing_of_it_is_in_statistics_or_the_cache(
        self, made: MadeRepository
    ) -> None:
        """Cells have a place of their own."""
        with Upstream(by_prompt()) as one:
            entries(one)
            bench(made, "--tasks", "2")

        assert json.loads(run_cli("stats", "--json").out) in ([], {"models": []})
        assert run_cli("history").out == ""

    def test_measuring_asks_three_of_each_local_entry_and_no_cloud(
        self, made: MadeRepository
    ) -> None:
        """Afterwards it is known how long a cell takes here."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one)
            path = entries(one)
            path.write_text(
                path.read_text("utf-8")
                + f'[providers.far]\ntype = "openai"\nbase_url = "{other.url}/v1"\n'
                'local = false\n[[models.completion]]\nprovider = "far"\nmodel = "m"\n',
                "utf-8",
            )
            result = bench(made, "--tasks", "8", "--dry-run", "--measure")
            assert len(one.requests) == 6
            assert not other.connections

        assert result.code == 0, result.err

    @pytest.mark.parametrize(("typed", "asked"), [("y\n", True), ("\n", False)])
    def test_on_a_terminal_it_asks_once(
        self, made: MadeRepository, typed: str, asked: bool
    ) -> None:
        """What is sent and what it costs is shown before."""
        with Upstream(by_prompt()) as one:
            entries(one, local=False)
            code, shown = run_typed(
                typed,
                *("bench", "run", "--since", "2020-01-01", "--tasks", "2"),
                folder=made.folder,
                when="[y/N]",
            )
            assert bool(one.requests) == asked

        assert "TOKENS IN" in shown
        assert shown.count("[y/N]") == 1
        assert code == (0 if asked else 1)

    def test_the_confirmation_breaks_between_words(self, made: MadeRepository) -> None:
        """On a narrow screen no line is left to the terminal to be cut."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            path = entries(one, other, local=False)
            text = path.read_text("utf-8")
            write_config(text.replace("local = false", "local = true", 1))
            _, shown = run_typed(
                "\n",
                *("bench", "run", "--since", "2020-01-01", "--tasks", "8"),
                folder=made.folder,
                when="[y/N]",
                columns=80,
            )

        assert max(map(len, shown.splitlines())) <= 80
        assert "cells of each entry that runs here" in " ".join(shown.split())

    def test_texts_lie_in_a_private_file_and_go_with_the_bench(
        self, made: MadeRepository
    ) -> None:
        """A task is shown with what was said; forgotten, nothing of it is left."""
        with Upstream(by_prompt()) as one:
            entries(one)
            bench(made, "--tasks", "2")

        [file] = text_files()
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        shown = run_cli("bench", "show", "1", "1")
        assert "really written:" in shown.out
        assert "a: " in shown.out
        refused = run_cli("bench", "forget", "1")
        assert (refused.code, refused.out) == (2, "")
        assert "elsewhere say --yes" in refused.err
        assert text_files() == [file]
        assert run_cli("bench", "forget", "1", "--yes").code == 0
        assert not text_files()
        assert run_cli("bench", "show", "1").code == 2

    @pytest.mark.parametrize("words", [["--all", "--yes"], ["--project"]])
    def test_history_forget_removes_benches_too(
        self, made: MadeRepository, words: list[str]
    ) -> None:
        """Of everything, or of a project."""
        with Upstream(by_prompt()) as one:
            entries(one)
            bench(made, "--tasks", "2")
        if words == ["--project"]:
            words = [*words, str(made.folder)]

        result = run_cli("history", "forget", "--yes", *words)

        assert result.code == 0, result.err
        assert result.out.endswith(" and 1 bench\n")
        assert not text_files()

    def test_without_stored_texts_none_is_kept(self, made: MadeRepository) -> None:
        """The figures are."""
        with Upstream(by_prompt()) as one:
            entries(one, more='[ledger]\nstore_text = "none"\n')
            bench(made, "--tasks", "2")

        assert not text_files()
        assert len(cells()) == 2
        assert "its texts are not kept" in run_cli("bench", "show", "1", "1").out

    def test_under_a_budget_nothing_is_sent_whose_price_is_not_known(
        self, made: MadeRepository
    ) -> None:
        """The entry is set aside, and it says why."""
        with Upstream(by_prompt()) as one:
            entries(one, local=False)
            result = bench(made, "--tasks", "4", "--budget", "0.50", "--yes")
            assert not one.connections

        assert "a was set aside: there is a budget" in result.out


class TestFaults:
    """What goes wrong is nobody else's doing."""

    @pytest.mark.parametrize("fault", ["reset", "status", "silence", "liar", "garbage"])
    def test_a_hostile_upstream_changes_no_other_cell(
        self, made: MadeRepository, fault: str
    ) -> None:
        """The cells of the other entry are what they are without it."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one, other, more="[fanout]\nfirst_token_timeout = 1\n")
            assert bench(made, "--tasks", "6", "--seed", "s").code == 0
        quiet = [cell for cell in cells("1") if cell["contender"] == "a"]

        async def hostile(exchange: Exchange) -> None:
            if fault == "reset":
                exchange.reset()
            elif fault == "status":
                await status(500)(exchange)
            elif fault == "silence":
                await exchange.hang()
            elif fault == "liar":
                await openai_answer("x", usage=(10**12, -5))(exchange)
            else:
                await exchange.head(200, content_type="text/event-stream")
                await exchange.piece(b"data: {]\n\n\x00\xff")
                await exchange.end()

        script = (*[by_prompt()] * 5, hostile, by_prompt())
        with Upstream(by_prompt()) as one, Upstream(*script) as other:
            entries(one, other, more="[fanout]\nfirst_token_timeout = 1\n")
            result = bench(made, "--tasks", "6", "--seed", "s")
            assert result.code == 0, result.err

        assert [cell for cell in cells("2") if cell["contender"] == "a"] == quiet


class TestResume:
    """Going on with what was begun."""

    def test_what_is_done_is_done(self, made: MadeRepository) -> None:
        """There is nothing to go on with."""
        with Upstream(by_prompt()) as one:
            entries(one)
            bench(made, "--tasks", "2")
            result = run_cli("bench", "run", "--resume", "1", folder=made.folder)

        assert result.code == 2
        assert "is done" in result.err

    @pytest.mark.parametrize(
        "named",
        [("-m", "pb:gpt-4.1-nano", "-m", "pa:gpt-4.1-nano"), ("--only", "b"), ()],
    )
    def test_it_goes_on_with_those_it_was_begun_with(
        self, made: MadeRepository, named: tuple[str, ...]
    ) -> None:
        """However they were named, and wherever their entries stand by now."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            path = entries(one, other)
            bench(made, "--tasks", "2", *named)
            leave_unfinished(1)
            asked = len(one.requests) + len(other.requests)
            first, *rest = path.read_text("utf-8").partition("[providers.pb]")
            more = '[[models.completion]]\nprovider = "pb"\nmodel = "new"\n'
            path.write_text("".join([*rest, "\n", more, first]), "utf-8")
            result = run_cli("bench", "run", "--resume", "1", folder=made.folder)
            added = ("-m", "pb:gpt-4.1-nano", "-m", "pa:gpt-4.1-nano", "-m", "pa:x")
            leave_unfinished(1)
            refused = run_cli(
                "bench", "run", "--resume", "1", *added, folder=made.folder
            )
            assert len(one.requests) + len(other.requests) == asked

        assert result.code == 0, result.err
        assert "bench 1: " in result.out
        assert refused.code == 2
        assert "the entries were" in refused.err

    def test_anything_that_has_changed_is_named(
        self, made: MadeRepository, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An option of an entry, HEAD, the order of prompts."""
        with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
            entries(one, other)
            bench(made, "--tasks", "2")
            leave_unfinished(1)
            entries(one, other, more="temperature = 0.7\n")
            made.commit({"m0.py": "x = 1\n"})
            monkeypatch.setenv("HEXAI_COMPLETION_PROMPT_ORDER", "document")
            result = run_cli("bench", "run", "--resume", "1", folder=made.folder)

        assert result.code == 2
        assert "b has changed: temperature" in result.err
        assert "the built-in prompts, or their order" in result.err
        assert "HEAD was" in result.err


class TestWords:
    """What cannot be done is said in words."""

    def test_a_folder_without_a_repository(self, tmp_path: Path) -> None:
        """It is named."""
        write_config('[[models.completion]]\nprovider = "simulated"\nmodel = "echo"\n')
        (tmp_path / "plain").mkdir()
        result = run_cli("bench", "run", folder=tmp_path / "plain")

        assert result.code == 1
        assert "plain" in result.err

    def test_a_repository_without_a_commit(self, tmp_path: Path) -> None:
        """There is nothing to ask."""
        write_config('[[models.completion]]\nprovider = "simulated"\nmodel = "echo"\n')
        made = MadeRepository(tmp_path / "new")
        result = run_cli("bench", "run", folder=made.folder)

        assert result.code == 1
        assert "commit" in result.err

    def test_no_entry_for_completion(self, made: MadeRepository) -> None:
        """It says how to have some."""
        write_config('[provider]\nname = "simulated"\n')
        result = bench(made)

        assert result.code == 1
        assert "no entry is configured for completion" in result.err

    def test_an_unknown_label(self, made: MadeRepository) -> None:
        """It names those that there are."""
        write_config('[[models.completion]]\nprovider = "simulated"\nmodel = "echo"\n')
        result = bench(made, "--only", "nobody")

        assert result.code == 2
        assert "echo" in result.err

    def test_a_bench_that_is_not_there(self) -> None:
        """It says where they are listed."""
        for words in (
            ["show"],
            ["forget"],
            ["show", "7"],
            ["compare", "7"],
            ["export", "7"],
        ):
            result = run_cli("bench", *words)
            assert result.code == 2
            assert "hexai bench list" in result.err
