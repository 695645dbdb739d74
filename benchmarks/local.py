"""The embedded model where it is used, beside an older build of Hexai.

Both are started as users start them and asked the same, in turn: typing in the middle
of a file of 2,700 lines, completions that nobody waits for any more, and interrupted
questions on the command line. What an answer takes is told, not how good it is; that
does `scripts/bench holes`. Run by `scripts/bench local`.
"""

import argparse
import json
import signal
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.lsp import Editor, started

_CONFIG = """\
[local]
keep_alive = 3

[completion]
wait = "all"
hard_deadline = 90

[[models.completion]]
provider = "local"
model = "{model}"
"""
_TYPED = '''\
    def describe(self, action):
        """Give the options of an action."""
        parts = []
        for option in action.option_strings:
            parts.append(option)
        return ", ".join(parts)
'''
_EVERY = 6
"""Characters between two requests."""
_PAUSE = 0.15
"""Seconds that completion waits for the typing to pause."""
_WORDS = "the river ran over stones and nobody saw where its water came from".split()  # noqa: SIM905


class Typist:
    """Types in one document of an editor server, and asks."""

    def __init__(self, editor: Editor, uri: str, text: str, line: int) -> None:
        self._editor = editor
        self._uri = uri
        self._line, self._character = line, 0
        editor.open(uri, text)

    def type(self, text: str) -> None:
        """Type some characters."""
        self._editor.type(self._uri, self._line, self._character, text)
        self._line += text.count("\n")
        end = text.rpartition("\n")[2]
        self._character = len(end) + (0 if "\n" in text else self._character)

    def wait(self) -> tuple[float, bool]:
        """Ask, and give the seconds to the list, and whether it has a suggestion."""
        began = time.monotonic()
        listed = self._editor.complete(self._uri, self._line, self._character)
        items = listed["items"] if isinstance(listed, dict) else listed
        return time.monotonic() - began, bool(items)

    def abandon(self, seconds: float) -> None:
        """Ask, and type something else before the list has come."""
        self._editor.begin_completion(self._uri, self._line, self._character)
        time.sleep(seconds)
        self.type("#\n")


def typing(
    editor: Editor, source: str, lines: list[int], characters: int
) -> list[float]:
    """Type a function at some lines of a file; print and give how long lists took."""
    usual: list[float] = []
    after_break: list[float] = []
    suggested = 0
    for number, line in enumerate(lines):
        typist = Typist(editor, f"file:///bench/{number}.py", source, line)
        first = True
        for start in range(0, min(characters, len(_TYPED)), _EVERY):
            piece = _TYPED[start : start + _EVERY]
            typist.type(piece)
            seconds, has_any = typist.wait()
            suggested += has_any
            if first:
                print(f"    first at line {line}: {seconds - _PAUSE:.2f} s", flush=True)
            elif "\n" in piece:
                after_break.append(seconds - _PAUSE)
            else:
                usual.append(seconds - _PAUSE)
            first = False
    told = statistics.median(usual)
    print(f"    median {told:.2f} s, longest {max(usual):.2f} s, of {len(usual)}")
    if after_break:
        told = statistics.median(after_break)
        print(f"    with a new line {told:.2f} s, longest {max(after_break):.2f} s")
    print(f"    lists with a suggestion: {suggested}", flush=True)
    return usual


def abandoned(editor: Editor, source: str) -> float:
    """Give up three completions in a large file; time one in another file."""
    for line in (300, 1200, 2000):
        large = Typist(editor, f"file:///bench/large{line}.py", source, line)
        large.type("    value = ")
        large.abandon(0.6)
    other = Typist(editor, "file:///bench/other.py", "def add(a, b):\n\n", 1)
    other.type("    return ")
    return other.wait()[0] - _PAUSE


