"""What editors do differently, as one table of data.

No other module asks which editor it talks to: it asks for what the editor does. Each
row says what was looked at, in which version and when; a client that is not known gets
plain items and nothing that only some editors understand.

An editor is known by its name where it tells one. Where several share a name, or tell
none, what they say they can do tells them apart, as far as it does (`Traits`). What not
even that tells is found out while the editor is at work: see `Pace` in
`completion/pace.py`.
"""

from collections.abc import Callable
from math import inf
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hexai.text.lines import Encoding


class Client(Struct, frozen=True, kw_only=True):
    """What an editor does with what it is sent."""

    name: str
    """For logs and statistics."""
    seen: str = ""
    """How that is known: what, version, date, and where its source is."""
    item_text: Literal["plain", "snippet"] = "plain"
    """`snippet` where plain text is cut at its first blank, or re-indented."""
    insert_text: Literal["plain", "snippet", "rest"] = "plain"
    """How `insertText` is read where it is inserted and `textEdit` is not: `rest` goes
    in behind the token at the cursor, or in its place (`offers/replaced_tokens.py`)."""
    ascii_words: bool = False
    """Its words are of ASCII letters: those behind the last other one are what rows are
    filtered by, and what `insertText` takes the place of."""
    filter_text: Literal["line", "inserted"] = "line"
    """`inserted` where only what rows are filtered by goes in as it is."""
    lines: Literal["all", "indented", "first"] = "all"
    """Which lines of a text go in as they are: `indented` those until one is indented
    less than the cursor's, where others are brought to its depth; `first` only one."""
    until: str = ""
    """A character; only what stands before the first of it goes in."""
    keeps_tabs: frozenset[str] = frozenset()
    """Languages whose files it leaves tabs alone in, for `indented`."""
    breaks_lines: Literal["document", "own"] = "document"
    """`own` where a text has the line breaks of the editor, which writes them into the
    file as that has them: what comes as CR LF stands there as CR CR LF."""
    reaches_right: bool = True
    """It replaces what a range holds right of the cursor."""
    label: Literal["tagged", "code", "line"] = "tagged"
    """`code` where the label, or what it begins with, may land in the text, or rows are
    filtered by it; `line` where it goes in as it is, and where of two that are alike
    the first is taken."""
    code_in: Literal["detail", "documentation"] = "detail"
    """Which of the two shows the code; the other shows where it came from."""
    plaintext: bool = True
    """It shows documentation as plain text where asked to, not as Markdown only."""
    runs_commands: bool = False
    """It runs an item's command after the item was taken."""
    shows_rows: bool = False
    """It may put rows into the text while they are browsed, and says so."""
    mends: bool = False
    """What it inserts needs to be compared and mended: it ignores the right end of a
    range, or re-indents lines."""
    checks_versions: bool = False
    """It refuses an edit of another version than its own, though it does not say that
    it knows versions; but one of version 0 it takes for one of any."""
    says_never: str = ""
    """A pattern for how it says that its user, whom it asks before each edit, does not
    want one; blank if it asks nobody."""
    collects_keys: bool = False
    """It tells of what is typed once nobody has typed for a moment, however long that
    takes: one change may hold many keys."""
    automatic_deadline: float = inf
    """Seconds within which a request that nobody asked for by hand is answered."""
    holds_back: float = 0.0
    """Seconds that it may hold a change back, unless it asks for something with it."""
    empty_incomplete: Literal["never", "automatic", "always"] = "never"
    """An empty list that says more will come opens no popup and is asked again; by
    `always` it also must be, as an empty one that is complete ends all asking."""
    completion_from_memory: bool = False
    """Its popup waits for all servers, and it has inline completion instead."""
    says_done: bool = False
    """It is told when work has succeeded: a message is a line that nobody closes."""
    utf8_first: bool = False
    """It complains about servers that do not agree with the others' UTF-8."""
    counts: Encoding | None = None
    """What its positions count, in both directions, whatever is agreed on."""
    drifts: bool = False
    """It takes offsets in code points for ones in UTF-16: what it asks about is off by
    one for each character beyond U+FFFF in the text before the cursor."""


class Traits(Struct, frozen=True, kw_only=True):
    """What an editor says about itself, as far as it tells editors apart."""

    name: str = ""
    """As in `clientInfo`."""
    insert_replace: bool = False
    """It takes items with a range to insert and one to replace."""
    preselects: bool = False
    """It takes items that want to be selected."""
    no_tags: bool = False
    """It lists the tags of items that it knows, and knows none."""
    inline_completion: bool = False
    """It asks for inline completions."""
    process: bool = True
    """It tells the number of its process; editors of files elsewhere do not either."""
    registers: bool = False
    """Completion may be registered with it later on."""
    server_status: bool = False
    """It takes the status of servers, which only rust-analyzer sends."""
    semantic_tokens: bool = False
    no_action_kinds: bool = False
    """It lists the kinds of code actions that it knows, and knows none."""


