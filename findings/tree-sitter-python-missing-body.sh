#!/usr/bin/env bash
# Guess: a tree without errors means that the text is Python: a header without a body, or
#   a body that is not indented, leaves an ERROR or a MISSING node.
# Seen: the grammar takes an empty block for a body, so `has_error` is false for texts that
#   Python's own parser refuses. (A half expression does give an error.)
# Version: tree-sitter 0.26.1, tree-sitter-python 0.25.0.
# Concerns: whoever judges a completion by the tree, or looks for where a function ends.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    tree-sitter==0.26.1 tree-sitter-python==0.25.0
env/bin/python - <<'PYTHON'
import ast

import tree_sitter_python
from tree_sitter import Language, Parser

PARSER = Parser(Language(tree_sitter_python.language()))
BROKEN = [
    "def total(prices):\n",
    "def total(prices):\nreturn sum(prices)\n",
    "if ready:\nelse:\n    wait()\n",
    "for price in prices:\nprint(price)\n",
    "class Basket:\nprices = []\n",
    "try:\n    load()\n",
]


def is_python(text):
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True


for text in BROKEN:
    error = PARSER.parse(text.encode()).root_node.has_error
    print(f"{text!r}: error by the tree {error}, by Python {not is_python(text)}")
    assert not error, text
    assert not is_python(text), text
assert PARSER.parse(b"total = \n").root_node.has_error
PYTHON
