"""A request: what a surface asks of all its contenders at once."""

from collections.abc import Iterable

from msgspec import Struct

from hexai.domain.entry import RequestSpec, Surface
from hexai.domain.infill import Infill
from hexai.domain.messages import Message
from hexai.domain.provider import Call
from hexai.text.budget import estimate_tokens

_FRAME = 4
"""Tokens that a template spends on each message or side of a gap, about."""


class Request(Struct, frozen=True, kw_only=True):
    """One prompt, composed and ready to be put to every contender of a race."""

    surface: Surface
    messages: tuple[Message, ...]
    stop: tuple[str, ...] = ()
    """Sequences at which a model should stop, where its wire format can say so."""
    infill: Infill | None = None
    """The same as `messages` for models with a fill-in-the-middle endpoint."""
    room: int | None = None
    """Tokens for which there is a use at most; None: for as many as are configured."""

    def call(self, spec: RequestSpec) -> Call:
        """Say what this request asks of one provider and model."""
        return Call(
            model=spec.model,
            messages=self.messages,
            temperature=spec.temperature,
            max_tokens=self._limit(spec),
            stop=self.stop,
            options=spec.options,
            quick=self.surface is Surface.COMPLETION,
            infill=self.infill,
        )

    def _limit(self, spec: RequestSpec) -> int | None:
        """Give the tokens that an answer may have; a limit that stands is not cut."""
        if self.room is None or spec.limit_stands:
            return spec.max_tokens
        return min(self.room, spec.max_tokens or self.room)

    def texts(self, *, infilled: bool, apart: bool = False) -> tuple[str, ...]:
        """Give what is sent: the sides of the gap, or what the messages say.

        `apart`: the endpoint takes text that is apart from the gap.
        """
        if infilled and self.infill is not None:
            return self.infill.texts_with_apart if apart else self.infill.texts
        return tuple(message.content for message in self.messages)

    @property
    def tokens(self) -> int:
        """Estimate the prompt, in whichever of its forms is the longer."""
        forms = [self.texts(infilled=False)]
        if self.infill is not None:
            forms += [self.infill.texts, self.infill.texts_with_apart]
        return max(map(prompt_tokens, forms))


def prompt_tokens(texts: Iterable[str]) -> int:
    """Estimate the tokens of a prompt by its parts."""
    return sum(_FRAME + estimate_tokens(text) for text in texts)
