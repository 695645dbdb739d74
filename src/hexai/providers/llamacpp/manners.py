"""How a model is asked for a completion: what its file says, or the user.

A model made for gaps is given both sides. One that is none, and too small to do what
instructions say, talks about the code instead of writing it: asked by chat,
SmolLM2-135M began with `Begin your reply with this line` (2026-11). Given the text
before the cursor it goes on with it. Any other model is asked by chat.
"""

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


class Reading:
    """What is known of how a worker reads: where texts began, and how fast."""

    def __init__(self) -> None:
        self.pace = Pace()
        self.chat = ""
        """What it has read of a chat beforehand."""
        self.standing = Standing()
        self._speed = _USUAL_SPEED

    def take(self, speed: float) -> None:
        """Take how many tokens of a prompt were read in a second."""
        self._speed = (self._speed + speed) / 2

    @property
    def reach(self) -> int:
        """How many tokens of a text it reads in the time that there is."""
        return int(min(_MOST, max(_LEAST, self._speed * _SECONDS)))
