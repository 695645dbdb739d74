"""What is said and kept of a bug: types and places, none of the texts.

An exception's words may hold a prompt or an answer, and a traceback with locals holds
more. So only the names of types, files and functions go into the file that a report
can be made of.
"""

import traceback
from collections.abc import Iterator
from pathlib import Path

from hexai.service.private_files import make_private_folder, write_private
from hexai.version import __version__


def describe(bug: BaseException) -> str:
    """Name a bug in a few words: its type and where it was raised."""
    cause = _innermost(bug)
    frames = traceback.extract_tb(cause.__traceback__, limit=-1)
    place = f" at {_short(frames[0])}" if frames else ""
    return f"{type(cause).__name__}{place}"


def details(bug: BaseException, version: str) -> str:
    """Write all types and places of a bug, causes and groups included."""
    return "\n".join((f"hexai {version}", *_lines(bug, ""))) + "\n"


def _lines(bug: BaseException, indent: str) -> Iterator[str]:
    yield f"{indent}{type(bug).__module__}.{type(bug).__qualname__}"
    for frame in traceback.extract_tb(bug.__traceback__):
        yield f"{indent}  {_short(frame)} in {frame.name}"
    if isinstance(bug, BaseExceptionGroup):
        for inner in bug.exceptions:
            yield from _lines(inner, f"{indent}    ")
    earlier = bug.__cause__ or bug.__context__
    if earlier is not None:
        yield f"{indent}after"
        yield from _lines(earlier, indent)


def _innermost(bug: BaseException) -> BaseException:
    while isinstance(bug, BaseExceptionGroup):
        bug = bug.exceptions[0]
    return bug


def _short(frame: traceback.FrameSummary) -> str:
    return f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno}"


def keep_details(bug: BaseException, folder: Path) -> str:
    """Write the details to a private file; says where they are, or why not."""
    path = folder / "crash.txt"
    try:
        make_private_folder(folder)
        write_private(path, details(bug, __version__).encode("utf-8", "replace"))
    except OSError as error:
        return f"details could not be written to {path}: {error.strerror}"
    return f"please report it with {path}, which holds places and none of your texts"
