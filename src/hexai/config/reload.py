"""The configuration while it changes: snapshots by path, reload, listeners.

An editor server lives for days. Its files change beneath it, and each of its documents
has project files of its own. So a request takes the snapshot of its document and keeps
it to its end, and a reload makes new snapshots beside the old ones.

A reload is all or nothing: the user's file is read once, everything that is in use is
loaded from it, and only when all of that succeeded the new snapshots take the place of
the old ones. For that, the last good text of the user's file is kept: a project that is
opened while the file on the disk is broken still gets the snapshots of that text.

What is loaded from is one value, `Sources`. Reloading is replacing it by itself, so no
layer can be forgotten in one and remembered in the other.

All of this belongs to one thread.
"""

import os
import stat
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path

from msgspec import Struct, UnsetType
from msgspec.structs import replace

from hexai.config.files import ConfigFile, read_user_file
from hexai.config.folders import Folders
from hexai.config.narrowing.project import find_project_files, folders_of
from hexai.config.narrowing.trust import grant_file, grant_folder
from hexai.config.order import Snapshot, load_beside
from hexai.config.schema import Settings
from hexai.config.schema_types import given
from hexai.config.shown import Change, find_changes
from hexai.domain.entry import Surface
from hexai.errors import ConfigError

State = tuple[tuple[int, int, int, int] | None, ...]
"""For each file device, inode, size and mtime; None where there is none."""


def state_of(paths: Iterable[Path]) -> State:
    """Look at files; two equal states mean that nothing has changed in between."""
    return tuple(map(_state_of_one, paths))


def is_empty(path: Path) -> bool:
    """Tell whether there is a regular file with nothing in it."""
    try:
        found = path.stat()
    except (OSError, ValueError):
        return False
    return stat.S_ISREG(found.st_mode) and found.st_size == 0


def _state_of_one(path: Path) -> tuple[int, int, int, int] | None:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return None
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


Listener = Callable[[Snapshot | None, Snapshot], None]
"""Called with the snapshots before and after; there may have been none before."""


class Listeners:
    """Tells all listeners, in the order in which they were added."""

    def __init__(self) -> None:
        self._listeners: dict[int, Listener] = {}
        self._added = 0
        self._untold: list[tuple[Snapshot | None, Snapshot]] = []
        self._is_telling = False

    def add(self, listener: Listener) -> Callable[[], None]:
        """Add a listener; gives what takes it away again."""
        self._added += 1
        number = self._added
        self._listeners[number] = listener

        def remove() -> None:
            self._listeners.pop(number, None)

        return remove

    def tell(self, old: Snapshot | None, new: Snapshot) -> None:
        """Tell everybody, of one change after the other.

        Where a listener makes the next change, that one is told when everybody knows
        of this one. What a listener raises is raised after the last has been told.
        """
        self._untold.append((old, new))
        if self._is_telling:
            return
        self._is_telling = True
        try:
            self._tell_next()
        finally:
            self._is_telling = False

    def _tell_next(self) -> None:
        if not self._untold:
            return
        old, new = self._untold.pop(0)
        with ExitStack() as stack:  # runs in reverse, and to its end in any case
            stack.callback(self._tell_next)
            for listener in reversed(tuple(self._listeners.values())):
                stack.callback(listener, old, new)


CHECK_EVERY = 1.0
"""Seconds between two looks at the files."""

_PLACES = 64
"""Places whose snapshots a reload makes at once; others follow when asked for."""

Place = tuple[Path, ...]
"""The folders above which project files count; more than one where links are."""

Chain = tuple[tuple[Path, str], ...]
"""Project files, the outermost first, each with where its links lead."""


