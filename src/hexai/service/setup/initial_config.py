"""The configuration for a start, made of what was found on this machine.

It is a proposal: a labelled pair of contenders side by side, for the terminal and for
the editor, as different from each other as what was found allows, and comments for the
rest. One model of this machine makes a pair with itself, at two temperatures. A cloud
takes part by itself only where the environment holds a key for it, and only in the
terminal: a model that an Ollama passes on looks like one of this machine, and who says
`--yes` would not know.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from msgspec import Struct

from hexai.config.schema import Settings
from hexai.config.schema_providers import BUILT_IN_MAX_TOKENS, BUILT_IN_MODEL
from hexai.config.shown import to_toml
from hexai.providers.locality import may_be_cloud
from hexai.service.setup.answering_models import can_answer
from hexai.service.setup.detect import Found, Server

_VENDORS = ("openai", "anthropic", "openrouter")
_MODELS_NAMED = 8
_SIDE_BY_SIDE = 2
_COMMENTS = 6
"""Entries that are proposed as comments: who has thousands of models looks them up."""


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
    fills_gaps: bool = False
    """It was made for completing code."""


class Proposed(Struct, frozen=True, kw_only=True):
    """An entry to be written."""

    model: ModelFound
    label: str
    temperature: float | None = None
    takes_part: bool = True
    """Whether it is more than a comment."""


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
        name = BUILT_IN_MODEL
        near.append([ModelFound(provider="local", model=name, note=note, is_near=True)])
    cloud = list(_cloud(found))
    first = [kind[0] for kind in near]
    pair = [*first[:1], *cloud[:1]]
    rest = [*first[1:], *cloud[1:], *(c for kind in near for c in kind[1:])]
    return (*pair, *rest, *(each for each in ollama if each.is_passed_on))


def _ollama(found: Found) -> Iterator[ModelFound]:
    for model in found.ollama or ():
        if can_answer(model):
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
                fills_gaps=model in found.ollama_fills,
            )


def _served(server: Server) -> Iterator[ModelFound]:
    note = f"answers on port {server.port} of this machine"
    for model in server.models:
        yield ModelFound(
            provider=server.name,
            model=model,
            note=note,
            is_near=server.keeps_here,
        )


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
    parts = [_head(candidates), *_ollama_s(found, candidates), *map(_profile, servers)]
    parts.append(_entries(candidates, servers))
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


def _ollama_s(found: Found, candidates: Sequence[ModelFound]) -> Iterator[str]:
    """Write where an Ollama is, so that an editor without the variable finds it.

    And a model that it has: chats and code actions ask it, as entries that name none.
    """
    lines = []
    if found.ollama_url and found.ollama is not None:
        lines.append(
            f"base_url = {to_toml(found.ollama_url)}    # as OLLAMA_HOST says\n"
        )
    own = (each for each in candidates if each.provider == "ollama" and each.is_near)
    if first := next(own, None):
        lines.append(f"model = {to_toml(first.model)}    # of entries that name none\n")
    if lines:
        yield "".join(("[ollama]\n", *lines))


def _profile(server: Server) -> str:
    more = len(server.models) - _MODELS_NAMED
    named = [to_toml(model) for model in islice(server.models, _MODELS_NAMED)]
    listed = "\n# ".join([*named, *([f"and {more:,} more"] if more > 0 else [])])
    return f"""\
# Port {server.port} of this machine speaks OpenAI's format. Its models are
# {listed}
[providers.{server.name}]
type = "openai"
base_url = {to_toml(server.base_url)}
model = {to_toml(server.models[0])}
{"" if server.keeps_here else "#"}local = true             {_YOUR_WORD}
{_GAPS if server.name == "llamacpp" else ""}"""


_YOUR_WORD = "# your word that what it is sent stays on this machine"
_GAPS = """\
#infill = "infill"       # if its model was made for filling gaps in code; else it is
                         # asked by chat, as other servers are that have no way for it
