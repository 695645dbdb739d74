"""The configuration as one editor sees it: files, variables, and its own settings.

A broken configuration never ends the server. At the start it is up with every surface
off; later the last good one stays; either way the user is told once, and a file that
was mended is taken over by itself.

What the editor sends can only narrow. So if it cannot be taken in, because the files
are broken just then, everything is off until it can.

What the process was started with is here as well; nothing else asks its surroundings.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from random import Random

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.entries import EntryOptions, Resolved
from hexai.config.folders import Folders
from hexai.config.order import Snapshot
from hexai.config.reload import Listener, Live, Sources
from hexai.config.shown import Change
from hexai.domain.entry import Surface
from hexai.domain.record import Recorder
from hexai.errors import ConfigError, UsageError
from hexai.surfaces.lsp.editor import Severity
from hexai.surfaces.lsp.uris import to_path

Tell = Callable[[Severity, str], None]
_SHOWN = 5
_COMPLETION_OFF = (
    "Hexai: completion is off, as [[models.completion]] names nobody to ask; "
    "`hexai config edit` opens the file, and /reload> or saving it takes it over"
)
SURFACES = (Surface.COMPLETION, Surface.CHAT, Surface.CODE_ACTION)
"""Those that the editor server answers for."""


class Configuration:
    """Snapshots by document, and what is wrong with them."""

    def __init__(
        self,
        sources: Sources,
        *,
        clock: Callable[[], float],
        only: tuple[str, ...],
        tell: Tell,
        log: Tell,
    ) -> None:
        """Load; a failure is told by `tell_problems`.

        `only` names the entries that `--only` leaves; `tell` shows a message to the
        user, `log` keeps it for who looks.
        """
        self._live = Live(sources, clock=clock)
        self._only = only
        self._tell = tell
        self._log = log
        self._logged: set[str] = set()
        self._is_held = False
        self._told_off = False

    def tell_problems(self) -> None:
        """Tell what is wrong, now that the editor listens."""
        try:
            snapshot = self._live.snapshot()
        except ConfigError as error:
            self._complain(error, "Hexai is off until this is mended")
            return
        self._log_warnings(snapshot)
        if self._only:
            self._tell_nobody([self.entries(snapshot, each) for each in SURFACES])

    def _tell_nobody(self, found: Sequence[Resolved]) -> None:
        """Tell why nobody is left, if so: the server would look broken."""
        warnings = [warning for each in found for warning in each.warnings]
        if warnings and not any(each.entries for each in found):
            self._tell(Severity.WARNING, f"Hexai: {warnings[0]}")

    def subscribe(self, listener: Listener) -> None:
        """Have a listener called after each reload."""
        self._live.subscribe(listener)

    def snapshot(self, uri: str | None = None) -> Snapshot | None:
        """Give what holds for a document, or for none; None: everything is off."""
        if self._is_held:
            return None
        try:
            snapshot = self._live.snapshot(to_path(uri) if uri else None)
        except ConfigError:
            return None
        self._log_warnings(snapshot)
        return snapshot

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Give all snapshots in use."""
        return self._live.snapshots()

    def entries(self, snapshot: Snapshot, surface: Surface) -> Resolved:
        """Give the entries that take part when a surface asks.

        `--only` holds for all surfaces: of several servers in one editor, only the one
        whose entry it is answers a question.
        """
        try:
            resolved = snapshot.entries(surface, EntryOptions(only=self._only))
        except UsageError as error:
            warnings = (str(error),) if surface is Surface.COMPLETION else ()
            resolved = Resolved(entries=(), warnings=warnings)
        for text in (*resolved.warnings, *resolved.notes):
            self._log_once(text)
        return resolved

    def tell_completion_off(self, snapshot: Snapshot) -> None:
        """Say once, at the first request, that completion has nobody to ask.

        Not where `--only` leaves it to another server.
        """
        if not self._told_off and not snapshot.entries(Surface.COMPLETION).entries:
            self._told_off = True
            self._tell(Severity.INFO, _COMPLETION_OFF)
            self._log(Severity.INFO, _COMPLETION_OFF)

    def refresh(self, uri: str | None = None) -> None:
        """Take over files that have changed; to be called on any activity."""
        try:
            changes = self._live.reload_if_changed(to_path(uri) if uri else None)
        except ConfigError as error:
            self._complain(error, "the configuration before it stays in use")
        else:
            if changes is not None:
                self._taken_over(changes)

    def reload(self, uri: str | None = None) -> tuple[Change, ...]:
        """Load everything again; gives what has changed for a document, or for none.

        Raises `ConfigError` and keeps the old one.
        """
        changes = self._live.reload(to_path(uri) if uri else None)
        self._taken_over(changes)
        return changes

    def reload_telling(self) -> None:
        """Load everything again, and tell if that fails."""
        try:
            self.reload()
        except ConfigError as error:
            self._complain(error, "the configuration before it stays in use")

    def narrow(self, editor: Mapping[str, object]) -> None:
        """Take in what the editor sent as its settings."""
        sources = replace(self._live.sources, editor=editor)
        if sources == self._live.sources:
            return
        try:
            self._taken_over(self._live.replace(sources))
        except ConfigError as error:
            self._live.sources = sources
            self._is_held = True
            self._complain(error, "Hexai is off until this is mended")

    def _taken_over(self, changes: tuple[Change, ...]) -> None:
        self._is_held = False
        self._log(Severity.INFO, f"Hexai: configuration loaded, {len(changes)} changes")

    def _complain(self, error: ConfigError, consequence: str) -> None:
        shown = "; ".join(error.problems[:_SHOWN])
        more = len(error.problems) - _SHOWN
        rest = f"; and {more} more, see `hexai config check`" if more > 0 else ""
        self._tell(Severity.ERROR, f"Hexai: {shown}{rest}; {consequence}")

    def _log_warnings(self, snapshot: Snapshot) -> None:
        for warning in snapshot.warnings:
            self._log_once(warning)

    def _log_once(self, warning: str) -> None:
        if warning not in self._logged:
            self._logged.add(warning)
            self._log(Severity.WARNING, f"Hexai: {warning}")


def editor_settings(sent: object) -> Mapping[str, object] | None:
    """Find the settings under `hexai` in what an editor sent; None if it sent none."""
    found = sent.get("hexai") if isinstance(sent, dict) else None
    return found if isinstance(found, dict) else None


def project_folder(uri: str | None) -> Path | None:
    """Give the folder that counts where no document is concerned."""
    return to_path(uri) if uri else None


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
