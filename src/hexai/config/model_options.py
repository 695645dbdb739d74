"""Options of models: those that are known are checked, all others are sent as they are.

Upstreams have dozens, and new ones with every release. So an entry's `options`, and
`-o`, take any name; of those that many upstreams share it is known what they may be. A
name that is one of ours (`temperature`, `max_tokens`) has one place only, and what
says what is asked, or how the answer comes, is nobody's to set.
"""

import json
import math
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from types import NoneType
from typing import Annotated, Any

import msgspec
from msgspec import Meta, UnsetType
from msgspec.structs import replace

from hexai.config.allowed import allowed, type_hints
from hexai.config.problems import KeyPath, Problem, shown, wrong
from hexai.config.provider_defaults import provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable
from hexai.config.schema_types import Share
from hexai.config.secret_options import REFUSED, is_secret
from hexai.domain.entry import Entry
from hexai.errors import UsageError
from hexai.text.nearest_name import nearest, nearest_by_slip

Signed = Annotated[float, Meta(ge=-2, le=2)]
Positive = Annotated[float, Meta(ge=0, le=100)]
StopText = Annotated[str, Meta(min_length=1, description="a text that is not empty")]
StopTexts = Annotated[
    tuple[StopText, ...],
    Meta(min_length=1, max_length=64, description="a list of 1 to 64 such texts"),
]

_SHOWN = 16
"""Characters of a wrong value that are shown at most; no key is as short."""

KNOWN: dict[str, Any] = {
    "frequency_penalty": Signed,
    "min_p": Share,
    "presence_penalty": Signed,
    "repeat_penalty": Positive,
    "seed": int,
    "stop": StopText | StopTexts,
    "top_k": int,
    "top_p": Share,
}
"""By name, what an option may be that many upstreams have."""

ELSEWHERE = {
    "max_completion_tokens": "max_tokens",
    "max_new_tokens": "max_tokens",
    "max_output_tokens": "max_tokens",
    "n_predict": "max_tokens",
    "num_predict": "max_tokens",
    "stop_sequences": "stop",
}
"""Other names of what has one name here; each format writes it as it must."""

_SAID = {
    "context": "num_ctx",
    "context_length": "num_ctx",
    "ctx": "num_ctx",
    "effort": "reasoning_effort",
    "max_len": "max_tokens",
    "max_length": "max_tokens",
    "n_ctx": "num_ctx",
}
"""What people say for a known name, and no slip of the fingers makes of it."""

OURS = frozenset(
    {
        "infill",
        "input_extra",
        "input_prefix",
        "input_suffix",
        "messages",
        "model",
        "n",
        "options",
        "prompt",
        "prompts",
        "raw",
        "stream",
        "stream_options",
        "suffix",
        "system",
        "template",
        "truncate",
    }
)
"""What is asked, and how its answer comes."""

_NOT_BY_OPTION = frozenset(
    {
        *("ask", "enabled", "fallback", "fallback_model", "fallback_provider"),
        *("label", "model", "options", "provider", "warm"),
    }
)
"""Keys of an entry that are no options of a model."""

OWN = tuple(name for name in EntryTable.__struct_fields__ if name not in _NOT_BY_OPTION)
"""Keys of an entry that `-o` sets as well."""

_THEIRS = frozenset(
    {
        *("dynamic_temperature", "length_penalty", "main_gpu", "min_keep"),
        *("min_temp", "min_tokens", "num_batch", "num_ctx_draft", "presence_pen"),
        *("prompt_cache_key", "reasoning", "reasoning_format", "repetition_penalty"),
        *("speed", "store", "temperature_last", "thinking", "top_a"),
    }
)
"""Options that upstreams really have, and that are spelled nearly as known ones."""

