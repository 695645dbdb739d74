"""Chat, inline tags and commands in the real Neovim."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.llama_server import KEY, MODEL, llama_server
from tests.support.model import small_model
from tests.support.neovim import Neovim, neovim
from tests.support.started import SCRIPT
from tests.support.upstream import Reply, Upstream

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("neovim")]

SERVER = [str(SCRIPT.with_name("hexai-lsp-server"))]

HOSTILE = """\
what is this?>
<?xml version="1.0"?>
<?php echo 1; ?>
Dictionary<K, int?> x;
if (a>!b && c>d) {}
/reload>
>!make it async>
>>!make it async>
"""


class Desk:
    """Neovim with a document, and the model that answers in it."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder = folder
        self._stack = stack
        self.editor: Neovim = stack.enter_context(neovim(folder))
        self.config = folder / "hexai" / "config.toml"
        self.config.parent.mkdir()

    def start(self, name: str, text: str, answer: Reply, more: str = "") -> Upstream:
        """Edit a text, at the end of its first line, with a scripted model."""
        upstream = self._stack.enter_context(Upstream(answer))
        self.attach(name, text, upstream.url, more)
        return upstream

    def attach(self, name: str, text: str, url: str, more: str = "") -> None:
        """Edit a text, at the end of its first line, with a model at a URL."""
        entry = 'provider = "it"\nlabel = "it"\n'
        self.config.write_text(
            f'[providers.it]\ntype = "openai"\nlocal = true\nmodel = "{MODEL}"\n'
            f'api_key_command = ["echo", "{KEY}"]\n'
            f'base_url = "{url}"\n[[models.chat]]\n{entry}'
            f"[[models.completion]]\n{entry}{more}"
        )
        self.editor.open(self.folder / name, text)
        self.editor.attach("hexai", SERVER)
        self.editor.place(0, len(text.split("\n", maxsplit=1)[0].encode()))
        self.ask_for_nothing()

    def ask_for_nothing(self) -> None:
        """Wait until the server has dealt with all that it was told."""
        self.editor.lua(_ASK)


