"""What is said to a model: messages with their roles, or the text around a gap."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Image(Struct, frozen=True, kw_only=True):
    """An image that goes along with a message, as the file has it."""

    name: str
    """What the message's text calls it."""
    type: str
    """Its media type: `image/png`."""
    size: int
    """Bytes."""
    sha256: str
    """Of its bytes, in hexadecimal."""
    data: bytes = b""
    """Empty in what is recorded."""


class Message(Struct, frozen=True):
    """One message of a conversation."""

    role: Role
    content: str
    standing: int = 0
    """How many of its first characters are likely to be said again soon."""
    images: tuple[Image, ...] = ()
    """For models that take some; whoever does not fails by itself."""


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
    standing: int = 0
    """How many of the first characters of `prefix` stand still while somebody types,
    and may go along as text of the document apart from the gap."""
    skipped: int = 0
    """How many of these go nowhere, for want of room."""
    whole_prompt: bool = False
    """`prompt` holds what follows the gap too, so `suffix` is not sent."""

    @property
    def before(self) -> str:
        """Give what an endpoint is sent of the text before the gap."""
        return self.prompt or self.prefix

    @property
    def after(self) -> str | None:
        """Give what it is sent of the text after the gap; None: `before` is all."""
        return None if self.prompt and self.whole_prompt else self.suffix

    @property
    def texts(self) -> tuple[str, ...]:
        """Give what an endpoint is sent that takes no text apart, for estimates."""
        after = self.after
        return (self.before,) if after is None else (self.before, after)

    @property
    def texts_with_apart(self) -> tuple[str, ...]:
        """Give what an endpoint is sent that takes text apart from the gap."""
        after = self.after
        if after is None:
            return (self.before,)
        return (self.apart, self.near, after) if self.apart else (self.near, after)

    @property
    def apart(self) -> str:
        """Give the text apart from the gap; empty if there is none."""
        above = "" if self.prompt else self.prefix[self.skipped : self.standing]
        return above if above.strip() else ""

    @property
    def near(self) -> str:
        """Give the text before the gap where that apart from it goes along."""
        return self.prompt or self.prefix[self.standing :]
