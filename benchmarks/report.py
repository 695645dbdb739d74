"""The report: how long its page takes to be made, and to be drawn.

Run by `scripts/bench report`. A million made-up answers are held against six seconds
and 300 MB, beside `hexai stats` and `hexai leaderboard` over the same ledger, which
read the same and draw nothing; the first drawing in Debian's Chromium against a second,
beside an empty page.
"""

import argparse
import os
import resource
import statistics
import subprocess
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.ledger import fill
from hexai.config.folders import LEDGER_FILE

_ANSWERS = 1_000_000
_SECONDS, _MEGABYTES, _DRAWN = 6.0, 300.0, 1.0
_LOOKS_EVERY = 0.02
"""Seconds between looks at how much memory is used."""
_CHROMIUM = "/usr/bin/chromium"
_FIRST = """new Promise(found => new PerformanceObserver(list => {
    const [entry] = list.getEntriesByName("first-contentful-paint");
    if (entry) found(entry.startTime);
}).observe({type: "paint", buffered: true}))"""


def measure(hexai: Path, home: Path, *words: str) -> tuple[float, float, float]:
    """Run a command: the seconds it takes, those of processors, and its megabytes.

    Processes that it starts count along, and memory that several share counts once.
    """
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}
    command: list[str | Path] = [hexai / "hexai", *words]
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN)
    size = 0.0
    with subprocess.Popen(
        command, env=environment, cwd=home, stdout=subprocess.DEVNULL
    ) as process:
        while process.poll() is None:
            size = max(size, sum(map(_megabytes, (process.pid, *_begun(process.pid)))))
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOKS_EVERY)
    seconds = time.monotonic() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    return seconds, spent, size


def _begun(process: int) -> list[int]:
    """Give the processes that one has begun."""
    try:
        listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:  # it has just ended
        return []
    return [*map(int, listed.split())]


def _megabytes(process: int) -> float:
    """Give its part of the memory."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    shares = (line.split()[1] for line in told.splitlines() if line.startswith("Pss:"))
    return sum(map(int, shares)) * 1024 / 1e6


def first_drawing(browser: Browser, page: Path) -> float:
    """Give the seconds until the browser has drawn the first of a page."""
    shown = browser.new_page()
    shown.goto(page.as_uri(), wait_until="commit")
    drawn: float = shown.evaluate(_FIRST)
    shown.close()
    return drawn / 1000


def run(hexai: Path, runs: int) -> None:
    """Measure everything and print it."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        fill(home / ".local/state/hexai" / LEDGER_FILE, _ANSWERS)
        print(f"  with others at work: a load of {os.getloadavg()[0]:.1f}")
        for command in ("stats", "leaderboard", "report"):
            found = [measure(hexai, home, command) for _ in range(runs)]
            wall, spent, size = map(statistics.median, zip(*found, strict=True))
            told = f"{wall:6.2f} s, of processors {spent:5.2f} s, {size:4.0f} MB"
            limits = ""
            if command == "report":
                within = wall <= _SECONDS and size <= _MEGABYTES
                word = "within" if within else "OVER"
                limits = f", {word} {_SECONDS:g} s and {_MEGABYTES:g} MB"
            print(f"  hexai {command:<12}{told}{limits}")
        page = home / "hexai-report.html"
        print(f"  -> {page.stat().st_size / 1e6:.2f} MB, at most 3")
        empty = home / "empty.html"
        empty.write_text("<!doctype html><title>.</title><p>.</p>")
        with sync_playwright() as driver:
            browser = driver.chromium.launch(
                executable_path=_CHROMIUM, args=["--no-sandbox"]
            )
            for name, file in (("an empty page", empty), ("the page", page)):
                first = statistics.median(
                    first_drawing(browser, file) for _ in range(runs)
                )
                word = "within" if first <= _DRAWN else "OVER"
                print(f"  first drawing of {name}: {first:.2f} s, {word} {_DRAWN:g} s")
            browser.close()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hexai", type=Path, required=True, help="folder of programs")
    parser.add_argument("--runs", type=int, default=5)
    given = parser.parse_args()
    run(given.hexai, given.runs)


if __name__ == "__main__":
    main()
