"""What is taken is in the text byte for byte, in every client of the table.

Neovim, Emacs and Kakoune themselves are tried in tests/e2e; here, all of them as their
sources say. Where a client cannot put all of a suggestion in, it is offered the part
that it can, and that part is exact.
"""

import pytest
from msgspec.structs import replace

from hexai.surfaces.lsp import clients
from hexai.surfaces.lsp.clients import Client
from hexai.surfaces.lsp.offers.items import ItemMaker, expressible
from hexai.surfaces.lsp.offers.offer import Insertion
from hexai.surfaces.lsp.offers.replaced_tokens import can_put_in
from hexai.text.lines import Encoding
from tests.support import client_texts, jupyterlab
from tests.support.client_texts import Take
from tests.support.offers import document, offer

CLIENTS: dict[str, tuple[Client, Take]] = {
    "unknown": (clients.DEFAULT, client_texts.by_edit),
    "helix": (clients.HELIX, client_texts.by_edit),
    "vscode": (clients.VSCODE, client_texts.by_edit),
    "zed": (clients.ZED, client_texts.by_edit),
    "kate": (clients.KATE, client_texts.by_edit),
    "blink.cmp": (clients.BLINK, client_texts.by_edit),
    "nvim-cmp": (clients.NVIM_CMP, client_texts.by_edit),
    "coc.nvim": (clients.COC, client_texts.by_edit),
    "eglot": (clients.EGLOT, client_texts.by_edit),
    "lsp-mode": (clients.LSP_MODE, client_texts.by_edit),
    "mini.completion": (clients.MINI, client_texts.by_mini),
    "vim-lsp": (clients.VIM_LSP, client_texts.by_vim_lsp),
    "ale": (clients.ALE, client_texts.by_ale),
    "kakoune": (clients.KAKOUNE, client_texts.by_kakoune),
    "fresh": (clients.FRESH, client_texts.by_insert_snippet),
    "jupyterlab": (clients.JUPYTERLAB, jupyterlab.take),
}

SHAPES = {
    "single line": ("x = fo|\n", "o(1) + 2", ""),
    "multi-line": ("def f():\n    |\n", "a = 1\n    if a:\n        b = 2", ""),
    "dedent": (
        "def f(x):\n    if x:\n        |\n",
        "return 1\n    else:\n        return 2\n    return 3",
        "",
    ),
    "tabs": ("func f() {\n\tif x {\n\t\t|\n\t}\n}\n", "return 1\n\t\tx()", ""),
    "deeper tabs": ("if x:\n\t|\n", "if y:\n\t\treturn y", ""),
    "tab in a string": ("def f():\n    |\n", "x = 'a\tb'\n    y = 1", ""),
    "CRLF": ("a = 1\r\n    |\r\nb = 2\r\n", "x = [\n        1,\n    ]", ""),
    "repeated suffix": ("foo(|)\n", "bar)", ")"),
    "repeated suffix in the middle": ("def foo(|)\n", "a):\n    return (a)[0]", ")"),
    "auto-closed bracket": ("print(foo(|))\n", "a, b", ""),
    "break before a bracket": (
        "def f():\n    x = [|]\n",
        "\n        1,\n    ",
        "",
    ),
    "a brace and a backslash": ("x = {fo|\n", "o: '\\n'}", ""),
    "what a snippet takes for its own": ("x = |\n", "f'${A}$0 {a}' + '\\n$1'", ""),
    "wide characters": ("é = '漢字😀', |\n", "'漢',\n'字'", ""),
    "a letter outside ASCII": ("x = na\u00efv|\n", "e + \u6f22", ""),
    "a word outside ASCII": ("x = \u6f22|\n", "\u5b57 + 1", ""),
    "empty line": ("def f():\n    |\n", "a = 1\n\n    return a", ""),
    "empty line at the margin": ("|\n", "a = 1\n\n\nb = 2", ""),
    "word in the middle": ("a = [1, tw|, 3]\n", "o", ""),
    "end of file": ("def f():\n    re|", "turn 1", ""),
    "blank file": ("|", "import os\n", ""),
}

