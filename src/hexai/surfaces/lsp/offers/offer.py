"""What is offered for a place: between the race that makes it and the items shown."""

from msgspec import Struct

from hexai.domain.outcome import Outcome
from hexai.surfaces.lsp.editor.document import Document
from hexai.text.lines import Lines
from hexai.text.positions import Position


class Credit(Struct, frozen=True, kw_only=True):
    """A contender that gave a suggestion."""

    label: str
    outcome: Outcome
    cost_usd: float | None = None
    """None if nobody knows; 0 if the text stayed here."""


class Suggestion(Struct, frozen=True, kw_only=True):
    """A distinct cleaned text, and everybody who gave it."""

    text: str
    """What goes in at the anchor of its offer; lines end with a newline."""
    credits: tuple[Credit, ...]
    """In entry order; never empty."""


class Offer(Struct, frozen=True, kw_only=True):
    """The answer to one request of the editor."""

    run_id: str
    """The run that the suggestions belong to; empty if there was no race."""
    document: Document
    """As it was when the request came."""
    anchor: Position
    """Where the suggestions go in: where the cursor was when the models were asked."""
    position: Position
    """Where the cursor was when the request came: the anchor, and what was typed."""
    suggestions: tuple[Suggestion, ...] = ()
    """Those that go on as was typed, in the order in which they are shown."""
    incomplete: bool = False
    """A contender still runs, and the editor does well to ask again."""
    blind: bool = False
    """Nothing shown may say who gave what."""
    forced: bool = False
    """`incomplete` counts although there are no suggestions."""

    @property
    def uri(self) -> str:
        """Which document it is about."""
        return self.document.uri

    @property
    def lines(self) -> Lines:
        """The document's text, when the request came."""
        return self.document.lines

    @property
    def typed(self) -> str:
        """What was typed since the models were asked; suggestions begin with it."""
        start, end = self.anchor, self.position
        if start.line == end.line:
            return self.lines.line(start.line)[start.character : end.character]
        inner = self.lines.between(start.line + 1, end.line)
        head = self.lines.line(start.line)[start.character :]
        return "\n".join((head, *inner, self.lines.line(end.line)[: end.character]))