DEFAULT = Client(name="unknown")

HELIX = Client(
    name="helix",
    seen="Helix 25.07.1 and master of 2026-07-23, run on 2026-11-30; "
    "https://github.com/helix-editor/helix/tree/master/helix-term/src/ui",
    plaintext=False,
    says_done=True,
)

NEOVIM = Client(
    name="neovim",
    seen="Neovim 0.11.4, vim.lsp.completion, run by the tests; "
    "https://github.com/neovim/neovim/blob/v0.11.4/runtime/lua/vim/lsp/completion.lua",
    item_text="snippet",
    label="code",
    code_in="documentation",
    runs_commands=True,
    shows_rows=True,
    mends=True,
    checks_versions=True,
    automatic_deadline=0.3,
    holds_back=0.15,
    empty_incomplete="automatic",
    utf8_first=True,
)

NEOVIM_PLUGIN = Client(
    name="neovim with a completion plugin",
    seen="what blink.cmp and nvim-cmp have in common",
    code_in="documentation",
    runs_commands=True,
    shows_rows=True,
    mends=True,
    checks_versions=True,
    holds_back=0.15,
    empty_incomplete="always",
    utf8_first=True,
)

BLINK = replace(
    NEOVIM_PLUGIN,
    name="blink.cmp",
    seen="blink.cmp 1.10 and main of 2025-11-19 in Neovim 0.11.4, run on 2026-11-29; "
    "https://github.com/Saghen/blink.cmp/blob/main/lua/blink/cmp/sources/lib/init.lua",
)

NVIM_CMP = replace(
    NEOVIM_PLUGIN,
    name="nvim-cmp",
    seen="nvim-cmp of 2026-03-25, cmp-nvim-lsp of 2025-11-13 in Neovim 0.11.4, run "
    "on 2026-11-29; "
    "https://github.com/hrsh7th/cmp-nvim-lsp/blob/main/lua/cmp_nvim_lsp/init.lua",
)

MINI = replace(
    NEOVIM_PLUGIN,
    name="mini.completion",
    seen="mini.completion with get_lsp_capabilities() in Neovim 0.11.4, run on "
    "2026-11-29; its main of 2025-08-29; https://github.com/echasnovski/"
    "mini.completion/blob/main/lua/mini/completion.lua",
    item_text="snippet",
    lines="indented",
    keeps_tabs=frozenset({"gdscript", "go", "gomod", "hare", "make", "makefile"}),
    runs_commands=False,
    mends=False,
)
"""Its plain text goes through Vim's own completion, which indents each line anew; a
snippet is brought to the depth of the cursor's line, so nothing can be less deep. Tabs
in a snippet become blanks where `expandtab` is set, as Neovim does for Python whatever
the file is indented by; it says `noexpandtab` for those named here alone."""

COC = Client(
    name="coc.nvim",
    seen="coc.nvim of 2026-08-22 in Vim 9.0, run on 2026-11-30: what is taken of ghost "
    "text is indented anew as the buffer's options say (`getInsertText`); "
    "https://github.com/neoclide/coc.nvim/blob/master/src/handler/inline.ts",
    code_in="documentation",
    runs_commands=True,
    mends=True,
)

VIM_LSP = Client(
    name="vim-lsp",
    seen="vim-lsp by omnifunc in Vim 9.0, run on 2026-11-28: line breaks come as NUL "
    "bytes; its main of 2026-04-19 counts by `strchars()`; "
    "https://github.com/prabirshrestha/vim-lsp/blob/master/autoload/lsp/omni.vim",
    lines="first",
    counts=Encoding.UTF32,
    label="code",
    code_in="documentation",
)

KAKOUNE = Client(
    name="kakoune",
    seen="kakoune-lsp 21.0.2 and 22.0.0 in Kakoune 2022.10.31, run on 2026-11-29 and "
    "2026-11-30: an item whose filterText is not its text is expanded as a snippet, "
    "plain or not; "
    "https://github.com/kakoune-lsp/kakoune-lsp/blob/master/src/language_features/"
    "completion.rs",
    filter_text="inserted",
    breaks_lines="own",
    reaches_right=False,
    code_in="documentation",
)

VSCODE = Client(
    name="vscode",
    seen="VS Code 1.139.1 as code-server 4.139.1, run on 2026-11-30; "
    "https://github.com/microsoft/vscode/tree/main/src/vs/editor/contrib/suggest",
    code_in="documentation",
    runs_commands=True,
)

ZED = Client(
    name="zed",
    seen="its source, 2026-08; https://github.com/zed-industries/zed/pull/44008",
    code_in="documentation",
    runs_commands=True,
)

EGLOT = Client(
    name="eglot",
    seen="eglot 1.9 in Emacs 28.2, run by the tests; "
    "https://github.com/joaotavora/eglot",
    label="code",
    code_in="documentation",
    says_never=r"(?i)\buser cancel+ed\b",
    collects_keys=True,
)

