"""What a fill-in-the-middle endpoint is asked: the text on both sides of a gap."""

from msgspec import Struct


class Infill(Struct, frozen=True, kw_only=True):
    """A gap in a document; a request has it beside messages that ask for the same."""

    prefix: str
    """The text before the gap, as much of it as shall be sent."""
    suffix: str
    """The text after it."""
    path: str = ""
    """What the document is called, as a model may be told; empty: not said."""
    language: str = ""
    """The document's language by its LSP identifier; empty: not known."""
    prompt: str = ""
    """A prompt by the user's own template: sent instead of `prefix`."""
    whole_prompt: bool = False
    """`prompt` holds what follows the gap too, so `suffix` is not sent."""

    @property
    def texts(self) -> tuple[str, ...]:
        """Give everything that an endpoint is sent, for guards and estimates."""
        before = self.prompt or self.prefix
        return (before,) if self.prompt and self.whole_prompt else (before, self.suffix)
