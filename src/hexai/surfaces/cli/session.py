"""The configuration as one command sees it."""

from pathlib import Path

from msgspec import Struct

from hexai.config.entries import Options, resolve_entries
from hexai.config.load import Loaded, load
from hexai.config.locate import Folders, find_folders
from hexai.domain.entry import Entry, Surface
from hexai.surfaces.cli.options import AskOptions
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.speak import complain


class Session(Struct, frozen=True, kw_only=True):
    """A process with its configuration."""

    process: Process
    options: AskOptions
    folders: Folders
    loaded: Loaded

    def entries(self, surface: Surface) -> tuple[Entry, ...]:
        """Give the entries of a surface, as the command line narrows them.

        Says what the user should know about them. Raises `UsageError`.
        """
        resolved = resolve_entries(
            self.loaded.settings,
            surface,
            variables=self.loaded.variables.get(surface),
            options=Options(
                models=self.options.models,
                indices=self.options.entry,
                only=self.options.only,
                timeout=self.options.timeout,
            ),
        )
        complain(self.process, *(f"warning: {text}" for text in resolved.warnings))
        return resolved.entries


def folders_of(process: Process) -> Folders:
    """Find the user's folders."""
    return find_folders(process.environ, Path(process.home))


def open_session(process: Process, options: AskOptions) -> Session:
    """Read the configuration and say its warnings; raises `ConfigError`."""
    folders = folders_of(process)
    path = folders.config_file if options.config is None else Path(options.config)
    loaded = load(path, process.environ, required=options.config is not None)
    complain(process, *(f"warning: {warning}" for warning in loaded.warnings))
    return Session(process=process, options=options, folders=folders, loaded=loaded)
