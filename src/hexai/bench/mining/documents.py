"""The text of a file as an editor would have it, and why it is none for tasks; pure."""

import msgspec
from msgspec import Struct

from hexai.bench.mining.paths import is_data, reason_of_text
from hexai.prompts.code.languages import Language, language_of

LARGEST = 1 << 20
"""Bytes of a file."""
_NOTEBOOK = ".ipynb"


class _Cell(Struct, frozen=True):
    cell_type: str = ""
    source: list[str] | str = ""


class _Kernel(Struct, frozen=True):
    language: str = ""


class _Metadata(Struct, frozen=True):
    kernelspec: _Kernel = _Kernel()


class _Notebook(Struct, frozen=True):
    cells: list[_Cell] = []
    metadata: _Metadata = _Metadata()


def language_at(path: str) -> Language | None:
    """Give the language of a file by its name; None if nobody completes code in it."""
    if path.endswith(_NOTEBOOK):
        return language_of("python")
    language = language_of("", path)
    return None if is_data(language.id) or language.kind == "text" else language


def text_of(path: str, data: bytes) -> str | None:
    """Give a file's text: without its mark, a notebook's code cells; None for none."""
    if b"\0" in data:
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return _cells(text) if path.endswith(_NOTEBOOK) else text


def reason_of(text: str | None) -> str:
    """Say why a text is none for tasks; empty if it is one."""
    if text is None:
        return "files that are no UTF-8 text"
    return reason_of_text(text.split("\n"))


def _cells(text: str) -> str | None:
    """Join the code of a notebook in Python; a blank line stands between two cells."""
    try:
        notebook = msgspec.json.decode(text.encode(), type=_Notebook)
    except (msgspec.MsgspecError, RecursionError):
        return None
    if notebook.metadata.kernelspec.language not in ("", "python"):
        return None
    code = ("".join(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    return "\n\n".join(each.rstrip("\n") for each in code) + "\n"
