"""What clients make of an item: the text after it was taken, as their sources say.

Each stands for an editor that the tests cannot run, and knows nothing of how items are
made. Positions of edits count characters. What an editor's source says is beside it.
JupyterLab is in `jupyterlab.py` beside this.
"""

import re
from collections.abc import Callable, Sequence

from lsprotocol import types as lsp

from tests.support.snippets import expand

Take = Callable[[str, int, lsp.CompletionItem], str]
"""Gives the text after an item was taken at an offset of a text."""


def by_edit(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Make the edit as the protocol says.

    Helix (helix-term/src/ui/completion.rs, `item_to_transaction`), VS Code, Zed, Kate
    (lspclientcompletion.cpp, `executeCompletionItem`), blink.cmp
    (lib/text_edits.lua), nvim-cmp (entry.lua), coc.nvim, eglot and lsp-mode.
    """
    del cursor
    edit = item.text_edit
    assert isinstance(edit, lsp.TextEdit)
    start, end = (_offset(text, each) for each in (edit.range.start, edit.range.end))
    return text[:start] + edit.new_text + text[end:]


def by_insert_snippet(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Put `insertText` in place of ASCII letters, as a snippet if it is one: fresh.

    fresh-editor's app/popup_actions.rs, `insert_completion_text`, and in the core's
    primitives `is_snippet` of snippet.rs, and word_navigation.rs: one is known by a
    place that is not escaped, whatever format the item says.
    """
    inserted = item.insert_text or item.label
    if re.search(r"\$[{0-9]", re.sub(r"\\.", "", inserted, flags=re.DOTALL)):
        inserted = expand(inserted)
    word = re.search(r"[A-Za-z0-9_]*\Z", text[:cursor])
    assert word is not None
    return text[: word.start()] + inserted + text[cursor:]


def by_kakoune(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Put what rows are filtered by in, or expand a snippet with all lines indented.

    Kakoune has no carriage returns in its buffer, but those that are put in; it writes
    them where it found some as it read the file.

    kakoune-lsp's language_features/completion.rs, `editor_completion`, and rc/lsp.kak,
    `lsp-snippets-insert`: only the start of the edit's range counts.
    """
    edit = item.text_edit
    assert isinstance(edit, lsp.TextEdit)
    ending = "\r\n" if "\r\n" in text else "\n"
    start = _offset(text, edit.range.start)
    indent = _indent_at(text, start)
    inserted = edit.new_text
    if item.filter_text != inserted:
        head, *others = expand(inserted).split("\n")
        inserted = "\n".join((head, *(indent + line for line in others)))
    return text[:start] + inserted.replace("\n", ending) + text[cursor:]


def by_mini(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Expand a body with a tabstop; put any other in as it is.

    mini/completion.lua, `lsp_completion_response_items_to_complete_items` and
    `make_lsp_extra_actions`; Neovim's runtime/lua/vim/snippet.lua, `M.expand`: every
    later line gets the current line's blanks, and tabs become blanks.
    """
    edit = item.text_edit
    assert isinstance(edit, lsp.TextEdit)
    assert item.insert_text_format is lsp.InsertTextFormat.Snippet
    start, end = (_offset(text, each) for each in (edit.range.start, edit.range.end))
    if not re.search(r"[^\\]\$\{?\w", edit.new_text):
        return text[:start] + edit.new_text + text[cursor:]
    indent = _indent_at(text, start)
    lines = expand(edit.new_text).split("\n")
    if not text.startswith("package "):  # `expandtab` but for Go
        lines = [line.replace("\t", "    ") for line in lines]
    head, *others = lines
    ending = "\r\n" if "\r\n" in text else "\n"  # `fileformat`
    inserted = ending.join((head, *(indent + line for line in others)))
    return text[:start] + inserted + text[end:]


def by_vim_lsp(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Put the text in by Vim's completion, where a line break is a NUL byte: vim-lsp.

    autoload/lsp/omni.vim, `s:format_completion_item`; Vim's `complete()`.
    """
    edit = item.text_edit
    assert isinstance(edit, lsp.TextEdit)
    return by_edit(text, cursor, item).replace(
        edit.new_text, edit.new_text.replace("\n", "\0")
    )


def by_ale(text: str, cursor: int, item: lsp.CompletionItem) -> str:
    """Put in what stands before the first bracket, by Vim's completion: ALE.

    autoload/ale/completion.vim, `ale#completion#ParseLSPCompletions`.
    """
    edit = item.text_edit
    assert isinstance(edit, lsp.TextEdit)
    word = edit.new_text.partition("(")[0]
    assert word, "such a row is not shown"
    start = _offset(text, edit.range.start)
    return text[:start] + word.replace("\n", "\0") + text[cursor:]


def _indent_at(text: str, offset: int) -> str:
    line = text[text.rfind("\n", 0, offset) + 1 :]
    return line[: len(line) - len(line.lstrip(" \t"))]


def _offset(text: str, position: lsp.Position) -> int:
    lines: Sequence[str] = re.split("(?<=\n)", text)
    return sum(map(len, lines[: position.line])) + position.character
