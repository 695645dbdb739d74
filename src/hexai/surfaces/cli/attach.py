"""What `-f` names: read, fetched, and made fit for a question."""

import asyncio

from msgspec.structs import replace

from hexai.domain.attachments import Attachment
from hexai.prompts.attached import images_of, with_attachments
from hexai.service.attachments.fetch import fetch_pages, is_address
from hexai.service.attachments.folders import ignored_by
from hexai.service.attachments.kinds import Unfit, attachment
from hexai.service.attachments.read import Attached, read_files
from hexai.service.guard.guard import GuardedText
from hexai.service.ignore.ignore import IgnoreRules
from hexai.service.question import Question
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.prompt_input import read_bytes
from hexai.text.lines import Lines

STDIN = "-"
"""What names standard input."""


def attach(session: Session) -> tuple[Attachment, ...]:
    """Read what the command line names, and say what of it is left out.

    Raises `UsageError`, which names everything that cannot go along.
    """
    names = session.options.files
    rules = IgnoreRules(session.folders, session.process.environ)
    attached = read_files(
        names,
        root=session.process.folder,
        ignored=ignored_by(rules, session.snapshot.settings.ignore),
        known=_read_otherwise(session, names),
    )
    complain(session.process, *(f"note: {note}" for note in attached.notes))
    return attached.attachments


def with_attached(question: Question, attachments: tuple[Attachment, ...]) -> Question:
    """Put attachments into a question; the guard looks at them by their names."""
    *others, last = question.request.messages
    said = replace(
        last,
        content=with_attachments(last.content, attachments),
        images=images_of(attachments),
    )
    return replace(
        question,
        request=replace(question.request, messages=(*others, said)),
        documents=tuple(
            GuardedText(uri=each.uri, lines=Lines.of(each.text), title=each.name)
            for each in attachments
        ),
    )


def _read_otherwise(
    session: Session, names: tuple[str, ...]
) -> dict[str, Attached | str]:
    """Fetch pages, and read standard input where it is named."""
    known: dict[str, Attached | str] = {}
    if STDIN in names:
        known[STDIN] = _piped(session)
    if addresses := tuple(filter(is_address, names)):
        snapshot = session.snapshot
        local_only = snapshot.restrictions.local_only
        if snapshot.settings.local_only:
            local_only = local_only or "local_only is set"
        environ = session.process.environ
        fetching = fetch_pages(addresses, environ, local_only=local_only)
        known.update(asyncio.run(fetching))
    return known


def _piped(session: Session) -> Attached | str:
    if session.process.stdin_is_terminal:
        return "-f - attaches what is piped in, and nothing is"
    try:
        piped = attachment("standard input", "", read_bytes(session.process))
    except Unfit as error:
        return f"standard input {error}"
    return Attached(attachments=(piped,))
