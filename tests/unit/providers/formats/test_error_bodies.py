"""Errors wherever they stand: one reading for all formats, and answers stay answers."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.schema_providers import ProviderType
from hexai.domain.messages import Infill
from hexai.domain.provider import Chunk, Finished, TextDelta
from hexai.errors import (
    Authentication,
    BadAnswer,
    BadRequest,
    ContentFilter,
    ContextTooLong,
    OutOfCredit,
    Overloaded,
    Permission,
    ProviderError,
    RateLimited,
    UnknownModel,
)
from hexai.providers.formats.anthropic import AnthropicFormat
from hexai.providers.formats.error_bodies import find, is_error, read_body, read_error
from hexai.providers.formats.error_mapping import explain
from hexai.providers.formats.format import WireFormat
from hexai.providers.formats.ollama import OllamaFormat, OllamaInfill
from hexai.providers.formats.openai import OpenAIFormat, OpenAIInfill
from hexai.providers.formats.reading import Reader
from hexai.providers.llamacpp.infill import LlamaCppInfill
from tests.support.calls import call, settings

FORMATS: dict[str, Callable[[], WireFormat]] = {
    "openai": lambda: OpenAIFormat(settings("openai")),
    "openai infill": lambda: OpenAIInfill(settings("openai"), "/completions"),
    "llama.cpp infill": lambda: LlamaCppInfill(settings("openai")),
    "anthropic": lambda: AnthropicFormat(settings("anthropic")),
    "ollama": lambda: OllamaFormat(settings("ollama")),
    "ollama infill": lambda: OllamaInfill(settings("ollama")),
}
every_format = pytest.mark.parametrize("name", FORMATS)

GAP = call(infill=Infill(prefix="a", suffix="b"))


def reader(name: str) -> Reader:
    """Begin to read a stream of a format."""
    wire = FORMATS[name]()
    return Reader(
        wire.framing, wire.decoder(GAP), lambda said: wire.explain(said, model="m")
    )


def read(name: str, *pieces: bytes) -> list[Chunk]:
    """Read a whole stream."""
    reading = reader(name)
    chunks = [chunk for piece in pieces for chunk in reading.feed(piece)]
    return [*chunks, *reading.close()]


def failure(name: str, *pieces: bytes) -> ProviderError:
    """Read a stream that reports an error, and give that."""
    with pytest.raises(ProviderError) as caught:
        read(name, *pieces)
    return caught.value


def framed(name: str, value: object) -> bytes:
    """Put a payload into a stream as one of its events or lines."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    ndjson = FORMATS[name]().framing == "ndjson"
    return data + b"\n" if ndjson else b"data: " + data + b"\n\n"


Row = tuple[object, type[ProviderError], int | None, str]

