"""How large a prompt is, by our estimate; pure."""

from msgspec import Struct

from hexai.domain.request import Request, prompt_tokens


class Sizes(Struct, frozen=True, kw_only=True):
    """The tokens of a prompt by our estimate, in each form that it may be sent in."""

    chat: int
    gap: int
    apart: int
    """The gap, with what is apart from it."""

    @classmethod
    def of(cls, request: Request) -> "Sizes":
        """Measure a request."""
        return cls(
            chat=prompt_tokens(request.texts(infilled=False)),
            gap=prompt_tokens(request.texts(infilled=True)),
            apart=prompt_tokens(request.texts(infilled=True, apart=True)),
        )

    @property
    def least(self) -> int:
        """The tokens of the shortest form."""
        return min(self.chat, self.gap, self.apart)
