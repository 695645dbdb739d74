"""What an action is started with: by the command line, and by its process."""

from collections.abc import Callable, Mapping
from random import Random

from msgspec import Struct

from hexai.config.folders import Folders
from hexai.surfaces.tmux.popup import Popup, Screen
from hexai.surfaces.tmux.signals import Signals


class Wanted(Struct, frozen=True, kw_only=True):
    """What the command line asks for."""

    config: str | None = None
    infile: str | None = None
    outfile: str | None = None
    popup: Popup = Popup()
    action: str = ""
    """A kind, or the id of a custom action; blank: the menu."""
    prompt: str = ""
    compare: bool = False
    blind: bool = False
    file: str = ""
    language: str = ""
    send_anyway: bool = False
    quiet: bool = False
    log: str | None = None
    log_texts: bool = False
    wrong: str = ""
    """What is wrong with the command line; the selection goes out all the same."""

    @property
    def has_view(self) -> bool:
        """Whether the user is to choose something."""
        return not self.wrong and (not self.action or self.compare)


class Start(Struct, frozen=True, kw_only=True):
    """What the process is given."""

    wanted: Wanted
    folders: Folders
    environ: Mapping[str, str]
    home: str
    folder: str
    now: Callable[[], float]
    random: Random
    stdin: int = 0
    stdout: int = 1
    stderr: int = 2
    signals: Signals
    screen: Screen | None = None
    """A menu that is on its way already."""
