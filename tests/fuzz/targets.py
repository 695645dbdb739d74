"""What is fuzzed: everything that reads bytes which others wrote.

A target takes an input and the chance that it came from, and fails by raising. Each
has few seeds, taken from `tests/data` or written here.
"""

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from random import Random

from msgspec import Struct

from tests.fuzz import attached, streams, texts

_DATA = Path(__file__).parents[1] / "data"


class Target(Struct, frozen=True, kw_only=True):
    """One reader of bytes."""

    name: str
    run: Callable[[bytes, Random], None]
    """Reads an input; raises `AssertionError`, or what should not be raised."""
    seeds: Callable[[], Sequence[bytes]]


_LINES = 16
"""Lines of a recorded stream that are kept at each end; those between are alike."""


@cache
def _recorded(form: str = "") -> tuple[bytes, ...]:
    """Give the recorded streams, those of a format several times."""
    expected = json.loads((_DATA / "streams/expected.json").read_text())
    found = []
    for name, answer in sorted(expected.items()):
        lines = (_DATA / "streams" / name).read_bytes().splitlines(keepends=True)
        kept = [*lines[:_LINES], *lines[_LINES:][-_LINES:]]
        found += [b"".join(kept)] * (5 if answer["format"] == form else 1)
    return tuple(found)


@cache
def _files(*folders: str) -> tuple[bytes, ...]:
    files = (file for folder in folders for file in sorted((_DATA / folder).iterdir()))
    return tuple(file.read_bytes()[:4096] for file in files)


def _stream(form: str) -> Target:
    def run(data: bytes, chance: Random) -> None:
        streams.read_cut_anywhere(form, data, chance)

    return Target(name=f"stream-{form}", run=run, seeds=lambda: _recorded(form))


def _code() -> Sequence[bytes]:
    return (*_files("code"), *(text.encode() for text in texts.ANSWERS))


TARGETS: tuple[Target, ...] = (
    *map(_stream, streams.FORMATS),
    Target(name="deltas", run=streams.keep_text, seeds=_code),
    Target(name="splitters", run=streams.split_anywhere, seeds=_recorded),
    Target(name="refusals", run=streams.explain_any, seeds=streams.refusals),
    Target(name="usage", run=streams.count_any, seeds=streams.usages),
    Target(name="cleaning", run=texts.clean_any, seeds=_code),
    Target(name="fitting", run=texts.fit_any, seeds=_code),
    Target(name="visible", run=texts.show_any, seeds=_code),
    Target(name="guard", run=texts.guard_any, seeds=lambda: _files("code", "config")),
    Target(name="frames", run=texts.frame_any, seeds=texts.frames),
    Target(name="configuration", run=texts.load_any, seeds=lambda: _files("config")),
    Target(
        name="shape",
        run=texts.weigh_any,
        seeds=lambda: (*_files("config"), *texts.SHAPES),
    ),
    Target(name="environment", run=texts.environment_any, seeds=texts.environments),
    Target(name="attachments", run=attached.attach_any, seeds=attached.files),
    Target(name="options", run=attached.option_any, seeds=attached.options),
)
"""All of them."""
