"""`hexai lsp --check`: what a look has found, for who wonders why nothing shows."""

import asyncio
from collections.abc import Iterator, Sequence

from hexai.domain.entry import Entry
from hexai.domain.outcome import Status
from hexai.domain.record import ContenderRecord
from hexai.service.runtime import Loop
from hexai.surfaces.lsp.configuration import Start
from hexai.surfaces.lsp.probe import PATIENCE, Found, Target, find_target, look
from hexai.text.sanitise import visible_line


def run(start: Start, word: str, folder: str) -> tuple[int, str]:
    """Look once; gives the exit code and the text.

    Raises `UsageError` if the file that the word names cannot be read.
    """
    target = find_target(word, folder)
    with asyncio.Runner(loop_factory=Loop) as runner:
        found = runner.run(look(start, target))
    return report(found, target)


NOT_SHOWN: dict[str, str] = {
    "empty": "there was no text in it",
    "chatter": "it talks about the code instead of going on with it",
    "prose": "it is a sentence, where code belongs",
    "echo": "it says what stands there already",
    "broken": "the code would not parse with it",
}
"""Why an answer is not shown, by the words of `prompts.code.syntax_check`."""
_ALL, _NONE, _SOME = 0, 1, 4
_LATE = "answered after "
_LEFT = 30
"""Characters left of the cursor that are told."""


def report(found: Found, target: Target) -> tuple[int, str]:
    """Give the exit code and the text: 0 all show, 4 some do, 1 none does."""
    lines = [*_configured(found), "", *_seen(found, target), "", *_asked(found)]
    told = {line for each in found.contenders for line in _told(found, each)}
    rest = [line for line in found.said if line not in told]
    if rest:
        lines += ["", "Your editor's log would say:", *(f"  {line}" for line in rest)]
    return _code(found), "".join(f"{visible_line(line)}\n" for line in lines)


def _code(found: Found) -> int:
    if not found.rows:
        return _NONE
    shown = all(
        each.status is Status.ANSWERED and each.refused is None
        for each in found.contenders
    )
    return _ALL if shown and found.contenders else _SOME


def _configured(found: Found) -> Iterator[str]:
    if found.snapshot is None:
        yield "The configuration cannot be used, so everything is off."
        return
    missing = "" if found.snapshot.has_file else ", which is not there: defaults hold"
    yield f"Configuration: {found.snapshot.file}{missing}"
    if found.entries:
        yield f"Completion asks: {', '.join(map(_named, found.entries))}"
        yield from (f"  {each}" for each in found.unfit)
    else:
        yield "Completion is off: [[models.completion]] names nobody to ask."


def _named(entry: Entry) -> str:
    spec = entry.spec
    return f"{entry.label} ({spec.provider}:{spec.model})"


def _seen(found: Found, target: Target) -> Iterator[str]:
    left = target.left[-_LEFT:]
    behind = f"behind {left!r}" if left.strip() else "at the beginning of its text"
    yield f"At {target.name}, {behind}, an editor shows:"
    if not found.rows:
        yield "  nothing"
    for row in found.rows:
        late = "   (with your next key)" if row.is_late else ""
        yield f"  {row.at:6.2f} s  {row.by}  {row.code}{late}"


def _asked(found: Found) -> Iterator[str]:
    if not found.contenders:
        yield f"Nobody was asked: {found.why}."
        return
    yield "Of those that were asked:"
    for each in found.contenders:
        yield f"  {each.label} {'; '.join(_became(found, each))}"
    if found.snapshot is not None and any(row.is_late for row in found.rows):
        deadline = found.snapshot.settings.completion.deadline
        yield f"  A list waits {deadline:g} s at most, as completion.deadline says."


def _became(found: Found, contender: ContenderRecord) -> Iterator[str]:
    seconds = contender.timings.total
    match contender.status:
        case Status.ANSWERED:
            yield f"answered after {seconds:.2f} s{_waits(contender)}"
            if contender.refused is not None:
                why = NOT_SHOWN.get(contender.refused, contender.refused)
                yield f"it is not shown: {why}"
        case Status.CANCELLED:
            yield f"had not answered after {min(seconds, PATIENCE):.1f} s"
        case _:
            yield f"failed after {seconds:.2f} s" if seconds >= 0.01 else "failed"
    for line in _told(found, contender):
        said = line.partition(f"{contender.label}: ")[2]
        if not said.startswith(_LATE):  # as its row says
            yield said


def _waits(contender: ContenderRecord) -> str:
    """Say what of the time was no work on the answer."""
    timings = contender.timings
    waits = (("loading", timings.loading), ("queued", timings.queued))
    words = [f"{word} {seconds:.2f} s" for word, seconds in waits if seconds >= 0.05]
    return f" ({', '.join(words)})" if words else ""


def _told(found: Found, contender: ContenderRecord) -> Sequence[str]:
    """Give what the server said of a contender."""
    begins = f"Hexai: {contender.label}: "
    return [line for line in found.said if line.startswith(begins)]
