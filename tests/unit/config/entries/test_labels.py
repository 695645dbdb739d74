"""The names of entries."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.entries.labels import find_named, make_labels
from hexai.domain.entry import Entry, RequestSpec, Surface


def _specs(*names: str) -> list[RequestSpec]:
    pairs = [name.split(":", 1) for name in names]
    return [RequestSpec(provider=pair[0], model=pair[1]) for pair in pairs]


@pytest.mark.parametrize(
    ("own", "names", "labels"),
    [
        (["", ""], ["a:x", "b:y"], ["x", "y"]),
        (["home", ""], ["a:x", "b:y"], ["home", "y"]),
        (["", ""], ["a:x", "b:x"], ["a:x", "b:x"]),
        (["home", ""], ["a:x", "b:x"], ["home", "b:x"]),
        (["", "", ""], ["a:x", "a:x", "a:x"], ["a:x", "a:x#2", "a:x#3"]),
        (["", "y"], ["a:y", "b:z"], ["a:y", "y"]),
        (["me", "me"], ["a:x", "b:y"], ["me", "me#2"]),
        ([""], ["a:"], ["a"]),
    ],
)
def test_a_label_is_as_short_as_it_can_be(
    own: list[str], names: list[str], labels: list[str]
) -> None:
    """Its own, else the model, else provider and model, else numbered."""
    assert list(make_labels(own, _specs(*names))) == labels


WORDS = st.sampled_from(["", "a", "b", "a:x", "x", "x#2", "a:x#2"])


@given(st.lists(st.tuples(WORDS, WORDS, WORDS), max_size=8))
def test_labels_are_unique_and_never_empty(
    rows: list[tuple[str, str, str]],
) -> None:
    """Whatever entries are called, no two have one name."""
    specs = [RequestSpec(provider=row[1] or "p", model=row[2]) for row in rows]

    labels = make_labels([row[0] for row in rows], specs)

    assert len(set(labels)) == len(rows)
    assert all(labels)


def _entries(*names: str) -> list[Entry]:
    specs = _specs(*names)
    labels = make_labels([""] * len(specs), specs)
    return [
        Entry(surface=Surface.CLI, index=i, label=label, spec=spec, timeout=1)
        for i, (spec, label) in enumerate(zip(specs, labels, strict=True))
    ]


def test_an_entry_is_found_by_label_and_by_provider_and_model() -> None:
    """A label means one entry, a model all that ask it."""
    entries = _entries("a:x", "b:y", "b:y")

    assert find_named(entries, "x") == [0]
    assert find_named(entries, "a:x") == [0]
    assert find_named(entries, "b:y#2") == [2]
    assert find_named(entries, "nobody") == []
