"""The selection: what came in, and what of it a model can be asked about.

Whatever happens, the bytes that came in go out again unless the user takes an answer,
so they are kept as they are. What cannot be given to a model whole, because it is no
text, would come back damaged; so it is given to none.
"""

import re

from msgspec import Struct

LIMIT = 8 << 20
"""Bytes of a selection that a model may be asked about."""
PIECE = 1 << 18
"""Bytes that are read at a time."""
LARGEST = LIMIT + PIECE
"""Bytes that are read before it is known to be larger."""

_HEADER = re.compile(r"\s*diagnostics:[ \t]*\r?\n", re.IGNORECASE)
_BLANK_LINE = re.compile(r"^[ \t]*\r?\n", re.MULTILINE)
_MARK = "\ufeff"


class Selection(Struct, frozen=True, kw_only=True):
    """What an editor piped in."""

    raw: bytes
    text: str = ""
    """What may be changed."""
    mark: str = ""
    """A byte order mark, which no model is shown."""
    diagnostics: tuple[str, ...] = ()
    """What a compiler says of it, one a line."""
    problem: str = ""
    """Why no model can be asked about it; empty if one can."""

    def output(self, text: str) -> bytes:
        """Give the bytes that go out if a text is taken."""
        return (self.mark + text).encode("utf-8", "replace")


def read_selection(raw: bytes) -> Selection:
    """Find the text in what was piped in."""
    if len(raw) > LIMIT:
        return Selection(
            raw=raw, problem=f"it is larger than {LIMIT >> 20} MiB; select less"
        )
    try:
        whole = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Selection(raw=raw, problem=f"line {line} of it is not UTF-8 text")
    if "\0" in whole:
        line = whole.count("\n", 0, whole.index("\0")) + 1
        return Selection(raw=raw, problem=f"line {line} of it holds a NUL byte")
    mark = _MARK if whole.startswith(_MARK) else ""
    diagnostics, text = _split(whole.removeprefix(_MARK))
    problem = "" if text.strip() else "it is blank"
    return Selection(
        raw=raw, text=text, mark=mark, diagnostics=diagnostics, problem=problem
    )


def _split(whole: str) -> tuple[tuple[str, ...], str]:
    """Split off what a compiler says, if the text begins with that.

    As in the Go tool: a line `diagnostics:`, messages, a blank line. There it may stand
    anywhere, and what is above it is lost; here a key of a YAML file is none.
    """
    header = _HEADER.match(whole)
    if header is None:
        return (), whole
    end = _BLANK_LINE.search(whole, header.end())
    if end is None or not whole[end.end() :].strip():
        return (), whole
    lines = whole[header.end() : end.start()].splitlines()
    if not lines or any(re.match(r"\s|- |[\w.-]+:\s*$", line) for line in lines):
        return (), whole
    return tuple(line.strip() for line in lines), whole[end.end() :]
