#!/usr/bin/env bash
# Guess: the lines that a commit added are the same for libgit2 (pygit2) and for git, with
#   neither of them configured.
# Seen: where a new function begins as the next one does (a decorator, an attribute, a
#   comment), git says that the function was added, whole; pygit2 that it was added from
#   its second line on to the first line of the next one. Git has slid hunks to where the
#   indentation says since 2.14; libgit2 does so only with DiffOption.INDENT_HEURISTIC, and
#   says then what git says.
# Version: pygit2 1.21.0 (libgit2 1.9.7); git 2.39.5.
# Concerns: whoever counts, blames or mines added lines by libgit2, or compares with git.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pygit2==1.21.0
env/bin/python - <<'PYTHON'
import subprocess
from pathlib import Path

import pygit2
from pygit2.enums import DiffOption

OLD = "@test\ndef one():\n    first(1)\n\n@test\ndef two():\n    second(2)\n"
NEW = OLD.replace(
    "@test\ndef two", "@test\ndef three():\n    third(3)\n\n@test\ndef two"
)


def added(patch):
    lines = patch.splitlines()
    return [line[1:] for line in lines if line[:1] == "+" and line[:3] != "+++"]


def by_pygit2(flag):
    patch = pygit2.Patch.create_from(OLD, NEW, flag=flag, context_lines=0)
    return added(patch.text)


Path("old.py").write_text(OLD)
Path("new.py").write_text(NEW)
command = ["git", "diff", "--no-index", "-U0", "old.py", "new.py"]
git = added(subprocess.run(command, capture_output=True, text=True).stdout)
plain, heuristic = by_pygit2(DiffOption.NORMAL), by_pygit2(DiffOption.INDENT_HEURISTIC)
print("git:                ", git)
print("pygit2:             ", plain)
print("pygit2, heuristic on:", heuristic)
assert git == heuristic == ["@test", "def three():", "    third(3)", ""]
assert plain == ["def three():", "    third(3)", "", "@test"]
PYTHON
