"""What an upstream says went wrong, read wherever it stands and however it is shaped.

Errors come with a status and a body, but also with status 200: as the only JSON of a
body, as an event among others, under `event: error`, without any `data:`, in a list,
in a choice, as JSON within a string, as prose. Nothing of it has the type that it
should have: a code may be a number, a text of digits, or one of the vendor's own. So
there is one reading for all of them, in three steps: is it an error at all (`find`),
where in it is the error (`_core`), and what does it say (`_read`).

An answer is never taken for an error: only what none of the formats has in an answer
counts, or an object that has nothing of an answer in it.
"""

import re
from collections.abc import Iterator
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from hexai.providers.formats.error_fields import CODES, SENTENCES, WRAPPERS, names_of
from hexai.providers.formats.payload import field, figure, loosely, words

_WRAPPERS = names_of(WRAPPERS)
_CODES = names_of(CODES, "__type")
_NUMBERS = names_of(CODES, "statusCode")
_SENTENCES = names_of(SENTENCES)

_DEEPEST = 4
"""Wrappings that are opened: lists, `error` fields, JSON within strings."""

_STATUSES = frozenset({*range(400, 432), 451, 499, *range(500, 512), *range(520, 531)})
"""Codes that are statuses of HTTP; vendors count their own errors in three digits too.

499 is nginx's and Ollama's, 520 to 530 are Cloudflare's with Anthropic's 529."""

_LOOKED_AT = 64 * 1024
"""Characters of a text that is tried as JSON."""


class ReportedError(Struct, frozen=True, kw_only=True):
    """What an upstream said, read from whatever shape it came in."""

    status: int | None = None
    codes: tuple[str, ...] = ()
    """Codes, types and statuses of every wrapping, lower-cased, the inner ones last."""
    message: str = ""
    fields: tuple[str, ...] = ()
    """The fields of the request that it names apart from its message."""
    address: str = ""
    """Where the user is to go in a browser."""
    held: int | None = None
    """Tokens that the upstream holds of the model, as it says of a prompt too long."""
    counted: int | None = None
    """Tokens that it counted the prompt as."""


def read_body(status: int, body: bytes) -> ReportedError:
    """Read the body of an answer that is not 2xx; it may be anything."""
    try:
        value = loosely(body)
    except (ValueError, RecursionError):
        return ReportedError(status=status, message=_prose(body))
    return replace(read_error(value), status=status)


def read_error(value: object) -> ReportedError:
    """Read what is known to be an error, on its own or in any wrapping."""
    layers = list(_unwrapped(value))
    codes = [code for layer in layers for code in _codes(layer)]
    numbers = [code for layer in reversed(layers) for code in _numbers(layer)]
    return ReportedError(
        status=next((code for code in numbers if code in _STATUSES), None),
        codes=tuple(dict.fromkeys(codes)),
        message=_message(layers),
        fields=tuple(name for layer in layers for name in _fields(layer)),
        address=next(filter(None, (_address(layer) for layer in layers)), ""),
        held=_innermost(layers, "n_ctx"),
        counted=_innermost(layers, "n_prompt_tokens"),
    )


def find(payload: bytes) -> ReportedError | None:
    """Give the error in a payload that came with status 200; None if it holds none.

    Costs next to nothing for a payload that cannot hold one.
    """
    if not _signs().search(payload):
        return None
    try:
        value = loosely(payload)
    except (ValueError, RecursionError):
        return None
    return read_error(value) if is_error(value) else None


def find_in_prose(payload: bytes) -> ReportedError | None:
    """Give the error in a payload that is no JSON: `error: out of memory`."""
    text = _prose(payload)
    found = re.match(
        r"(?:[\w.]+ ){0,4}(?:\w*error|\w*exception|failed)\b", text, re.IGNORECASE
    )
    return ReportedError(message=text) if found else None


def read_reported(payload: bytes) -> ReportedError:
    """Read what the stream itself calls an error, JSON or prose."""
    try:
        return read_error(loosely(payload))
    except (ValueError, RecursionError):
        return ReportedError(message=_prose(payload))


def _innermost(layers: list[object], name: str) -> int | None:
    """Give a count that llama.cpp has beside its words, and Ollama passes on."""
    counts = (figure(field(layer, name)) for layer in reversed(layers))
    return next((count for count in counts if count), None)


_SIGNS = (
    rb'"(?:error(?:s|_code|_msg|_message)?"|detail"|base_resp"|fault"|code"|msg"'
    rb'|success"|message": ?")'  # an object there is Ollama's answer
)
"""Of these, JSON that reports an error has at least one; texts hold none of them.

One pattern, since thirteen searches cost six times as much for each delta.
"""


@cache
def _signs() -> re.Pattern[bytes]:
    return re.compile(_SIGNS)


def get_ready() -> None:
    """Compile what `find` looks for, while nobody waits: no start should pay for it."""
    _signs()


_ANSWERS = frozenset(
    {
        *("choices", "delta", "content", "content_block", "response", "usage", "done"),
        *("candidates", "output", "stop", "tokens_predicted", "index", "stop_reason"),
    }
)
"""Fields of answers: what has one of them is an error only if it says so outright."""


