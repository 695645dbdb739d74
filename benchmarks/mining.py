"""Mining tasks: time and memory, beside git's own reading of as many commits.

Run by `scripts/bench mining`. A repository of 10,000 commits and 5,000 files is made,
packed, and mined in processes of their own: `mine` for 500 tasks, against the limits of
the specification (10 s, 150 MB), and `git log -p` of all its commits, which is started
here and nowhere else.
"""

import argparse
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

_LIMIT_SECONDS, _LIMIT_MB = 10.0, 150
_START = 1_700_000_000
_FOLDERS, _INNER = 25, 10
_SYLLABLES = (
    "ka",
    "lo",
    "mi",
    "ren",
    "tas",
    "vel",
    "dor",
    "un",
    "gi",
    "sha",
    "bol",
    "ek",
)

_MINE = """
import os, resource, sys, time
from pathlib import Path
from hexai.bench.mining.keeping import refusals
from hexai.bench.mining.mine import Wanted, mine
from hexai.config.folders import find_folders
from hexai.config.schema import Ignore
began = time.perf_counter()
rules = refusals(find_folders({}, Path(sys.argv[1])), {}, Ignore())
wanted = Wanted(tasks=int(sys.argv[2]), since=0, seed=sys.argv[3])
found = mine(Path(sys.argv[1]), wanted, refusals=rules, now=int(sys.argv[4]))
took = time.perf_counter() - began
used = resource.getrusage(resource.RUSAGE_SELF)
print(len(found.tasks), took, used.ru_utime + used.ru_stime, used.ru_maxrss >> 10,
      found.commits)
"""


class Writer:
    """Makes up code, the same for the same number."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)

    def word(self) -> str:
        """Make up a name."""
        return "".join(self._dice.choices(_SYLLABLES, k=self._dice.randint(2, 4)))

    def lines(self, language: str) -> list[str]:
        """Make up a function."""
        name, one, two = self.word(), self.word(), self.word()
        inner = [
            f"    {self.word()} = {self.word()}({one}, {self._dice.randrange(999)})"
            for _ in range(self._dice.randint(3, 12))
        ]
        condition = f"{one} > {two}.{self.word()}({self._dice.randrange(99)})"
        if language == "py":
            more = [f"    if {condition}:", f"        {self.word()}({two}, {one})"]
            return [
                "",
                f"def {name}({one}, {two}):",
                *inner,
                *more,
                f"    return {one}",
            ]
        begins = {"go": "func", "ts": "function", "rs": "fn"}[language]
        header = f"{begins} {name}({one}, {two}) {{"
        more = [
            f"    if ({condition}) {{",
            f"        {self.word()}({two}, {one});",
            "    }",
        ]
        closed = [f"{line};" for line in inner]
        return ["", header, *closed, *more, "}"]

    def change(self, lines: list[str], language: str) -> list[str]:
        """Put a function somewhere among the others."""
        places = [n for n, line in enumerate(lines) if not line] or [len(lines)]
        at = self._dice.choice(places)
        return [*lines[:at], *self.lines(language), *lines[at:]]


class Maker:
    """Writes a repository's objects."""

    def __init__(self, folder: Path, files: int, seed: int) -> None:
        self._dice = random.Random(seed)
        self._writer = Writer(seed)
        self._repository = pygit2.init_repository(str(folder), bare=True)
        self._texts: dict[tuple[int, int, str], list[str]] = {}
        self._blobs: dict[tuple[int, int], dict[str, pygit2.Oid]] = {}
        self._inner: dict[int, dict[str, pygit2.Oid]] = {}
        self._outer: dict[str, pygit2.Oid] = {}
        self._parents: list[pygit2.Oid] = []
        for n in range(files):
            language = ("py", "go", "ts", "rs")[n % 4]
            lines = [line for _ in range(8) for line in self._writer.lines(language)]
            key = (
                n % _FOLDERS,
                n // _FOLDERS % _INNER,
                f"{self._writer.word()}{n}.{language}",
            )
            self._texts[key] = lines
        self._keys = list(self._texts)

    def commit(self, number: int) -> None:
        """Change two or three files, at first all."""
        keys = self._dice.sample(self._keys, self._dice.randint(2, 3))
        for key in keys if number else self._keys:
            if number:
                language = key[2].rpartition(".")[2]
                self._texts[key] = self._writer.change(self._texts[key], language)
            self._write(key)
        for outer, inner in dict.fromkeys(
            key[:2] for key in (keys if number else self._keys)
        ):
            tree = self._tree(self._blobs[outer, inner], FileMode.BLOB)
            self._inner.setdefault(outer, {})[f"part{inner}"] = tree
        for outer in dict.fromkeys(key[0] for key in (keys if number else self._keys)):
            self._outer[f"folder{outer}"] = self._tree(
                self._inner[outer], FileMode.TREE
            )
        person = pygit2.Signature(
            f"Author {number % 7}", "a@example.org", _START + number * 60, 0
        )
        root = self._tree(self._outer, FileMode.TREE)
        made = self._repository.create_commit(
            "HEAD", person, person, "change", root, self._parents
        )
        self._parents = [made]

    def _write(self, key: tuple[int, int, str]) -> None:
        text = "\n".join(self._texts[key]) + "\n"
        blob = self._repository.create_blob(text.encode())
        self._blobs.setdefault(key[:2], {})[key[2]] = blob

    def _tree(self, entries: dict[str, pygit2.Oid], mode: FileMode) -> pygit2.Oid:
        names = sorted(entries, key=lambda name: name + "/" * (mode == FileMode.TREE))
        data = b"".join(
            b"%o %s\0%s" % (mode, name.encode(), entries[name].raw) for name in names
        )
        return self._repository.odb.write(ObjectType.TREE, data)


