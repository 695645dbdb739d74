"""From what is configured to the entries of a surface, with nothing left open.

The steps, in this order: the surface's list, or one entry that inherits everything
(but for completion, which asks by itself while somebody types: without entries it is
off);
what `use` leaves of it, the user's and then those of project files and of the editor;
the surface's variables; `-m`; at last the choice of `-0` and `--only`. A later step
never brings back what `use` took away: such an entry stays in the list and is refused,
so that its contender fails where everybody can see it. Nor does it lift a limit.
"""

from collections import Counter
from collections.abc import Sequence

from msgspec import UNSET, Struct, UnsetType
from msgspec.structs import replace

from hexai.config.model_words import read_words
from hexai.config.narrowing.restrictions import OnlyEntries, Restrictions
from hexai.config.problems import listed_some
from hexai.config.provider_defaults import (
    make_fallback,
    make_spec,
    make_timeout,
    no_limit,
)
from hexai.config.schema import Settings
from hexai.config.schema_entries import (
    EntryTable,
    SurfaceVariables,
    listed,
    text_of,
    variable,
)
from hexai.config.schema_types import given
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.errors import UsageError

SINGLE = (Surface.CODE_ACTION, Surface.CHAT)
"""Surfaces that ask only their first entry."""


class EntryOptions(Struct, frozen=True, kw_only=True):
    """What a command line says about the contenders."""

    models: tuple[str, ...] = ()
    """`-m`: words that replace the list."""
    tables: tuple[EntryTable, ...] = ()
    """Entries of a thread, which replace the list."""
    indices: tuple[int, ...] = ()
    """`-0`, `-1`…"""
    only: tuple[str, ...] = ()
    """`--only`: labels, or `provider:model`."""
    options: tuple[str, ...] = ()
    """`-o`: `KEY=VALUE`, for every contender."""
    timeout: float | None = None
    """`--timeout`: seconds for every contender; 0 for no limit."""
    every: bool = False
    """All entries, by explicit wish, of a surface that else asks only its first."""


