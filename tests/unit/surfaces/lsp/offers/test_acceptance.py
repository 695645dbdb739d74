"""What an editor inserted becomes what was offered, and the choice is told."""

import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexai.surfaces.lsp.clients import BLINK, COC, DEFAULT, NEOVIM, Client
from hexai.surfaces.lsp.documents import Document
from hexai.surfaces.lsp.editor import Answer, Severity
from hexai.surfaces.lsp.edits import Compute
from hexai.surfaces.lsp.offers.acceptance import Acceptance, Offers, mending
from hexai.surfaces.lsp.offers.offer import Insertion, Offer
from hexai.text.lines import Lines, Replacement
from tests.support.offers import offer, suggestion


class Desk:
    """An editor with one document, and a ledger, both as far as accepting goes."""

    takes_edits = True

    def __init__(self, lines: Lines, client: Client = NEOVIM) -> None:
        self.client = client
        self.lines = lines
        self.told: list[str] = []
        self.named: list[str] = []
        self.chosen: list[tuple[str, list[str], int]] = []
        self.edits = 0

    def document(self, uri: str) -> Document | None:
        """Give the document, whatever it is called."""
        return Document(
            uri=uri, language="python", version=1, lines=self.lines, changed_at=0.0
        )

    def tell(self, severity: Severity, message: str) -> None:
        """Keep a message."""
        self.told.append(message)

    def log(self, severity: Severity, message: str) -> None:
        """Drop a line."""

    async def apply(
        self, document: Document, replacements: Sequence[Replacement], label: str
    ) -> Answer:
        """Fail: edits are made by `make`."""
        raise AssertionError

    async def make(self, uri: str, compute: Compute, label: str) -> None:
        """Make an edit, from its end to its beginning."""
        document = self.document(uri)
        assert document is not None
        edits = compute(document)
        if edits:
            self.lines = self.lines.change(reversed(edits)).after
            self.edits += 1

    def taken(self, offer: Offer, index: int) -> None:
        """Keep a choice."""
        suggestion = offer.suggestions[index]
        insertion = Insertion.of(offer, suggestion)
        labels = [each.label for each in suggestion.credits]
        self.chosen.append((offer.run_id, labels, len(insertion.text)))


def accepting(desk: Desk, offers: Offers) -> Acceptance:
    """Accept at a desk."""
    return Acceptance(
        desk, offers, take=desk.taken, name=desk.named.append, make=desk.make
    )


def take(given_offer: Offer, desk: Desk, index: int = 0) -> None:
    """Take a suggestion of an offer at a desk."""
    offers = Offers()
    number = offers.keep(given_offer)
    acceptance = Acceptance(
        desk, offers, take=desk.taken, name=desk.named.append, make=desk.make
    )
    asyncio.run(acceptance.accept([given_offer.run_id, number, index]))


DEDENT = "return 1\n    else:\n\n        x = 'a\tb'"

INSERTIONS = {
    "as offered": "def f():\n    if x:\n        {}",
    "dedent and blank line re-indented": (
        "def f():\n    if x:\n        return 1\n            else:\n        \n"
        "                x = 'a    b'"
    ),
    "indented as the editor's options say": (
        "def f():\n    if x:\n        return 1\nelse:\n\n\tx = 'a\tb'"
    ),
}


@pytest.mark.parametrize("client", [NEOVIM, BLINK, COC], ids=lambda each: each.name)
@pytest.mark.parametrize("case", INSERTIONS)
def test_what_the_editor_re_indented_is_mended(case: str, client: Client) -> None:
    """Dedents, blank lines and tabs are as they were in the answer."""
    given_offer = offer("def f():\n    if x:\n        |\n    y\n", DEDENT)
    text = INSERTIONS[case].replace("{}", DEDENT) + "\n    y\n"
    desk = Desk(Lines.of(text), client)
    take(given_offer, desk)
    assert desk.lines.text == f"def f():\n    if x:\n        {DEDENT}\n    y\n"
    assert desk.edits == (case != "as offered")


def test_a_doubled_bracket_goes() -> None:
    """What the answer brought along and the editor left standing is taken away."""
    given_offer = offer("def f(|) -> int:\n", "a) -> int:\n    return g(a")
    insertion = Insertion.of(given_offer, given_offer.suggestions[0])
    assert insertion.covered == 0
    given_offer = offer("def f(|)\n", "a):\n    return a")
    desk = Desk(Lines.of("def f(a):\n    return a)\n"))
    take(given_offer, desk)
    assert desk.lines.text == "def f(a):\n    return a\n"


