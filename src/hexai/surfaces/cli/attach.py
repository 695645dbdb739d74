"""What `-f` names: read, fetched, and made fit for a question."""

import asyncio
from collections.abc import Callable

from msgspec.structs import replace

from hexai.config.addresses import shown_address
from hexai.domain.attachments import Attachment
from hexai.service.attachments.asked import guarded, messages_with
from hexai.service.attachments.fetch import fetch_pages, is_address
from hexai.service.attachments.folders import ignored_by
from hexai.service.attachments.kinds import Unfit, attachment
from hexai.service.attachments.read import Attached, read_files
from hexai.service.ignore.ignore import IgnoreRules
from hexai.service.question import Question
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.output import complain, insist
from hexai.surfaces.cli.process import STANDARD
from hexai.surfaces.cli.prompt_input import read_bytes
from hexai.text.sanitise import shorten

_SAID_AFTER = 1.0
"""Seconds after which it is said what is being fetched."""
_MOST_SHOWN = 200


def attach(session: Session) -> tuple[Attachment, ...]:
    """Read what the command line names, and say what of it is left out.

    Raises `UsageError`, which names everything that cannot go along.
    """
    names = session.options.files
    return attacher(session, names, session.process.folder)(names)


def attacher(
    session: Session, names: tuple[str, ...], root: str
) -> Callable[[tuple[str, ...]], tuple[Attachment, ...]]:
    """Give what reads some of these names, of which pages are fetched only once.

    Paths count from `root`. It raises `UsageError` as `attach` does.
    """
    rules = IgnoreRules(session.folders, session.process.environ)
    ignored = ignored_by(rules, session.snapshot.settings.ignore)
    known = _read_otherwise(session, names)

    def read(some: tuple[str, ...]) -> tuple[Attachment, ...]:
        attached = read_files(some, root=root, ignored=ignored, known=known)
        insist(session.process, *(f"note: {note}" for note in attached.notes))
        return attached.attachments

    return read


def with_attached(question: Question, attachments: tuple[Attachment, ...]) -> Question:
    """Put attachments into a question; the guard looks at them by their names."""
    messages = messages_with(question.request.messages, attachments)
    return replace(
        question,
        request=replace(question.request, messages=messages),
        documents=guarded(attachments),
    )


def _read_otherwise(
    session: Session, names: tuple[str, ...]
) -> dict[str, Attached | str]:
    """Fetch pages, and read standard input where it is named."""
    known: dict[str, Attached | str] = {}
    if STANDARD in names:
        known[STANDARD] = _piped(session)
    if addresses := tuple(filter(is_address, names)):
        snapshot = session.snapshot
        local_only = snapshot.restrictions.local_only
        if snapshot.settings.local_only:
            local_only = local_only or "local_only is set"
        known.update(asyncio.run(_fetch(session, addresses, local_only)))
    return known


async def _fetch(
    session: Session, addresses: tuple[str, ...], local_only: str
) -> dict[str, Attached | str]:
    """Fetch pages; whoever sits at a terminal is told if that takes long."""

    def say() -> None:
        names = ", ".join(map(shown_address, addresses))
        # Whether it is wanted is known: nobody reads an answer meanwhile.
        complain(replace(process, hush=None), f"fetching {shorten(names, _MOST_SHOWN)}")

    process = session.process
    late = asyncio.get_running_loop().call_later(_SAID_AFTER, say)
    if session.options.quiet or not process.stderr_is_terminal:
        late.cancel()
    try:
        return await fetch_pages(addresses, process.environ, local_only=local_only)
    finally:
        late.cancel()


def _piped(session: Session) -> Attached | str:
    is_terminal = session.process.stdin_is_terminal
    data = b"" if is_terminal else read_bytes(session.process)
    if not data.strip():
        return "-f - attaches what is piped in, and nothing is"
    try:
        piped = attachment("standard input", "", data)
    except Unfit as error:
        return f"standard input {error}"
    return Attached(attachments=(piped,))
