"""What broke off, came empty or thought aloud, on the command line and in documents."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.action_desk import Desk, configure, play
from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.command_line import Result, run_cli
from tests.support.replies import cut
from tests.support.upstream import Reply, Upstream

THOUGHTS = ("The user greets me, so I", " should greet.\n</th", "ink>\n\nHello!")

CODE = "def area(w, h):\n    r = w * h\n    s = r\n    t = s\n    return t\n"

Answer = Callable[..., Reply]
FORMATS: dict[str, tuple[Answer, str]] = {
    "openai": (openai_answer, "finish"),
    "anthropic": (anthropic_answer, "stop_reason"),
    "ollama": (ollama_answer, "done_reason"),
}
every_format = pytest.mark.parametrize("type_", FORMATS)


def ask(tmp_path: Path, type_: str, reply: Reply, *options: str) -> Result:
    """Ask an upstream that speaks a format and answers so."""
    with Upstream(reply) as upstream:
        config = tmp_path / "config.toml"
        config.write_text(
            f"""
            [models]
            cli = {{ provider = "fake", model = "x" }}
            [providers.fake]
            type = "{type_}"
            base_url = "{upstream.url}"
            """
        )
        return run_cli("--config", str(config), "--fresh", *options, "hi")


def ended(type_: str, text: object, word: str) -> Reply:
    """Answer in a format, with its word for the end."""
    answer, name = FORMATS[type_]
    return answer(text, **{name: word})


@every_format
@pytest.mark.parametrize(
    "word", ["abort", "network_error", "never-heard-of", "tool_use"]
)
def test_a_broken_answer_is_a_failure(tmp_path: Path, type_: str, word: str) -> None:
    """What had come is printed, and the exit code says that it is no answer."""
    result = ask(tmp_path, type_, ended(type_, "half of", word))

    assert (result.code, result.out) == (1, "half of")
    assert "failed provider=fake" in result.err


@every_format
@pytest.mark.parametrize("word", ["stop", "length"])
def test_an_empty_answer_is_a_failure(tmp_path: Path, type_: str, word: str) -> None:
    """A script must not take it for a success."""
    result = ask(tmp_path, type_, ended(type_, (), word), "--json")

    assert result.code == 1
    [entry] = json.loads(result.out)["entries"]
    assert (entry["status"], entry["error"]["kind"]) == ("failed", "no answer")
    assert ("max_tokens" in entry["error"]["message"]) == (word == "length")


def test_a_reset_behind_the_end_does_not_matter(tmp_path: Path) -> None:
    """The mark of the end is cut off; figures had come."""
    result = ask(tmp_path, "openai", cut(openai_answer("Hello"), 4), "--json")

    assert result.code == 0
    [entry] = json.loads(result.out)["entries"]
    assert (entry["text"], entry["usage"]["source"]) == ("Hello", "reported")


@every_format
def test_thoughts_are_no_part_of_the_answer(tmp_path: Path, type_: str) -> None:
    """They are taken back, and counted as what they are."""
    result = ask(tmp_path, type_, ended(type_, THOUGHTS, "stop"), "--json")

    [entry] = json.loads(result.out)["entries"]
    assert entry["text"] == "Hello!"
    assert entry["usage"]["reasoning"] > 0


def test_what_is_printed_already_is_told_once(tmp_path: Path) -> None:
    """A pipe cannot be taken back."""
    answer = openai_answer(THOUGHTS, gap=0.2)
    result = ask(tmp_path, "openai", answer)

    assert result.out.endswith("\nHello!")
    assert result.err.count("is its reasoning") == 1


def test_events_say_what_is_taken_back(tmp_path: Path) -> None:
    """Whoever reads them can take it back as well."""
    result = ask(tmp_path, "openai", openai_answer(THOUGHTS, gap=0.2), "--jsonl")

    events = [json.loads(line) for line in result.out.splitlines()]
    names = [event["event"] for event in events]
    at = names.index("taken_back")
    after = [event["text"] for event in events[at:] if event["event"] == "delta"]
    assert "".join(after) == "Hello!"


@pytest.mark.parametrize("word", ["abort", "network_error", "sensitive", "tool_calls"])
def test_a_code_action_writes_no_broken_answer(tmp_path: Path, word: str) -> None:
    """The selection stays as it is, and the user is told."""
    half = openai_answer("def area(w, h):\n    r = w * h\n", finish=word)
    with Upstream(half) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose("simplify and improve", 0, len(at.text))
            assert await at.told()
            assert at.text == CODE

        play(scene, CODE, tmp_path)
        assert upstream.requests


def test_a_code_action_writes_no_thoughts_and_no_tokens(tmp_path: Path) -> None:
    """Only what follows the closing tag, up to the control token."""
    answer = openai_answer(
        (
            "I would fold it.\n</think>\n\n",
            "def area(w, h):\n    return w * h\n<|im_",
            "end|>x",
        )
    )
    with Upstream(answer) as upstream:
        configure(upstream)

        async def scene(at: Desk) -> None:
            await at.choose("simplify and improve", 0, len(at.text))
            await at.becomes("def area(w, h):\n    return w * h\n")

        play(scene, CODE, tmp_path)