def test_what_was_typed_behind_it_stays() -> None:
    """The user need not wait for the mending."""
    given_offer = offer("x = [\n    f(|),\n]\n", "a,\n  b")
    desk = Desk(Lines.of("x = [\n    f(a,\n      b, c ),\n]\n"))
    take(given_offer, desk)
    assert desk.lines.text == "x = [\n    f(a,\n  b, c ),\n]\n"


@pytest.mark.parametrize(
    "now",
    [
        "def f():\n    return 2\n    y\n",
        "def g():\n    retur  n 1\n    y\n",
        "def f():\n    return 1\n    z\n",
        "def f():\n    return\n",
        "",
    ],
)
def test_what_the_user_wrote_is_left_alone(now: str) -> None:
    """A document that differs in more than blanks, or elsewhere, is not touched."""
    desk = Desk(Lines.of(now))
    take(offer("def f():\n    |\n    y\n", "return 1"), desk)
    assert (desk.lines.text, desk.edits) == (now, 0)


def test_editors_that_insert_right_get_no_edit() -> None:
    """Only a client that is known to change what it inserts is mended."""
    now = Lines.of("def f():\n      return 1\n")
    desk = Desk(now, DEFAULT)
    take(offer("def f():\n    |\n", "return 1"), desk)
    assert desk.lines == now
    assert desk.chosen == [("run", ["qwen"], 8)]


def test_a_choice_is_told_once_with_all_who_gave_it() -> None:
    """The ledger gets the run, everybody credited, and how much was new."""
    given_offer = offer("|fo|", "fx", suggestion("foo()", "qwen", "gpt"))
    desk = Desk(Lines.of("foo()"))
    take(given_offer, desk, index=1)
    assert desk.chosen == [("run", ["qwen", "gpt"], 3)]
    assert desk.told == []


def test_a_blind_choice_is_named() -> None:
    """One line says who B was, and nothing in it acts."""
    given_offer = offer("|", "a", suggestion("b", "q\x1b[0m"), blind=True)
    desk = Desk(Lines.of("b"))
    take(given_offer, desk, index=1)
    assert desk.told == [
        "Hexai: B was q\\x1b[0m (prov:q\\x1b[0m-model)",
    ]
    assert desk.named == [given_offer.run_id]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", 1, 5],
        ["run", 1, -1],
        ["run", 2, 0],
        ["other", 1, 0],
        ["run", "1", 0],
        ["run", 1.0, None],
        [{"a": 1}, [], None],
    ],
)
def test_arguments_that_name_nothing_do_nothing(arguments: list[object]) -> None:
    """Whatever an editor sends as arguments, nothing is taken and nothing raised."""
    desk = Desk(Lines.of("x"))
    offers = Offers()
    offers.keep(offer("|", "x"))
    asyncio.run(
        Acceptance(
            desk, offers, take=desk.taken, name=desk.named.append, make=desk.make
        ).accept(arguments)
    )
    assert (desk.chosen, desk.told, desk.edits) == ([], [], 0)


def test_old_offers_are_forgotten() -> None:
    """A server that runs for weeks keeps the newest offers only."""
    offers = Offers()
    numbers = [offers.keep(offer("|", "x")) for _ in range(100)]
    found = [offers.find(["run", number, 0]) is not None for number in numbers]
    assert found == [False] * 36 + [True] * 64


TEXT = st.text(st.sampled_from("ab() \t\n"), max_size=10)


@given(TEXT, TEXT.map(str.strip).filter(bool), TEXT, st.data())
def test_any_blanks_are_mended(
    before: str, answer: str, after: str, data: st.DataObject
) -> None:
    """Whatever an editor makes of the blanks between words, the answer comes out."""
    given_offer = offer(f"{before}|{after}", answer)
    insertion = Insertion.of(given_offer, given_offer.suggestions[0])
    blanks = st.text(st.sampled_from(" \t\n"), max_size=3)
    inserted = "".join(
        data.draw(blanks) if letter.isspace() else letter for letter in answer
    )
    now = Lines.of(before + inserted + after)
    edits = mending(now, given_offer.lines, insertion)
    assert edits is not None
    assert now.change(reversed(edits)).after == insertion.into(given_offer.lines)
