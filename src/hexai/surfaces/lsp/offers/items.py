"""Offers as the editors' completion items, each editor getting what it shows right.

What differs between editors is data (`clients.py`); what an item is, is not: an edit of
one line from the beginning of the word at the cursor, a `filterText` that goes on as
the user may type, an order that is that of the offer, and a command by which the editor
says that the item was taken. Nothing is left to be resolved later.
"""

import re
from collections import Counter
from decimal import Decimal

from lsprotocol import types as lsp
from msgspec import Struct
from msgspec.structs import replace

from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.offers.offer import (
    LABEL,
    Credit,
    Insertion,
    Offer,
    Suggestion,
    code_label,
    line_break,
)
from hexai.surfaces.lsp.offers.replaced_tokens import begins_as_token
from hexai.surfaces.lsp.protocol.convert import from_span
from hexai.surfaces.words import figures, letter
from hexai.text.cells import truncate
from hexai.text.cleaning import fence
from hexai.text.lines import Encoding, Lines, Position, Span
from hexai.text.repetition import covered
from hexai.text.sanitise import visible, visible_line
from hexai.text.snippets import escape

_TAG = 14
"""Columns of the name before the code."""
_NOT_ASCII = re.compile(r".*[^\x00-\x7f]")


class ItemMaker(Struct, frozen=True, kw_only=True):
    """Makes the items for one editor."""

    client: Client
    encoding: Encoding
    command: str
    """The id of the accept command."""
    as_is: bool = False
    """The editor knows `insertTextMode`."""

    def completion(self, offer: Offer, number: int) -> lsp.CompletionList:
        """Give the list for an offer that is known by a number."""
        insertions = [Insertion.of(offer, each) for each in offer.suggestions]
        lines = Counter(map(_shown_line, insertions))
        items = [
            self._item(offer, index, number, each, is_one=lines[_shown_line(each)] == 1)
            for index, each in enumerate(insertions)
        ]
        incomplete = offer.incomplete and (bool(items) or offer.forced)
        return lsp.CompletionList(is_incomplete=incomplete, items=items)

    def accept(self, offer: Offer, number: int, index: int) -> lsp.Command:
        """Give the command by which the editor says that a suggestion was taken."""
        return lsp.Command(
            title="Hexai: taken",
            command=self.command,
            arguments=[offer.run_id, number, index],
        )

    def _item(
        self,
        offer: Offer,
        index: int,
        number: int,
        insertion: Insertion,
        *,
        is_one: bool,
    ) -> lsp.CompletionItem:
        """Make an item; `is_one`: no other of the offer shows the same line."""
        suggestion = offer.suggestions[index]
        new_text = self._new_text(insertion, offer.lines)
        tag = letter(index) if offer.blind else _tag(suggestion.credits)
        detail, documentation = self._described(insertion, suggestion, offer, tag)
        snippet = self.client.item_text == "snippet"
        return lsp.CompletionItem(
            label=self._label(insertion, tag, is_one=is_one),
            kind=lsp.CompletionItemKind.Text,
            detail=detail,
            documentation=documentation,
            sort_text=f"{index:04}",
            filter_text=self._filter_text(insertion, new_text),
            insert_text=self._insert_text(insertion, new_text),
            insert_text_format=lsp.InsertTextFormat.Snippet
            if snippet
            else lsp.InsertTextFormat.PlainText,
            insert_text_mode=lsp.InsertTextMode.AsIs if self.as_is else None,
            text_edit=lsp.TextEdit(
                range=from_span(offer.lines, insertion.span, self.encoding),
                new_text=new_text,
            ),
            command=self.accept(offer, number, index),
        )

    def _label(self, insertion: Insertion, tag: str, *, is_one: bool) -> str:
        if self.client.label == "code":
            return code_label(insertion.first_line) or tag
        if self.client.label == "line":
            line = _shown_line(insertion)
            return line if line and is_one else f"{line}  {tag}".strip()
        return truncate(f"{tag}  {_shown_line(insertion)}", LABEL)

    def _filter_text(self, insertion: Insertion, new_text: str) -> str:
        if self.client.filter_text == "inserted":
            return new_text
        return self._of_word(_typed_against(insertion), insertion)

    def _of_word(self, text: str, insertion: Insertion) -> str:
        """Take from a text what the editor does not take for part of its word."""
        if not self.client.ascii_words:
            return text
        stays = _NOT_ASCII.match(insertion.fragment)
        return text[stays.end() if stays else 0 :]

    def _insert_text(self, insertion: Insertion, new_text: str) -> str:
        """Give the same text for editors that do not look at the edit."""
        if self.client.insert_text == "rest":
            return new_text[len(insertion.fragment) :]
        new_text = self._of_word(new_text, insertion)
        if self.client.insert_text == "plain":
            return new_text
        # Without a place for the cursor it is no snippet, and escapes would stay.
        return escape(new_text) + "$0"

    def _new_text(self, insertion: Insertion, lines: Lines) -> str:
        if self.client.item_text == "plain":
            return insertion.inserted.replace("\n", self._line_break(insertion, lines))
        head, *others = insertion.inserted.split("\n")
        relative = (one.removeprefix(insertion.indent) for one in others)
        # Some take a snippet without a place for the cursor as it is, escapes and all.
        return escape("\n".join((head, *relative))) + "$0"

    def _line_break(self, insertion: Insertion, lines: Lines) -> str:
        if self.client.breaks_lines == "own":
            return "\n"
        return line_break(lines, insertion.position.line)

    def _described(
        self, insertion: Insertion, suggestion: Suggestion, offer: Offer, tag: str
    ) -> tuple[str | None, lsp.MarkupContent | None]:
        """Give `detail` and `documentation`: the code, and where it came from."""
        code = visible(insertion.shown)
        about = "" if offer.blind else provenance(suggestion.credits)
        if self.client.code_in == "documentation":
            name = tag if offer.blind else names(suggestion.credits)
            return truncate(name, LABEL), self._markup(about, code)
        if self.client.plaintext or "```" not in code:
            return code, self._markup(about)
        return None, self._markup(about, code)

    def _markup(self, *texts: str) -> lsp.MarkupContent | None:
        """Put texts that are not ours where nothing in them is marked up."""
        shown = [text for text in texts if text]
        if not shown:
            return None
        if self.client.plaintext:
            return lsp.MarkupContent(
                kind=lsp.MarkupKind.PlainText, value="\n\n".join(shown)
            )
        fenced = "\n\n".join(map(fence, shown))
        return lsp.MarkupContent(kind=lsp.MarkupKind.Markdown, value=fenced)


