"""What upstreams say, on every surface of an editor, in every format."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec import Struct

from hexai.service.log import FileLog
from tests.support.faults import ANSWERED, FORMATS, Fault, Format, answer
from tests.support.held import holding
from tests.support.replies import json_answer, ndjson, sse, status
from tests.support.stage import ANSWER, GOOD, QUESTION, SELECTED, Seen, Stage, recorded
from tests.support.upstream import Exchange, Reply

CANARY = "sk-canary-0123456789abcdef"
TRIED = 3
"""Attempts at what may pass."""


class Row(Struct, frozen=True, kw_only=True):
    """One error as an upstream tells it, and what has to come of it."""

    name: str
    reply: Callable[[Format], Reply]
    kind: str
    said: str
    attempts: int = 1


def body(value: object) -> Callable[[Format], Reply]:
    """Tell it as the whole body, with status 200, after blank lines."""
    text = "\n\n" + json.dumps(value)
    return lambda _form: status(200, text, {"content-type": "application/json"})


def event(value: object) -> Callable[[Format], Reply]:
    """Tell it as the first event of a stream, or its first line."""
    data = value if isinstance(value, str) else json.dumps(value)
    return lambda form: ndjson(data) if form == "ollama" else sse(data)


def block(data: bytes, line: object) -> Callable[[Format], Reply]:
    """Tell it by a block of a stream of events; an Ollama has lines only."""
    text = line if isinstance(line, str) else json.dumps(line)
    return lambda form: ndjson(text) if form == "ollama" else sse(data)


def refusal(code: int, value: object) -> Callable[[Format], Reply]:
    """Tell it with a status of its own."""
    return lambda _form: json_answer(value, code=code)


_CONTEXT = "request (6009 tokens) exceeds the available context size (4096 tokens)"
_TOO_LONG = {"error": {"code": 400, "message": _CONTEXT}}
_INSPECTED = {"code": "DataInspectionFailed", "message": "input may be unsafe"}
_BUSY = "Too many requests, please slow down"
_OVERLOADED = {
    "error": {"code": 503, "message": "overloaded now", "status": "UNAVAILABLE"}
}
_IN_A_CHOICE = {
    "choices": [
        {
            "delta": {"content": ""},
            "finish_reason": "error",
            "error": {"code": 429, "message": "rate limited"},
        }
    ]
}


def coded(code: str, message: str) -> dict[str, object]:
    """Give an error whose code is a text."""
    return {"error": {"message": message, "type": "some_error", "code": code}}


ROWS = (
    Row(
        name="500 in a body",
        reply=body({"error": {"message": "Internal Server Error", "code": 500}}),
        kind="overloaded",
        said="Internal Server Error",
        attempts=TRIED,
    ),
    Row(
        name="no balance",
        reply=body(
            {
                "base_resp": {
                    "status_code": 1008,
                    "status_msg": "insufficient balance",
                },
                "choices": None,
            }
        ),
        kind="rate limit",
        said="insufficient balance",
    ),
    Row(
        name="an expired token",
        reply=body({"status": "439", "msg": "token has expired"}),
        kind="authentication",
        said="token has expired",
    ),
    Row(
        name="a limit by a number",
        reply=body({"error_code": 17, "error_msg": "daily request limit reached"}),
        kind="rate limit",
        said="daily request limit reached",
        attempts=TRIED,
    ),
    Row(
        name="another endpoint",
        reply=body({"error": "Unexpected endpoint or method. (POST /chat)"}),
        kind="bad answer",
        said="Unexpected endpoint or method. (POST /chat)",
    ),
    Row(
        name="bare JSON in a stream",
        reply=block(json.dumps(_TOO_LONG).encode() + b"\n", _TOO_LONG),
        kind="context too long",
        said=_CONTEXT,
    ),
    Row(
        name="printed JSON in a stream",
        reply=lambda _form: status(
            200,
            json.dumps(_TOO_LONG, indent=2) + "\n",
            {"content-type": "text/event-stream"},
        ),
        kind="context too long",
        said=_CONTEXT,
    ),
    Row(
        name="a field error",
        reply=block(b"error: %b\n\n" % json.dumps(_TOO_LONG).encode(), _TOO_LONG),
        kind="context too long",
        said=_CONTEXT,
    ),
    Row(
        name="prose in an event error",
        reply=block(b"event: error\ndata: %b\n\n" % _BUSY.encode(), {"error": _BUSY}),
        kind="rate limit",
        said=_BUSY,
        attempts=TRIED,
    ),
    Row(
        name="prose that says error",
        reply=block(
            b"data: error: CUDA out of memory\n\n", {"error": "CUDA out of memory"}
        ),
        kind="bad request",
        said="CUDA out of memory",
    ),
    Row(
        name="a detail",
        reply=event({"detail": "Not authenticated"}),
        kind="authentication",
        said="Not authenticated",
    ),
    Row(
        name="an event error without a blank",
        reply=block(
            b"event:error\ndata:%b\n\n" % json.dumps(_INSPECTED).encode(), _INSPECTED
        ),
        kind="content filter",
        said="input may be unsafe",
    ),
    Row(
        name="a list",
        reply=event([_OVERLOADED]),
        kind="overloaded",
        said="overloaded now",
        attempts=TRIED,
    ),
    Row(
        name="an error in a choice",
        reply=event(_IN_A_CHOICE),
        kind="rate limit",
        said="rate limited",
        attempts=TRIED,
    ),
    *(
        Row(
            name=f"{code} as a text",
            reply=event(coded(code, "said so")),
            kind=kind,
            said="said so",
            attempts=attempts,
        )
        for code, kind, attempts in (
            ("400", "bad request", 1),
            ("401", "authentication", 1),
            ("429", "rate limit", TRIED),
        )
    ),
    Row(
        name="JSON within JSON",
        reply=refusal(400, {"error": json.dumps(_TOO_LONG)}),
        kind="context too long",
        said=_CONTEXT,
    ),
    Row(
        name="500 for a bad option",
        reply=refusal(
            500, {"error": 'option "num_ctx" must be of type integer, got string'}
        ),
        kind="bad request",
        said="must be of type integer",
    ),
    Row(
        name="500 for a bad format",
        reply=refusal(500, {"error": 'invalid format: "yaml"; expected "json"'}),
        kind="bad request",
        said="invalid format",
    ),
)


def play(stage: Stage) -> Seen:
    """Let editors meet it."""
    return asyncio.run(stage.play())


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_an_error_wherever_it_stands_is_told_and_changes_nothing(
    row: Row, form: Format
) -> None:
    """Its own words reach the user; only what may pass is asked for again."""
    stage = Stage(Fault(name=row.name, kind=row.kind, reply=row.reply), form)

    seen = play(stage)

    assert (seen.notes, seen.acted) == (QUESTION, SELECTED)
    assert set(seen.completion) == set(seen.inline) == {GOOD}
    assert len(seen.shown) == 2
    assert all(row.said in told for told in seen.shown)
    assert any(row.said in line for line in seen.logged)
    assert [len(each) for each in stage.asked] == [row.attempts] * 4
    assert {run.contenders[0].error_kind for run in recorded()} == {row.kind}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.name in {"500 in a body", "a list", "429 as a text"}],
    ids=lambda row: row.name,
)
def test_an_outage_with_status_200_falls_back(row: Row, form: Format) -> None:
    """On every surface, after its retries, and the fallback's answer is written."""
    entry = 'fallback = { provider = "good", model = "m2" }'
    fault = Fault(name=row.name, kind=ANSWERED, reply=row.reply)
    stage = Stage(fault, form, entry=entry)

    seen = play(stage)

    assert GOOD in seen.notes
    assert seen.acted == f"{GOOD}\n"
    assert set(seen.completion) == set(seen.inline) == {GOOD}
    assert [len(each) for each in stage.asked] == [row.attempts] * 4


