"""Secrets in what an entry is asked with beside the messages: its model, its options.

They leave this machine in the same request, so the same rules look at them. Whoever has
one is not asked in a cloud; others of its race are. And of what the ledger and figures
tell of options, what such a rule finds is never a part, wherever it was sent.
"""

from collections.abc import Collection, Iterator
from functools import lru_cache

import msgspec
from msgspec.structs import replace

from hexai.domain.entry import Options, RequestSpec
from hexai.domain.record import MASK
from hexai.domain.request import Clearance, Contender, Target
from hexai.service.guard.findings import Finding, find_secrets
from hexai.service.guard.guard import clearance_of

_MASKED = msgspec.json.encode(MASK).decode()


def inspect_spec(
    spec: RequestSpec, *, allow_secrets: Collection[str], for_one_call: bool
) -> Clearance:
    """Say whether what a spec asks with may leave this machine, and if not, why."""
    found = dict.fromkeys(_find_in(spec.model), "the name of its model")
    for name, text in _options(spec.options):
        found.update(dict.fromkeys(_find_in_option(name, text), "its options"))
    return clearance_of(
        {
            each.fingerprint: f"rule {each.rule} found a secret in {place}"
            for each, place in found.items()
            if each.fingerprint not in allow_secrets
        },
        for_one_call=for_one_call,
    )


def cleared(
    contender: Contender, *, allow_secrets: Collection[str], for_one_call: bool
) -> Contender:
    """Say of a contender's targets what of their specs may not leave this machine.

    Nor is a secret in its label shown, which is the name of its model if it has none.
    """

    def looked_at(target: Target) -> Target:
        found = inspect_spec(
            target.spec, allow_secrets=allow_secrets, for_one_call=for_one_call
        )
        return replace(target, clearance=found) if found.local_only else target

    fallback = contender.fallback
    return replace(
        contender,
        label=masked(contender.label, allow_secrets),
        target=looked_at(contender.target),
        fallback=None if fallback is None else looked_at(fallback),
    )


def without_secrets(options: Options, allow_secrets: Collection[str]) -> Options:
    """Mask each option, name or value, in which there is a secret."""
    if not (options.stop or options.more):
        return options
    kept = [_masked(name, text, allow_secrets) for name, text in options.more]
    stop = tuple(masked(text, allow_secrets) for text in options.stop)
    return replace(options, stop=stop, more=tuple(kept))


def masked(text: str, allow_secrets: Collection[str]) -> str:
    """Give a name as it is, or the mask for one in which there is a secret."""
    return MASK if _forbidden(_find_in(text), allow_secrets) else text


def _masked(name: str, text: str, allowed: Collection[str]) -> tuple[str, str]:
    if not _forbidden(_find_in_option(name, text), allowed):
        return name, text
    return masked(name, allowed), _MASKED


def _forbidden(found: Collection[Finding], allowed: Collection[str]) -> bool:
    return any(each.fingerprint not in allowed for each in found)


def _options(options: Options) -> Iterator[tuple[str, str]]:
    """Give the options whose values are any text, each as JSON."""
    yield from options.more
    if options.stop:
        yield "stop", msgspec.json.encode(options.stop).decode()


@lru_cache(maxsize=256)
def _find_in_option(name: str, text: str) -> tuple[Finding, ...]:
    """Look at an option as it is written, and at each text of it alone."""
    value = msgspec.json.decode(text)
    looked_at = dict.fromkeys((name, f"{name} = {text}", *_texts(value)))
    found = (each for text in looked_at for each in _find_in(text))
    return tuple({each.fingerprint: each for each in found}.values())


def _texts(value: object) -> Iterator[str]:
    inside = [value]
    while inside:
        each = inside.pop()
        if isinstance(each, str):
            yield each
        elif isinstance(each, list):
            inside += each
        elif isinstance(each, dict):
            inside += (*each, *each.values())


@lru_cache(maxsize=256)
def _find_in(text: str) -> tuple[Finding, ...]:
    return tuple(find_secrets(text.splitlines(keepends=True)))
