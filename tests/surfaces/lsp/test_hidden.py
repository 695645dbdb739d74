"""What hides in an answer: snippets, prompts, commands, links; in each editor's way."""

import asyncio
from typing import Any

import pytest

from tests.support.answers import openai_answer
from tests.support.lsp_client import LspClient, serving
from tests.support.snippets import expand
from tests.support.upstream import Upstream
from tests.surfaces.lsp.test_prompts import (
    CAPABILITIES,
    config_file,
    entry,
    provider,
    take_edits,
)

URI = "file:///tmp/notes.md"
BEFORE, AFTER = "# Notes\n\nfirst\n", "\nlast\n"
INSERT_REPLACE = {
    "textDocument": {"completion": {"completionItem": {"insertReplaceSupport": True}}}
}
EDITORS: dict[str, tuple[str, Any]] = {
    "helix": ("helix", INSERT_REPLACE),
    "neovim": ("Neovim", {}),
    "neovim with a plugin": ("Neovim", INSERT_REPLACE),
    "vscode": ("Visual Studio Code", {}),
    "zed": ("Zed", {}),
    "eglot": ("Eglot", {}),
    "lsp-mode": ("emacs", {}),
    "unknown": ("some editor", {}),
}
RUN_COMMANDS = {"neovim", "neovim with a plugin", "vscode", "zed", "lsp-mode"}
HIDDEN = {
    "a snippet": "x ${CLIPBOARD}$0 \\$1 ${1|a,b|} $TM_FILENAME \\",
    "a question": "why is that so?>",
    "a tag": "before >!ask again> after",
    "a tag for the line": ">>!ask again>",
    "a command": "/reload>",
    "all of them": "one ${0:x}\nwhat is this?>\n/disable>\n\n>!x>\n>>!y>\nso it is:>",
    "links": "![x](http://127.0.0.1:9/x) [y](command:hexai.stop) <b>z</b>",
    "fences": "a ``` b\n~~~\n$(touch P) `x`\n~~~\nc",
}


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("editor", EDITORS)
def test_an_answer_goes_in_as_it_is_and_starts_nothing(
    editor: str, hidden: str
) -> None:
    """Byte for byte, with whatever the editor does once an item was taken."""
    answer = HIDDEN[hidden]
    with Upstream(openai_answer(answer)) as model, Upstream() as chat:
        config_file().write_text(
            "[completion]\ncompletion_debounce_ms = 0\n"
            + provider("home", model)
            + provider("chat", chat)
            + entry("completion", "home")
            + entry("chat", "chat")
        )
        text, items = asyncio.run(_taken(editor))

        assert text == BEFORE + answer + AFTER
        assert (len(model.requests), len(chat.requests)) == (1, 0)
    for item in items:
        documentation = item.get("documentation", "")
        if isinstance(documentation, dict) and documentation["kind"] == "markdown":
            assert _outside_fences(documentation["value"]).count("](") == 0


async def _taken(editor: str) -> tuple[str, Any]:
    """Take the only item as an editor does; gives the text, and the items."""
    name, capabilities = EDITORS[editor]
    async with serving() as (client, server):
        take_edits(client)
        try:
            await client.initialize(
                name,
                encodings=("utf-32",),
                capabilities={**CAPABILITIES, **capabilities},
            )
            client.open(URI, BEFORE + AFTER, "markdown")
            result = await client.complete(URI, len(BEFORE))
            [item] = result["items"]
            await _take(client, item, runs_commands=editor in RUN_COMMANDS)
            await asyncio.sleep(0.05)  # what would be started is started by then
            await client.ask_for_nothing(URI, 0)
            text = client.texts[URI].text
            await client.leave()
        finally:
            server.session.end(0)
    return text, result["items"]


async def _take(client: LspClient, item: Any, *, runs_commands: bool) -> None:
    edit, text = item["textEdit"], client.texts[URI]
    span = edit.get("range") or edit["insert"]
    new = edit["newText"]
    if item.get("insertTextFormat") == 2:
        new = expand(new)
    client.edit(URI, (text.offset(span["start"]), text.offset(span["end"]), new))
    if runs_commands and "command" in item:
        await client.request("workspace/executeCommand", item["command"])


def _outside_fences(markdown: str) -> str:
    """Leave out what stands in fences of backticks."""
    kept, fence = [], ""
    for line in markdown.splitlines():
        if not fence and line.startswith("```"):
            fence = line[: len(line) - len(line.lstrip("`"))]
        elif fence and line == fence:
            fence = ""
        elif not fence:
            kept.append(line)
    return "\n".join(kept)
