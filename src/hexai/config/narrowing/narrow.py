"""What project files and editor settings may take away, and that they only take away.

A cloned repository brings its files along, and editors fill their settings from files
of the repository. So neither may widen anything before the user has said so. Each key
that may narrow has a rule, which makes of the value in effect and the value asked for
one that allows no more than the former. What would allow more is held back, as is every
key without a rule.

The rules are the smaller of two limits, intersection, and "or" of prohibitions. So
restrictions add up over sources, and no source lifts what another one forbids.
"""

import math
from collections.abc import Mapping, Sequence

from msgspec import Struct, UnsetType
from msgspec.structs import replace

from hexai.config.narrowing.restrictions import (
    CONTENDERS,
    FIRST_TOKEN,
    Cap,
    OnlyEntries,
    Restrictions,
    as_limit,
    capped_field,
    floor_of,
    in_effect,
    provider_of,
)
from hexai.config.problems import KeyPath
from hexai.config.schema import Settings
from hexai.domain.entry import Surface

PATTERNS: KeyPath = ("ignore", "extra_patterns")

_LOCAL_ONLY: KeyPath = ("local_only",)
_TEAM: KeyPath = ("team", "enabled")
_MODE: KeyPath = ("general", "context_mode")
_MODES = ("minimal", "window", "file-on-new-func", "always-full")
_TRIGGERS: KeyPath = ("triggers", "trigger_characters")
_DELAYS: tuple[KeyPath, ...] = (
    ("completion", "completion_debounce_ms"),
    ("completion", "completion_throttle_ms"),
)


class Source(Struct, frozen=True, kw_only=True):
    """One that may narrow: a project file, or the editor's settings."""

    name: str
    """What refusals call it."""
    values: Mapping[KeyPath, object]
    """Well-formed."""
    is_merged: bool = False
    """A trusted file: what it says is part of the settings already."""
    unknown: str = ""
    """Why its restrictions cannot be known: then nothing may leave this machine."""


class Narrowed(Struct, frozen=True, kw_only=True):
    """What sources have left of settings."""

    settings: Settings
    restrictions: Restrictions
    applied: tuple[tuple[KeyPath, ...], ...]
    """For each source, the keys that hold now for whatever comes later."""
    held: tuple[tuple[KeyPath, ...], ...]
    """For each source, the keys that would allow more than the settings do."""


def narrow(settings: Settings, sources: Sequence[Source]) -> Narrowed:
    """Let sources, given from the outermost to the innermost, narrow settings."""
    narrowing = _Narrowing(settings)
    held = tuple(narrowing.add(source) for source in sources)
    return Narrowed(
        settings=narrowing.settings,
        restrictions=narrowing.restrictions,
        applied=tuple(
            tuple(path for path in source.values if path not in kept)
            for source, kept in zip(sources, held, strict=True)
        ),
        held=held,
    )


def only_restricts(path: KeyPath, value: object) -> bool:
    """Tell whether a key takes something away whatever the settings are."""
    if path == PATTERNS:
        return not any(_is_exception(pattern) for pattern in _texts(value))
    if path == _TEAM:
        return value is False
    return path[0] == "use" or value == {} or (path == _LOCAL_ONLY and value is True)


