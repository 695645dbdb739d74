"""The line that a chat is typed into: several lines, pastes, earlier questions.

prompt_toolkit edits it; nothing else of the program loads that. What of it would be no
use is off: it asks the terminal for nothing, so that no answer of one that is slow ends
up in what is typed next.
"""

import asyncio
import os
import select
import signal
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import groupby
from typing import TextIO

from prompt_toolkit.application import get_app
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition, is_searching
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input.vt100 import Vt100Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.key_processor import KeyPress
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout.processors import (
    Processor,
    Transformation,
    TransformationInput,
)
from prompt_toolkit.output import ColorDepth
from prompt_toolkit.output.vt100 import Vt100_Output
from prompt_toolkit.search import stop_search
from prompt_toolkit.shortcuts import CompleteStyle, PromptSession

from hexai.surfaces.cli.keys import PASTES_AS_KEYS
from hexai.surfaces.cli.line_reader import PROMPT
from hexai.surfaces.colour import is_colour_wanted
from hexai.text.sanitise import visible

_ENDS = (signal.SIGTERM, signal.SIGHUP)
_AS_TYPED: dict[Keys | str, KeyPress] = {
    Keys.ControlAt: KeyPress(Keys.ControlD, "\x04"),
    Keys.ControlJ: KeyPress(Keys.ControlM, "\r"),
}
"""What a terminal in its usual modes made of keys, and which those were."""
_BREAKS = {Keys.ControlM, Keys.ControlJ}
_IN_PASTES = {*_BREAKS, Keys.ControlI}
_NOBODY_TYPES = 0.01
"""Seconds between a key and Enter, if somebody types them, at least."""
_GOES_ON = 0.03
"""Seconds in which the next line of a paste comes."""
_WITHOUT_MARKS = ("linux", "vt", "ansi", "cons", "eterm", "sun")
"""How terminals are called that do not mark what is pasted."""
Offers = Callable[[str], Iterable[str]]
"""What can stand in the place of the last word of a line that begins with a slash."""


class LineEditor:
    """Reads one question after the other from a terminal, within an event loop."""

    def __init__(
        self,
        stdin: TextIO,
        stdout: TextIO,
        *,
        environ: Mapping[str, str],
        earlier: Sequence[str],
        offers: Offers,
    ) -> None:
        """Know `earlier` questions, the oldest first; the files stay their owner's."""
        colour = None if is_colour_wanted(environ) else ColorDepth.DEPTH_1_BIT
        self._output = _Output(
            stdout,
            lambda: _size(stdout),
            term=environ.get("TERM"),
            default_color_depth=colour,
            enable_cpr=False,
        )
        self.signal: int | None = None
        """The signal that has ended it, if one did."""
        self._input = _Input(stdin, environ.get("TERM", ""))
        self._session: PromptSession[str] = PromptSession(
            PROMPT,
            input=self._input,
            output=self._output,
            multiline=True,
            prompt_continuation=" " * len(PROMPT),
            history=InMemoryHistory([*earlier]),
            completer=_Slashes(offers),
            complete_while_typing=False,
            complete_style=CompleteStyle.READLINE_LIKE,
            reserve_space_for_menu=0,
            enable_suspend=True,
            input_processors=[_Harmless()],
            key_bindings=_bindings(),
        )

    async def read(self) -> str | None:
        """Wait for what the user types; None if they have ended the chat.

        Empty where they gave up what they had typed.
        """
        self._input.begin()
        with self._ending():
            try:
                return await self._session.prompt_async(handle_sigint=False)
            except EOFError:
                return None

    def close(self) -> None:
        """Let the terminal give pastes to others as it did before."""
        self._output.write_raw(PASTES_AS_KEYS)
        self._output.flush()

    @contextmanager
    def _ending(self) -> Iterator[None]:
        """Leave the terminal as it was when a signal ends the process."""
        loop = asyncio.get_running_loop()

        def end(number: int) -> None:
            self.signal = self.signal or number
            app = self._session.app
            if app.is_running and not app.is_done:
                app.exit(exception=EOFError)

        for number in _ENDS:
            loop.add_signal_handler(number, end, number)
        try:
            yield
        finally:
            for number in _ENDS:
                loop.remove_signal_handler(number)
            if self.signal == signal.SIGHUP:  # of which a closed window sends several
                signal.signal(signal.SIGHUP, signal.SIG_IGN)


class _Output(Vt100_Output):
    """A terminal that marks pastes after a line was read too.

    What is pasted while answers come is then one piece, as at the prompt: its line
    breaks ask nothing.
    """

    def flush(self) -> None:
        """Write what is to be shown, unless the terminal is gone."""
        with suppress(OSError):
            super().flush()

    def disable_bracketed_paste(self) -> None:
        """Do so where somebody else types meanwhile, as after Ctrl-Z."""
        if not get_app().is_done:
            super().disable_bracketed_paste()