class Sources(Struct, frozen=True, kw_only=True):
    """Everything that a configuration is loaded from."""

    folders: Folders
    environ: Mapping[str, str]
    config: Path | None = None
    """What `--config` names."""
    project: Path | None = None
    """The folder whose project files count where no path is given; absolute."""
    editor: Mapping[str, object] | None = None
    """What the editor sent."""

    @property
    def file(self) -> Path:
        """The user's file."""
        return self.config or self.folders.config_file

    @property
    def place(self) -> Place:
        """Where the project files count, if no path is given."""
        return () if self.project is None else (self.project,)


class Live:
    """A configuration that can be reloaded."""

    def __init__(self, sources: Sources, *, clock: Callable[[], float]) -> None:
        """Load; a failure is told by `snapshot`, and a reload may mend it.

        `clock` gives seconds, and never goes back.
        """
        self.sources = sources
        self._clock = clock
        self._loaded: _Loaded | None = None
        self._failure = ConfigError(())
        self._listeners = Listeners()
        self._seen_file: State = ()
        self._emptied = False
        self._seen: dict[Place, _Look] = {}
        self._looked_at: dict[Place, float] = {}
        try:
            self._loaded = self._load(sources, [sources.place])
        except ConfigError as error:
            self._failure = error

    def snapshot(self, for_path: Path | None = None) -> Snapshot:
        """Give the configuration for an absolute path, or where no path is given.

        Raises `ConfigError` as long as nothing could be loaded.
        """
        if self._loaded is None:
            raise self._failure
        return self._find(self._loaded, self._place(for_path))

    def snapshots(self) -> tuple[Snapshot, ...]:
        """Give all snapshots that are in use, for what is made from settings."""
        return tuple(self._loaded.snapshots.values()) if self._loaded else ()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have a listener called after each reload; gives what ends that.

        Listeners are called in the order of their subscriptions, and for one reload
        after the other, also where a listener itself reloads.
        """
        return self._listeners.add(listener)

    def reload(self, for_path: Path | None = None) -> tuple[Change, ...]:
        """Load everything again; gives what has changed for a path.

        Raises `ConfigError` and changes nothing if there are problems.
        """
        return self.replace(self.sources, for_path)

    def replace(
        self, sources: Sources, for_path: Path | None = None
    ) -> tuple[Change, ...]:
        """Load everything from other sources; else as `reload`."""
        before, place = self._loaded, self._place(for_path)
        old = before.known(place) if before else None
        known = (*list(before.chains)[-_PLACES:], place) if before else (place,)
        if for_path is None:
            place = sources.place
        after = self._load(sources, (sources.place, *known))
        self.sources, self._loaded = sources, after
        self._listeners.tell(before.base if before else None, after.base)
        return find_snapshot_changes(old, self._find(after, place)) if old else ()

    def reload_if_changed(
        self, for_path: Path | None = None
    ) -> tuple[Change, ...] | None:
        """Reload if a file that counts for a path has changed; None if none has.

        To be called on any activity: it looks at the files at most once a second, and
        not at all where `general.reload_on_change` is off. Raises `ConfigError` once
        for each state of the files that has problems.
        """
        place = self._place(for_path)
        if self._is_off(place) or not self._is_due(place):
            return None
        look, seen = _look(self.sources, place), self._seen.get(place)
        if state_of([self.sources.file]) == self._seen_file and look == seen:
            return None
        if self._is_being_written():
            return None
        return self.reload(for_path)

    def _is_being_written(self) -> bool:
        """Tell whether the user's file was emptied since the last look.

        Some editors empty a file before they write it. Nothing at all is a valid
        configuration, which forbids nothing, so it counts when it stays.
        """
        file = self._loaded.file if self._loaded else None
        was_empty, self._emptied = self._emptied, is_empty(self.sources.file)
        return self._emptied and not was_empty and file is not None and bool(file.text)

    def _place(self, path: Path | None) -> Place:
        return self.sources.place if path is None else folders_of(path)

    def _is_off(self, place: Place) -> bool:
        known = self._loaded.known(place) if self._loaded else None
        return known is not None and not known.settings.general.reload_on_change

    def _is_due(self, place: Place) -> bool:
        now = self._clock()
        if now - self._looked_at.get(place, -CHECK_EVERY) < CHECK_EVERY:
            return False
        self._looked_at[place] = now
        return place in self._seen

    def _load(self, sources: Sources, places: Iterable[Place]) -> "_Loaded":
        """Load what is in use.

        Files are looked at before they are read, so that a change in between is seen
        as one later; and for a failure too, so that each state is told once.
        """
        self._seen_file = state_of([sources.file])
        looks = {place: _look(sources, place) for place in places}
        self._seen |= looks
        self._looked_at = dict.fromkeys(self._seen, self._clock())
        file = read_user_file(sources.file, is_asked_for=sources.config is not None)
        loaded = _Loaded(sources=sources, file=file, chains={}, snapshots={})
        for place, look in looks.items():
            loaded.load(place, look.chain)
        self._seen = looks
        return loaded

    def _find(self, loaded: "_Loaded", place: Place) -> Snapshot:
        if (known := loaded.known(place)) is not None:
            return known
        look = self._seen[place] = _look(loaded.sources, place)
        return loaded.load(place, look.chain)


class _Look(Struct, frozen=True, kw_only=True):
    """What a place's project files and the grants for them look like from outside."""

    chain: Chain
    state: State