def _shown_line(insertion: Insertion) -> str:
    return visible_line(insertion.first_line.strip())


def _typed_against(insertion: Insertion) -> str:
    """Give what the user's further typing is compared with."""
    head = insertion.text.partition("\n")[0]
    goes_on = head.strip() or not insertion.text.strip()
    line = head if goes_on else insertion.first_line
    return insertion.fragment + visible_line(line.rstrip())


def _tag(by: tuple[Credit, ...]) -> str:
    others = f"+{len(by) - 1}" if len(by) > 1 else ""
    return truncate(visible_line(by[0].label), _TAG - len(others)) + others


def expressible(offer: Offer, client: Client) -> Offer:
    """Cut the suggestions of an offer to what an editor puts in as it is.

    Where our command mends what an editor has put in, nothing is cut. Else a suggestion
    ends before what would come out wrong, so that what was offered, watched and counted
    is what is in the document.
    """
    if client.mends or (client.lines == "all" and client.reaches_right):
        return offer
    texts: dict[str, list[Credit]] = {}
    for each in offer.suggestions:
        text = _cut(offer, each, client)
        is_moved = begins_as_token(offer.document, offer.position, text, client)
        if text.strip() and not is_moved:
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
    if client.until:
        text = text.partition(client.until)[0]
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
    lines = text.split("\n")
    for place, line in enumerate(lines):
        deep = not place or (line.startswith(indent) and (line.strip() or not indent))
        if not deep or ("\t" in line.removeprefix(indent) and not keeps_tabs):
            break
        kept.append(line)
    is_cut = len(kept) < len(lines)
    return "\n".join(kept).rstrip("\n") if is_cut else text


def inline_completions(
    offer: Offer, number: int, maker: ItemMaker
) -> lsp.InlineCompletionList:
    """Give an item for each suggestion; the editor lets the user go through them."""
    items = []
    for index, suggestion in enumerate(offer.suggestions):
        insertion = Insertion.of(offer, suggestion)
        ending = line_break(offer.lines, insertion.position.line)
        span = Span(insertion.position, insertion.span.end)
        items.append(
            lsp.InlineCompletionItem(
                insert_text=insertion.text.replace("\n", ending),
                range=from_span(offer.lines, span, maker.encoding),
                command=maker.accept(offer, number, index),
            )
        )
    return lsp.InlineCompletionList(items=items)


def names(by: tuple[Credit, ...]) -> str:
    """Give the labels of all that gave a suggestion."""
    return ", ".join(visible_line(each.label) for each in by)


def provenance(by: tuple[Credit, ...]) -> str:
    """Describe all that gave a suggestion, a line for each."""
    return "\n".join(map(_line, by))


def _line(credit: Credit) -> str:
    outcome = credit.outcome
    cost = None if credit.cost_usd is None else Decimal(str(credit.cost_usd))
    about = (
        f"{credit.label}:",
        f"provider={outcome.provider}",
        f"model={outcome.model}",
        *figures(outcome, cost),
        "late" if outcome.late else "",
    )
    return visible_line(" ".join(word for word in about if word))
