"""Putting one question to the one model that answers it, and telling if it fails."""

from collections.abc import Awaitable, Callable

from hexai.domain.events import Delta, Ended, TakenBack
from hexai.domain.outcome import Outcome, Status
from hexai.domain.provider import FinishReason
from hexai.surfaces.lsp.asking.run import Run
from hexai.surfaces.lsp.editor.editor import Editor, Severity

Hear = Callable[[str], Awaitable[None]]


async def hear(
    run: Run,
    on_text: Hear | None = None,
    on_taken_back: Callable[[], Awaitable[None]] | None = None,
) -> Outcome | None:
    """Put a question; gives what became of its first contender, None without any.

    `on_text` is called with each piece of the answer as it comes, `on_taken_back` when
    all of them so far turn out to be none.
    """
    outcome = None
    async with run:
        async for event in run:
            if isinstance(event, TakenBack) and event.index == 0 and on_taken_back:
                await on_taken_back()
            if isinstance(event, Delta) and event.index == 0 and on_text is not None:
                await on_text(event.text)
            if isinstance(event, Ended) and event.index == 0:
                outcome = event.outcome
    return outcome


def tell_trouble(editor: Editor, what: str, outcome: Outcome) -> None:
    """Tell the user why there is no answer, or why it is not whole."""
    name = f"Hexai: {what}: {outcome.label}"
    if outcome.error is not None:
        editor.tell(Severity.ERROR, f"{name}: {outcome.error}")
    elif outcome.status is Status.ANSWERED and not outcome.text.strip():
        message = f"{name} gave an empty answer; nothing was changed"
        editor.tell(Severity.WARNING, message)
    elif outcome.is_cut:
        editor.tell(Severity.WARNING, f"{name}: {outcome.cut_words}")
    elif outcome.finish is FinishReason.LENGTH:
        message = f"{name} was cut off at its token limit; see `max_tokens`"
        editor.tell(Severity.WARNING, message)
