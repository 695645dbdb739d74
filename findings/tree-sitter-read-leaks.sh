#!/usr/bin/env bash
# Guess: a parser that is given a function to read by lets go of each piece once it has
#   asked for the next one, as its documentation of the C library promises; and a parse of
#   bytes can be stopped by `progress_callback` as well.
# Seen: every piece that the function returns stays in memory for the life of the process,
#   after the tree and the parser are gone too (none of a parse of bytes does). And only a
#   parse by a function can be stopped: for bytes the callback is never called.
# Version: tree-sitter 0.26.1 (the leak in 0.25.2 and 0.26.0 too), tree-sitter-python 0.25.0.
# Concerns: whoever parses all day in one process with a bound on time: editors' servers.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    tree-sitter==0.26.1 tree-sitter-python==0.25.0
env/bin/python -W ignore - <<'PYTHON'
import gc
import tracemalloc

import tree_sitter_python
from tree_sitter import Language, Parser

LANGUAGE = Language(tree_sitter_python.language())
TIMES = 300


def by_bytes(text):
    Parser(LANGUAGE).parse(text)


def by_function(text):
    Parser(LANGUAGE).parse(lambda offset, _: text[offset : offset + 512])


def kept(parse):
    parse(b"x = 1\n")
    gc.collect()
    tracemalloc.start(1)
    for number in range(TIMES):
        parse(f"x = {number}\n".encode() * 100)
    gc.collect()
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return held / TIMES


for parse in by_bytes, by_function:
    print(f"{parse.__name__}: {kept(parse):.0f} bytes kept of each text of about 800")
assert kept(by_bytes) < 10
assert kept(by_function) > 700

calls = []
Parser(LANGUAGE).parse(b"x = 1\n" * 50_000, progress_callback=lambda *_: calls.append(1))
print(f"parse of 300,000 bytes: the callback was called {len(calls)} times")
assert not calls
PYTHON
