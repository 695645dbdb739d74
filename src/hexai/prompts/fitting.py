"""A request made anew in fewer tokens, for who holds less than the others.

How long a prompt gets follows from how much of a document it may hold, but templates,
instructions and a function's header come on top. So the part of the document is made
smaller by what was too much, until all of it fits.
"""

from collections.abc import Callable

from msgspec.structs import replace

from hexai.config.schema import Settings
from hexai.domain.request import Request

_TRIES = 4
_LEAST = 16
"""Tokens of a document below which a prompt says nothing of it."""


def fitted(
    request: Request,
    room: int | None,
    settings: Settings,
    compose: Callable[[Settings], Request],
) -> Request:
    """Give a request of at most so many tokens; None: whatever it takes.

    `compose` makes it by settings whose `max_context_tokens` are fewer. What cannot be
    made to fit is given as short as it gets, for the upstream to say what it makes of
    it.
    """
    if room is None or request.tokens <= room:
        return request
    budget = min(settings.general.max_context_tokens or request.tokens, request.tokens)
    for _ in range(_TRIES):
        budget = max(_LEAST, budget - (request.tokens - room))
        request = compose(_with_budget(settings, budget))
        if request.tokens <= room or budget == _LEAST:
            break
    return request


def _with_budget(settings: Settings, tokens: int) -> Settings:
    general = replace(settings.general, max_context_tokens=tokens)
    return replace(settings, general=general)
