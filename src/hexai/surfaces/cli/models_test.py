"""`hexai models test`: asks everything that is configured, and shows each as it ends.

On a terminal a row is printed for good when its model has answered, and below stands
who is still waited for, with a clock: one slow server hides nobody. Elsewhere the rows
come together at the end, in the order of the configuration.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import click
from msgspec import UNSET, Struct
from msgspec.structs import replace

from hexai.config.order import Snapshot
from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Ended, Outcome, Status
from hexai.domain.request import Request
from hexai.service.ask import Run, ask
from hexai.service.inventory import Where, where
from hexai.service.question import Question
from hexai.service.runtime import Loop
from hexai.service.services import Services
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.live.header import Frame
from hexai.surfaces.cli.live.painter import Region
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import Rows, complain, say, table
from hexai.surfaces.cli.process import Interrupts, exit_code
from hexai.surfaces.cli.terminal import Screen
from hexai.text.cells import truncate
from hexai.text.sanitise import visible_line

_QUESTION = (Message(Role.USER, "Reply with the single word: hello"),)
_FEW_TOKENS = 16
_TICK = 0.1
"""Seconds between two looks at the clock."""
_HEADER = (
    *("LABEL", "MODEL", "WHERE", "CONTEXT", "LOAD", "FIRST TOKEN", "TOK/S", "RESULT"),
)
_WIDEST = ("", "", "unknown", "262144", "60.0 s", "", "1000", "x" * 999)
"""What the cells of each column hold at most, as far as that is known beforehand."""


class Tested(Struct, frozen=True, kw_only=True):
    """What became of an entry that was asked."""

    outcome: Outcome
    where: Where
    swaps_with: tuple[str, ...]
    """The models that its upstream does not hold beside it, as far as that showed."""


def parser() -> click.Command:
    """Make the parser of `hexai models test`."""
    return make_parser(
        "models test",
        test_models,
        params=[click.Option(["--json"], is_flag=True, help="Print JSON.")],
        explanation="Ask every configured entry for a few tokens, all at once.",
    )


def test_models(invocation: Invocation, *, json: bool) -> int:
    """Ask every distinct entry, show how it went, and judge as a question is judged."""
    session = open_session(invocation.process, invocation.options)
    entries = _distinct(_configured(session))
    screen = Screen(session.process)
    live = None
    if screen.is_terminal and not (json or screen.is_dumb):
        live = _Live(entries, screen)
    elif session.process.stderr_is_terminal:
        complain(session.process, f"asking {len(entries)} models")
    try:
        with asyncio.Runner(loop_factory=Loop) as runner:
            tests, interrupted = runner.run(_ask_all(session, entries, live))
    finally:
        screen.close()
    if json:
        say(session.process, to_json([_record(tested) for tested in tests]) + "\n")
    elif live is None:
        rows = [_row(tested) for tested in tests]
        say(session.process, table(_HEADER, rows, columns=session.process.columns))
    outcomes = [tested.outcome for tested in tests]
    return interrupted or exit_code(outcomes, first=False)


def _configured(session: Session) -> list[Entry]:
    """Give the entries that somebody configured.

    A surface without any would ask the default provider; where nobody chose that
    either, its failing says nothing, unless there is nothing else to be tested.
    """
    snapshot = session.snapshot
    origins = snapshot.merged.origins
    chosen = {p[:2] for p, layer in origins.items() if layer.kind != "built-in"}
    every = {surface: session.entries(surface) for surface in Surface}
    own = [
        entry
        for surface, entries in every.items()
        for entry in entries
        if ("models", surface.value) in chosen or _is_named(snapshot, surface)
    ]
    inherits = {"provider", *(e.spec.provider for e in _flat(every))}
    if not own or any(path[0] in inherits for path in chosen):
        return _flat(every)
    return own


def _is_named(snapshot: Snapshot, surface: Surface) -> bool:
    """Tell whether variables name whom a surface asks."""
    said = snapshot.variables.get(surface)
    return said is not None and (said.models is not UNSET or bool(said.single))


def _flat(every: dict[Surface, tuple[Entry, ...]]) -> list[Entry]:
    return [entry for entries in every.values() for entry in entries]


def _distinct(entries: list[Entry]) -> tuple[Entry, ...]:
    """Keep one entry for each way of asking, without its fallback."""
    by_spec: dict[RequestSpec, Entry] = {}
    for entry in entries:
        by_spec.setdefault(replace(entry.spec, max_tokens=_FEW_TOKENS), entry)
    return tuple(
        replace(entry, index=index, spec=spec, fallback=None)
        for index, (spec, entry) in enumerate(by_spec.items())
    )


async def _ask_all(
    session: Session, entries: tuple[Entry, ...], live: "_Live | None"
) -> tuple[tuple[Tested, ...], int | None]:
    question = Question(
        request=Request(surface=Surface.CLI, messages=_QUESTION),
        entries=entries,
        max_concurrency=len(entries),
        fresh=True,
        local_only=session.snapshot.restrictions.local_only,
    )
    async with session.services() as services, ask(services, question) as run:
        loop = asyncio.get_running_loop()

        def stop() -> bool:
            loop.call_soon_threadsafe(run.cancel)
            return True

        with Interrupts(stop) as interrupts:
            if live is None:
                async for _ in run:
                    pass
            else:
                await live.follow(run, services)
        tests = tuple(_tested(outcome, run, services) for outcome in run.outcomes)
        return tests, interrupts.code


def _tested(outcome: Outcome, run: Run, services: Services) -> Tested:
    target = run.contenders[outcome.index].target
    return Tested(
        outcome=outcome,
        where=where(run.is_local(outcome)),
        swaps_with=services.swaps_of(target),
    )


class _Live:
    """The rows on a terminal, and below them who is still asked."""

    def __init__(self, entries: Sequence[Entry], screen: Screen) -> None:
        names = [f"{e.spec.provider}:{e.spec.model}" for e in entries]
        likely = [
            (entry.label, name, *_WIDEST[2:])
            for entry, name in zip(entries, names, strict=True)
        ]
        self._rows = Rows(_HEADER, likely, columns=screen.size()[0])
        self._waiting = {entry.index: entry.label for entry in entries}
        self._screen, self._region = screen, Region()
        self._ended: list[Tested] = []
        self._has_header = False

    async def follow(self, run: Run, services: Services) -> None:
        """Show a run from its start to its end."""
        now: Callable[[], float] = asyncio.get_running_loop().time
        begun = now()
        with self._screen.live(lambda: self._screen.write(self._region.leave())):
            async with asyncio.TaskGroup() as group:
                ticking = group.create_task(self._tick(lambda: now() - begun))
                async for event in run:
                    if isinstance(event, Ended):
                        self._waiting.pop(event.index, None)
                        self._ended.append(_tested(event.outcome, run, services))
                        self._draw(now() - begun)
                ticking.cancel()
            self._draw(now() - begun)
            self._screen.write(self._region.leave())

    async def _tick(self, seconds: Callable[[], float]) -> None:
        while True:
            self._draw(seconds())
            await asyncio.sleep(_TICK)

    def _draw(self, seconds: float) -> None:
        columns, lines = self._screen.size()
        ended = [line for t in self._ended for line in self._rows.row(_row(t))]
        header = [] if self._has_header else self._rows.header
        frame = Frame(
            lasting=(*header, *ended),
            live=tuple(self._live_lines(seconds, columns or 80, lines or 24)),
        )
        self._screen.write(self._region.draw(frame))
        self._ended.clear()
        self._has_header = True

    def _live_lines(self, seconds: float, columns: int, lines: int) -> list[str]:
        """Say of whom is waited for, and since when; in so many lines at most."""
        told = [
            f"{label}  asked {seconds:.0f} s ago" for label in self._waiting.values()
        ]
        room = max(1, lines - 2)
        if len(told) > room:
            told = [*told[: room - 1], f"and {len(told) - room + 1} more"]
        return [truncate(visible_line(line), columns - 1) for line in told]


def _row(tested: Tested) -> tuple[str, ...]:
    outcome = tested.outcome
    ttft, speed = outcome.timings.ttft, outcome.tokens_per_s
    held, loading = outcome.given and outcome.given.held, outcome.timings.loading
    return (
        outcome.label,
        f"{outcome.provider}:{outcome.model}",
        tested.where,
        "" if held is None else str(held),
        f"{loading:.1f} s" if loading >= 0.05 else "",
        "" if ttft is None else f"{ttft:.2f} s",
        "" if speed is None else f"{speed:.0f}",
        _result(tested),
    )


def _result(tested: Tested) -> str:
    outcome = tested.outcome
    if outcome.status is not Status.ANSWERED:
        return outcome.status.value if outcome.error is None else str(outcome.error)
    if not tested.swaps_with:
        return "reachable"
    others = " or ".join(tested.swaps_with)
    return (
        f"reachable; {others} cannot be loaded beside it, so completion asks only "
        "whichever is loaded (completion.swap_models)"
    )


def _record(tested: Tested) -> dict[str, Any]:
    outcome = tested.outcome
    ttft, speed = outcome.timings.ttft, outcome.tokens_per_s
    answered = outcome.status is Status.ANSWERED
    return {
        "label": outcome.label,
        "provider": outcome.provider,
        "model": outcome.model,
        "where": tested.where,
        "reachable": answered,
        "reason": None if answered else _result(tested),
        "context": outcome.given and outcome.given.held,
        "loading_ms": round(outcome.timings.loading * 1000),
        "ttft_ms": None if ttft is None else round(ttft * 1000),
        "tokens_per_s": None if speed is None else round(speed, 1),
        "swaps_with": list(tested.swaps_with),
    }