class _Narrowing:
    """The work of one call of `narrow`.

    What is asked for is compared with the settings as they were, so that what one
    source says is not held back because another one said less; it is applied to what
    earlier sources have left.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.restrictions = Restrictions()
        self._base = settings

    def add(self, source: Source) -> tuple[KeyPath, ...]:
        """Narrow by one source; gives what is held back of it."""
        if source.unknown:
            self._keep_local(f"refused by {source.name}: {source.unknown}")
        return tuple(
            path
            for path, value in source.values.items()
            if value != {} and not self._add(path, value, source)
        )

    def _add(self, path: KeyPath, value: object, source: Source) -> bool:
        """Narrow by one key; False if it asks for more than there is."""
        if path[0] == "use":
            self._use(Surface(str(path[1])), _texts(value), source)
            return True
        if path in (_LOCAL_ONLY, _TEAM):
            return self._switch(path, source, on=value is True)
        if path == PATTERNS:
            return self._ignore(_texts(value), source)
        if path == _TRIGGERS:
            return self._trigger(_texts(value))
        if isinstance(value, int | float):
            return self._number(path, value)
        return path == _MODE and self._shrink(str(value))

    def _use(self, surface: Surface, names: tuple[str, ...], source: Source) -> None:
        reason = f"refused by {source.name}: use.{surface.value}"
        uses = dict(self.restrictions.uses)
        uses[surface] = (
            *uses.get(surface, ()),
            OnlyEntries(names=names, reason=reason),
        )
        self.restrictions = replace(self.restrictions, uses=uses)

    def _switch(self, path: KeyPath, source: Source, *, on: bool) -> bool:
        if path == _TEAM:
            self._set(_TEAM, self.settings.team.enabled and on)
            return not on or self._base.team.enabled
        if on:
            self._keep_local(f"refused by {source.name}: local_only")
        return on or not self._base.local_only

    def _keep_local(self, reason: str) -> None:
        if not self.settings.local_only:
            self.restrictions = replace(self.restrictions, local_only=reason)
        self.settings = replace(self.settings, local_only=True)

    def _ignore(self, patterns: tuple[str, ...], source: Source) -> bool:
        known = self.settings.ignore.extra_patterns
        more = [
            pattern
            for pattern in patterns
            if not _is_exception(pattern)
            and not (source.is_merged and pattern in known)
        ]
        self._set(PATTERNS, (*known, *more))
        return not any(_is_exception(pattern) for pattern in patterns)

    def _trigger(self, wanted: tuple[str, ...]) -> bool:
        left = self.settings.triggers.trigger_characters
        self._set(_TRIGGERS, tuple(char for char in left if char in wanted))
        return set(wanted) <= set(self._base.triggers.trigger_characters)

    def _shrink(self, wanted: str) -> bool:
        mode = min(self.settings.general.context_mode, wanted, key=_MODES.index)
        self._set(_MODE, mode)
        base = self._base.general.context_mode
        return _MODES.index(wanted) <= _MODES.index(base)

    def _number(self, path: KeyPath, value: float) -> bool:
        if path in _DELAYS:
            return self._delay(str(path[1]), value)
        floor = floor_of(path, self._base)
        if floor is None:
            return False
        wanted = as_limit(path, value)
        if wanted > in_effect(self._base, path):
            return False
        if wanted < math.inf:
            self._limit(path, type(floor)(max(wanted, floor)))
        return True

    def _delay(self, key: str, wanted: float) -> bool:
        now: int = getattr(self.settings.completion, key)
        self._set(("completion", key), max(now, int(wanted)))
        base: int = getattr(self._base.completion, key)
        return wanted >= base

    def _limit(self, path: KeyPath, most: float) -> None:
        if most < in_effect(self.settings, path) and not self._differs(path):
            self._set(path, most)
        self.restrictions = _bound(
            self.restrictions, path, most, provider_of(path, self._base)
        )

    def _differs(self, path: KeyPath) -> bool:
        """Tell whether a limit that is not set differs from provider to provider.

        One figure for all would be more than some of them have.
        """
        value = self.settings.fanout.first_token_timeout
        return path == FIRST_TOKEN and isinstance(value, UnsetType)

    def _set(self, path: KeyPath, value: object) -> None:
        changed = _replaced(self.settings, path, value)
        assert isinstance(changed, Settings)
        self.settings = changed


def _bound(
    restrictions: Restrictions, path: KeyPath, most: float, provider: str
) -> Restrictions:
    """Bound what entries and options say for themselves."""
    if path == CONTENDERS:
        at_once = min(restrictions.max_concurrency, most)
        return replace(restrictions, max_concurrency=at_once)
    field = capped_field(path)
    if field is None:
        return restrictions
    cap = Cap(field=field, most=most, provider=provider)
    return replace(restrictions, caps=(*restrictions.caps, cap))


def _is_exception(pattern: str) -> bool:
    """Tell whether an ignore pattern takes back what others ignore."""
    return pattern.lstrip().startswith("!")


def _texts(value: object) -> tuple[str, ...]:
    assert isinstance(value, list | tuple), "the schema has a list here"
    return tuple(str(item) for item in value)


def _replaced(value: object, path: KeyPath, leaf: object) -> object:
    """Copy frozen tables with another value at a path."""
    if not path:
        return leaf
    name = str(path[0])
    if isinstance(value, Mapping):
        return {**value, name: _replaced(value[name], path[1:], leaf)}
    assert isinstance(value, Struct)
    return replace(value, **{name: _replaced(getattr(value, name), path[1:], leaf)})
