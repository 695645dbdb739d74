r"""What a terminal sends, with pastes told from keys before Textual reads it.

A terminal marks a paste by `ESC[200~` before and `ESC[201~` after it (bracketed
paste). Textual takes every ESC between the two for the beginning of a key: it may hold
the mark of the end for a part of that key, and then nothing ends the paste; or it takes
the mark of another beginning for one. So what is pasted is taken out here first, and
goes on to Textual in one piece, without any character by which it could act.

The first mark of an end ends a paste, since nothing tells it from one that was pasted;
terminals keep that from happening by taking ESC out of what they paste.

Textual also gives up at bytes that are not UTF-8, which a paste may well hold.

A terminal may send more than the view asks for: whoever has started us may have had it
tell of the mouse, and what it sends may be broken. Textual acts on that, and a click
would take the keys from the answers.
"""

import os
import select
from codecs import getincrementaldecoder
from collections.abc import Iterable

from textual import constants
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import AppBlur, AppFocus, Key, Paste
from textual.keys import Keys
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

_START, _END = "\x1b[200~", "\x1b[201~"
_KEPT = "\t\n\r"
_DROPPED = {
    code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _KEPT
}
_WANTED = (Key, Paste, AppFocus, AppBlur, TerminalSupportsSynchronizedOutput)
"""Not the mouse, and not sizes, which the system tells."""
_AT_ONCE = 1 << 16
"""Bytes that are read."""
_LOOKS_EVERY = 0.1
"""Seconds until the thread looks whether it is wanted."""


class Pastes:
    """Makes pastes whole and harmless, however what is sent comes in pieces."""

    def __init__(self) -> None:
        self._decode = getincrementaldecoder("utf-8")("replace").decode
        self._held = ""
        """What may be the beginning of the mark that is waited for."""
        self._pasted: list[str] | None = None
        """What there is of a paste; None: keys are pressed."""

    def feed(self, sent: bytes) -> str:
        """Give what Textual should see: keys as they are, and pastes that have ended.

        A paste keeps line breaks and tabs; all other control characters are dropped.
        """
        seen: list[str] = []
        rest = self._held + self._decode(sent)
        while True:
            mark = _START if self._pasted is None else _END
            before, found, rest = rest.partition(mark)
            self._held = "" if found else _begun(before, mark)
            self._take(before.removesuffix(self._held), seen)
            if not found:
                return "".join(seen)
            self._turn(seen)

    def give_up(self) -> str:
        """Give what was held back for a mark that does not come: the key Esc, mostly.

        Within a paste nothing else is waited for, however long it takes.
        """
        if self._pasted is not None:
            return ""
        held, self._held = self._held, ""
        return held

    @property
    def holds_keys(self) -> bool:
        """Whether there is something to give up on."""
        return self._pasted is None and bool(self._held)

    def _take(self, text: str, seen: list[str]) -> None:
        if self._pasted is None:
            seen.append(text)
        else:
            self._pasted.append(text.translate(_DROPPED))

    def _turn(self, seen: list[str]) -> None:
        """Begin a paste, or end it."""
        if self._pasted is None:
            self._pasted = []
        else:
            seen += [_START, *self._pasted, _END]
            self._pasted = None


def _begun(text: str, mark: str) -> str:
    """Give the end of a text that may be the beginning of a mark."""
    for length in range(len(mark) - 1, 0, -1):
        if text.endswith(mark[:length]):
            return mark[:length]
    return ""


class Keyboard(LinuxDriver):
    """Textual's driver for terminals, but that pastes are taken out of its input."""

    def run_input_thread(self) -> None:
        """Pass on what is sent until the driver is stopped, or the terminal is gone."""
        pastes, keys = Pastes(), _Keys()
        while not self.exit_event.is_set():
            patience = constants.ESCAPE_DELAY if pastes.holds_keys else _LOOKS_EVERY
            if select.select([self.fileno], [], [], patience)[0]:
                if not (sent := os.read(self.fileno, _AT_ONCE)):
                    raise EOFError
                self._pass_on(keys.read(pastes.feed(sent)))
            elif held := pastes.give_up():
                self._pass_on(keys.read(held))
                self._pass_on(keys.end())
            self._pass_on(keys.tick())

    def _pass_on(self, messages: Iterable[Message]) -> None:
        for message in messages:
            if isinstance(message, _WANTED):
                self.process_message(message)


class _Keys(XTermParser):
    """Textual's parser, told by whoever has waited already that no more comes."""

    def read(self, text: str) -> Iterable[Message]:
        """Give the messages of a text; of none, to Textual, the end of all input."""
        return self.feed(text) if text else ()

    def end(self) -> Iterable[Message]:
        """Give what was begun as it is."""
        self._timeout_time = 0.0
        return self.tick()

    def _sequence_to_key_events(
        self,
        sequence: str,
        alt: bool = False,  # noqa: FBT001, FBT002 - as Textual has it
    ) -> Iterable[Key]:
        """Give the keys of a sequence; none for a number that is no character's."""
        try:
            keys = [*super()._sequence_to_key_events(sequence, alt)]
            "".join(key.character or "" for key in keys).encode()
        except (ValueError, OverflowError):
            return [Key(Keys.Ignore, sequence)]
        return keys
