"""What a broken or hostile upstream does: one row a fault, in every wire format.

A row says what kind of error it is to be told as; `ANSWERED` is for those that the
answer survives. What goes wrong within a stream is in `stream_faults.py`.
"""

from collections.abc import Callable, Iterator
from itertools import chain
from typing import Literal

from msgspec import Struct

from tests.support.answers import anthropic_answer, ollama_answer, openai_answer
from tests.support.replies import (
    break_off,
    close,
    early_hints,
    hang,
    huge_headers,
    json_answer,
    raw,
    redirect,
    status,
)
from tests.support.upstream import Exchange, Reply

Format = Literal["openai", "anthropic", "ollama"]
FORMATS: tuple[Format, ...] = ("openai", "anthropic", "ollama")

ANSWERED = "answered"
"""What is told of a fault that costs nothing."""

DELTAS = ("return sum(", "(a, b)", ")")
"""What a faulty answer would have said."""


class Fault(Struct, frozen=True, kw_only=True):
    """One way to go wrong."""

    name: str
    kind: str
    """The kind of the error that is told, or `ANSWERED`."""
    reply: Callable[[Format], Reply]
    """Gives what an upstream of a format does."""


def answer(form: Format, *deltas: str) -> Reply:
    """Give a whole answer."""
    text = deltas or DELTAS
    match form:
        case "openai":
            return openai_answer(text)
        case "anthropic":
            return anthropic_answer(text)
        case "ollama":
            return ollama_answer(text)


def same(reply: Reply) -> Callable[[Format], Reply]:
    """Give what does not depend on the format."""
    return lambda _form: reply


def media_type(form: Format) -> str:
    """Give the media type of a format's streams."""
    return "application/x-ndjson" if form == "ollama" else "text/event-stream"


_REFUSALS = {
    "authentication": (401,),
    "rate limit": (402, 429),
    "permission": (403,),
    "unknown model": (404,),
    "context too long": (413,),
    "bad request": (
        400,
        405,
        406,
        501,
        505,
        410,
        411,
        415,
        418,
        422,
        426,
        428,
        431,
        451,
        499,
    ),
    "overloaded": (408, 409, 425, 500, 502, 503, 504, 507, 508, 511, 520, 529, 599),
    "bad answer": (300, 304, 305, 600, 999),
}
_BODIES: dict[str, bytes] = {
    "without a body": b"",
    "with a page": b"<html><h1>no</h1></html>",
    "with null": b"null",
    "with a list in a list": b"[[]]",
    "with half of a JSON": b'{"error": {"message": "h',
    "with an error of another type": b'{"error": {"message": {}, "code": []}}',
    "with bytes that are no text": b"\xff\xfe\x00\x80" * 9,
    "with deep JSON": b'{"error":' * 30_000,
    "with escapes of a terminal": b'{"error": "\\u001b]0;p\\u0007 \\u202e[/]"}',
    "with half a character": b'{"error": "\\ud83d"}',
    "with a long number": b'{"error": {"code": ' + b"9" * 5_000 + b"}}",
    "with 200 kB": b'{"error": "' + b"x" * 200_000 + b'"}',
}
_BODIED = {"bad request": 400, "authentication": 401, "overloaded": 503}


def refusals() -> Iterator[Fault]:
    """Give all refusals by status, three of them with every awkward body."""
    for kind, codes in _REFUSALS.items():
        for code in codes:
            reply = json_answer({"error": {"message": "no"}}, code=code)
            yield Fault(name=f"{code}", kind=kind, reply=same(reply))
    for code in (301, 302, 303, 307, 308):
        reply = redirect("http://127.0.0.1:9/elsewhere", code)
        yield Fault(name=f"{code} to elsewhere", kind="bad answer", reply=same(reply))
    for kind, code in _BODIED.items():
        for how, body in _BODIES.items():
            reply = status(code, body)
            yield Fault(name=f"{code} {how}", kind=kind, reply=same(reply))


def _headed(*lines: str) -> Callable[[Format], Reply]:
    """Give a head of these lines and nothing more, then the end."""
    return same(raw("\r\n".join([*lines, "", ""]).encode("latin-1")))


def _bodied(head: str, body: bytes) -> Callable[[Format], Reply]:
    def make(form: Format) -> Reply:
        lines = f"HTTP/1.1 200 OK\r\ncontent-type: {media_type(form)}\r\n{head}\r\n\r\n"
        return raw(lines.encode("latin-1") + body)

    return make


