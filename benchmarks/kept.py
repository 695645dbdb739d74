"""How much of a prompt a server reads anew with each key, beside an older build.

Both builds run as editor servers and are asked the same by the same trace, key by key
in turn; each has a real llama.cpp server of its own, and what that read is what it says
itself. A third side asks as llama.vim does. Run by `scripts/bench typing`.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit

from msgspec import Struct

from benchmarks.anew import Asked, first_tokens, limits, report
from benchmarks.counted import MODEL, Relay, counted
from benchmarks.keys import Edit, Source, plain, wandering
from benchmarks.lsp import Editor, started
from hexai.providers.llamacpp.gguf import read_metadata
from tests.support.gap_model import write_gap_model
from tests.support.quick_model import write_quick_model

How = Literal["chat", "infill"]
Serve = Callable[[], AbstractContextManager[Relay]]
"""Starts a server."""
Trace = tuple[str, tuple[Source, ...], tuple[Edit, ...]]
"""What it is called, the files, and the edits."""

_CONFIG = """\
[providers.llama]
type = "openai"
base_url = "{address}/v1"
infill = "{infill}"
local = true

[completion]
completion_debounce_ms = 0
wait = "all"
hard_deadline = 300
{extra}
[[models.completion]]
provider = "llama"
model = "{model}"
max_tokens = 8
timeout = 300
first_token_timeout = 300
"""
_WORDS = "Tell me in three sentences what a river is, and why it runs."
_HOW: tuple[How, How] = ("chat", "infill")


class Build(Struct, frozen=True, kw_only=True):
    """A build of Hexai that is measured."""

    name: str
    program: Path
    extra: str = ""
    """Further lines of `[completion]`."""


class Asks(Protocol):
    """Somebody who types, and asks."""

    def follow(self, edit: Edit) -> None:
        """Make an edit, and ask if it asks; return when all has been answered."""


class Writer:
    """Types into documents of an editor server, and asks."""

    def __init__(self, editor: Editor, relay: Relay, *sources: Source) -> None:
        """Open the files."""
        self._editor = editor
        self._relay = relay
        self._uris = []
        for source in sources:
            uri = f"file:///bench/{source.path.name}"
            editor.open(uri, source.text, source.language)
            self._uris.append(uri)

    def follow(self, edit: Edit) -> None:
        """Make an edit, and ask if it asks."""
        if edit.chats:
            _chat(self._relay)
            self._relay.taken()
        uri = self._uris[edit.file]
        at = edit.line, edit.character
        self._editor.replace(uri, *at, edit.removed, edit.added)
        if edit.asks:
            self._editor.complete(uri, *edit.end)


def _chat(relay: Relay) -> None:
    _post(
        relay.address,
        "/v1/chat/completions",
        {"messages": [{"role": "user", "content": _WORDS}], "max_tokens": 8},
    )


def _post(address: str, path: str, body: Any) -> None:
    connection = HTTPConnection(urlsplit(address).netloc, timeout=300)
    text = json.dumps(body).encode()
    connection.request("POST", path, text, {"Content-Type": "application/json"})
    connection.getresponse().read()
    connection.close()


class LlamaVim:
    """Asks as llama.vim does: 256 lines before, 64 behind."""

    def __init__(self, relay: Relay, source: Source) -> None:
        """Open a file."""
        self._relay = relay
        self._lines = source.text.split("\n")

    def follow(self, edit: Edit) -> None:
        """Make an edit, and ask."""
        text = self._lines[edit.line]
        rest = text[edit.character + edit.removed :]
        changed = text[: edit.character] + edit.added + rest
        self._lines[edit.line : edit.line + 1] = changed.split("\n")
        _post(self._relay.address, "/infill", _vim(self._lines, *edit.end))


def _vim(lines: list[str], line: int, character: int) -> Any:
    """Write the request; seen in llama.vim, autoload/llama.vim, 2026-11."""
    above = "".join(f"{one}\n" for one in lines[max(0, line - 256) : line])
    below = "".join(f"{one}\n" for one in lines[line + 1 : line + 65])
    return {
        "input_prefix": above,
        "prompt": lines[line][:character],
        "input_suffix": f"{lines[line][character:]}\n{below}",
        "n_predict": 8,
        "cache_prompt": True,
        "stream": True,
    }


@contextmanager
def _as_llama_vim(relay: Relay, sources: tuple[Source, ...]) -> Iterator[Asks]:
    yield LlamaVim(relay, sources[0])


@contextmanager
def _typing(
    build: Build, how: How, relay: Relay, sources: tuple[Source, ...]
) -> Iterator[Asks]:
    """Start an editor server of a build."""
    with tempfile.TemporaryDirectory(prefix="hx-") as folder:
        home = Path(folder)
        config = home / ".config/hexai/config.toml"
        config.parent.mkdir(parents=True)
        infill = "infill" if how == "infill" else "off"
        config.write_text(
            _CONFIG.format(
                address=relay.address, infill=infill, model=MODEL, extra=build.extra
            )
        )
        with started([str(build.program), "lsp"], home) as editor:
            editor.initialize()
            yield Writer(editor, relay, *sources)


Enter = Callable[[Relay, tuple[Source, ...]], AbstractContextManager[Asks]]
"""Begins to type into files; a new one for each trace."""


def measured(
    sides: Mapping[str, Enter], traces: list[Trace], serve: Serve
) -> dict[str, dict[str, list[Asked]]]:
    """Have all sides follow all traces, and give what was counted of each of them.

    They make each edit one after the other, in an order that turns, so that what else
    a machine does befalls all alike.
    """
    found: dict[str, dict[str, list[Asked]]] = {name: {} for name in sides}
    with ExitStack() as servers:
        relays = {name: servers.enter_context(serve()) for name in sides}
        for place, files, trace in traces:
            with ExitStack() as typing:
                typists = [
                    (name, typing.enter_context(enter(relays[name], files)))
                    for name, enter in sides.items()
                ]
                for edit in trace:
                    for name, typist in typists:
                        typist.follow(edit)
                        counts = relays[name].taken()
                        asked = [Asked(edit=edit, count=count) for count in counts]
                        found[name].setdefault(place, []).extend(asked)
                    typists.reverse()
            _progress(place, found)
    return found


def _progress(place: str, found: Mapping[str, Mapping[str, list[Asked]]]) -> None:
    busy = f"{os.getloadavg()[0]:.1f}"
    counts = ", ".join(f"{name} {len(each[place])}" for name, each in found.items())
    print(f"{place}: {counts} requests; load {busy}", file=sys.stderr, flush=True)


def _traces(sources: list[Source]) -> Iterator[Trace]:
    for source in sources:
        for line in source.lines:
            yield f"{source.path.name}:{line}", (source,), plain(source, line)


def _wandering(one: Source, other: Source) -> Trace:
    return f"{one.path.name} and {other.path.name}", (one, other), wandering(one, other)


def main() -> None:
    """Measure the sides in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument("--old", type=Path, help="the same of an older build")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="for times: ask that model, with tokens for gaps named in it if it has"
        " none, and not a quick one with its words",
    )
    parser.add_argument("--server", help="a llama-server, for that of the package")
    parser.add_argument("--go", type=Path, help="a file of over 1,500 lines")
    parser.add_argument("--typescript", type=Path, help="another")
    parser.add_argument("--lines", type=int, nargs="*", default=[60, 300, 1200, 2400])
    parser.add_argument("--keys", type=int, help="of each trace; all, if not set")
    every = ["chat", "infill", "vim"]
    parser.add_argument("--parts", nargs="*", default=every, choices=every)
    parser.add_argument("--trace", default="plain", choices=["plain", "wandering"])
    parser.add_argument("--order", default="standing", help="of the new build's prompt")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hx-") as folder:
        compare(options, _model(options, Path(folder) / "model.gguf"))


