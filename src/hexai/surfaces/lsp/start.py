"""How one editor server was started: nothing else asks its surroundings."""

from collections.abc import Callable, Mapping
from pathlib import Path
from random import Random

from msgspec import Struct

from hexai.config.locate import Folders
from hexai.domain.record import Recorder


class Start(Struct, frozen=True, kw_only=True):
    """What the server was given, and where it reads and writes."""

    folders: Folders
    environ: Mapping[str, str]
    now: Callable[[], float]
    """The wall clock, in seconds since 1970."""
    random: Random
    config: Path | None = None
    log: Path | None = None
    """None: a file in the state folder."""
    log_texts: bool = False
    only: tuple[str, ...] = ()
    """The labels of the entries to keep; blank: all."""
    stdin: int = 0
    """A file descriptor, like the next."""
    stdout: int = 1
    recorder: Recorder | None = None
    """What takes the runs; None: the ledger."""
