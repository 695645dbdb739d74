"""A language server that offers what it was told to, as the items of real offers.

    python -m tests.support.item_server ORDER LOG

It stands for the whole editor server where only the items and their acceptance matter.
What it is told is a JSON file, read anew for each request; what it sees, another.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer

from hexai.domain.outcome import Outcome, Status
from hexai.surfaces.lsp.clients import NEOVIM, Client
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Answer, Severity
from hexai.surfaces.lsp.edits import Compute
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.offer import Credit, Insertion, Offer, Suggestion
from hexai.surfaces.lsp.protocol.convert import from_span
from hexai.text.lines import Encoding, Lines, Position, Replacement


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to offer."""

    texts: list[str]
    """Each is what goes in at the cursor, from a contender of its own."""
    language: str = ""
    blind: bool = False
    delay: float = 0.0
    """Seconds before a request is answered."""


class Seen(msgspec.Struct, kw_only=True):
    """What the server has seen so far."""

    taken: list[tuple[str, list[str], int]] = []
    """Run, labels and characters of what was taken."""
    changes: list[str] = []
    """The whole text after each change."""
    requests: list[int] = []
    """The trigger kind of each request."""
    applied: list[bool] = []
    """What the editor answered to an edit."""


def credit(index: int) -> Credit:
    """Give the credit of a contender that answered."""
    label = f"model-{index}"
    outcome = Outcome(
        index=index, label=label, status=Status.ANSWERED, provider="p", model=label
    )
    return Credit(label=label, outcome=outcome, cost_usd=0)


class ItemServer:
    """The server, as far as it is not pygls."""

    takes_edits = True

    def __init__(self, order: Path, log: Path) -> None:
        self._place = order
        self._order = Order(texts=[])
        self._log = log
        self._seen = Seen()
        self._offers = Offers()
        self._acceptance = Acceptance(
            self,
            self._offers,
            take=self.taken,
            name=lambda run_id: None,
            make=self._make,
        )
        self._maker = ItemMaker(
            client=NEOVIM, encoding=Encoding.UTF8, command="hexai.taken"
        )
        self.pygls = LanguageServer("items", "0")
        self._register()

    @property
    def client(self) -> Client:
        """The editor is always Neovim."""
        return NEOVIM

    def document(self, uri: str) -> Document | None:
        """Give a document from pygls' store."""
        stored = self.pygls.workspace.get_text_document(uri)
        return Document(
            uri=uri,
            language=self._order.language,
            version=stored.version,
            lines=Lines.of(stored.source),
            changed_at=0.0,
        )

    def tell(self, severity: Severity, message: str) -> None:
        """Show a message."""
        self.pygls.window_show_message(
            lsp.ShowMessageParams(lsp.MessageType(severity), message)
        )

    def log(self, severity: Severity, message: str) -> None:
        """Drop a line for the log."""

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Have an edit made."""
        edits = []
        for each in replacements:
            assert each.span is not None
            place = from_span(document.lines, each.span, Encoding.UTF8)
            edits.append(lsp.TextEdit(place, each.text))
        identifier = lsp.OptionalVersionedTextDocumentIdentifier(
            document.uri, document.version
        )
        edit = lsp.WorkspaceEdit(
            document_changes=[lsp.TextDocumentEdit(identifier, edits)]
        )
        result = await self.pygls.workspace_apply_edit_async(
            lsp.ApplyWorkspaceEditParams(edit, label)
        )
        self._seen.applied.append(result.applied)
        self._write()
        return Answer.YES if result.applied else Answer.NO

    async def _make(self, uri: str, compute: Compute, label: str) -> None:
        document = self.document(uri)
        assert document is not None
        edits = compute(document)
        if edits:
            await self.apply(document, edits, label)

    def taken(self, offer: Offer, index: int) -> None:
        """Write down what was taken."""
        suggestion = offer.suggestions[index]
        insertion = Insertion.of(offer, suggestion)
        labels = [each.label for each in suggestion.credits]
        self._seen.taken.append((offer.run_id, labels, len(insertion.text)))
        self._write()

    def _register(self) -> None:
        feature = self.pygls.feature
        options = lsp.CompletionOptions(trigger_characters=[".", "("])

        @feature(lsp.TEXT_DOCUMENT_COMPLETION, options)
        async def complete(params: lsp.CompletionParams) -> lsp.CompletionList:
            return await self._complete(params)

        @feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
        def changed(params: lsp.DidChangeTextDocumentParams) -> None:
            self._changed(params)

        @self.pygls.command("hexai.taken")
        async def taken(run_id: str, number: int, index: int) -> None:
            await self._acceptance.accept([run_id, number, index])

    async def _complete(self, params: lsp.CompletionParams) -> lsp.CompletionList:
        self._order = msgspec.json.decode(self._place.read_bytes(), type=Order)
        self._seen.requests.append(params.context.trigger_kind if params.context else 0)
        self._write()
        await asyncio.sleep(self._order.delay)
        document = self.document(params.text_document.uri)
        assert document is not None
        line = document.lines.line(params.position.line).encode()
        column = len(line[: params.position.character].decode())
        here = Position(params.position.line, column)
        offer = Offer(
            run_id="run",
            document=document,
            anchor=here,
            position=here,
            suggestions=tuple(
                Suggestion(text=text, credits=(credit(index),))
                for index, text in enumerate(self._order.texts)
            ),
            blind=self._order.blind,
        )
        number = self._offers.keep(offer)
        return self._maker.completion(offer, number)

    def _changed(self, params: lsp.DidChangeTextDocumentParams) -> None:
        stored = self.pygls.workspace.get_text_document(params.text_document.uri)
        self._seen.changes.append(stored.source)
        self._write()

    def _write(self) -> None:
        written = self._log.with_suffix(".new")
        written.write_bytes(msgspec.json.encode(self._seen))
        written.replace(self._log)


if __name__ == "__main__":
    ItemServer(Path(sys.argv[1]), Path(sys.argv[2])).pygls.start_io()
