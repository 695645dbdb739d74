"""The prompts that were completed by what was typed; pure."""

from collections.abc import Iterable, Iterator

from msgspec import Struct

from hexai.surfaces.lsp.chat.commands import KNOWN
from hexai.surfaces.lsp.chat.typed_text import TypedText
from hexai.surfaces.lsp.documents.anchor import Anchor
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import Lines
from hexai.text.triggers import (
    Command,
    Markers,
    Question,
    Tag,
    find_command,
    find_question,
    find_tags,
)


class Prompt(Struct, frozen=True, kw_only=True):
    """What a line asks for, and where that stands."""

    anchor: Anchor
    asks: Command | Question | Tag


def find_typed(lines: Lines, typed: TypedText, markers: Markers) -> Iterator[Prompt]:
    """Find the prompts whose last character was typed.

    A line is a command, or a question, or holds tags. A tag is only a candidate: what
    looks like one may be code.
    """
    line = lines.line(typed.line)
    end = len(line.rstrip())
    command = find_command(line, markers, KNOWN)
    question = find_question(line, markers)
    if command is not None or question is not None:
        asks = command or question
        assert asks is not None
        if typed.has(end - 1):
            text = line[:end].lstrip()
            anchor = Anchor(line=typed.line, text=text, heads_line=True)
            yield Prompt(anchor=anchor, asks=asks)
        return
    for tag in find_tags(line, markers):
        if typed.has(tag.end - 1):
            text = line[tag.start : tag.end]
            anchor = Anchor(line=typed.line, text=text, heads_line=False)
            yield Prompt(anchor=anchor, asks=tag)


def is_offered(prompt: Prompt, offers: Iterable[Offer]) -> bool:
    """Tell whether a prompt is part of what was offered: then nobody asked it."""
    text = prompt.anchor.text
    for offer in offers:
        left = offer.lines.line(offer.anchor.line)[: offer.anchor.character]
        if text in left:
            continue
        if any(text in left + each.text for each in offer.suggestions):
            return True
    return False
