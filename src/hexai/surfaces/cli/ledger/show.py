"""`hexai show`: one recorded run, as it was shown."""

import time
from typing import Any

import click

from hexai.domain.record import MASK, ContenderRecord, RecordedRun
from hexai.service.history import open_history
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.ledger.recorded import (
    choice_words,
    in_order,
    is_hidden,
    names_shown,
    prompt_of,
    recorded_line,
    when,
)
from hexai.surfaces.cli.ledger.run_records import recorded_run_record
from hexai.surfaces.cli.ledger.run_words import run_argument
from hexai.surfaces.cli.process import folders_of
from hexai.surfaces.cli.records import to_json
from hexai.surfaces.cli.speak import say
from hexai.text.visible import visible_line


def parser() -> click.Command:
    """Make the parser of `hexai show`."""
    return make_parser(
        "show",
        _show,
        params=[
            run_argument(),
            click.Option(["--json"], is_flag=True, help="Print one JSON object."),
        ],
        explanation="Print a recorded run: its prompt and all its answers. "
        "RUN is a number of `hexai history` or the beginning of an id; without it, "
        "the last run.",
    )


def _show(invocation: Invocation, run: str | None, **options: Any) -> int:
    process = invocation.process
    with open_history(folders_of(process), time.time) as history:  # noqa: TID251
        recorded = history.run(run)
    now = time.time()  # noqa: TID251 - the edge
    if options["json"]:
        say(process, to_json(recorded_run_record(recorded, now)) + "\n")
    else:
        say(process, "\n".join((_heading(recorded, now), *_blocks(recorded, now))))
    return 0


def _heading(recorded: RecordedRun, now: float) -> str:
    run = recorded.run
    facts = [f"run {recorded.number}", when(run.started_at), run.surface, run.run_id]
    if run.blind:
        facts.append("blind")
    if words := choice_words(recorded, now):
        facts.append(f"chosen: {words}")
    elif is_hidden(recorded, now):
        facts.append(f"undecided, hexai vote {recorded.number} names them")
    prompt = prompt_of(run) or "(its text is not kept)"
    return f"{visible_line(', '.join(facts))}\n\n{prompt}\n"


def _blocks(recorded: RecordedRun, now: float) -> list[str]:
    hidden = is_hidden(recorded, now)
    names = names_shown(recorded.run, hidden=hidden)
    shown = in_order(recorded.run)
    return [_block(each, names[each.index], hidden=hidden) for each in shown]


def _block(contender: ContenderRecord, name: str, *, hidden: bool) -> str:
    line = contender.status.value if hidden else recorded_line(contender)
    text = contender.text.rstrip("\n")
    body = f"{text}\n" if text else ""
    if contender.masked:
        body += f"(keys masked before it was stored: {contender.masked}, as {MASK})\n"
    return f"=== {visible_line(name)} ===\n{body}({visible_line(line)})\n"
