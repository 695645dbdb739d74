"""An edit counts once the document shows it; until then it is tried again."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from hexai.surfaces.lsp.clients import DEFAULT, Client
from hexai.surfaces.lsp.documents import Document, Documents
from hexai.surfaces.lsp.editor import Answer, Severity
from hexai.surfaces.lsp.edits import Edits, GaveUp, Made
from hexai.surfaces.lsp.moves import Moves
from hexai.text.lines import Position, Replacement, Span
from tests.support.clock import run_virtually

URI = "file:///a.txt"
_AFTER = 0.05
"""Seconds that the editor takes to answer."""


class Typist:
    """An editor in which somebody types, and that takes edits as it is told to."""

    takes_edits = True

    def __init__(self) -> None:
        self.client: Client = DEFAULT
        self.clock = asyncio.get_running_loop().time
        self.documents = Documents(clock=self.clock, on_too_large=print)
        self.edits = Edits(self, clock=self.clock)
        self.documents.followers.append(self.edits)
        self.documents.open(URI, "text", 1, "one\ntwo\n")
        self.sent: list[tuple[float, str]] = []
        """When an edit was sent, and the text that it was for."""
        self.told: list[str] = []
        self.take: list[Callable[[Sequence[Replacement]], Coroutine[Any, Any, Answer]]]
        self.take = []
        """What is done with the next edits; the last goes on for ever."""

    @property
    def text(self) -> str:
        """The document's text; blank once it is closed."""
        document = self.document(URI)
        return document.lines.text if document else ""

    def document(self, uri: str) -> Document | None:
        """Give the document."""
        return self.documents.find(uri)

    def tell(self, severity: Severity, message: str) -> None:
        """Remember it."""
        self.told.append(message)

    def log(self, severity: Severity, message: str) -> None:
        """Do nothing."""

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Do as the script says."""
        self.sent.append((round(self.clock(), 3), document.lines.text))
        take = self.take.pop(0) if len(self.take) > 1 else self.take[0]
        return await take(replacements)

    def type(self, text: str, line: int = 0) -> None:
        """Type at the beginning of a line; known at once."""
        at = Position(line, 0)
        self.change([Replacement(span=Span(at, at), text=text)])

    def change(self, replacements: Sequence[Replacement]) -> None:
        """Make a change known."""
        document = self.document(URI)
        assert document is not None
        version = (document.version or 0) + 1
        self.documents.change(URI, version, replacements)

    async def accept(self, replacements: Sequence[Replacement]) -> Answer:
        """Make the edit, make it known, say yes."""
        self.change(replacements)
        await asyncio.sleep(_AFTER)
        return Answer.YES

    async def accept_quietly(self, replacements: Sequence[Replacement]) -> Answer:
        """Say yes at once, and make the change known later, as Neovim does."""
        asyncio.get_running_loop().call_later(0.15, self.change, replacements)
        await asyncio.sleep(0)
        return Answer.YES

    async def refuse(self, replacements: Sequence[Replacement]) -> Answer:
        """Refuse, since somebody was typing."""
        self.type("x")
        await asyncio.sleep(_AFTER)
        return Answer.NO

    async def refuse_but_say_yes(self, replacements: Sequence[Replacement]) -> Answer:
        """Refuse as Neovim does: it says yes."""
        self.type("x")
        await asyncio.sleep(_AFTER)
        return Answer.YES

    async def accept_between_keys(self, replacements: Sequence[Replacement]) -> Answer:
        """Say yes, and make the change known after three keys of somebody."""
        later = asyncio.get_running_loop().call_later
        self.type("x")
        later(0.05, self.type, "y")
        later(0.1, self.type, "z")
        later(0.2, self.change, replacements)
        await asyncio.sleep(0)
        return Answer.YES

    async def decline(self, replacements: Sequence[Replacement]) -> Answer:
        """Say that the user, who types on, was asked and said no."""
        self.type("x")
        await asyncio.sleep(_AFTER)
        asyncio.get_running_loop().call_later(_AFTER, self.type, "y")
        return Answer.NEVER

    async def ignore(self, replacements: Sequence[Replacement]) -> Answer:
        """Refuse, with nobody typing."""
        await asyncio.sleep(_AFTER)
        return Answer.NO


def append(document: Document) -> list[Replacement]:
    """Add a line at the end of the text."""
    end = document.lines.end
    return [Replacement(span=Span(end, end), text="new\n")]


async def _quiet() -> Typist:
    typist = Typist()
    await asyncio.sleep(1.0)
    return typist


def test_an_edit_that_the_document_shows_is_made() -> None:
    """Sent at once in a quiet document, and known as soon as the change comes."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept]
        made = await typist.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert made.document.lines.text == typist.text == "one\ntwo\nnew\n"
        assert typist.sent == [(1.0, "one\ntwo\n")]

    run_virtually(scenario())


