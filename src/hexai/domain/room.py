"""How much of a prompt a contender was given, and how much its upstream holds."""

from msgspec import Struct


class Held(Struct, frozen=True, kw_only=True):
    """What is known of the context of a model at its upstream."""

    tokens: int
    """Of a prompt and its answer together, as that model counts them."""
    density: float = 1.0
    """How many tokens it counts for one of our estimate, where a refusal showed it."""


class Given(Struct, frozen=True, kw_only=True):
    """What a contender was given of a prompt; each gets what its upstream holds."""

    tokens: int
    """Estimated, of all that was sent."""
    held: int | None = None
    """Tokens that its upstream holds, prompt and answer together; None: not known."""
    cut: bool = False
    """The upstream read less than two thirds of it, and did not say so."""
