"""The short, unique names of a surface's entries."""

from collections import Counter
from collections.abc import Sequence

from hexai.domain.entry import Entry, RequestSpec


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
