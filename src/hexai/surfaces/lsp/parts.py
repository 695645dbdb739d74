"""What the editor server does with documents: completes, answers and acts.

All of it needs the services and loads much, so it is opened with them, when the editor
has had its answer to `initialize`. Here alone is said what each part is made of.
"""

import asyncio

from msgspec import Struct

from hexai.service.services import Services
from hexai.surfaces.lsp.actions.action_list import ActionLists
from hexai.surfaces.lsp.actions.code_actions import CodeActions
from hexai.surfaces.lsp.actions.consultant import Consultant
from hexai.surfaces.lsp.actions.unit_tests import UnitTests
from hexai.surfaces.lsp.asking.first_entry import FirstEntry
from hexai.surfaces.lsp.asking.loads import LoadsShown
from hexai.surfaces.lsp.asking.progress import WorkDoneProgress
from hexai.surfaces.lsp.asking.work import Running
from hexai.surfaces.lsp.chat.commands import Commands
from hexai.surfaces.lsp.chat.prompter import Prompter
from hexai.surfaces.lsp.chat.questions import PromptQuestions
from hexai.surfaces.lsp.completion.completer import Completer
from hexai.surfaces.lsp.completion.completions import Completions
from hexai.surfaces.lsp.completion.questions import Questions
from hexai.surfaces.lsp.configuration import Configuration
from hexai.surfaces.lsp.documents.edits import Edits
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers
from hexai.surfaces.lsp.offers.items import ItemMaker
from hexai.surfaces.lsp.offers.watching import Watching
from hexai.surfaces.lsp.protocol.capabilities import knows_action_literals, knows_as_is
from hexai.surfaces.lsp.protocol.connection import Connection


class Parts(Struct, frozen=True, kw_only=True):
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


class Ground(Struct, frozen=True, kw_only=True):
    """What the parts stand on: what one editor and its server share."""

    connection: Connection
    edits: Edits
    configuration: Configuration
    services: Services
    accept_command: str
    action_command: str


def open_parts(ground: Ground) -> Parts:
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
    return Parts(
        completions=completions, prompter=prompter, actions=actions, running=running
    )


def _show_loads(ground: Ground, progress: WorkDoneProgress) -> None:
    clock = asyncio.get_running_loop().time
    shown = LoadsShown(ground.connection, progress, clock=clock)
    ground.services.watch_loads(shown.took)


def _open_completions(ground: Ground, offers: Offers) -> Completions:
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
    ground: Ground, offers: Offers, completer: Completer, running: Running
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


def _open_actions(ground: Ground, running: Running) -> CodeActions:
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