WHOLE = {"vim-lsp", "ale", "mini.completion", "kakoune", "fresh", "jupyterlab"}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("name", CLIENTS)
def test_what_is_taken_is_exact(name: str, shape: str) -> None:
    """Prefix, what was offered, suffix; what was offered is a beginning of the text."""
    client, take = CLIENTS[name]
    place, text, repeated = SHAPES[shape]
    whole = offer(place, text)
    given = expressible(
        replace(whole, document=document(place.replace("|", ""))), client
    )
    before, after = place.split("|")
    if not can_put_in(given.document, given.position, client):
        assert name not in WHOLE or name == "jupyterlab"
        return
    for suggestion in given.suggestions:
        maker = ItemMaker(client=client, encoding=Encoding.UTF32, command="c")
        (item,) = maker.completion(given, 1).items
        got = take(before + after, len(before), item)
        assert got == Insertion.of(given, suggestion).into(given.lines).text
        inserted = suggestion.text.replace("\n", "\r\n" if "\r\n" in place else "\n")
        left = after.removeprefix(repeated) if item_covers(item, before) else after
        assert got == before + inserted + left
        assert text.startswith(suggestion.text)
    if name not in WHOLE:
        assert [each.text for each in given.suggestions] == [text]


def item_covers(item: object, before: str) -> bool:
    """Tell whether an item's edit goes on right of the cursor."""
    edit = item.text_edit  # type: ignore[attr-defined]
    return bool(edit.range.end.character > len(before.rpartition("\n")[2]))


@pytest.mark.parametrize(
    ("client", "shape", "wanted"),
    [
        (clients.MINI, "dedent", ["return 1"]),
        (clients.MINI, "empty line", ["a = 1"]),
        (clients.MINI, "empty line at the margin", ["a = 1\n\n\nb = 2"]),
        (clients.MINI, "tab in a string", []),
        (clients.MINI, "tabs", ["return 1\n\t\tx()"]),
        (clients.MINI, "deeper tabs", ["if y:"]),
        (clients.VIM_LSP, "multi-line", ["a = 1"]),
        (clients.ALE, "single line", ["o"]),
        (clients.ALE, "dedent", ["return 1"]),
        (clients.ALE, "repeated suffix", ["bar"]),
        (clients.KAKOUNE, "repeated suffix", ["bar"]),
        (clients.KAKOUNE, "repeated suffix in the middle", ["a"]),
        (clients.KAKOUNE, "dedent", [SHAPES["dedent"][1]]),
        (clients.JUPYTERLAB, "repeated suffix", ["bar"]),
    ],
)
def test_what_a_client_cannot_put_in_is_not_offered(
    client: Client, shape: str, wanted: list[str]
) -> None:
    """The rest of a text is left out, and a text of which nothing is left."""
    place, text, _ = SHAPES[shape]
    cut = expressible(offer(place, text), client)
    assert [each.text for each in cut.suggestions] == wanted


def test_mini_keeps_the_tabs_of_languages_that_neovim_indents_by_them() -> None:
    """For others `expandtab` may be set, whatever the file is indented by."""
    place = "package p\n\nfunc f() {\n\t|\n}\n"
    text = 'if x {\n\t\treturn "\t"\n\t}'
    whole = offer(place, text)
    go = document(place.replace("|", ""), language="go")
    given = expressible(replace(whole, document=go), clients.MINI)

    [suggestion] = given.suggestions
    maker = ItemMaker(client=clients.MINI, encoding=Encoding.UTF32, command="c")
    [item] = maker.completion(given, 1).items
    assert suggestion.text == text
    before, after = place.split("|")
    got = client_texts.by_mini(before + after, len(before), item)
    assert got == before + text + after


def test_texts_that_are_the_same_after_the_cut_are_one() -> None:
    """All who gave it are named, in the order of the entries."""
    made = expressible(offer("|\n", "a = 1\nb", "a = 1\nc"), clients.VIM_LSP)
    [suggestion] = made.suggestions
    assert (suggestion.text, len(suggestion.credits)) == ("a = 1", 2)
