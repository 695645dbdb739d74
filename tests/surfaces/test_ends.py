"""What broke off, came empty or thought aloud, on the command line and in documents."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.action_desk import Desk, configure, play
from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.command_line import Result, run_cli
from tests.support.replies import cut, hang, status
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
        return run_cli(
            "--config", str(config), "--fresh", *options, "hi", stderr="terminal"
        )


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


def race(
    tmp_path: Path, type_: str, first: list[Reply], second: Reply, *options: str
) -> tuple[Result, int]:
    """Ask two entries, the other one the fallback of the first if so asked.

    Gives how often the first was asked too.
    """
    falls_back = "fallback" in options
    with _in_turn(*first) as broken, _in_turn(second) as good:
        providers = "".join(
            f"""
            [providers.{name}]
            type = "{type_}"
            base_url = "{upstream.url}"
            model = "{name}"
            """
            for name, upstream in (("broken", broken), ("good", good))
        )
        more = 'fallback = { provider = "good", model = "m" }' if falls_back else ""
        other = "" if falls_back else '[[models.cli]]\nprovider = "good"\n'
        config = tmp_path / "config.toml"
        config.write_text(
            f'[[models.cli]]\nprovider = "broken"\n{more}\n{other}{providers}'
        )
        asked = [each for each in options if each != "fallback"]
        result = run_cli("--config", str(config), "--fresh", *asked, "hi")
        questions = [each for each in broken.requests if each.path != "/api/show"]
        return result, len(questions)


def _in_turn(*replies: Reply) -> Upstream:
    """Make an upstream that answers so, and cannot tell about its models."""
    return Upstream(*replies).on("/api/show", status(404))


@every_format
@pytest.mark.parametrize("word", ["abort", "network_error", "never-heard-of"])
def test_a_broken_answer_wins_no_race(tmp_path: Path, type_: str, word: str) -> None:
    """`--first` waits for one that is whole, though it comes later."""
    answer, _ = FORMATS[type_]
    result, _asked = race(
        tmp_path,
        type_,
        [ended(type_, "half of", word)],
        answer("Hello", delay=0.5),
        "--first",
    )

    assert (result.code, result.out) == (0, "Hello")


@every_format
@pytest.mark.parametrize("word", ["abort", "error"])
def test_a_broken_end_before_any_text_is_tried_again(
    tmp_path: Path, type_: str, word: str
) -> None:
    """As an outage is; the second attempt answers, and nothing tells of the first."""
    replies = [ended(type_, (), word), ended(type_, "Hello", "stop")]
    result, asked = race(tmp_path, type_, replies, hang(), "--only", "broken", "--json")

    [entry] = json.loads(result.out)["entries"]
    assert (entry["status"], entry["text"], result.code) == ("answered", "Hello", 0)
    assert asked == 2


@every_format
@pytest.mark.parametrize(
    ("text", "asked", "code"), [((), 3, 0), ("half of", 1, 1)], ids=["before", "behind"]
)
def test_a_broken_end_falls_back_before_any_text(
    tmp_path: Path, type_: str, text: object, asked: int, code: int
) -> None:
    """Behind it nobody else is asked: what had come stands there already."""
    broken, good = ended(type_, text, "abort"), ended(type_, "Hello", "stop")
    result, seen = race(tmp_path, type_, [broken], good, "fallback", "--json")

    [entry] = json.loads(result.out)["entries"]
    said = (entry["text"], seen, result.code)
    assert said == ("half of" if text else "Hello", asked, code)


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
