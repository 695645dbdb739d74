"""How questions and inline prompts are answered, and the edits that answer them."""

import re
from collections.abc import Awaitable, Callable
from functools import partial

from hexai.domain.outcome import Delta, Ended, Outcome, Status, TakenBackEvent
from hexai.domain.provider import FinishReason
from hexai.service.cut_prompts import cut_words
from hexai.surfaces.lsp.asking import Asked, AskedRun
from hexai.surfaces.lsp.chat.pending import PendingPrompt
from hexai.surfaces.lsp.editor import Editor, Severity
from hexai.surfaces.lsp.passages import Anchor
from hexai.text.chatter import refuses_task
from hexai.text.lines import Lines, Position, Replacement, Span
from hexai.text.prompt_marks import is_quoted, quote
from hexai.text.thinking_aloud import may_be_musing

TakeText = Callable[[str], Awaitable[None]]


async def first_outcome(
    run: AskedRun,
    on_text: TakeText | None = None,
    on_taken_back: Callable[[], Awaitable[None]] | None = None,
) -> Outcome | None:
    """Put a question; gives what became of its first contender, None without any.

    `on_text` is called with each piece of the answer as it comes, `on_taken_back` when
    all of them so far turn out to be none.
    """
    outcome = None
    async with run:
        async for event in run:
            if isinstance(event, TakenBackEvent) and event.index == 0 and on_taken_back:
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
        editor.tell(Severity.WARNING, f"{name}: {cut_words(outcome)}")
    elif outcome.finish is FinishReason.LENGTH:
        message = f"{name} was cut off at its token limit; see `max_tokens`"
        editor.tell(Severity.WARNING, message)


CHAT = "chat"
CHAT_EDIT = "Hexai: insert chat response"
_PARAGRAPH = re.compile(r"\n[ \t]*\n")


class Chat:
    """Answers questions."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor
        self._known: set[tuple[str, str]] = set()
        """Providers and models that have answered without taking anything back."""

    async def answer(
        self, run: AskedRun, pending: PendingPrompt, *, suffix: int, stream: bool
    ) -> None:
        """Put a question and insert its answer, whole or by paragraphs.

        `suffix` is how many characters of the prompt go as it is answered.
        """
        insertion = _Insertion(pending, suffix)
        on_text = insertion.take if stream and self._is_known(run) else None
        outcome = await first_outcome(run, on_text, insertion.take_back)
        if outcome is None:
            return
        self._learn(outcome, marks=not insertion.was_taken_back)
        has_answered = outcome.status is Status.ANSWERED and bool(outcome.text.strip())
        left = "" if on_text else outcome.text  # or it has come piece by piece
        if has_answered and not await insertion.finish(left):
            return
        tell_trouble(self._editor, CHAT, outcome)

    def _is_known(self, run: AskedRun) -> bool:
        """Tell whether all who may answer have shown that they mark their reasoning.

        Of a model that does not, one hears only at the end that it was reasoning, when
        it would stand in the document already.
        """
        targets = [
            target
            for each in run.contenders[:1]
            for target in (each.target, each.fallback)
            if target is not None
        ]
        names = {(each.spec.provider, each.spec.model) for each in targets}
        return names <= self._known

    def _learn(self, outcome: Outcome, *, marks: bool) -> None:
        if outcome.status is Status.ANSWERED:
            learn = self._known.add if marks else self._known.discard
            learn((outcome.provider, outcome.model))


class _Insertion:
    """An answer on its way into the document."""

    def __init__(self, pending: PendingPrompt, suffix: int) -> None:
        self._pending = pending
        self._prompt = pending.anchor.text
        self._suffix = suffix
        self._stays = self._prompt[: len(self._prompt) - suffix]
        self._is_begun = False
        self._made_blank = False
        """The answer brought the blank line below it along."""
        self._inserted: list[str] = []
        self._rest = ""
        """What has come and is not inserted."""
        self.was_taken_back = False
        """Whether what had come turned out to be reasoning."""

    async def take_back(self) -> None:
        """Forget what is not inserted, and leave the document as it was before.

        Where its user has changed what is inserted, that stays, and the answer follows.
        """
        self._rest, self.was_taken_back = "", True
        if not self._inserted:
            return
        answer = "\n\n".join(self._inserted)
        out = partial(
            nothing_below,
            suffix=self._prompt[len(self._stays) :],
            answer=answer,
            made_blank=self._made_blank,
        )
        if await self._pending.edit(out, CHAT_EDIT, stays=self._prompt):
            self._inserted.clear()
            self._is_begun = False

    async def take(self, piece: str) -> None:
        """Take the next piece; paragraphs that are complete are inserted."""
        self._rest += piece
        breaks = [*_PARAGRAPH.finditer(self._rest.lstrip())]
        may_begin = self._is_begun or not may_be_musing(self._rest)
        if breaks and may_begin and not self._pending.is_done:
            whole = self._rest.lstrip()
            self._rest = whole[breaks[-1].end() :]
            if not await self._insert(whole[: breaks[-1].start()]):
                self._pending.cancel()

    async def finish(self, text: str) -> bool:
        """Insert all that is left, and a text; tells whether there was a place."""
        return await self._insert(self._rest + text)

    async def _insert(self, text: str) -> bool:
        text = text.strip("\n").rstrip()
        if not text:
            return True
        change = partial(more_below if self._is_begun else self._begin, text=text)
        made = await self._pending.edit(change, CHAT_EDIT, stays=self._stays)
        self._is_begun = self._is_begun or made
        if made:
            self._inserted.append(text)
        return made

    def _begin(
        self, lines: Lines, anchor: Anchor, text: str
    ) -> list[Replacement] | None:
        self._made_blank = not _follows_blank(lines, anchor.line)
        return answer_below(lines, anchor, suffix=self._suffix, answer=text)


INLINE = "inline prompt"
INLINE_EDIT = "Hexai: inline prompt"


class InlinePrompts:
    """Carries out what inline tags ask for."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    async def answer(
        self, asked: Asked, pending: PendingPrompt, *, whole_line: bool
    ) -> None:
        """Ask, and put the answer in the tag's place, or in that of its line."""
        outcome = await first_outcome(asked.run)
        if outcome is None:
            return
        text = ""
        if outcome.status is Status.ANSWERED:
            finished = outcome.finish is not FinishReason.LENGTH
            text = asked.clean(
                outcome.text, infilled=outcome.infilled, finished=finished
            )
        if refuses_task(text):
            message = f"Hexai: {INLINE}: {outcome.label} refused; nothing was changed"
            self._editor.tell(Severity.WARNING, message)
            return
        if text:
            change = partial(in_place_of_tag, text=text, whole_line=whole_line)
            if not await pending.edit(change, INLINE_EDIT):
                return
        elif outcome.text.strip() and outcome.error is None:
            self._editor.tell(
                Severity.WARNING,
                f"Hexai: {INLINE}: {outcome.label} answered with nothing that goes in "
                "there; nothing was changed",
            )
            return
        tell_trouble(self._editor, INLINE, outcome)


