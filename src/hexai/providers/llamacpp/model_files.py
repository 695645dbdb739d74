"""Which file a model's name stands for, and what tells one model from another."""

import os
import stat
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from hexai.config.schema_providers import BUILT_IN_MODEL
from hexai.errors import NotSent, UnknownModel
from hexai.extras import install_command

MAGIC = b"GGUF"
"""What a file of a model begins with."""


class GGUF(Struct, frozen=True, kw_only=True):
    """A model file as it was when it was looked at."""

    path: str
    device: int
    inode: int
    size: int
    mtime_ns: int

    def is_still_there(self) -> bool:
        """Tell whether the path still leads to the very same bytes."""
        try:
            return _describe(Path(self.path), Path(self.path).stat()) == self
        except OSError:
            return False


def model_path(model: str, store: Path) -> Path:
    """Give the file that a model's name stands for.

    A name without a slash is a file of the model store; a path is absolute.
    """
    if "/" not in model:
        return store / (model if model.endswith(".gguf") else f"{model}.gguf")
    path = Path(model)
    if not path.is_absolute():
        raise UnknownModel(
            f"{model} is a relative path",
            advice="give the absolute path of a GGUF file",
        )
    return path


def find_model(model: str, store: Path) -> GGUF:
    """Look at the file of a model; raises `UnknownModel` if it cannot be one."""
    path = model_path(model, store)
    try:
        str(path).encode()  # goes to the worker as JSON
        fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise _cannot_read(model, path, error) from error
    except ValueError:
        raise UnknownModel("the path of the model is not valid text") from None
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or os.read(fd, len(MAGIC)) != MAGIC:
            raise UnknownModel(
                f"{path} is not a GGUF file", advice="give the path of a GGUF file"
            )
        return _describe(path, found)
    except OSError as error:
        raise _cannot_read(model, path, error) from error
    finally:
        os.close(fd)


def xllamacpp_version() -> str:
    """Tell which xllamacpp is installed; raises `NotSent` if none is.

    Neither imports it, which costs 60 ms and belongs to the worker, nor asks
    importlib.metadata, which costs 20: the name of its metadata's folder says it.
    """
    spec = find_spec("xllamacpp")
    if spec is None or spec.origin is None:
        raise NotSent(
            "the embedded model is not installed",
            advice=f"run: {install_command('local')}",
        )
    package = Path(spec.origin).parent
    metadata = sorted(package.parent.glob("xllamacpp-*.dist-info"))
    return metadata[-1].name if metadata else str(package)


def _describe(path: Path, found: os.stat_result) -> GGUF:
    return GGUF(
        path=str(path),
        device=found.st_dev,
        inode=found.st_ino,
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
    )


def _cannot_read(model: str, path: Path, error: OSError) -> UnknownModel:
    if not isinstance(error, FileNotFoundError):
        return UnknownModel(
            f"cannot read {path}: {error.strerror}",
            advice="make it readable, or choose another model",
        )
    if "/" in model:
        return UnknownModel(
            f"there is no file {path}", advice="give the path of a GGUF file"
        )
    return UnknownModel(
        f"the model {model} is not here ({path})",
        advice=(
            f"run: hexai models pull {model}"
            if model == BUILT_IN_MODEL
            else "hexai models pull lists some to get; or give the path of a GGUF file"
        ),
    )
