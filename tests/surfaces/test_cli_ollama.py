"""The command line and an Ollama: loads, waits, and prompts that do not fit."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import pytest

from tests.support.command_line import Result, run_cli, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.support.upstream import Upstream

LONG = "word " * 6_000
"""About 7,500 tokens, where an Ollama holds 4,096 as it is installed."""


@contextmanager
def configured(ollama: Ollama, *entries: str, more: str = "") -> Iterator[Upstream]:
    """Serve an Ollama, and configure entries of it."""
    tables = "\n".join(f"[[models.cli]]\nprovider = 'ollama'\n{e}" for e in entries)
    with serve(ollama) as upstream:
        write_config(f"[ollama]\nbase_url = '{upstream.url}'\n{more}\n{tables}\n")
        yield upstream


def ask(*words: str) -> Result:
    """Ask, and print JSON."""
    return run_cli("--json", "--fresh", *words, stderr="terminal")


def test_a_load_is_in_no_other_figure() -> None:
    """The closing line and the JSON tell it apart; the load is one of its own."""
    ollama = Ollama({"qwen:latest": Model(loads_in=0.5)})
    with configured(ollama, "model = 'qwen'"):
        result = ask("hi")
    [entry] = json.loads(result.out)["entries"]
    assert entry["status"] == "answered"
    assert 500 <= entry["loading_ms"] < 5000
    assert entry["ttft_ms"] < 450
    assert " loading=" in result.err
    assert ollama.log == ["load qwen:latest", "loaded qwen:latest"]
    shown = json.loads(run_cli("show", "--json").out)["entries"][0]
    assert shown["loading_ms"] == entry["loading_ms"]


def test_a_model_that_is_not_there_is_named_with_how_to_get_it() -> None:
    """By whatever finds out first: mostly the request to load it."""
    with configured(Ollama({"qwen:latest": Model()}), "model = 'nosuch'"):
        asked, tested = run_cli("--fresh", "hi"), run_cli("models", "test")
    for said in (asked.err, tested.out):
        assert "model 'nosuch' not found; get it with: ollama pull nosuch" in said


def test_events_tell_when_a_model_is_loaded() -> None:
    """Between the slot and the answer: loading, then ready."""
    with configured(Ollama({"qwen:latest": Model(loads_in=0.05)}), "model = 'qwen'"):
        lines = run_cli("--jsonl", "--fresh", "hi").out.splitlines()
    events = [json.loads(line)["event"] for line in lines]
    assert events[1:5] == ["queued", "started", "loading", "ready"]


def test_a_busy_ollama_is_told_as_a_wait() -> None:
    """What another client takes is queued, in the closing line and in the record."""
    ollama = Ollama({"qwen:latest": Model(says=["a", "b"], gap=2)})
    with configured(ollama, "model = 'qwen'") as upstream:
        body = {"model": "qwen", "messages": [{"role": "user", "content": "other"}]}
        data = json.dumps(body).encode()
        other = threading.Thread(
            target=lambda: urlopen(Request(f"{upstream.url}/api/chat", data)).read()
        )
        other.start()
        upstream.wait(lambda: len(upstream.requests) == 1)
        result = ask("hi")
        other.join()
    [entry] = json.loads(result.out)["entries"]
    assert entry["queued_ms"] >= 400
    assert entry["ttft_ms"] < 400
    assert " queued=" in result.err
    shown = json.loads(run_cli("show", "--json").out)["entries"][0]
    assert shown["queued_ms"] == entry["queued_ms"]


def test_a_prompt_that_does_not_fit_is_refused_with_what_to_set() -> None:
    """Nobody answers from half of it."""
    with configured(Ollama({"qwen:latest": Model()}), "model = 'qwen'"):
        result = run_cli("--fresh", LONG, stderr="terminal")
    assert (result.code, result.out) == (1, "")
    assert "does not fit the model's context" in result.err
    assert "num_ctx" in result.err
    assert "OLLAMA_CONTEXT_LENGTH" in result.err


def test_a_prompt_that_was_cut_is_told_everywhere() -> None:
    """The answer is printed, and marked: closing line, JSON, record, statistics."""
    ollama = Ollama({"qwen:latest": Model()}, version="0.11.0", obeys=False)
    with configured(ollama, "model = 'qwen'"):
        result = ask(LONG)
        again = run_cli(LONG, stderr="terminal")
    [entry] = json.loads(result.out)["entries"]
    assert entry["status"] == "answered"
    assert entry["given"] == {"tokens": 7613, "held": 4096, "cut": True}
    assert "prompt=cut(2050/~7613)" in result.err
    assert "cached" not in again.err
    shown = json.loads(run_cli("show", "--json").out)["entries"][0]
    assert shown["given"]["cut"] is True
    assert "prompt=cut(" in run_cli("show").out + run_cli("show").err
    [row] = json.loads(run_cli("stats", "--json").out)["models"]
    assert (row["answered"], row["cut"], row["ttft_p50_ms"]) == (2, 2, None)
    assert "upstream had cut" in run_cli("stats", "--wide").out


def test_a_prompt_that_was_cut_is_told_in_a_pipe_too() -> None:
    """Where one answer is otherwise alone; only `--quiet` keeps it from being told."""
    ollama = Ollama({"qwen:latest": Model()}, version="0.11.0", obeys=False)
    with configured(ollama, "model = 'qwen'"):
        whole = run_cli("--fresh", "hi")
        cut = run_cli("--fresh", LONG)
        quiet = run_cli("--fresh", "--quiet", LONG)
    assert (whole.out, whole.err) == ("hello", "")
    assert cut.out == "hello"
    assert "prompt=cut(2050/~7613)" in cut.err
    assert (quiet.code, quiet.err) == (0, "")


def test_an_answer_to_a_cut_prompt_is_in_no_verdict() -> None:
    """A vote between it and another compares nothing."""
    ollama = Ollama(
        {"qwen:latest": Model(), "other:latest": Model(says=["yes"])},
        version="0.11.0",
        obeys=False,
        most_loaded=2,
    )
    entries = ("model = 'qwen'", "model = 'other'\nnum_ctx = 16384")
    with configured(ollama, *entries):
        assert ask(LONG).code == 0
    assert run_cli("vote", "other").code == 0
    boards = json.loads(run_cli("leaderboard", "--json").out)
    assert "qwen" not in json.dumps(boards)


def test_a_set_context_holds_what_the_usual_one_does_not() -> None:
    """`num_ctx` goes along with the load and the question."""
    ollama = Ollama({"qwen:latest": Model()})
    with configured(ollama, "model = 'qwen'\nnum_ctx = 16384"):
        [entry] = json.loads(ask(LONG).out)["entries"]
    assert entry["given"] == {"tokens": 7613, "held": 16384, "cut": False}
    assert ollama.asked[0]["options"]["num_ctx"] == 16384


@pytest.mark.parametrize("order", [("warm", "cold"), ("cold", "warm")])
def test_a_race_loads_once_whatever_the_order(order: tuple[str, str]) -> None:
    """Where one model fits, the loaded one goes first."""
    ollama = Ollama({"cold:latest": Model(loads_in=0.2), "warm:latest": Model()})
    ollama.loaded["warm:latest"] = 4096
    with configured(ollama, *(f"model = '{name}'" for name in order)):
        entries = json.loads(ask("hi").out)["entries"]
    assert [entry["status"] for entry in entries] == ["answered"] * 2
    assert [each for each in ollama.log if each.startswith("load ")] == [
        "load cold:latest"
    ]
