"""The configuration as one command sees it, with what is made of it for a question."""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from msgspec import Struct

from hexai.config.entries import EntryOptions
from hexai.config.folders import Folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Entry, Surface
from hexai.domain.record import Recorder
from hexai.errors import ConfigError, HexaiError
from hexai.service.log import Log, open_log
from hexai.service.recorder import LedgerRecorder
from hexai.service.services import Services
from hexai.service.state_files import Told
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import AskOptions
from hexai.surfaces.cli.output import complain, insist
from hexai.surfaces.cli.process import Process, folders_of


class Session(Struct, frozen=True, kw_only=True):
    """A process with its configuration."""

    process: Process
    options: AskOptions
    folders: Folders
    snapshot: Snapshot
    log: Log

    def entries(self, surface: Surface) -> tuple[Entry, ...]:
        """Give the entries of a surface, as the command line chooses them.

        Says what the user should know about them. Raises `UsageError`.
        """
        options = EntryOptions(
            models=self.options.models,
            indices=self.options.indices,
            only=self.options.only,
            options=self.options.options,
            timeout=self.options.timeout,
        )
        resolved = self.snapshot.entries(surface, options)
        complain(self.process, *(f"warning: {text}" for text in resolved.warnings))
        if self.options.options:
            from hexai.config.model_options import not_sent

            unsent = not_sent(
                self.snapshot.settings, self.options.options, resolved.entries
            )
            insist(self.process, *(f"warning: {text}" for text in unsent))
        self.note(resolved.notes)
        return resolved.entries

    def check_first_run(self, entries: tuple[Entry, ...]) -> None:
        """Raise `SetupError` if nothing is configured, and nothing can answer as is."""
        if not self.snapshot.has_file:
            from hexai.surfaces.cli.first_run import check

            check(self, entries)

    def note(self, notes: Iterable[str]) -> None:
        """Say what should be known, each once and not with every command."""
        say = partial(self._note, tuple(notes))
        if self.process.hush is None:
            say()
        else:
            self.process.hush.do(say)  # what is dropped was not told

    def _note(self, notes: tuple[str, ...]) -> None:
        told = Told(self.folders.told)
        complain(self.process, *(f"note: {n}" for n in notes if told.is_first(n)))

    def services(
        self,
        recorder: Recorder | None = None,
        on_note: Callable[[str], None] = lambda _note: None,
    ) -> Services:
        """Make what all requests share; to be called inside the event loop.

        Without a recorder nothing is recorded; `on_note` is called with what was
        learnt of an upstream.
        """
        return Services(
            self.snapshot.settings,
            folders=self.folders,
            environ=self.process.environ,
            now=wall_clock,
            random=random.Random(),  # noqa: S311 - shuffles and jitter
            recorder=recorder,
            log=self.log,
            on_note=on_note,
        )

    @contextmanager
    def recording(self) -> Iterator[LedgerRecorder]:
        """Give a recorder; at the end everything is written, or put aside."""
        problems: list[str] = []
        recorder = LedgerRecorder(
            self.folders.state,
            now=wall_clock,
            retention_days=self.snapshot.settings.ledger.retention_days,
            on_problem=problems.append,
        )
        try:
            yield recorder
        finally:
            recorder.flush()
            complain(self.process, *(f"warning: {problem}" for problem in problems))


def labels_of(process: Process, options: AskOptions) -> frozenset[str]:
    """Give the labels of the command line's entries, and say nothing of them."""
    path = None if options.config is None else Path(options.config)
    project = Path(process.folder) if process.folder else None
    try:
        snapshot = load(
            folders_of(process), process.environ, config=path, project=project
        )
        entries = snapshot.entries(Surface.CLI).entries
    except HexaiError:
        return frozenset()
    return frozenset(each.label for each in entries)


def open_session(process: Process, options: AskOptions) -> Session:
    """Read the configuration and say its warnings; raises `ConfigError`."""
    folders = folders_of(process)
    path = None if options.config is None else Path(options.config)
    project = Path(process.folder) if process.folder else None
    try:
        snapshot = load(folders, process.environ, config=path, project=project)
    except ConfigError as error:
        complain(process, *(f"warning: {warning}" for warning in error.warnings))
        raise
    complain(process, *(f"warning: {warning}" for warning in snapshot.warnings))
    log = open_log(
        None if options.log is None else Path(options.log),
        texts=options.log_texts,
        now=wall_clock,
    )
    return Session(
        process=process, options=options, folders=folders, snapshot=snapshot, log=log
    )
