"""`hexai chat`: one question after the other, with the answers so far in mind.

One event loop and one set of services last as long as the chat, so connections stay
open and what was learnt of upstreams is known. While an answer comes the terminal is
the live view's, as for any question; between two it is the line editor's.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any, TextIO

from msgspec.structs import replace

from hexai.domain.entry import Surface
from hexai.errors import HexaiError, LedgerError, UsageError
from hexai.service.ask import ask
from hexai.service.guard.guard import Source
from hexai.service.question import Question
from hexai.service.recorded_runs import open_history
from hexai.service.recorder import LedgerRecorder
from hexai.service.runtime import Loop
from hexai.service.services import Services
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.ask import (
    attached,
    say_closing,
    template_of,
    tmux_status,
    wanted,
)
from hexai.surfaces.cli.chat_commands import ChatCommands
from hexai.surfaces.cli.chat_thread import ChatThread
from hexai.surfaces.cli.command_line import CommandLine, Invocation
from hexai.surfaces.cli.continued import find_follow_up, once_voted
from hexai.surfaces.cli.keys import quiet
from hexai.surfaces.cli.line_editor import LineEditor
from hexai.surfaces.cli.line_reader import LineReader
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import complain, table_columns, tell
from hexai.surfaces.cli.process import (
    HUNG_UP,
    INTERRUPTED,
    NOBODY_READS,
    Interrupts,
    Process,
    folders_of,
)
from hexai.surfaces.cli.prompt_input import Prompt
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.cli.views import Show, Wanted
from hexai.surfaces.cli.vote import can_be_voted_on, vote_at_the_end
from hexai.text.sanitise import shorten

_OUT_AFTER = 0.03
"""Seconds until the requests are out: only then tmux is told."""
_PATIENCE = 3
"""Times that Ctrl-C is pressed at one answer until the chat ends too."""
_EARLIER = 200
"""Earlier questions that the line editor knows."""


def chat(invocation: Invocation, given: dict[str, Any]) -> int:
    """Chat until the user ends it; gives the exit code."""
    process = invocation.process
    if not (process.stdin_is_terminal and process.stdout_is_terminal):
        raise UsageError(
            "hexai chat is typed at a terminal, and answers there; "
            "in a script, `hexai -c` goes on with the last question"
        )
    session = open_session(process, replace(invocation.options, **given))
    thread = _begin(session)
    with session.recording() as recorder, ExitStack() as stack:
        is_dumb = Screen(process).is_dumb
        stack.enter_context(_between_answers(None if is_dumb else process.stdin))
        stdin = stack.enter_context(os.fdopen(os.dup(process.stdin), "r"))
        stdout = stack.enter_context(_opened(process.stdout))
        commands = ChatCommands(session, thread, recorder)
        editor = (
            LineReader(process.stdin, stdout)
            if is_dumb
            else LineEditor(
                stdin,
                stdout,
                environ=process.environ,
                earlier=_earlier(process),
                offers=commands.offers,
            )
        )
        stack.callback(editor.close)
        with asyncio.Runner(loop_factory=Loop) as runner:
            return runner.run(Chat(session, thread, commands, editor, recorder).run())


@contextmanager
def _opened(descriptor: int) -> Iterator[TextIO]:
    """Open a terminal anew to write on; what one that is gone has not taken is lost."""
    opened = os.fdopen(os.dup(descriptor), "w")
    try:
        yield opened
    finally:
        with suppress(OSError):
            opened.close()


@contextmanager
def _between_answers(keyboard: int | None) -> Iterator[None]:
    """Keep what is typed for the next line, where nobody reads just now.

    Nothing of it is echoed in between, but by a dumb terminal (None), which collects
    lines as it always does. A Ctrl-C that comes too late for an answer ends no chat.
    """
    before = signal.signal(signal.SIGINT, lambda _number, _frame: None)
    try:
        with ExitStack() as silent:
            if keyboard is not None:
                silent.enter_context(quiet(keyboard, keeps_keys=True))
            yield
    finally:
        signal.signal(signal.SIGINT, before)


def _earlier(process: Process) -> list[str]:
    """Give earlier questions; a chat can do without."""
    try:
        with open_history(folders_of(process), wall_clock) as history:
            return history.prompts_in_threads(_EARLIER)
    except LedgerError as error:
        complain(process, f"warning: earlier questions are not there: {error}")
        return []


def _begin(session: Session) -> ChatThread:
    """Begin a thread, or go on with the one that the options name."""
    process = session.process
    attachments, template = attached(session), template_of(session)
    if session.options.follow is None:
        entries = session.entries(Surface.CLI)
        session.check_first_run(entries)
        thread = ChatThread(session, entries)
    else:
        line = CommandLine(options=(), words=(), literal=True)
        meant, follow = find_follow_up(session, line)
        notes = filter(None, (meant.note, *follow.notes))
        complain(process, *(f"note: {note}" for note in notes))
        thread = ChatThread(session, follow.entries)
        thread.begin_with(follow, meant.run)
    thread.attachments, thread.template = attachments, template
    whom = shorten(", ".join(thread.names), 60)
    tell(process, f"{whom} · /help tells what can be typed · Ctrl-D ends")
    return thread


class Chat:
    """One chat, from its first question to its end."""

    def __init__(
        self,
        session: Session,
        thread: ChatThread,
        commands: ChatCommands,
        editor: LineEditor | LineReader,
        recorder: LedgerRecorder,
    ) -> None:
        self._session = session
        self._thread = thread
        self._commands = commands
        self._editor = editor
        self._recorder = recorder
        self._notes: list[str] = []
        self._code: int | None = None

    async def run(self) -> int:
        """Ask until the user ends it; gives the exit code."""
        services = self._session.services(self._recorder, self._notes.append)
        async with services:
            while self._code is None:
                text = await self._editor.read()
                if text is None:
                    number = self._editor.signal
                    return 0 if number is None else 128 + number
                await self._do(services, text)
        return self._code

    async def _do(self, services: Services, text: str) -> None:
        try:
            if text.startswith("/"):
                if not await self._commands.run(text):
                    self._code = 0
            elif (asked := text.strip()) or self._thread.needs_no_words:
                await self._ask(services, asked)
        except HexaiError as error:
            complain(self._session.process, *str(error).split("\n"))

    async def _ask(self, services: Services, text: str) -> None:
        source = Source(name="what you wrote", text=text)
        prompt = Prompt(
            text=text, own_words=text, worth_keeping=False, sources=(source,)
        )
        question, notes = self._thread.question(prompt)
        complain(self._session.process, *(f"note: {note}" for note in notes))
        how = self._wanted()
        show = await self._show(services, question, how)
        self._thread.take(question, show)
        self._commands.last = show
        if show.signal_code not in (None, INTERRUPTED) or show.code == NOBODY_READS:
            self._code = show.code
        elif show.signal_code is None:
            self._vote(how, show)

    def _wanted(self) -> Wanted:
        thread = self._thread
        if thread.conversation is None:
            return wanted(self._session)
        hidden = thread.is_hidden
        return once_voted(self._session, thread.conversation, hidden=hidden)

    async def _show(self, services: Services, question: Question, how: Wanted) -> Show:
        """Show the answers as those of any question; Ctrl-C ends them alone."""
        session, process = self._session, self._session.process
        screen = Screen(process, keeps_keys=True)
        show = Show(screen, how, table_columns(process))
        with tmux_status(session) as status:
            begin = partial(status.begin, question.entries, blind=question.blind)
            with Interrupts(show.stop, _leaving(screen)) as interrupts:
                try:
                    asyncio.get_running_loop().call_later(_OUT_AFTER, begin)
                    run = ask(services, question)
                    await show.follow(run, run.prepare_end)
                finally:
                    screen.close()
                    show.signal_code = interrupts.code
                    say_closing(process, screen, show)
            status.end(show.record)
        self._tell_notes()
        return show

    def _tell_notes(self) -> None:
        self._session.note(self._notes)
        self._notes.clear()

    def _vote(self, how: Wanted, show: Show) -> None:
        """Let the user vote, or say how; nobody is named before."""
        process, thread = self._session.process, self._thread
        if not can_be_voted_on(show):
            if thread.is_hidden:
                complain(process, "nothing to vote on here, so names stay hidden")
        elif how.vote:
            hidden = thread.is_hidden
            voted = vote_at_the_end(process, show, self._recorder, hidden=hidden)
            thread.take_vote(voted, show)
        elif thread.is_hidden:
            names = ", ".join((*thread.names, "tie", "bad"))
            complain(process, f"names stay hidden until you /vote: {names}")


def _leaving(screen: Screen) -> Callable[[int], None]:
    """Make what a further signal does: an impatient Ctrl-C or two end no chat."""
    presses: list[int] = []

    def leave(code: int) -> None:
        if code == HUNG_UP:
            return  # the chat ends by itself, and what was answered is recorded
        presses.append(code)
        if code != INTERRUPTED or len(presses) + 1 >= _PATIENCE:
            screen.abandon(code)

    return leave