def without(form: Format, *refused: str) -> Reply:
    """Refuse a request for the first of these options, else answer it."""

    async def reply(exchange: Exchange) -> None:
        sent = exchange.request.json
        given = {*sent, *sent.get("options", ())}
        found = next((name for name in refused if name in given), None)
        if found is None:
            await answer(form)(exchange)
        else:
            message = f"Unsupported parameter: '{found}' is not supported here"
            error = {"error": {"message": message}}
            await json_answer(error, code=400)(exchange)

    return reply


REFUSED: list[tuple[Format, tuple[str, ...], dict[str, str]]] = [
    *((form, ("temperature",), {}) for form in FORMATS),
    ("openai", ("stream_options",), {}),
    ("openai", ("max_tokens",), {"max_completion_tokens": "max_tokens"}),
    ("openai", ("max_tokens", "temperature"), {"max_completion_tokens": "max_tokens"}),
    ("openai", ("stream_options", "temperature"), {}),
]


@pytest.mark.parametrize(("form", "refused", "renamed"), REFUSED)
def test_a_refused_option_is_left_out_and_nothing_else(
    form: Format, refused: tuple[str, ...], renamed: dict[str, str]
) -> None:
    """On every surface: one repeat for each, and the rest of the request is the same.

    The user's document gets the answer as if nothing had been refused.
    """
    stage = Stage(
        Fault(name="", kind=ANSWERED, reply=lambda form: without(form, *refused)), form
    )

    seen = play(stage)

    assert ANSWER in seen.notes
    assert seen.acted == f"{ANSWER}\n"
    assert set(seen.completion) == set(seen.inline) == {ANSWER, GOOD}
    assert seen.shown == []
    for name in refused:
        notes = [line for line in seen.logged if "does not take" in line]
        assert any(name in note for note in notes)
    for asked in stage.asked:
        first, *repeats = [each.json for each in asked]
        assert len(repeats) == sum(name in flat(first) for name in refused) > 0
        last = {renamed.get(name, name): v for name, v in flat(repeats[-1]).items()}
        kept = set(renamed.values())
        assert last == {
            name: value
            for name, value in flat(first).items()
            if name not in refused or name in kept
        }


