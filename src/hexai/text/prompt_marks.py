"""What a line asks of Hexai: a chat question, a command, or inline tags; pure.

The markers were chosen because they are rare in code, and still all of them occur
there: `<?php ?>` ends like a question, `Dictionary<K, int?>` too, and
`if (a>!b && c>d)` holds a tag. So what is read here is only a candidate. It counts if
the user has just typed it, and a tag in code only where code cannot stand
(`prompts.instruction`); both are the caller's to know. What a line alone can tell is
told here: quoted lines never ask, nor does a `>` that closes a `<` of the same line,
nor a prompt without a word.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from msgspec import Struct

from hexai.text.lines import Lines

_WORD = re.compile(r"[^\W_]")
_NAME = re.compile(r"/([A-Za-z][A-Za-z-]*)")
_LONGEST = 10_000
"""Nobody types a prompt into a longer line, and such a line is costly to read."""


class Markers(Struct, frozen=True, kw_only=True):
    """What starts a request, in a document of one language."""

    chat_suffix: str
    """Ends a question; empty: there are no questions and no commands."""
    chat_prefixes: tuple[str, ...]
    """One of them stands right before the suffix."""
    inline_open: str
    inline_close: str
    off: tuple[str, ...] = ()
    """Endings that are no question in this language."""

    @property
    def inline_open_line(self) -> str:
        """Open a tag whose whole line is replaced: the first character doubled."""
        return self.inline_open[:1] + self.inline_open


class Question(Struct, frozen=True, kw_only=True):
    """A line that asks in chat."""

    text: str
    """The prompt, with the prefix: `what is this?` of `what is this?>`."""
    start: int
    """Where the suffix begins; answering removes it."""
    end: int


class Command(Struct, frozen=True, kw_only=True):
    """A line that is a slash command."""

    name: str
    """Without the slash, in lower case."""


class Tag(Struct, frozen=True, kw_only=True):
    """An inline tag."""

    text: str
    """The prompt, without the markers."""
    start: int
    """Where the opening marker begins."""
    end: int
    """Behind the closing marker."""
    whole_line: bool
    """The answer takes the place of the line, not only of the tag."""


def find_question(line: str, markers: Markers) -> Question | None:
    """Read a line as a question; None if it is none."""
    if not markers.chat_suffix or len(line) > _LONGEST:
        return None
    suffix, trimmed = markers.chat_suffix, line.rstrip()
    endings = tuple(prefix + suffix for prefix in markers.chat_prefixes)
    if is_quoted(line) or not trimmed.endswith(endings):
        return None
    if trimmed.endswith(markers.off) or find_command(line, markers) is not None:
        return None
    end = len(trimmed)
    start = end - len(suffix)
    if suffix.endswith(">") and end - 1 in _closing_brackets(trimmed):
        return None
    text = trimmed[:start].strip()
    if not _has_word(text):
        return None
    return Question(text=text, start=start, end=end)


def find_command(
    line: str, markers: Markers, known: Collection[str] | None = None
) -> Command | None:
    """Read a line as a command; None if it is none, or none of those known.

    The prefix of a question may stand before the suffix: `/help?>` is `/help>`.
    """
    text = line.strip()
    if not markers.chat_suffix or not text.endswith(markers.chat_suffix):
        return None
    rest = text.removesuffix(markers.chat_suffix)
    for prefix in markers.chat_prefixes:
        if rest.endswith(prefix):
            rest = rest.removesuffix(prefix)
            break
    match = _NAME.fullmatch(rest)
    if match is None:
        return None
    name = match[1].lower()
    return Command(name=name) if known is None or name in known else None


def find_tags(line: str, markers: Markers) -> tuple[Tag, ...]:
    """Find the inline tags of a line, from left to right."""
    if len(line) > _LONGEST or markers.inline_open not in line:
        return ()
    if is_quoted(line) and not line.lstrip().startswith(
        (markers.inline_open, markers.inline_open_line)
    ):
        return ()
    return tuple(_tags(line, markers))


def is_opened(line: str, markers: Markers) -> bool:
    """Tell whether a line is an opened tag that says nothing yet."""
    whole = markers.inline_open_line
    close = markers.inline_close
    return line.strip() in {whole, whole + close, markers.inline_open + close}


def is_quoted(line: str) -> bool:
    """Tell whether a line is quoted, as answers in a document are."""
    return line.lstrip().startswith(">")


def _tags(line: str, markers: Markers) -> Iterator[Tag]:
    brackets = _closing_brackets(line)
    at = 0
    while (found := _next_open(line, at, markers)) is not None:
        start, inner, whole_line = found
        end = _closed_at(line, inner, markers.inline_close, brackets)
        text = line[inner:end] if end is not None else ""
        if end is None or not _is_prompt(text) or start in brackets:
            at = start + 1
            continue
        at = end + len(markers.inline_close)
        yield Tag(text=text, start=start, end=at, whole_line=whole_line)


def _next_open(line: str, at: int, markers: Markers) -> tuple[int, int, bool] | None:
    """Find the next opening: where it begins, where it ends, and its kind."""
    start = line.find(markers.inline_open, at)
    if start < 0:
        return None
    inner = start + len(markers.inline_open)
    doubled = line.find(markers.inline_open_line, max(at, start - 1), inner)
    if doubled >= 0:
        return doubled, doubled + len(markers.inline_open_line), True
    empty = markers.inline_open + markers.inline_close
    if line.startswith(empty, start):
        return start, start + len(empty), True
    return start, inner, False


def _closed_at(
    line: str, inner: int, close: str, brackets: Collection[int]
) -> int | None:
    """Find the closing marker; one that is part of `Vec<int>`, `->` or `=>` is none."""
    end = line.find(close, inner)
    while end >= 0:
        arrow = close.startswith(">") and line[end - 1 : end] in {"-", "="}
        if not arrow and end not in brackets:
            return end
        end = line.find(close, end + 1)
    return None


def _is_prompt(text: str) -> bool:
    return text == text.strip() and _has_word(text)


def _has_word(text: str) -> bool:
    return _WORD.search(text) is not None


def _closing_brackets(line: str) -> frozenset[int]:
    """Find each `>` that closes a `<`, as in `Map<K, V>`.

    Comparisons open nothing, nor do comments as HTML has them: `-->` closes them.
    """
    opened = 0
    closing: set[int] = set()
    for index, character in enumerate(line):
        following = line[index + 1 : index + 2]
        before = line[index - 1 : index] if index else ""
        if line.startswith("<!--", index):
            continue
        if character == "<" and "<" not in (before, following):
            opened += bool(following) and not following.isspace() and following != "="
        elif character == ">" and opened and before not in {"-", "="}:
            opened -= 1
            closing.add(index)
    return frozenset(closing)


def quote(text: str) -> str:
    """Quote every line of a text, so that none of it can be taken for a prompt."""
    lines = Lines.of(text)
    return "\n".join(map(_quoted, lines.between(0, len(lines))))


def unquote(lines: Sequence[str]) -> str:
    """Take the marks of quotation off again."""
    return "\n".join(
        line.lstrip().removeprefix(">").removeprefix(" ") for line in lines
    )


def _quoted(line: str) -> str:
    return f"> {line}" if line.strip() else ">"
