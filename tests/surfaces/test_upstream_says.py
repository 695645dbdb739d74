"""What upstreams say, from the wire to the terminal and onto the disk."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.command_line import Result, run_cli, write_config
from tests.support.held import holding
from tests.support.replies import json_answer, ndjson, sse, status
from tests.support.upstream import Reply, Upstream

CANARY = "sk-canary-0123456789abcdef"
HEADER = "Bearer proxy-token-0123456789"
ANSWERS: dict[str, Callable[..., Reply]] = {
    "openai": openai_answer,
    "anthropic": anthropic_answer,
    "ollama": ollama_answer,
}
every_format = pytest.mark.parametrize("type_", ANSWERS)


def asked(upstream: Upstream) -> int:
    """Count the questions; what an Ollama is asked of its models is none."""
    return sum(request.path != "/api/show" for request in upstream.requests)


def configure(type_: str, upstream: Upstream, more: str = "") -> None:
    """Make a profile at the upstream the only contender, with a fallback."""
    upstream.on("/api/show", status(404))
    write_config(
        f"""
        [providers.fake]
        type = "{type_}"
        base_url = "{upstream.url}"
        api_key_env = "CANARY"
        headers = {{ X-Proxy = "{HEADER}" }}
        [providers.spare]
        type = "{type_}"
        base_url = "{upstream.url}/spare"
        [[models.cli]]
        provider = "fake"
        model = "m1"
        {more}
        """
    )


def answer(type_: str, text: str) -> Reply:
    """Give an answer in a format."""
    return ANSWERS[type_](text)


def in_stream(type_: str, value: object) -> Reply:
    """Give an error as the only event of a stream."""
    data = json.dumps(value)
    return ndjson(data) if type_ == "ollama" else sse(data)


@every_format
@pytest.mark.parametrize("option", [None, "--json", "--jsonl"])
def test_a_key_in_an_answer_is_shown_and_never_stored(
    type_: str,
    option: str | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The person's own output holds it as it came; no file and no log does."""
    monkeypatch.setenv("CANARY", CANARY)
    said = f"Your key is {CANARY}, by {HEADER}; it begins with {CANARY[:12]}"
    log = tmp_path / "xdg" / "log"
    options = [option] if option else []
    with Upstream(answer(type_, said)) as upstream:
        configure(type_, upstream)
        result = run_cli("--log", str(log), "--log-texts", *options, "which key?")
        again = run_cli("--log", str(log), "--log-texts", *options, "which key?")
        shown = run_cli("show")
        recorded = json.loads(run_cli("show", "--json").out)

    assert result.code == again.code == 0
    if option != "--jsonl":
        assert said in result.out
        assert said in again.out
    assert CANARY not in result.err
    assert asked(upstream) == 2
    assert holding(tmp_path / "xdg", CANARY, HEADER) == []
    assert "Your key is ********, by ********; it begins with ********" in shown.out
    assert "keys masked before it was stored: 3" in shown.out
    assert recorded["entries"][0]["masked"] == 3
    assert "answer" in log.read_text()