def interrupted(hexai: Path, home: Path, model: str) -> str:
    """Interrupt two long questions; time a short one to its first character.

    Its own account of that is told too: the rest is the process's start.
    """
    command = [str(hexai), "-m", f"local:{model}", "--jsonl"]
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}

    def ask(*words: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [*command, "--fresh", *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    ask("Say", "hi").communicate()
    texts = (
        " ".join(_WORDS[(n * n + number) % 13] for n in range(1500))
        for number in range(2)
    )
    long = [ask("Tell", "me", text) for text in texts]
    time.sleep(1.5)
    for process in long:
        process.send_signal(signal.SIGINT)
        process.communicate()
    began = time.monotonic()
    short = ask("Say", "hi")
    assert short.stdout is not None
    first = next(line for line in short.stdout if b'"event":"delta"' in line)
    seconds = time.monotonic() - began
    short.communicate()
    return f"{seconds:.2f} s, {json.loads(first)['at_ms'] / 1e3:.2f} s by itself"


@contextmanager
def beside(count: int) -> Iterator[None]:
    """Keep some processes busy meanwhile."""
    spin = ["python3", "-c", "while True: pass"]
    busy = [subprocess.Popen(spin) for _ in range(count)]
    try:
        yield
    finally:
        for process in busy:
            process.kill()
            process.wait()


def as_editor(hexai: Path, home: Path, model: str, source: str) -> str:
    """Start an editor server, and time it after three abandoned completions."""
    config = home / ".config/hexai/config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(_CONFIG.format(model=model))
    with started([str(hexai), "lsp"], home) as editor:
        editor.initialize()
        warm = Typist(editor, "file:///bench/warm.py", "x = 1\n\n", 1)
        warm.type("y = ")
        warm.wait()
        return f"{abandoned(editor, source):.2f} s"


def measure(hexai: Path, options: argparse.Namespace, source: str) -> list[float]:
    """Measure one build, and give how long its lists took."""
    typed: list[float] = []
    with tempfile.TemporaryDirectory(prefix="hx-") as folder:
        home = Path(folder)
        config = home / ".config/hexai/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(_CONFIG.format(model=options.model))
        with started([str(hexai), "lsp"], home) as editor:
            editor.initialize()
            warm = Typist(editor, "file:///bench/warm.py", "x = 1\n\n", 1)
            warm.type("y = ")
            warm.wait()
            if "typing" in options.parts:
                typed = typing(editor, source, options.lines, options.characters)
            if "abandoned" in options.parts:
                print(f"    after three abandoned: {abandoned(editor, source):.2f} s")
        if "interrupted" in options.parts:
            told = interrupted(hexai, home, options.model)
            print(f"    after two interrupted questions: {told}")
        time.sleep(4)  # its worker ends by itself
    return typed


def main() -> None:
    """Measure the builds in turn."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument("--old", type=Path, help="the same of an older build")
    parser.add_argument("--model", required=True, help="the path of a GGUF file")
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--busy", type=int, nargs="*", default=[0])
    parser.add_argument("--lines", type=int, nargs="*", default=[300, 1200, 2400])
    parser.add_argument("--characters", type=int, default=len(_TYPED))
    every = ["typing", "abandoned", "interrupted"]
    parser.add_argument("--parts", nargs="*", default=every, choices=every)
    options = parser.parse_args()
    source = Path(argparse.__file__).read_text("utf-8")
    builds = {"new": options.hexai, **({"old": options.old} if options.old else {})}
    for busy in options.busy:
        typed: dict[str, list[float]] = {name: [] for name in builds}
        for _ in range(options.rounds):
            for name, folder in builds.items():
                print(f"{name}, beside {busy} busy:", flush=True)
                with beside(busy):
                    typed[name] += measure(folder / "hexai", options, source)
        if typed.get("old"):
            new, old = (statistics.median(typed[name]) for name in ("new", "old"))
            print(f"medians beside {busy} busy, new / old: {new / old:.3f}", flush=True)


if __name__ == "__main__":
    main()
