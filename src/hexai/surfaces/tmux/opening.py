"""The beginning of an action: configuration, menu, and the view that comes in.

All that a menu takes, and no more: what asks models is loaded once the menu is there.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from hexai.config.entries import EntryOptions
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Surface
from hexai.errors import HexaiError, UsageError
from hexai.service.external_editor import VARIABLES, editor_command
from hexai.surfaces.tmux.link import Link, admit
from hexai.surfaces.tmux.menu import MenuAction, action_names, choice_named, make_menu
from hexai.surfaces.tmux.popup import Screen
from hexai.surfaces.tmux.selection import read_selection
from hexai.surfaces.tmux.start import Start
from hexai.surfaces.tmux.view_messages import Opened

_FIRST_WORD = 15.0
"""Seconds for a view to come in."""
_SILENT = "tmux opened no popup: another one is open, or it is too small"
"""What it means if tmux gives no reason; so it does for these two (3.3a)."""
_LAST_WORDS = 1.0
"""Seconds until a view whose screen is gone has nothing left to say."""
_LOOKS_EVERY = 0.05
"""Seconds between two looks at whether the screen is still there."""


class Opening:
    """What an action begins with; raises `HexaiError` for what is wrong."""

    def __init__(self, start: Start, raw: bytes) -> None:
        self.start = start
        self.selection = read_selection(raw)
        self.snapshot = self._load()
        self.settings = self.snapshot.settings
        resolved = self.snapshot.entries(Surface.CODE_ACTION, EntryOptions(every=True))
        self.entries = resolved.entries
        warnings = self.snapshot.warnings_if_all_are_asked(Surface.CODE_ACTION)
        self._notes = (*warnings, *resolved.warnings)
        self.named = self._named()
        """The action that the command line names."""
        self.choices, self._main = self._choices()
        """The lines of menu and submenu."""

    @property
    def problem(self) -> str:
        """Why no model can be asked; empty if one can."""
        problem = self.selection.problem
        return f"{problem}, so no model can be asked" if problem else ""

    def opened(self) -> Opened:
        """Give what the view shows first."""
        editor, no_editor = self._editor()
        selection = self.selection
        labels = tuple(each.label for each in self.entries)
        return Opened(
            items=() if self.named else tuple(each.item for each in self.choices),
            main=self._main,
            labels=labels if len(labels) > 1 else (),
            compare=self.start.wanted.compare,
            notes=(self.problem, *self._notes) if self.problem else self._notes,
            editor=editor,
            no_editor=no_editor,
            selection=selection.text or selection.raw.decode("utf-8", "replace"),
        )

    def _load(self) -> Snapshot:
        start, wanted = self.start, self.start.wanted
        config = None if wanted.config is None else Path(start.folder, wanted.config)
        project = Path(start.folder) if start.folder else None
        if wanted.file and project is not None:
            project = (project / wanted.file).parent
        return load(start.folders, start.environ, config=config, project=project)

    def _named(self) -> MenuAction | None:
        name = self.start.wanted.action
        choice = choice_named(self.settings, name) if name else None
        if name and choice is None:
            there = ", ".join(action_names(self.settings))
            raise UsageError(f"there is no action {name!r}; there are {there}")
        return choice

    def _choices(self) -> tuple[tuple[MenuAction, ...], int]:
        if self.named is not None:
            return (self.named,), 0
        diagnosed = bool(self.selection.diagnostics)
        menu = make_menu(self.settings, diagnosed=diagnosed)
        return (*menu.main, *menu.sub), len(menu.main)

    def _editor(self) -> tuple[tuple[str, ...], str]:
        try:
            command = editor_command(self.start.environ, self.start.home)
        except HexaiError as error:
            return (), str(error)
        return command or (), "" if command else f"set {' or '.join(VARIABLES)}"


async def admitted(shown: Screen) -> Link:
    """Wait for the view to come in; raises `HexaiError` if it will not."""
    until = asyncio.get_running_loop().time() + _FIRST_WORD
    async with asyncio.TaskGroup() as group:
        waiting = group.create_task(admit(shown.door))
        while not waiting.done() and shown.wait(0) is None:
            if asyncio.get_running_loop().time() > until:
                break
            await asyncio.wait([waiting], timeout=_LOOKS_EVERY)
        waiting.cancel()
    if not waiting.cancelled():
        return waiting.result()
    said = shown.complaint() if shown.wait(0) is not None else "it takes too long"
    raise HexaiError(
        f"the menu could not be shown: {said or _SILENT}; --action NAME needs none"
    )


@asynccontextmanager
async def watched(shown: Screen, link: Link) -> AsyncIterator[None]:
    """End the talk once the screen is gone, even if the view does not notice."""

    async def watch() -> None:
        while shown.wait(0) is None:  # noqa: ASYNC110 - a process rings no event
            await asyncio.sleep(_LOOKS_EVERY)
        # Closing now would lose what the view has said and nobody has read yet; the
        # talk ends by itself behind that, unless somebody still holds the other end.
        await asyncio.sleep(_LAST_WORDS)
        link.abort()

    failure: HexaiError | None = None
    async with asyncio.TaskGroup() as group:
        task = group.create_task(watch())
        try:
            yield
        except HexaiError as error:  # the group would wrap it
            failure = error
        finally:
            task.cancel()
            link.close()
    if failure is not None:
        raise failure
