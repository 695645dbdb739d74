"""The text of documents that are no text: PDF and HTML, by packages of an extra.

They read what strangers wrote, so whatever they raise means that it cannot be read.
"""

import logging
from io import BytesIO

from hexai.service.attachments.kinds import Unfit
from hexai.text.sanitise import mend

INSTALL = "pip install 'hexai[files]'"


def pdf_text(data: bytes) -> str:
    """Give the text of a PDF, its pages parted by blank lines; raises `Unfit`."""
    try:
        import pypdf
    except ImportError:
        raise Unfit(f"is a PDF; to read its text: {INSTALL}") from None
    logging.getLogger("pypdf").disabled = True  # it tells of every oddity it mends
    try:
        reader = pypdf.PdfReader(BytesIO(data))
        is_locked = reader.is_encrypted and not reader.decrypt("")
        pages = () if is_locked else reader.pages
        text = "\n\n".join(page.extract_text().strip() for page in pages)
    except Exception as fault:  # noqa: BLE001 - the decode boundary
        raise Unfit(
            f"is a PDF that cannot be read ({type(fault).__name__}); "
            "save it anew, or attach its text"
        ) from None
    if is_locked:
        raise Unfit("is a PDF that needs a password; save it without one")
    if not text.strip():
        raise Unfit(
            "is a PDF without text, perhaps scanned; attach its pages as images"
        )
    return mend(text) + "\n"


def page_text(html: str) -> str | None:
    """Give the text of a web page as Markdown; None where that cannot be had."""
    try:
        from markdownify import markdownify
    except ImportError:
        return None
    try:
        return mend(str(markdownify(html, heading_style="atx"))).strip() + "\n"
    except Exception:  # noqa: BLE001 - the decode boundary
        return None
