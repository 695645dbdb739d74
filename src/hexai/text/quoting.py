"""Answers as quoted lines in a document, and back; pure."""

from collections.abc import Sequence

from hexai.text.lines import Lines


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