def flat(sent: dict[str, object]) -> dict[str, object]:
    """Give a request with an Ollama's options among the others."""
    options = sent.get("options")
    rest = {name: value for name, value in sent.items() if name != "options"}
    return rest | (options if isinstance(options, dict) else {})


@pytest.fixture
def _key(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in ("COMPLETION", "CHAT", "CODE_ACTION"):
        monkeypatch.setenv(f"HEXAI_{provider}_API_KEY", CANARY)


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize("form", FORMATS)
def test_a_key_in_an_answer_is_written_where_it_was_asked_for_and_nowhere_else(
    form: Format, tmp_path: Path
) -> None:
    """The document holds it as it came, cut between deltas; no file and no log does."""
    log = FileLog(tmp_path / "xdg" / "log", texts=True, now=lambda: 0.0)
    said = f"key = {CANARY!r}  # of the house"
    deltas = (said[:12], said[12:])
    stage = Stage(
        Fault(name="", kind=ANSWERED, reply=lambda form: answer(form, *deltas)),
        form,
        more='[ledger]\nstore_text = "all"\n',
        log=log,
    )

    seen = play(stage)
    log.close()

    assert said in seen.notes
    assert seen.acted == f"{said}\n"
    assert said in seen.completion
    assert said in seen.inline
    assert CANARY not in str(seen.shown + seen.logged)
    assert all(
        each.headers.get("authorization", each.headers.get("x-api-key", "")).endswith(
            CANARY
        )
        for asked in stage.asked
        for each in asked
    )
    texts = [each.text for run in recorded() for each in run.contenders[:1]]
    assert texts == ["key = '********'  # of the house"] * 4
    assert "answer" in (tmp_path / "xdg" / "log").read_text()
    assert holding(tmp_path, "********") != []
    assert holding(tmp_path, CANARY) == []


@pytest.mark.usefixtures("_key")
@pytest.mark.parametrize("form", FORMATS)
def test_a_key_in_an_error_is_told_nowhere(form: Format, tmp_path: Path) -> None:
    """Nobody asked for an error: messages, log and ledger have it masked."""
    error = {"error": {"message": f"wrong key {CANARY}", "code": 401}}
    stage = Stage(Fault(name="", kind="authentication", reply=event(error)), form)

    seen = play(stage)

    assert CANARY not in str(seen.shown + seen.logged)
    assert all("wrong key ********" in told for told in seen.shown)
    assert holding(tmp_path, CANARY) == []
