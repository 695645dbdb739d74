"""A question that goes on with a conversation: who is asked, and what goes along.

Of a blind thread nothing is told that names a contender before the choice: all go on,
in the places and under the letters that they have.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from hexai.config.entries import EntryOptions
from hexai.domain.entry import Entry, Surface
from hexai.domain.record import Choice, Method, RecordedRun, RunRecord
from hexai.domain.thread import Line, Thread
from hexai.errors import UsageError
from hexai.prompts.cli import wants_explanation
from hexai.prompts.templates import cli_system
from hexai.service.fingerprints import fingerprint_of
from hexai.service.question import Question
from hexai.service.recorded_threads import Conversation
from hexai.service.thread_requests import ThreadRequests
from hexai.surfaces.cli.ask import attach_to, make_question
from hexai.surfaces.cli.command_line import AskOptions
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.prompt_input import Prompt
from hexai.surfaces.cli.recorded import names_shown
from hexai.surfaces.cli.thread_entries import Asked, ThreadEntries, match

if TYPE_CHECKING:
    from hexai.domain.attachments import Attachment


class FollowUp(Struct, frozen=True, kw_only=True):
    """What is gone on with, before the question is known."""

    conversation: Conversation
    entries: tuple[Entry, ...]
    thread: Thread
    hidden: bool
    """Nobody may know who is who: it is blind, and nothing was chosen."""
    notes: tuple[str, ...] = ()
    """What the user should know before anything is sent."""

    def question(
        self,
        session: Session,
        prompt: Prompt,
        attachments: "tuple[Attachment, ...]" = (),
    ) -> Question:
        """Make the question."""
        made = attach_to(make_question(session, self.entries, prompt), attachments)
        system, asked = self._system(session, prompt), made.request.messages[-1]
        requests = ThreadRequests(self.thread, system, asked)
        return replace(made, request=requests.alone, thread=requests, blind=self.hidden)

    def _system(self, session: Session, prompt: Prompt) -> str:
        """Keep the system prompt, unless another one is asked for."""
        if session.options.system is not None:
            return session.options.system
        if prompt.system is not None:
            return prompt.system
        if wants_explanation(prompt.own_words):
            return cli_system(session.snapshot.settings.prompts.cli, explain=True)
        return self.conversation.system


def winner_of_vote(recorded: RecordedRun) -> int | None:
    """Give whom a vote on a run has named, by its index; None for nobody."""
    chosen = recorded.chosen
    if chosen is None or chosen.method is not Method.VOTE:
        return None
    return chosen.indexes[0] if chosen.choice is Choice.TAKEN else None


def go_on(
    conversation: Conversation,
    asked: Sequence[Asked],
    *,
    hidden: bool,
    origin: int | None = None,
    winner: int | None = None,
    by: str = "--from",
) -> FollowUp:
    """Say how those who are asked go on with a conversation; raises `UsageError`.

    `origin` is with whose answer all go on, by its index in the last run; `winner` is
    whom the user preferred there: who has no answer of its own goes on with that one.
    `by` is how an answer is named here.
    """
    last = conversation.last
    lines = tuple(_lines(conversation, asked, origin, winner, by))
    order = _order(asked, last)
    return FollowUp(
        conversation=conversation,
        entries=tuple(each.entry for each in asked),
        thread=Thread(
            begun_by=conversation.begun_by,
            follows=last.run_id,
            lines=lines,
            order=order,
            seed=None if order is None or len(order) < 2 else last.seed,
        ),
        hidden=hidden,
        notes=(
            *_silent(asked, lines, names_shown(last, hidden=hidden)),
            *(() if origin is not None else _joining(asked, lines, last)),
        ),
    )


def find_origin(conversation: Conversation, word: str, *, hidden: bool) -> int:
    """Find who is named with an answer to go on with; gives its index in the last run.

    Raises `UsageError`.
    """
    index = find_contender(conversation.last, word, hidden=hidden)
    if index not in {each.index for each in conversation.answered}:
        raise UsageError(f"{word} has given no answer there to go on with")
    return index


def find_contender(run: RunRecord, word: str, *, hidden: bool) -> int:
    """Find the contender of a run by label, or letter; gives its index.

    A letter goes first where names are hidden, and nothing else does then.
    """
    letters = {n: i for i, n in names_shown(run, hidden=True).items()}
    labels = {} if hidden else {n: i for i, n in names_shown(run, hidden=False).items()}
    named = labels.get(word, letters.get(word.upper()))
    if named is None and not hidden:
        models = [e.index for e in run.contenders if f"{e.provider}:{e.model}" == word]
        named = models[0] if len(models) == 1 else None
    if named is None:
        there = ", ".join(names_shown(run, hidden=hidden).values())
        why = "; names stay hidden until you vote" if hidden else ""
        raise UsageError(
            f"nobody in that run is called {word!r}; there are {there}{why}"
        )
    return named


def check_blind(options: AskOptions, *, hidden: bool) -> None:
    """Refuse what would tell who is who in a blind thread; raises `UsageError`."""
    if hidden and (options.models or options.indices or options.only):
        raise UsageError(
            "this thread is blind, and whom to ask would tell who is who; "
            "a vote names them, and then it can be narrowed"
        )
    if hidden and options.blind is False:
        raise UsageError("this thread is blind until a vote names them")
    if not hidden and options.blind:
        raise UsageError(
            "names were shown in this thread, so it cannot be blind; ask anew"
        )


def asked_again(
    session: Session, conversation: Conversation
) -> tuple[tuple[Asked, ...], list[str]]:
    """Give who is asked by the options, else those of the last run, and what changed.

    Raises `UsageError`.
    """
    options, last = session.options, conversation.last
    if options.models:
        print_of = partial(fingerprint_of, session.snapshot.settings, Surface.CLI)
        named = session.entries(Surface.CLI)
        return match(named, last, print_of), []
    plain = replace(session, options=replace(options, indices=(), only=()))
    entries = ThreadEntries(
        session.snapshot,
        plain.entries(Surface.CLI),
        EntryOptions(timeout=options.timeout, options=options.options),
        conversation.runs[:-1],
    )
    asked = entries.of(last, options.indices, options.only)
    return asked, entries.notes


def what_is_lost(conversation: Conversation) -> Iterator[str]:
    """Say what of a recorded conversation does not go along as it was."""
    if conversation.masked:
        yield (
            "keys that were masked before they were stored go along masked: "
            f"{conversation.masked}"
        )
    if conversation.images:
        yield (
            "images are not stored, so these of earlier questions do not go along: "
            + ", ".join(conversation.images)
        )


def _lines(
    conversation: Conversation,
    asked: Sequence[Asked],
    origin: int | None,
    winner: int | None,
    by: str,
) -> Iterator[Line]:
    """Give what each goes on with; who was not asked goes on with another's."""
    answered = conversation.answered
    known = winner if len(answered) != 1 else answered[0].index
    for each in asked:
        index = origin if origin is not None else each.follows
        if index is None:
            index = known
        if index is None:
            there = ", ".join(e.label for e in answered)
            raise UsageError(
                f"{each.entry.label} was not asked there; say with whose answer it "
                f"goes on: {by}, with one of {there}"
            )
        yield conversation.line(index)


