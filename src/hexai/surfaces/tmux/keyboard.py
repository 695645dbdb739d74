r"""What a terminal sends, with pastes told from keys before Textual reads it.

A terminal marks a paste by `ESC[200~` before and `ESC[201~` after it (bracketed
paste). Textual takes every ESC between the two for the beginning of a key: it may hold
the mark of the end for a part of that key, and then nothing ends the paste; or it takes
the mark of another beginning for one. So what is pasted is taken out here first, and
goes on to Textual in one piece, without any character by which it could act.

The first mark of an end ends a paste, since nothing tells it from one that was pasted;
terminals keep that from happening by taking ESC out of what they paste.

What is no key is not made one either (`escape_sequences.py`).

Textual also gives up at bytes that are not UTF-8, which a paste may well hold.

A terminal may send more than the view asks for: whoever has started us may have had it
tell of the mouse, and what it sends may be broken. Textual acts on that, and a click
would take the keys from the answers.
"""

import os
import re
import select
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator

from textual import constants
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._keyboard_protocol import FUNCTIONAL_KEYS
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.events import AppBlur, AppFocus, Key, Paste
from textual.keys import Keys as Ignored
from textual.message import Message
from textual.messages import TerminalSupportsSynchronizedOutput

from hexai.surfaces.tmux.escape_sequences import Sequences

_START, _END = "\x1b[200~", "\x1b[201~"
_KEPT = "\t\n\r"
_DROPPED = {
    code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _KEPT
}
_WANTED = (Key, Paste, AppFocus, AppBlur, TerminalSupportsSynchronizedOutput)
"""Not the mouse, and not sizes, which the system tells."""
_UNREAD = "]PX^_\x1b"
"""What begins a text between terminal and program, or Alt and a key without a letter:
Textual knows none of them."""
_LONGEST_KNOWN = 32
"""Characters after which Textual takes a sequence for keys."""
_NUMBERED = re.compile(r"\x1b\[(?!27;)(\d*)[\d:;]*([~A-FHP-S])")
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
    """Textual's driver for terminals, but for what it is given to read."""

    def run_input_thread(self) -> None:
        """Pass on what is sent until the driver is stopped, or the terminal is gone."""
        keys = Keys()
        while not self.exit_event.is_set():
            patience = constants.ESCAPE_DELAY if keys.waits else _LOOKS_EVERY
            if select.select([self.fileno], [], [], patience)[0]:
                if not (sent := os.read(self.fileno, _AT_ONCE)):
                    raise EOFError
                messages = keys.feed(sent)
            else:
                messages = keys.give_up()
            for message in messages:
                self.process_message(message)


class Keys:
    """Makes of bytes what the view acts on: keys, pastes, and the terminal's focus."""

    def __init__(self) -> None:
        self._pastes, self._sequences = Pastes(), Sequences()
        self._parser = _Parser()

    def feed(self, sent: bytes) -> Iterator[Message]:
        """Give what is told by bytes, as far as that is clear."""
        return self._read(self._pastes.feed(sent))

    def give_up(self) -> Iterator[Message]:
        """Give what was held back for more that does not come: the key Esc, mostly."""
        yield from self._read(self._pastes.give_up())
        yield from self._parsed(self._sequences.give_up())

    @property
    def waits(self) -> bool:
        """Whether something may have to be given up on."""
        return self._pastes.holds_keys or self._sequences.holds_keys

    def _read(self, text: str) -> Iterator[Message]:
        for piece in self._sequences.feed(text):
            yield from self._parsed(piece)

    def _parsed(self, piece: str) -> Iterator[Message]:
        is_sequence = piece[:1] == "\x1b" and len(piece) > 2
        if is_sequence and (piece[1] in _UNREAD or len(piece) > _LONGEST_KNOWN):
            return
        messages = [*self._parser.read(piece)]
        if self._parser.wants_more:
            if is_sequence:  # it is whole, so Textual does not know it
                self._parser = _Parser()
                return
            messages += self._parser.end()
        yield from (each for each in messages if isinstance(each, _WANTED))


class _Parser(XTermParser):
    """Textual's parser, told by whoever knows where a sequence ends."""

    def read(self, text: str) -> Iterable[Message]:
        """Give the messages of a text; of none, to Textual, the end of all input."""
        return self.feed(text) if text else ()

    @property
    def wants_more(self) -> bool:
        """Whether it is within what it takes for a sequence."""
        return self._awaiting.timeout is not None

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
        if _is_no_key(sequence):
            return [Key(Ignored.Ignore, sequence)]
        try:
            keys = [*super()._sequence_to_key_events(sequence, alt)]
            "".join(key.character or "" for key in keys).encode()
        except (ValueError, OverflowError):
            return [Key(Ignored.Ignore, sequence)]
        return keys


def _is_no_key(sequence: str) -> bool:
    """Tell whether it is a key by a number that Textual does not know.

    It takes the number for a character's then, which only the one before `u` is, and
    the one behind 27 (what xterm calls modifyOtherKeys).
    """
    found = _NUMBERED.fullmatch(sequence)
    if found is None or sequence in ANSI_SEQUENCES_KEYS:
        return False
    return f"{found[1] or 1}{found[2]}" not in FUNCTIONAL_KEYS
