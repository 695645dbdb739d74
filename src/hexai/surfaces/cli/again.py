"""`--again`: the last prompt, put to other models."""

from msgspec.structs import replace

from hexai.domain.entry import Entry
from hexai.domain.messages import Message, Role
from hexai.domain.record import RunRecord
from hexai.errors import UsageError
from hexai.service.guard.guard import Source
from hexai.service.recorded_runs import open_history
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import AskOptions
from hexai.surfaces.cli.last_question import find_last
from hexai.surfaces.cli.output import complain
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.prompt_input import Prompt


def last_question(process: Process) -> RunRecord:
    """Give the last question; raises `UsageError` if it cannot be asked again."""
    now = wall_clock()
    with open_history(folders_of(process), wall_clock) as history:
        last = find_last(history, process.terminal, now)
    if last is None:
        raise UsageError("there is no earlier question to ask again")
    number, run = last.run.number, last.run.run
    if not run.messages:
        raise UsageError(
            f"the text of the last question, run {number}, is not kept, so it "
            "cannot be asked again; ledger.store_text says which are"
        )
    if run.follows:
        raise UsageError(
            f"run {number} goes on with another, which other models do not know; "
            "`hexai -c` with `-m` and `--from` takes them along"
        )
    if last.told:
        complain(process, f"note: asking again {last.told}")
    return run


def prompt_again(run: RunRecord) -> Prompt:
    """Make the prompt of a run anew; it is recorded, and need not be kept again."""
    text = run.prompt
    source = Source(name="the last prompt", text=text)
    return Prompt(text=text, own_words=text, worth_keeping=False, sources=(source,))


def messages_again(run: RunRecord, system: str | None) -> tuple[Message, ...]:
    """Give a run's messages, with another system prompt if there is one.

    Raises `UsageError` where they had images, of which only the names are recorded.
    """
    if names := [image.name for message in run.messages for image in message.images]:
        raise UsageError(
            f"the last prompt had images, which are not kept ({', '.join(names)}); "
            "ask anew, with -f"
        )
    if system is None:
        return run.messages
    others = (m for m in run.messages if m.role is not Role.SYSTEM)
    instruction = (Message(Role.SYSTEM, system),) if system else ()
    return (*instruction, *others)


def other_entries(
    entries: tuple[Entry, ...], run: RunRecord, options: AskOptions
) -> tuple[Entry, ...]:
    """Leave out whom the run has asked, unless the command line names the models."""
    if options.models or options.indices or options.only or options.options:
        return entries
    asked = {(each.provider, each.model) for each in run.contenders}
    others = [e for e in entries if (e.spec.provider, e.spec.model) not in asked]
    if not others:
        raise UsageError(
            "every configured model has answered this; name another one with -m"
        )
    return tuple(replace(entry, index=index) for index, entry in enumerate(others))
