"""What is said to a model: a sequence of messages, each with its role."""

from enum import StrEnum

from msgspec import Struct


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class Message(Struct, frozen=True):
    """One message of a conversation."""

    role: Role
    content: str
    standing: int = 0
    """How many of its first characters are likely to be said again soon."""
