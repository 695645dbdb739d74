"""`hexai models`: what is configured, whether it answers, and the built-in model."""

import asyncio
from typing import Any

import click
from msgspec import Struct
from msgspec.structs import replace

from hexai.domain.entry import Entry, RequestSpec, Surface
from hexai.domain.messages import Message, Role
from hexai.domain.outcome import Outcome, Status
from hexai.domain.request import Request
from hexai.service.ask import Question, ask
from hexai.service.inventory import ConfiguredEntry, take_inventory, where
from hexai.service.runtime import Loop
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.models_pull import parser as pull_parser
from hexai.surfaces.cli.output import complain, say, table
from hexai.surfaces.cli.process import Interrupts, exit_code

_QUESTION = (Message(Role.USER, "Reply with the single word: hello"),)
_FEW_TOKENS = 16


class Tested(Struct, frozen=True, kw_only=True):
    """What became of an entry that was asked."""

    outcome: Outcome
    swaps_with: tuple[str, ...]
    """The models that its upstream does not hold beside it, as far as that showed."""


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`; a bare `models` lists."""
    makers = {"models test": _test_parser, "models pull": pull_parser}
    return makers.get(name, _list_parser)()


def _list_parser() -> click.Command:
    return make_parser(
        "models list",
        list_models,
        params=[_json()],
        explanation="Show every configured entry, and what your servers hold of it. "
        "Asks no model.",
    )


def _test_parser() -> click.Command:
    return make_parser(
        "models test",
        test_models,
        params=[_json()],
        explanation="Ask every configured entry for a few tokens, all at once.",
    )


def list_models(invocation: Invocation, *, json: bool) -> int:
    """Show every entry of every surface."""
    session = open_session(invocation.process, invocation.options)
    with asyncio.Runner(loop_factory=Loop) as runner:
        items = runner.run(_inventory(session))
    if json:
        say(session.process, to_json(items) + "\n")
    else:
        say(session.process, _item_table(items, session.process.columns))
    return 0


def test_models(invocation: Invocation, *, json: bool) -> int:
    """Ask every distinct entry, show how it went, and judge as a question is judged."""
    session = open_session(invocation.process, invocation.options)
    entries = _distinct(_all_entries(session))
    if session.process.stderr_is_terminal:
        complain(session.process, f"asking {len(entries)} models")
    with asyncio.Runner(loop_factory=Loop) as runner:
        tests, interrupted = runner.run(_ask_all(session, entries))
    if json:
        say(session.process, to_json([_record(tested) for tested in tests]) + "\n")
    else:
        say(session.process, _outcome_table(tests, session.process.columns))
    outcomes = [tested.outcome for tested in tests]
    return interrupted or exit_code(outcomes, first=False)


def _json() -> click.Option:
    return click.Option(["--json"], is_flag=True, help="Print JSON.")


def _all_entries(session: Session) -> list[Entry]:
    return [entry for surface in Surface for entry in session.entries(surface)]


async def _inventory(session: Session) -> tuple[ConfiguredEntry, ...]:
    async with session.services() as services, services.lease() as lease:
        return await take_inventory(
            _all_entries(session),
            services.targets(session.snapshot.settings, lease),
            session.process.environ,
            session.process.home,
        )


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
    session: Session, entries: tuple[Entry, ...]
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
            async for _ in run:
                pass
        tests = tuple(
            Tested(outcome=outcome, swaps_with=services.swaps_of(contender.target))
            for outcome, contender in zip(run.outcomes, run.contenders, strict=True)
        )
        return tests, interrupts.code


def _item_table(items: tuple[ConfiguredEntry, ...], columns: int) -> str:
    header = ("SURFACE", "LABEL", "MODEL", "WHERE", "CONTEXT", "UPSTREAM", "KEY")
    rows = [
        (
            *(i.surface, i.label, f"{i.provider}:{i.model}", i.where),
            *(_context(i), i.origin, i.key),
        )
        for i in items
    ]
    return table(header, rows, columns=columns)


def _context(item: ConfiguredEntry) -> str:
    """Say how many tokens are held, or why that is not known."""
    if item.missing:
        return "no such model"
    held = "" if item.context is None else str(item.context)
    held = held or ("not loaded" if item.loaded is False else "")
    return f"{held}, fills gaps".strip(", ") if _fills_gaps(item) else held


def _fills_gaps(item: ConfiguredEntry) -> bool:
    return "insert" in item.capabilities


def _outcome_table(tests: tuple[Tested, ...], columns: int) -> str:
    header = ("LABEL", "MODEL", "WHERE", "CONTEXT", "LOAD", "FIRST TOKEN", "TOK/S")
    rows = [_row(tested) for tested in tests]
    return table((*header, "RESULT"), rows, columns=columns)


def _row(tested: Tested) -> tuple[str, ...]:
    outcome = tested.outcome
    ttft, speed = outcome.timings.ttft, outcome.tokens_per_s
    held, loading = outcome.given and outcome.given.held, outcome.timings.loading
    return (
        outcome.label,
        f"{outcome.provider}:{outcome.model}",
        where(outcome.local),
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
        "where": where(outcome.local),
        "reachable": answered,
        "reason": None if answered else _result(tested),
        "context": outcome.given and outcome.given.held,
        "loading_ms": round(outcome.timings.loading * 1000),
        "ttft_ms": None if ttft is None else round(ttft * 1000),
        "tokens_per_s": None if speed is None else round(speed, 1),
        "swaps_with": list(tested.swaps_with),
    }
