"""Code actions in the real Neovim, with scripted upstreams."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.neovim import Neovim, neovim
from tests.support.started import SCRIPT
from tests.support.timing import kept_within
from tests.support.upstream import Reply, Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("neovim")]

SERVER = [str(SCRIPT.with_name("hexai-lsp-server"))]
_ACT = """
local title, first, last = ...
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action) return action.title == title end,
  range = { ['start'] = { first, 0 }, ['end'] = { last, 0 } },
})
"""
_ACT_ON_SELECTED = """
local title, keys = ...
vim.cmd('normal! ' .. keys)
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action) return action.title == title end,
})
"""
_LIST = """
local first, last = ...
local client = vim.lsp.get_clients({ name = 'hexai' })[1]
local params = vim.lsp.util.make_given_range_params({ first, 0 }, { last, 0 })
params.context = { diagnostics = {} }
local reply = client:request_sync('textDocument/codeAction', params, 5000)
return vim.tbl_map(function(action) return action.title end, reply.result)
"""


_DIAGNOSE = """
local client = vim.lsp.get_clients({ name = 'hexai' })[1]
vim.diagnostic.set(vim.lsp.diagnostic.get_namespace(client.id), 0, {
  { lnum = 1, col = 0, end_lnum = 1, end_col = 1, message = ..., severity = 1,
    user_data = { lsp = {
      message = ..., severity = 1,
      range = { start = { line = 1, character = 0 },
                ['end'] = { line = 1, character = 1 } } } } },
})
"""


class Bench:
    """Neovim with one document, and a model that answers as scripted."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self.editor: Neovim = stack.enter_context(neovim(folder))

    def start(
        self, text: str, answer: Reply, name: str = "calc.py", more: str = ""
    ) -> Upstream:
        """Edit a text, with more in the configuration."""
        upstream = self._stack.enter_context(Upstream(answer))
        config = self.folder / "hexai" / "config.toml"
        config.parent.mkdir()
        config.write_text(
            "[models]\n"
            'code_action = { provider = "one", model = "m" }\n'
            f'[providers.one]\ntype = "openai"\nlocal = true\nmodel = "m"\n'
            f'base_url = "{upstream.url}"\n{more}'
        )
        self.editor.open(self.folder / name, text)
        self.editor.command("filetype on | filetype detect")
        self.editor.attach("hexai", SERVER)
        return upstream

    def act(self, title: str, first: int, last: int) -> None:
        """Choose an action for some lines, counted from 1."""
        self.editor.lua(_ACT, f"Hexai: {title}", first, last)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """Give a Neovim, and a place for an upstream, both for one test."""
    with ExitStack() as stack:
        yield Bench(tmp_path, stack)


def test_a_selection_is_rewritten_and_one_undo_takes_it_back(bench: Bench) -> None:
    """The instruction of its comment is carried out, and goes with it."""
    text = "# return twice as much\ndef f(x):\n\treturn x\n\nf(1)\n"
    bench.start(
        text, openai_answer("```python\ndef f(x):\n    return 2 * x\n```\nDone!")
    )
    bench.act("rewrite: return twice as much", 1, 4)
    wanted = "def f(x):\n\treturn 2 * x\n\nf(1)"
    assert bench.editor.settled_text(wanted) == wanted
    bench.editor.type("u")
    assert bench.editor.settled_text(text.removesuffix("\n")) == text[:-1]


@pytest.mark.parametrize("is_told", [False, True])
def test_typing_above_what_is_changed(bench: Bench, *, is_told: bool) -> None:
    """The edit is not made where the text is no more, even if Neovim did not tell yet.

    Before its first pause Neovim tells nothing of what is typed, however long it is.
    """
    text = "import os\n\n\ndef f(a):\n    return a+1\n\n\n# end\n"
    bench.start(text, openai_answer("def f(a):\n    return a + 1", delay=0.3))
    editor = bench.editor
    if is_told:
        editor.type("ix<BS><Esc>")
    bench.act("simplify and improve", 4, 6)
    editor.type("ggO")
    typed = 0
    while "Workspace edit" not in editor.messages():
        editor.type("x<CR>")
        typed += 1
        assert typed < 50_000, editor.messages()
    wanted = "x\n" * typed + "\n" + text.replace("a+1", "a + 1")
    assert editor.settled_text(wanted[:-1]) == wanted[:-1]


CUSTOM = """
[[prompts.code_action.custom]]
id = "types"
title = "Add types"
instruction = "Add type annotations."
[[prompts.code_action.custom]]
id = "rename"
title = "Rename"
user = "Rename in this:\\n{{selection}}"
"""