_INSTEAD = {
    ("think", "openai"): "reasoning_effort",
    ("think", "openrouter"): "reasoning_effort",
    ("reasoning_effort", "ollama"): "think",
}
"""What says it to a type of provider that does not take the option."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,59}")
_SHORTENED = re.compile(r"[0-9a-f]{12}|.*\*{8}.*")
"""A value that a fingerprint does not have as it is."""
_SLIP = 0.7
_SHORT = 3
"""Letters at least of what is taken as the beginning of a known name."""
_LARGEST = 2**63


def check_options(options: Mapping[str, object], path: KeyPath) -> Iterator[Problem]:
    """Find what cannot be an option of a model, in an entry's table."""
    for name, value in options.items():
        if is_secret(name, value):
            yield Problem(path=(*path, name), message=REFUSED)
        elif name in EntryTable.__struct_fields__ and name not in OURS:
            message = (
                f"is a key of the entry itself: write it beside `options`, {name} = …"
            )
            yield Problem(path=(*path, name), message=message)
        elif message := _fault(name, value):
            yield wrong((*path, name), value, message)


def doubt_options(options: Mapping[str, object], path: KeyPath) -> Iterator[Problem]:
    """Find options that are sent as they are, and look like a slip."""
    for name, value in options.items():
        if meant := _meant(name, (*KNOWN, *OWN)):
            message = f"is not known, and sent as it is; did you mean {meant}?"
            yield wrong((*path, name), value, message)


def read_options(words: Iterable[str]) -> dict[str, object]:
    """Read `KEY=VALUE` of the command line, of one key the last; raises `UsageError`.

    A value is JSON where it can be (`0.9`, `true`, `["a", "b"]`), else a text, but
    what begins as a list or a table must be one; `null` takes an option of the entry
    away.
    """
    return dict(map(_read_option, words))


def _read_option(word: str) -> tuple[str, object]:
    name, equals, text = word.partition("=")
    if not equals or not name:
        raise UsageError(f"-o {_begun(word)}: KEY=VALUE is meant, as in -o top_p=0.9")
    value = _read_value(name, text)
    if is_secret(name, value):
        raise UsageError(f"-o {_begun(name)} {REFUSED}")
    if name == "reasoning" and not isinstance(value, dict | NoneType):
        raise UsageError(
            "-o reasoning: did you mean reasoning_effort? `reasoning` is a table"
        )
    if value is not None and (meant := _meant(name, (*KNOWN, *OWN))):
        raise UsageError(
            f"-o {name}: did you mean {meant}? What is really called so goes into an "
            "entry's `options`"
        )
    fault = _own_fault(name, value) if name in OWN else _fault(name, value)
    if fault and (value is not None or name in OWN or name in OURS):
        if value == "default" and name not in OWN:
            fault += f"; -o {name}=null leaves it out"
        told = shown(value, (name,))
        if len(told) > _SHOWN:  # long enough for a secret
            told = "…"
        raise UsageError(f"-o {name}={told} {fault}")
    return name, value


def _begun(word: str) -> str:
    """Give the name that a word begins with: what is behind it may be a secret."""
    found = _NAME.match(word)
    name = found[0] if found else ""
    return name if name == word else f"{name}…"


