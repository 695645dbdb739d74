"""Code actions, opened for the editor of a session."""

from typing import TYPE_CHECKING

from lsprotocol import types

from hexai.service.services import Services
from hexai.surfaces.lsp.actions.action_list import ActionLists
from hexai.surfaces.lsp.actions.code_actions import CodeActions, Consultant
from hexai.surfaces.lsp.actions.unit_tests import UnitTests
from hexai.surfaces.lsp.asking.work import Running
from hexai.surfaces.lsp.configuration import Configuration

if TYPE_CHECKING:
    from hexai.surfaces.lsp.session import Session


def open_actions(
    session: "Session",
    configuration: Configuration,
    services: Services,
    running: Running,
) -> CodeActions:
    """Open what the editor of a session can have done."""
    lists = ActionLists(
        encoding=session.documents.encoding,
        command=session.action_command,
        literals=_knows_literals(session.connection.capabilities),
    )
    return CodeActions(
        session.connection,
        session.edits,
        lists,
        Consultant(configuration, services),
        running,
        UnitTests(
            session.connection, session.documents, session.edits, session.folders
        ),
    )


def _knows_literals(capabilities: types.ClientCapabilities) -> bool:
    document = capabilities.text_document
    actions = document.code_action if document else None
    return actions is not None and actions.code_action_literal_support is not None
