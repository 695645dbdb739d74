"""How a model is asked for a completion: what its file says, or the user.

A model made for gaps is given both sides. One that is none, and too small to do what
instructions say, talks about the code instead of writing it: asked by chat,
SmolLM2-135M began with `Begin your reply with this line` (2026-11). Given the text
before the cursor it goes on with it. Any other model is asked by chat.
"""

from bisect import bisect_left
from collections import defaultdict
from typing import Literal

from hexai.domain.options import Ask
from hexai.providers.llamacpp.metadata import Metadata
from hexai.providers.llamacpp.standing import Standing

_FOLLOWS_INSTRUCTIONS = 700_000_000
"""Numbers of the smallest model that is asked by chat though it was not made for gaps.

SmolLM2-360M and Gemma 3 270M lie below, Qwen3 0.6B (752 million) and Llama 3.2 1B
above.
"""

_SECONDS = 1.1
"""What may be read of a text while somebody waits."""
_USUAL_SPEED = 230.0
"""Tokens in a second that SmolLM2 reads on two cores of 2020; until there is one."""
_LEAST, _MOST = 120, 1400
"""Tokens of a text: what a model needs to see, and what it makes use of."""

_PATIENCE = 0.15
"""Seconds that a piece may take that is read before anybody asks."""
_FIRST_PIECE, _LEAST_PIECE, _MOST_PIECE = 16, 8, 256
"""Tokens of one; the first is read before anything is known of the machine."""
_TELLING = 4
"""Tokens read from which on their time means something."""
_PLACES = 4
"""Texts that a server is trusted to keep: a worker has two slots, and room for more."""


def manner(told: Metadata, asked: Ask) -> Literal["infill", "chat", "continue"]:
    """Choose how a model is asked; what cannot be done is not chosen.

    A model without tokens for gaps cannot fill one, whatever the user says.
    """
    if asked == "infill" and told.gap is None:
        asked = "auto"
    if asked != "auto":
        return asked
    if told.gap is not None:
        return "infill"
    is_able = told.parameters >= _FOLLOWS_INSTRUCTIONS or not told.parameters
    return "chat" if told.has_template and is_able else "continue"


class Pace:
    """How many tokens are read at once before anybody asks.

    A question waits for the piece under way, so a piece takes no longer than that.
    """

    def __init__(self) -> None:
        self.tokens = _FIRST_PIECE

    def take(self, anew: int, seconds: float) -> None:
        """Take how long a piece took, and how much of it was not kept from before."""
        if anew < _TELLING or seconds <= 0:
            return
        fitting = int(anew / seconds * _PATIENCE)
        self.tokens = min(_MOST_PIECE, 2 * self.tokens, max(_LEAST_PIECE, fitting))

    def slow_down(self) -> None:
        """Take that a piece took too long for anybody to wait for its end."""
        self.tokens = _LEAST_PIECE


class ReadLately:
    """The texts that a server has read for us, the latest last.

    A text is read on from where it is known: asked for less of it than it has read, a
    llama.cpp forgets the rest.
    """

    def __init__(self) -> None:
        self._texts: list[str] = []

    def known(self, text: str) -> int:
        """Say how many first characters of a text were read."""
        return max((_common(text, one) for one in self._texts), default=0)

    def take(self, text: str) -> None:
        """Take a text that has been read.

        One that has half of its beginning in common with it has made way for it; of
        any other llama.cpp keeps a copy.
        """
        if text and text != next(reversed(self._texts), ""):
            kept = [one for one in self._texts if 2 * _common(text, one) < len(one)]
            self._texts = [*kept[1 - _PLACES :], text]


def _common(one: str, other: str) -> int:
    """Say how many first characters two texts have in common."""
    ends = range(1, min(len(one), len(other)) + 1)
    return bisect_left(ends, True, key=lambda end: one[:end] != other[:end])  # noqa: FBT003 - what is looked for


class Reading:
    """What is known of how a worker reads: what and where lately, and how fast."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.standing = Standing()
        self._lately: defaultdict[str, ReadLately] = defaultdict(ReadLately)
        self._worker = 0
        self._speed = _USUAL_SPEED

    def lately(self, kind: str) -> ReadLately:
        """Give what was read of a kind of prompts."""
        return self._lately[kind]

    def has_read(self, text: str, kind: str, worker: int) -> None:
        """Take what a worker has read; a new one has read nothing before."""
        if worker != self._worker:
            self._worker = worker
            self._lately.clear()
        self._lately[kind].take(text)

    def take(self, speed: float) -> None:
        """Take how many tokens of a prompt were read in a second."""
        self._speed = (self._speed + speed) / 2

    @property
    def reach(self) -> int:
        """How many tokens of a text it reads in the time that there is."""
        return int(min(_MOST, max(_LEAST, self._speed * _SECONDS)))
