"""What a recorded thread has come to, so that somebody can go on with it."""

from msgspec import Struct

from hexai.domain.messages import Role
from hexai.domain.record import ContenderRecord, Method, RecordedRun, RunRecord
from hexai.domain.thread import Line, Turn
from hexai.errors import UsageError
from hexai.service.recorded_runs import History


class Conversation(Struct, frozen=True, kw_only=True):
    """The runs from the beginning of a thread to the one that is gone on with."""

    runs: tuple[RunRecord, ...]
    """With their texts, the oldest first; never empty."""
    is_voted: bool = False
    """Whether a vote on one of them has decided the thread."""

    @property
    def last(self) -> RunRecord:
        """The run that is gone on with."""
        return self.runs[-1]

    @property
    def begun_by(self) -> str:
        """The id of the run that the thread began with."""
        return self.last.thread or self.last.run_id

    @property
    def system(self) -> str:
        """The system prompt that was used last; empty if there was none."""
        messages = self.last.messages
        return next((m.content for m in messages if m.role is Role.SYSTEM), "")

    @property
    def answered(self) -> tuple[ContenderRecord, ...]:
        """Who of the last run has said anything, whole or not."""
        return tuple(each for each in self.last.contenders if each.text)

    @property
    def masked(self) -> int:
        """How many keys in it were masked before it was stored."""
        return sum(each.masked for run in self.runs for each in run.contenders)

    @property
    def images(self) -> tuple[str, ...]:
        """The names of images of earlier questions that are not there any more."""
        messages = (each for run in self.runs for each in run.messages)
        images = (image for each in messages for image in each.images)
        return tuple(image.name for image in images if not image.data)

    def line(self, index: int) -> Line:
        """Give what a contender has said so far, by its index in the last run."""
        turns: list[Turn] = []
        at: int | None = index
        for run in reversed(self.runs):
            said = next((e for e in run.contenders if e.index == at), None)
            turns.append(Turn(run.prompt, said.text if said else ""))
            at = said.follows if said else None
        return Line(turns=tuple(reversed(turns)), follows=index)


def earlier_runs(history: History, last: RecordedRun) -> tuple[RecordedRun, ...]:
    """Read how a run came about, the oldest first; raises `UsageError` for a gap."""
    found = [last]
    while follows := found[-1].run.follows:
        found.append(_earlier(history, follows, found[-1]))
    return tuple(reversed(found[1:]))


def find_conversation(history: History, last: RecordedRun) -> Conversation:
    """Read how a run came about; raises `UsageError` where its texts are not there."""
    found = (*earlier_runs(history, last), last)
    for each in found:
        if not each.run.messages:
            raise UsageError(
                f"run {each.number} cannot be gone on with: its texts are not kept, by "
                "ledger.store_text or because they had to stay on this machine"
            )
    chosen = (each.chosen for each in found)
    return Conversation(
        runs=tuple(each.run for each in found),
        is_voted=any(each and each.method is Method.VOTE for each in chosen),
    )


def _earlier(history: History, run_id: str, later: RecordedRun) -> RecordedRun:
    try:
        return history.run(run_id)
    except UsageError:
        raise UsageError(
            f"run {later.number} goes on with a run that is not in this ledger, so "
            "nobody knows what it was about; ask anew"
        ) from None
