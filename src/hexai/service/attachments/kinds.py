"""What some bytes are: a text, an image that models take, a PDF, or nothing of use.

Only the bytes decide, since names lie. A text is UTF-8: what is guessed of another
encoding is wrong in the very words that matter.
"""

import re
from hashlib import sha256

from msgspec import Struct

from hexai.domain.attachments import Attachment
from hexai.domain.messages import Image
from hexai.text.sanitise import mend

_WEBP = re.compile(rb"RIFF.{4}WEBP", re.DOTALL)
_READABLE = re.compile(rb"[\x20-\x7e]{12,}")
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class Unfit(Exception):
    """No model can be given it; the text says why, and what to do."""


class _Binary(Struct, frozen=True, kw_only=True):
    """A kind of file that is no text, and what to attach instead."""

    begins: bytes
    at: int = 0
    """The offset at which it begins so."""
    what: str
    instead: str


_CONVERT = "convert it to PNG or JPEG"
_UNPACK = "unpack it, and attach what matters"

_BINARIES = (
    _Binary(begins=b"ftyphei", at=4, what="a HEIC image", instead=_CONVERT),
    _Binary(begins=b"ftypmif1", at=4, what="a HEIF image", instead=_CONVERT),
    _Binary(begins=b"ftypavif", at=4, what="an AVIF image", instead=_CONVERT),
    _Binary(begins=b"BM", what="a BMP image, or binary", instead=_CONVERT),
    _Binary(begins=b"II*\0", what="a TIFF image", instead=_CONVERT),
    _Binary(begins=b"MM\0*", what="a TIFF image", instead=_CONVERT),
    _Binary(
        begins=b"PK\3\4",
        what="a ZIP archive, as office documents are too",
        instead="save it as text or PDF, or unpack it",
    ),
    _Binary(begins=b"\x1f\x8b", what="compressed by gzip", instead=_UNPACK),
    _Binary(begins=b"BZh", what="compressed by bzip2", instead=_UNPACK),
    _Binary(begins=b"\xfd7zXZ", what="compressed by xz", instead=_UNPACK),
    _Binary(begins=b"\x28\xb5\x2f\xfd", what="compressed by zstd", instead=_UNPACK),
    _Binary(
        begins=b"SQLite format 3\0",
        what="an SQLite database",
        instead="attach its schema: sqlite3 FILE .schema",
    ),
)
_OTHER = _Binary(
    begins=b"", what="binary", instead="only text, images and PDF can be read"
)


def image_type(data: bytes) -> str | None:
    """Give the media type of an image that models take; None if it is none."""
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    return "image/webp" if _WEBP.match(data) else None


def is_pdf(data: bytes) -> bool:
    """Tell a PDF, which may have some bytes before its beginning."""
    return b"%PDF-" in data[:1024]


def attachment(name: str, uri: str, data: bytes) -> Attachment:
    """Make an attachment of what has been read; raises `Unfit`.

    Of a PDF it has the text; that needs a library, which the error names.
    """
    if (kind := image_type(data)) is not None:
        return _image(name, uri, kind, data)
    if is_pdf(data):
        from hexai.service.attachments.extracted import pdf_text

        return Attachment(name=name, uri=uri, text=pdf_text(data))
    return Attachment(name=name, uri=uri, text=text_of(data))


def text_of(data: bytes, encoding: str = "utf-8") -> str:
    """Read a text, without the mark that some editors put before it; raises `Unfit`."""
    if b"\0" in data or data.startswith(_UTF16):
        raise Unfit(why_no_text(data) or "")
    try:
        return mend(data.removeprefix(_BOM).decode(encoding))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unfit(
            why_no_text(data)
            or f"is not UTF-8 (line {line}); if it is text, convert it: "
            "iconv -f LATIN1 -t UTF-8 FILE > NEW"
        ) from None


def why_no_text(data: bytes) -> str | None:
    """Say why bytes that are no UTF-8, or hold zeros, are no text in any encoding."""
    if data.startswith(_UTF16):
        return "is UTF-16, not UTF-8; convert it: iconv -f UTF-16 -t UTF-8 FILE > NEW"
    kind = _binary(data)
    if b"\0" in data or kind is not _OTHER:
        return f"is {kind.what}, no text; {kind.instead}"
    return None


def _binary(data: bytes) -> _Binary:
    return next(
        (kind for kind in _BINARIES if data.startswith(kind.begins, kind.at)), _OTHER
    )


def _image(name: str, uri: str, kind: str, data: bytes) -> Attachment:
    """Make one of an image; what its bytes say in letters is for the guard."""
    readable = b"\n".join(_READABLE.findall(data)).decode("ascii")
    image = Image(
        name=name,
        type=kind,
        size=len(data),
        sha256=sha256(data).hexdigest(),
        data=data,
    )
    return Attachment(name=name, uri=uri, text=readable, image=image)
