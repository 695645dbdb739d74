"""Questions that go on with earlier ones: who is asked what, and what is told of it."""

import json
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hexai.surfaces.cli.app import run
from hexai.surfaces.cli.process import Process
from tests.support.answers import openai_answer
from tests.support.command_line import (
    Terminal,
    run_cli,
    run_typed,
    simulated,
    write_config,
)
from tests.support.replies import hang, status
from tests.support.secrets import samples
from tests.support.upstream import Upstream

ENTRY = """
[[models.cli]]
provider = "{name}"
model = "m-{name}"
label = "{label}"
"""
PROVIDER = """
[providers.{name}]
type = "openai"
base_url = "{url}/{name}"
"""
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000a49444154789c6360000000020001e221bc33000000"
    "0049454e44ae426082"
)
SECRET = next(iter(samples().values()))


def configure(upstream: Upstream, more: str = "", **labels: str) -> None:
    """Configure two providers, one and two, and an entry for each that is labelled."""
    providers = (PROVIDER.format(name=n, url=upstream.url) for n in ("one", "two"))
    entries = (ENTRY.format(name=n, label=label) for n, label in labels.items())
    write_config("".join((*entries, *providers, more)))


@pytest.fixture(name="upstream")
def fixture_upstream() -> Iterator[Upstream]:
    """Answer by the provider's name, and number its answers."""
    with Upstream() as upstream:
        for name in ("one", "two"):
            answers = (openai_answer(f"{name} says {n}") for n in range(1, 9))
            upstream.on(f"/{name}/chat/completions", *answers)
        configure(upstream, one="careful", two="lively")
        yield upstream


def sent(upstream: Upstream, name: str) -> list[list[str]]:
    """Give what each request to a provider said, without the system prompt."""
    bodies = (r.json for r in upstream.requests if r.path.startswith(f"/{name}/"))
    return [
        [
            f"{m['role'][0]}: {m['content']}"
            for m in b["messages"]
            if m["role"] != "system"
        ]
        for b in bodies
    ]


def bodies(upstream: Upstream, name: str) -> list[dict[str, Any]]:
    """Give the bodies that a provider was sent, those asked at once by temperature."""
    asked = [r.json for r in upstream.requests if r.path.startswith(f"/{name}/")]
    return sorted(asked, key=lambda b: (len(b["messages"]), b["temperature"]))


def without_messages(body: dict[str, Any]) -> dict[str, Any]:
    """Give what a request says beside its messages."""
    return {name: value for name, value in body.items() if name != "messages"}


def contenders(number: int) -> dict[str, str]:
    """Give by label the options that tell the contenders of a run apart."""
    return {each["label"]: each["options"] for each in shown(str(number))["entries"]}


def shown(*words: str) -> Any:
    """Give what `hexai show --json` tells."""
    return json.loads(run_cli("show", *words, "--json").out)


