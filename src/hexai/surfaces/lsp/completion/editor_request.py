"""One completion request: as it came, whether it may ask, how long it waits."""

import asyncio
from collections.abc import Callable, Collection
from enum import IntEnum
from math import inf
from typing import Literal

from msgspec import Struct

from hexai.config.schema import Completion, Settings
from hexai.engine.settle import Policy, is_due, settlement
from hexai.prompts.code.languages import language_of
from hexai.prompts.instruction import is_tag, markers_for
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.offers.offer import Offer
from hexai.text.lines import Position
from hexai.text.prompt_marks import find_command, find_question, find_tags, is_opened
from hexai.text.snippets import is_word

Route = Literal["list", "inline"]
"""`textDocument/completion` or `textDocument/inlineCompletion`."""


class TriggerKind(IntEnum):
    """Why the editor asks; the numbers are those of `textDocument/completion`."""

    INVOKED = 1
    CHARACTER = 2
    INCOMPLETE = 3
    """It asks again, since the last list said that more will come."""


class Trigger(Struct, frozen=True):
    """What made the editor ask."""

    kind: TriggerKind | None = None
    """None: the editor does not say. Some never do, so that counts as by hand."""
    character: str = ""
    """What was typed, for `CHARACTER`."""
    since_taken: float | None = None
    """Seconds since a suggestion was taken that ends here; None: none does."""

    @property
    def is_automatic(self) -> bool:
        """Whether nobody asked by hand, as far as the editor says."""
        return not self.by_hand

    @property
    def by_hand(self) -> bool:
        """Whether somebody may have asked by hand, as far as the editor says."""
        return self.kind in (None, TriggerKind.INVOKED)


class Arrival(Struct, frozen=True, kw_only=True):
    """One request; whatever is typed later, its answer is for this moment."""

    document: Document
    position: Position
    trigger: Trigger
    route: Route = "list"
    at: float
    """By the loop's clock."""


def nothing(arrival: Arrival) -> Offer:
    """Offer nothing, and say that nothing more will come."""
    return Offer(
        run_id="",
        document=arrival.document,
        anchor=arrival.position,
        position=arrival.position,
    )


def is_prompt(document: Document, position: Position, settings: Settings) -> bool:
    """Tell whether the cursor's line is one that Hexai itself answers.

    So is the line above the opening of a tag, where one goes on typing the question.
    """
    markers = markers_for(settings, document.language, document.name)
    line = document.lines.line(position.line)
    below = document.lines.line(position.line + 1)
    if is_opened(line, markers) or is_opened(below, markers):
        return True
    if find_question(line, markers) is not None:
        return True
    if find_command(line, markers) is not None:
        return True
    language = language_of(document.language, document.name)
    return any(
        is_tag(document.lines, position.line, tag, language)
        for tag in find_tags(line, markers)
    )


def may_start(arrival: Arrival, settings: Settings) -> bool:
    """Tell whether a request may start a race: by its trigger, and what is typed.

    Any may join a race that is under way: that costs nothing. In a document without a
    word no model has anything to go on.
    """
    if is_blank(arrival.document):
        return False
    kind = arrival.trigger.kind
    if arrival.route == "inline" or kind is TriggerKind.INCOMPLETE:
        return True
    line = arrival.document.lines.line(arrival.position.line)
    left = line[: arrival.position.character]
    triggers = settings.triggers.trigger_characters
    by_hand = arrival.trigger.by_hand
    if not by_hand and arrival.trigger.character not in triggers:
        return False
    least = settings.completion.manual_invoke_min_prefix if by_hand else 1
    return has_prefix(left, triggers, least)


def is_blank(document: Document) -> bool:
    """Tell whether nothing is written in a document yet."""
    return not any(map(str.strip, document.lines.raw))


def has_prefix(left: str, triggers: Collection[str], least: int) -> bool:
    """Tell whether a trigger stands left of the cursor, or so much of a word."""
    if left[-1:] in triggers or least == 0:
        return True
    word = left.rstrip(" \t")
    return len(word) >= least and is_word(word[-least:])


def patience(completion: Completion, client: Client, arrival: Arrival) -> Policy:
    """Say how long a request waits.

    Blind, nobody may be first: who answers is shown with the others or not at all.
    Inline completion holds nobody's popup back, and the editor does not ask again, so
    it has the time of `all`; and asked by hand it is all there will be.
    """
    wait = completion.wait
    inline = arrival.route == "inline"
    patient = wait == "all" or inline
    deadline = completion.hard_deadline if patient else completion.deadline
    if arrival.route == "list" and arrival.trigger.is_automatic:
        deadline = min(deadline, client.automatic_deadline)
    whole = inline and arrival.trigger.by_hand
    if wait == "all" or completion.blind or whole:
        return Policy(gather=inf, deadline=deadline)
    gather = completion.gather if wait == "deadline" else 0.0
    return Policy(gather=gather, deadline=deadline)


class Waiter:
    """One request that waits for its list; it gets one, whatever happens.

    The engine counts a race from the request that began it, but others join it later:
    so each asks the same rule (`engine.settle`) for itself, from its own arrival.
    """

    def __init__(
        self,
        arrival: Arrival,
        policy: Policy,
        *,
        due: Callable[["Waiter"], None],
        asks_again: bool = False,
    ) -> None:
        """Wait from now on; `due` is called when the list is to go out.

        `asks_again` is an editor that does so after a list that is empty, if it says
        that more will come.
        """
        self.arrival = arrival
        self.asks_again = asks_again
        self.waits_in_full = arrival.route == "inline" and arrival.trigger.by_hand
        self._policy = policy
        self._due = due
        self._loop = asyncio.get_running_loop()
        self._answer: asyncio.Future[Offer] = self._loop.create_future()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def is_answered(self) -> bool:
        """Whether its list has gone out, or nobody waits for it any more."""
        return self._answer.done()

    async def wait(self) -> Offer:
        """Wait for the list."""
        return await self._answer

    def answer(self, offer: Offer) -> None:
        """Let the list go out, unless one has."""
        self.leave()
        if not self._answer.done():
            self._answer.set_result(offer)

    def leave(self) -> None:
        """Stop the clock."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def consider(self, *, first_answer_at: float | None, has_ended: bool) -> None:
        """Think again about when the list is to go out, by the loop's times."""
        if self.is_answered:
            return
        self.leave()
        arrived, now = self.arrival.at, self._loop.time()
        moment = settlement(
            self._policy,
            first_answer_at=None
            if first_answer_at is None
            else first_answer_at - arrived,
            ended_at=now - arrived if has_ended else None,
        )
        if is_due(arrived + moment.at, now):
            self._due(self)
        elif moment.at < inf:
            self._timer = self._loop.call_at(arrived + moment.at, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._due(self)