def test_a_yes_alone_proves_nothing() -> None:
    """It is waited until the change is known; then it was made once."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept_quietly]
        made = await typist.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert (typist.text, typist.clock()) == ("one\ntwo\nnew\n", 1.15)
        assert len(typist.sent) == 1

    run_virtually(scenario())


def test_keys_do_not_end_the_wait_for_a_change_that_was_promised() -> None:
    """Else the edit would be made twice."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept_between_keys]
        made = await typist.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert typist.text == "zyxone\ntwo\nnew\n"
        assert len(typist.sent) == 1

    run_virtually(scenario())


def test_a_refused_edit_is_computed_again_on_the_new_text() -> None:
    """It lands in the text that the user went on with."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.refuse, typist.refuse, typist.accept]
        made = await typist.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert typist.text == "xxone\ntwo\nnew\n"
        assert [text for _, text in typist.sent] == [
            "one\ntwo\n",
            "xone\ntwo\n",
            "xxone\ntwo\n",
        ]

    run_virtually(scenario())


def test_an_edit_refused_with_a_yes_is_made_again_a_little_later() -> None:
    """The change that was promised gets its time first, lest it be made twice."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.refuse_but_say_yes, typist.accept]
        made = await typist.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert typist.text == "xone\ntwo\nnew\n"
        assert [at for at, _ in typist.sent] == [1.0, 1.35]

    run_virtually(scenario())


def test_a_change_that_holds_more_than_the_edit_shows_it_too() -> None:
    """Neovim collects what is typed, so the edit arrives with other text."""

    async def scenario() -> None:
        typist = await _quiet()

        async def take(replacements: Sequence[Replacement]) -> Answer:
            at = Position(0, 1)
            typed = Replacement(span=Span(at, at), text="typed\n")
            typist.change([*replacements, typed])
            return Answer.YES

        typist.take = [take]
        made = await typist.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert typist.text == "otyped\nne\ntwo\nnew\n"
        assert len(typist.sent) == 1

    run_virtually(scenario())


def test_while_somebody_types_it_is_sent_right_after_a_change() -> None:
    """Then the version that it is for is the newest that there is."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept]
        typist.type("a")
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().call_later(0.1, typist.type, "b")
        await typist.edits.make(URI, append, "test")

        assert typist.sent == [(1.15, "baone\ntwo\n")]

    run_virtually(scenario())


def test_when_typing_stops_it_is_sent_when_the_document_is_quiet() -> None:
    """That is when all that was typed is known."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept]
        typist.type("a")
        await asyncio.sleep(0.05)
        await typist.edits.make(URI, append, "test")

        assert typist.sent == [(1.2, "aone\ntwo\n")]

    run_virtually(scenario())


def test_after_thirty_seconds_the_user_is_told_and_nothing_was_changed() -> None:
    """An editor that takes no edits ends with a message."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.ignore]
        result = await typist.edits.make(URI, append, "Hexai: test")

        assert isinstance(result, GaveUp)
        assert (typist.text, typist.clock()) == ("one\ntwo\n", 31.0)
        (told,) = typist.told
        assert told.startswith("Hexai: test: ")
        assert "nothing was changed" in told

    run_virtually(scenario())


def test_a_timeout_of_who_computes_is_not_blamed_on_the_editor() -> None:
    """It is raised as it was, at once, and the user is told nothing of an editor."""

    def slow(document: Document) -> list[Replacement]:
        raise TimeoutError("a parser took too long")

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept]
        with pytest.raises(TimeoutError, match="a parser"):
            await typist.edits.make(URI, slow, "test")

        assert (typist.told, typist.sent) == ([], [])
        assert typist.edits.is_idle

    run_virtually(scenario())


def test_whoever_said_no_is_not_asked_again() -> None:
    """An editor that asks takes the keys that are being typed for the answer."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.decline]
        result = await typist.edits.make(URI, append, "Hexai: test")
        await asyncio.sleep(1)

        assert isinstance(result, GaveUp)
        assert result.is_told
        assert (len(typist.sent), typist.text) == (1, "yxone\ntwo\n")
        assert typist.told == ["Hexai: test: not wanted; nothing was changed"]

    run_virtually(scenario())


def test_an_edit_that_makes_no_sense_any_more_is_not_made() -> None:
    """The caller says so when it is asked for it again; nobody is told here."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.refuse]

        def compute(document: Document) -> list[Replacement] | None:
            return append(document) if document.version == 1 else None

        result = await typist.edits.make(URI, compute, "test")

        assert isinstance(result, GaveUp)
        assert (len(typist.sent), typist.told) == (1, [])

    run_virtually(scenario())


def test_closing_the_document_ends_it() -> None:
    """Nothing is sent for a document that is not open."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.ignore]
        loop = asyncio.get_running_loop()
        loop.call_later(0.5, typist.documents.close, URI)
        result = await typist.edits.make(URI, append, "test")

        assert isinstance(result, GaveUp)
        assert typist.clock() == 1.5

    run_virtually(scenario())


NEW = "file:///b.txt"