class TestWhatIsSent:
    """Each contender goes on with its own thread, unless the user says with whose."""

    def test_each_its_own(self, upstream: Upstream) -> None:
        """With all that was said before, in the order in which it was."""
        run_cli("first")
        run_cli("-c", "and more")
        result = run_cli("-c", "third")

        assert result.code == 0
        assert sent(upstream, "two")[-1] == [
            *("u: first", "a: two says 1", "u: and more", "a: two says 2", "u: third")
        ]
        assert sent(upstream, "one")[-1][1] == "a: one says 1"

    def test_all_with_one(self, upstream: Upstream) -> None:
        """And a model that was not asked before can come along."""
        run_cli("first")
        run_cli("-c", "--from", "careful", "second")
        result = run_cli("-c", "-m", "two:other", "--from", "careful", "third")

        assert result.code == 0
        assert sent(upstream, "two")[1][1] == "a: one says 1"
        assert sent(upstream, "two")[2] == [
            *("u: first", "a: one says 1", "u: second", "a: one says 2", "u: third")
        ]

    def test_one_alone(self, upstream: Upstream) -> None:
        """The others are asked nothing."""
        run_cli("first")
        run_cli("-c=lively", "second")
        run_cli("-c", "third")

        assert len(sent(upstream, "one")) == 1
        assert sent(upstream, "two")[-1][-2:] == ["a: two says 2", "u: third"]

    def test_another_run(self, upstream: Upstream) -> None:
        """Threads part there, and each has its own past."""
        run_cli("first")
        run_cli("second")
        run_cli("-c", "1", "third one")

        assert sent(upstream, "one")[-1] == [
            "u: first",
            "a: one says 1",
            "u: third one",
        ]

    def test_the_system_prompt_stays(self, upstream: Upstream) -> None:
        """Until another one is given, or an explanation is asked for."""
        run_cli("-s", "be a poet", "first")
        run_cli("-c", "second")
        run_cli("-c", "explain that")
        run_cli("-c", "-s", "be brief", "fourth")

        systems = [
            request.json["messages"][0]["content"]
            for request in upstream.requests
            if request.path.startswith("/one/")
        ]
        assert systems[:2] == ["be a poet", "be a poet"]
        assert systems[2] not in ("be a poet", "be brief")
        assert systems[3] == "be brief"

    def test_who_failed_is_asked_both(self, upstream: Upstream) -> None:
        """In one message, and the user is told."""
        upstream.on("/one/chat/completions", status(400), openai_answer("here I am"))
        run_cli("first")
        result = run_cli("-c", "second")

        assert sent(upstream, "one")[-1] == ["u: first\n\nsecond"]
        assert "careful said nothing to the question before" in result.err

    def test_after_the_first_answer(self, upstream: Upstream) -> None:
        """Who was stopped for another's sake is asked both, like who failed."""
        upstream.on("/one/chat/completions", hang(), openai_answer("here I am"))
        run_cli("--first", "first")
        run_cli("-c", "second")

        assert sent(upstream, "one")[-1] == ["u: first\n\nsecond"]
        assert sent(upstream, "two")[-1][1] == "a: two says 1"

    def test_what_broke_off_goes_along(self, upstream: Upstream) -> None:
        """As it stood on the screen."""
        answer = openai_answer("half an ans", finish="length")
        upstream.on("/one/chat/completions", answer)
        run_cli("first")
        run_cli("-c", "go on")

        assert sent(upstream, "one")[-1] == ["u: first", "a: half an ans", "u: go on"]

    def test_the_same_again_comes_from_the_cache(self, upstream: Upstream) -> None:
        """And what was said before is a part of the question."""
        run_cli("first")
        run_cli("-c=1", "second")
        run_cli("-c=1", "second")
        run_cli("-c", "second")

        assert len(sent(upstream, "one")) == 3
        assert all(each["cached"] for each in shown("3")["entries"])

    def test_what_was_attached_goes_along(
        self, upstream: Upstream, tmp_path: Path
    ) -> None:
        """As the text that it was; images are not kept, which is told."""
        (tmp_path / "notes.txt").write_text("the notes")
        (tmp_path / "dot.png").write_bytes(PNG)
        names = [str(tmp_path / name) for name in ("notes.txt", "dot.png")]
        run_cli("-f", names[0], "-f", names[1], "first")
        result = run_cli("-c", "-f", names[0], "second", stderr="terminal")
        first, _answer, second = sent(upstream, "one")[-1]

        assert result.code == 0
        assert ("the notes" in first, "the notes" in second) == (True, True)
        assert "images are not stored" in result.err
        assert "dot.png" in result.err

    def test_in_json_and_by_choice(self, upstream: Upstream) -> None:
        """The forms of an answer are those of any question."""
        run_cli("first")
        result = run_cli("-c", "--json", "second")
        code, text = run_typed("A", "-c", "--pick", "third", when="skip: ")

        assert len(json.loads(result.out)["entries"]) == 2
        assert (code, "one says 3" in text) == (0, True)


