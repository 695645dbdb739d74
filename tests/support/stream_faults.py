"""What goes wrong within a stream, at each place of it; see `faults.py`."""

from collections.abc import Callable, Iterator
from itertools import chain

from tests.support.faults import (
    ANSWERED,
    DELTAS,
    Fault,
    Format,
    answer,
    before_the_stream,
    media_type,
    same,
)
from tests.support.replies import (
    cut,
    endless,
    huge_line,
    inserting,
    lingering,
    reset,
    stall,
)
from tests.support.upstream import Reply

_FIRST = {"openai": 1, "anthropic": 2, "ollama": 0}
"""Pieces of a body before the first text."""

_HOWS: tuple[tuple[str, Callable[[Reply, int], Reply], str], ...] = (
    ("closed", cut, "broken stream"),
    ("reset", reset, "broken stream"),
    ("silent", stall, "timeout"),
)


def framed(form: Format, payload: bytes) -> bytes:
    """Give one payload as it stands in a stream."""
    return payload + b"\n" if form == "ollama" else b"data: " + payload + b"\n\n"


def _stopping(
    how: Callable[[Reply, int], Reply], texts: int
) -> Callable[[Format], Reply]:
    return lambda form: how(answer(form), _FIRST[form] + texts)


def _ended_within(
    how: Callable[[Reply, int], Reply], texts: int
) -> Callable[[Format], Reply]:
    def make(form: Format) -> Reply:
        place = _FIRST[form] + texts
        half = b'{"message": {"con' if form == "ollama" else b'data: {"choi'
        return how(inserting(answer(form), place, half), place + 1)

    return make


def stops() -> Iterator[Fault]:
    """Give ends and silences after each text, and within an event."""
    for word, how, usual in _HOWS:
        for texts in range(len(DELTAS) + 1):
            kind = usual if texts or how is stall else "connection"
            name = f"{word} after {texts} texts"
            yield Fault(name=name, kind=kind, reply=_stopping(how, texts))
        for texts in (0, 2):
            kind = usual if texts or how is stall else "connection"
            name = f"{word} within an event after {texts} texts"
            yield Fault(name=name, kind=kind, reply=_ended_within(how, texts))
    yield Fault(
        name="a body that stays open behind the answer",
        kind=ANSWERED,
        reply=lambda form: lingering(answer(form)),
    )


_GARBAGE: dict[str, bytes] = {
    "half an object": b'{"choices": [{"delta": ',
    "a list": b"[]",
    "a number": b"17",
    "a text": b'"text"',
    "a page": b"<html>",
    "a deep list": b"[" * 50_000,
    "a deep object": b'{"a":' * 50_000,
    "fields of other types": b'{"choices": "x", "message": "x", "delta": "x"}',
    "lists of other types": b'{"choices": [[]], "message": [], "delta": []}',
    "bytes that are no text": b"\xff\xfe\x00",
    "two objects in one": b'{"a": 1}{"b": 2}',
    "a single quote": b"{'choices': []}",
    "a bare word": b"NaN",
}
_HARMLESS: dict[str, bytes] = {
    "an empty object": b"{}",
    "an error without a word": b'{"error": {}}',
    "an object of unknown fields": b'{"x_vendor": {"y": [1, 2]}}',
    "a number of 5,000 digits": b'{"x": ' + b"7" * 5_000 + b"}",
    "figures beyond meaning": b'{"usage": {"completion_tokens": 1e99}}',
}
_REPORTED: dict[str, tuple[str, bytes]] = {
    "an overload": ("overloaded", b'{"error": {"type": "overloaded_error"}}'),
    "a rate limit": ("rate limit", b'{"error": {"code": 429, "message": "slow"}}'),
    "a full context": (
        "context too long",
        b'{"error": {"code": "context_length_exceeded", "message": "m"}}',
    ),
    "a wrong key": ("authentication", b'{"error": {"code": "invalid_api_key"}}'),
    "a filter": ("content filter", b'{"error": {"code": "content_filter"}}'),
    "prose": ("overloaded", b'{"error": "something went wrong"}'),
}


def _with(payload: bytes, texts: int) -> Callable[[Format], Reply]:
    return lambda form: inserting(
        answer(form), _FIRST[form] + texts, framed(form, payload)
    )


def payloads() -> Iterator[Fault]:
    """Give events that no format has, and errors that are told within a stream."""
    for texts in (0, 2):
        place = f"after {texts} texts"
        for name, payload in _GARBAGE.items():
            yield Fault(
                name=f"{name} {place}", kind="bad answer", reply=_with(payload, texts)
            )
        for name, (kind, payload) in _REPORTED.items():
            yield Fault(name=f"{name} {place}", kind=kind, reply=_with(payload, texts))
        for name, payload in _HARMLESS.items():
            yield Fault(
                name=f"{name} {place}", kind=ANSWERED, reply=_with(payload, texts)
            )


_COMMENT = {"openai": b": alive\n\n", "anthropic": b": alive\n\n", "ollama": b"\n"}
_EMPTY = {
    "openai": b'{"choices": [{"index": 0, "delta": {"content": ""}}]}',
    "anthropic": b'{"type": "ping"}',
    "ollama": b'{"message": {"content": ""}, "done": false}',
}
_TEXT = {
    "openai": b'{"choices": [{"index": 0, "delta": {"content": "%b"}}]}',
    "anthropic": b'{"type": "content_block_delta", "delta": {"text": "%b"}}',
    "ollama": b'{"message": {"content": "%b"}, "done": false}',
}

_UNENDED = {
    "openai": b"data: " + b"x" * 60_000 + b"\n",
    "anthropic": b"data: " + b"x" * 60_000 + b"\n",
    "ollama": b"x" * 60_000,
}


def _for_ever(pieces: dict[str, bytes], gap: float) -> Callable[[Format], Reply]:
    return lambda form: endless(pieces[form], gap=gap, content_type=media_type(form))


def _framed(payloads: dict[str, bytes], filler: bytes = b"") -> dict[str, bytes]:
    forms: tuple[Format, ...] = ("openai", "anthropic", "ollama")
    filled = {form: payloads[form].replace(b"%b", filler) for form in forms}
    return {form: framed(form, filled[form]) for form in forms}


def endings() -> Iterator[Fault]:
    """Give streams that never end, and lines and events that do not."""
    rows: list[tuple[str, str, Callable[[Format], Reply]]] = [
        ("keep-alives for ever", "timeout", _for_ever(_COMMENT, 0.02)),
        ("empty events for ever", "timeout", _for_ever(_framed(_EMPTY), 0.02)),
        ("text for ever, slowly", "timeout", _for_ever(_framed(_TEXT, b"x "), 0.02)),
        ("a line without an end", "too large", same(huge_line())),
        ("an event without an end", "too large", _for_ever(_UNENDED, 0.0)),
    ]
    for name, kind, make in rows:
        yield Fault(name=name, kind=kind, reply=make)


FAULTS = (*before_the_stream(), *chain(stops(), payloads(), endings()))
"""All of them."""
