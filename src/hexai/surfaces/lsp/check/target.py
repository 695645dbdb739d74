"""Where a look is taken: a file and a place in it, or a few lines of our own."""

import re
from pathlib import Path

from msgspec import Struct

from hexai.errors import UsageError
from hexai.prompts.code.file_names import language_named
from hexai.text.lines import Lines
from hexai.text.positions import Position

_SAMPLE = 'def add(a, b):\n    """Give the sum of two numbers."""\n    return \n'
_PLACED = re.compile(
    r"(?P<file>.+?):(?P<line>[1-9]\d{0,6})(:(?P<column>[1-9]\d{0,5}))?"
)


class Target(Struct, frozen=True, kw_only=True):
    """A document and the cursor in it."""

    name: str
    """For people."""
    uri: str
    language: str
    lines: Lines
    position: Position

    @property
    def left(self) -> str:
        """What stands left of the cursor."""
        return self.lines.line(self.position.line)[: self.position.character]


def find_target(word: str, folder: str) -> Target:
    """Read `FILE[:LINE[:COLUMN]]`; without it, give a sample.

    Without a line the cursor is behind the last text of the file, without a column
    behind that of the line. Raises `UsageError` for what cannot be read.
    """
    if not word:
        return _target("a sample", "untitled:hexai-check.py", "python", _SAMPLE, None)
    placed = _PLACED.fullmatch(word)
    if placed is not None and not (Path(folder) / word).is_file():
        word, line, column = placed["file"], int(placed["line"]), placed["column"]
        at: tuple[int, int | None] | None = (
            line - 1,
            int(column) - 1 if column else None,
        )
    else:
        at = None
    path = Path(folder) / word
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        raise UsageError(f"{word}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{word}: is not UTF-8") from None
    return _target(word, path.as_uri(), language_named(path.name) or "", text, at)


def _target(
    name: str, uri: str, language: str, text: str, at: tuple[int, int | None] | None
) -> Target:
    lines = Lines.of(text)
    line = len(lines) - 1 if at is None else min(at[0], len(lines) - 1)
    while at is None and line and not lines.line(line).strip():
        line -= 1
    column = None if at is None else at[1]
    end = len(lines.line(line))
    character = end if column is None else min(column, end)
    return Target(
        name=f"{name}, line {line + 1}",
        uri=uri,
        language=language,
        lines=lines,
        position=Position(line, character),
    )
