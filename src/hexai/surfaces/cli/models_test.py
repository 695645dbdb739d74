"""`hexai models test`: asks everything that is configured, and shows each as it ends.

On a terminal a row is printed for good when its model has answered, and below stands
who is still waited for, with a clock: one slow server hides nobody. Elsewhere the rows
come together at the end, in the order of the configuration.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.entries import name_of
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.messages import Infill, Message, Role
from hexai.domain.outcome import Ended, Outcome, Status
from hexai.domain.request import Request
from hexai.errors import UsageError
from hexai.service.ask import Run, ask
from hexai.service.guard.options import masked
from hexai.service.inventory import Where, what_it_holds, where
from hexai.service.question import Question
from hexai.service.runtime import Loop
from hexai.service.services import Services
from hexai.surfaces.cli.bench_ends import error_words
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.configured_entries import Whose, configured, others
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.live.header import Frame
from hexai.surfaces.cli.live.painter import Region
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import Rows, complain, say, table
from hexai.surfaces.cli.process import Interrupts, exit_code
from hexai.surfaces.cli.terminal import Screen
from hexai.surfaces.words import counted, seconds
from hexai.text.cells import truncate, wrap
from hexai.text.sanitise import visible_line

_QUESTION = (Message(Role.USER, "Reply with the single word: hello"),)
_GAP = Infill(
    prefix="def add(a, b):\n    return ", suffix="\n", path="add.py", language="python"
)
"""What completion entries that fill gaps are asked; the others get the question."""
_FEW_TOKENS = 16
_TICK = 0.1
"""Seconds between two looks at the clock."""
_WHO = ("SURFACE", "LABEL", "MODEL", "WHERE")
_FIGURES = ("CONTEXT", "LOAD", "FIRST TOKEN", "TOK/S")
_WIDEST = ("unknown", "reachable", "262144", "60.0 s", "", "1000")
"""What the cells of each column hold at most, as far as that is known beforehand."""


class Asked(Struct, frozen=True, kw_only=True):
    """An entry that is asked, once for all surfaces that ask in this way."""

    entry: Entry
    surfaces: tuple[Surface, ...]

    @property
    def request(self) -> Request:
        """What it is asked."""
        if Surface.COMPLETION not in self.surfaces:
            return Request(surface=Surface.CLI, messages=_QUESTION)
        completion = Surface.COMPLETION
        return Request(surface=completion, messages=_QUESTION, infill=_GAP)

    @property
    def cells(self) -> tuple[str, str, str]:
        """Whose it is, what it is called, and whom it asks."""
        surfaces = ", ".join(each.value for each in self.surfaces)
        spec = replace(self.entry.spec, model=masked(self.entry.spec.model, ()))
        return surfaces, self.label, name_of(spec)

    @property
    def label(self) -> str:
        """What it is called; by a mask if a secret is a part of that."""
        return masked(self.entry.label, ())


class Tested(Struct, frozen=True, kw_only=True):
    """What became of an entry that was asked."""

    asked: Asked
    outcome: Outcome
    where: Where
    context: int | None
    """Tokens that its upstream holds; None where it does not tell."""
    swaps_with: tuple[str, ...]
    """The models that its upstream does not hold beside it, as far as that showed."""


def parser() -> click.Command:
    """Make the parser of `hexai models test`."""
    return make_parser(
        "models test",
        test_models,
        params=[
            click.Option(["--json"], is_flag=True, help="Print JSON."),
            click.Argument(["label"], required=False),
        ],
        explanation="Ask every configured entry for a few tokens, all at once; or "
        "those of one LABEL, or PROVIDER:MODEL, alone.",
    )


def test_models(invocation: Invocation, *, json: bool, label: str | None) -> int:
    """Ask every distinct entry, show how it went, and judge as a question is judged."""
    session = open_session(invocation.process, invocation.options)
    asked = _distinct(_named(configured(session), label))
    screen = Screen(session.process)
    live = None
    if screen.is_terminal and not (json or screen.is_dumb):
        live = _Live(asked, screen)
    elif session.process.stderr_is_terminal:
        complain(session.process, f"asking {counted(len(asked), 'model')}")
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            tests, interrupted = runner.run(_ask_all(session, asked, live))
    finally:
        screen.close()
    if json:
        say(session.process, to_json([_record(tested) for tested in tests]) + "\n")
    elif live is None:
        columns = session.process.columns
        say(session.process, _shown(tests, columns) if columns else _piped(tests))
    if label is None and not json:
        complain(session.process, *others(session))
    outcomes = [tested.outcome for tested in tests]
    return interrupted or exit_code(outcomes, first=False)


def _named(configured: list[Whose], label: str | None) -> list[Whose]:
    """Keep those that a label means, of whatever surface; raises `UsageError`."""
    if label is None:
        return configured
    found = [
        (surface, entry)
        for surface, entry in configured
        if label in (entry.label, name_of(entry.spec))
    ]
    if not found:
        labels = dict.fromkeys(entry.label for _, entry in configured)
        raise UsageError(f"nobody is called {label}; there are {', '.join(labels)}")
    return found


def _distinct(configured: list[Whose]) -> tuple[Asked, ...]:
    """Keep one entry for each way of asking and label, without its fallback.

    Completion asks in a way of its own, with a gap to be filled.
    """
    by_way: dict[tuple[RequestSpec, bool, str], list[Whose]] = {}
    for surface, entry in configured:
        spec = replace(entry.spec, max_tokens=_FEW_TOKENS)
        way = spec, surface is Surface.COMPLETION, entry.label
        by_way.setdefault(way, []).append((surface, entry))
    return tuple(
        Asked(
            entry=replace(same[0][1], index=index, spec=spec, fallback=None),
            surfaces=tuple(dict.fromkeys(surface for surface, _ in same)),
        )
        for index, ((spec, *_), same) in enumerate(by_way.items())
    )


async def _ask_all(
    session: Session, asked: tuple[Asked, ...], live: "_Live | None"
) -> tuple[tuple[Tested, ...], int | None]:
    question = Question(
        request=Request(surface=Surface.CLI, messages=_QUESTION),
        entries=tuple(each.entry for each in asked),
        max_concurrency=len(asked),
        fresh=True,
        recompose=lambda index, _room: asked[index].request,
        local_only=session.snapshot.restrictions.local_only,
    )
    async with session.services() as services, ask(services, question) as run:
        loop = asyncio.get_running_loop()

        def stop() -> bool:
            loop.call_soon_threadsafe(run.cancel)
            return True

        with Interrupts(stop) as interrupts:
            if live is not None:
                return await live.follow(run, services), interrupts.code
            async for _ in run:
                pass
        tests = [
            await _tested(asked[outcome.index], outcome, run, services)
            for outcome in run.outcomes
        ]
        return tuple(tests), interrupts.code


async def _tested(
    asked: Asked, outcome: Outcome, run: Run, services: Services
) -> Tested:
    target = run.contenders[outcome.index].target
    context = None if outcome.given is None else outcome.given.held
    if context is None and outcome.status is Status.ANSWERED:
        context = await what_it_holds(target)  # which a short question did not need
    return Tested(
        asked=asked,
        outcome=outcome,
        where=where(run.is_local(outcome)),
        context=context,
        swaps_with=services.swaps_of(target),
    )


class _Live:
    """The rows on a terminal, and below them who is still asked."""

    def __init__(self, asked: Sequence[Asked], screen: Screen) -> None:
        self._table = _Table(asked, screen.size()[0])
        self._asked = asked
        self._waiting = {each.entry.index: each.label for each in asked}
        self._screen, self._region = screen, Region()
        self._ended: list[Tested] = []
        self._has_header = False

    async def follow(self, run: Run, services: Services) -> tuple[Tested, ...]:
        """Show a run from its start to its end; gives who was tested, as they ended."""
        tests: list[Tested] = []
        now: Callable[[], float] = asyncio.get_running_loop().time
        begun = now()
        with self._screen.live(lambda: self._screen.write(self._region.leave())):
            async with asyncio.TaskGroup() as group:
                ticking = group.create_task(self._tick(lambda: now() - begun))
                async for event in run:
                    if isinstance(event, Ended):
                        self._waiting.pop(event.index, None)
                        asked = self._asked[event.index]
                        tested = await _tested(asked, event.outcome, run, services)
                        self._ended.append(tested)
                        tests.append(tested)
                        self._draw(now() - begun)
                ticking.cancel()
            self._draw(now() - begun)
            self._screen.write(self._region.leave())
        return tuple(tests)

    async def _tick(self, elapsed: Callable[[], float]) -> None:
        while True:
            self._draw(elapsed())
            await asyncio.sleep(_TICK)

    def _draw(self, elapsed: float) -> None:
        columns, lines = self._screen.size()
        ended = [line for tested in self._ended for line in self._table.row(tested)]
        header = [] if self._has_header else self._table.header
        frame = Frame(
            lasting=(*header, *ended),
            live=tuple(self._live_lines(elapsed, columns or 80, lines or 24)),
        )
        self._screen.write(self._region.draw(frame))
        self._ended.clear()
        self._has_header = True

    def _live_lines(self, elapsed: float, columns: int, lines: int) -> list[str]:
        """Say of whom is waited for, and since when; in so many lines at most."""
        told = [
            f"{label}  asked {elapsed:.0f} s ago" for label in self._waiting.values()
        ]
        room = max(1, lines - 2)
        if len(told) > room:
            told = [*told[: room - 1], f"and {len(told) - room + 1} more"]
        return [truncate(visible_line(line), columns - 1) for line in told]


class _Table:
    """A row for each that was asked, on a screen, with more to be said below it."""

    def __init__(self, asked: Sequence[Asked], columns: int) -> None:
        likely = [(*each.cells, *_WIDEST) for each in asked]
        header = (*_WHO, "RESULT", *_FIGURES)
        self._rows = Rows(header, likely, columns=columns)
        self._columns = columns
        self.header = self._rows.header

    def row(self, tested: Tested) -> list[str]:
        """Draw a row."""
        who = *tested.asked.cells, tested.where
        row = self._rows.row((*who, _state(tested), *_figures(tested)))
        indent = " " * self._rows.indent
        room = max(2, self._columns - self._rows.indent)
        note = wrap(visible_line(_note(tested)), room) if _note(tested) else []
        return row + [f"{indent}{line}".rstrip() for line in note]


def _shown(tests: Sequence[Tested], columns: int) -> str:
    drawn = _Table([tested.asked for tested in tests], columns)
    lines = [*drawn.header, *(line for tested in tests for line in drawn.row(tested))]
    return "".join(f"{line}\n" for line in lines)


def _piped(tests: Sequence[Tested]) -> str:
    """Draw one line for each, with all that is to be said at its end."""
    rows = [
        (*tested.asked.cells, tested.where, *_figures(tested), _result(tested))
        for tested in tests
    ]
    return table((*_WHO, *_FIGURES, "RESULT"), rows)


def _figures(tested: Tested) -> tuple[str, ...]:
    outcome = tested.outcome
    ttft, speed = outcome.timings.ttft, outcome.tokens_per_s
    held, loading = tested.context, outcome.timings.loading
    return (
        "" if held is None else str(held),
        seconds(loading) if loading >= 0.05 else "",
        "" if ttft is None else seconds(ttft),
        "" if speed is None else f"{speed:.0f}",
    )


def _state(tested: Tested) -> str:
    status = tested.outcome.status
    return "reachable" if status is Status.ANSWERED else status.value


def _note(tested: Tested) -> str:
    """Say why it did not answer, or what else to know of it; empty if nothing is."""
    outcome = tested.outcome
    if outcome.status is not Status.ANSWERED:
        return "" if outcome.error is None else error_words(str(outcome.error))
    if not tested.swaps_with:
        return ""
    others = " or ".join(tested.swaps_with)
    return (
        f"{others} cannot be loaded beside it, so completion asks only whichever is "
        "loaded (completion.swap_models)"
    )


def _result(tested: Tested) -> str:
    state, note = _state(tested), _note(tested)
    if tested.outcome.status is Status.ANSWERED:
        return f"{state}; {note}" if note else state
    return note or state


def _record(tested: Tested) -> dict[str, Any]:
    outcome = tested.outcome
    ttft, speed = outcome.timings.ttft, outcome.tokens_per_s
    answered = outcome.status is Status.ANSWERED
    return {
        "surfaces": [each.value for each in tested.asked.surfaces],
        "label": tested.asked.label,
        "provider": outcome.provider,
        "model": masked(outcome.model, ()),
        "where": tested.where,
        "reachable": answered,
        "reason": None if answered else _result(tested),
        "context": tested.context,
        "loading_ms": round(outcome.timings.loading * 1000),
        "ttft_ms": None if ttft is None else round(ttft * 1000),
        "tokens_per_s": None if speed is None else round(speed, 1),
        "swaps_with": list(tested.swaps_with),
    }
