"""Items in the real Neovim: what is taken is in the buffer byte for byte."""

import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.item_server import Order, Seen
from tests.support.neovim import Neovim, neovim

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("neovim")]


class Desk:
    """A Neovim with the item server, and the files by which that is told."""

    def __init__(self, editor: Neovim, folder: Path) -> None:
        self.editor = editor
        self._folder = folder
        self._files = 0

    def offer(
        self, text: str, *offered: str, name: str = "x.py", **order: bool
    ) -> None:
        """Edit a text with the cursor at `|`, and have texts offered there."""
        self._files += 1
        before, after = text.split("|")
        told = Order(texts=list(offered), language="python", **order)
        (self._folder / "order.json").write_bytes(msgspec.json.encode(told))
        path = self._folder / f"{self._files}_{name}"
        self.editor.type("<C-\\><C-n>")
        self.editor.open(path, before + after)
        self.editor.attach("items", self._command())
        line = before.rpartition("\n")[2]
        self.editor.place(before.count("\n"), len(line.encode()))
        self.editor.type("a" if line and not after.partition("\n")[0] else "i")

    def taken(self, count: int) -> tuple[str, list[str], int]:
        """Wait until so many items were taken; gives the last."""
        file = self._folder / "seen.json"
        self.editor.wait_until(
            f"len(json_decode(join(readfile('{file}'), '')).taken) >= {count}"
        )
        return self.seen().taken[-1]

    def seen(self) -> Seen:
        """Give what the server has seen."""
        return msgspec.json.decode((self._folder / "seen.json").read_bytes(), type=Seen)

    def _command(self) -> list[str]:
        module = (sys.executable, "-m", "tests.support.item_server")
        files = (self._folder / "order.json", self._folder / "seen.json")
        return [*module, *map(str, files)]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Give a Neovim for all tests here; each edits a file of its own."""
    folder = tmp_path_factory.mktemp("neovim")
    with neovim(folder) as editor:
        editor.command("set completeopt=menuone,noinsert,popup shiftwidth=4 expandtab")
        yield Desk(editor, folder)


CASES = {
    "dedent": (
        "def f(x):\n    if x:\n        |\n",
        "return 1\n    else:\n        return 2\n    return 3",
    ),
    "blank line": ("def f():\n    |\n", "a = 1\n\n    return a"),
    "tab in a string": ("def f():\n    |\n", "return [\n        'a\tb',\n    ]"),
    "bracket right of the cursor": ("print(foo(|))\n", "a, b"),
    "repeated bracket": ("foo(|)\n", "bar)"),
    "repeated bracket in the middle": ("def foo(|)\n", "a):\n    return a"),
    "break before a bracket": ("x = [|]\n", "\n    1,\n    2,\n"),
    "break before a bracket, deeper": (
        "def f():\n    x = [|]\n",
        "\n        1,\n        2,\n    ",
    ),
    "one line with blanks": ("return |\n", "a + b"),
    "what a snippet takes for its own": ("x = |\n", "f'${CLIPBOARD}$0 {a}' + '\\n$1'"),
    "prompts and commands": ("|\n", "# why?>\n# >!again>\n# ${0:x} /reload>\nx = 1"),
    "fragment": ("import os\nos.pa|\n", "th.join('a', 'b')"),
    "wide characters": ("é = '漢字😀', |\n", "'漢',\n'字'"),
    "margin below depth": (
        "class A:\n    def f(self):\n        x = |\n",
        '"""\nno\n"""',
    ),
    "within a line": ("a = [1, |, 3]\n", "2"),
    "trailing blanks": ("|\n", "# a  \n\n\nb = 1"),
}


@pytest.mark.parametrize("case", CASES)
def test_what_is_taken_is_prefix_answer_suffix(desk: Desk, case: str) -> None:
    """Taking an item leaves exactly the text offered, and one undo the one before."""
    text, offered = CASES[case]
    before, after = text.split("|")
    if case.startswith("repeated"):
        after = after.removeprefix(")")
    wanted = (before + offered + after).removesuffix("\n")
    desk.offer(text, offered)
    desk.editor.complete()
    desk.editor.type("<C-y>")
    assert wanted == desk.editor.settled_text(wanted)
    end = (before + offered).encode().rpartition(b"\n")[2]
    assert desk.editor.cursor()[1] == len(end)
    desk.editor.type("<Esc>u")
    whole = text.replace("|", "").removesuffix("\n")
    assert whole == desk.editor.settled_text(whole)


def test_tabs_of_the_document_stay(desk: Desk) -> None:
    """Where the document is indented by tabs, a dedent and a blank line are exact."""
    offered = "return 1\n\t} else {\n\t\tx := `a\tb`\n\n\t\treturn x"
    wanted = "func f() {\n\tif x {\n\t\t" + offered + "\n\t}\n}"
    desk.offer("func f() {\n\tif x {\n\t\t|\n\t}\n}\n", offered, name="x.go")
    desk.editor.command("setlocal noexpandtab")
    desk.editor.complete()
    desk.editor.type("<C-y>")
    assert wanted == desk.editor.settled_text(wanted)


def test_rows_show_code_and_who_gave_it(desk: Desk) -> None:
    """A row is the code, the label stands in the menu column, the rest beside it."""
    desk.offer("x = fo|\n", "o(1)\ny = 2", "rmat(x)")
    first, second = desk.editor.complete()
    assert (first.abbr, first.menu) == ("foo(1)", "model-0")
    assert (second.abbr, second.menu) == ("format(x)", "model-1")
    assert first.info.startswith("model-0: provider=p model=model-0")
    assert first.info.endswith("foo(1)\ny = 2")


def test_a_choice_reaches_the_server(desk: Desk) -> None:
    """The accept command says what was taken, and how much of it was new."""
    desk.offer("x = fo|\n", "o(1)", "r(2)")
    desk.editor.complete()
    earlier = len(desk.seen().taken)
    desk.editor.type("<C-n><C-y>")
    assert desk.taken(earlier + 1) == ("run", ["model-1"], 4)


def test_browsing_leaves_nothing_behind(desk: Desk) -> None:
    """Going through the rows and leaving gives back the text, and takes nothing."""
    desk.offer("def f():\n    |\n", "return 1\n\n    pass", "yield 2")
    before = desk.seen().taken
    desk.editor.complete()
    desk.editor.type("<C-n><C-n><C-e>")
    desk.editor.wait_until("!pumvisible()")
    assert desk.editor.text() == "def f():\n    "
    assert desk.seen().taken == before


def test_typing_on_narrows_the_rows(desk: Desk) -> None:
    """A row stays while it is typed along, and what is taken then is not doubled."""
    desk.offer("x = fo|\n", "o(1)", "rmat(x)")
    desk.editor.complete()
    desk.editor.type("rm")
    desk.editor.wait_until("len(complete_info(['matches']).matches) == 1")
    desk.editor.type("<C-y>")
    assert desk.editor.settled_text("x = format(x)") == "x = format(x)"


def test_blind_rows_name_nobody_until_one_is_taken(desk: Desk) -> None:
    """Blind rows show a letter and the code; the choice is named afterwards."""
    desk.offer("x = |\n", "1", "2", blind=True)
    rows = desk.editor.complete()
    assert [(row.abbr, row.menu, row.info) for row in rows] == [
        ("1", "A", "1"),
        ("2", "B", "2"),
    ]
    desk.editor.type("<C-n><C-y>")
    desk.editor.wait_until("execute('messages') =~ 'B was model-1 (p:model-1)'")