JSON_ROWS: list[Row] = [
    (
        {"error": {"message": "Internal Server Error", "code": 500}},
        Overloaded,
        500,
        "Internal Server Error",
    ),
    (
        {
            "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"},
            "choices": None,
        },
        OutOfCredit,
        None,
        "insufficient balance",
    ),
    (
        {"status": "439", "msg": "token has expired"},
        Authentication,
        None,
        "token has expired",
    ),
    (
        {"error_code": 17, "error_msg": "Open api daily request limit reached"},
        RateLimited,
        None,
        "Open api daily request limit reached",
    ),
    (
        {"error": "Unexpected endpoint or method. (POST /chat/completions)"},
        BadAnswer,
        None,
        "Unexpected endpoint or method. (POST /chat/completions)",
    ),
    (
        {
            "error": {
                "code": 400,
                "message": "request (6009 tokens) exceeds the available context size"
                " (4096 tokens)",
            }
        },
        ContextTooLong,
        400,
        "request (6009 tokens) exceeds the available context size (4096 tokens)",
    ),
    ({"detail": "Not authenticated"}, Authentication, None, "Not authenticated"),
    (
        {
            "success": False,
            "errors": [{"code": 10000, "message": "Authentication error"}],
        },
        Authentication,
        None,
        "Authentication error",
    ),
    (
        {
            "detail": [
                {"loc": ["body", "model"], "msg": "Field required", "type": "missing"}
            ]
        },
        BadRequest,
        None,
        "Field required: body.model",
    ),
    (
        {"code": "DataInspectionFailed", "message": "Output data may be unsafe."},
        ContentFilter,
        None,
        "Output data may be unsafe.",
    ),
    (
        [
            {
                "error": {
                    "code": 503,
                    "message": "The model is overloaded.",
                    "status": "UNAVAILABLE",
                }
            }
        ],
        Overloaded,
        503,
        "The model is overloaded.",
    ),
    (
        {
            "choices": [
                {
                    "delta": {"content": ""},
                    "finish_reason": "error",
                    "error": {"code": 429, "message": "rate limited"},
                }
            ]
        },
        RateLimited,
        429,
        "rate limited",
    ),
    (
        {
            "error": {
                "message": "Authentication Error",
                "type": "auth_error",
                "code": "401",
            }
        },
        Authentication,
        401,
        "Authentication Error",
    ),
    ({"error": {"message": "bad", "code": "400"}}, BadRequest, 400, "bad"),
    ({"error": {"message": "slow down", "code": "429"}}, RateLimited, 429, "slow down"),
    (
        {
            "error": json.dumps(
                {
                    "error": {
                        "code": 400,
                        "message": "request (1503 tokens) exceeds the available context"
                        " size (512 tokens), try increasing it",
                        "type": "exceed_context_size_error",
                    }
                }
            )
        },
        ContextTooLong,
        400,
        (
            "request (1503 tokens) exceeds the available context size (512 tokens),"
            " try increasing it"
        ),
    ),
    # Of our own making:
    ({"object": "error", "message": "slow", "code": 429}, RateLimited, 429, "slow"),
    ({"type": "error", "error": {"type": "overloaded_error"}}, Overloaded, None, ""),
    ({"type": "error", "error": None}, Overloaded, None, ""),
    ({"type": "error", "error": {"type": "rate_limit_error"}}, RateLimited, None, ""),
    (
        {"success": False, "errors": [{"code": 10000, "message": "No route"}]},
        BadAnswer,
        None,
        "No route",
    ),
    (
        {"fault": {"faultstring": "Invalid ApiKey"}},
        Authentication,
        None,
        "Invalid ApiKey",
    ),
    ({"message": "Forbidden", "statusCode": 403}, Permission, 403, "Forbidden"),
    ({"message": "no"}, Overloaded, None, "no"),
    (
        {"error": {"message": {"detail": [{"loc": ["body", "x"], "msg": "Extra"}]}}},
        Overloaded,
        None,
        "Extra: body.x",
    ),
    ({"error": "CUDA error"}, Overloaded, None, "CUDA error"),
    (
        {"error": {"message": "gone", "code": 404}, "usage": {}},
        UnknownModel,
        404,
        "gone",
    ),
]


@every_format
@pytest.mark.parametrize(("value", "kind", "status", "said"), JSON_ROWS)
def test_an_error_among_the_events_is_that_error(
    name: str, value: object, kind: type[ProviderError], status: int | None, said: str
) -> None:
    """With its class, its status and its words."""
    error = failure(name, framed(name, value))

    assert (type(error), error.http_status) == (kind, status)
    assert error.upstream_message == said


@every_format
@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize(("value", "kind", "status", "said"), JSON_ROWS)
def test_an_error_that_is_the_whole_body_is_that_error(
    name: str,
    indent: int | None,
    value: object,
    kind: type[ProviderError],
    status: int | None,
    said: str,
) -> None:
    """After blank lines, on one line or printed on several, with or without an end."""
    body = json.dumps(value, indent=indent).encode()
    for whole in (b"\n\n" + body, body + b"\n", b"  \r\n" + body + b"\r\n"):
        error = failure(name, whole)

        assert (type(error), error.http_status) == (kind, status)
        assert error.upstream_message == said


@every_format
@pytest.mark.parametrize(("value", "kind", "status", "said"), JSON_ROWS)
def test_an_error_reads_the_same_wherever_it_is_split(
    name: str, value: object, kind: type[ProviderError], status: int | None, said: str
) -> None:
    """Byte by byte as in one piece."""
    data = framed(name, value)

    error = failure(name, *(data[at : at + 1] for at in range(len(data))))

    assert (type(error), error.upstream_message) == (kind, said)


