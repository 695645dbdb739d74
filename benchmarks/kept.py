"""How much of a prompt a server reads anew with each key, beside an older build.

Both builds run as editor servers and are asked the same, in turn, by the same trace of
keys; the model is behind one real llama.cpp server, started anew for each of them, and
what it read is what it says itself. Run by `scripts/bench typing`.
"""

import argparse
import json
import statistics
import tempfile
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from benchmarks.counted import MODEL, Count, Relay, counted
from benchmarks.keys import Edit, Source, plain, wandering
from benchmarks.lsp import Editor, started
from tests.support.quick_model import write_quick_model

How = Literal["chat", "infill"]
Trace = tuple[str, tuple[Source, ...], tuple[Edit, ...]]
"""What it is called, the files, and the edits."""
Traces = list[Trace]

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


class Asked(Struct, frozen=True, kw_only=True):
    """A request for a completion, and what the server counted of it."""

    edit: Edit
    count: Count


class Build(Struct, frozen=True, kw_only=True):
    """A build of Hexai that is measured."""

    name: str
    program: Path
    extra: str = ""
    """Further lines of `[completion]`."""


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

    def follow(self, trace: tuple[Edit, ...]) -> list[Asked]:
        """Make the edits of a trace, and ask after each that asks."""
        asked = []
        for edit in trace:
            if edit.chats:
                _chat(self._relay)
                self._relay.taken()
            uri = self._uris[edit.file]
            at = edit.line, edit.character
            self._editor.replace(uri, *at, edit.removed, edit.added)
            if not edit.asks:
                continue
            self._editor.complete(uri, *edit.end)
            counts = self._relay.taken()
            asked += [Asked(edit=edit, count=count) for count in counts]
        return asked


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


def measured(
    build: Build, how: How, model: Path, traces: Traces
) -> dict[str, list[Asked]]:
    """Have one build follow all traces, and give what was counted at each place."""
    found: dict[str, list[Asked]] = {}
    with tempfile.TemporaryDirectory(prefix="hx-") as folder, counted(model) as relay:
        home = Path(folder)
        config = home / ".config/hexai/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(
            _CONFIG.format(
                address=relay.address,
                infill="infill" if how == "infill" else "off",
                model=MODEL,
                extra=build.extra,
            )
        )
        for name, files, trace in traces:
            with started([str(build.program), "lsp"], home) as editor:
                editor.initialize()
                found[name] = Writer(editor, relay, *files).follow(trace)
    return found


def _traces(sources: list[Source]) -> Iterator[Trace]:
    for source in sources:
        for line in source.lines:
            yield f"{source.path.name}:{line}", (source,), plain(source, line)


def _wandering(one: Source, other: Source) -> Trace:
    return f"{one.path.name} and {other.path.name}", (one, other), wandering(one, other)


def as_llama_vim(model: Path, traces: Traces) -> dict[str, list[Asked]]:
    """Ask by the plain traces as llama.vim does: 256 lines before, 64 behind."""
    found = {}
    with counted(model) as relay:
        for name, (source, *_), trace in traces:
            lines = source.text.split("\n")
            asked = []
            for edit in trace:
                text = lines[edit.line]
                rest = text[edit.character + edit.removed :]
                changed = text[: edit.character] + edit.added + rest
                lines[edit.line : edit.line + 1] = changed.split("\n")
                line, character = edit.end
                _post(relay.address, "/infill", _vim(lines, line, character))
                asked += [Asked(edit=edit, count=one) for one in relay.taken()]
            found[name] = asked
    return found


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


def report(found: dict[str, list[Asked]]) -> int:
    """Print what was read anew at each place, and give the sum of it all."""
    later: list[Count] = []
    for name, asked in found.items():
        counts = [one.count for one in asked if not one.edit.is_first]
        later += counts
        _print(f"  {name}", counts)
    every = [one.count for asked in found.values() for one in asked]
    _print("  all but first", later)
    total = sum(count.anew for count in every)
    print(f"  in all {total} tokens anew of {sum(c.total for c in every)}")
    return total


def _print(name: str, counts: list[Count]) -> None:
    if not counts:
        print(f"{name}: nothing was asked")
        return
    shares = sorted(count.share for count in counts)
    anew = [count.anew for count in counts]
    most = shares[min(len(shares) - 1, int(0.95 * len(shares)))]
    first = statistics.median(count.first_token for count in counts)
    size = statistics.mean(count.total for count in counts)
    behind = statistics.mean(map(_suffix, counts))
    print(
        f"{name}: {statistics.mean(shares):.1%} anew (p95 {most:.1%}), tokens"
        f" {statistics.mean(anew):.0f} (longest {max(anew)}) of {size:.0f};"
        f" suffix {behind:.1%}; first token {first:.3f} s; {len(counts)} requests",
        flush=True,
    )


def _suffix(count: Count) -> float:
    """Give the share of a prompt's text that is behind the gap, by characters."""
    body = count.body
    if "input_prefix" not in body:
        return 0.0
    extra = sum(len(each["text"]) for each in body.get("input_extra", ()))
    behind = len(body["input_suffix"])
    prompt = len(body.get("prompt", ""))
    return behind / max(1, len(body["input_prefix"]) + prompt + extra + behind)


def main() -> None:
    """Measure the builds in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument("--old", type=Path, help="the same of an older build")
    parser.add_argument("--model", type=Path, required=True, help="a GGUF file")
    parser.add_argument(
        "--whole",
        action="store_true",
        help="ask that model, and not a quick one with its words: for times",
    )
    parser.add_argument("--go", type=Path, help="a file of over 1,500 lines")
    parser.add_argument("--typescript", type=Path, help="another")
    parser.add_argument("--lines", type=int, nargs="*", default=[60, 300, 1200, 2400])
    parser.add_argument(
        "--layers", type=int, default=1, help="of the quick model, for times: 32"
    )
    parser.add_argument("--keys", type=int, help="of each trace; all, if not set")
    every = ["chat", "infill", "vim"]
    parser.add_argument("--parts", nargs="*", default=every, choices=every)
    parser.add_argument("--trace", default="plain", choices=["plain", "wandering"])
    parser.add_argument("--order", default="standing", help="of the new build's prompt")
    options = parser.parse_args()
    if options.whole:
        return compare(options, options.model)
    with tempfile.TemporaryDirectory(prefix="hx-") as folder:
        quick = Path(folder) / "quick.gguf"
        write_quick_model(options.model, quick, options.layers)
        return compare(options, quick)


def compare(options: argparse.Namespace, model: Path) -> None:
    """Measure the builds, and print how they compare."""
    sources = _sources(options)
    wanders = options.trace == "wandering"
    traces = [_wandering(*sources[:2])] if wanders else [*_traces(sources)]
    traces = [(name, files, trace[: options.keys]) for name, files, trace in traces]
    extra = f'prompt_order = "{options.order}"\n'
    builds = [Build(name="new", program=options.hexai / "hexai", extra=extra)]
    if options.old:
        builds.append(Build(name="old", program=options.old / "hexai"))
    sums: dict[tuple[str, str], int] = {}
    for how in _HOW:
        for build in builds if how in options.parts else []:
            print(f"{how}, {build.name}:", flush=True)
            sums[how, build.name] = report(measured(build, how, model, traces))
    if "vim" in options.parts and not wanders:
        print("infill, as llama.vim asks:", flush=True)
        sums["infill", "vim"] = report(as_llama_vim(model, traces))
    for (asked, other), total in sums.items():
        if other != "new" and (asked, "new") in sums:
            share = sums[asked, "new"] / total
            print(f"{asked}: {share:.3f} x what {other} reads")


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