def _read_value(name: str, text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        if not text.lstrip().startswith(("[", "{")):
            return text
    if is_secret(name, None):
        return text  # told without it
    quoted = shlex.quote(f"{name}={json.dumps(text, ensure_ascii=False)}")
    raise UsageError(
        f"-o {name}: what begins with [ or {{ must be JSON, and this is none; a text "
        f"that begins so stands in quotes: -o {quoted}"
    )


def option_that_says(name: str, value: str | None) -> str | None:
    """Write the `-o` for an option of a fingerprint; None if none can say it.

    Without a `value` it is the one that leaves the option out.
    """
    if value is None:
        unset = {"temperature": "default", "max_tokens": "0"}.get(name)
        value = unset or (None if name in OWN else "null")
    elif _SHORTENED.fullmatch(value):
        return None
    return None if value is None or name == "prompts" else f"{name}={value}"


def option_of_models(name: str) -> str:
    """Give the option of a model that is called so, however it is written; or ''.

    A beginning of one name alone is it, as `temp`.
    """
    found = _spelled(name, (*KNOWN, *OWN, *ELSEWHERE)) or ""
    if not found and len(name) >= _SHORT:
        begun = [each for each in (*KNOWN, *OWN) if each.startswith(name.lower())]
        found = begun[0] if len(begun) == 1 else ""
    return ELSEWHERE.get(found, found)


def with_options(table: EntryTable, options: Mapping[str, object]) -> EntryTable:
    """Set what the command line says in an entry."""
    own = {name: value for name, value in options.items() if name in OWN}
    merged = {**_given(table), **options}
    others = {
        name: value
        for name, value in merged.items()
        if name not in OWN and value is not None
    }
    return replace(table, options=others, **own)


def not_sent(
    settings: Settings, words: Iterable[str], entries: Iterable[Entry]
) -> Iterator[str]:
    """Say which options of the command line some are not sent, and what they take."""
    from hexai.config.validate import OPTION_TYPES

    types = {
        entry.label: provider.type
        for entry in entries
        if (provider := provider_settings(settings, entry.spec.provider)) is not None
    }
    for name in read_options(words):
        having = OPTION_TYPES.get(name, ())
        without = {label: kind for label, kind in types.items() if kind not in having}
        if not having or not without:
            continue
        instead = sorted({_INSTEAD.get((name, kind), "") for kind in without.values()})
        takes = "".join(f"; -o {each} may be meant" for each in instead if each)
        yield (
            f"-o {name} is not sent to {', '.join(without)}: only providers of type "
            f"{' and '.join(having)} have it{takes}"
        )


def written(
    table: EntryTable, *, anywhere: bool
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    """Give the stop sequences of an entry, and its other options by name, as JSON.

    `anywhere`: only those that any provider may be asked with.
    """
    options = _given(table)
    stop = options.get("stop", ())
    stops = (stop,) if isinstance(stop, str) else msgspec.convert(stop, tuple[str, ...])
    more = (
        (name, msgspec.json.encode(value, order="deterministic").decode())
        for name, value in options.items()
        if name != "stop" and (name in KNOWN or not anywhere)
    )
    return stops, tuple(sorted(more))


def _given(table: EntryTable) -> Mapping[str, object]:
    return {} if isinstance(table.options, UnsetType) else table.options


def _fault(name: str, value: object) -> str:
    """Say why an option cannot be sent; empty if it can."""
    if _spelled(name, OURS) is not None:
        return "is not for an option to set: Hexai says what is asked, and how"
    if (elsewhere := _spelled(name, ELSEWHERE)) is not None:
        return f"is called {ELSEWHERE[elsewhere]} here"
    if not _NAME.fullmatch(name):
        return "is no name of an option: letters, digits, _ . and -"
    if name in KNOWN:
        return _type_fault(value, KNOWN[name])
    return "" if _is_plain(value) else "cannot be written as JSON"


def _own_fault(name: str, value: object) -> str:
    return _type_fault(value, type_hints(EntryTable)[name])


def _type_fault(value: object, hint: Any) -> str:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return f"must be {allowed(hint)}"
    return ""


def _is_plain(value: object) -> bool:
    """Tell what TOML and JSON both have, and every reader takes."""
    if isinstance(value, dict):
        return all(map(_is_plain, value.values()))
    if isinstance(value, list):
        return all(map(_is_plain, value))
    if isinstance(value, float):
        return math.isfinite(value)
    if isinstance(value, int):
        return abs(value) < _LARGEST
    return value is None or isinstance(value, str)


def _meant(name: str, known: Iterable[str]) -> str | None:
    """Find the known name that one was probably meant to be."""
    names, lowered = tuple(known), name.lower()
    if name in names or name in _THEIRS or _spelled(name, (*ELSEWHERE, *OURS)):
        return None
    if same := _spelled(name, (*names, *_THEIRS)):
        return same
    if len(name) >= _SHORT and (begun := [n for n in names if n.startswith(lowered)]):
        return begun[0]
    if (said := _SAID.get(lowered)) in names:
        return said
    return nearest_by_slip(name, names) or nearest(name, names, alike=_SLIP)


def _spelled(name: str, known: Iterable[str]) -> str | None:
    """Find the name that has the same letters and digits: `topP`, `Top-P` for `top_p`.

    So other programs write them.
    """
    letters = _letters(name)
    return next((each for each in known if _letters(each) == letters), None)


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name)).lower()
