"""Unit tests on their way into a file: the one edit outside of the request's document.

The file is new, and made with its tests at once; or it is open, and edited there; or it
is shown first, so that the editor opens it and its user can undo. It is looked at again
right before it is touched, since a model may have taken a minute in between.
"""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from lsprotocol import types

from hexai.config.schema_prompts import Prompts
from hexai.domain.outcome import Outcome
from hexai.domain.request import Request
from hexai.prompts.code.cursor import Cursor
from hexai.service.actions.action import built_in, objection_to
from hexai.service.actions.fitting import Unfit
from hexai.service.actions.unit_test_edits import add_tests
from hexai.service.actions.unit_test_file import check, create, read
from hexai.service.actions.unit_test_plan import Plan, compose_test, plan_tests
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Answer, Severity
from hexai.surfaces.lsp.edits import Edits, GaveUp
from hexai.surfaces.lsp.protocol.connection import Connection
from hexai.surfaces.lsp.protocol.convert import from_position
from hexai.surfaces.lsp.uris import to_path
from hexai.text.lines import Lines, Position, Replacement

_OPENED_WITHIN = 5.0
"""Seconds for an editor to open the file that it was asked to show."""
_LABEL = f"Hexai: {built_in('unit_test', None).title}"

Ask = Callable[[Request], Awaitable[Outcome]]


class UnitTests:
    """Writes unit tests for one editor."""

    def __init__(self, connection: Connection, edits: Edits) -> None:
        self._connection = connection
        self._documents = connection.documents
        self._edits = edits
        self._opened = asyncio.Event()

    def opened(self, document: Document) -> None:
        """Look whether a document is the one that is waited for."""
        del document
        self._opened.set()

    async def write(
        self, cursor: Cursor, document: Document, prompts: Prompts, ask: Ask
    ) -> str | None:
        """Have tests of a function written; gives why not, if that is to be told."""
        source = to_path(document.uri)
        if source is None:
            return "the document is no file"
        folder = self._folder_of(source)
        plan = await asyncio.to_thread(plan_tests, cursor, source, folder)
        if isinstance(plan, Unfit):
            return plan.reason
        request = compose_test(
            plan.subject,
            cursor,
            module=plan.module,
            framework=plan.framework,
            prompts=prompts,
        )
        outcome = await ask(request)
        if (objection := objection_to(outcome)) is not None:
            return objection.reason
        if plan.place is None:
            return await self._edit(document.uri, plan, outcome.text)
        return await self._write(plan, outcome.text, document, folder)

    async def _write(
        self, plan: Plan, answer: str, source: Document, folder: Path
    ) -> str | None:
        assert plan.place is not None
        path = plan.place.path
        is_new = not plan.place.exists
        if is_new and not await asyncio.to_thread(os.path.exists, path):
            return await self._create(plan, answer, source, folder)
        refused = await asyncio.to_thread(check, path, folder)
        if refused is not None:
            return refused.reason
        if self._find(path) is None:
            await self._show(path, Position(0, 0), Lines.of(""))
            await self._wait_open(path)
        if (document := self._find(path)) is None:
            return await self._edit_unopened(plan, answer, path)
        return await self._edit(document.uri, plan, answer)

    async def _create(
        self, plan: Plan, answer: str, source: Document, folder: Path
    ) -> str | None:
        assert plan.place is not None
        edits = await asyncio.to_thread(add_tests, Lines.of(""), answer, plan.needs)
        if isinstance(edits, Unfit):
            return edits.reason
        text = edits[0].text
        if source.lines.raw[0].endswith("\r\n"):
            text = text.replace("\n", "\r\n")
        path = plan.place.path
        refused = await asyncio.to_thread(create, path, text, folder)
        if refused is not None:
            return refused.reason
        await self._show(path, Position(0, 0), Lines.of(text))
        return None

    async def _edit(self, uri: str, plan: Plan, answer: str) -> str | None:
        """Bring tests into an open document, and show them."""
        reason = "the edit does not fit the text any more"

        def compute(document: Document) -> tuple[Replacement, ...] | None:
            nonlocal reason
            edits = add_tests(document.lines, answer, plan.needs)
            if isinstance(edits, Unfit):
                reason = edits.reason
                return None
            return edits

        made = await self._edits.make(uri, compute, _LABEL)
        if isinstance(made, GaveUp):
            return None if made.is_told else reason
        path = to_path(uri)
        if plan.place is not None and path is not None:
            end = max(0, len(made.document.lines) - 1)
            await self._show(path, Position(end, 0), made.document.lines)
        return None

    async def _edit_unopened(self, plan: Plan, answer: str, path: Path) -> str | None:
        """Have an editor that shows no files edit one."""
        try:
            lines = Lines.of(await asyncio.to_thread(read, path))
        except (OSError, UnicodeDecodeError):
            return f"{path.name} cannot be read"
        edits = await asyncio.to_thread(add_tests, lines, answer, plan.needs)
        if isinstance(edits, Unfit):
            return edits.reason
        document = Document(
            uri=path.as_uri(), language="", version=None, lines=lines, changed_at=0.0
        )
        said = await self._connection.apply(document, edits, _LABEL)
        if said is not Answer.YES:
            return f"the editor did not take the edit of {path.name}"
        self._connection.tell(Severity.INFO, f"Hexai: the tests are in {path.name}")
        return None

    async def _wait_open(self, path: Path) -> None:
        try:
            async with asyncio.timeout(_OPENED_WITHIN):
                while self._find(path) is None:
                    self._opened.clear()
                    await self._opened.wait()
        except TimeoutError:
            return

    async def _show(self, path: Path, position: Position, lines: Lines) -> None:
        """Show a file; an editor that cannot be asked to is told where it is."""
        window = self._connection.capabilities.window
        if window is None or window.show_document is None:
            where = f"Hexai: the tests are in {path.name}"
            self._connection.tell(Severity.INFO, where)
            return
        at = from_position(lines, position, self._documents.encoding)
        params = types.ShowDocumentParams(
            uri=path.as_uri(),
            take_focus=True,
            selection=types.Range(start=at, end=at),
        )
        await self._connection.ask(types.WINDOW_SHOW_DOCUMENT, params)

    def _find(self, path: Path) -> Document | None:
        uris = (uri for uri in self._documents.uris if to_path(uri) == path)
        uri = next(uris, None)
        return self._documents.find(uri) if uri is not None else None

    def _folder_of(self, source: Path) -> Path:
        """Give the workspace folder of a file; its own folder if it is in none."""
        around = [
            each for each in self._connection.folders if source.is_relative_to(each)
        ]
        return max(around, key=lambda each: len(each.parts), default=source.parent)
