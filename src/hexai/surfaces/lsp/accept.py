"""What follows when the editor says that a suggestion was taken.

An editor that re-indents what it inserts, or leaves alone what stands right of the
cursor, has by now made a document that is not prefix, answer and suffix. The document
is compared with what it should be, and the difference goes into one edit. That edit
touches only the lines of the suggestion, and none if they differ in more than blanks
and a repeated suffix: then the user has gone on, and what they wrote is theirs.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Protocol

from hexai.surfaces.lsp.editor import Document, Editor, Severity
from hexai.surfaces.lsp.offer import Credit, Offer
from hexai.surfaces.lsp.placed import Placed
from hexai.surfaces.lsp.provenance import letter
from hexai.text.lines import Lines, Replacement
from hexai.text.positions import Position, Span
from hexai.text.visible import visible_line

_KEPT = 64
"""Offers that can still be taken."""


class Choices(Protocol):
    """Takes note of what the user does with suggestions."""

    def taken(self, run_id: str, by: tuple[Credit, ...], *, characters: int) -> None:
        """Take note that a suggestion was taken, as the editor's command says.

        `characters` counts what it brought beyond what had been typed.
        """


class Offers:
    """The offers that went out, by the number that their items carry."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, tuple[Offer, str]] = OrderedDict()
        self._last = 0

    def keep(self, offer: Offer, language: str) -> int:
        """Keep an offer for a document in a language; gives its number."""
        self._last += 1
        self._kept[self._last] = (offer, language)
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._last

    def find(self, arguments: Sequence[object]) -> tuple[Offer, str, int] | None:
        """Give offer, language and index that a command's arguments name, if any."""
        match arguments:
            case [str(run_id), int(number), int(index)]:
                offer, language = self._kept.get(number, (None, ""))
            case _:
                return None
        if offer is None or offer.run_id != run_id:
            return None
        if not 0 <= index < len(offer.suggestions):
            return None
        return offer, language, index


class Acceptance:
    """Carries out the accept command."""

    def __init__(self, editor: Editor, offers: Offers, choices: Choices) -> None:
        self._editor = editor
        self._offers = offers
        self._choices = choices

    async def accept(self, arguments: Sequence[object]) -> None:
        """Note what was taken, name it if it was blind, and mend its insertion."""
        found = self._offers.find(arguments)
        if found is None:
            return
        offer, language, index = found
        suggestion = offer.suggestions[index]
        placed = Placed.of(offer, suggestion, language=language)
        self._choices.taken(
            offer.run_id, suggestion.credits, characters=len(placed.text)
        )
        if offer.blind:
            self._editor.tell(Severity.INFO, _winner(index, suggestion.credits))
        document = self._editor.document(offer.uri)
        if self._editor.client.mends and document is not None:
            await self._mend(document, offer, placed)

    async def _mend(self, document: Document, offer: Offer, placed: Placed) -> None:
        edits = mending(document.lines, offer.lines, placed)
        if edits:
            await self._editor.apply(document, edits, "Hexai: mend what was inserted")


def mending(now: Lines, offered: Lines, placed: Placed) -> list[Replacement]:
    """Give the edits after which a document holds a suggestion as it was given.

    `now` is the document after the editor inserted it, `offered` the one that it was
    made for. There are none if the two differ elsewhere.
    """
    wanted = placed.into(offered)
    first = placed.position.line
    below = len(offered) - 1 - first
    last_now, last_wanted = len(now) - below, len(wanted) - below
    same_above = now.raw[:first] == offered.raw[:first]
    if not same_above or now.raw[last_now:] != offered.raw[first + 1 :]:
        return []
    mine, theirs = wanted.between(first, last_wanted), now.between(first, last_now)
    if mine == theirs or not _same_but_blanks(theirs, mine, offered, placed):
        return []
    if len(mine) == len(theirs):
        return [
            _line_edit(first + number, *pair)
            for number, pair in enumerate(zip(theirs, mine, strict=True))
            if pair[0] != pair[1]
        ]
    end = Position(last_now - 1, len(theirs[-1]))
    ending = "\r\n" if wanted.raw[first].endswith("\r\n") else "\n"
    whole = Span(Position(first, 0), end)
    return [Replacement(span=whole, text=ending.join(mine))]


def _same_but_blanks(
    theirs: list[str], mine: list[str], offered: Lines, placed: Placed
) -> bool:
    got, wanted = _packed("\n".join(theirs)), _packed("\n".join(mine))
    line, column = placed.position.line, placed.position.character
    rest = offered.line(line)[column:]
    kept = _packed(rest[placed.covered :])
    doubled = wanted[: len(wanted) - len(kept)] + _packed(rest)
    return got in (wanted, doubled)


def _packed(text: str) -> str:
    return "".join(text.split())


def _line_edit(number: int, now: str, wanted: str) -> Replacement:
    """Give the smallest edit of one line; its indentation goes before all else."""
    change = Lines.of(now).change([Replacement(span=None, text=wanted)]).smallest()
    assert change.span is not None
    start, end = change.span.start.character, change.span.end.character
    span = Span(Position(number, start), Position(number, end))
    return Replacement(span=span, text=change.text)


def _winner(index: int, by: tuple[Credit, ...]) -> str:
    who = ", ".join(
        f"{each.label} ({each.outcome.provider}:{each.outcome.model})" for each in by
    )
    return f"Hexai: {letter(index)} was {visible_line(who)}"
