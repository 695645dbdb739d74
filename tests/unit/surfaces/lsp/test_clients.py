"""Editors are known by what they say about themselves."""

import pytest

from hexai.surfaces.lsp import clients
from hexai.surfaces.lsp.clients import DEFAULT, Client, Traits, identify


@pytest.mark.parametrize(
    ("traits", "name"),
    [
        (Traits(name="helix"), "helix"),
        (Traits(name="Neovim"), "neovim"),
        (Traits(name="Neovim", insert_replace=True), "blink.cmp"),
        (Traits(name="Neovim", insert_replace=True, preselects=True), "nvim-cmp"),
        (Traits(name="Neovim", insert_replace=True, no_tags=True), "mini.completion"),
        (Traits(name="coc.nvim"), "coc.nvim"),
        (Traits(name="vim-lsp"), "vim-lsp"),
        (Traits(name="Visual Studio Code"), "vscode"),
        (Traits(name="Visual Studio Code - Insiders"), "vscode"),
        (Traits(name="VSCodium"), "vscode"),
        (Traits(name="code-server"), "vscode"),
        (Traits(name="Zed"), "zed"),
        (Traits(name="Zed Preview"), "zed"),
        (Traits(name="Eglot"), "eglot"),
        (Traits(name="emacs"), "lsp-mode"),
        (Traits(name="kakoune-lsp"), "kakoune"),
        (Traits(), "nameless"),
        (Traits(semantic_tokens=True), "kate"),
        (Traits(server_status=True, semantic_tokens=True), "fresh"),
        (Traits(no_action_kinds=True), "ale"),
        (Traits(process=False), "nameless"),
        (Traits(process=False, registers=True), "jupyterlab"),
    ],
)
def test_an_editor_is_found_by_its_name(traits: Traits, name: str) -> None:
    """Neovim and its plugins have one name, some have none: what they can tells."""
    assert identify(traits).name == name


def test_every_row_says_how_it_is_known() -> None:
    """What was looked at, when, and where its source is; our own peer needs none."""
    rows = [row for row in vars(clients).values() if isinstance(row, Client)]
    assert len(rows) > 15
    for row in rows:
        if row not in (DEFAULT, clients.NEOVIM_PLUGIN, clients.CHECK):
            assert "https://" in row.seen, row.name


def test_an_unknown_editor_gets_nothing_special() -> None:
    """Plain items, no command that it would have to run."""
    assert Client(name="unknown") == DEFAULT == identify(Traits(name="ed"))


@pytest.mark.parametrize("inline", [True, False])
def test_vs_code_gets_lists_from_memory_only_if_it_asks_otherwise_too(
    inline: bool,
) -> None:
    """Without inline completion the list is all that there is."""
    traits = Traits(name="Visual Studio Code", inline_completion=inline)

    assert identify(traits).completion_from_memory is inline


@pytest.mark.parametrize("name", ["", "Eglot"])
def test_no_tag_gets_into_the_text_of_eglot(name: str) -> None:
    """It inserts what labels have in common, such as the beginning of two tags."""
    assert identify(Traits(name=name)).label == "code"
