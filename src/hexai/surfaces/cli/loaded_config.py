"""The configuration as one command sees it, and the first run without one."""

import asyncio
import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from hexai.config.entries import EntryOptions
from hexai.config.folders import Folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Entry, Surface
from hexai.domain.record import Recorder
from hexai.errors import SetupError
from hexai.service.log import Log, open_log
from hexai.service.recorder import LedgerRecorder
from hexai.service.services import Services
from hexai.service.state_files import TOLD, Told
from hexai.surfaces.cli.command_line import AskOptions
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.process import Process, folders_of

if TYPE_CHECKING:
    from hexai.service.setup.detect import Found


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
        self.note(resolved.notes)
        return resolved.entries

    def note(self, notes: Iterable[str]) -> None:
        """Say what should be known, each once and not with every command."""
        say = partial(self._note, tuple(notes))
        if self.process.hush is None:
            say()
        else:
            self.process.hush.do(say)  # what is dropped was not told

    def _note(self, notes: tuple[str, ...]) -> None:
        told = Told(self.folders.state / TOLD)
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
            now=time.time,  # noqa: TID251 - the edge
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
            now=time.time,  # noqa: TID251 - the edge
            retention_days=self.snapshot.settings.ledger.retention_days,
            on_problem=problems.append,
        )
        try:
            yield recorder
        finally:
            recorder.flush()
            complain(self.process, *(f"warning: {problem}" for problem in problems))


def open_session(process: Process, options: AskOptions) -> Session:
    """Read the configuration and say its warnings; raises `ConfigError`."""
    folders = folders_of(process)
    path = None if options.config is None else Path(options.config)
    project = Path(process.folder) if process.folder else None
    snapshot = load(folders, process.environ, config=path, project=project)
    complain(process, *(f"warning: {warning}" for warning in snapshot.warnings))
    log = open_log(
        None if options.log is None else Path(options.log),
        texts=options.log_texts,
        now=time.time,  # noqa: TID251 - the edge
    )
    return Session(
        process=process, options=options, folders=folders, snapshot=snapshot, log=log
    )


# Nothing is sent to a cloud because a key happens to lie in the environment. Three
# lines say what was found and which command sets it up; then the user decides.

MODEL = "smollm2"


class NothingSetUp(SetupError):
    """There is neither a configuration nor a model; its text is three lines."""


def check_first_run(session: Session, entries: tuple[Entry, ...]) -> None:
    """Raise `NothingSetUp` if only defaults are left to ask and they cannot answer."""
    if session.snapshot.has_file or not all(map(_is_default, entries)):
        return
    from hexai.service.setup.detect import detect, extra_installed

    model = session.folders.models / f"{MODEL}.gguf"
    if extra_installed() and model.is_file():
        return
    found = asyncio.run(detect(session.process.environ, model))
    raise NothingSetUp("\n".join(advice(found, str(session.snapshot.file))))


def advice(found: "Found", config: str) -> tuple[str, str, str]:
    """Say what there is and what to do, in three lines."""
    return (
        "nothing is configured yet, and the built-in local model is not set up",
        f"found: {_what(found)}",
        f"set up: {_how(found, config)}",
    )


def _is_default(entry: Entry) -> bool:
    return entry.spec.provider == "local" and entry.spec.model in {"", MODEL}


def _what(found: "Found") -> str:
    things = []
    if found.ollama is not None:
        models = ", ".join(found.ollama[:3]) or "no model"
        more = f" and {len(found.ollama) - 3} more" if len(found.ollama) > 3 else ""
        things.append(f"Ollama on this machine with {models}{more}")
    if found.ollama_elsewhere:
        things.append(elsewhere(found))
    things += [f"{name} in the environment" for name in found.keys]
    if found.model_there:
        things.append(f"the model {MODEL}, but not the extra that runs it")
    return "; ".join(things) or "no Ollama on this machine, no key in the environment"


def elsewhere(found: "Found") -> str:
    """Say of an Ollama on another machine that it is for the user to name."""
    return (
        f"the Ollama at {found.ollama_elsewhere} (OLLAMA_HOST), which is not on this "
        "machine or not reached in clear; name its models yourself"
    )


def _how(found: "Found", config: str) -> str:
    steps = []
    if not found.extra_installed:
        steps.append("pip install 'hexai[local]'")
    if not found.model_there:
        steps.append(f"hexai models pull {MODEL}")
    embedded = " && ".join(steps)
    if found.ollama or found.keys:
        return f"hexai config init (it writes {config}), or {embedded}"
    return f"{embedded} && hexai config init (it writes {config})"