class TestWhichRun:
    """What `-c` goes on with is clear, or nothing is sent."""

    @pytest.mark.parametrize("words", [("1", "more"), ("careful", "thoughts")])
    def test_a_word_that_may_be_either(
        self, upstream: Upstream, words: tuple[str, ...]
    ) -> None:
        """It says how to write what was meant."""
        run_cli("first")
        result = run_cli("-c", *words)

        assert result.code == 2
        assert f"write -c={words[0]}" in result.err
        assert len(upstream.requests) == 2

    @pytest.mark.parametrize("words", [("carefull", "go", "on"), ("carefull", "go on")])
    def test_a_slip_in_a_label_asks_nobody(
        self, upstream: Upstream, words: tuple[str, ...]
    ) -> None:
        """It says how to write the label, and how to ask it."""
        run_cli("first")
        result = run_cli("-c", *words)

        assert result.code == 2
        assert "`carefull` is nearly careful; write -c=careful" in result.err
        assert len(upstream.requests) == 2
        assert run_cli("-c", "--", *words).code == 0

    def test_a_lone_word_is_no_slip(self, upstream: Upstream) -> None:
        """Though `more` is nearly `vote`."""
        run_cli("first")
        run_cli("-c", "more")

        assert sent(upstream, "one")[-1][-1] == "u: more"

    def test_a_question_after_two_dashes(self, upstream: Upstream) -> None:
        """Is one whatever it begins with."""
        run_cli("first")
        run_cli("-c", "--", "careful", "thoughts")

        assert sent(upstream, "one")[-1][-1] == "u: careful thoughts"

    @pytest.mark.parametrize(
        ("words", "told"),
        [
            (["-c", "more"], "no earlier question"),
            (["-c=7", "more"], "there is no run 7"),
            (["-c=nobody", "more"], "no earlier question"),
            (["-c", "--again"], "-c goes on with a run"),
            (["--from", "careful", "more"], "add -c"),
        ],
    )
    def test_there_is_none(
        self, upstream: Upstream, words: list[str], told: str
    ) -> None:
        """Exit 2, and nothing is sent."""
        result = run_cli(*words)

        assert (result.code, told in result.err) == (2, True)
        assert upstream.requests == []

    def test_whose_answer_must_be_said(self, upstream: Upstream) -> None:
        """A model that was not asked has no thread of its own, unless one is meant."""
        run_cli("first")
        unclear = run_cli("-c", "-m", "two:other", "second")
        run_cli("vote", "careful")
        voted = run_cli("-c", "-m", "two:other", "second")

        assert unclear.code == 2
        assert "--from, with one of careful, lively" in unclear.err
        assert voted.code == 0
        assert sent(upstream, "two")[-1] == ["u: first", "a: one says 1", "u: second"]

    def test_the_last_of_this_terminal(self, upstream: Upstream) -> None:
        """Before what was asked in another, which only who has none takes, and says."""
        here, there, elsewhere = (Terminal(columns=100) for _ in range(3))
        ask_at(here, "first")
        ask_at(there, "second")
        ask_at(here, "-c", "third")
        ask_at(elsewhere, "-c", "fourth")

        ask_at(there, "vote", "careful")
        run_cli("vote", "lively")

        chosen = [json.loads(run_cli("show", str(n), "--json").out) for n in (2, 4)]
        labels = [each["choice"]["labels"] for each in chosen]
        assert labels == [["careful"], ["lively"]]
        said = elsewhere.text()
        assert sent(upstream, "one")[2][0] == "u: first"
        assert sent(upstream, "one")[3][2] == "u: third"
        assert "going on with run 3, asked in another terminal" in said
        assert "going on" not in here.text() + there.text()

    def test_texts_that_are_not_kept(self, upstream: Upstream) -> None:
        """Cannot be sent again, which is said plainly."""
        configure(upstream, '\n[ledger]\nstore_text = "none"\n', one="careful")
        run_cli("first")
        result = run_cli("-c", "second")

        assert result.code == 2
        assert "its texts are not kept" in result.err
        assert len(upstream.requests) == 1


