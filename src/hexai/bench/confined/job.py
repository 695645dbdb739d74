"""What a confined command is told, and what it comes to; pure."""

from enum import StrEnum

from msgspec import Struct


class Job(Struct, frozen=True, kw_only=True):
    """A command, and the room that it runs in. All paths are absolute."""

    folder: str
    """Where the copy of a repository is put, whatever lies there outside."""
    texts: dict[str, str]
    """What is written over files of the copy, by their paths below `folder`."""
    shown: tuple[str, ...] = ()
    """Folders that are seen within the copy as they are outside, if they are there and
    the copy has none of its own. Links are not followed: they might lead to secrets."""
    hidden: tuple[str, ...] = ()
    """Files and folders in whose place there is nothing."""
    tools: tuple[str, ...] = ()
    """Files and folders that are seen as they are outside, although they lie in a place
    that is empty in the room. Links are followed: the user has named them."""
    command: tuple[str, ...] = ()
    """The program by its path, or relative to `folder`; none: only try the room."""
    environ: dict[str, str] = {}
    given: str = ""
    """What it reads on standard input."""
    seconds: float
    bytes: int
    """Of memory, of all its processes together; of the copy and of what is written."""
    processes: int
    """With their threads."""


class Stop(StrEnum):
    """Why a command did not end by itself."""

    TIME = "time"
    MEMORY = "memory"
    PROCESSES = "processes"
    OUTPUT = "output"


class Ended(Struct, frozen=True, kw_only=True):
    """What a command came to."""

    code: int | None = None
    """Its exit code, or a signal's number below 0; None if it did not end so."""
    stop: Stop | None = None
    refused: str = ""
    """Why there is no such room here; for people."""
    is_started: bool = True
    """Whether the program could be started at all; if not, `said` has why."""
    said: str = ""
    """The last of what it printed."""
    seconds: float = 0.0

    @property
    def passes(self) -> bool:
        """Tell whether it ended well."""
        return self.code == 0