"""


def unsure(found: Found, servers: Sequence[Server]) -> tuple[Server, ...]:
    """Name the servers that could complete in the editor, if they keep what they get.

    None where a pair that surely stays on this machine is there already.
    """
    near = [each for each in choices(found, tuple(servers)) if each.is_near]
    if len(near) >= _SIDE_BY_SIDE:
        return ()
    return tuple(s for s in servers if not s.keeps_here and any(_served(s)))


def _entries(candidates: tuple[ModelFound, ...], servers: Sequence[Server]) -> str:
    lines = [
        "# Who answers `hexai` in the terminal: each entry is a contender, and all"
    ]
    lines += ["# answer side by side. Take the # away to let more take part.", ""]
    chosen = taking_part(candidates)
    if candidates and not chosen:
        lines[-1:] = [
            "# Nothing found here surely stays on this machine, so nobody does.",
            "",
        ]
    rest = [each for each in candidates if each not in chosen]
    pair = proposed(chosen, rest[:_COMMENTS])
    for each in pair:
        lines += _entry("cli", each)
    lines += _left_out(rest[_COMMENTS:], servers)
    lines += _EXAMPLES if len(pair) < _SIDE_BY_SIDE else _SHUFFLE
    return "\n".join(lines)


def _left_out(models: Sequence[ModelFound], servers: Sequence[Server]) -> Iterator[str]:
    """Say how many models are not in the file, and what lists them."""
    if not models:
        return
    providers = {each.provider for each in models}
    yield f"# {len(models):,} more can be asked, by entries like these. To list them:"
    if "ollama" in providers:
        yield "# ollama list"
    for server in servers:
        if server.name in providers:
            yield f"# curl {server.base_url}/models"
    yield ""


def proposed(
    chosen: Sequence[ModelFound], others: Sequence[ModelFound]
) -> tuple[Proposed, ...]:
    """Propose a pair of those who are chosen, and behind it the others as comments.

    One model of this machine makes a pair with itself; a cloud would bill it twice.
    """
    labels = iter(_labels([*chosen, *others]))
    if len(chosen) == 1 and not chosen[0].note.startswith("a cloud"):
        next(labels)
        pair = tuple(
            Proposed(model=chosen[0], label=label, temperature=temperature)
            for label, temperature in _TWICE.items()
        )
    else:
        pair = tuple(Proposed(model=each, label=next(labels)) for each in chosen)
    comments = (
        Proposed(model=each, label=next(labels), takes_part=False) for each in others
    )
    return (*pair, *comments)


_TWICE = {"careful": 0.0, "lively": 0.9}
"""What one model is called at two temperatures."""


def _labels(models: Sequence[ModelFound]) -> list[str]:
    """Name models shortly: without folder and ending, and tag where they stay apart."""
    whole = [re.split(r"[/\\]", m.model)[-1].removesuffix(".gguf") for m in models]
    short = [name.partition(":")[0] for name in whole]
    times = Counter(short)
    named = [w if times[s] > 1 else s for w, s in zip(whole, short, strict=True)]
    plain = [re.sub(r"[^\w.-]+", "-", name).strip("-.")[:24] for name in named]
    told = [p or model.provider for p, model in zip(plain, models, strict=True)]
    seen = Counter[str]()
    labels = []
    for name in told:
        seen[name] += 1
        labels.append(f"{name}-{seen[name]}" if seen[name] > 1 else name)
    return labels


def _entry(surface: str, entry: Proposed) -> list[str]:
    """Write an entry, or a comment that is one without its marks."""
    model = entry.model
    head = f"[[models.{surface}]]".ljust(29)
    lines = [
        f"{head}# {model.note}",
        f"provider = {to_toml(model.provider)}",
        f"model = {to_toml(model.model)}",
        f"label = {to_toml(entry.label)}",
    ]
    if entry.temperature is not None:
        lines.append(f"temperature = {entry.temperature}")
    if model.provider == "local" and surface == "cli":
        lines.append(
            f"max_tokens = {BUILT_IN_MAX_TOKENS}             # what fits so small a one"
        )
    mark = "" if entry.takes_part else "#"
    return [*(f"{mark}{line}" for line in lines), ""]


_SHUFFLE = [
    "# Who stands first is chosen more often, however good. Drawn orders let",
    "# `hexai leaderboard` tell a model from its place:",
    "#[cli]",
    "#shuffle = true",
    "",
]


def _completion(candidates: tuple[ModelFound, ...]) -> str:
    """Let a pair of this machine complete; what goes elsewhere is for the user.

    Those go first that were made for completing.
    """
    near = [each for each in candidates if each.is_near]
    near.sort(key=lambda each: not each.fills_gaps)
    chosen = near[:_SIDE_BY_SIDE]
    lines = [
        "# Who completes in your editor, and is asked while you type. Without an entry",
        "# completion is off.",
    ]
    if not near:
        lines.append("# Nothing found here surely stays on this machine, so it is off.")
    others = [each for each in candidates if each not in chosen][:_SIDE_BY_SIDE]
    entries = (_entry("completion", each) for each in proposed(chosen, others))
    return "\n".join((*lines, *(line for entry in entries for line in entry)))


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
