"""What a contender was asked with, as the ledger keeps it for those who go on with it.

A fingerprint says that too, for people, and shortens what is long. So beside it stands
what an entry would say, with its texts and as long as these are kept: everything that
makes it the contender that it is, and no option in which there is a secret.
"""

from collections.abc import Collection

import msgspec
from msgspec import Struct

from hexai.config.schema_entries import EntryTable
from hexai.domain.entry import RequestSpec
from hexai.domain.fingerprint import COMPLETION_ONLY, NO_ANSWER, UNSET
from hexai.domain.record import MASK
from hexai.service.guard.options import without_secrets

_TEXTS = frozenset({"stop", "more"})
_OPTIONS = tuple(
    name
    for name in UNSET.__struct_fields__
    if name not in NO_ANSWER | COMPLETION_ONLY | _TEXTS
)
_OWN = ("temperature", "max_tokens", *_OPTIONS)
"""The keys of an entry that are kept, beside its `options`."""


class AskedWith(Struct, frozen=True, kw_only=True):
    """What is known of how a contender was asked."""

    table: EntryTable
    """An entry that asks with the same, but for whom it asks."""
    lost: tuple[str, ...] = ()
    """The options that held a secret, which is not kept."""


def write(spec: RequestSpec, allow_secrets: Collection[str]) -> str:
    """Write what a spec asks with as the table of an entry, in JSON."""
    options = without_secrets(spec.options, allow_secrets)
    own = {
        name: value
        for name in _OPTIONS
        if (value := getattr(options, name)) != getattr(UNSET, name)
    }
    others = {name: msgspec.json.decode(text) for name, text in options.more}
    if options.stop:
        others["stop"] = options.stop
    said = {
        "temperature": "default" if spec.temperature is None else spec.temperature,
        "max_tokens": spec.max_tokens or 0,
        **own,
        **({"options": others} if others else {}),
    }
    return msgspec.json.encode(said).decode()


def read(text: str) -> AskedWith | None:
    """Read what was written; None where nothing was, or nothing that can be used.

    A ledger may come from anybody, by `history import`: what `write` never writes, as
    whom to fall back to, and what nobody may set, is left out.
    """
    from hexai.config.model_options import check_options

    try:
        table = msgspec.json.decode(text, type=EntryTable)
    except (msgspec.DecodeError, RecursionError):  # a mask may have made it none
        return None
    options = table.options if isinstance(table.options, dict) else {}
    lost = tuple(name for name, value in options.items() if _is_masked(name, value))
    kept = {name: value for name, value in options.items() if name not in lost}
    for problem in tuple(check_options(kept, ())):
        kept.pop(str(problem.path[0]), None)
    own = {name: getattr(table, name) for name in _OWN}
    return AskedWith(table=EntryTable(**own, options=kept), lost=lost)


def _is_masked(name: str, value: object) -> bool:
    return MASK in name or MASK in msgspec.json.encode(value).decode()
