"""Traces of keys: what somebody types where, and when completions are asked for.

The plain trace types a function of seven lines at a place, and asks every six
characters. The other one goes about as people do: it jumps, deletes, takes back, adds
an import on top, and works in two files by turns.
"""

from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

EVERY = 6
"""Characters between two requests."""

_PYTHON = '''\
    def describe(self, action):
        """Give the options of an action."""
        parts = []
        for option in action.option_strings:
            parts.append(option)
        return ", ".join(parts)

'''
_GO = """\
func describe(c *Command) string {
	parts := []string{}
	for _, child := range c.Commands() {
		parts = append(parts, child.Name())
	}
	return strings.Join(parts, ", ")
}
"""
_TYPESCRIPT = """\
  describe(issues: ZodIssue[]): string {
    const parts: string[] = [];
    for (const issue of issues) {
      parts.push(issue.message);
    }
    return parts.join(", ");
  }
"""
_TYPED = {"python": _PYTHON, "go": _GO, "typescript": _TYPESCRIPT}


class Source(Struct, frozen=True, kw_only=True):
    """A file in which somebody types."""

    path: Path
    language: str
    lines: tuple[int, ...]
    """Where."""

    @property
    def text(self) -> str:
        """What is in it."""
        return self.path.read_text("utf-8")


class Edit(Struct, frozen=True, kw_only=True):
    """A change of a file: some characters at a place are others from then on."""

    line: int
    character: int
    removed: int = 0
    """Characters of the same line."""
    added: str = ""
    asks: bool = True
    """A completion is asked for behind what was added."""
    is_first: bool = False
    """It is the first at its place."""
    file: int = 0
    """Which of the files it is in."""
    chats: bool = False
    """Something else is asked before, of the same model."""

    @property
    def end(self) -> tuple[int, int]:
        """Give line and character behind what was added."""
        lines = self.added.split("\n")
        if len(lines) == 1:
            return self.line, self.character + len(self.added)
        return self.line + len(lines) - 1, len(lines[-1])


def typed(text: str, line: int, *, file: int = 0, first: bool = True) -> Iterator[Edit]:
    """Type at the beginning of a line."""
    at = (line, 0)
    for start in range(0, len(text), EVERY):
        edit = Edit(
            line=at[0],
            character=at[1],
            added=text[start : start + EVERY],
            is_first=first and start == 0,
            file=file,
        )
        yield edit
        at = edit.end


def plain(source: Source, line: int) -> tuple[Edit, ...]:
    """Type a function at a line, and ask as it comes."""
    return tuple(typed(_TYPED[source.language], line))


def wandering(first: Source, second: Source) -> tuple[Edit, ...]:
    """Work in two files as people do."""
    one, two = _TYPED[first.language], _TYPED[second.language]
    here, there = 1200, 900
    edits = list(typed(one, here))
    for jump in (10, 40, -120, 300, -1000, 1000):
        here += jump
        edits += typed(_statement(first), here, first=False)
    edits.append(Edit(line=20, character=0, added=_import(first), asks=False))
    edits += typed(_statement(first), here + 3, first=False)
    edits += _second_thoughts(here + 4)
    edits += typed(two, there, file=1)
    edits += typed(_statement(first), here + 8, first=False)
    edits += typed(_statement(second), there + 12, file=1, first=False)
    talked = list(typed(one, here + 2, first=False))
    talked[0] = Edit(
        line=here + 2, character=0, added=one[:EVERY], chats=True, is_first=False
    )
    return (*edits, *talked)


def _second_thoughts(line: int) -> Iterator[Edit]:
    """Type something, delete half of it, and put that back."""
    text = "        value = self._get_values(action, strings)\n"
    yield from typed(text.rstrip("\n"), line, first=False)
    half = len(text) // 2
    rest = text[half:-1]
    yield Edit(line=line, character=half, removed=len(rest))
    yield Edit(line=line, character=half, added=rest)
    yield Edit(line=line, character=len(text) - 1, added="\n")


def _statement(source: Source) -> str:
    return {
        "python": "        self._seen = list(self._actions)\n",
        "go": "\tseen := append([]*Command{}, c.commands...)\n",
        "typescript": "    const seen = [...this._def.values];\n",
    }[source.language]


def _import(source: Source) -> str:
    return {"python": "import enum\n", "go": "", "typescript": ""}[source.language]
