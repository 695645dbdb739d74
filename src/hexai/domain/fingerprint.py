"""What of an entry, beside provider, upstream and model, makes it a contender; pure.

Two entries of one model at two temperatures are two contenders, and one whose
temperature was changed is another than before; its label is only what it is called. So
beside whom it asks, a contender is known by the options that are sent and change an
answer. They are written as one text that people can read, `max_tokens=800
temperature=0`, rather than as a hash: so it can be said what was changed.

Only what is set is written, each option under its name, in the order of their names.
So an option that a later version adds changes no fingerprint in which it is not set.
Why which option counts: `docs/decisions/0069-contenders.md`.
"""

import re
from collections.abc import Iterator, Mapping
from hashlib import sha256

import msgspec

from hexai.domain.entry import Options, RequestSpec, Surface

UNKNOWN = ""
"""The fingerprint of what was recorded before there were any."""
PLAIN = "defaults"
"""That of an entry with which nothing is sent but the prompt."""

NO_ANSWER = frozenset(
    {
        "id_slot",  # where a prompt is kept
        "include_usage",  # what is reported
        "limit_key",  # what the limit is called
        "n_batch",  # what a server is, not what it is sent
        "prompt_cache",  # what is paid
        "warm",  # when a prompt is read
    }
)
"""The options that change no answer."""
ASIDE = frozenset(
    {
        "cache_prompt",  # where a prompt is kept
        "keep_alive",  # how long a model stays loaded
        "metadata",  # what an account's owner is told, as `store`
        "prompt_cache_key",  # where a prompt is kept
        "safety_identifier",  # who asks, as `user`
        "service_tier",  # how soon, and what is paid
        "store",
        "timings_per_token",  # what is reported
        "user",
    }
)
"""Options of upstreams that the user may send, and that change no answer either."""
COMPLETION_ONLY = frozenset({"ask"})
"""The options that no other surface looks at."""
UNSET = Options()
"""An entry's options where none is set."""
PLACE = 256
"""Tokens that a place is given for its completion, but for what its line repeats. A
limit that is not lower changes nothing there."""

_SHORT = r"[A-Za-z0-9_.:+-]{1,40}|\*{8}"


def fingerprint(
    spec: RequestSpec,
    surface: Surface,
    *,
    prompts: Mapping[str, str],
    infill: str = "auto",
    room: int | None = None,
) -> str:
    """Write the options that change what a spec answers on a surface.

    `prompts` are those of the user's own for that surface, `infill` is what its
    provider fills gaps with, and `room` the tokens that completions are given by the
    configuration; None: by their place, 0: as many as the spec has.
    """
    told = dict(_options(spec.options))
    if surface is not Surface.COMPLETION:
        for name in COMPLETION_ONLY:
            told.pop(name, None)
    elif infill != "auto":
        told["infill"] = infill
    if spec.temperature is not None:
        told["temperature"] = f"{spec.temperature:g}"
    if (limit := _limit(spec, surface, room)) is not None:
        told["max_tokens"] = str(limit)
    if prompts:
        told["prompts"] = _digest(msgspec.json.encode(sorted(prompts.items())))
    return " ".join(f"{name}={told[name]}" for name in sorted(told)) or PLAIN


def changes(before: str, after: str) -> str:
    """Say what tells two fingerprints apart: `temperature 0 → 0.7, prompts`.

    Empty where nothing does, or one of them is not known.
    """
    if UNKNOWN in (before, after):
        return ""
    old, new = read_options(before), read_options(after)
    return ", ".join(
        _change(name, old.get(name, "-"), new.get(name, "-"))
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    )


def _change(name: str, old: str, new: str) -> str:
    return name if name == "prompts" else f"{name} {old} → {new}"


def read_options(text: str) -> dict[str, str]:
    """Read a fingerprint: the options that are set, by name."""
    parts = (part.partition("=") for part in text.split() if text != PLAIN)
    return {name: value for name, _, value in parts}


def _options(options: Options) -> Iterator[tuple[str, str]]:
    for option in options.__struct_fields__:
        value = getattr(options, option)
        if option in NO_ANSWER or value == getattr(UNSET, option):
            continue
        if option == "more":
            for name, text in options.more:
                if name not in ASIDE:
                    yield name, _value(msgspec.json.decode(text))
        else:
            yield option, _value(value)


def _value(value: object) -> str:
    """Write a value in one word: what is short, and a mask, as it is; else a digest."""
    encoded = msgspec.json.encode(value, order="deterministic")
    text = value if isinstance(value, str) else encoded.decode()
    return text if re.fullmatch(_SHORT, text) else _digest(encoded)


def _limit(spec: RequestSpec, surface: Surface, room: int | None) -> int | None:
    """Give the limit that is sent, as far as it is not the place's."""
    limit = spec.max_tokens
    if surface is not Surface.COMPLETION or spec.limit_stands or room == 0:
        return limit
    if room is not None:
        return min(room, limit or room)
    return limit if limit is not None and limit < PLACE else None


def _digest(data: bytes) -> str:
    return sha256(data).hexdigest()[:12]
