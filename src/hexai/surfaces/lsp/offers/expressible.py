"""What of a suggestion an editor can put in as it is; pure.

Some editors insert one line only, some bring each line to the depth of the cursor's,
some leave alone what stands right of the cursor. Where the editor runs a command after
that, its insertion is mended. Where it runs none, what would come out wrong is not
offered: a suggestion is cut before it, and one of which nothing is left goes. What was
offered, watched and counted is then the same, and what is in the document.
"""

from msgspec.structs import replace

from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.offers.insertion import Insertion
from hexai.surfaces.lsp.offers.offer import Credit, Offer, Suggestion
from hexai.text.overlap import covered
from hexai.text.positions import Position, Span


def expressible(offer: Offer, client: Client) -> Offer:
    """Cut the suggestions of an offer to what an editor puts in as it is."""
    if client.mends or (client.lines == "all" and client.reaches_right):
        return offer
    texts: dict[str, list[Credit]] = {}
    for each in offer.suggestions:
        text = _cut(offer, each, client)
        if text.strip():
            texts.setdefault(offer.typed + text, []).extend(each.credits)
    return replace(
        offer,
        suggestions=tuple(
            Suggestion(text=text, credits=tuple(sorted(by, key=_place)))
            for text, by in texts.items()
        ),
    )


def _place(credit: Credit) -> int:
    return credit.outcome.index


def _cut(offer: Offer, suggestion: Suggestion, client: Client) -> str:
    """Give what is left of what follows the cursor."""
    insertion = Insertion.of(offer, suggestion)
    text = insertion.text
    if insertion.covered and not client.reaches_right:
        text = _before_covered(offer, insertion)
    if client.lines == "first":
        return text.partition("\n")[0]
    if client.lines == "indented":
        keeps_tabs = offer.document.language in client.keeps_tabs
        return _indented(text, insertion.indent, keeps_tabs=keeps_tabs)
    return text


def _before_covered(offer: Offer, insertion: Insertion) -> str:
    """Cut where the text goes on with what stands right of the cursor already."""
    lines, position = offer.lines, insertion.position
    before = lines.slice(Span(Position(0, 0), position))
    after = lines.slice(Span(position, lines.end))
    text, right = insertion.text, after[: insertion.covered]
    if not text.endswith(right):
        text = text.partition("\n")[0]
    end = len(text)
    while (end := text.rfind(right, 0, end)) >= 0:
        if not covered(text[:end], before, after, offer.document.language):
            return text[:end]
    return ""


def _indented(text: str, indent: str, *, keeps_tabs: bool) -> str:
    """Give the lines until one that would not come out as it is.

    That is one less deep than the cursor's, a blank one where blanks would be put
    before it, and one with a tab beyond the cursor's depth, unless the editor leaves
    those alone.
    """
    kept: list[str] = []
    for place, line in enumerate(text.split("\n")):
        deep = not place or (line.startswith(indent) and (line.strip() or not indent))
        if not deep or ("\t" in line.removeprefix(indent) and not keeps_tabs):
            break
        kept.append(line)
    return "\n".join(kept).rstrip("\n") if len(kept) < text.count("\n") + 1 else text
