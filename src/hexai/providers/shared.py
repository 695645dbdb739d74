"""What the clients of one process share: what was refused, and which keys were used."""

from collections.abc import Callable, Mapping

from msgspec import Struct, field

from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.refused_options import named, without
from hexai.providers.habits import Habits
from hexai.providers.kept_prompts import KeptPrompts
from hexai.providers.secret import Masker


class RefusedOptions:
    """Remembers options by upstream and model, so that each is refused only once."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], frozenset[str]] = {}

    def leave_out(
        self, origin: str, model: str, body: Mapping[str, object]
    ) -> dict[str, object]:
        """Write a request without what was refused before."""
        return without(body, self._known.get((origin, model), frozenset()))

    def learn(
        self, origin: str, model: str, said: Complaint, body: Mapping[str, object]
    ) -> frozenset[str]:
        """Take a refusal of the request that was sent; give what is new in it.

        If anything is, and only then, the request is worth repeating without it.
        """
        known = self._known.get((origin, model), frozenset())
        found = named(said, body) - known
        self._known[origin, model] = known | found
        return found


class Shared(Struct, frozen=True, kw_only=True):
    """What all clients of a process learn together."""

    refused: RefusedOptions = field(default_factory=RefusedOptions)
    habits: Habits = field(default_factory=Habits)
    kept: KeptPrompts = field(default_factory=KeptPrompts)
    """Which beginnings of prompts upstreams are paid to keep."""
    keys: Masker = field(default_factory=Masker)
    """Every key that was sent anywhere; what is stored must hold none of them."""
    on_note: Callable[[str], None] = lambda _note: None
    """Called with what the user should know of an upstream, each once."""
