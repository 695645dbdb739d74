"""Prompts that a model on this machine reads before anybody asks for what follows.

A small model reads a hundred tokens in a second and needs several hundred, so the
first completion at a place is slow, though all but the last word of it was there long
before. Where a worker of ours is idle, it may as well read; a server of the user's
does where an entry says so (`warm = true`) and the server tells that it is idle.

Nobody else is sent anything before a question: a cloud bills it. What is read is what
a question at that place would hold, and goes only to what is said to be local. There
the guard, ignore rules and `local_only` let everything go, so they need not be asked;
an entry that is refused is not asked here either.
"""

from collections.abc import Callable, Iterable

from hexai.config.schema import Settings
from hexai.domain.entry import Entry
from hexai.domain.provider import Held
from hexai.domain.request import Request, Target
from hexai.engine.decide import prompt_room
from hexai.providers.formats.format import Asked
from hexai.providers.own_models import RunsModels
from hexai.providers.readiness.model_order import key_of
from hexai.service.services import Services
from hexai.service.targets import Targets

Compose = Callable[[int | None, int | None], Request]
"""Composes a request in so many tokens, of which so many are read at once."""


def is_warmed(entry: Entry) -> bool:
    """Tell whether an entry may be read to beforehand, as far as it says; free."""
    return bool(entry.spec.options.warm)


async def warm(
    services: Services, settings: Settings, entries: Iterable[Entry], compose: Compose
) -> None:
    """Have the models of some entries read a prompt, one after the other."""
    async with services.lease() as lease:
        targets = services.targets(settings, lease)
        for entry in filter(is_warmed, entries):
            target = targets.find(entry, entry.spec)
            if target.local is not True:
                continue
            client: object = target.client
            if isinstance(client, RunsModels):
                await client.warm(compose(None, None).call(entry.spec))
            elif target.upstream.kind == "openai" and isinstance(client, Asked):
                await _warm_server(services, target, client, targets, compose)


async def _warm_server(
    services: Services,
    target: Target,
    client: Asked,
    targets: Targets,
    compose: Compose,
) -> None:
    """Have a server of the user's read what it would be asked, if it tells its state.

    It is cut to what a slot holds, as the question will be.
    """
    from hexai.providers.llamacpp.prefill import Prefill as Beforehand
    from hexai.providers.llamacpp.prefill import look_at_slots

    spec = target.spec
    provider = targets.settings_of(spec.provider)
    slots = await look_at_slots(client)
    if provider is None or slots is None or not slots.idle:
        return
    call = compose(None, spec.options.n_batch).call(spec)
    if slots.context is not None:
        room = prompt_room(Held(tokens=slots.context), call.max_tokens)
        call = compose(room, spec.options.n_batch).call(spec)
    began = services.beforehand.setdefault(key_of(target), Beforehand())
    await began.read(client, provider, call)
