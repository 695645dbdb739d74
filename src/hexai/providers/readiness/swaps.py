"""Which models push each other out of an upstream that does not hold both.

Nothing tells that beforehand. It shows when one is loaded: the other is gone, though it
had time left.
"""

from collections.abc import Iterable

from hexai.providers.readiness.ollama import Running, full_name


class Swaps:
    """What loads have shown so far."""

    def __init__(self) -> None:
        self._pairs: dict[str, set[frozenset[str]]] = {}

    def note(self, origin: str, loaded: str, gone: Iterable[Running]) -> None:
        """Take note of what went as a model was loaded."""
        pairs = self._pairs.setdefault(origin, set())
        for each in gone:
            pair = frozenset({full_name(loaded), full_name(each.model)})
            if len(pair) == 2:
                pairs.add(pair)

    def others(self, origin: str, model: str) -> tuple[str, ...]:
        """Name the models that cannot be there beside this one."""
        name = full_name(model)
        pairs = self._pairs.get(origin, set())
        return tuple(sorted(min(pair - {name}) for pair in pairs if name in pair))
