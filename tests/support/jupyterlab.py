"""What JupyterLab makes of an item, as its source says: the text after it was taken.

It counts by code points where its editor counts UTF-16 units, and leaves the place to
its parser: see `_makeRequest` and `_composeRequest` in packages/completer/src/
handler.ts, `getTokenAt` in packages/codemirror/src/editor.ts, and in jupyterlab-lsp
`fetch` and `transformLSPCompletions` of features/completion/provider.ts.
"""

import re

from lsprotocol import types as lsp

_LEAF = re.compile(
    r"""(?x)
    [rRbBfFuU]{0,2}(?: \"""(?:\\.|[^\\])*?(?:\"""|\Z) | '''(?:\\.|[^\\])*?(?:'''|\Z)
      | "(?:\\.|[^"\\\n])*(?:"|(?=\n)|\Z) | '(?:\\.|[^'\\\n])*(?:'|(?=\n)|\Z) )
    | \#[^\n]*
    | \d[\w.]* | \w+
    | [=!<>+\-*/%&|^:@~]+ | \.\.\. | [^\s\w]
    """
)
"""The leaves of Python's tree, more or less."""


def sent_by(before: str, after: str) -> lsp.Position:
    """Give the position that JupyterLab asks about, for a cursor between two texts."""
    left = _units(before + after)[: len(before)]
    return lsp.Position(line=left.count("\n"), character=len(left.rpartition("\n")[2]))


def take(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Take an item that was offered at an offset."""
    units, inserted = _units(text), item.insert_text or item.label
    leaf = next(
        (
            each
            for each in _LEAF.finditer(units)
            if each.start() <= cursor <= each.end()
        ),
        None,
    )
    offset, value = (leaf.start(), leaf[0]) if leaf else (cursor, "")
    prefix, suffix = value[: cursor - offset], value[cursor - offset :]
    replaces = inserted.lower().startswith(prefix.lower())
    if inserted.startswith(value):
        replaces, inserted = True, value + inserted[len(prefix) :]
    if inserted.lower().endswith(suffix.lower()):
        inserted = inserted[: len(inserted) - len(suffix)]
    elif suffix[:1] in ("'", '"'):
        inserted += suffix[0]
    end = offset + len(value)
    start = offset if replaces else end
    # Its handler takes both for counts of code points.
    return text[:start] + inserted + text[end:]


def _units(text: str) -> str:
    """Write a text in UTF-16, a character for each unit."""
    data = text.encode("utf-16-le")
    return "".join(
        chr(int.from_bytes(data[at : at + 2], "little"))
        for at in range(0, len(data), 2)
    )