def _model(options: argparse.Namespace, target: Path) -> Path:
    """Give the model that is asked; what is not there as it is wanted is written."""
    source: Path = options.model
    if not options.whole:
        write_quick_model(source, target)
        return target
    with source.open("rb") as file:
        fills_gaps = read_metadata(file).gap is not None
    if not fills_gaps:
        write_gap_model(source, target)
    return source if fills_gaps else target


def compare(options: argparse.Namespace, model: Path) -> None:
    """Measure, and print how the sides compare."""
    sources = _sources(options)
    wanders = options.trace == "wandering"
    traces = [_wandering(*sources[:2])] if wanders else [*_traces(sources)]
    traces = [(name, files, trace[: options.keys]) for name, files, trace in traces]
    serve = partial(counted, model, options.server)
    lines: list[str] = []
    for how in _HOW:
        if how not in options.parts:
            continue
        sides: dict[str, Enter] = {
            build.name: partial(_typing, build, how) for build in _builds(options)
        }
        if how == "infill" and "vim" in options.parts and not wanders:
            sides["vim"] = _as_llama_vim
        found = measured(sides, traces, serve)
        for name, places in found.items():
            report(f"{how}, {name}", places)
        lines += limits(how, found, wanders=wanders)
        if options.whole:
            lines += first_tokens(how, found)
    print(*lines, sep="\n")


def _builds(options: argparse.Namespace) -> Iterator[Build]:
    extra = f'prompt_order = "{options.order}"\n'
    yield Build(name="new", program=options.hexai / "hexai", extra=extra)
    if options.old:
        yield Build(name="old", program=options.old / "hexai")


def _sources(options: argparse.Namespace) -> list[Source]:
    python = Source(
        path=Path(argparse.__file__), language="python", lines=tuple(options.lines)
    )
    found = [python]
    if options.go:
        found.append(Source(path=options.go, language="go", lines=(900,)))
    if options.typescript:
        ts = Source(path=options.typescript, language="typescript", lines=(2500,))
        found.append(ts)
    return found


if __name__ == "__main__":
    main()
