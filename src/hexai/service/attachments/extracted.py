"""The text of documents that are no text: PDF and HTML, by packages of an extra.

They read what strangers wrote: whatever they raise means that it cannot be read, and
so does that they take long, since some texts take them a minute for 60 KB. What is
given up goes on in its thread until the process ends, which is soon: nothing is asked.
"""

import logging
import threading
from collections.abc import Callable
from io import BytesIO
from typing import TypeVar

from hexai.extras import install_command
from hexai.service.attachments.kinds import Unfit
from hexai.text.sanitise import mend

T = TypeVar("T")

PATIENCE = 20.0
"""Seconds that a document may take."""


def pdf_text(data: bytes, *, patience: float = PATIENCE) -> str:
    """Give the text of a PDF, its pages parted by blank lines; raises `Unfit`."""
    try:
        import pypdf
    except ImportError:
        raise Unfit(f"is a PDF; to read its text: {install_command('files')}") from None
    logging.getLogger("pypdf").disabled = True  # it tells of every oddity it mends

    def read() -> str | None:
        reader = pypdf.PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return None
        return "\n\n".join(page.extract_text().strip() for page in reader.pages)

    text = _within(patience, read, "is a PDF", "save it anew, or attach its text")
    if text is None:
        raise Unfit("is a PDF that needs a password; save it without one")
    if not text.strip():
        raise Unfit(
            "is a PDF without text, perhaps scanned; attach its pages as images"
        )
    return mend(text) + "\n"


def page_text(html: str, *, patience: float = PATIENCE) -> str | None:
    """Give the text of a web page as Markdown; None where nothing is there to read it.

    Raises `Unfit`.
    """
    try:
        from markdownify import markdownify
    except ImportError:
        return None

    def read() -> str:
        # Escapes are for who renders it: a model would take them for code.
        text = markdownify(
            html,
            heading_style="atx",
            escape_asterisks=False,
            escape_underscores=False,
        )
        return str(text).strip()

    text = _within(patience, read, "is a page", "save its text, and attach that")
    return mend(text) + "\n"


def _within(seconds: float, read: Callable[[], T], what: str, instead: str) -> T:
    """Give what a reader makes of a document; raises `Unfit` if it does not in time."""
    made: list[T] = []
    fault: list[str] = []

    def work() -> None:
        try:
            made.append(read())
        except Exception as error:  # noqa: BLE001 - the decode boundary
            fault.append(type(error).__name__)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(seconds)
    if made:
        return made[0]
    why = fault[0] if fault else f"not within {seconds:g} s"
    raise Unfit(f"{what} that cannot be read ({why}); {instead}")
