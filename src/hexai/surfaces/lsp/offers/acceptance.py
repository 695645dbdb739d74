"""What follows when the editor says that a suggestion was taken; its mending."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence

from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Editor, Severity
from hexai.surfaces.lsp.edits import Compute
from hexai.surfaces.lsp.offers.offer import Credit, Insertion, Offer
from hexai.surfaces.words import letter
from hexai.text.lines import Lines, Position, Replacement, Span
from hexai.text.sanitise import visible_line

_KEPT = 64
"""Offers that can still be taken."""

Make = Callable[[str, Compute, str], Awaitable[object]]
"""Makes an edit of a document, computed for its newest text, under a name."""

Take = Callable[[Offer, int], None]
"""Takes note that a suggestion of an offer was taken."""

Name = Callable[[str], None]
"""Takes note that it was told who is who in a run, which it gets by its id."""


class Offers:
    """The offers that went out, by the number that their items carry."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Offer] = OrderedDict()
        self._last = 0

    def keep(self, offer: Offer) -> int:
        """Keep an offer; gives its number."""
        self._last += 1
        self._kept[self._last] = offer
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return self._last

    def about(self, uri: str) -> list[Offer]:
        """Give those that went out for a document."""
        return [offer for offer in self._kept.values() if offer.uri == uri]

    def find(self, arguments: Sequence[object]) -> tuple[Offer, int] | None:
        """Give offer and index that a command's arguments name, if any."""
        match arguments:
            case [str(run_id), int(number), int(index)]:
                offer = self._kept.get(number)
            case _:
                return None
        if offer is None or offer.run_id != run_id:
            return None
        if not 0 <= index < len(offer.suggestions):
            return None
        return offer, index


class Acceptance:
    """Carries out the accept command."""

    def __init__(
        self, editor: Editor, offers: Offers, *, take: Take, name: Name, make: Make
    ) -> None:
        self._editor = editor
        self._offers = offers
        self._take = take
        self._name = name
        self._make = make

    async def accept(self, arguments: Sequence[object]) -> None:
        """Note what was taken, name it if it was blind, and mend its insertion."""
        found = self._offers.find(arguments)
        if found is None:
            return
        offer, index = found
        suggestion = offer.suggestions[index]
        insertion = Insertion.of(offer, suggestion)
        self._take(offer, index)
        if offer.blind:
            self._editor.tell(Severity.INFO, _winner(index, suggestion.credits))
            self._name(offer.run_id)
        if self._editor.client.mends:
            await self._mend(offer, insertion)

    async def _mend(self, offer: Offer, insertion: Insertion) -> None:
        def compute(document: Document) -> list[Replacement] | None:
            return mending(document.lines, offer.lines, insertion)

        await self._make(offer.uri, compute, "Hexai: mend what was inserted")


def _winner(index: int, by: tuple[Credit, ...]) -> str:
    who = ", ".join(
        f"{each.label} ({each.outcome.provider}:{each.outcome.model})" for each in by
    )
    return f"Hexai: {letter(index)} was {visible_line(who)}"


def mending(
    now: Lines, offered: Lines, insertion: Insertion
) -> list[Replacement] | None:
    """Give the edits after which a document holds a suggestion as it was given.

    Some editors re-indent what they insert, or leave alone what stands right of the
    cursor. `now` is the document after that, `offered` the one that it was made for.
    Only the suggestion's lines are touched, and what was typed behind it stays. None:
    they differ otherwise in more than blanks.
    """
    first = insertion.position.line
    below = len(offered) - 1 - first
    end = len(now) - below
    same_above = now.raw[:first] == offered.raw[:first]
    same_below = now.raw[end:] == offered.raw[first + 1 :]
    if end <= first or not same_above or not same_below:
        return None
    theirs = now.between(first, end)
    mine = _mended("\n".join(theirs), offered.line(first), insertion)
    return None if mine is None else _edits(theirs, mine.split("\n"), first)


def _mended(inserted: str, line: str, insertion: Insertion) -> str | None:
    """Give the lines as they should be; None if that cannot be said.

    `inserted` is what they are, `line` what the cursor's line was.
    """
    column = insertion.position.character
    head = line[:column] + insertion.text
    split = _after_same(inserted, head)
    if split is None:
        return None
    blanks = head[len(head.rstrip()) :]
    behind = inserted[split:].removeprefix(blanks)
    rest = line[column + insertion.covered :]
    for doubled in (line[column:], rest):
        if behind.endswith(doubled):
            typed = behind[: len(behind) - len(doubled)]
            return head + typed + rest
    return None


def _after_same(text: str, beginning: str) -> int | None:
    """Give where a text has gone through another that may have other blanks."""
    wanted = iter("".join(beginning.split()))
    expected = next(wanted, None)
    for index, character in enumerate(text):
        if expected is None:
            return index
        if character.isspace():
            continue
        if character != expected:
            return None
        expected = next(wanted, None)
    return len(text) if expected is None else None


def _edits(now: list[str], wanted: list[str], first: int) -> list[Replacement]:
    """Give the edits that turn lines into others, small ones if they can be."""
    if len(now) == len(wanted):
        pairs = enumerate(zip(now, wanted, strict=True), first)
        return [_line_edit(line, *pair) for line, pair in pairs if pair[0] != pair[1]]
    end = Position(first + len(now) - 1, len(now[-1]))
    whole = Span(Position(first, 0), end)
    return [Replacement(span=whole, text="\n".join(wanted))]


def _line_edit(number: int, now: str, wanted: str) -> Replacement:
    """Give the smallest edit of one line; its indentation goes before all else."""
    change = Lines.of(now).change([Replacement(span=None, text=wanted)]).smallest()
    start, end = change.span.start.character, change.span.end.character
    span = Span(Position(number, start), Position(number, end))
    return Replacement(span=span, text=change.text)