def answer_below(
    lines: Lines, anchor: Anchor, suffix: int, answer: str
) -> list[Replacement] | None:
    """Take the question's suffix away and put an answer below it.

    `suffix` is how many characters the prompt ends with that answering removes. None:
    the question is not in the text any more.
    """
    column = anchor.column(lines)
    if column is None:
        return None
    end = column + len(anchor.text)
    line = lines.line(anchor.line)
    marker = Span(Position(anchor.line, end - suffix), Position(anchor.line, end))
    at_end = Position(anchor.line, len(line))
    follows = _follows_blank(lines, anchor.line)
    below = "\n\n" + quote(answer) + ("" if follows else "\n")
    if end == len(line):
        return [Replacement(span=Span(marker.start, at_end), text=below)]
    return [
        Replacement(span=marker, text=""),
        Replacement(span=Span(at_end, at_end), text=below),
    ]


def more_below(lines: Lines, anchor: Anchor, text: str) -> list[Replacement] | None:
    """Put the next paragraph below what there is of an answer."""
    if anchor.column(lines) is None:
        return None
    last = anchor.line + 1
    while last < len(lines) and not lines.line(last).strip():
        last += 1
    if not is_quoted(lines.line(last)):
        return None
    while is_quoted(lines.line(last + 1)):
        last += 1
    end = Position(last, len(lines.line(last)))
    return [Replacement(span=Span(end, end), text="\n>\n" + quote(text))]


def nothing_below(
    lines: Lines, anchor: Anchor, suffix: str, answer: str, *, made_blank: bool
) -> list[Replacement] | None:
    """Take an answer away again; None if it does not stand below as it was put.

    The question gets its suffix back, and the blank line below goes that was made.
    """
    column = anchor.column(lines)
    if column is None:
        return None
    start = anchor.line + 1
    first = start + 1 if not lines.line(start).strip() else start
    wanted = quote(answer).split("\n")
    last = first + len(wanted) - 1
    stands = [lines.line(number) for number in range(first, last + 1)]
    if last >= len(lines) or stands != wanted or is_quoted(lines.line(last + 1)):
        return None
    if made_blank and _follows_blank(lines, last):
        last += 1
    asked = Position(anchor.line, column + len(anchor.text))
    start_of_answer = Position(anchor.line, len(lines.line(anchor.line)))
    span = Span(start_of_answer, Position(last, len(lines.line(last))))
    if asked == start_of_answer:
        return [Replacement(span=span, text=suffix)]
    return [
        Replacement(span=Span(asked, asked), text=suffix),
        Replacement(span=span, text=""),
    ]


def in_place_of_tag(
    lines: Lines, anchor: Anchor, text: str, *, whole_line: bool
) -> list[Replacement] | None:
    """Replace an inline tag, or the line that it stands on but its indentation."""
    span = span_of_tag(lines, anchor, whole_line=whole_line)
    return None if span is None else [Replacement(span=span, text=text)]


def span_of_tag(lines: Lines, anchor: Anchor, *, whole_line: bool) -> Span | None:
    """Say what an inline tag asks to have replaced."""
    column = anchor.column(lines)
    if column is None:
        return None
    start, end = column, column + len(anchor.text)
    if whole_line:
        line = lines.line(anchor.line)
        start, end = len(line) - len(line.lstrip()), len(line)
    return Span(Position(anchor.line, start), Position(anchor.line, end))


def in_place_of_line(
    lines: Lines, anchor: Anchor, reply: str
) -> list[Replacement] | None:
    """Remove the line of a command; a reply takes its place, quoted.

    The last line of a text stays as a blank one, so that the text ends as before.
    """
    if anchor.column(lines) is None:
        return None
    start = Position(anchor.line, 0)
    end = Position(anchor.line, len(lines.line(anchor.line)))
    if reply:
        return [Replacement(span=Span(start, end), text=quote(reply))]
    if anchor.line + 1 < len(lines):
        end = Position(anchor.line + 1, 0)
    return [Replacement(span=Span(start, end), text="")]


def _follows_blank(lines: Lines, number: int) -> bool:
    """Tell whether a blank line follows, so that none needs to be made."""
    return number + 1 < len(lines) and not lines.line(number + 1).strip()
