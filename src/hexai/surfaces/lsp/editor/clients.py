"""What editors do differently, as one table of data.

No other module asks which editor it talks to: it asks for what the editor does. The
facts were found by running the editors, or by reading their sources; a client that is
not known gets plain items and nothing that only some editors understand.
"""

from math import inf
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace


class Client(Struct, frozen=True, kw_only=True):
    """What an editor does with what it is sent."""

    name: str
    """For logs and statistics."""
    item_text: Literal["plain", "snippet"] = "plain"
    """`snippet` where plain text is cut at its first blank, or re-indented."""
    label: Literal["tagged", "code"] = "tagged"
    """`code` where the label, or what it begins with, may land in the text."""
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
    automatic_deadline: float = inf
    """Seconds within which a request that nobody asked for by hand is answered."""
    empty_incomplete: bool = False
    """An empty list that says more will come opens no popup and is asked again."""
    completion_from_memory: bool = False
    """Its popup waits for all servers, and it has inline completion instead."""
    quiet: bool = False
    """No progress for completion: every end of one redraws its status line."""
    utf8_first: bool = False
    """It complains about servers that do not agree with the others' UTF-8."""


class Traits(Struct, frozen=True, kw_only=True):
    """What an editor says about itself, as far as it tells editors apart."""

    name: str = ""
    """As in `clientInfo`."""
    insert_replace: bool = False
    """It takes items with a range to insert and one to replace."""
    inline_completion: bool = False
    """It asks for inline completions."""


DEFAULT = Client(name="unknown")

HELIX = Client(name="helix", plaintext=False, quiet=True)

NEOVIM = Client(
    name="neovim",
    item_text="snippet",
    label="code",
    code_in="documentation",
    runs_commands=True,
    shows_rows=True,
    mends=True,
    checks_versions=True,
    automatic_deadline=0.3,
    empty_incomplete=True,
    utf8_first=True,
)

NEOVIM_PLUGIN = Client(
    name="neovim with a completion plugin",
    code_in="documentation",
    runs_commands=True,
    shows_rows=True,
    mends=True,
    checks_versions=True,
    utf8_first=True,
)

VSCODE = Client(name="vscode", code_in="documentation", runs_commands=True)

ZED = Client(name="zed", code_in="documentation", runs_commands=True)

EGLOT = Client(name="eglot", label="code", code_in="documentation")

NAMELESS = replace(EGLOT, name="nameless")
"""Eglot before it told its name, as in Emacs 28 and Debian 12; a label without the
model's name does little harm to others that tell none."""

LSP_MODE = Client(name="lsp-mode", code_in="documentation", runs_commands=True)

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


def identify(traits: Traits) -> Client:
    """Find the editor in the table."""
    name = traits.name.lower()
    if not name:
        return NAMELESS
    if name == "neovim":
        return NEOVIM_PLUGIN if traits.insert_replace else NEOVIM
    if name.startswith(_VSCODE_NAMES):
        return replace(VSCODE, completion_from_memory=traits.inline_completion)
    if name == "zed" or name.startswith("zed "):
        return ZED
    return {"helix": HELIX, "eglot": EGLOT, "emacs": LSP_MODE}.get(name, DEFAULT)
