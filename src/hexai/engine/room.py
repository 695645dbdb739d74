"""How much of what an upstream holds may be spent on a prompt; pure.

Prompt and answer share the context. What an answer would take at most is mostly far
more than it takes, so that it gets a quarter and no more. Our estimate of a prompt is
within a fifth of what tokenizers count, so a tenth is left for that, unless a refusal
has shown how the model counts.
"""

from hexai.domain.room import Held

_ANSWER = 4
"""The part of the context that an answer may have, if it may be that long."""
_MARGIN = 0.9
_LEAST = 64
"""Tokens below which no prompt makes sense, so that it is left to the upstream."""


def prompt_room(held: Held, max_tokens: int | None) -> int:
    """Say how many tokens a prompt may have, by our estimate."""
    answer = held.tokens // _ANSWER
    if max_tokens is not None:
        answer = min(answer, max_tokens)
    room = (held.tokens - answer) / held.density
    return max(_LEAST, int(room * _MARGIN))
