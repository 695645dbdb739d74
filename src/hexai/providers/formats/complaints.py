"""What an upstream says went wrong, read from whatever shape it comes in.

An error may be an object in `error`, a bare string there, a list of validation faults
in `detail`, an object in a list, plain prose or a page of HTML; a gateway wraps what
it was told itself. Nothing of it is trusted to have the type that it should have.
"""

from msgspec import Struct

from hexai.providers.formats.payload import field, loosely, words


class Complaint(Struct, frozen=True, kw_only=True):
    """What an upstream said, read from whatever shape it came in."""

    status: int | None = None
    codes: tuple[str, ...] = ()
    """The `code`, `type` and `status` fields, lower-cased."""
    message: str = ""


def read_body(status: int, body: bytes) -> Complaint:
    """Read the body of an answer that is not 2xx; it may be anything."""
    try:
        value = loosely(body)
    except (ValueError, RecursionError):
        return Complaint(status=status, message=_prose(body))
    said = read_error(value)
    return Complaint(status=status, codes=said.codes, message=said.message)


def read_error(value: object) -> Complaint:
    """Read an error object, on its own or wrapped in `error` or in a list."""
    if isinstance(value, list) and value:
        value = value[0]
    inner = field(value, "error")
    error = inner if inner is not None else value
    codes = [field(error, name) for name in ("code", "type", "status")]
    return Complaint(
        status=next(filter(None, map(_status, codes)), None),
        codes=tuple(words(code).lower() for code in codes if words(code)),
        message=_message(error),
    )


def _status(code: object) -> int | None:
    return code if isinstance(code, int) and 400 <= code <= 599 else None


def _message(error: object) -> str:
    if isinstance(error, str):
        return error
    parts = [_first_text(field(error, name)) for name in ("message", "detail")]
    relayed = words(field(error, "metadata", "raw"))
    source = words(field(error, "metadata", "provider_name"))
    parts.append(f"{source}: {relayed}" if source and relayed else relayed)
    return " ".join(" ".join(part.split()) for part in parts if part)


def _first_text(value: object) -> str:
    """Find the sentence in a validation error: `{"detail": [{"loc", "msg"}]}`."""
    if isinstance(value, str):
        return value
    value = field(value, "detail") or value
    if isinstance(value, list) and value:
        where = field(value[0], "loc")
        place = ".".join(str(step) for step in where) if isinstance(where, list) else ""
        said = words(field(value[0], "msg"))
        return f"{said}: {place}" if place else said
    return words(value)


def _prose(body: bytes) -> str:
    """Give a plain body's text; a page of HTML says no more than its status."""
    text = " ".join(body.decode("utf-8", "replace").split())
    return "" if text.startswith("<") else text
