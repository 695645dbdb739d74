"""Whether models mark their reasoning, as their answers have shown.

What a row of data does not say, the first whole answer of a model does: either text of
it had to be taken back, and the next answers are held until the tag that closes the
reasoning; or it ended without, and what it says is answer from the first character.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from msgspec.structs import replace

from hexai.domain.provider import (
    Call,
    Chunk,
    Finished,
    FinishReason,
    Habit,
    TakenBack,
    TextDelta,
)


class Habits:
    """Remembers models by upstream, for as long as the process lives."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], Habit] = {}

    def informed(self, origin: str, call: Call) -> Call:
        """Add to a call what is known of its model."""
        habit = self._known.get((origin, call.model))
        return call if habit is None else replace(call, habit=habit)

    async def learn(
        self, origin: str, model: str, chunks: AsyncGenerator[Chunk, None]
    ) -> AsyncGenerator[Chunk, None]:
        """Pass the chunks of one answer on, and learn from them.

        A model that has thought aloud once is never again taken for one that does not:
        some do it for hard questions only.
        """
        has_text = False
        async with aclosing(chunks):
            async for chunk in chunks:
                if isinstance(chunk, TextDelta):
                    has_text = True
                elif isinstance(chunk, TakenBack):
                    self._known[origin, model] = Habit.ALOUD
                elif isinstance(chunk, Finished):
                    self._ended(origin, model, chunk, has_text=has_text)
                yield chunk

    def _ended(self, origin: str, model: str, end: Finished, *, has_text: bool) -> None:
        if has_text and not end.infilled and end.reason is FinishReason.STOP:
            self._known.setdefault((origin, model), Habit.MARKED)
