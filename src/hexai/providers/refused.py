"""What upstreams have refused of their models' requests, for as long as the process."""

from collections.abc import Mapping

from hexai.providers.formats.complaints import Complaint
from hexai.providers.formats.refused_options import named, without


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
    ) -> bool:
        """Take a refusal of the request that was sent; say whether it taught anything.

        Then, and only then, the request is worth repeating without it.
        """
        known = self._known.get((origin, model), frozenset())
        found = named(said, body) - known
        self._known[origin, model] = known | found
        return bool(found)
