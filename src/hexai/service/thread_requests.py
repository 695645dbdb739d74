"""What each contender of a follow-up is asked: its own thread, as much as it holds."""

from collections.abc import Iterator

from hexai.domain.entry import Surface
from hexai.domain.messages import Message
from hexai.domain.request import Request
from hexai.domain.thread import Thread, Turn
from hexai.prompts.thread import thread_messages
from hexai.service.guard.guard import Source


class ThreadRequests:
    """Composes them, and knows what was composed last; for one question."""

    def __init__(self, thread: Thread, system: str, question: Message) -> None:
        """`question` is what is asked now."""
        self.thread = thread
        self._system = system
        self._question = question
        self._sent: dict[int, tuple[Request, int]] = {}

    @property
    def alone(self) -> Request:
        """What all are asked, whatever was said before."""
        return self._request(())

    def compose(self, index: int, room: int | None) -> Request:
        """Compose it in so many tokens, without the oldest turns if it must be.

        What does not even fit alone is given all the same, for the upstream to refuse.
        """
        turns = self._turns(index)
        request = self._request(turns)
        while turns and room is not None and request.tokens > room:
            turns = turns[1:]
            request = self._request(turns)
        self._sent[index] = request, len(turns)
        return request

    def sent(self, index: int) -> Request:
        """Give what a contender was asked; what it would be, if it was not."""
        known = self._sent.get(index)
        return self.compose(index, None) if known is None else known[0]

    def turns(self, index: int) -> int:
        """Say how many earlier turns went along."""
        self.sent(index)
        return self._sent[index][1]

    def left_out(self, index: int) -> int:
        """Say how many of the oldest turns did not."""
        return len(self._turns(index)) - self.turns(index)

    def follows(self, index: int) -> int | None:
        """Say whose answer a contender goes on with; None: the thread begins here."""
        return self.thread.lines[index].follows if self.thread.lines else None

    def sources(self, index: int) -> Iterator[Source]:
        """Name the earlier questions that went along."""
        for number, turn in enumerate(self._turns(index), start=1):
            yield Source(name=f"question {number} of the thread", text=turn.question)

    def _turns(self, index: int) -> tuple[Turn, ...]:
        return self.thread.lines[index].turns if self.thread.lines else ()

    def _request(self, turns: tuple[Turn, ...]) -> Request:
        messages = thread_messages(self._system, turns, self._question)
        return Request(surface=Surface.CLI, messages=messages)
