"""The configuration for a start, made of what was found on this machine.

It is a proposal: a pair of contenders side by side where there is a pair, as different
from each other as what was found allows, and comments for the rest. A cloud takes part
by itself only where the environment holds a key for it: a model that an Ollama passes
on looks like one of this machine, and who says `--yes` would not know.
"""

from collections.abc import Iterator
from itertools import islice

from msgspec import Struct

from hexai.config.schema import Settings
from hexai.config.shown import to_toml
from hexai.providers.locality import may_be_cloud
from hexai.service.setup.detect import Found, Server

_VENDORS = ("openai", "anthropic", "openrouter")
_MODELS_NAMED = 8
_SIDE_BY_SIDE = 2
_NO_CHAT = ("embed", "bge-", "minilm", "rerank")
"""What models are called that make no answers."""


class ModelFound(Struct, frozen=True, kw_only=True):
    """A model that could be asked."""

    provider: str
    model: str
    note: str
    """What the user should know of it, for a comment."""
    is_near: bool = False
    """What it is sent stays on this machine, as far as that is known."""
    is_passed_on: bool = False
    """A server of this machine passes it on to a cloud: the user is to choose it."""


def choices(found: Found, servers: tuple[Server, ...]) -> tuple[ModelFound, ...]:
    """List what can be asked: one of each kind first, those of this machine before.

    The first two make a good pair; what is passed on to a cloud comes last.
    """
    ollama = list(_ollama(found))
    here = [each for each in ollama if not each.is_passed_on]
    kinds = [here, *(list(_served(server)) for server in servers)]
    near = [kind for kind in kinds if kind]
    if found.embedded_ready:
        note = "the embedded model: small, good for trying Hexai"
        near.append(
            [ModelFound(provider="local", model="smollm2", note=note, is_near=True)]
        )
    cloud = list(_cloud(found))
    first = [kind[0] for kind in near]
    pair = [*first[:1], *cloud[:1]]
    rest = [*first[1:], *cloud[1:], *(c for kind in near for c in kind[1:])]
    return (*pair, *rest, *(each for each in ollama if each.is_passed_on))


def _ollama(found: Found) -> Iterator[ModelFound]:
    for model in found.ollama or ():
        if not _is_no_chat(model):
            far = may_be_cloud(model) or model in found.ollama_remote
            note = (
                "Ollama passes this on to a cloud" if far else "stays on this machine"
            )
            yield ModelFound(
                provider="ollama",
                model=model,
                note=note,
                is_near=not far,
                is_passed_on=far,
            )


def _served(server: Server) -> Iterator[ModelFound]:
    note = f"answers on port {server.port} of this machine"
    for model in server.models:
        if not _is_no_chat(model):
            yield ModelFound(provider=server.name, model=model, note=note)


def _is_no_chat(model: str) -> bool:
    return any(part in model.lower() for part in _NO_CHAT)


def _cloud(found: Found) -> Iterator[ModelFound]:
    for vendor in _VENDORS:
        own = [
            name for name in found.keys if name.endswith(f"{vendor.upper()}_API_KEY")
        ]
        if own:
            model = str(getattr(Settings(), vendor).model)
            note = f"a cloud; the key is in {own[0]}"
            yield ModelFound(provider=vendor, model=model, note=note)


def taking_part(candidates: tuple[ModelFound, ...]) -> tuple[ModelFound, ...]:
    """Give those who answer in the terminal unless the user says otherwise."""
    return tuple(each for each in candidates[:_SIDE_BY_SIDE] if not each.is_passed_on)


def compose(found: Found, servers: tuple[Server, ...]) -> str:
    """Write the file."""
    candidates = choices(found, servers)
    parts = [_head(candidates), *_ollama_s(found), *map(_profile, servers)]
    parts.append(_entries(candidates))
    parts.append(_completion(candidates))
    return "\n".join(parts)


def _head(candidates: tuple[ModelFound, ...]) -> str:
    chosen = taking_part(candidates)
    name = chosen[0].provider if chosen else "local"
    return f"""\
# Made by `hexai config init` of what it found here. Change it as you like:
# `hexai config edit` opens it, `hexai config check` says what is wrong with
# it, and `hexai config schema` lists every key. Keys of services never stand
# in this file; they are in variables such as OPENAI_API_KEY.

[provider]
name = {to_toml(name)}    # asked by entries that name no provider
"""


def _ollama_s(found: Found) -> Iterator[str]:
    """Write where an Ollama is, so that an editor without the variable finds it."""
    if found.ollama_url and found.ollama is not None:
        url = to_toml(found.ollama_url)
        yield f"[ollama]\nbase_url = {url}    # as OLLAMA_HOST says\n"


def _profile(server: Server) -> str:
    more = len(server.models) - _MODELS_NAMED
    named = [to_toml(model) for model in islice(server.models, _MODELS_NAMED)]
    listed = "\n# ".join([*named, *([f"and {more} more"] if more > 0 else [])])
    return f"""\
# Port {server.port} of this machine speaks OpenAI's format. Its models are
# {listed}
[providers.{server.name}]
type = "openai"
base_url = {to_toml(server.base_url)}
model = {to_toml(server.models[0])}
#local = true             # your word that what it is sent stays on this machine
"""


def _entries(candidates: tuple[ModelFound, ...]) -> str:
    lines = [
        "# Who answers `hexai` in the terminal: each entry is a contender, and all"
    ]
    lines += ["# answer side by side. Take the # away to let more take part.", ""]
    if candidates and not taking_part(candidates):
        lines[-1:] = [
            "# Nothing found here surely stays on this machine, so nobody does.",
            "",
        ]
    for each in candidates:
        mark = "" if each in taking_part(candidates) else "#"
        lines += [
            f"{mark}[[models.cli]]                # {each.note}",
            f"{mark}provider = {to_toml(each.provider)}",
            f"{mark}model = {to_toml(each.model)}",
            "",
        ]
    lines += _EXAMPLES if len(candidates) < _SIDE_BY_SIDE else _SHUFFLE
    return "\n".join(lines)


_SHUFFLE = [
    "# Who stands first is chosen more often, however good. Drawn orders let",
    "# `hexai leaderboard` tell a model from its place:",
    "#[cli]",
    "#shuffle = true",
    "",
]


def _completion(candidates: tuple[ModelFound, ...]) -> str:
    """Let one model of this machine complete; what goes elsewhere is for the user."""
    near = next((each for each in candidates if each.is_near), None)
    chosen = near or next(iter(candidates), None)
    lines = [
        "# Who completes in your editor, and is asked while you type. Without an entry",
        "# completion is off.",
    ]
    if near is None:
        lines.append("# Nothing found here surely stays on this machine, so it is off.")
    if chosen is None:
        return "\n".join((*lines, ""))
    mark = "" if near else "#"
    return "\n".join(
        (
            *lines,
            f"{mark}[[models.completion]]         # {chosen.note}",
            f"{mark}provider = {to_toml(chosen.provider)}",
            f"{mark}model = {to_toml(chosen.model)}",
            "",
        )
    )


_EXAMPLES = [
    "# For a pair, add another one, such as:",
    "#[[models.cli]]",
    '#provider = "ollama"      # `ollama pull qwen3:8b` gets the model',
    '#model = "qwen3:8b"',
    "#[[models.cli]]",
    '#provider = "openai"      # needs the variable OPENAI_API_KEY',
    '#model = "gpt-4.1"',
    "",
]
