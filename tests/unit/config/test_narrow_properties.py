"""Narrowing never widens, whatever the user has and whatever files ask for."""

import math
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from hexai.config.decode import decode
from hexai.config.entries import EntryOptions, resolve_entries
from hexai.config.merge import flatten
from hexai.config.narrowing.narrow import Narrowed, Source, narrow
from hexai.config.problems import KeyPath
from hexai.config.schema import Settings
from hexai.domain.entry import Surface
from hexai.errors import UsageError


def _settings(tables: dict[str, Any]) -> Settings:
    found = decode(tables)
    assert isinstance(found, Settings), found
    return found


def _narrow(user: dict[str, Any], *files: dict[str, Any]) -> Narrowed:
    sources = [Source(name="FILE", values=flatten(file)) for file in files]
    return narrow(_settings(user), sources)


PROVIDERS = ("ollama", "openai", "anthropic", "simulated", "mine", "nobody")
MODELS = ("a", "b:1", "c")
LABELS = ("x", "y", "z")
LIMIT = st.sampled_from([0, 1, 5, 17, 30, 90, 700, 5000])
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "provider": st.sampled_from(PROVIDERS),
        "model": st.sampled_from(MODELS),
        "max_tokens": LIMIT,
        "timeout": LIMIT,
        "idle_timeout": LIMIT,
        "first_token_timeout": LIMIT,
        "enabled": st.booleans(),
        "fallback": st.fixed_dictionaries(
            {"provider": st.sampled_from(PROVIDERS), "model": st.sampled_from(MODELS)}
        ),
    },
)


def _labelled(tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**table, "label": label} for table, label in zip(tables, LABELS, strict=False)
    ]


NAMES = st.lists(
    st.sampled_from((*LABELS, *MODELS, "openai:a", "mine:b:1", "ollama:c")), max_size=3
) | st.lists(st.sampled_from(LABELS), min_size=1, max_size=2)
WORDS = st.lists(
    st.sampled_from(("openai:a", "mine:b:1", "ollama:c", "evil:a", "a")), max_size=2
)
SURFACES = [surface.value for surface in Surface]


@st.composite
def _entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    tables = draw(st.lists(ENTRY, max_size=3))
    labels = draw(st.permutations(LABELS))
    own = [draw(st.booleans()) for _ in tables]
    return [
        {**table, "label": label} if has else table
        for table, label, has in zip(tables, labels, own, strict=False)
    ]