@pytest.mark.parametrize(
    "title",
    [
        "document code",
        "simplify and improve",
        "fix typos",
        "Add types",
        "Rename",
    ],
)
def test_every_action_changes_its_lines_alone(bench: Bench, title: str) -> None:
    """The built-in ones and the user's own; indentation stays that of the selection."""
    text = "if a:\n\tx = 1\n\ty = 1\n\nz = 1\n"
    answer = "Sure:\n```python\nx = 2\ny = 2\n```\nHope that helps."
    upstream = bench.start(text, openai_answer(answer), more=CUSTOM)
    bench.act(title, 2, 4)
    wanted = "if a:\n\tx = 2\n\ty = 2\n\nz = 1"
    assert bench.editor.settled_text(wanted) == wanted
    assert len(upstream.requests) == 1


def test_diagnostics_are_resolved(bench: Bench) -> None:
    """Those that the editor shows in the selection go along with the request."""
    upstream = bench.start("x = 1\ny = 1\n", openai_answer("y = 2"))
    bench.editor.lua(_DIAGNOSE, "y is not what it was")
    bench.editor.type("2G")
    bench.act("resolve diagnostics", 2, 3)
    wanted = "x = 1\ny = 2"
    assert bench.editor.settled_text(wanted) == wanted
    assert b"y is not what it was" in upstream.requests[0].body


def test_the_last_selected_letter_goes_too(bench: Bench) -> None:
    """Whatever it takes in bytes: Neovim ends the selection after its first."""
    bench.start("word = olé  # said\n", openai_answer("hello"))
    title = "Hexai: simplify and improve"
    bench.editor.lua(_ACT_ON_SELECTED, title, "gg02fovfé")
    wanted = "word = hello  # said"
    assert bench.editor.settled_text(wanted) == wanted


def test_windows_line_breaks_stay(bench: Bench) -> None:
    """The file is written with the breaks that it was read with."""
    bench.start("x = 1\r\ny = 1\r\n", openai_answer("x = 2\ny = 2"))
    bench.act("simplify and improve", 1, 3)
    wanted = "x = 2\ny = 2"
    assert bench.editor.settled_text(wanted) == wanted
    bench.editor.command("write")
    assert (bench.folder / "calc.py").read_bytes() == b"x = 2\r\ny = 2\r\n"


def test_typing_goes_on_and_the_result_finds_its_place(bench: Bench) -> None:
    """Lines typed above while the model works move the edit, and lists still come."""
    upstream = bench.start("x = 1\ny = 1\n", openai_answer("y = 2", delay=2.0))
    bench.act("simplify and improve", 2, 3)
    upstream.wait(lambda: bool(upstream.requests))
    bench.editor.type("ggOabove<CR>again<Esc>")
    for attempt in kept_within(1.0):
        with attempt:
            listed = bench.editor.lua(_LIST, 1, 2)
        assert "Hexai: stop (1 running)" in listed
    wanted = "above\nagain\nx = 1\ny = 2"
    assert bench.editor.settled_text(wanted) == wanted


def test_a_selection_that_was_changed_stays_so(bench: Bench) -> None:
    """The user is told that nothing was changed."""
    upstream = bench.start("x = 1\ny = 1\n", openai_answer("y = 2", delay=1.0))
    bench.act("simplify and improve", 2, 3)
    upstream.wait(lambda: bool(upstream.requests))
    bench.editor.type("GA + 5<Esc>")
    bench.editor.wait_until("execute('messages') =~ 'nothing was changed'")
    assert bench.editor.text() == "x = 1\ny = 1 + 5"


def test_unit_tests_are_made_and_shown(bench: Bench) -> None:
    """The cursor is in the new file."""
    bench.start(
        "package calc\n\nfunc Add(a, b int) int {\n\treturn a + b\n}\n",
        openai_answer("func TestAdd(t *testing.T) {\n\tAdd(1, 2)\n}"),
        "calc.go",
    )
    bench.act("implement unit test", 4, 4)
    bench.editor.wait_until("expand('%:t') == 'calc_test.go'")
    assert bench.editor.text() == (
        'package calc\n\nimport (\n\t"testing"\n)\n\n'
        "func TestAdd(t *testing.T) {\n\tAdd(1, 2)\n}"
    )


def test_unit_tests_join_those_of_a_closed_file(bench: Bench) -> None:
    """It is opened, and changed in the editor, where the change can be undone."""
    tests = bench.folder / "test_calc.py"
    before = "from calc import add\n\n\ndef test_add():\n    pass\n"
    tests.write_text(before)
    bench.start(
        "def add(a, b):\n    return a + b\n",
        openai_answer("def test_add():\n    assert add(1, 2) == 3"),
    )
    bench.editor.lua(
        "local command = ...\n"
        "vim.api.nvim_create_autocmd('FileType', { pattern = 'python', callback ="
        " function() vim.lsp.start({ name = 'hexai', cmd = command,"
        " root_dir = vim.fn.getcwd() }) end })",
        SERVER,
    )
    bench.act("implement unit test", 2, 2)
    bench.editor.wait_until("expand('%:t') == 'test_calc.py'")
    wanted = before + "\n\ndef test_add_2():\n    assert add(1, 2) == 3"
    assert bench.editor.settled_text(wanted) == wanted
    assert tests.read_text() == before
