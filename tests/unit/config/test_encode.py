"""Values written as TOML, so that what is shown can be read again."""

import tomllib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.config.decode import decode
from hexai.config.encode import Line, document, to_toml
from hexai.config.merge import flatten
from hexai.config.schema import Settings
from tests.unit.config.test_mutations import DATA

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
LEAVES = st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS
FLOATS = st.floats(allow_nan=False)
VALUES = st.recursive(
    LEAVES | FLOATS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner)
)


def document_of(data: dict[str, object]) -> str:
    """Write plain data, tables in tables."""
    values = flatten(data).items()
    return document(Line(path=path, value=value) for path, value in values)


@given(VALUES)
def test_a_value_is_read_again_as_it_was(value: object) -> None:
    """Whatever plain data it is."""
    assert tomllib.loads(f"x = {to_toml(value)}") == {"x": value}


@given(st.dictionaries(TEXTS, st.dictionaries(TEXTS, VALUES) | LEAVES))
def test_a_document_is_read_again_as_it_was(data: dict[str, object]) -> None:
    """Keys of any kind included."""
    assert tomllib.loads(document_of(data)) == data


@given(TEXTS)
def test_nothing_that_is_written_acts(text: str) -> None:
    """Control characters, bidi controls and separators are escaped."""
    assert to_toml(text).isprintable()


@pytest.mark.parametrize("data", [{}, DATA], ids=["defaults", "file"])
def test_settings_that_are_written_are_read_as_the_same(
    data: dict[str, object],
) -> None:
    """Decoding, encoding and decoding again changes nothing."""
    known = {key: value for key, value in data.items() if "mcp" not in key}
    known.pop("tmux_edit", None)
    settings = decode(known)
    assert isinstance(settings, Settings)
    text = document_of(msgspec.to_builtins(settings))

    assert decode(tomllib.loads(text)) == settings


def test_a_comment_stands_behind_its_value() -> None:
    """And tables have their names above them, the root none."""
    lines = [
        Line(path=("cli", "blind"), value=True, comment="config.toml:1"),
        Line(path=("providers", "a b", "model"), value="m"),
        Line(path=("local_only",), value=False),
    ]
    assert document(lines) == (
        "local_only = false\n"
        "\n[cli]\nblind = true  # config.toml:1\n"
        '\n[providers."a b"]\nmodel = "m"\n'
    )