class TestWhoIsAsked:
    """Those who were asked, as they were asked."""

    def test_renamed_and_changed(self, upstream: Upstream) -> None:
        """They go on, and it is said what is another."""
        run_cli("first")
        configure(upstream, one="calm")
        result = run_cli("-c", "second")

        assert "careful is called calm by now" in result.err
        assert {each["label"] for each in shown("2")["entries"]} == {"calm", "lively"}
        assert sent(upstream, "two")[-1][1] == "a: two says 1"

    def test_a_label_that_names_another_model(self, upstream: Upstream) -> None:
        """The model that was asked goes on."""
        run_cli("first")
        configure(upstream, two="careful")
        result = run_cli("-c=careful", "second", stderr="terminal")

        assert "careful is two:m-two by now; one:m-one goes on" in result.err
        assert sent(upstream, "one")[-1][1] == "a: one says 1"

    def test_an_entry_that_was_changed(self, upstream: Upstream) -> None:
        """The contender goes on as it began, which is said."""
        run_cli("first")
        entry = ENTRY.format(name="one", label="careful") + "temperature = 0.9\n"
        write_config(entry + PROVIDER.format(name="one", url=upstream.url))
        result = run_cli("-c=careful", "second", stderr="terminal")

        told = "careful goes on as it began, not as it is configured (temperature 0.9 →"
        assert f"{told} 0.2)" in result.err
        assert bodies(upstream, "one")[-1]["temperature"] == 0.2
        assert "another contender" not in result.err
        assert contenders(1)["careful"] == contenders(2)["careful"]

    def test_options_of_the_line(self, upstream: Upstream) -> None:
        """They go along, whatever they are, until the line says others."""
        listed = """-o|stop=["END", "a longer text that stops"]|-o|seed=7"""
        run_cli(*listed.split("|"), "-o", "user=me", "-o", "temperature=0", "first")
        plain = run_cli("-c", "second")
        changed = run_cli("-c", "-o", "seed=8", "third")

        first, second, third = map(without_messages, bodies(upstream, "one"))
        assert first == second == {**third, "seed": 7}
        assert (first["user"], third["seed"]) == ("me", 8)
        assert "careful goes on as it began, not as it is configured (s" in plain.err
        assert "another contender" not in plain.err
        assert "asked with other options than before (seed 7 → 8)" in changed.err
        assert contenders(1) == contenders(2) != contenders(3)

    def test_an_option_of_a_follow_up(self, upstream: Upstream) -> None:
        """Stays, which is said once, with what takes it back; that is no news then."""
        ask = partial(run_cli, stderr="terminal")
        ask("--only", "careful", "first")
        ask("-c", "-o", "temperature=1", "-o", "seed=7", "second")
        third, fourth = ask("-c", "third"), ask("-c", "fourth")
        back = ask("-c", "-o", "temperature=0.2", "-o", "seed=null", "fifth")
        sixth = ask("-c", "sixth")

        told = "careful goes on with seed 7, temperature 1, as last asked; "
        assert f"{told}-o seed=null -o temperature=0.2 take it back" in third.err
        assert "goes on" not in fourth.err + back.err + sixth.err
        asked = bodies(upstream, "one")
        assert [b["temperature"] for b in asked] == [0.2, 1, 1, 1, 0.2, 0.2]
        assert [b.get("seed") for b in asked] == [None, 7, 7, 7, None, None]
        refused = run_cli("-c", "-o", "seed=default", "seventh")
        assert "-o seed=null leaves it out" in refused.err

    def test_temperatures_of_the_line(self, upstream: Upstream) -> None:
        """Two of one model stay two, and each goes on with its own answer."""
        run_cli("-m", "one:other@0", "-m", "one:other@0.9", "first")
        result = run_cli("-c", "second")
        run_cli("-c", "-m", "one:other@0.9", "third")

        asked = bodies(upstream, "one")
        said = {b["temperature"]: b["messages"][2]["content"] for b in asked[2:4]}
        assert [each["temperature"] for each in asked] == [0, 0.9, 0, 0.9, 0.9]
        assert {said[0], said[0.9]} == {"one says 1", "one says 2"}
        assert asked[4]["messages"][2]["content"] == said[0.9]
        assert "same as" not in result.out
        assert contenders(1) == contenders(2)

    def test_a_model_that_its_entry_has_no_more(self, upstream: Upstream) -> None:
        """Goes on with what the entry said: two temperatures stay two."""
        provider = PROVIDER.format(name="one", url=upstream.url)
        entries = [
            ENTRY.format(name="one", label=label) + f"temperature = {temperature}\n"
            for label, temperature in (("careful", 0.0), ("lively", 0.9))
        ]
        write_config("".join((*entries, provider)))
        run_cli("first")
        write_config("".join((*entries, provider)).replace("m-one", "m-new"))
        result = run_cli("-c", "second", stderr="terminal")

        asked = bodies(upstream, "one")
        assert [each["temperature"] for each in asked] == [0, 0.9, 0, 0.9]
        assert {each["model"] for each in asked} == {"m-one"}
        assert "careful is one:m-new by now; one:m-one goes on, as it" in result.err
        assert contenders(1) == contenders(2)

    def test_a_secret_is_not_kept(self, upstream: Upstream) -> None:
        """Who was asked with one, for once, goes on without it, which is said."""
        secret = samples()["github-token"]
        run_cli("--send-anyway", "-o", f"user={secret}", "-o", "seed=7", "first")
        result = run_cli("-c", "second")

        assert result.code == 0
        assert bodies(upstream, "one")[-1].keys() >= {"seed"}
        assert "user" not in bodies(upstream, "one")[-1]
        told = "careful was asked with a secret, which is not kept; it goes on without"
        assert f"{told} user" in result.err

    def test_in_a_chat(self, upstream: Upstream) -> None:
        """What goes on with a run goes on with its options."""
        run_cli("-m", "one:other@0", "-m", "one:other@0.9", "first")
        run_typed("second\n/quit\n", "chat", "-c")

        asked = bodies(upstream, "one")
        assert [each["temperature"] for each in asked] == [0, 0.9, 0, 0.9]

    def test_a_provider_that_is_gone(self, upstream: Upstream) -> None:
        """Nothing is sent until it is left out."""
        run_cli("first")
        write_config(
            ENTRY.format(name="one", label="careful")
            + PROVIDER.format(name="one", url=upstream.url)
        )
        refused = run_cli("-c", "second")
        result = run_cli("-c", "--only", "careful", "second")

        assert (refused.code, result.code) == (2, 0)
        assert "lively (two:m-two) cannot go on" in refused.err

    def test_a_model_that_was_named_on_the_line(self, upstream: Upstream) -> None:
        """Need not be named again."""
        run_cli("-m", "two:other", "first")
        result = run_cli("-c", "second")

        assert result.code == 0
        assert upstream.requests[-1].json["model"] == "other"


