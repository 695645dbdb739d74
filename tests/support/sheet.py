"""A document in which somebody writes, with models that answer what is asked in it."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from hexai.config.folders import find_folders
from hexai.config.reload import Sources
from hexai.config.schema import Settings
from hexai.domain.provider import Provider
from hexai.surfaces.lsp.asking import Asked, AskedRun
from hexai.surfaces.lsp.chat.context import History
from hexai.surfaces.lsp.chat.prompter import Prompter
from hexai.surfaces.lsp.chat.slash_commands import Commands
from hexai.surfaces.lsp.clients import DEFAULT, Client
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.documents import Document, Documents
from hexai.surfaces.lsp.editor import Answer, Severity
from hexai.surfaces.lsp.edits import Edits
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.surfaces.lsp.progress import Running, Work
from hexai.text.cleaning import clean
from hexai.text.lines import Lines, Position, Replacement, Span
from tests.support.clock import T, run_virtually
from tests.support.editing import RaceRun
from tests.support.own_tasks import OwnTasks
from tests.support.races import conditions, field

URI = "file:///notes.md"
_AFTER = 0.02
"""Seconds that the editor takes to make an edit."""


class ScriptedPrompts:
    """Puts every question to scripted models."""

    def __init__(self, models: Sequence[Provider], settings: Settings) -> None:
        self._models = models
        self.configured: Settings | None = settings
        self._shared = conditions()
        self.asked: list[str] = []
        """What was asked, in order."""
        self.histories: list[History] = []

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured."""
        return self.configured

    def chat(
        self, document: Document, line: int, question: str, history: History
    ) -> AskedRun | None:
        """Ask a question."""
        self.histories.append(history)
        return self._run(question)

    def inline(self, document: Document, span: Span, instruction: str) -> Asked | None:
        """Ask for what takes the place of a span."""
        run = self._run(instruction)
        lines = document.lines
        near = partial(
            clean,
            before=lines.slice(Span(Position(0, 0), span.start)),
            after=lines.slice(Span(span.end, lines.end)),
            language=document.language,
        )
        return None if run is None else Asked(run=run, clean=near)

    def _run(self, prompt: str) -> RaceRun | None:
        if not self._models:
            return None
        self.asked.append(prompt)
        name = f"run {len(self.asked)}"
        return RaceRun(name, field(*self._models), [0], self._shared, prompt, "")


class Shown:
    """Progress that remembers what it was told."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def show(self, work: Work) -> None:
        """Remember that it began, or is over."""
        self.lines.append(f"{'ended' if work.is_over else 'began'} {work.label}")


class Sheet(OwnTasks):
    """An editor with one document, everything that answers prompts, and a typist."""

    takes_edits = True

    def __init__(
        self, text: str, *models: Provider, language: str, settings: Settings
    ) -> None:
        loop = asyncio.get_running_loop()
        super().__init__()
        self.client: Client = DEFAULT
        self.told: list[str] = []
        self.applied: list[str] = []
        """The labels of the edits that were made."""
        self.refusals = 0
        """How many of the next edits are refused as stale, though the editor says
        yes, as Neovim does."""
        self.offers: list[Offer] = []
        self.progress = Shown()
        self.asker = ScriptedPrompts(models, settings)
        self.documents = Documents(clock=loop.time, on_too_large=print)
        self.edits = Edits(self, clock=loop.time)
        self.running = Running(self, self.progress.show, start=self.start)
        self.prompter = Prompter(
            self,
            self.asker,
            self.edits,
            self.running,
            self._commands(loop.time),
            offered=self._offered,
            start=self.start,
        )
        self.documents.followers += [self.edits, self.prompter]
        self.cursor = Lines.of(text.split("|", maxsplit=1)[0]).end
        self.documents.open(URI, language, 1, text.replace("|", "", 1))

    def shut_down(self) -> None:
        """Shut it down, as the editor's end does."""
        self.prompter.shutdown()
        self.running.shutdown()

    @property
    def text(self) -> str:
        """The document's text; blank once it is closed."""
        document = self.document(URI)
        return document.lines.text if document else ""

    def document(self, uri: str) -> Document | None:
        """Give the document."""
        return self.documents.find(uri)

    def tell(self, severity: Severity, message: str) -> None:
        """Remember what the user was told."""
        self.told.append(message)

    def log(self, severity: Severity, message: str) -> None:
        """Take a log line for something told: none is expected."""
        self.told.append(f"log: {message}")

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Make an edit a little later, unless the text has changed by then."""
        await asyncio.sleep(_AFTER)
        if self.document(URI) is not document or self.refusals:
            self.refusals = max(0, self.refusals - 1)
            self.type_at_once(" ")
            return Answer.YES
        last_first = sorted(replacements, key=_start, reverse=True)
        self._change(last_first)
        self.applied.append(label)
        return Answer.YES

    async def type(self, text: str, *, pause: float = 0.05) -> None:
        """Type at the cursor, one key after the other."""
        for character in text:
            self.type_at_once(character)
            await asyncio.sleep(pause)

    def type_at_once(self, text: str) -> None:
        """Insert a text at the cursor by one change."""
        self.replace(Span(self.cursor, self.cursor), text)

    def replace(self, span: Span, text: str) -> None:
        """Replace a range; the cursor goes behind what has come."""
        self._change([Replacement(span=span, text=text)])
        end = Lines.of(text).end
        character = end.character + (0 if end.line else span.start.character)
        self.cursor = Position(span.start.line + end.line, character)

    def become(self, text: str) -> None:
        """Change to another text by one change, as an undo or a reload does."""
        self._change([Replacement(span=None, text=text)])

    async def pause(self, seconds: float = 1.0) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    def _change(self, replacements: Sequence[Replacement]) -> None:
        """Make a change known; the cursor stays at its text."""
        document = self.document(URI)
        assert document is not None
        before, cursor = document.lines, self.cursor
        self.documents.change(URI, (document.version or 0) + 1, replacements)
        change = before.change(replacements)
        self.cursor = change.moved(cursor) or change.after.clamp(cursor)

    def _commands(self, clock: Callable[[], float]) -> Commands:
        environ = dict(os.environ)  # noqa: TID251 - the edge of a test
        folders = find_folders(environ, Path(environ["HOME"]))
        configuration = Configuration(
            Sources(folders=folders, environ=environ),
            clock=clock,
            only=(),
            tell=self.tell,
            log=lambda _severity, _message: None,
        )
        self.switch = _Switch()
        return Commands(self, configuration, self.running, self.switch)

    def _offered(self, uri: str) -> Iterable[Offer]:
        return [offer for offer in self.offers if offer.uri == uri]


class _Switch:
    """What completion's switch is."""

    is_enabled = True


def _start(replacement: Replacement) -> Position:
    assert replacement.span is not None
    return replacement.span.start


def on_sheet(
    scene: Callable[[Sheet], Awaitable[T]],
    text: str,
    *models: Provider,
    language: str = "markdown",
    settings: Settings | None = None,
) -> T:
    """Play a scene on a sheet in virtual time; gives what the scene gives.

    The cursor is at the first `|` of the text.
    """

    async def play() -> T:
        configured = settings or Settings()
        async with Sheet(text, *models, language=language, settings=configured) as one:
            return await scene(one)

    return run_virtually(play())