@every_format
def test_a_key_in_an_error_is_shown_nowhere(
    type_: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody asked for an error; it is masked on the screen as well."""
    monkeypatch.setenv("CANARY", CANARY)
    error = {"error": {"message": f"wrong key {CANARY}", "code": 401}}
    with Upstream(in_stream(type_, error)) as upstream:
        configure(type_, upstream)
        results = [run_cli("hi", stderr="terminal"), run_cli("--json", "hi")]

    assert all(CANARY not in each.out + each.err for each in results)
    assert all("wrong key ********" in each.out + each.err for each in results)
    assert holding(tmp_path / "xdg", CANARY) == []


def ask(type_: str, *replies: Reply, more: str = "") -> tuple[Result, Upstream]:
    """Ask an upstream that answers so."""
    with Upstream(*replies) as upstream:
        configure(type_, upstream, more)
        return run_cli("hi", stderr="terminal"), upstream


@pytest.fixture
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANARY", CANARY)


OUTAGES = [
    {"error": {"message": "Internal Server Error", "code": 500}},
    [{"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}],
    {"error": {"message": "slow down", "code": "429"}},
]


@pytest.mark.usefixtures("_key")
@every_format
@pytest.mark.parametrize("error", OUTAGES)
@pytest.mark.parametrize("as_body", [False, True])
def test_an_outage_with_status_200_is_tried_again(
    type_: str, error: object, as_body: bool
) -> None:
    """As an event, or as the whole body: like the status that it names."""
    broken = json_answer(error) if as_body else in_stream(type_, error)

    result, upstream = ask(type_, broken, answer(type_, "fine"))

    assert (result.code, result.out, asked(upstream)) == (0, "fine", 2)


@pytest.mark.usefixtures("_key")
@every_format
def test_an_outage_with_status_200_falls_back(type_: str) -> None:
    """After its retries, as any other outage."""
    broken = in_stream(type_, OUTAGES[0])
    spare = 'fallback = { provider = "spare", model = "m2" }'

    result, upstream = ask(
        type_, broken, broken, broken, answer(type_, "spare"), more=spare
    )

    assert (result.code, result.out, asked(upstream)) == (0, "spare", 4)


@pytest.mark.usefixtures("_key")
@every_format
@pytest.mark.parametrize(
    ("error", "said"),
    [
        ({"error": {"message": "Bad", "type": "auth_error", "code": "401"}}, "Bad"),
        ({"error": {"message": "no", "code": "400"}}, "no"),
        ({"detail": "Not authenticated"}, "Not authenticated"),
        (
            {"base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}},
            "b",
        ),
    ],
)
def test_a_refusal_with_status_200_is_told_and_ends(
    type_: str, error: object, said: str
) -> None:
    """One request, no fallback, and the upstream's words."""
    result, upstream = ask(type_, in_stream(type_, error))

    assert (result.code, result.out, asked(upstream)) == (1, "", 1)
    assert said in result.err


@pytest.mark.usefixtures("_key")
@every_format
@pytest.mark.parametrize("code", [405, 501])
def test_what_cannot_be_done_is_asked_once(type_: str, code: int) -> None:
    """And what the upstream says about it stays."""
    result, upstream = ask(type_, status(code, '{"error": "not supported here"}'))

    assert (result.code, asked(upstream)) == (1, 1)
    assert "not supported here" in result.err


@pytest.mark.usefixtures("_key")
@every_format
@pytest.mark.parametrize("code", [408, 409, 425, 429, 500, 529])
def test_what_may_pass_is_tried_again(type_: str, code: int) -> None:
    """By its status alone."""
    result, upstream = ask(type_, status(code, "{}"), answer(type_, "fine"))

    assert (result.out, asked(upstream)) == ("fine", 2)


@pytest.mark.usefixtures("_key")
def test_cached_input_is_shown_by_a_word_of_its_own() -> None:
    """Which parsers that split at blanks skip; and in JSON beside the others."""
    usage = {
        "prompt_tokens": 312,
        "completion_tokens": 9,
        "prompt_tokens_details": {"cached_tokens": 200},
    }
    end = {
        "choices": [{"index": 0, "delta": {"content": "x"}, "finish_reason": "stop"}]
    }
    with Upstream(sse({**end, "usage": usage}, "[DONE]")) as upstream:
        configure("openai", upstream)
        plain = run_cli("hi", stderr="terminal")
        record = run_cli("--fresh", "--json", "hi")
        recorded = run_cli("show", "--json")

    assert re.search(r" in=312 in_cached=200 out=9 ", plain.err)
    for text in (record.out, recorded.out):
        entry = json.loads(text)["entries"][0]
        assert (entry["usage"]["cached"], entry["usage"]["written"]) == (200, None)


@pytest.mark.usefixtures("_key")
@every_format
def test_zeros_beside_a_text_are_estimated_and_marked(type_: str) -> None:
    """And never a price of nothing."""
    with Upstream(ANSWERS[type_]("hello there", usage=(0, 0))) as upstream:
        configure(type_, upstream)
        result = run_cli("hi", stderr="terminal")

    assert re.search(r" in=~[1-9]\d* out=~[1-9]\d* ", result.err)


REFUSAL = status(
    400, '{"error": {"message": "unknown field: temperature is not supported"}}'
)


@pytest.mark.usefixtures("_key")
@every_format
def test_what_is_left_out_is_said_once(type_: str) -> None:
    """With the key that saves the refused request; the answer is as it came."""
    with Upstream(*[REFUSAL, ANSWERS[type_]("fine")] * 2) as upstream:
        configure(type_, upstream)
        first, again = (run_cli("--fresh", "hi", stderr="terminal") for _ in range(2))
        questions = [r for r in upstream.requests if r.path != "/api/show"]
        given = ["temperature" in request.body.decode() for request in questions]

    note = (
        "hexai: note: fake does not take temperature for m1, so the request went "
        'without; to save a refused request set temperature = "default" in '
        "[providers.fake] or in the entry\n"
    )
    assert first.out == again.out == "fine"
    assert first.err.count(note) == 1
    assert "note: " not in again.err
    assert given == [True, False] * 2


@pytest.mark.usefixtures("_key")
@every_format
def test_a_repeat_that_fails_too_is_no_success(type_: str) -> None:
    """Then the refusal counts, and no note hides it."""
    with Upstream(REFUSAL, status(401, "{}")) as upstream:
        configure(type_, upstream)
        result = run_cli("hi", stderr="terminal")

    assert result.code == 1
    assert "note: " not in result.err


def test_ollama_s_variable_is_said_once_and_on_no_pipe() -> None:
    """For a state folder: not with each command, and `config check` always says it."""
    with Upstream(ollama_answer("fine")) as upstream:
        upstream.on("/api/show", status(404))
        write_config('[[models.cli]]\nprovider = "ollama"\nmodel = "m"\n')
        host = upstream.url.removeprefix("http://")
        environ = {**os.environ, "OLLAMA_HOST": host}  # noqa: TID251 - the edge

        def ask() -> Result:
            return run_cli("--fresh", "hi", stderr="terminal", environ=environ)

        first, again = ask(), ask()
        check = run_cli("config", "check", environ=environ)
        run_cli("history", "forget", "--yes", "--all", environ=environ)
        anew = ask()

    note = f"hexai: note: ollama is asked at {upstream.url}, as OLLAMA_HOST says"
    assert [each.err.count(note) for each in (first, again, check, anew)] == [
        1,
        0,
        1,
        1,
    ]
    assert first.out == again.out == "fine"
