"""A request: what a surface asks of all its contenders at once."""

from msgspec import Struct

from hexai.domain.entry import Surface
from hexai.domain.messages import Message


class Request(Struct, frozen=True, kw_only=True):
    """One prompt, composed and ready to be put to every contender of a race."""

    surface: Surface
    messages: tuple[Message, ...]
    stop: tuple[str, ...] = ()
    """Sequences at which a model should stop, where its wire format can say so."""