def _look(sources: Sources, place: Place) -> _Look:
    files = find_project_files(*place)
    chain = tuple((file, os.path.realpath(file)) for file in files)
    grants = grant_folder(sources.folders.state)
    granted = (grant_file(grants, real) for _, real in chain)
    return _Look(chain=chain, state=state_of((*files, *granted)))


class _Loaded(Struct, frozen=True, kw_only=True):
    """What one load came to; it grows by the projects that are opened later."""

    sources: Sources
    file: ConfigFile | None
    """The user's, as it was read."""
    chains: dict[Place, Chain]
    """The project files of each place; it is empty where there is no project."""
    snapshots: dict[Chain, Snapshot]

    @property
    def base(self) -> Snapshot:
        """The snapshot where no path is given."""
        return self.snapshots[self.chains[self.sources.place]]

    def known(self, place: Place) -> Snapshot | None:
        """Give the snapshot of a place, if it has been loaded."""
        chain = self.chains.get(place)
        return None if chain is None else self.snapshots[chain]

    def load(self, place: Place, chain: Chain) -> Snapshot:
        """Load the snapshot of a place, or find that of its project files."""
        if chain not in self.snapshots:
            self.snapshots[chain] = load_beside(
                self.file,
                self.sources.file,
                self.sources.folders,
                self.sources.environ,
                project=[file for file, _ in chain],
                editor=self.sources.editor,
            )
        self.chains[place] = chain
        return self.snapshots[chain]


def find_snapshot_changes(old: Snapshot, new: Snapshot) -> tuple[Change, ...]:
    """Find every key that differs, what project files and the editor use included."""
    return find_changes(_in_effect(old), _in_effect(new))


def _in_effect(snapshot: Snapshot) -> Settings:
    """Give the settings with what restrictions say beyond them written in.

    That is every `use`, the user's own first, and a bound for the first token where
    the settings leave that to each provider.
    """
    settings, restrictions = snapshot.settings, snapshot.restrictions
    use = settings.use
    for surface, uses in restrictions.uses.items():
        own = given(getattr(use, surface.value), ())
        names = (*own, *(name for each in uses for name in each.names))
        use = replace(use, **{Surface(surface).value: names})
    caps = (cap for cap in restrictions.caps if not cap.provider)
    bounds = [cap.most for cap in caps if cap.field == "first_token"]
    fanout = settings.fanout
    if bounds and isinstance(fanout.first_token_timeout, UnsetType):
        fanout = replace(fanout, first_token_timeout=min(bounds))
    return replace(settings, use=use, fanout=fanout)
