r"""Bounded splitters of raw bytes: into the data of SSE events, or NDJSON lines.

Upstreams cut their streams anywhere, even inside a line end, and a hostile one sends
a line without an end. So a splitter keeps at most one unfinished line and one
unfinished event, both limited, and gives the same payloads however the bytes come.

A line end is made visible as soon as it is known: a lone `\r` ends a line at once,
and a `\n` that follows it, perhaps in the next piece, is skipped.
"""

from collections.abc import Iterator
from typing import Literal, Protocol

from msgspec import Struct

from hexai.errors import TooLarge

Framing = Literal["sse", "ndjson"]
"""How a stream is cut into payloads."""

LIMIT = 1024 * 1024
"""Bytes of a line, and of an event's data."""
_LIMIT_SHOWN = f"{LIMIT >> 20} MiB"

STRAY_LIMIT = 16 * 1024
"""Bytes that are kept of what stands in a stream where nothing may stand."""

_BOM = b"\xef\xbb\xbf"


class ErrorData(Struct, frozen=True):
    """Data that the stream calls an error: by its event, or by a field `error`."""

    data: bytes


class Stray(Struct, frozen=True):
    """JSON that stands bare among events; it is no answer, but may be an error."""

    data: bytes


Payload = bytes | ErrorData | Stray
"""What one event, or one line of JSON, holds; plain bytes where it is as it should."""


class Splitter(Protocol):
    """Turns pieces of a stream into payloads; raises `TooLarge` past the limit."""

    def feed(self, data: bytes) -> Iterator[Payload]:
        """Give the payloads that end in this piece; must be read to the end."""

    def close(self) -> Iterator[Payload]:
        """Give what the end of the stream left unfinished, if anything."""


def splitter(framing: Framing) -> Splitter:
    """Make the splitter of one stream."""
    return SseSplitter() if framing == "sse" else NdjsonSplitter()


class NdjsonSplitter:
    """Gives the lines of a stream that are not blank.

    A value printed over several lines, as errors of some servers are, is one payload.
    """

    def __init__(self) -> None:
        self._lines = _Lines()
        self._printed = _Printed()

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Give the lines that end in this piece."""
        for line in self._lines.feed(data):
            if payload := self._take(line):
                yield payload

    def close(self) -> Iterator[bytes]:
        """Give a last line that has no line end, and a value that was not closed."""
        for payload in (self._take(self._lines.close()), self._printed.close()):
            if payload:
                yield payload

    def _take(self, line: bytes) -> bytes:
        """Take a line; give what ends with it, or nothing."""
        if self._printed.is_open or line.strip() in (b"{", b"["):
            return self._printed.take(line)
        return b"" if line.isspace() else line


class SseSplitter:
    """Gives the data of events; comments and all other fields are left out."""

    def __init__(self) -> None:
        self._lines = _Lines()
        self._data: list[bytes] = []
        self._size = 0
        self._name = b""
        self._stray = _Printed()
        self._after_cr = False

    def feed(self, data: bytes) -> Iterator[Payload]:
        """Give the data of the events that end in this piece."""
        for line in self._lines.feed(self._unify_line_ends(data)):
            if payload := self._take(line):
                yield payload

    def close(self) -> Iterator[Payload]:
        """Give the data of an event that no blank line has ended."""
        for line in (self._lines.close(), b""):
            if payload := self._take(line):
                yield payload
        if stray := self._stray.close():
            yield Stray(stray)

    def _unify_line_ends(self, data: bytes) -> bytes:
        if self._after_cr and data:
            self._after_cr = False
            data = data.removeprefix(b"\n")
        if b"\r" not in data:
            return data
        self._after_cr = data.endswith(b"\r")
        return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")

    def _take(self, line: bytes) -> Payload:
        """Take a line; give what ends with it, or nothing."""
        if not line:
            return self._end_event()
        if line.startswith(b"data:"):
            self._keep(line[6:] if line[5:6] == b" " else line[5:])
        elif line.startswith(b"event:"):
            self._name = line[6:].strip()
        elif line.startswith(b"error:"):
            said = line[6:].strip()
            return ErrorData(said) if said else b""
        elif self._stray.is_open or line.lstrip()[:1] in (b"{", b"["):
            stray = self._stray.take(line)
            return Stray(stray) if stray else b""
        return b""

    def _end_event(self) -> Payload:
        name, self._name = self._name, b""
        if not self._data:
            return b""
        data = self._data[0] if len(self._data) == 1 else b"\n".join(self._data)
        self._data.clear()
        self._size = 0
        return ErrorData(data) if data and name == b"error" else data

    def _keep(self, value: bytes) -> None:
        self._size += len(value) + 1
        if self._size > LIMIT + 1:  # the first value has no line end before it
            raise TooLarge(f"the upstream sent an event of more than {_LIMIT_SHOWN}")
        self._data.append(value)


class _Printed:
    """Collects a JSON value that may be printed over several lines."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []
        self._size = 0

    @property
    def is_open(self) -> bool:
        """Whether a value has begun; of one that is too large the rest is dropped."""
        return bool(self._lines)

    def take(self, line: bytes) -> bytes:
        """Take a line; give the value if it ends here, else nothing.

        It ends with a `}` or `]` at the margin, or at the end of its first line:
        nobody may wait for the end of the stream to hear of an error.
        """
        is_first = not self._lines
        if is_first:
            self._size = 0  # of one whose first line was too large, nothing is kept
        self._size += len(line) + 1
        if self._size <= STRAY_LIMIT:
            self._lines.append(line)
        ends = line.rstrip()[-1:] in (b"}", b"]")
        if ends and (is_first or line[:1] in (b"}", b"]")):
            return self.close()
        return b""

    def close(self) -> bytes:
        """Give what there is of the value."""
        value = b"\n".join(self._lines)
        self._lines.clear()
        self._size = 0
        return value


class _Lines:
    r"""Cuts bytes at `\n`; the start of the stream loses a byte order mark."""

    def __init__(self) -> None:
        self._unfinished = bytearray()
        self._at_start = True

    def feed(self, data: bytes) -> Iterator[bytes]:
        if self._at_start:
            data = self._without_bom(data)
        first, *others = data.split(b"\n")
        if not others:
            self._hold(first)
            return
        last = others.pop()
        if self._unfinished:
            self._hold(first)
            first = bytes(self._unfinished)
            self._unfinished.clear()
        _check_size(first)
        yield first
        for line in others:
            _check_size(line)
            yield line
        self._hold(last)

    def close(self) -> bytes:
        line = bytes(self._unfinished)
        self._unfinished.clear()
        return line

    def _hold(self, part: bytes) -> None:
        self._unfinished += part
        _check_size(self._unfinished)

    def _without_bom(self, data: bytes) -> bytes:
        data = bytes(self._unfinished) + data
        self._unfinished.clear()
        if len(data) < len(_BOM) and _BOM.startswith(data):
            self._unfinished += data
            return b""
        self._at_start = False
        return data.removeprefix(_BOM)


def _check_size(line: bytes | bytearray) -> None:
    if len(line) > LIMIT:
        raise TooLarge(f"the upstream sent a line of more than {_LIMIT_SHOWN}")