_ASK = """
local client = vim.lsp.get_clients({ name = 'hexai' })[1]
client:request_sync('textDocument/completion', {
  textDocument = vim.lsp.util.make_text_document_params(),
  position = { line = 0, character = 0 },
  context = { triggerKind = 2, triggerCharacter = '~' },
}, 10000, vim.api.nvim_get_current_buf())
"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """Give a Neovim for one test."""
    with ExitStack() as stack:
        yield Desk(tmp_path, stack)


def test_a_question_is_answered_below_it(desk: Desk) -> None:
    """One request; every line is quoted, and one undo takes the answer away."""
    upstream = desk.start("n.md", "\nend\n", openai_answer("one\n\ntwo"))
    desk.editor.type("iwhat is it?><Esc>")
    wanted = "what is it?\n\n> one\n>\n> two\n\nend"
    assert desk.editor.settled_text(wanted) == wanted
    desk.editor.type("u")
    assert "> one" not in desk.editor.settled_text("what is it?>\nend")
    desk.ask_for_nothing()
    assert len(upstream.requests) == 1


def test_a_question_is_answered_in_the_file_it_was_saved_as(desk: Desk) -> None:
    """Neovim closes one document and opens another; the answer comes all the same."""
    upstream = desk.start("n.md", "\nend\n", openai_answer("one", delay=0.5))
    desk.editor.type("iwhat is it?><Esc>")
    upstream.wait(lambda: bool(upstream.requests))
    desk.editor.command("saveas other.md")
    wanted = "what is it?\n\n> one\n\nend"
    assert desk.editor.settled_text(wanted) == wanted
    assert desk.editor.eval("expand('%:t')") == "other.md"


def test_typing_on_below_a_question(desk: Desk) -> None:
    """The edit that Neovim refuses as stale is made again on the new text."""
    upstream = desk.start("n.md", "\n", openai_answer("answer", delay=0.3))
    desk.editor.type("iwhat is it?><CR>")
    desk.editor.wait_until("line('$') > 1")
    desk.ask_for_nothing()
    typed = ""
    while "> answer" not in desk.editor.text().split("\n") and len(typed) < 700:
        desk.editor.type("and on ")
        typed += "and on "
    wanted = f"what is it?\n\n> answer\n\n{typed}"
    assert desk.editor.settled_text(wanted) == wanted
    desk.editor.type("<Esc>")
    desk.ask_for_nothing()
    asked = [b'"what is it?"' in one.body for one in upstream.requests]
    assert asked.count(True) == 1


def test_typing_on_in_the_same_moment(desk: Desk) -> None:
    """Question, Enter and the next word come at once, and it is a question still."""
    upstream = desk.start("n.md", "\n", openai_answer("answer"))
    desk.editor.command("set completeopt=menuone,noinsert")
    desk.editor.type("iwhat is it?><CR>on")
    wanted = "what is it?\n\n> answer\n\non"
    assert desk.editor.settled_text(wanted) == wanted
    desk.editor.type("<Esc>")
    asked = [b'"what is it?"' in one.body for one in upstream.requests]
    assert asked.count(True) == 1


def test_what_is_not_typed_asks_nothing(desk: Desk) -> None:
    """Opened, read in, pasted, reloaded, undone: no request and no edit."""
    upstream = desk.start("n.md", HOSTILE, openai_answer("no"))
    editor = desk.editor
    editor.type("<Esc>ggVGyP")
    twice = HOSTILE * 2
    assert editor.settled_text(twice[:-1]) == twice[:-1]
    editor.type("u")
    (desk.folder / "n.md").write_text("first\n" + HOSTILE)
    editor.command("edit!")
    editor.command(f"read {desk.folder / 'n.md'}")
    desk.ask_for_nothing()
    editor.command("bdelete!")
    assert upstream.requests == []


def test_an_inline_tag_in_a_comment(desk: Desk) -> None:
    """Its line is replaced by the answer, indented as it was."""
    text = "def f(a):\n    pass\n"
    upstream = desk.start("x.py", text, openai_answer("```\nb = a\nreturn b\n```"))
    desk.editor.type("o# >>!return it><Esc>")
    wanted = "def f(a):\n    b = a\n    return b\n    pass"
    assert desk.editor.settled_text(wanted) == wanted
    assert len(upstream.requests) == 1


def test_a_condition_is_no_tag(desk: Desk) -> None:
    """Typing code that holds the markers asks nobody."""
    upstream = desk.start("x.c", "\n", openai_answer("no"))
    desk.editor.type("iif (a>!b && c>d) {}<Esc>")
    desk.editor.wait_until("mode() == 'n'")
    desk.ask_for_nothing()
    assert upstream.requests == []


def test_reload_is_typed(desk: Desk) -> None:
    """The change is shown as a message, and nothing is left in the text."""
    desk.start("x.py", "a = 1\n", openai_answer("no"))
    desk.config.write_text(desk.config.read_text() + "[general]\nmax_tokens = 77\n")
    desk.editor.type("o/reload><Esc>")
    assert desk.editor.settled_text("a = 1") == "a = 1"
    desk.editor.wait_until("execute('messages') =~ 'Reload'")


def test_cancel_is_typed(desk: Desk) -> None:
    """The stream is closed; the question stays."""
    upstream = desk.start("n.md", "\n", openai_answer("late", delay=30.0))
    desk.editor.type("iwhat?><CR>")
    desk.editor.wait_until("line('$') > 1")
    desk.ask_for_nothing()
    desk.editor.type("/cancel><Esc>")
    wanted = "what?>"
    assert desk.editor.settled_text(wanted) == wanted
    desk.editor.wait_until("execute('messages') =~ 'stopped 1 running'")
    assert upstream.all_closed()


def test_a_real_model_answers(desk: Desk) -> None:
    """The real llama.cpp, asked in Neovim: its answer stands quoted below."""
    with llama_server(small_model()) as server:
        desk.attach("n.md", "\n", server.base_url, "[general]\nmax_tokens = 12\n")
        desk.editor.type("iWhat is the capital of France?><Esc>")
        desk.editor.wait_until("search('^> .') > 0")
    lines = desk.editor.text().split("\n")
    assert lines[:2] == ["What is the capital of France?", ""]
    assert all(line.startswith(">") for line in lines[2:] if line)


def test_a_first_answer_comes_whole(desk: Desk) -> None:
    """With `chat.stream` too: the model may be one that thinks aloud."""
    desk.start(
        "n.md",
        "\nend\n",
        openai_answer(["one\n\n", "two\n\n", "three"], gap=0.4),
        more="[chat]\nstream = true\n",
    )
    desk.editor.type("iwhat is it?><Esc>")
    wanted = "what is it?\n\n> one\n>\n> two\n>\n> three\n\nend"
    assert desk.editor.settled_text(wanted) == wanted
    desk.editor.type("u")
    assert "> one" not in desk.editor.settled_text("what is it?>\nend")


def test_an_inline_tag_in_prose(desk: Desk) -> None:
    """The tag is replaced where it stands, and nothing else."""
    upstream = desk.start("n.md", "\nend\n", openai_answer("a word"))
    desk.editor.type("iSay >!a word> here<Esc>")
    wanted = "Say a word here\nend"
    assert desk.editor.settled_text(wanted) == wanted
    assert len(upstream.requests) == 1
