"""Asking: from a command line's words to the exit code, and what tmux shows."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

from msgspec.structs import replace

from hexai.domain.entry import Entry, Surface
from hexai.domain.messages import Message
from hexai.domain.record import Background, RunRecord
from hexai.domain.request import Request
from hexai.engine.settle import Policy
from hexai.errors import (
    HexaiError,
    UsageError,
)
from hexai.prompts.cli import cli_messages, wants_explanation
from hexai.prompts.templates import cli_system
from hexai.service.ask import ask
from hexai.service.projects import project_of
from hexai.service.question import Question
from hexai.service.recorder import LedgerRecorder
from hexai.service.runtime import Loop
from hexai.service.services import Services
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import AskOptions, CommandLine
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import complain, insist, reason_of, table_columns, tell
from hexai.surfaces.cli.process import Hush, Interrupts, Process
from hexai.surfaces.cli.prompt_input import (
    NO_WORDS,
    Prompt,
    from_editor,
    from_line,
    is_unsent,
    keep,
    keep_text,
    read_piped,
)
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.cli.views import Show, Wanted
from hexai.surfaces.words import letter

if TYPE_CHECKING:
    from hexai.domain.attachments import Attachment
    from hexai.service.tmux_status import CommandStatus
    from hexai.surfaces.cli.template import Template


def ask_words(process: Process, options: AskOptions, line: CommandLine) -> int:
    """Ask the words, what is piped in, or what the user writes in the editor."""
    if options.pick:
        from hexai.surfaces.cli.pick import pick

        return pick(process, options, line)
    return ask_recorded(process, options, line).code


def ask_recorded(process: Process, options: AskOptions, line: CommandLine) -> Show:
    """Ask them; gives what was shown, once it is recorded and voted on."""
    piped = "" if "-" in options.files else read_piped(process)
    if options.follow is not None:
        from hexai.surfaces.cli.continued import ask_further

        return ask_further(process, options, line, piped)
    prompt = from_line(line.words, piped)
    if options.again:
        return _ask_again(process, options, prompt)
    with kept_on_error(process, prompt):
        session = open_session(process, options)
        entries = session.entries(Surface.CLI)
        session.check_first_run(entries)
        attachments = attached(session)
        template = template_of(session)
    prompt = prompt or write_prompt(session, attachments, template)
    with kept_on_error(process, prompt):
        asked = prompt if template is None else template.fill(prompt)
    question = attach_to(make_question(session, entries, asked), attachments)
    show = put_recorded(session, question)
    keep_if_unsent(process, show, prompt)
    return show


def write_prompt(
    session: Session,
    attachments: "tuple[Attachment, ...]",
    template: "Template | None" = None,
) -> Prompt:
    """Let the user write the prompt in the editor; what is lost of it is kept.

    None is needed where a template says all, or works on what is attached, nor where
    something is attached and nobody can write.
    """
    process = session.process
    if template is not None and (attachments or not template.wants_input):
        return NO_WORDS
    if attachments and not process.stdin_is_terminal:
        return NO_WORDS
    return from_editor(
        process, session.folders.state, on_lost=partial(keep_text, process)
    )


def keep_if_unsent(process: Process, show: Show, prompt: Prompt) -> None:
    """Keep a prompt that nobody was sent."""
    if show.outcomes and all(map(is_unsent, show.outcomes)):
        keep(process, prompt)


def template_of(session: Session) -> "Template | None":
    """Find what `-t` names; nothing is loaded for a question without."""
    if session.options.template is None:
        return None
    from hexai.surfaces.cli.template import Template

    return Template(session)


def attach_to(question: Question, attachments: "tuple[Attachment, ...]") -> Question:
    """Put attachments into a question, if there are any."""
    if not attachments:
        return question
    from hexai.surfaces.cli.attach import with_attached

    return with_attached(question, attachments)


def attached(session: Session) -> "tuple[Attachment, ...]":
    """Read what `-f` names; nothing is loaded for a question without."""
    if not session.options.files:
        return ()
    from hexai.surfaces.cli.attach import attach

    return attach(session)


def _ask_again(process: Process, options: AskOptions, prompt: Prompt | None) -> Show:
    """Ask what was asked last, of whom it was not asked."""
    from hexai.surfaces.cli.again import (
        last_question,
        messages_again,
        other_entries,
        prompt_again,
    )

    if prompt is not None or options.files or options.template:
        raise UsageError("--again asks the last prompt; leave out the new one")
    session = open_session(process, options)
    run = last_question(process)
    entries = other_entries(session.entries(Surface.CLI), run, options)
    question = make_question(session, entries, prompt_again(run))
    messages = messages_again(run, options.system)
    request = Request(surface=Surface.CLI, messages=messages)
    return put_recorded(session, replace(question, request=request))


def put_recorded(
    session: Session, question: Question, how: Wanted | None = None
) -> Show:
    """Put a question, record the run, and ask for a vote if the user wants that."""
    how, hush = how or wanted(session), session.process.hush or Hush()
    if how.vote or not (how.quiet or _is_for_a_program(session.process, question)):
        hush.release()
    elif how.quiet:
        hush.silence()
    with tmux_status(session) as status, session.recording() as recorder:

        def warm_up() -> None:
            recorder.warm_up()
            status.begin(question.entries, blind=question.blind)

        show = put(session, question, how, recorder, warm_up)
        status.end(show.record)
        if how.vote:
            from hexai.surfaces.cli.vote import vote_at_the_end

            show.chosen = vote_at_the_end(
                session.process, show, recorder, hidden=how.blind
            )
        elif question.blind and not (how.json or how.jsonl or how.quiet):
            from hexai.surfaces.cli.vote import say_how_to_vote

            say_how_to_vote(session.process, show, recorder)
    if show.code == 0 and not any(each.is_cut for each in show.outcomes):
        hush.drop()
    return show


def _is_for_a_program(process: Process, question: Question) -> bool:
    """Tell whether no person reads either stream, and one answer is wanted.

    Helix takes standard error in its place as soon as there is any.
    """
    is_seen = process.stdout_is_terminal or process.stderr_is_terminal
    return len(question.entries) == 1 and not is_seen


def make_question(
    session: Session, entries: tuple[Entry, ...], prompt: Prompt
) -> Question:
    """Compose the question as settings and options want it asked."""
    settings, options = session.snapshot.settings, session.options
    wanted_at_once = options.max_concurrency or settings.fanout.max_concurrency
    most = session.snapshot.restrictions.at_once(wanted_at_once)
    return Question(
        request=Request(surface=Surface.CLI, messages=_messages(session, prompt)),
        entries=entries,
        policy=Policy.wait_for_first() if options.first else Policy.wait_for_all(),
        max_concurrency=most or len(entries),
        blind=wanted(session).blind,
        shuffle=_share_drawn(session),
        fresh=options.fresh,
        send_anyway=options.send_anyway,
        local_only=session.snapshot.restrictions.local_only,
        background=Background(
            project=project_of(session.process.folder),
            terminal=session.process.terminal,
        ),
        sources=prompt.sources,
    )


def _share_drawn(session: Session) -> float:
    """Say how often the order is drawn: never where not a person reads the answers."""
    is_read = session.process.stdout_is_terminal
    if not is_read or session.options.json or session.options.jsonl:
        return 0.0
    return float(session.snapshot.settings.cli.shuffle)


def wanted(session: Session) -> Wanted:
    """Say how answers are to be shown; what the options leave open is configured."""
    options, cli = session.options, session.snapshot.settings.cli
    return Wanted(
        json=options.json,
        jsonl=options.jsonl,
        first=options.first,
        blind=cli.blind if options.blind is None else options.blind,
        vote=(cli.vote if options.vote is None else options.vote)
        and not (options.json or options.jsonl),
        quiet=options.quiet or cli.quiet,
        layout="plain" if options.plain else options.layout or cli.layout,
        render=cli.render,
    )


def put(
    session: Session,
    question: Question,
    wanted: Wanted,
    recorder: LedgerRecorder | None = None,
    when_out: Callable[[], None] = lambda: None,
) -> Show:
    """Put a question to its contenders and show all that comes of it.

    `when_out` is called on the event loop once the requests are out.
    """
    screen = Screen(session.process)
    show = Show(screen, wanted, table_columns(session.process))
    notes: list[str] = []
    with Interrupts(show.stop, screen.abandon) as interrupts:
        try:
            with asyncio.Runner(loop_factory=Loop) as runner:
                services = partial(session.services, recorder, notes.append)
                runner.run(_put(services, question, show, when_out))
        finally:
            screen.close()
            show.signal_code = interrupts.code
            say_closing(session.process, screen, show)
            if not screen.abandoned:
                session.note(notes)
    return show


def say_closing(process: Process, screen: Screen, show: Show) -> None:
    """Say how it ended, unless nobody reads the answers any more."""
    if screen.abandoned:
        return
    tell(process, *show.closing_lines)
    insist(process, *(f"warning: {note}" for note in show.notes))
    complain(process, *(f"warning: {warning}" for warning in show.warnings))
    if screen.error is not None:
        complain(process, f"cannot write the answer: {reason_of(screen.error)}")


async def _put(
    open_services: Callable[[], Services],
    question: Question,
    show: Show,
    when_out: Callable[[], None],
) -> None:
    async with open_services() as services:
        run = ask(services, question)

        def prepare() -> None:
            when_out()
            run.prepare_end()

        await show.follow(run, prepare)


def _messages(session: Session, prompt: Prompt) -> tuple[Message, ...]:
    system = session.options.system
    if system is None:
        system = prompt.system
    if system is None:
        explain = wants_explanation(prompt.own_words)
        system = cli_system(session.snapshot.settings.prompts.cli, explain=explain)
    return cli_messages(system, prompt.text)


@contextmanager
def kept_on_error(process: Process, prompt: Prompt | None) -> Iterator[None]:
    """Keep input that would be lost because the configuration has problems."""
    try:
        yield
    except HexaiError:
        if prompt is not None:
            keep(process, prompt)
        raise


class Status:
    """The status of one question."""

    def __init__(self, session: Session) -> None:
        """Do nothing yet."""
        self._session = session
        self._status: CommandStatus | None = None

    def begin(self, entries: tuple[Entry, ...], *, blind: bool) -> None:
        """Show who is being asked; `blind`: only by letters."""
        status = self._open()
        if status is None:
            return
        names = [f"{each.spec.provider}:{each.spec.model}" for each in entries]
        status.begin([*map(letter, range(len(names)))] if blind else names)

    def end(self, run: RunRecord | None) -> None:
        """Show the figures; None: there was no run after all."""
        status = self._status or (self._open() if run is not None else None)
        if status is not None:
            status.end(*([run] if run is not None else []))

    def leave(self) -> None:
        """Wait, for next to no time, until they are on their way to tmux."""
        if self._status is not None:
            self._status.leave()

    def _open(self) -> "CommandStatus | None":
        session, environ = self._session, self._session.process.environ
        if not environ.get("TMUX"):
            return None
        from hexai.service.tmux_status import command_status

        self._status = command_status(
            session.folders,
            environ,
            session.snapshot.settings,
            now=wall_clock,
            log=session.log,
        )
        return self._status


@contextmanager
def tmux_status(session: Session) -> Iterator[Status]:
    """Give the status of a question; whatever happens, it does not go on waiting."""
    status = Status(session)
    try:
        yield status
    finally:
        status.leave()