class TestBlind:
    """Letters stay whose they are, and nothing names anybody before a vote."""

    def test_until_a_vote(self, upstream: Upstream) -> None:
        """The same letter has the same thread, and the vote names it."""
        run_cli("--blind", "first")
        result = run_cli("-c", "--json", "second")
        letters = {e["label"]: e["text"] for e in json.loads(result.out)["entries"]}
        first = {e["label"]: e["text"] for e in shown("1")["entries"]}
        whole = run_cli("show").out

        assert {k: v[:3] for k, v in letters.items()} == {
            k: v[:3] for k, v in first.items()
        }
        assert {*letters} == {"A", "B"}
        for name in ("careful", "lively", "m-one", "m-two"):
            assert name not in result.out + result.err + whole

        named = run_cli("vote", "A")
        assert "careful" in named.out
        later = run_cli("-c", "third")
        assert "=== careful ===" in later.out

    @pytest.mark.parametrize(
        "options", [["--only", "careful"], ["-m", "one:m-one"], ["-0"], ["--no-blind"]]
    )
    def test_what_would_tell_is_refused(
        self, upstream: Upstream, options: list[str]
    ) -> None:
        """Whoever leaves somebody out would see whose letter is missing."""
        run_cli("--blind", "first")
        result = run_cli("-c", *options, "second")

        assert result.code == 2
        assert "blind" in result.err
        assert len(upstream.requests) == 2

    def test_from_a_letter(self, upstream: Upstream) -> None:
        """All go on with the answer that stands there; a label is nobody's."""
        run_cli("--blind", "first")
        by_label = run_cli("-c", "--from", "careful", "second")
        result = run_cli("-c", "--from", "B", "second")
        b = next(e["text"] for e in shown("1")["entries"] if e["label"] == "B")

        assert by_label.code == 2
        assert "names stay hidden until you vote" in by_label.err
        assert result.code == 0
        assert sent(upstream, "one")[-1][1] == sent(upstream, "two")[-1][1] == f"a: {b}"

    def test_after_names_were_shown(self, upstream: Upstream) -> None:
        """A thread cannot become blind."""
        run_cli("first")
        result = run_cli("-c", "--blind", "second")

        assert result.code == 2
        assert "names were shown" in result.err


class TestTheGuard:
    """It looks at the whole of what is sent again."""

    def test_a_secret_in_an_earlier_question(self, upstream: Upstream) -> None:
        """What was sent once by wish is not sent again without."""
        run_cli("--send-anyway", f"look at {SECRET}")
        refused = run_cli("-c", "and now?")
        result = run_cli("-c=1", "--send-anyway", "and now?")

        assert "of question 1 of the thread" in refused.err
        assert refused.code == 1
        assert result.code == 0
        assert len(upstream.requests) == 4

    def test_a_secret_in_an_earlier_answer(self, upstream: Upstream) -> None:
        """Keeps back who would be sent it, and nobody else."""
        upstream.on("/one/chat/completions", openai_answer(f"use {SECRET}"))
        run_cli("first")
        result = run_cli("-c", "second")

        assert result.code == 4
        assert "of an earlier answer" in result.err
        assert [len(sent(upstream, name)) for name in ("one", "two")] == [1, 2]


