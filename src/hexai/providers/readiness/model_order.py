"""In which order a race asks several models of one Ollama; pure.

Where one model fits at a time, asking in the order of the entries may unload what is
there for what is not, and load it again for the next. So whose model is there goes
first, and it can be told who would push whom out.
"""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from hexai.domain.request import Target
from hexai.providers.formats.format import Asked, WithKey
from hexai.providers.locality import may_be_cloud
from hexai.providers.readiness.servers import Running, find, full_name

# Nothing tells that beforehand. It shows when one is loaded: the other is gone, though
# it had time left.


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


_OLLAMA_COM = ("http://ollama.com", "https://ollama.com")


class TargetStanding(Struct, frozen=True, kw_only=True):
    """How one of a race's targets stands at an upstream that others share with it."""

    place: int
    """Its place among the targets."""
    is_there: bool
    """Its model is loaded, or that does not matter."""
    pushes_out: str = ""
    """The other target's model that would have to go for it."""


def crowded(targets: Iterable[Target]) -> dict[str, Target]:
    """Give the Ollamas where several models are asked, each with one to ask by."""
    models: dict[str, set[str]] = {}
    askers: dict[str, Target] = {}
    for target in targets:
        if is_ollama(target):
            origin, model = key_of(target)
            models.setdefault(origin, set()).add(full_name(model))
            askers.setdefault(origin, target)
    return {origin: askers[origin] for origin, each in models.items() if len(each) > 1}


def line_up(
    targets: Sequence[Target], listed: Mapping[str, tuple[Running, ...]], swaps: Swaps
) -> tuple[TargetStanding, ...]:
    """Line targets up by what is listed as loaded at each of those Ollamas."""
    stay = [_is_there(target, listed) for target in targets]
    found = [
        TargetStanding(
            place=place,
            is_there=stay[place],
            pushes_out=_rival(place, targets, stay, swaps),
        )
        for place in range(len(targets))
    ]
    return tuple(sorted(found, key=lambda each: not each.is_there))


def is_ollama(target: Target) -> bool:
    """Tell whether a target may be a model that runs at an Ollama of the user's."""
    upstream = target.upstream
    return (
        upstream.kind == "ollama"
        and not upstream.origin.startswith(_OLLAMA_COM)
        and not may_be_cloud(target.spec.model)
    )


def who_to_ask(target: Target) -> Asked | None:
    """Give whom a server's state can be asked by; None while its key is to be fetched.

    A command that prints a key may ask its user for a passphrase, and takes its time.
    """
    client: object = target.client
    if not isinstance(client, Asked):
        return None
    waits = isinstance(client, WithKey) and not client.has_key
    return None if waits else client


def key_of(target: Target) -> tuple[str, str]:
    """Give what a model is remembered by: its upstream and its name there."""
    return target.upstream.origin, target.spec.model


def _is_there(target: Target, listed: Mapping[str, tuple[Running, ...]]) -> bool:
    there = listed.get(target.upstream.origin)
    if there is None or not is_ollama(target):
        return True
    return find(target.spec.model, there) is not None


def _rival(
    place: int, targets: Sequence[Target], stay: Sequence[bool], swaps: Swaps
) -> str:
    """Name who would have to go for a load; of two that are not there, the first."""
    if stay[place]:
        return ""
    origin, model = key_of(targets[place])
    swapped = swaps.others(origin, model)
    for other, target in enumerate(targets):
        goes_before = stay[other] or other < place
        same = target.upstream.origin == origin
        if same and goes_before and full_name(target.spec.model) in swapped:
            return target.spec.model
    return ""
