"""What an editor server is made of: its features, and the services that they stand on.

All of it loads much, so it is loaded itself only once the editor has its answer to
`initialize`. Here alone is said what each feature is given, and in which order they
follow the documents. Outside of tmux, nothing is even loaded for its status.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

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
from hexai.surfaces.lsp.configuration import Configuration, Start
from hexai.surfaces.lsp.edits import Edits
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.tracking import Watching
from hexai.surfaces.lsp.protocol.connection import (
    Connection,
    knows_action_literals,
    knows_as_is,
)
from hexai.surfaces.lsp.unit_test_action import UnitTests
from hexai.surfaces.lsp.work import LoadsShown, Running, WorkDoneProgress

if TYPE_CHECKING:
    from hexai.service.tmux_status import ServerStatus


class Features(Struct, frozen=True, kw_only=True):
    """What follows the documents of a session."""

    completions: Completions
    prompter: Prompter
    actions: CodeActions
    running: Running
    """What models are at work on, other than completion."""

    def shutdown(self) -> None:
        """End everything, and start nothing more."""
        self.prompter.shutdown()
        self.running.shutdown()
        self.completions.shutdown()


class Context(Struct, frozen=True, kw_only=True):
    """What the parts stand on: what one editor and its server share."""

    connection: Connection
    edits: Edits
    configuration: Configuration
    services: Services
    accept_command: str
    action_command: str


def open_features(ground: Context) -> Features:
    """Open them, and let them follow the documents."""
    connection, start = ground.connection, ground.services.start
    progress = WorkDoneProgress(connection, start=start)
    running = Running(connection, progress, start=start)
    _show_loads(ground, progress)
    offers = Offers()
    completions = _open_completions(ground, offers)
    prompter = _open_prompter(ground, offers, completions.completer, running)
    actions = _open_actions(ground, running)
    connection.documents.followers += [
        completions.completer,
        completions.watching,
        prompter,
        actions,
    ]
    return Features(
        completions=completions, prompter=prompter, actions=actions, running=running
    )


def _show_loads(ground: Context, progress: WorkDoneProgress) -> None:
    clock = asyncio.get_running_loop().time
    shown = LoadsShown(ground.connection, progress, clock=clock)
    ground.services.watch_loads(shown.took)


def _open_completions(ground: Context, offers: Offers) -> Completions:
    connection, services = ground.connection, ground.services
    questions = Questions(ground.configuration, services)
    completer = Completer(connection, questions, start=services.start)
    maker = ItemMaker(
        client=connection.client,
        encoding=connection.documents.encoding,
        command=ground.accept_command,
        as_is=knows_as_is(connection.capabilities),
    )
    watching = Watching(connection.client, services.record, now=services.now)
    acceptance = Acceptance(connection, offers, watching, make=ground.edits.make)
    return Completions(completer, maker, offers, acceptance, watching)


def _open_prompter(
    ground: Context, offers: Offers, completer: Completer, running: Running
) -> Prompter:
    connection, configuration = ground.connection, ground.configuration
    commands = Commands(connection, configuration, running, completer)
    return Prompter(
        connection,
        PromptQuestions(FirstEntry(configuration, ground.services)),
        ground.edits,
        running,
        commands,
        offered=offers.about,
        start=ground.services.start,
    )


def _open_actions(ground: Context, running: Running) -> CodeActions:
    connection = ground.connection
    lists = ActionLists(
        encoding=connection.documents.encoding,
        command=ground.action_command,
        literals=knows_action_literals(connection.capabilities),
    )
    return CodeActions(
        connection,
        ground.edits,
        lists,
        Consultant(FirstEntry(ground.configuration, ground.services)),
        running,
        UnitTests(connection, ground.edits),
    )


_GATHERS = 0.25
"""Seconds that a run waits for others before it is written."""


@asynccontextmanager
async def open_services(
    start: Start,
    snapshot: Snapshot | None,
    log: Log,
    *,
    on_problem: Callable[[str], None],
    on_note: Callable[[str], None],
) -> AsyncIterator[Services]:
    """Open them with what records and shows their runs.

    `snapshot` is what is configured at first; None: nothing can be read. `on_problem`
    is called, in any thread, with what keeps runs from being recorded, `on_note` with
    what was learnt of an upstream and its user should know.
    """
    services: Services | None = None
    settings = snapshot.settings if snapshot is not None else Settings()

    def current() -> Settings:
        return settings if services is None else services.settings

    status = None
    if snapshot is not None and start.recorder is None:
        status = open_tmux_status(start, snapshot, current, log)
    ledger = LedgerRecorder(
        start.folders.state,
        now=start.now,
        retention_days=settings.ledger.retention_days,
        gathers=_GATHERS,
        on_written=status.refresh if status is not None else lambda: None,
        on_problem=on_problem,
    )
    services = Services(
        settings,
        folders=start.folders,
        environ=start.environ,
        now=start.now,
        random=start.random,
        recorder=start.recorder or ledger,
        log=log,
        on_note=on_note,
    )
    try:
        async with services:
            yield services
    finally:
        ledger.close()
        if status is not None:
            status.close()


def open_tmux_status(
    start: Start, snapshot: Snapshot, settings: Callable[[], Settings], log: Log
) -> "ServerStatus | None":
    """Begin to keep the status of the tmux that we run in; None outside of tmux.

    `settings` gives those that hold now.
    """
    if not start.environ.get("TMUX"):
        return None
    from hexai.service.tmux_status import ServerStatus, find_status

    found = find_status(start.folders, start.environ, settings, now=start.now, log=log)
    if found is None:
        return None
    status = ServerStatus(found)
    entries = snapshot.entries(Surface.COMPLETION).entries
    status.begin([f"{each.spec.provider}:{each.spec.model}" for each in entries])
    return status