def is_error(value: object) -> bool:
    """Say whether a decoded payload reports an error instead of an answer."""
    if isinstance(value, list):
        return bool(value) and isinstance(value[0], dict) and is_error(value[0])
    if not isinstance(value, dict):
        return False
    if _says_outright(value) or any(_failed_choices(value)):
        return True
    return _ANSWERS.isdisjoint(value) and _says_nothing_else(value)


def _says_outright(value: dict[str, object]) -> bool:
    if value.get("error") or value.get("errors") or value.get("fault"):
        return True
    if value.get("type") == "error" or value.get("object") == "error":
        return True
    status = field(value, "base_resp", "status_code")
    return _is_failure(status) or _is_failure(value.get("error_code"))


def _failed_choices(value: dict[str, object]) -> Iterator[object]:
    choices = value.get("choices")
    for choice in choices if isinstance(choices, list) else ():
        if error := field(choice, "error"):
            yield error


def _says_nothing_else(value: dict[str, object]) -> bool:
    """Say whether there is a sentence, and no more than a code beside it."""
    if value.get("success") is False or value.get("ok") is False:
        return True
    if value.get("detail") or value.get("error_msg") or value.get("error_message"):
        return True
    said = words(value.get("message")) or words(value.get("msg"))
    codes = [value[name] for name in ("code", "status", "statusCode") if name in value]
    if not said:
        return False
    return any(map(_is_failure, codes)) if codes else _is_bare(value)


_BESIDE = frozenset({"message", "msg", "request_id", "requestId", "id", "__type"})


def _is_bare(value: dict[str, object]) -> bool:
    return _BESIDE.issuperset(value)


_FINE = frozenset({"", "0", "200", "ok", "success", "succeeded", "none"})


def _is_failure(code: object) -> bool:
    if isinstance(code, str):
        return code.strip().lower() not in _FINE
    return isinstance(code, int) and not isinstance(code, bool) and code not in (0, 200)


def _unwrapped(value: object) -> Iterator[object]:
    """Give an error and what it wraps, from the outside in."""
    for _ in range(_DEEPEST):
        value = _opened(value)
        yield value
        inner = _core(value)
        if inner is None:
            return
        value = inner
    yield _opened(value)


def _opened(value: object) -> object:
    """Open a list and JSON within a string."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, str) and value.lstrip()[:1] in ("{", "["):
        try:
            return loosely(value[:_LOOKED_AT].encode("utf-8", "surrogatepass"))
        except (ValueError, RecursionError):
            return value
    return value


def _core(value: object) -> object:
    """Give what an error object wraps; None if it is the innermost."""
    if not isinstance(value, dict):
        return None
    for name in _WRAPPERS:
        if value.get(name):
            return value[name]
    failed = next(_failed_choices(value), None)
    if failed is not None:
        return failed
    message = value.get("message")
    if isinstance(message, dict) or (
        isinstance(message, str) and message.lstrip()[:1] == "{"
    ):
        opened = _opened(message)
        return opened if isinstance(opened, dict) else None
    return None


def _codes(layer: object) -> Iterator[str]:
    for name in _CODES:
        if code := words(field(layer, name)).strip().lower():
            yield code


def _numbers(layer: object) -> Iterator[int]:
    for name in _NUMBERS:
        code = field(layer, name)
        if isinstance(code, str) and code.strip().isdecimal() and len(code) < 6:
            code = int(code)
        if isinstance(code, int) and not isinstance(code, bool):
            yield code


def _message(layers: list[object]) -> str:
    """Give the innermost sentences; what is said twice is said once."""
    for layer in reversed(layers):
        said: list[str] = []
        for sentence in _sentences(layer):
            text = " ".join(sentence.split())
            if text and not any(text in other for other in said):
                said = [other for other in said if other not in text] + [text]
        if said:
            return " ".join(said)
    return ""


def _sentences(layer: object) -> Iterator[str]:
    if isinstance(layer, str):
        yield layer
        return
    for name in _SENTENCES:
        yield _first_text(field(layer, name))
    relayed = words(field(layer, "metadata", "raw"))
    source = words(field(layer, "metadata", "provider_name"))
    yield f"{source}: {relayed}" if source and relayed else relayed


def _first_text(value: object) -> str:
    """Find the sentence in a validation error: `{"detail": [{"loc", "msg"}]}`."""
    if isinstance(value, str):
        return value
    value = field(value, "detail") or value
    if isinstance(value, list) and value:
        place = ".".join(_place(value[0]))
        said = words(field(value[0], "msg"))
        return f"{said}: {place}" if place else said or words(value[0])
    return words(field(value, "message")) or words(value)


def _place(fault: object) -> list[str]:
    where = field(fault, "loc")
    return [str(step) for step in where] if isinstance(where, list) else []


def _fields(layer: object) -> Iterator[str]:
    """Give the fields that an error names as its cause, by their own names."""
    if named := words(field(layer, "param")):
        yield named
    for source in (layer, field(layer, "message")):
        faults = field(source, "detail")
        for fault in faults if isinstance(faults, list) else ():
            yield from _place(fault)


def _address(layer: object) -> str:
    """Give an address that may be shown: https, and all of it visible ASCII."""
    address = words(field(layer, "signin_url"))
    return address if re.fullmatch(r"https://[\x21-\x7e]{1,300}", address) else ""


def _prose(body: bytes) -> str:
    """Give a plain body's text; a page of HTML says no more than its status."""
    text = " ".join(body.decode("utf-8", "replace").split())
    return "" if text.startswith("<") else text
