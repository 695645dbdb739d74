"""What the editor server does with documents: completes, answers and acts.

All of it needs the services and loads much, so it is opened with them, when the editor
has had its answer to `initialize`.
"""

from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.service.services import Services
from hexai.surfaces.lsp.actions.code_actions import CodeActions
from hexai.surfaces.lsp.actions.opening import open_actions
from hexai.surfaces.lsp.asking.progress import WorkDoneProgress
from hexai.surfaces.lsp.asking.work import Running
from hexai.surfaces.lsp.chat.prompter import Prompter, open_prompter
from hexai.surfaces.lsp.completion.suggesting import Suggesting, open_suggesting
from hexai.surfaces.lsp.configuration import Configuration

if TYPE_CHECKING:
    from hexai.surfaces.lsp.session import Session


class Parts(Struct, frozen=True, kw_only=True):
    """What follows the documents of a session."""

    suggesting: Suggesting
    prompter: Prompter
    actions: CodeActions
    running: Running
    """What models are at work on, other than completion."""

    def shutdown(self) -> None:
        """End everything, and start nothing more."""
        self.prompter.shutdown()
        self.suggesting.completer.shutdown()
        self.suggesting.watching.shutdown()


def open_parts(
    session: "Session", configuration: Configuration, services: Services
) -> Parts:
    """Open them, and let them follow the session's documents."""
    start = services.start
    progress = WorkDoneProgress(session.connection, start=start)
    running = Running(session.connection, progress, start=start)
    suggesting = open_suggesting(session, configuration, services)
    prompter = open_prompter(session, suggesting, services, running)
    actions = open_actions(session, configuration, services, running)
    session.documents.followers += [
        suggesting.completer,
        suggesting.watching,
        prompter,
        actions,
    ]
    return Parts(
        suggesting=suggesting, prompter=prompter, actions=actions, running=running
    )
