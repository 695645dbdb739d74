"""Offers as the editors' completion items, each editor getting what it shows right.

What differs between editors is data (`editor/clients.py`); what an item is, is not: an
edit of one line from the beginning of the word at the cursor, a `filterText` that goes
on as the user may type, an order that is that of the offer, and a command by which the
editor says that the item was taken. Nothing is left to be resolved later.
"""

import re

from lsprotocol import types as lsp
from msgspec import Struct

from hexai.surfaces.lsp.editor.clients import Client
from hexai.surfaces.lsp.offers.insertion import Insertion, code_label, line_break
from hexai.surfaces.lsp.offers.offer import Credit, Offer, Suggestion
from hexai.surfaces.lsp.offers.provenance import names, provenance
from hexai.surfaces.lsp.protocol.convert import from_span
from hexai.surfaces.words import letter
from hexai.text.cells import truncate
from hexai.text.fences import fence
from hexai.text.lines import Lines
from hexai.text.positions import Encoding
from hexai.text.snippet import escape
from hexai.text.visible import visible, visible_line

_LABEL = 40
"""Columns of a label."""
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
        items = [
            self._item(offer, index, number) for index in range(len(offer.suggestions))
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

    def _item(self, offer: Offer, index: int, number: int) -> lsp.CompletionItem:
        suggestion = offer.suggestions[index]
        insertion = Insertion.of(offer, suggestion)
        new_text = self._new_text(insertion, offer.lines)
        tag = letter(index) if offer.blind else _tag(suggestion.credits)
        detail, documentation = self._described(insertion, suggestion, offer, tag)
        snippet = self.client.item_text == "snippet"
        return lsp.CompletionItem(
            label=self._label(insertion, tag),
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

    def _label(self, insertion: Insertion, tag: str) -> str:
        code = code_label(insertion.first_line)
        if self.client.label == "code":
            return code or tag
        return truncate(f"{tag}  {visible_line(insertion.first_line.strip())}", _LABEL)

    def _filter_text(self, insertion: Insertion, new_text: str) -> str:
        if self.client.filter_text == "inserted":
            return new_text
        return _filter_text(insertion)

    def _insert_text(self, insertion: Insertion, new_text: str) -> str:
        """Give the same text for editors that do not look at the edit."""
        if self.client.ascii_words:
            stays = _NOT_ASCII.match(insertion.fragment)
            new_text = new_text[stays.end() if stays else 0 :]
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
            return truncate(name, _LABEL), self._markup(about, code)
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


def _filter_text(insertion: Insertion) -> str:
    """Give what the user's further typing is compared with."""
    head = insertion.text.partition("\n")[0]
    goes_on = head.strip() or not insertion.text.strip()
    line = head if goes_on else insertion.first_line
    return insertion.fragment + visible_line(line.rstrip())


def _tag(by: tuple[Credit, ...]) -> str:
    others = f"+{len(by) - 1}" if len(by) > 1 else ""
    return truncate(visible_line(by[0].label), _TAG - len(others)) + others