_CLOSES = "connection: close"
_NO_HTTP: dict[str, bytes] = {
    "nothing but a line end": b"\r\n",
    "a greeting of SSH": b"SSH-2.0-OpenSSH_9.6\r\n\r\n",
    "a greeting of SMTP": b"220 mail ESMTP ready\r\n\r\n",
    "a frame of HTTP/2": b"\x00\x00\x00\x04\x00\x00\x00\x00\x00" * 4,
    "an alert of TLS": b"\x15\x03\x01\x00\x02\x02\x28",
    "noise": bytes(range(256)) * 4,
    "a status that is no number": b"HTTP/1.1 abc OK\r\n\r\n",
    "a status of four digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "a header without a colon": b"HTTP/1.1 200 OK\r\nnonsense\r\n\r\n",
    "a header with a blank in its name": b"HTTP/1.1 200 OK\r\na b: c\r\n\r\n",
    "a header with a zero byte": b"HTTP/1.1 200 OK\r\na: \x00\r\n\r\n",
    "a length that is no number": b"HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
    "a length below zero": b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n",
    "an unknown transfer": b"HTTP/1.1 200 OK\r\ntransfer-encoding: lz4\r\n\r\n",
}


async def _endless_hints(exchange: Exchange) -> None:
    while not exchange.left:
        await exchange.send(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 20)


async def _slow_head(exchange: Exchange) -> None:
    for byte in b"HTTP/1.1 200 OK\r\n" * 100:
        await exchange.send(bytes([byte]))
        await exchange.pause(0.02)
        if exchange.left:
            return


async def _half_head(exchange: Exchange) -> None:
    await exchange.send(b"HTTP/1.1 200 OK\r\ncontent-ty")
    await exchange.hang()


def connections() -> Iterator[Fault]:
    """Give what goes wrong before a body begins."""
    for name, data in _NO_HTTP.items():
        yield Fault(name=name, kind="bad answer", reply=same(raw(data)))
    rows: list[tuple[str, str, Reply]] = [
        ("closed without an answer", "connection", close()),
        ("reset without an answer", "connection", break_off()),
        ("closed within the head", "connection", raw(b"HTTP/1.1 200 OK\r\nconten")),
        ("no answer", "timeout", hang()),
        ("half a head", "timeout", _half_head),
        ("a head byte by byte", "timeout", _slow_head),
        ("hints without an end", "too large", _endless_hints),
        ("a head of a megabyte", "too large", huge_headers()),
    ]
    for name, kind, reply in rows:
        yield Fault(name=name, kind=kind, reply=same(reply))
    yield Fault(
        name="hints before the answer",
        kind=ANSWERED,
        reply=lambda form: early_hints(answer(form), 3),
    )


def bodies() -> Iterator[Fault]:
    """Give bodies whose framing or type is wrong."""
    chunked = "transfer-encoding: chunked"
    rows: list[tuple[str, str, Callable[[Format], Reply]]] = [
        ("a length, and no body", "connection", _bodied("content-length: 10", b"")),
        ("a chunk size that is no number", "bad answer", _bodied(chunked, b"zz\r\n")),
        ("a chunk size below zero", "bad answer", _bodied(chunked, b"-1\r\nx\r\n")),
        ("a chunk of 30 digits", "bad answer", _bodied(chunked, b"f" * 30 + b"\r\n")),
        (
            "a chunk longer than it says",
            "bad answer",
            _bodied(chunked, b"1\r\nxyz\r\n"),
        ),
        ("a chunk that is cut", "connection", _bodied(chunked, b"ff\r\nxyz")),
        ("no body at all", "broken stream", _bodied("connection: close", b"")),
        ("a version from the future", "broken stream", _headed("HTTP/9.9 200 OK")),
        # It says that it closes: else the next request may meet the end as it comes.
        ("204", "broken stream", _headed("HTTP/1.1 204 No Content", _CLOSES)),
        ("205", "broken stream", same(status(205))),
        ("206 of nothing", "broken stream", same(status(206))),
        ("101", "bad answer", _headed("HTTP/1.1 101 Switching Protocols")),
    ]
    typed = [
        ("a page", "text/html", b"<html>welcome</html>"),
        ("plain text", "text/plain", b"hello"),
        ("an image", "image/png", b"\x89PNG\r\n\x1a\n\x00\x00"),
        ("an empty object", "application/json", b"{}"),
        ("a number", "application/json", b"17"),
    ]
    for name, kind, make in rows:
        yield Fault(name=name, kind=kind, reply=make)
    for name, media, body in typed:
        reply = status(200, body, {"content-type": media})
        yield Fault(name=f"200 with {name}", kind="bad answer", reply=same(reply))
    for coding in ("gzip", "br", "zstd", "made-up"):
        headers = f"content-encoding: {coding}\r\ncontent-length: 4"
        yield Fault(
            name=f"a body in {coding}",
            kind="bad answer",
            reply=_bodied(headers, b"\x1f\x8b\x08\x00"),
        )


def before_the_stream() -> tuple[Fault, ...]:
    """Give all faults of this page."""
    return tuple(chain(refusals(), connections(), bodies()))
