"""Real source code, split at points, as places where a model could be asked."""

import re
from functools import cache
from pathlib import Path

import msgspec

_ROOT = Path(__file__).parents[2]
_DEFINITION = re.compile(
    r"^(?:def|class|func|pub fn|fn|impl|export|function)\b.*?(?=^[\w@#/]|\Z)",
    re.MULTILINE | re.DOTALL,
)
_LANGUAGES = {".py": "python", ".go": "go", ".rs": "rust", ".ts": "typescript"}


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """One definition at the top level of a file."""

    text: str
    """The file."""
    start: int
    end: int
    language: str


@cache
def definitions() -> tuple[Definition, ...]:
    """Give the definitions of the files in `tests/data/code` and of some of our own."""
    files = sorted((_ROOT / "tests/data/code").iterdir())
    files += sorted((_ROOT / "src/hexai/engine").glob("*.py"))
    return tuple(found for file in files for found in _definitions(file))


def _definitions(file: Path) -> list[Definition]:
    text = file.read_text()
    return [
        Definition(
            text=text,
            start=match.start(),
            end=match.start() + len(match[0].rstrip()),
            language=_LANGUAGES[file.suffix],
        )
        for match in _DEFINITION.finditer(text)
    ]
