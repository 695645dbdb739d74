"""`cli.shuffle`: the order of answers is drawn where a person reads them."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from hexai.config.folders import LEDGER_FILE
from hexai.domain.record import RecordedRun
from hexai.ledger.access import Ledger
from tests.support.command_line import run_cli, run_typed, simulated, write_config
from tests.surfaces.test_cli_ledger import state

MODELS = ("echo?seed=1", "echo?seed=2", "echo?seed=3")
ENTRY_ORDER = (0, 1, 2)


@pytest.fixture(autouse=True)
def _shuffled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEXAI_CLI_SHUFFLE", "true")
    monkeypatch.setenv("NO_COLOR", "1")


def newest() -> RecordedRun:
    """Give the run that was recorded last."""
    ledger = Ledger(state() / LEDGER_FILE, patience=1.0)
    try:
        return next(ledger.newest())
    finally:
        ledger.close()


def ask_until_drawn_anew(*options: str) -> tuple[str, RecordedRun]:
    """Ask on a terminal until the order is not that of the entries."""

    def ask(word: str) -> str:
        return run_cli(*options, "--fresh", word, stdout="terminal").out

    return _until_drawn_anew(ask)


def _until_drawn_anew(ask: Callable[[str], str]) -> tuple[str, RecordedRun]:
    simulated(*MODELS)
    for number in range(60):
        shown = ask(f"hi{number}")
        if newest().run.order != ENTRY_ORDER:
            return shown, newest()
    raise AssertionError("the order of the entries was drawn 60 times")


@pytest.mark.parametrize("layout", ["stacked", "plain"])
def test_answers_stand_in_the_order_that_is_recorded(layout: str) -> None:
    """On a terminal, in every layout, with their names."""
    shown, recorded = ask_until_drawn_anew("--layout", layout)

    names = [recorded.run.contenders[i].label for i in recorded.run.order]
    at = [shown.index(f" {name} ") for name in names]
    assert at == sorted(at)
    assert recorded.run.seed is not None
    assert (recorded.run.shuffle, recorded.run.blind) == (1.0, False)


def test_columns_stand_in_the_order_that_is_recorded() -> None:
    """From left to right, and the closing lines below them as well."""
    found = _until_drawn_anew(
        lambda word: run_typed("", "--fresh", "--layout", "columns", word)[1]
    )
    shown, recorded = found[0], found[1].run
    names = [recorded.contenders[index].label for index in recorded.order]
    heads = [line for line in shown.splitlines() if line.count("  done ") == 3]
    at = [heads[0].index(f"{name}  done ") for name in names]
    assert at == sorted(at)
    table = shown[shown.index("STATE") :].splitlines()
    assert [line.split()[0] for line in table[1:4]] == names


@pytest.mark.parametrize("options", [(), ("--json",), ("--layout", "plain")])
def test_a_pipe_keeps_the_order_of_the_entries(options: tuple[str, ...]) -> None:
    """What scripts read does not change from one call to the next."""
    simulated(*MODELS)
    for number in range(8):
        run_cli(*options, "--fresh", f"hi{number}")
        run = newest().run
        assert (run.order, run.seed, run.shuffle) == (ENTRY_ORDER, None, 0.0)


@pytest.mark.parametrize("option", ["--json", "--jsonl"])
def test_json_keeps_the_order_of_the_entries_on_a_terminal(option: str) -> None:
    """It is the form that scripts rely on, wherever it goes."""
    simulated(*MODELS)
    for number in range(8):
        run_cli(option, "--fresh", f"hi{number}", stdout="terminal")
        assert newest().run.order == ENTRY_ORDER


def test_numbers_choose_entries_whatever_their_place() -> None:
    """`-0` is the first entry of the configuration, not of the screen."""
    simulated(*MODELS)
    for number in range(8):
        run_cli("-0", "-2", "--fresh", f"hi{number}", stdout="terminal")
        labels = [each.label for each in newest().run.contenders]
        assert labels == ["a", "c"]


def test_a_letter_votes_for_what_stood_there() -> None:
    """`A` is the answer that was shown first, and `show --json` gives entries."""
    _, recorded = ask_until_drawn_anew()
    first = recorded.run.contenders[recorded.run.order[0]]

    assert run_cli("vote", "A").code == 0

    chosen = newest().chosen
    assert chosen is not None
    assert chosen.indexes == (first.index,)
    printed: dict[str, Any] = json.loads(run_cli("show", "--json").out)
    assert printed["choice"]["labels"] == [first.label]
    assert [each["index"] for each in printed["entries"]] == [*ENTRY_ORDER]


def test_blind_is_drawn_in_a_pipe_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Letters stand in drawn order, whatever `shuffle` says."""
    monkeypatch.setenv("HEXAI_CLI_SHUFFLE", "0")
    simulated(*MODELS)

    run_cli("--blind", "hi")

    run = newest().run
    assert run.seed is not None
    assert run.shuffle == 1.0


def test_a_share_is_recorded_with_lists_that_were_not_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So that one can tell a list left as it was from one that nobody would draw."""
    monkeypatch.setenv("HEXAI_CLI_SHUFFLE", "0.5")
    simulated(*MODELS)
    seeds = set()
    for number in range(40):
        run_cli("--fresh", f"hi{number}", stdout="terminal")
        run = newest().run
        assert run.shuffle == 0.5
        seeds.add(run.seed is None)

    assert seeds == {True, False}


def test_a_share_beyond_one_is_a_problem() -> None:
    """It says where, and what is allowed."""
    write_config("[cli]\nshuffle = 1.5\n")

    result = run_cli("config", "check")

    assert result.code == 1
    assert "cli.shuffle" in result.out + result.err
    assert "must be true or false or a number from 0 to 1" in result.out + result.err