class TestTheLedger:
    """Threads are recorded, shown, and forgotten as one."""

    def test_shown_from_the_beginning(self, upstream: Upstream) -> None:
        """With whose answer each goes on, for people and for programs."""
        run_cli("first")
        run_cli("-c", "--from", "careful", "second")
        text, record = run_cli("show").out, shown()
        [earlier] = record["earlier"]

        assert text.index("first") < text.index("one says 1") < text.index("second")
        assert "goes on with run 1" in text
        assert "goes on with careful" in text
        assert record["thread"] == record["follows"] == earlier["run_id"]
        assert [each["follows"] for each in record["entries"]] == ["careful"] * 2
        assert [each["turns"] for each in record["entries"]] == [1, 1]

    def test_marked_in_the_history(self, upstream: Upstream) -> None:
        """What goes on says little alone."""
        run_cli("first")
        run_cli("-c", "and more")
        first, second = run_cli("history").out.splitlines()[1:]

        assert (first.endswith("  first"), second.endswith("↳ and more")) == (
            True,
            True,
        )

    def test_forgotten_whole(self, upstream: Upstream) -> None:
        """With one of its runs go all others."""
        run_cli("first")
        run_cli("another")
        run_cli("-c=1", "second")
        result = run_cli("history", "forget", "--yes", "3")

        assert "forgot 2 runs" in result.out
        assert [json.loads(run_cli("history", "--json").out)["prompt"]] == ["another"]

    def test_a_vote_counts_once(self, upstream: Upstream) -> None:
        """Later ones of the thread are kept, and it is said that they do not count."""
        run_cli("first")
        run_cli("-c", "second")
        first = run_cli("vote", "2", "careful")
        second = run_cli("vote", "1", "lively")

        assert "careful ahead 1:0" in first.out
        assert "this vote does not count: a thread counts once" in second.out
        assert shown("1")["choice"]["labels"] == ["lively"]

    def test_the_last_prompt_again(self, upstream: Upstream) -> None:
        """Would be asked without what it goes on with."""
        run_cli("first")
        run_cli("-c", "second")
        result = run_cli("--again", "-m", "two:other")

        assert result.code == 2
        assert "goes on with another" in result.err


def test_what_does_not_fit_is_told(upstream: Upstream) -> None:
    """The oldest turns stay away where the model holds too little, never silently."""
    refusal = {
        "error": {
            "message": "This model's maximum context length is 1000 tokens",
            "type": "invalid_request_error",
            "code": "context_length_exceeded",
        }
    }
    long = " ".join(f"word{n}" for n in range(500))
    upstream.on(
        "/one/chat/completions",
        openai_answer(long),
        openai_answer("short"),
        status(400, body=json.dumps(refusal).encode()),
        openai_answer("fits"),
    )
    configure(upstream, one="careful")
    run_cli("first")
    run_cli("-c", "second")
    result = run_cli("-c", "third", stderr="terminal")

    assert result.code == 0
    assert sent(upstream, "one")[-1] == ["u: second", "a: short", "u: third"]
    assert "not sent were the oldest 1 turns" in result.err
    assert [each["turns"] for each in shown()["entries"]] == [1]


def ask_at(terminal: Terminal, *words: str) -> int:
    """Ask, or vote, at a terminal that stays open."""
    environ = {"TERM": "xterm", **os.environ}  # noqa: TID251 - the edge
    process = Process(
        arguments=words if words[0] == "vote" else ("--plain", *words),
        environ=environ,
        home=environ["HOME"],
        stdin=terminal.descriptor,
        stdout=terminal.descriptor,
        stderr=terminal.descriptor,
    )
    return run(process)


def test_a_simulated_thread_needs_no_server() -> None:
    """What the tutorial shows."""
    simulated("echo")
    run_cli("hi")

    assert run_cli("-c", "you").out.strip() == "you"