class Saver(Typist):
    """An editor whose document is saved under another name."""

    def __init__(self) -> None:
        super().__init__()
        self.documents.followers[:] = [Moves([self.edits], self.documents.opened)]
        self.take = [self.accept]

    @property
    def text(self) -> str:
        """The text under the new name."""
        document = self.document(NEW)
        return document.lines.text if document else ""

    def save(self, *, gap: float, text: str = "one\ntwo\n") -> None:
        """Close the document, and open another one so many seconds later."""
        self.documents.close(URI)
        later = asyncio.get_running_loop().call_later
        later(gap, self.documents.open, NEW, "text", 1, text)

    async def save_instead(self, replacements: Sequence[Replacement]) -> Answer:
        """Save it as the edit comes, which so finds no document any more."""
        del replacements
        self.save(gap=0.1)
        await asyncio.sleep(_AFTER)
        return Answer.NO

    async def save_and_say_nothing(self, replacements: Sequence[Replacement]) -> Answer:
        """Save it, and never answer about what is not there."""
        del replacements
        self.save(gap=0.1)
        await asyncio.sleep(1000)
        return Answer.NO

    def change(self, replacements: Sequence[Replacement]) -> None:
        """Make a change known, of the document that there is by then."""
        assert self.document(NEW) is not None
        self.documents.change(NEW, 2, replacements)


async def _saving() -> Saver:
    saver = Saver()
    await asyncio.sleep(1.0)
    return saver


@pytest.mark.parametrize("answers", [True, False])
def test_an_edit_under_way_follows_a_document_that_is_saved_as(answers: bool) -> None:
    """It is made of the text under its new name, once; and nothing stays behind."""

    async def scenario() -> None:
        saver = await _saving()
        instead = saver.save_instead if answers else saver.save_and_say_nothing
        saver.take = [instead, saver.accept]

        made = await saver.edits.make(URI, append, "test")

        assert isinstance(made, Made)
        assert saver.text == "one\ntwo\nnew\n"
        assert len(saver.sent) == 2
        assert saver.clock() < 3.0
        assert saver.edits.is_idle

    run_virtually(scenario())


def test_an_edit_that_comes_between_closing_and_opening_waits_for_it() -> None:
    """As do those behind it, in their order."""

    async def scenario() -> None:
        saver = await _saving()
        saver.save(gap=0.2)
        async with asyncio.TaskGroup() as group:
            first = group.create_task(saver.edits.make(URI, append, "first"))
            second = group.create_task(saver.edits.make(URI, append, "second"))

        assert isinstance(first.result(), Made)
        assert isinstance(second.result(), Made)
        assert saver.text == "one\ntwo\nnew\nnew\n"

    run_virtually(scenario())


@pytest.mark.parametrize(("gap", "text"), [(0.1, "other\n"), (0.5, "one\ntwo\n")])
def test_another_document_is_none_that_goes_on(gap: float, text: str) -> None:
    """Of another text, or opened too late: nothing is changed in it."""

    async def scenario() -> None:
        saver = await _saving()
        saver.save(gap=gap, text=text)

        result = await saver.edits.make(URI, append, "test")
        await asyncio.sleep(1.0)

        assert result == GaveUp("the document was closed")
        assert saver.text == text
        assert saver.edits.is_idle

    run_virtually(scenario())


def test_a_turn_stays_no_longer_than_its_edits() -> None:
    """Though the document is closed while one of them is under way."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.ignore]
        loop = asyncio.get_running_loop()
        loop.call_later(0.5, typist.documents.close, URI)
        await typist.edits.make(URI, append, "test")

        assert typist.edits.is_idle

    run_virtually(scenario())


def test_an_edit_that_changes_nothing_is_made_already() -> None:
    """It is not sent."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.ignore]
        made = await typist.edits.make(URI, lambda _: [], "test")

        assert isinstance(made, Made)
        assert typist.sent == []

    run_virtually(scenario())


def test_edits_of_one_document_are_made_one_after_the_other() -> None:
    """The second is computed on the text that the first has left."""

    async def scenario() -> None:
        typist = await _quiet()
        typist.take = [typist.accept_quietly]
        async with asyncio.TaskGroup() as group:
            group.create_task(typist.edits.make(URI, append, "first"))
            group.create_task(typist.edits.make(URI, append, "second"))

        assert typist.text == "one\ntwo\nnew\nnew\n"
        assert [text for _, text in typist.sent] == ["one\ntwo\n", "one\ntwo\nnew\n"]

    run_virtually(scenario())


def test_several_ranges_are_replaced_in_one_edit() -> None:
    """In whatever order they are given."""

    async def scenario() -> None:
        typist = await _quiet()

        def compute(document: Document) -> list[Replacement]:
            spans = [Span(Position(line, 0), Position(line, 3)) for line in (0, 1)]
            return [Replacement(span=span, text="longer\nx") for span in spans]

        async def take(replacements: Sequence[Replacement]) -> Answer:
            typist.change(list(reversed(replacements)))
            return Answer.YES

        typist.take = [take]
        made = await typist.edits.make(URI, compute, "test")

        assert isinstance(made, Made)
        assert typist.text == "longer\nx\nlonger\nx\n"

    run_virtually(scenario())