@pytest.mark.parametrize("name", ["openai", "openai infill", "anthropic"])
@pytest.mark.parametrize(
    ("block", "kind", "said"),
    [
        (
            b"event: error\ndata: Too many requests, please slow down\n\n",
            RateLimited,
            "Too many requests, please slow down",
        ),
        (
            b'event:error\ndata:{"code":"DataInspectionFailed","message":"unsafe"}\n\n',
            ContentFilter,
            "unsafe",
        ),
        (
            b"data: error: CUDA out of memory\n\n",
            BadRequest,
            "error: CUDA out of memory",
        ),
        (b'error: {"code":503,"message":"busy"}\n\n', Overloaded, "busy"),
        (b"error: no slot\n\n", Overloaded, "no slot"),
        (b'event: error\r\ndata: "gone"\r\n\r\n', Overloaded, "gone"),
        (b"data: Internal Server Error\n\n", Overloaded, "Internal Server Error"),
    ],
)
def test_what_the_stream_calls_an_error_is_one(
    name: str, block: bytes, kind: type[ProviderError], said: str
) -> None:
    """By its event, by a field of its own, or in prose."""
    error = failure(name, block)

    assert (type(error), error.upstream_message) == (kind, said)


@pytest.mark.parametrize("name", ["ollama", "ollama infill"])
def test_a_line_of_prose_is_an_error(name: str) -> None:
    """A proxy's, between the lines of an Ollama."""
    error = failure(name, b"error: CUDA out of memory\n")

    assert type(error) is BadRequest


def test_bare_json_is_heard_before_the_stream_ends() -> None:
    """Nobody waits for a server that keeps the connection open after it."""
    reading = reader("openai")

    with pytest.raises(RateLimited):
        list(reading.feed(b'{"error": {"code": 429, "message": "slow"}}\n'))


ANSWERS: list[tuple[str, bytes]] = [
    ("openai", b'{"choices":[{"delta":{"content":"hi"}}],"error":null,"code":0}'),
    ("openai", b'{"choices":[{"delta":{"content":"{\\"error\\": 1}"}}]}'),
    ("openai", b'{"choices":[{"delta":{"content":"\\"detail\\": \\"x\\""}}]}'),
    ("openai", b'{"choices":[{"delta":{"content":"hi"}}],"error":{},"message":"m"}'),
    ("anthropic", b'{"type":"content_block_delta","delta":{"text":"hi"},"code":1}'),
    ("anthropic", b'{"type":"content_block_delta","delta":{"text":"hi"},"error":null}'),
    ("ollama", b'{"message":{"content":"hi"},"done":false,"error":""}'),
    ("ollama", b'{"message":{"content":"\\"error\\": \\"x\\""},"done":false}'),
    ("ollama infill", b'{"response":"hi","done":false,"detail":"x"}'),
    ("llama.cpp infill", b'{"content":"hi","stop":false,"code":7}'),
]


@pytest.mark.parametrize(("name", "payload"), ANSWERS)
def test_an_answer_is_never_taken_for_an_error(name: str, payload: bytes) -> None:
    """Whatever else its payload holds, and whatever its text says."""
    chunks = list(reader(name).feed(framed(name, payload)))

    assert [type(chunk) for chunk in chunks] == [TextDelta]


def test_what_follows_the_end_is_no_error() -> None:
    """The answer was whole before."""
    done = b'{"message":{"content":"hi"},"done":true,"done_reason":"stop"}\n'

    chunks = read("ollama", done, b'{"error":"late"}\n')

    assert isinstance(chunks[-1], Finished)


