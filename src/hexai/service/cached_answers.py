"""The answers to one question that the cache has, and those that it is given."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from hexai.domain.entry import Surface
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.domain.request import Contender, Request
from hexai.service.cache import CachedAnswer
from hexai.service.services import Services
from hexai.service.targets import Targets


class CachedAnswers:
    """What the cache has for a question. It has nothing for the text of an editor."""

    def __init__(
        self,
        services: Services,
        targets: Targets,
        request_of: Callable[[int], Request],
    ) -> None:
        """Look nothing up yet; `request_of` tells what a contender is asked."""
        self._services = services
        self._targets = targets
        self._request_of = request_of
        self._keys: dict[int, str] = {}

    def find(
        self, contenders: Iterable[Contender], *, local_only: bool
    ) -> dict[int, Outcome]:
        """Give the outcomes of the contenders whose answers are kept, by index.

        `local_only`: who is in a cloud has no answer, kept or not.
        """
        found = {}
        for contender, key in self._keyed(contenders):
            answer = self._services.cached(key)
            if answer is None:
                continue
            outcome = _outcome(contender, answer)
            stays = local_only or bool(contender.target.clearance.local_only)
            if outcome.local or not stays:
                self._keys[contender.index] = key
                found[contender.index] = outcome
        return found

    def keep(
        self, contenders: Sequence[Contender], outcomes: Iterable[Outcome]
    ) -> list[str]:
        """Keep outcomes for the next time; gives a warning for each that fails."""
        by_index = {outcome.index: outcome for outcome in outcomes}
        ended = (each for each in contenders if each.index in by_index)
        warnings = []
        for contender, key in self._keyed(ended):
            self._keys[contender.index] = key
            if warning := self._services.keep(key, by_index[contender.index]):
                warnings.append(warning)
        return warnings

    def key(self, index: int) -> str:
        """Name where the answer of a contender was found or kept; empty: nowhere."""
        return self._keys.get(index, "")

    def _keyed(
        self, contenders: Iterable[Contender]
    ) -> Iterator[tuple[Contender, str]]:
        for contender in contenders:
            request = self._request_of(contender.index)
            if request.surface is not Surface.CLI:
                continue
            spec = contender.target.spec
            provider = self._targets.settings_of(spec.provider)
            if provider is not None:
                key = self._services.cache_key(provider, spec, request)
                yield contender, key


def _outcome(contender: Contender, answer: CachedAnswer) -> Outcome:
    spec = contender.target.spec
    # Where it is asked may have moved since; what was kept tells when nobody knows now.
    local = contender.target.local
    return Outcome(
        index=contender.index,
        label=contender.label,
        status=Status.ANSWERED,
        text=answer.text,
        provider=spec.provider,
        model=spec.model,
        returned_model=answer.returned_model,
        finish=FinishReason.STOP,
        attempts=0,
        usage=answer.usage,
        local=answer.local if local is None else local,
        cached_age=answer.age,
    )
