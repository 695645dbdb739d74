#!/usr/bin/env bash
# Guess: a `>` behind four blanks or more begins no quote, nor goes on with one: that is
#   what CommonMark says, and how the reader of those who wrote it reads.
# Seen: below a line of a quote it does go on with it, however far to the right it stands;
#   a list behind it is a list. Elsewhere, the same line is code or text.
# Version: markdown-it-py 4.3.0; beside it commonmark 0.9.1.
# Concerns: whoever takes the marks off a line again where this parser has seen a quote.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check \
    markdown-it-py==4.3.0 commonmark==0.9.1
env/bin/python - <<'PYTHON'
import commonmark
from markdown_it import MarkdownIt

TEXT = "> one\n    > - two\n"
theirs = MarkdownIt("commonmark").render(TEXT)
reference = commonmark.commonmark(TEXT)
print("markdown-it-py:", theirs.replace("\n", ""))
print("commonmark:    ", reference.replace("\n", ""))
assert "<li>two</li>" in theirs
assert "<li>" not in reference
alone = MarkdownIt("commonmark").render("    > - two\n")
assert "<blockquote>" not in alone
PYTHON