NAMELESS = replace(EGLOT, name="nameless")
"""Eglot before it told its name, as in Emacs 28 and Debian 12; a label without the
model's name does little harm to others that tell none."""

_NOT_EGLOT = replace(NAMELESS, says_never="", collects_keys=False)

ALE = replace(
    _NOT_EGLOT,
    name="ale",
    seen="ALE 3.3.0 in Vim 9.0, run on 2026-11-30: a row ends before its first bracket "
    "(`ale#completion#ParseLSPCompletions`), positions are of bytes; "
    "https://github.com/dense-analysis/ale/blob/v3.3.x/autoload/ale/completion.vim",
    lines="first",
    until="(",
    reaches_right=False,
    counts=Encoding.UTF8,
)

KATE = replace(
    _NOT_EGLOT,
    name="kate",
    seen="Kate 22.12, run by the tests; "
    "https://invent.kde.org/utilities/kate/-/tree/master/addons/lspclient",
)

FRESH = replace(
    _NOT_EGLOT,
    name="fresh",
    seen="fresh 0.5.7 as its crate, run on 2026-11-30: inserts insertText in place of "
    "ASCII letters (`insert_completion_text`), as a snippet if it has a placeholder, "
    "else escapes and all (`is_snippet`); rows begin with these letters "
    "(`completion_matches_prefix`); "
    "https://github.com/sinelaw/fresh/tree/master/crates/fresh-editor/src/app",
    insert_text="snippet",
    ascii_words=True,
    reaches_right=False,
)

JUPYTERLAB = replace(
    _NOT_EGLOT,
    name="jupyterlab",
    seen="JupyterLab 4.6.6 with jupyterlab-lsp 5.3, run on 2026-11-30; "
    "https://github.com/jupyter-lsp/jupyterlab-lsp/blob/main/packages/jupyterlab-lsp/"
    "src/features/completion/provider.ts (`transformLSPCompletions`; `fetch` gives "
    "`getPositionAt` the offset that `_composeRequest` of packages/completer/src/"
    "handler.ts counts by `jsIndexToCharIndex`)",
    insert_text="rest",
    reaches_right=False,
    drifts=True,
)

LSP_MODE = Client(
    name="lsp-mode",
    seen="lsp-mode 8.0.0 in Emacs 28.2, run by the tests: its columns are points, and "
    "what letters and completion-at-point complete to is the label, with no more done; "
    "https://github.com/emacs-lsp/lsp-mode/blob/8.0.0/lsp-mode.el",
    label="line",
    code_in="documentation",
    runs_commands=True,
    counts=Encoding.UTF32,
)

_VSCODE_NAMES = (
    "visual studio code",
    "vscodium",
    "code - oss",
    "code-server",
    "openvscode server",
    "cursor",
    "windsurf",
    "positron",
)

CHECK = Client(
    name="hexai lsp --check",
    seen="our own (lsp/check), which asks again for as long as more will come",
    label="code",
    code_in="documentation",
    empty_incomplete="always",
)

_BY_NAME = {
    CHECK.name: CHECK,
    "helix": HELIX,
    "eglot": EGLOT,
    "emacs": LSP_MODE,
    "coc.nvim": COC,
    "vim-lsp": VIM_LSP,
    "kakoune-lsp": KAKOUNE,
    "kak-lsp": KAKOUNE,
}

_NEOVIMS: tuple[tuple[Callable[[Traits], bool], Client], ...] = (
    (lambda traits: not traits.insert_replace, NEOVIM),
    (lambda traits: traits.no_tags and not traits.preselects, MINI),
    (lambda traits: traits.preselects, NVIM_CMP),
    (lambda _: True, BLINK),
)
"""Neovim's own completion and its plugins; all say that they are Neovim."""

_NAMELESS: tuple[tuple[Callable[[Traits], bool], Client], ...] = (
    (lambda traits: traits.server_status, FRESH),
    (lambda traits: traits.no_action_kinds, ALE),
    (lambda traits: not traits.process and traits.registers, JUPYTERLAB),
    (lambda traits: traits.semantic_tokens, KATE),
    (lambda _: True, NAMELESS),
)


def identify(traits: Traits) -> Client:
    """Find the editor in the table."""
    name = traits.name.lower()
    if not name:
        return _first(_NAMELESS, traits)
    if name == "neovim":
        return _first(_NEOVIMS, traits)
    if name.startswith(_VSCODE_NAMES):
        return replace(VSCODE, completion_from_memory=traits.inline_completion)
    if name == "zed" or name.startswith("zed "):
        return ZED
    return _BY_NAME.get(name, DEFAULT)


def _first(
    rows: tuple[tuple[Callable[[Traits], bool], Client], ...], traits: Traits
) -> Client:
    return next(client for applies, client in rows if applies(traits))
