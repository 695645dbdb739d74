"""A question that goes on with a conversation: who is asked, and what goes along.

Of a blind thread nothing is told that names a contender before the choice: all go on,
in the places and under the letters that they have.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.entry import Entry, Surface
from hexai.domain.record import Choice, Method, RecordedRun, RunRecord
from hexai.domain.thread import Line, Thread
from hexai.errors import UsageError
from hexai.prompts.cli import wants_explanation
from hexai.prompts.templates import cli_system
from hexai.service.conversations import Conversation
from hexai.service.question import Question
from hexai.service.thread_requests import ThreadRequests
from hexai.surfaces.cli.ask import attach_to, make_question
from hexai.surfaces.cli.command_line import AskOptions
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.prompt_input import Prompt
from hexai.surfaces.cli.recorded import names_shown
from hexai.surfaces.cli.thread_entries import Asked, ThreadEntries, match

if TYPE_CHECKING:
    pass

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
    session: Session,
    conversation: Conversation,
    *,
    hidden: bool,
    winner: int | None = None,
) -> FollowUp:
    """Say how the options go on with a conversation; raises `UsageError`.

    `winner` is whom the user preferred in the last run, by its index, if anybody.
    """
    options, last = session.options, conversation.last
    _check(options, hidden=hidden)
    asked, notes = _asked(session, last)
    origin = None
    if options.origin is not None:
        origin = find_contender(last, options.origin, hidden=hidden)
        _check_said(conversation, origin, options.origin)
    lines = tuple(_lines(conversation, asked, origin, winner))
    names = names_shown(last, hidden=hidden)
    notes += _silent(asked, lines, names)
    if conversation.masked:
        notes.append(
            f"keys that were masked before they were stored go along masked: "
            f"{conversation.masked}"
        )
    is_new = any(each.follows is None for each in asked)
    if conversation.images:
        notes.append(
            "pictures are not stored, so these of earlier questions do not go along: "
            + ", ".join(conversation.images)
        )
    order = _order(asked, last, is_new=is_new)
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
        notes=tuple(notes),
    )


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
        raise UsageError(f"nobody in that run is called {word!r}; there are {there}")
    return named


def _check(options: AskOptions, *, hidden: bool) -> None:
    if hidden and (options.models or options.indices or options.only):
        raise UsageError(
            "this thread is blind, and whom to ask would tell who is who; "
            "`hexai vote` names them, and then it can be narrowed"
        )
    if hidden and options.blind is False:
        raise UsageError("this thread is blind until a vote: `hexai vote` names them")
    if not hidden and options.blind:
        raise UsageError(
            "names were shown in this thread, so it cannot be blind; ask anew"
        )


def _asked(session: Session, last: RunRecord) -> tuple[tuple[Asked, ...], list[str]]:
    options = session.options
    if options.models:
        return match(session.entries(Surface.CLI), last), []
    plain = replace(session, options=replace(options, indices=(), only=()))
    configured = plain.entries(Surface.CLI)
    entries = ThreadEntries(session.snapshot, configured, options)
    asked = entries.of(last, options.indices, options.only)
    return asked, entries.notes


def _lines(
    conversation: Conversation,
    asked: Sequence[Asked],
    origin: int | None,
    winner: int | None,
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
                f"goes on: --from, with one of {there}"
            )
        yield conversation.line(index)


def _check_said(conversation: Conversation, index: int, word: str) -> None:
    if index not in {each.index for each in conversation.answered}:
        raise UsageError(f"{word} has given no answer there to go on with")


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


def _order(
    asked: Sequence[Asked], last: RunRecord, *, is_new: bool
) -> tuple[int, ...] | None:
    """Give where those stood who go on; None where others are asked."""
    if is_new:
        return None
    places = {each.follows: place for place, each in enumerate(asked)}
    if last.seed is None:
        return tuple(range(len(asked)))
    return tuple(places[index] for index in last.order if index in places)