def _silent(
    asked: Sequence[Asked], lines: Sequence[Line], names: Mapping[int, str]
) -> list[str]:
    """Say who is asked two questions at once, having said nothing to the last one."""
    silent = [
        names.get(each.follows, each.entry.label)
        if each.follows is not None
        else each.entry.label
        for each, line in zip(asked, lines, strict=True)
        if not line.turns[-1].answer
    ]
    if not silent:
        return []
    whom = ", ".join(silent)
    return [f"{whom} said nothing to the question before, so it is asked again with it"]


def _joining(
    asked: Sequence[Asked], lines: Sequence[Line], last: RunRecord
) -> Iterator[str]:
    """Say who goes on with an answer that is not its own, and that nobody named."""
    labels = {each.index: each.label for each in last.contenders}
    for each, line in zip(asked, lines, strict=True):
        if each.follows is None:
            whose = labels[line.follows]
            yield f"{each.entry.label} goes on with the answer of {whose}"


def _order(asked: Sequence[Asked], last: RunRecord) -> tuple[int, ...] | None:
    """Give where those stood who go on; None where others are asked."""
    places = {each.follows: place for place, each in enumerate(asked)}
    if None in places:
        return None
    if last.seed is None:
        return tuple(range(len(asked)))
    return tuple(places[index] for index in last.order if index in places)
