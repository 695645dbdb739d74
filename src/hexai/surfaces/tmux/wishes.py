"""What the parts of the view tell the application of its user's wishes."""

from contextlib import AbstractContextManager
from typing import Protocol

from hexai.surfaces.tmux.wire import Opened


class Wishes(Protocol):
    """Hears what the user wants, and passes it on to the parent."""

    opened: Opened
    """What the parent said first."""
    folder: str
    """A private one, which is removed even if the view is killed."""

    def pick(self, item: int, prompt: str, *, compare: bool) -> None:
        """Choose an action."""

    def take(self, place: int) -> None:
        """Take an answer and go."""

    def again(self) -> None:
        """Ask for other answers."""

    def shows(self, places: tuple[int, ...]) -> None:
        """Say which answers can be seen."""

    def edited(self, place: int, text: str) -> None:
        """Say what the user made of an answer."""

    def leave(self) -> None:
        """Go without taking anything."""

    def complain(self, text: str) -> None:
        """Say what cannot be done."""

    def suspend(self) -> AbstractContextManager[None]:
        """Give the terminal to another program for a while."""
