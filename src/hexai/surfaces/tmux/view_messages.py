"""What the two processes of an action say to each other: one line of JSON a message.

The parent holds the selection and asks the models; the view shows what it is told and
says what the user wants. Neither trusts the other to be well: a line has a longest
length, by how large a selection may be; what is no message ends the talk, and the view
must show that it knows the key before it is told anything.
"""

from typing import Any

import msgspec
from msgspec import Struct

from hexai.service.actions.fitting import Frame
from hexai.surfaces.tmux.selection import LARGEST

LONGEST_FROM_VIEW = 16 << 20
"""Bytes of a message of the view: an edited answer is the longest."""
_WORST = 6
"""Bytes that JSON makes of one: `\\u001b` of a control character."""
LONGEST_FROM_PARENT = _WORST * LARGEST + (1 << 20)
"""Bytes of a message of the parent: it holds at most one text as long as a selection.

What is longer is not sent, and the selection goes out as it came.
"""
_NEWLINE = b"\n"


class MenuLine(Struct, frozen=True, kw_only=True):
    """A line of the menu."""

    title: str
    hotkey: str = ""
    asks: bool = False
    """It takes the user's own words."""
    opens: bool = False
    """It opens the submenu."""
    skips: bool = False


class Opened(Struct, frozen=True, kw_only=True, tag="opened"):
    """What the view shows first."""

    items: tuple[MenuLine, ...] = ()
    """Of the menu, then those of the submenu."""
    main: int = 0
    """How many of them are the menu's."""
    labels: tuple[str, ...] = ()
    """The entries that can be compared; empty: one, which nothing is compared with."""
    compare: bool = False
    """All entries are asked from the start."""
    notes: tuple[str, ...] = ()
    """What the user should know about the configuration."""
    editor: tuple[str, ...] = ()
    """The user's editor as a command; empty: there is none."""
    no_editor: str = ""
    """Why there is none."""
    selection: str = ""
    """As it is shown: what is no text in it is replaced."""


class Asked(Struct, frozen=True, kw_only=True, tag="asked"):
    """An item takes words after all: nothing in the selection says what to do."""

    item: int


class Target(Struct, frozen=True, kw_only=True):
    """Where an answer goes: into the place of the selection, which the view has."""

    shown: str | None = None
    """What of it models were given, without an instruction; None: all of it."""
    language: str = ""
    code: bool = True

    @classmethod
    def of(cls, frame: Frame) -> "Target":
        """Describe a frame around the whole selection, but for the selection."""
        shown = None if frame.shown == frame.replaced else frame.shown
        return cls(shown=shown, language=frame.language, code=frame.code)

    def frame(self, selection: str) -> Frame:
        """Give the frame again."""
        return Frame(
            replaced=selection,
            shown=selection if self.shown is None else self.shown,
            language=self.language,
            code=self.code,
        )


class Begun(Struct, frozen=True, kw_only=True, tag="begun"):
    """Models were asked; everything that was shown of earlier answers is over."""

    title: str
    names: tuple[str, ...]
    """Of the candidates in the order in which they are shown."""
    target: Target | None = None
    """Where the answer goes; None: below the selection, which stays."""


class Grew(Struct, frozen=True, kw_only=True, tag="grew"):
    """The next piece of a candidate's answer."""

    place: int
    text: str


class Dropped(Struct, frozen=True, kw_only=True, tag="dropped"):
    """All that a candidate has said so far was reasoning, and no answer."""

    place: int


class Told(Struct, frozen=True, kw_only=True, tag="told"):
    """What a candidate is doing."""

    place: int
    words: str


class Done(Struct, frozen=True, kw_only=True, tag="done"):
    """A candidate has ended."""

    place: int
    text: str | None
    """What takes the selection's place; None: nothing does."""
    words: str
    """Its figures, or why it has no text."""


FromParent = Opened | Asked | Begun | Grew | Dropped | Told | Done


class Hello(Struct, frozen=True, kw_only=True, tag="hello"):
    """The view is there, and may be told things."""

    key: str


class Picked(Struct, frozen=True, kw_only=True, tag="picked"):
    """The user wants an action."""

    item: int
    prompt: str = ""
    compare: bool = False


class Took(Struct, frozen=True, kw_only=True, tag="took"):
    """The user wants a candidate's text."""

    place: int


class Again(Struct, frozen=True, kw_only=True, tag="again"):
    """The user wants other answers."""


class Shows(Struct, frozen=True, kw_only=True, tag="shows"):
    """The candidates that can be seen are these, from now on."""

    places: tuple[int, ...]


class Edited(Struct, frozen=True, kw_only=True, tag="edited"):
    """The user changed a candidate's text."""

    place: int
    text: str


class Left(Struct, frozen=True, kw_only=True, tag="left"):
    """The user wants nothing."""

    interrupted: bool = False
    """By Ctrl-C."""


class Failed(Struct, frozen=True, kw_only=True, tag="failed"):
    """The view cannot go on."""

    reason: str


FromView = Hello | Picked | Took | Again | Shows | Edited | Left | Failed

_ENCODER = msgspec.json.Encoder()
_FROM_PARENT: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromParent)
_FROM_VIEW: msgspec.json.Decoder[Any] = msgspec.json.Decoder(FromView)


def encode(message: FromParent | FromView) -> bytes:
    """Write a message as a line."""
    return _ENCODER.encode(message) + _NEWLINE


def from_parent(line: bytes) -> FromParent:
    """Read a line of the parent; raises `ValueError` for what is no message."""
    message: FromParent = _FROM_PARENT.decode(line)
    return message


def from_view(line: bytes) -> FromView:
    """Read a line of the view; raises `ValueError` for what is no message."""
    message: FromView = _FROM_VIEW.decode(line)
    return message
