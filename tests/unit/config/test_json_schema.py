"""The schema described, and the pages that are made from it."""

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hexai.config.decode import decode
from hexai.config.json_schema import json_schema
from hexai.config.problems import dotted
from hexai.config.schema import Settings
from hexai.config.validate import find_problems
from scripts.pages.config import example, page
from scripts.pages.tables import sections

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("config.toml.example", example()),
        ("docs/reference/config.md", page()),
        (
            "docs/reference/config.schema.json",
            json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n",
        ),
    ],
)
def test_generated_files_are_current(name: str, text: str) -> None:
    """`scripts/generate` was run after the last change of the schema."""
    assert (ROOT / name).read_text() == text


def test_the_example_changes_nothing() -> None:
    """Copied as it is, it is the same as an empty file."""
    assert decode(tomllib.loads(example())) == Settings()


def test_the_example_is_right_in_every_line() -> None:
    """With every key uncommented it still loads without a problem."""
    uncommented = re.sub(r"^#(?=[a-z\[])", "", example(), flags=re.MULTILINE)
    settings = decode(tomllib.loads(uncommented))

    assert isinstance(settings, Settings), settings
    assert list(find_problems(settings)) == []


def test_the_pages_hold_every_key() -> None:
    """Nothing that can be set is left out of the reference."""
    text = page()
    keys = [(section, key) for section in sections() for key in section.keys]

    assert len(keys) > 150
    for section, key in keys:
        assert f"[{dotted(section.path)}]" in text or not section.path
        assert f"| `{key.name}` | {key.allowed.replace('|', chr(92) + '|')} |" in text


def test_what_is_not_obvious_is_explained() -> None:
    """Only prompts, markers and the parts of a known pair speak for themselves."""
    silent = {
        f"{dotted(section.path)}.{key.name}"
        for section in sections()
        for key in section.keys
        if not key.text and section.path[:1] != ("prompts",)
    }

    assert silent == {"inline.inline_open", "inline.inline_close"}


def test_the_json_schema_follows_its_references() -> None:
    """Every table that it names is there, with a description."""
    schema = json_schema()
    named = {ref.removeprefix("#/$defs/") for ref in _references(schema)}

    assert named == set(schema["$defs"])
    assert all(table["description"] for table in schema["$defs"].values())
    assert schema["$defs"]["General"]["properties"]["max_tokens"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 1_000_000_000,
        "default": 4000,
        "description": "The length of an answer in tokens; 0: the upstream decides.",
    }


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if "$ref" in value:
            yield value["$ref"]
        for inner in value.values():
            yield from _references(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _references(inner)
