"""What comes of an answer: text that takes the place of a span, or an objection."""

from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.prompts.cursor import Cursor
from hexai.service.actions.action import Action, shown_text
from hexai.service.actions.fitting import Frame, Unfit, fit
from hexai.service.ask import Run
from hexai.text.lines import Lines
from hexai.text.positions import Span

_NEAR = 100
"""Lines on each side that show a document's style."""


async def answer_of(run: Run) -> Outcome:
    """Ask the run's only entry, and wait for what becomes of it."""
    async with run:
        async for _ in run:
            pass
    return run.outcomes[0]


def fitted(outcome: Outcome, action: Action, cursor: Cursor, span: Span) -> str | Unfit:
    """Give the text that takes the place of a span, or why nothing does."""
    if (objection := objection_to(outcome)) is not None:
        return objection
    return fit(outcome.text, frame_of(action, cursor, span))


def frame_of(action: Action, cursor: Cursor, span: Span) -> Frame:
    """Say where an answer goes that takes the place of a span."""
    document, start = cursor.document, span.start
    first, last = max(0, start.line - _NEAR), span.end.line + _NEAR
    above = document.between(first, start.line)
    below = document.between(span.end.line + 1, last)
    return Frame(
        replaced=document.slice(span),
        shown=shown_text(action, document, span),
        near=_break_of(document).join((*above, *below)),
        language=cursor.language.id,
        code=cursor.language.kind != "text",
        mid_line=bool(document.line(start.line)[: start.character].strip()),
    )


def objection_to(outcome: Outcome) -> Unfit | None:
    """Say why an outcome can change nothing, whatever its text."""
    if outcome.status is Status.CANCELLED:
        return Unfit("stopped")
    if outcome.status is not Status.ANSWERED:
        return Unfit(str(outcome.error) if outcome.error else outcome.status.value)
    if outcome.finish is FinishReason.LENGTH:
        return Unfit(
            "the answer was cut off at the token limit; raise max_tokens of the entry, "
            "or select less"
        )
    if outcome.is_cut:
        return Unfit(outcome.cut_words)
    if outcome.finish is FinishReason.FILTERED:
        return Unfit("the upstream cut the answer off for what it said")
    return None


def _break_of(document: Lines) -> str:
    first = document.raw[0]
    return first[len(document.line(0)) :] or "\n"
