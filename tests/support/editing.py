"""An editor with one document, and models that answer in it as scripted."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.schema import Completion, Settings
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Event, Outcome
from hexai.domain.provider import Provider
from hexai.domain.request import Contender, Request, Upstream
from hexai.engine.race import Race
from hexai.engine.race_options import Conditions, RaceOptions
from hexai.engine.settle import Policy
from hexai.service.completion import Clean
from hexai.service.ignore.ignore import Ignored
from hexai.surfaces.lsp.asking import Asked
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.completion.completer import Completer
from hexai.surfaces.lsp.completion.editor_request import Route, Trigger, TriggerKind
from hexai.surfaces.lsp.completion.questions import LiveRace, Warming
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Answer, Severity
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import Lines, Position, Replacement, Span
from tests.support.clock import T, run_virtually
from tests.support.own_tasks import OwnTasks
from tests.support.races import conditions, field
from tests.support.scripted import Scripted, Stream

URI = "file:///code.py"
WAITING = RaceOptions(policy=Policy(queue_grace=0.05))
INVOKED = Trigger(TriggerKind.INVOKED)
AGAIN = Trigger(TriggerKind.INCOMPLETE)


def after_character(character: str) -> Trigger:
    """Make the trigger of a typed character."""
    return Trigger(TriggerKind.CHARACTER, character)


class FakeEditor:
    """The editor's side: documents, and what it was told."""

    takes_edits = True

    def __init__(self, client: Client) -> None:
        self.client = client
        self.documents: dict[str, Document] = {}
        self.logged: list[str] = []

    def document(self, uri: str) -> Document | None:
        """Give an open document."""
        return self.documents.get(uri)

    def tell(self, severity: Severity, message: str) -> None:
        """Take it for a log line."""
        self.log(severity, message)

    def log(self, severity: Severity, message: str) -> None:
        """Remember a log line."""
        self.logged.append(message)

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Nobody applies anything here."""
        raise NotImplementedError


class RaceRun:
    """A run that is only a race, of scripted contenders."""

    def __init__(
        self,
        run_id: str,
        contenders: Sequence[Contender],
        order: Sequence[int],
        shared: Conditions,
        prompt: str,
        suffix: str,
    ) -> None:
        self.run_id = run_id
        self.contenders = contenders
        self.order = order
        self.prompt = prompt
        self.suffix = suffix
        self.began_at: float | None = None
        self.entering = 0.0
        request = Request(
            surface=Surface.COMPLETION, messages=(Message(Role.USER, prompt),)
        )
        self.race = Race(contenders, request, WAITING, shared)
        self.left_at: float | None = None
        self.refused: dict[int, str] = {}
        self.ignored: Ignored | None = None

    @property
    def outcomes(self) -> Sequence[Outcome]:
        """The outcomes so far."""
        return self.race.outcomes

    async def __aenter__(self) -> Self:
        await asyncio.sleep(self.entering)
        self.began_at = asyncio.get_running_loop().time()
        await self.race.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.race.__aexit__(kind, error, trace)
        self.left_at = asyncio.get_running_loop().time()

    def __aiter__(self) -> AsyncIterator[Event]:
        return aiter(self.race)

    def cancel(self, index: int | None = None) -> None:
        """Cancel one contender or all."""
        self.race.cancel(index)

    def finish(self, index: int) -> None:
        """Let a contender have said enough."""
        self.race.finish(index)

    def refuse(self, index: int, reason: str) -> None:
        """Keep why an answer is not offered."""
        self.refused[index] = reason

    def settle(self) -> None:
        """Settle."""
        self.race.settle()

    def cost_usd(self, outcome: Outcome) -> Decimal | None:
        """Charge a cent a model."""
        return Decimal("0.01")


class ScriptedAsker:
    """Puts the text before the cursor to scripted models."""

    def __init__(self, models: Sequence[Provider], settings: Settings) -> None:
        self.models = models
        self.configured: Settings | None = settings
        self.runs: list[RaceRun] = []
        self.warmed: list[tuple[str, Position]] = []
        self.warming: Warming | None = None
        """Reads beforehand."""
        self.order: Sequence[int] | None = None
        self.shared = conditions()
        self.bug: Exception | None = None
        """Raised by the first that is asked of it."""
        self.late_bug: Exception | None = None
        """Raised when a question is put together."""
        self.clean: Clean = _clean
        self.entering = 0.0
        """Seconds that it takes to enter a run."""
        self.is_paid = False
        """Asking costs money."""
        self.origin = ""
        """Where the first model is, if others shall be there too; one at a time."""

    def settings(self, document: Document) -> Settings | None:
        """Give what is configured."""
        if self.bug is not None:
            raise self.bug
        return self.configured

    def costs(self, document: Document) -> bool:
        """Tell whether asking costs money."""
        return self.is_paid

    def tell_off(self, document: Document, position: Position) -> None:
        """Tell nobody."""

    def warm(self, document: Document, position: Position) -> Warming | None:
        """Note what is read beforehand, if that is wanted."""
        self.warmed.append((document.uri, position))
        return self.warming

    def ask(self, document: Document, position: Position, race: LiveRace) -> Asked:
        """Ask all models."""
        if self.late_bug is not None:
            raise self.late_bug
        contenders = field(*self.models)
        if self.origin:
            upstream = Upstream(origin=self.origin, max_concurrency=1)
            busy = replace(contenders[0].target, upstream=upstream)
            contenders[0] = replace(contenders[0], target=busy)
        order = range(len(contenders)) if self.order is None else self.order
        before = document.lines.slice(Span(Position(0, 0), position))
        after = document.lines.slice(Span(position, document.lines.end))
        name = f"run {len(self.runs)}"
        run = RaceRun(name, contenders, order, self.shared, before, after)
        run.entering = self.entering
        self.runs.append(run)
        return Asked(run=run, clean=self.clean)


class Answered(Struct, frozen=True, kw_only=True):
    """The list of a request, and when it went out."""

    offer: Offer
    at: float

    @property
    def texts(self) -> list[str]:
        """The suggestions' texts."""
        return [suggestion.text for suggestion in self.offer.suggestions]