class Resolved(Struct, frozen=True, kw_only=True):
    """The entries of a surface, and what variables made doubtful about them."""

    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What is as it should be, but should be known; to be said once."""


class _Step(Struct, frozen=True, kw_only=True):
    """The list after a step: as tables to work on, and as entries."""

    tables: tuple[EntryTable, ...]
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()


def resolve_entries(
    settings: Settings,
    surface: Surface,
    *,
    variables: SurfaceVariables | None = None,
    options: EntryOptions | None = None,
    restrictions: Restrictions | None = None,
) -> Resolved:
    """Give the entries that take part when `surface` asks.

    Raises `UsageError` for a word or a choice on the command line that names nothing.
    """
    options = options or EntryOptions()
    restrictions = restrictions or Restrictions()
    is_single = surface in SINGLE and not options.every
    step, allowed = _narrow(settings, surface, restrictions, is_single=is_single)
    variables = variables or SurfaceVariables()
    step = _apply_variables(settings, surface, step, variables, is_single=is_single)
    step = _apply_words(settings, surface, step, options)
    step = _apply_options(settings, surface, step, options.options)
    entries = step.entries[:1] if is_single else step.entries
    entries = _refuse(entries, allowed)
    if options.timeout is not None:
        limit = no_limit(options.timeout)
        entries = tuple(replace(entry, timeout=limit) for entry in entries)
    entries = tuple(restrictions.bounded(entry) for entry in entries)
    return Resolved(entries=_choose(entries, options), warnings=step.warnings)


def _configured(settings: Settings, surface: Surface) -> _Step:
    value = getattr(settings.models, surface.value)
    written = listed(value, ("models", surface.value))
    enabled = [table for _, table in written if table.enabled]
    if not enabled and surface is not Surface.COMPLETION:
        enabled = [EntryTable()]
    return _build(settings, surface, enabled)


def _build(
    settings: Settings,
    surface: Surface,
    tables: Sequence[EntryTable],
    labels: Sequence[str] = (),
) -> _Step:
    specs = [make_spec(settings, table) for table in tables]
    own = [given(table.label, "") for table in tables]
    entries = tuple(
        Entry(
            surface=surface,
            index=index,
            label=label,
            spec=spec,
            fallback=make_fallback(settings, table, spec),
            timeout=make_timeout(settings, table, spec),
        )
        for index, (table, spec, label) in enumerate(
            zip(tables, specs, labels or make_labels(own, specs), strict=True)
        )
    )
    return _Step(tables=tuple(tables), entries=entries)


_Allowed = tuple[tuple[str, frozenset[str]], ...]
"""Why others are refused, and whom each `use` leaves, as `provider:model`."""


def _narrow(
    settings: Settings,
    surface: Surface,
    restrictions: Restrictions,
    *,
    is_single: bool,
) -> tuple[_Step, _Allowed]:
    """Keep what each `use` names, in its order."""
    step = _configured(settings, surface)
    allowed: list[tuple[str, frozenset[str]]] = []
    own = getattr(settings.use, surface.value)
    if not isinstance(own, UnsetType):
        reason = f"use.{surface.value} does not name it"
        step, names = _keep(surface, step, OnlyEntries(names=own, reason=reason))
        allowed.append((reason, names))
    uses = restrictions.uses.get(surface, ())
    if uses and is_single:
        # Only the first is in effect, so no other one may be chosen.
        step = replace(step, tables=step.tables[:1], entries=step.entries[:1])
    for use in uses:
        step, names = _keep(surface, step, use)
        allowed.append((use.reason, names))
    return step, tuple(allowed)


def _keep(
    surface: Surface, step: _Step, use: OnlyEntries
) -> tuple[_Step, frozenset[str]]:
    """Keep what one `use` names; if that is nothing, all stay, to be refused."""
    places = [place for name in use.names for place in find_named(step.entries, name)]
    kept = list(dict.fromkeys(places))
    warnings = (*step.warnings, *_unknown(surface, step, use))
    if not kept:
        return replace(step, warnings=warnings), frozenset()
    entries = [step.entries[place] for place in kept]
    step = _Step(
        tables=tuple(step.tables[place] for place in kept),
        entries=_numbered(entries),
        warnings=warnings,
    )
    return step, frozenset(name_of(entry.spec) for entry in entries)


def _unknown(surface: Surface, step: _Step, use: OnlyEntries) -> tuple[str, ...]:
    """Say in one line which names of a `use` are those of no entry."""
    names = [repr(name) for name in use.names if not find_named(step.entries, name)]
    if not names:
        return ()
    there = _list_labels(step.entries)
    unknown = f"no entry is called {listed_some(names)}; there are {there}"
    return (f"use.{surface.value}: {unknown}",)


def _numbered(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    return tuple(replace(entry, index=index) for index, entry in enumerate(entries))


def _refuse(entries: tuple[Entry, ...], allowed: _Allowed) -> tuple[Entry, ...]:
    for reason, names in allowed:
        entries = tuple(
            entry
            if entry.refused or name_of(entry.spec) in names
            else replace(entry, refused=reason)
            for entry in entries
        )
    return entries


def _apply_variables(
    settings: Settings,
    surface: Surface,
    step: _Step,
    variables: SurfaceVariables,
    *,
    is_single: bool,
) -> _Step:
    if not isinstance(variables.models, UnsetType):
        return _apply_list(settings, surface, step, variables, is_single=is_single)
    if variables.single == ("TEMPERATURE",):
        changed = [
            replace(table, temperature=variables.temperature) for table in step.tables
        ]
        labels = [entry.label for entry in step.entries]
        built = _build(settings, surface, changed, labels)
    elif variables.single:
        first = step.tables[0] if step.tables else EntryTable()
        built = _build(settings, surface, [_replaced(first, variables)])
    else:
        return step
    return replace(built, warnings=step.warnings)


def _apply_list(
    settings: Settings,
    surface: Surface,
    step: _Step,
    variables: SurfaceVariables,
    *,
    is_single: bool,
) -> _Step:
    name = variable("MODELS", surface)
    warnings = [
        f"{name} is set, so {variable(key, surface)} is ignored"
        for key in variables.single
    ]
    tables = given(variables.models, ())
    if is_single and len(tables) > 1:
        warnings.append(extra_entries(name, len(tables) - 1))
    built = _build(settings, surface, tables or [EntryTable()])
    return replace(built, warnings=(*step.warnings, *warnings))


def extra_entries(name: str, extra: int) -> str:
    """Say that a surface that asks one entry has more of them."""
    return f"{name} supports a single entry; ignoring {extra} extra"


def _replaced(first: EntryTable, variables: SurfaceVariables) -> EntryTable:
    """Replace fields of an entry; what named another model is dropped."""
    has_provider = variables.provider is not UNSET
    inherited = UNSET if has_provider else first.model
    return replace(
        first,
        provider=variables.provider if has_provider else first.provider,
        model=given(text_of(variables.model), inherited),
        temperature=given(variables.temperature, first.temperature),
        label=UNSET,
        fallback=UNSET,
        fallback_provider=UNSET,
        fallback_model=UNSET,
    )


def _apply_words(
    settings: Settings, surface: Surface, step: _Step, options: EntryOptions
) -> _Step:
    labels = [entry.label for entry in step.entries]
    tables = options.tables or read_words(settings, options.models, labels)
    if not tables:
        return step
    return replace(_build(settings, surface, tables), warnings=step.warnings)


def _apply_options(
    settings: Settings, surface: Surface, step: _Step, words: Sequence[str]
) -> _Step:
    if not words:
        return step
    from hexai.config.model_options import read_options, with_options

    options = read_options(words)
    tables = [with_options(table, options) for table in step.tables]
    built = _build(settings, surface, tables, [e.label for e in step.entries])
    return replace(built, warnings=step.warnings)


def _choose(entries: tuple[Entry, ...], options: EntryOptions) -> tuple[Entry, ...]:
    """Keep what `-0` and `--only` name; entries keep their index and label."""
    if not options.indices and not options.only:
        return entries
    places: set[int] = set()
    for index in options.indices:
        if not 0 <= index < len(entries):
            there = ", ".join(f"-{n} ({e.label})" for n, e in enumerate(entries))
            raise UsageError(f"-{index}: there is no such contender; there are {there}")
        places.add(index)
    for name in options.only:
        named = find_named(entries, name)
        if not named:
            raise UsageError(
                f"--only: no contender is called {name!r}; "
                f"there are {_list_labels(entries)}"
            )
        places.update(named)
    return tuple(entries[place] for place in sorted(places))


def _list_labels(entries: Sequence[Entry]) -> str:
    return ", ".join(entry.label for entry in entries)


def make_labels(
    configured: Sequence[str], specs: Sequence[RequestSpec]
) -> tuple[str, ...]:
    """Name each entry, shortly and unlike the others.

    By its own label; else its model, if no other entry has that one; else
    `provider:model`; else the same with `#2`, `#3`… in entry order. `configured` holds
    an empty text for an entry without a label.
    """
    models = Counter(spec.model for spec in specs)
    wanted = [
        label or _by_model(spec, alone=models[spec.model] == 1)
        for label, spec in zip(configured, specs, strict=True)
    ]
    taken: set[str] = set()
    labels = dict.fromkeys(range(len(wanted)), "")
    own_first = sorted(labels, key=lambda place: not configured[place])
    for place in own_first:
        labels[place] = _free(wanted[place], specs[place], taken)
        taken.add(labels[place])
    return tuple(labels.values())


def _by_model(spec: RequestSpec, *, alone: bool) -> str:
    if not spec.model:
        return spec.provider
    return spec.model if alone else name_of(spec)


def _free(label: str, spec: RequestSpec, taken: set[str]) -> str:
    if label in taken and label == spec.model:
        label = name_of(spec)
    numbered, count = label, 1
    while numbered in taken:
        count += 1
        numbered = f"{label}#{count}"
    return numbered


def name_of(spec: RequestSpec) -> str:
    """Write `provider:model`."""
    return f"{spec.provider}:{spec.model}"


def find_named(entries: Sequence[Entry], name: str) -> list[int]:
    """Give the places of the entries that a label, or a `provider:model`, means.

    A label means one entry; `provider:model` means all that ask this model.
    """
    by_label = [place for place, entry in enumerate(entries) if entry.label == name]
    if by_label:
        return by_label
    return [p for p, entry in enumerate(entries) if name_of(entry.spec) == name]
