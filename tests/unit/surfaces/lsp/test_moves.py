"""Who is at work for a document is told that it has closed, or where it went."""

import asyncio
from collections.abc import Callable

import pytest

from hexai.surfaces.lsp.documents import Document, Documents
from hexai.surfaces.lsp.moves import WITHIN, Moves
from hexai.text.lines import TextChange
from tests.support.clock import run_virtually

TEXT = "what is it?>\n"


class Told:
    """Remembers what it is told, without changes."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def opened(self, document: Document) -> None:
        """Remember it."""
        self.said.append(f"opened {document.uri}")

    def changed(self, document: Document, change: TextChange) -> None:
        """Do nothing."""

    def closed(self, uri: str) -> None:
        """Remember it."""
        self.said.append(f"closed {uri}")

    def moved(self, uri: str, document: Document) -> None:
        """Remember it."""
        self.said.append(f"{uri} is now {document.uri}, {document.language}")


def told(*steps: Callable[[Documents], object] | float) -> list[str]:
    """Open `a`, do things, some seconds apart; gives what was said of that."""

    async def play() -> list[str]:
        documents = Documents(
            clock=asyncio.get_running_loop().time, on_too_large=lambda _: None
        )
        one = Told()
        documents.followers.append(Moves([one]))
        documents.open("a", "text", 1, TEXT)
        await asyncio.sleep(10.0)
        one.said.clear()
        for step in steps:
            if isinstance(step, float):
                await asyncio.sleep(step)
            else:
                step(documents)
        return one.said

    return run_virtually(play())


def opens(uri: str, text: str = TEXT) -> Callable[[Documents], None]:
    """Open a document of Markdown."""
    return lambda documents: documents.open(uri, "markdown", 1, text)


def closes(uri: str) -> Callable[[Documents], None]:
    """Close a document."""
    return lambda documents: documents.close(uri)


@pytest.mark.parametrize("gap", [0.0, WITHIN / 2])
def test_a_document_that_is_saved_under_another_name_has_moved(gap: float) -> None:
    """Whichever the editor does first, and it is not said to have closed."""
    moved = ["opened b", "a is now b, markdown"]
    assert told(closes("a"), gap, opens("b"), 9.0) == moved
    assert told(opens("b"), gap, closes("a"), 9.0) == moved


def test_a_document_in_another_language_has_moved_to_itself() -> None:
    """The same name and text, closed and opened again."""
    assert told(closes("a"), opens("a"), 9.0) == ["opened a", "a is now a, markdown"]


def test_a_closed_document_is_told_of_a_moment_later() -> None:
    """Once, whatever is opened after that."""
    assert told(closes("a"), 0.9 * WITHIN) == []
    assert told(closes("a"), 1.1 * WITHIN, opens("b")) == ["closed a", "opened b"]


def test_another_text_is_another_document() -> None:
    """Of the same name too: the one before has closed by then."""
    assert told(closes("a"), opens("b", "x"), 9.0) == ["opened b", "closed a"]
    assert told(closes("a"), opens("a", "x"), 9.0) == ["closed a", "opened a"]


def test_what_has_been_open_for_long_is_another_document() -> None:
    """Though it has the same text."""
    assert told(opens("b"), 9.0, closes("a"), 9.0) == ["opened b", "closed a"]


def test_what_was_open_before_moves_too() -> None:
    """Documents come while what follows them is still being made."""

    async def play() -> list[str]:
        documents = Documents(
            clock=asyncio.get_running_loop().time, on_too_large=lambda _: None
        )
        one = Told()
        documents.open("a", "text", 1, TEXT)
        documents.followers.append(Moves([one], documents.opened))
        documents.close("a")
        documents.open("b", "text", 1, TEXT)
        return one.said

    assert run_virtually(play()) == ["opened b", "a is now b, text"]


def test_what_was_open_before_anybody_followed_is_nobody_s() -> None:
    """Its closing is said to nobody, as its opening was not."""

    async def play() -> list[str]:
        documents = Documents(
            clock=asyncio.get_running_loop().time, on_too_large=lambda _: None
        )
        one = Told()
        documents.open("a", "text", 1, TEXT)
        documents.followers.append(Moves([one]))
        documents.close("a")
        await asyncio.sleep(9.0)
        return one.said

    assert run_virtually(play()) == []
