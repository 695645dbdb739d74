"""The view as a Textual application: a menu, then answers as diffs.

Nothing that is shown here is ours to trust: titles come from a file, answers from a
model. So none of it is ever parsed as markup, and every character that would act on a
terminal is made visible before it is drawn.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.containers import Vertical

from hexai.surfaces.tmux.answers import Answers
from hexai.surfaces.tmux.keyboard import Keyboard
from hexai.surfaces.tmux.menu_view import MenuView
from hexai.surfaces.tmux.view_messages import (
    LONGEST_FROM_PARENT,
    LONGEST_FROM_VIEW,
    Again,
    Asked,
    Begun,
    Done,
    Dropped,
    Edited,
    Failed,
    FromParent,
    FromView,
    Grew,
    Left,
    Opened,
    Picked,
    Shows,
    Told,
    Took,
    encode,
    from_parent,
)


class ActionApp(App[None]):
    """One action, from its menu to what the user wants of the answers."""

    ENABLE_COMMAND_PALETTE = False
    CSS = """
    Screen { background: ansi_default; color: ansi_default; }
    Lines, DiffView {
        scrollbar-color: ansi_default; scrollbar-background: ansi_default;
        scrollbar-color-hover: ansi_default;
        scrollbar-color-active: ansi_default;
        scrollbar-background-hover: ansi_default;
        scrollbar-background-active: ansi_default; }
    """
    BINDINGS = [  # noqa: RUF012 - as Textual has it
        Binding("ctrl+c", "interrupt", show=False, priority=True),
        Binding("ctrl+q", "leave", show=False, priority=True),
        Binding("ctrl+z", "nothing", show=False, priority=True),
    ]

    def __init__(
        self,
        connection: socket.socket,
        opened: Opened | None = None,
        *,
        folder: str = "",
        on_suspend: Callable[[], None] = lambda: None,
    ) -> None:
        """Talk with the parent over a connection at which the key was shown.

        `opened` is what it has said already; the parent removes the private `folder`
        in the end; `on_suspend` makes the terminal what other programs know.
        """
        super().__init__(driver_class=Keyboard, ansi_color=True)
        self.theme = "ansi-dark"
        self.folder = folder
        self._connection = connection
        self._on_suspend = on_suspend
        self._writer: asyncio.StreamWriter | None = None
        self.opened = opened or Opened()
        self._picked = False

    def compose(self) -> ComposeResult:
        """Begin with the menu, or with nothing until the parent says what there is."""
        menu = [MenuView(self)] if self.opened.items else []
        yield Vertical(*menu, id="all")

    async def on_mount(self) -> None:
        """Listen to the parent."""
        reader, self._writer = await asyncio.open_unix_connection(
            sock=self._connection, limit=LONGEST_FROM_PARENT
        )
        self.run_worker(self._listen(reader), exit_on_error=True)

    async def on_unmount(self) -> None:
        """Let what was said go out, and hang up."""
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()

    def tell(self, message: FromView) -> None:
        """Tell the parent something."""
        if self._writer is not None:
            self._writer.write(encode(message))

    def pick(self, item: int, prompt: str, *, compare: bool) -> None:
        """Choose an action."""
        if not self._picked:
            self._picked = True
            self.tell(Picked(item=item, prompt=prompt, compare=compare))

    def take(self, place: int) -> None:
        """Take an answer and go."""
        self._say_last(Took(place=place))

    def again(self) -> None:
        """Ask for other answers."""
        self.tell(Again())

    def shows(self, places: tuple[int, ...]) -> None:
        """Say which answers can be seen."""
        self.tell(Shows(places=places))

    def edited(self, place: int, text: str) -> None:
        """Say what the user made of an answer."""
        message = Edited(place=place, text=text)
        if len(encode(message)) > LONGEST_FROM_VIEW:
            self.complain("it is too long to be taken; nothing was changed")
            return
        self.tell(message)

    def complain(self, text: str) -> None:
        """Say what cannot be done."""
        for answers in self.query(Answers):
            answers.show_note(text)
        for menu in self.query(MenuView):
            menu.show_note(text)

    def leave(self) -> None:
        """Go without taking anything."""
        self._say_last(Left())

    @contextmanager
    def suspend(self) -> Iterator[None]:
        """Give the terminal to another program for a while."""
        with super().suspend():
            self._on_suspend()
            yield

    def action_leave(self) -> None:
        """Do so by a key."""
        self.leave()

    def action_interrupt(self) -> None:
        """Go because of Ctrl-C."""
        self._say_last(Left(interrupted=True))

    def action_nothing(self) -> None:
        """Do nothing: whoever waits for us could not go on."""

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with suppress(OSError, EOFError, ValueError, asyncio.LimitOverrunError):
            while True:
                await self.receive(from_parent(await reader.readuntil(b"\n")))
        self.exit()

    async def receive(self, message: FromParent) -> None:
        """Show what the parent says."""
        match message:
            case Opened():
                await self._open(message)
            case Asked(item=item):
                self._picked = False
                await self.query_one(MenuView).ask(item)
            case Begun():
                await self._begin(message)
            case Grew() | Dropped() | Told() | Done():
                for answers in self.query(Answers):
                    answers.take(message)

    async def _open(self, opened: Opened) -> None:
        self.opened = opened
        if opened.items:
            await self.query_one("#all").mount(MenuView(self))

    async def _begin(self, begun: Begun) -> None:
        everything = self.query_one("#all")
        await everything.remove_children()
        await everything.mount(Answers(self, begun))

    def _say_last(self, message: FromView) -> None:
        self.tell(message)
        self.exit()

    def _handle_exception(self, error: Exception) -> None:
        """Tell the parent where a bug is; Textual would print the variables' values."""
        if self.is_headless:  # a test wants to see it
            super()._handle_exception(error)
            return
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_name}:{place.tb_lineno}" if place else "?"
        self.tell(Failed(reason=f"{type(error).__name__} in {where}"))
        self._return_code = 1
        self._close_messages_no_wait()
