"""What has been said in a chat, and who is asked next."""

import shlex
from collections.abc import Sequence

from msgspec.structs import replace

from hexai.config.entries import find_named
from hexai.domain.attachments import Attachment
from hexai.domain.entry import Entry
from hexai.domain.record import Chosen, RecordedRun, RunRecord
from hexai.domain.thread import Thread
from hexai.errors import UsageError
from hexai.service.question import Question
from hexai.service.recorded_threads import Conversation
from hexai.service.thread_requests import ThreadRequests
from hexai.surfaces.cli.ask import attach_to, make_question
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.prompt_input import Prompt
from hexai.surfaces.cli.recorded import names_shown
from hexai.surfaces.cli.template import Template
from hexai.surfaces.cli.thread_entries import Asked
from hexai.surfaces.cli.thread_question import (
    FollowUp,
    find_origin,
    go_on,
    winner_of_vote,
)
from hexai.surfaces.cli.views import Show


class ChatThread:
    """One chat: its thread with all texts, whatever is stored of them."""

    def __init__(self, session: Session, everyone: Sequence[Entry]) -> None:
        """Begin with nothing said; `everyone` is asked."""
        self.session = session
        self.everyone = tuple(everyone)
        self.conversation: Conversation | None = None
        self.chosen: Chosen | None = None
        """What the user chose in the last run."""
        self.is_named = False
        """Whether it was told who is who."""
        self.attachments: tuple[Attachment, ...] = ()
        """What goes along with the next question."""
        self.template: Template | None = None
        """What the next question is put into."""
        self._only: tuple[str, ...] = ()
        self._origin: int | None = None

    def begin_with(self, follow: FollowUp, recorded: RecordedRun) -> None:
        """Go on with a recorded thread; who is asked there is everyone from now on."""
        self.conversation, self.chosen = follow.conversation, recorded.chosen
        self.is_named = not follow.hidden
        self.everyone = follow.entries

    @property
    def needs_no_words(self) -> bool:
        """Whether the next question says all without a word from the user."""
        return self.template is not None and not self.template.wants_input

    @property
    def is_hidden(self) -> bool:
        """Whether nobody may know who is who."""
        if self.conversation is None:
            return False
        return self.conversation.last.blind and not self.is_named

    @property
    def names(self) -> tuple[str, ...]:
        """What those who may be named are called, as they are shown."""
        if self.conversation is not None and self.is_hidden:
            return tuple(names_shown(self.conversation.last, hidden=True).values())
        return tuple(each.label for each in self.everyone)

    @property
    def asked(self) -> tuple[Entry, ...]:
        """Who is asked next."""
        if not self._only:
            return self.everyone
        kept = [each for each in self.everyone if each.label in self._only]
        return tuple(replace(each, index=place) for place, each in enumerate(kept))

    def narrow(self, names: Sequence[str]) -> None:
        """Ask only these from now on; none: everyone again. Raises `UsageError`."""
        self._check_open()
        found: list[str] = []
        for name in names:
            places = find_named(self.everyone, name)
            if not places:
                there = ", ".join(self.names)
                raise UsageError(f"nobody here is called {name!r}; there are {there}")
            found += (self.everyone[place].label for place in places)
        self._only = tuple(found)

    def replace_all(self, entries: Sequence[Entry]) -> None:
        """Ask others from now on; raises `UsageError` while the thread is blind."""
        self._check_open()
        self.everyone, self._only = tuple(entries), ()

    def take_from(self, name: str) -> str:
        """Let all go on with one answer next time; gives what its contender is called.

        Raises `UsageError`.
        """
        if self.conversation is None:
            raise UsageError("there is no answer yet to go on with")
        hidden = self.is_hidden
        if not hidden:
            self._check_asked_last(name)
        self._origin = find_origin(self.conversation, name, hidden=hidden)
        return names_shown(self.conversation.last, hidden=hidden)[self._origin]

    def question(self, prompt: Prompt) -> tuple[Question, tuple[str, ...]]:
        """Make the next question, and notes on it; raises `UsageError`."""
        session, conversation = self.session, self.conversation
        if self.template is not None:
            prompt = self.template.fill(prompt)
        if conversation is None:
            made = make_question(session, self.asked, prompt)
            made = attach_to(made, self.attachments)
            *instruction, asked = made.request.messages
            system = instruction[0].content if instruction else ""
            requests = ThreadRequests(Thread(), system, asked)
            return replace(made, thread=requests), ()
        follow = self._follow(conversation)
        return follow.question(session, prompt, self.attachments), follow.notes

    def check_origin(self) -> None:
        """Raise `UsageError` where somebody has nothing to go on with next time."""
        if self.conversation is not None:
            self._follow(self.conversation)

    def _follow(self, conversation: Conversation) -> FollowUp:
        known = {each.label: each.index for each in conversation.last.contenders}
        last = RecordedRun(number=0, run=conversation.last, chosen=self.chosen)
        return go_on(
            conversation,
            [Asked(entry=each, follows=known.get(each.label)) for each in self.asked],
            hidden=self.is_hidden,
            origin=self._origin,
            winner=winner_of_vote(last),
            by="/from",
        )

    def take(self, question: Question, show: Show) -> None:
        """Take in what came of a question; where nothing came, it was not asked.

        Then what was to go along with it goes along with the next one.
        """
        record = show.record
        if record is None or not any(each.text for each in show.outcomes):
            return
        self.attachments, self.template = (), None
        if self.conversation is None:  # its letters are drawn anew
            self.is_named = False
        before = self.conversation.runs if self.conversation is not None else ()
        voted = self.conversation is not None and self.conversation.is_voted
        self.conversation = Conversation(
            runs=(*before, _with_texts(record, question, show)), is_voted=voted
        )
        self.chosen, self._origin = None, None

    def take_vote(self, voted: Chosen | None, show: Show) -> None:
        """Take in what came of asking for a vote: one, and maybe all names."""
        if voted is not None:
            self.choose(voted)
        elif show.is_named:
            self.is_named = True

    def choose(self, chosen: Chosen) -> None:
        """Take in a vote on the last run."""
        assert self.conversation is not None
        self.chosen, self.is_named = chosen, True
        self.conversation = replace(self.conversation, is_voted=True)

    def _check_asked_last(self, name: str) -> None:
        """Say how who was asked earlier, and not last, goes on with its own answers."""
        assert self.conversation is not None
        runs = self.conversation.runs
        asked_in = [r for r in runs if name in {e.label for e in r.contenders}]
        if asked_in and asked_in[-1] is not runs[-1]:
            raise UsageError(
                f"{name} was not asked last, and another's answer is what it goes on "
                f"with here; with its own it does in a chat of its own: "
                f"hexai chat -c={asked_in[-1].run_id} --only {shlex.quote(name)}"
            )

    def _check_open(self) -> None:
        if self.is_hidden:
            raise UsageError(
                "this thread is blind, and whom to ask would tell who is who; "
                "/vote names them"
            )


def _with_texts(record: RunRecord, question: Question, show: Show) -> RunRecord:
    """Give a run as it was, whatever is stored of it."""
    texts = {each.index: each.text for each in show.outcomes}
    contenders = (
        replace(each, text=texts.get(each.index, ""), masked=0)
        for each in record.contenders
    )
    messages = question.request.messages
    return replace(record, contenders=tuple(contenders), messages=messages)
