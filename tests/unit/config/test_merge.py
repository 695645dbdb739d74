"""Merging layers by presence."""

from hypothesis import given
from hypothesis import strategies as st

from hexai.config.merge import Layer, LayerKind, flatten, merge, nest
from hexai.config.problems import KeyPath, Problem

PATHS = st.sampled_from(
    [
        ("general", "max_tokens"),
        ("general", "coding_temperature"),
        ("completion", "blind"),
        ("models", "cli"),
        ("models", "chat"),
        ("providers", "work", "model"),
        ("providers", "work", "headers", "X-A"),
        ("providers", "home", "model"),
        ("ignore", "extra_patterns"),
        ("local_only",),
    ]
)
VALUES = st.sampled_from([0, 0.0, False, "", [], 1, "a", ["a", {"model": "m"}]])
FLAT = st.dictionaries(PATHS, VALUES, max_size=6)


def _layer(values: dict[KeyPath, object], kind: LayerKind = "user") -> Layer:
    return Layer(kind=kind, name=kind, values=values)


@given(FLAT, FLAT)
def test_what_is_there_wins_whatever_its_value(
    lower: dict[KeyPath, object], upper: dict[KeyPath, object]
) -> None:
    """0, false, an empty text and an empty list override; what is absent does not."""
    merged = merge([_layer(lower), _layer(upper)])

    assert merged.values == {
        path: upper[path] if path in upper else lower[path] for path in lower | upper
    }


@given(FLAT, FLAT, FLAT)
def test_merging_is_associative(
    one: dict[KeyPath, object],
    two: dict[KeyPath, object],
    three: dict[KeyPath, object],
) -> None:
    """It does not matter which neighbours are merged first."""
    layers = [_layer(one), _layer(two), _layer(three)]
    left = _layer(dict(merge(layers[:2]).values))
    right = _layer(dict(merge(layers[1:]).values))

    assert merge([left, layers[2]]).values == merge(layers).values
    assert merge([layers[0], right]).values == merge(layers).values


@given(FLAT, FLAT)
def test_every_value_knows_the_highest_layer_that_set_it(
    lower: dict[KeyPath, object], upper: dict[KeyPath, object]
) -> None:
    """The origin is the layer whose value holds."""
    below, above = _layer(lower, "user"), _layer(upper, "environment")

    merged = merge([below, above])

    for path in merged.values:
        assert merged.origin(path) is (above if path in upper else below)


@given(FLAT)
def test_taking_tables_apart_and_putting_them_together_is_nothing(
    values: dict[KeyPath, object],
) -> None:
    """Flat and nested values say the same."""
    assert flatten(nest(values)) == values


def test_an_entry_and_a_list_are_values() -> None:
    """Half of one entry and half of another are never mixed."""
    lower = flatten({"models": {"chat": {"provider": "a", "model": "b"}}})
    upper = flatten({"models": {"chat": {"model": "c"}}})

    merged = merge([_layer(lower), _layer(upper)])

    assert nest(merged.values) == {"models": {"chat": {"model": "c"}}}


def test_an_empty_table_stays_and_takes_nothing_away() -> None:
    """`[providers.x]` alone is a profile, and no reset of one."""
    empty = flatten({"providers": {"x": {}}})
    full = flatten({"providers": {"x": {"model": "m"}}})

    assert nest(merge([_layer(empty)]).values) == {"providers": {"x": {}}}
    for order in ([empty, full], [full, empty]):
        values = merge([_layer(values) for values in order]).values
        assert nest(values) == {"providers": {"x": {"model": "m"}}}


def test_a_problem_is_told_with_file_line_key_and_value() -> None:
    """The line is that of the innermost part that the file has."""
    layer = Layer(
        kind="user",
        name="/etc/config.toml",
        values={("models", "cli"): []},
        text="\n[models]\ncli = [\n  5,\n]\n",
    )
    path: KeyPath = ("models", "cli", 0)
    problem = Problem(path=path, message="must be a text", value="5")

    told = merge([layer]).told(problem)

    assert told == "/etc/config.toml:4: models.cli[0] = 5: must be a text"


def test_a_problem_of_a_variable_names_the_variable() -> None:
    """Whoever set a variable looks for its name, not for a file."""
    path = ("general", "max_tokens")
    layer = Layer(
        kind="environment",
        name="environment",
        values={path: "x"},
        variables={path: "HEXAI_MAX_TOKENS"},
    )

    told = layer.told(Problem(path=path, message="must be an integer", value='"x"'))

    assert told == 'HEXAI_MAX_TOKENS: general.max_tokens = "x": must be an integer'


def test_a_problem_of_nobody_is_still_told() -> None:
    """Where no layer has anything to do with it, the message is all there is."""
    problem = Problem(path=("stats", "x"), message="is missing")

    assert merge([]).told(problem) == "is missing"


def test_what_is_missing_is_looked_for_where_its_table_is() -> None:
    """A key that no layer has is told beside its neighbours."""
    layer = Layer(
        kind="user",
        name="c.toml",
        values={("providers", "x", "model"): "m"},
        text='[providers.x]\nmodel = "m"\n',
    )
    problem = Problem(path=("providers", "x", "type"), message="is missing")

    assert merge([layer]).told(problem) == "c.toml:1: providers.x.type: is missing"