class Desk(OwnTasks):
    """Somebody who types in a document and asks for completion."""

    def __init__(
        self, text: str, *models: Provider, client: Client, settings: Settings
    ) -> None:
        self._loop = asyncio.get_running_loop()
        super().__init__()
        self.editor = FakeEditor(client)
        self.asker = ScriptedAsker(models, settings)
        self.models = models
        self.completer = Completer(self.editor, self.asker, start=self.start)
        lines = Lines.of(text.replace("|", "", 1))
        cursor = Lines.of(text.split("|", maxsplit=1)[0]).end
        self.cursor = lines.clamp(cursor)
        self._put(lines, version=1)

    def shut_down(self) -> None:
        """Shut it down, as the editor's end does."""
        self.completer.shutdown()

    @property
    def document(self) -> Document:
        """The document as it is now."""
        return self.editor.documents[URI]

    @property
    def now(self) -> float:
        """The loop's time."""
        return round(self._loop.time(), 4)

    @property
    def streams(self) -> list[Stream]:
        """All streams that were opened at the models."""
        return [s for m in self.models if isinstance(m, Scripted) for s in m.streams]

    @property
    def open_streams(self) -> list[Stream]:
        """Those that are open."""
        return [stream for stream in self.streams if stream.closed_at is None]

    def type(self, text: str, *, right: str = "") -> None:
        """Type a text at the cursor; `right` appears behind the cursor."""
        self.replace(Span(self.cursor, self.cursor), text + right)
        end = Lines.of(text).end
        character = end.character if end.line else self.cursor.character + len(text)
        self.cursor = Position(self.cursor.line + end.line, character)

    def replace(self, span: Span, text: str) -> None:
        """Change the document somewhere; the cursor stays."""
        before = self.document
        change = before.lines.change([Replacement(span=span, text=text)])
        self._put(change.after, version=(before.version or 0) + 1)
        self.completer.changed(self.document, change)

    def reopen(self) -> None:
        """Close the document, and open it as it was."""
        self.completer.closed(URI)
        self.completer.opened(self.document)

    def delete(self, count: int = 1) -> None:
        """Delete to the left of the cursor."""
        left = Position(self.cursor.line, self.cursor.character - count)
        span = Span(left, self.cursor)
        self.cursor = left
        self.replace(span, "")

    def ask(
        self, trigger: Trigger = INVOKED, route: Route = "list"
    ) -> asyncio.Task[Answered]:
        """Ask for completion at the cursor."""
        return self._group.create_task(
            self._complete(self.document, self.cursor, trigger, route)
        )

    async def pause(self, seconds: float = 0.0) -> None:
        """Let time pass."""
        await asyncio.sleep(seconds)

    async def _complete(
        self, document: Document, position: Position, trigger: Trigger, route: Route
    ) -> Answered:
        offer = await self.completer.complete(document, position, trigger, route)
        return Answered(offer=offer, at=self.now)

    def _put(self, lines: Lines, *, version: int) -> None:
        self.editor.documents[URI] = Document(
            uri=URI,
            language="python",
            version=version,
            lines=lines,
            changed_at=self._loop.time() if version > 1 else -1e9,
        )


PLAIN = Client(name="plain")


def at_desk(
    scene: Callable[[Desk], Awaitable[T]],
    text: str,
    *models: Provider,
    client: Client = PLAIN,
    **completion: Any,
) -> T:
    """Play a scene at a desk in virtual time; gives what the scene gives."""

    async def play() -> T:
        settings = replace(Settings(), completion=Completion(**completion))
        async with Desk(text, *models, client=client, settings=settings) as desk:
            return await scene(desk)

    return run_virtually(play())


def _clean(text: str, *, infilled: bool, finished: bool) -> str:
    return text