@pytest.mark.parametrize(
    ("type_", "status", "body", "kind", "advice"),
    [
        (
            "openai",
            413,
            {
                "error": {
                    "message": "Request too large for model `x` on tokens per minute"
                    " (TPM): Limit 8000, Requested 12915",
                    "type": "tokens",
                    "code": "rate_limit_exceeded",
                }
            },
            ContextTooLong,
            "shorten the input, or use a model with a larger limit",
        ),
        (
            "openai",
            429,
            {
                "error": {
                    "message": "Request too large for gpt-4o",
                    "code": "rate_limit_exceeded",
                }
            },
            ContextTooLong,
            "shorten the input, or use a model with a larger limit",
        ),
        (
            "openai",
            413,
            {
                "error": {
                    "message": "Request body too large for gpt-4.1 model."
                    " Max size: 8000 tokens."
                }
            },
            ContextTooLong,
            "shorten the input, or use a model with a larger limit",
        ),
        (
            "openai",
            400,
            {
                "error": {
                    "message": "Request body too large for gpt-4.1 model."
                    " Max size: 8000 tokens."
                }
            },
            ContextTooLong,
            "shorten the input, or use a model with a larger limit",
        ),
        (
            "ollama",
            401,
            {
                "error": "unauthorized",
                "signin_url": "https://ollama.com/connect?name=a",
            },
            Authentication,
            "sign in with: ollama signin, or at https://ollama.com/connect?name=a",
        ),
        ("ollama", 401, {"error": "unauthorized"}, Authentication, "check the key"),
        (
            "ollama",
            401,
            {"error": "unauthorized", "signin_url": "https://a\u202eb/"},
            Authentication,
            "check the key",
        ),
        (
            "ollama",
            403,
            "",
            Permission,
            (
                "this Ollama does not take the host name of base_url (127.0.0.1:11434):"
                " use its IP address there, or start it with OLLAMA_HOST=0.0.0.0"
            ),
        ),
        (
            "openai",
            400,
            {
                "error": {
                    "message": "No connected db.",
                    "type": "no_db_connection",
                    "code": "400",
                }
            },
            Authentication,
            "check the key",
        ),
        (
            "ollama",
            400,
            {"error": "invalid model name"},
            UnknownModel,
            "give the model's name as the server has it",
        ),
        ("openai", 501, {"error": {"code": 501, "message": "no"}}, BadRequest, ""),
        ("anthropic", 405, "", BadRequest, ""),
        (
            "ollama",
            500,
            {"error": 'option "stop" must be of type array'},
            BadRequest,
            "",
        ),
        (
            "ollama",
            500,
            {"error": 'invalid format: "yaml"; expected "json"'},
            BadRequest,
            "",
        ),
        ("openai", 409, "", Overloaded, "try again later"),
        ("anthropic", 425, "", Overloaded, "try again later"),
    ],
)
def test_the_advice_can_help(
    type_: ProviderType,
    status: int,
    body: object,
    kind: type[ProviderError],
    advice: str,
) -> None:
    """It names what the user can do about this refusal."""
    text = body if isinstance(body, str) else json.dumps(body)

    error = explain(read_body(status, text.encode()), "a b!", settings(type_))

    assert (type(error), error.what_to_do) == (kind, advice)


def test_nobody_is_told_to_pull_what_cannot_be_a_name() -> None:
    """An impossible name, and one that a shell would take apart."""
    body = b'{"error":"model \'a b!\' not found"}'

    for model in ("a b!", "$(reboot)", "-x"):
        advice = explain(read_body(404, body), model, settings("ollama")).what_to_do
        assert "pull" not in advice


def test_a_sentence_that_is_said_twice_is_given_once() -> None:
    """As message and as detail, or one within the other."""
    fault = [{"loc": ["body", "max_tokens"], "msg": "Extra inputs are not permitted"}]
    body = {"message": {"detail": fault}, "detail": fault}

    said = read_body(422, json.dumps(body).encode())

    assert said.message == "Extra inputs are not permitted: body.max_tokens"
    assert "max_tokens" in said.fields
    assert (
        read_error({"message": "Bad thing", "detail": "Bad thing!"}).message
        == "Bad thing!"
    )


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *("error", "errors", "message", "msg", "detail", "code", "type"),
                    *(
                        "status",
                        "base_resp",
                        "status_code",
                        "choices",
                        "delta",
                        "fault",
                    ),
                    *(
                        "error_code",
                        "success",
                        "metadata",
                        "param",
                        "loc",
                        "signin_url",
                    ),
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_read_or_left_alone(value: object) -> None:
    """Found errors have a reading; what `find` gives is what `is_error` says."""
    payload = json.dumps(value).encode()
    said = find(payload)

    assert said is None or is_error(value)
    assert str(explain(said or read_error(value), "m", settings()))


@given(st.binary(max_size=60), st.integers(0, 60))
def test_any_bytes_are_chunks_or_an_error(data: bytes, at: int) -> None:
    """For every format, and wherever they are split."""
    for name in FORMATS:
        results = []
        for pieces in ([data], [data[:at], data[at:]]):
            try:
                results.append(repr(read(name, *pieces)))
            except ProviderError as error:
                results.append(f"{type(error).__name__} {error}")
        assert results[0] == results[1]