def _table(values: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({}, optional=values)


HTTP = _table(
    {
        "base_url": st.sampled_from(["http://127.0.0.1:1", "https://evil.example"]),
        "api_key_env": st.just("OPENAI_API_KEY"),
        "model": st.sampled_from(MODELS),
        "local": st.booleans(),
        "timeout": LIMIT,
        "connect_timeout": LIMIT,
        "first_token_timeout": LIMIT,
        "idle_timeout": LIMIT,
        "max_concurrency": LIMIT,
    }
)
PROFILE = HTTP.map(lambda table: {"type": "openai", **table})
FILE = _table(
    {
        "local_only": st.booleans(),
        "use": _table(dict.fromkeys(SURFACES, NAMES)),
        "models": _table(dict.fromkeys(SURFACES, _entries())),
        "provider": _table({"name": st.sampled_from(PROVIDERS)}),
        "providers": _table({"mine": PROFILE, "Mine": PROFILE, "evil": PROFILE}),
        "openai": HTTP,
        "ollama": HTTP,
        "general": _table(
            {
                "max_tokens": LIMIT,
                "max_context_tokens": LIMIT,
                "context_window_lines": LIMIT,
                "request_timeout": LIMIT,
                "context_mode": st.sampled_from(
                    ["minimal", "window", "file-on-new-func", "always-full"]
                ),
                "coding_temperature": st.sampled_from([0, 1]),
            }
        ),
        "fanout": _table(
            {
                "max_concurrency": st.sampled_from([0, 1, 3, 9]),
                "connect_timeout": LIMIT,
                "first_token_timeout": LIMIT,
                "idle_timeout": LIMIT,
                "timeout": LIMIT,
            }
        ),
        "completion": _table(
            {
                "completion_debounce_ms": LIMIT,
                "completion_throttle_ms": LIMIT,
                "deadline": LIMIT,
                "gather": LIMIT,
                "hard_deadline": LIMIT,
                "blind": st.booleans(),
            }
        ),
        "triggers": _table(
            {"trigger_characters": st.lists(st.sampled_from(".:x"), unique=True)}
        ),
        "ignore": _table(
            {
                "gitignore": st.booleans(),
                "extra_patterns": st.lists(st.sampled_from(["a", "!a", "b"])),
                "allow_secrets": st.lists(st.just("abc"), max_size=1),
            }
        ),
        "ledger": _table({"store_text": st.sampled_from(["all", "none"])}),
        "local": _table({"max_workers": st.integers(1, 4), "load_timeout": LIMIT}),
    }
)
LISTS = st.fixed_dictionaries(
    dict.fromkeys(SURFACES, st.lists(ENTRY, min_size=2, max_size=3).map(_labelled))
)


def _valid(user: dict[str, Any]) -> dict[str, Any]:
    """Leave out a profile whose name could be taken for another one's."""
    profiles = {
        name: p for name, p in user.get("providers", {}).items() if name != "Mine"
    }
    return {**user, "providers": profiles}


USER = (
    st.tuples(FILE, LISTS).map(lambda pair: {**pair[0], "models": pair[1]}) | FILE
).map(_valid)
SMALLER = {
    "max_context_tokens": False,
    "context_window_lines": False,
    "deadline": False,
    "gather": False,
    "hard_deadline": False,
    "max_tokens": True,
    "request_timeout": True,
    "max_concurrency": True,
    "connect_timeout": True,
    "first_token_timeout": True,
    "idle_timeout": True,
    "timeout": True,
    "load_timeout": True,
    "max_workers": True,
}
"""Limits, and whether their 0 means that there is none."""
CONTEXT = ["minimal", "window", "file-on-new-func", "always-full"]


def _reach(
    settings: Settings, narrowed: Narrowed | None, surface: Surface, words: list[str]
) -> dict[str, tuple[Any, ...]]:
    """Give for each entry that may be asked where it goes, and its limits.

    Where something goes is told by the settings as they were: that these do not change
    for a provider is another property.
    """
    try:
        resolved = resolve_entries(
            settings if narrowed is None else narrowed.settings,
            surface,
            options=EntryOptions(models=tuple(words)),
            restrictions=narrowed.restrictions if narrowed else None,
        )
    except UsageError:
        return {}  # a word names no provider, so nobody is asked
    reached = {}
    for entry in resolved.entries:
        if entry.refused:
            continue
        for spec in (entry.spec, entry.fallback):
            if spec is not None:
                limits = (
                    entry.timeout,
                    spec.max_tokens or math.inf,
                    spec.budgets.connect,
                    spec.budgets.first_token,
                    spec.budgets.idle,
                    spec.budgets.load,
                )
                name = f"{entry.label} {spec.provider} {spec.model}"
                reached[f"{name} {spec.temperature}"] = limits
    return reached


@settings(max_examples=200)
@given(user=USER, files=st.lists(FILE, min_size=1, max_size=3), words=WORDS)
def test_narrowing_never_widens_what_is_reached(
    user: dict[str, Any], files: list[dict[str, Any]], words: list[str]
) -> None:
    """Each entry that can be asked could be before, with limits no lower than now."""
    before = _settings(user)
    narrowed = _narrow(user, *files)

    for surface in Surface:
        for chosen in ([], words):
            had = _reach(before, None, surface, chosen)
            has = _reach(before, narrowed, surface, chosen)
            assert has.keys() <= had.keys()
            for name, limits in has.items():
                pairs = zip(limits, had[name], strict=True)
                assert all(now <= then for now, then in pairs)


@settings(max_examples=200)
@given(user=USER, files=st.lists(FILE, min_size=1, max_size=3))
def test_narrowing_changes_nothing_but_in_its_direction(
    user: dict[str, Any], files: list[dict[str, Any]]
) -> None:
    """Key by key, over the whole of the settings."""
    before = _settings(user)
    narrowed = _narrow(user, *files)
    old, new = _plain(before), _plain(narrowed.settings)

    for path in old.keys() | new.keys():
        assert _is_within(path, old.get(path), new.get(path)), path
    for surface in Surface:
        assert getattr(before.use, surface.value) == getattr(
            narrowed.settings.use, surface.value
        )


def _plain(settings: Settings) -> dict[KeyPath, Any]:
    return flatten(msgspec.to_builtins(settings))


def _is_within(path: KeyPath, old: Any, new: Any) -> bool:
    key = str(path[-1])
    if old == new or path == ("local_only",):
        return bool(new == old or new)
    if key == "context_mode":
        return CONTEXT.index(new) < CONTEXT.index(old)
    if key == "trigger_characters":
        return set(new) < set(old)
    if key == "extra_patterns":
        added = new[len(old) :]
        return bool(new[: len(old)] == old and all(p[0] != "!" for p in added))
    if key in {"completion_debounce_ms", "completion_throttle_ms"}:
        return bool(new > old)
    # What was not set before is compared by its effect, in the other property.
    zero_is_none = SMALLER[key]
    return old is None or _bound(new, zero_is_none) < _bound(old, zero_is_none)


def _bound(value: float, zero_is_none: bool) -> float:
    return math.inf if zero_is_none and value == 0 else value
