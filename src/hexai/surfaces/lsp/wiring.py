"""What an editor server is made of: its features, and the services that they stand on.

Here alone is said what each feature is given, and in which order they follow the
documents. All of it loads much, so `session.py` loads it only once the editor has its
answer to `initialize`.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from hexai.config.order import Snapshot
from hexai.config.schema import Settings
from hexai.domain.entry import Surface
from hexai.service.log import Log
from hexai.service.recorder import LedgerRecorder
from hexai.service.services import Services
from hexai.surfaces.lsp.asking import FirstEntry
from hexai.surfaces.lsp.chat.context import PromptQuestions
from hexai.surfaces.lsp.chat.prompter import Prompter
from hexai.surfaces.lsp.chat.slash_commands import Commands
from hexai.surfaces.lsp.code_actions import ActionLists, CodeActions, Consultant
from hexai.surfaces.lsp.completion.completer import Completer, Completions
from hexai.surfaces.lsp.completion.questions import Questions
from hexai.surfaces.lsp.configuration import SURFACES, Configuration, Start
from hexai.surfaces.lsp.editor import Severity
from hexai.surfaces.lsp.edits import Edits
from hexai.surfaces.lsp.moves import Moves
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.tracking import Watching
from hexai.surfaces.lsp.progress import LoadsShown, Running, WorkDoneProgress
from hexai.surfaces.lsp.protocol.connection import (
    Connection,
    knows_action_literals,
    knows_as_is,
)
from hexai.surfaces.lsp.team_push import TeamPush
from hexai.surfaces.lsp.unit_test_action import UnitTests

if TYPE_CHECKING:
    from hexai.service.tmux_status import ServerStatus

_GATHERS = 0.25
"""Seconds that a run waits for others before it is written."""


class Context(Struct, frozen=True, kw_only=True):
    """What the features are given of a session."""

    start: Start
    log: Log
    connection: Connection
    edits: Edits
    configuration: Configuration
    accept_command: str
    action_command: str
    spawn: Callable[[Coroutine[Any, Any, None]], None]
    """Runs something until the connection ends."""


class Features(Struct, frozen=True, kw_only=True):
    """What completes, answers and acts."""

    services: Services
    completions: Completions
    prompter: Prompter
    actions: CodeActions
    running: Running
    """What models are at work on, other than completion."""

    def reloaded(self, new: Snapshot, in_use: Iterable[Snapshot]) -> None:
        """Take over what is configured now; `in_use` holds for some documents."""
        self.services.replace(new.settings, *(each.settings for each in in_use))
        self.completions.completer.forget()

    def shutdown(self) -> None:
        """End everything, and start nothing more."""
        self.prompter.shutdown()
        self.running.shutdown()
        self.completions.shutdown()


@asynccontextmanager
async def open_features(context: Context) -> AsyncIterator[Features]:
    """Open them with their services, and let them follow the documents."""
    async with _open_services(context) as services:
        features = _make_features(context, services)
        _load_providers(context, services)
        yield features


def _load_providers(context: Context, services: Services) -> None:
    """Load in a thread what the first request would have to wait for."""
    configuration = context.configuration
    snapshot = configuration.snapshot()
    if snapshot is None:
        return
    asked = (configuration.entries(snapshot, each) for each in SURFACES)
    names = [entry.spec.provider for found in asked for entry in found.entries]
    context.spawn(asyncio.to_thread(services.load, snapshot.settings, names))


def _make_features(context: Context, services: Services) -> Features:
    connection = context.connection
    progress = WorkDoneProgress(connection, start=services.start)
    loads = LoadsShown(connection, progress.show, clock=asyncio.get_running_loop().time)
    services.watch_loads(loads.took)
    running = Running(connection, progress.show, start=services.start)
    offers = Offers()
    entry = FirstEntry(context.configuration, services)
    completions = _make_completions(context, services, offers)
    commands = Commands(
        connection, context.configuration, running, completions.completer
    )
    prompter = Prompter(
        connection,
        PromptQuestions(entry),
        context.edits,
        running,
        commands,
        offered=offers.about,
        start=services.start,
    )
    actions = _make_actions(context, entry, running)
    connection.documents.followers += [
        completions.completer,
        completions.watching,
        Moves((context.edits, prompter, actions), connection.documents.opened),
    ]
    return Features(
        services=services,
        completions=completions,
        prompter=prompter,
        actions=actions,
        running=running,
    )


def _make_completions(
    context: Context, services: Services, offers: Offers
) -> Completions:
    connection = context.connection
    questions = Questions(context.configuration, services)
    completer = Completer(connection, questions, start=services.start)
    maker = ItemMaker(
        client=connection.client,
        encoding=connection.documents.encoding,
        command=context.accept_command,
        as_is=knows_as_is(connection.capabilities),
    )
    watching = Watching(connection.client, services.record, now=services.now)
    acceptance = Acceptance(
        connection,
        offers,
        take=watching.taken,
        name=watching.named,
        make=context.edits.make,
    )
    return Completions(completer, maker, offers, acceptance, watching)


def _make_actions(context: Context, entry: FirstEntry, running: Running) -> CodeActions:
    connection = context.connection
    lists = ActionLists(
        encoding=connection.documents.encoding,
        command=context.action_command,
        literals=knows_action_literals(connection.capabilities),
    )
    return CodeActions(
        connection,
        context.edits,
        lists,
        Consultant(entry),
        running,
        UnitTests(connection, context.edits),
    )


@asynccontextmanager
async def _open_services(context: Context) -> AsyncIterator[Services]:
    """Open them with what records and shows their runs."""
    start, log = context.start, context.log
    snapshot = context.configuration.snapshot()
    services: Services | None = None
    settings = snapshot.settings if snapshot is not None else Settings()

    def current() -> Settings:
        return settings if services is None else services.settings

    def log_note(note: str) -> None:
        context.connection.log(Severity.WARNING, f"Hexai: {note}")

    status = None
    if snapshot is not None and start.recorder is None:
        status = _open_tmux_status(start, snapshot, current, log)
    pushing = TeamPush(start, current, context.connection.tell)

    def on_written() -> None:
        pushing.recorded()
        if status is not None:
            status.refresh()

    ledger = LedgerRecorder(
        start.folders.state,
        now=start.now,
        retention_days=settings.ledger.retention_days,
        gathers=_GATHERS,
        on_written=on_written,
        on_problem=_logging_from_threads(context.connection),
    )
    services = Services(
        settings,
        folders=start.folders,
        environ=start.environ,
        now=start.now,
        random=start.random,
        recorder=start.recorder or ledger,
        log=log,
        on_note=log_note,
    )
    try:
        async with services:
            yield services
    finally:
        ledger.close()
        if status is not None:
            status.close()


def _logging_from_threads(connection: Connection) -> Callable[[str], None]:
    """Give what logs a problem for the editor from a thread beside the loop."""
    loop = asyncio.get_running_loop()

    def log_problem(problem: str) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody listens any more
            loop.call_soon_threadsafe(
                connection.log, Severity.WARNING, f"Hexai: {problem}"
            )

    return log_problem


def _open_tmux_status(
    start: Start, snapshot: Snapshot, settings: Callable[[], Settings], log: Log
) -> "ServerStatus | None":
    """Begin to keep the status of the tmux that we run in; None outside of tmux.

    `settings` gives those that hold now.
    """
    if not start.environ.get("TMUX"):
        return None  # and nothing is loaded for it
    from hexai.service.tmux_status import ServerStatus, find_status

    found = find_status(start.folders, start.environ, settings, now=start.now, log=log)
    if found is None:
        return None
    status = ServerStatus(found)
    entries = snapshot.entries(Surface.COMPLETION).entries
    status.begin([f"{each.spec.provider}:{each.spec.model}" for each in entries])
    return status
