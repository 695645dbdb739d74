"""How long the answer to a completion may be: as long as what can go in there.

A model that does not stop holds the only slot of a small server with thousands of
tokens that nobody will see (`general.max_tokens` is 4,000), and a cloud bills them.
"""

from hexai.config.schema import Completion
from hexai.config.tables.base import given
from hexai.text.budget import estimate_tokens
from hexai.text.extent import is_closed_in

_LINE = 96
"""Tokens of the end of a line, with room for a line that is repeated before it."""
_BLOCK = 256
"""Tokens of a block: some 25 lines; lists show less, and few take more."""


def room(before: str, after: str, completion: Completion) -> int | None:
    """Give the tokens that an answer may have; None: as many as are configured.

    Chat models repeat the line that the cursor is in, so that is added.
    """
    chosen = given(completion.max_tokens, None)
    if chosen is not None:
        return chosen or None
    usual = _LINE if is_closed_in(after) else _BLOCK
    return usual + estimate_tokens(before.rpartition("\n")[2])