class _Input(Vt100Input):
    """Keys of a terminal: those that were typed early too, and pastes without marks.

    Until somebody reads keys a terminal collects lines: it keeps Ctrl-D as NUL, and
    Enter as Ctrl-J. One that does not mark pastes gives them as keys, quicker than
    anybody types: then a line break is one, and no Enter that asks.
    """

    def __init__(self, stdin: TextIO, term: str) -> None:
        super().__init__(stdin)
        self._marks_pastes = not term.startswith(_WITHOUT_MARKS)
        self._waiting = select.poll()
        self._waiting.register(stdin.fileno(), select.POLLIN)
        self._has_early = self._has_more(0)
        self._is_ahead = False
        self._read_at = 0.0

    def begin(self) -> None:
        """Begin another line: what is there already may be typed, however quickly."""
        self._is_ahead = self._has_more(0)

    def read_keys(self) -> list[KeyPress]:
        """Give what was typed since the last time."""
        keys = super().read_keys()
        if self._has_early:
            self._has_early = False
            keys = [_AS_TYPED.get(each.key, each) for each in keys]
        now = time.monotonic()
        is_quick = len(keys) > 1 or now - self._read_at < _NOBODY_TYPES
        is_typed = self._is_ahead and self._marks_pastes
        self._is_ahead, self._read_at = False, now
        if is_typed or not (is_quick and any(each.key in _BREAKS for each in keys)):
            return keys
        while self._has_more(_GOES_ON):
            keys += super().read_keys()
        return list(_as_pasted(keys)) if _has_lines(keys) else keys

    def _has_more(self, seconds: float) -> bool:
        return any(on & select.POLLIN for _, on in self._waiting.poll(seconds * 1e3))


def _has_lines(keys: Sequence[KeyPress]) -> bool:
    """Tell whether a text stands behind a line break."""
    breaks = [number for number, each in enumerate(keys) if each.key in _BREAKS]
    behind = keys[breaks[0] :] if breaks else []
    return any(not isinstance(each.key, Keys) for each in behind)


def _as_pasted(keys: Iterable[KeyPress]) -> Iterator[KeyPress]:
    """Let all text be pasted; other keys stay what they are."""
    for is_text, run in groupby(keys, _can_be_pasted):
        if is_text:
            pasted = "".join(each.data for each in run)
            yield KeyPress(Keys.BracketedPaste, pasted)
        else:
            yield from run


def _can_be_pasted(key: KeyPress) -> bool:
    return not isinstance(key.key, Keys) or key.key in _IN_PASTES


def _size(terminal: TextIO) -> Size:
    try:
        columns, rows = os.get_terminal_size(terminal.fileno())
    except OSError:
        columns, rows = 0, 0
    return Size(rows=rows or 24, columns=columns or 80)


@Condition
def _is_empty() -> bool:
    """Tell whether nothing is typed, at the prompt or into a search."""
    return not get_app().current_buffer.text


def _bindings() -> KeyBindings:
    keys = KeyBindings()

    # A search of earlier questions keeps its own meanings of these keys.
    @keys.add("enter", filter=~is_searching)
    def _accept(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.document.text_before_cursor.endswith("\\"):
            buffer.delete_before_cursor()
            buffer.newline(copy_margin=False)
        else:
            buffer.validate_and_handle()

    # Else what was searched for the last time would be found.
    @keys.add("enter", filter=is_searching & _is_empty)
    @keys.add("escape", filter=is_searching & _is_empty, eager=True)
    def _leave_search(_event: KeyPressEvent) -> None:
        stop_search()

    @keys.add("escape", "enter", filter=~is_searching)
    def _break_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @keys.add("c-c", filter=~is_searching)
    @keys.add("<sigint>")
    def _give_up(event: KeyPressEvent) -> None:
        event.app.exit(result="")

    return keys


class _Slashes(Completer):
    """Completes slash commands and what they take; a question is left alone."""

    def __init__(self, offers: Offers) -> None:
        self._offers = offers

    def get_completions(
        self, document: Document, complete_event: CompleteEvent
    ) -> Iterator[Completion]:
        del complete_event
        line = document.text_before_cursor
        if not line.startswith("/") or "\n" in line:
            return
        word = line.rpartition(" ")[2]
        for each in self._offers(line):
            if each.startswith(word) and each != word:
                yield Completion(each, start_position=-len(word))


class _Harmless(Processor):
    """Shows a mark for each character that would act on the terminal, or hide."""

    def apply_transformation(
        self, transformation_input: TransformationInput
    ) -> Transformation:
        shown: StyleAndTextTuples = [
            (each[0], _harmless(each[1])) for each in transformation_input.fragments
        ]
        return Transformation(shown)


def _harmless(text: str) -> str:
    if visible(text) == text:
        return text
    return "".join(each if visible(each) == each else "\ufffd" for each in text)