def make(folder: Path, commits: int, files: int) -> None:
    """Make a repository, and pack it as git does."""
    maker = Maker(folder, files, seed=7)
    for number in range(commits):
        maker.commit(number)
    subprocess.run(["git", "-C", str(folder), "repack", "-adq"], check=True)


def mined(
    python: Path, folder: Path, tasks: int, now: int, runs: int
) -> Iterator[list[float]]:
    """Mine again and again, with another seed each time."""
    for run in range(runs):
        command = [
            str(python),
            "-c",
            _MINE,
            str(folder),
            str(tasks),
            str(run),
            str(now),
        ]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        yield list(map(float, done.stdout.split()))


def logged(folder: Path) -> tuple[float, float]:
    """Have git write all changes out; gives seconds, and megabytes at the peak."""
    began = time.perf_counter()
    command = ["git", "-C", str(folder), "log", "-p"]
    git = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, _, used = os.wait4(git.pid, 0)
    return time.perf_counter() - began, used.ru_maxrss / 1024


def main() -> None:
    """Make, measure, and print what is over a limit."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hexai", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--commits", type=int, default=10_000)
    parser.add_argument("--files", type=int, default=5_000)
    parser.add_argument("--tasks", type=int, default=500)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--keep", type=Path, help="a folder for the repository, used again"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary) / "made"
        if not folder.is_dir():
            make(folder, options.commits, options.files)
        now = _START + options.commits * 60
        runs = list(
            mined(options.hexai / "python", folder, options.tasks, now, options.runs)
        )
        seconds = statistics.median(run[1] for run in runs)
        cpu = statistics.median(run[2] for run in runs)
        peak = max(run[3] for run in runs)
        took, memory = logged(folder)
    print(
        f"{options.commits} commits, {options.files} files, {runs[0][0]:.0f} tasks of "
        f"{runs[0][4]:.0f} commits"
    )
    print(f"mine        {seconds:6.2f} s ({cpu:.2f} s of a processor) {peak:6.0f} MB")
    print(f"git log -p  {took:6.2f} s {memory:32.0f} MB")
    # It is one thread that waits for nothing: where a machine does other things too,
    # what it would take alone is the time of the processor.
    if cpu > _LIMIT_SECONDS or peak > _LIMIT_MB:
        sys.exit(f"over {_LIMIT_SECONDS:g} s or {_LIMIT_MB} MB")


if __name__ == "__main__":
    main()
