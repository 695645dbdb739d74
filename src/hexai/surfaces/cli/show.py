"""`hexai show`: a recorded run whole, or the answer that won, to print or to copy."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import click
from msgspec import Struct, convert
from msgspec.structs import replace

from hexai.domain.record import MASK, ContenderRecord, RecordedRun
from hexai.errors import HexaiError, UsageError
from hexai.service.recorded_runs import History, open_history
from hexai.service.recorded_threads import earlier_runs
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli import clipboard
from hexai.surfaces.cli.arguments import run_argument
from hexai.surfaces.cli.ballot import Ballot, how_named
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.last_question import find_last
from hexai.surfaces.cli.output import complain, say, say_drawn
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.recorded import (
    choice_words,
    is_hidden,
    names_shown,
    recorded_line,
    recorded_lines,
    recorded_run_record,
    shown_order,
    when,
)
from hexai.surfaces.cli.rendered import Drawing, drawing


class Wanted(Struct, frozen=True, kw_only=True):
    """What `hexai show` is to print of a run."""

    json: bool = False
    winner: bool = False
    """Nothing but the answer that was chosen."""
    only_text: bool = False
    """Answers as they were stored, with nothing beside them."""
    copy: bool = False
    """Into the clipboard instead."""
    plain: bool = False
    """Answers as they were written, on a terminal too."""

    @property
    def wants_one(self) -> bool:
        """Whether several answers would be no use."""
        return self.winner or self.copy


def parser() -> click.Command:
    """Make the parser of `hexai show`."""
    return make_parser(
        "show",
        _show,
        params=[
            run_argument(),
            click.Option(["--json"], is_flag=True, help="Print one JSON object."),
            click.Option(
                ["--winner"], is_flag=True, help="Print only the chosen answer."
            ),
            click.Option(
                ["--only-text"],
                is_flag=True,
                help="Print answers as they are, without headings.",
            ),
            click.Option(
                ["--copy"],
                is_flag=True,
                help="Put the chosen answer, or the only one, into the clipboard.",
            ),
            click.Option(
                ["--plain"],
                is_flag=True,
                help="Print answers as they were written, as into a pipe.",
            ),
        ],
        explanation="Print a recorded run: its prompt and all its answers. "
        "RUN is a number of `hexai history` or the beginning of an id; without it, "
        "the last question of this terminal.",
    )


def _show(invocation: Invocation, run: str | None, **options: Any) -> int:
    process, wanted = invocation.process, convert(options, Wanted)
    if wanted.json and wanted != Wanted(json=True):
        raise UsageError("--json prints all of a run; leave the other options out")
    with open_history(folders_of(process), wall_clock) as history:
        recorded = history.run(run) if run else _last(process, history, wanted)
        whole = wanted.json or not (wanted.wants_one or wanted.only_text)
        earlier = _earlier(process, history, recorded) if whole else ()
        now = wall_clock()
        if whole and _can_be_named(history, recorded, now):
            named = history.name(recorded.run.run_id)
            recorded = replace(recorded, named=named)
            earlier = tuple(replace(each, named=named) for each in earlier)
    if wanted.json:
        say(process, to_json(recorded_run_record(recorded, now, earlier)) + "\n")
        return 0
    answers = _asked_for(recorded, wanted, now)
    is_only = wanted.winner and winner_of(recorded, now) is None
    if is_only and len(recorded.run.contenders) > 1:
        complain(process, "nobody else answered, so this was not voted on")
    if wanted.copy:
        return _copy(process, answers[0])
    if wanted.only_text:
        _say_masked(process, answers)
        *others, last = answers
        for each in others:
            say(process, each.text.rstrip("\n") + "\n\n")
        say(process, _ended(process, last.text))
        return 0
    draw = drawing(process, invocation.options.config, plain=wanted.plain)
    if wanted.winner:
        said: Iterable[str] = _blocks(draw, recorded, answers, now)
    else:
        said = _thread(draw, earlier, recorded, now)
    say_drawn(process, "\n".join(said))
    return 0


def _can_be_named(history: History, recorded: RecordedRun, now: float) -> bool:
    """Tell whether names are hidden for no vote: nothing in the thread can get one."""
    return is_hidden(recorded, now) and not any(
        Ballot(each.run).is_open for each in history.thread(recorded)
    )


def _last(process: Process, history: History, wanted: Wanted) -> RecordedRun:
    """Give the last question; where none was asked, what an editor did last."""
    now = wall_clock()
    last = find_last(history, process.terminal, now)
    if last is None:
        return history.run()
    if last.told and (wanted.wants_one or wanted.only_text):
        complain(process, f"note: {last.told}")
    return last.run


def _earlier(
    process: Process, history: History, recorded: RecordedRun
) -> tuple[RecordedRun, ...]:
    """Give how a run came about; says so where a part of that is missing."""
    try:
        return earlier_runs(history, recorded)
    except UsageError as error:
        complain(process, str(error))
        return ()


def _thread(
    draw: Drawing, earlier: Sequence[RecordedRun], recorded: RecordedRun, now: float
) -> Iterator[str]:
    """Write a run with all that it goes on with, from the beginning."""
    runs = (*earlier, recorded)
    for place, each in enumerate(runs):
        before = runs[place - 1] if place else None
        yield _heading(draw, each, now, before)
        yield from _blocks(draw, each, shown_order(each.run), now, before)


def _asked_for(
    recorded: RecordedRun, wanted: Wanted, now: float
) -> tuple[ContenderRecord, ...]:
    """Give the contenders that are to be shown; raises `UsageError` if none is."""
    shown = shown_order(recorded.run)
    texts = tuple(each for each in shown if each.text)
    if not (wanted.wants_one or wanted.only_text):
        return shown
    if not texts:
        raise UsageError(
            f"of run {recorded.number} no answer is kept; ledger.store_text says of "
            "which surfaces texts are"
        )
    if not wanted.wants_one:
        return texts
    chosen = winner_of(recorded, now)
    if chosen is not None and chosen in texts:
        return (chosen,)
    if len(texts) == 1 and (wanted.copy or not Ballot(recorded.run).is_open):
        return texts
    raise UsageError(_no_winner(recorded, now))


def winner_of(recorded: RecordedRun, now: float) -> ContenderRecord | None:
    """Give whose answer was chosen; None if none was, or it may still change.

    Of several that gave the same text, the one that stood first.
    """
    chosen = recorded.chosen
    if chosen is None or chosen.may_change(now):
        return None
    credited = (e for e in shown_order(recorded.run) if e.index in chosen.indexes)
    return next(credited, None)


def _no_winner(recorded: RecordedRun, now: float) -> str:
    number = recorded.number
    if (words := choice_words(recorded, now)) and winner_of(recorded, now) is None:
        return f"run {number} has no winner: {words}"
    if words:
        return f"the answer that won run {number} is not kept"
    ballot = Ballot(recorded.run)
    if not ballot.is_open:
        return (
            f"run {number} has no winner, and cannot be voted on: {ballot.why_closed}; "
            f"hexai show {number} prints all of it"
        )
    names = names_shown(recorded.run, hidden=is_hidden(recorded, now)).values()
    return (
        f"run {number} is undecided; hexai vote {number} WINNER decides it, "
        f"between {', '.join(names)}"
    )


def _copy(process: Process, answer: ContenderRecord) -> int:
    _say_masked(process, (answer,))
    try:
        told = clipboard.copy(
            answer.text,
            stdin=process.stdin,
            stdout=process.stdout,
            environ=process.environ,
        )
    except OSError as error:
        raise HexaiError(
            f"cannot copy: {error}; `hexai show --winner --only-text` prints it"
        ) from None
    complain(process, f"{len(answer.text)} characters {told}")
    return 0


def _say_masked(process: Process, answers: Sequence[ContenderRecord]) -> None:
    if masked := sum(each.masked for each in answers):
        complain(
            process, f"keys that were masked before it was stored: {masked}, as {MASK}"
        )


def _ended(process: Process, text: str) -> str:
    """End the last line where a shell would write its prompt behind it."""
    return (
        text if text.endswith("\n") or not process.stdout_is_terminal else text + "\n"
    )


def _heading(
    draw: Drawing,
    recorded: RecordedRun,
    now: float,
    before: RecordedRun | None = None,
) -> str:
    run = recorded.run
    facts = [f"run {recorded.number}", when(run.started_at), run.surface, run.run_id]
    if before is not None:
        facts.append(f"goes on with run {before.number}")
    if run.blind:
        facts.append("blind")
    if words := choice_words(recorded, now):
        facts.append(f"chosen: {words}")
    elif is_hidden(recorded, now):
        facts.append(how_named(recorded))
    prompt = draw.words(run.prompt or "(its text is not kept)")
    return f"{draw.line(', '.join(facts))}\n{prompt}"


def _blocks(
    draw: Drawing,
    recorded: RecordedRun,
    answers: Sequence[ContenderRecord],
    now: float,
    before: RecordedRun | None = None,
) -> list[str]:
    """Write answers; `before` is the run that theirs goes on with, if it is known."""
    hidden = is_hidden(recorded, now)
    names = names_shown(recorded.run, hidden=hidden)
    earlier = names_shown(before.run, hidden=hidden) if before else {}
    blocks = [
        _block(draw, each, names[each.index], earlier, hidden=hidden)
        for each in answers
    ]
    if draw.columns is not None and not hidden:
        lines = recorded_lines(answers, columns=draw.columns)
        blocks.append("".join(map(draw.line, lines)))
    return blocks


def _block(
    draw: Drawing,
    contender: ContenderRecord,
    name: str,
    earlier: Mapping[int, str],
    *,
    hidden: bool,
) -> str:
    follows = earlier.get(-1 if contender.follows is None else contender.follows, name)
    more = "" if follows == name else f"goes on with {follows}"
    body = draw.answer(contender.text)
    if contender.masked:
        body += f"(keys masked before it was stored: {contender.masked}, as {MASK})\n"
    if draw.head is not None:
        return draw.head(name, contender, hidden, more) + body
    ended = contender.status.value if hidden else recorded_line(contender)
    line = "; ".join(filter(None, (ended, more)))
    return f"{draw.line(f'=== {name} ===')}{body}{draw.line(f'({line})')}"
