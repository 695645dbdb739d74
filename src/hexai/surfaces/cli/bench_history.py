"""`hexai bench ask --history`: a file of questions, made of what was asked."""

import os
from collections.abc import Iterator
from pathlib import Path

from hexai.bench.questions.write import FORMS, write
from hexai.config.schema import Settings
from hexai.domain.entry import Surface
from hexai.domain.messages import Role
from hexai.domain.record import RunRecord
from hexai.errors import HexaiError, UsageError
from hexai.prompts.cli import wants_explanation
from hexai.prompts.templates import cli_system
from hexai.service.recorded_runs import open_history
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.loaded_config import open_session
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.process import STANDARD, absolute, folders_of
from hexai.surfaces.words import counted

_PRIVATE = 0o600


def write_questions(invocation: Invocation, file: str, count: int) -> int:
    """Write the last questions that were asked into a new file, or print them."""
    process = invocation.process
    file = "" if file == STANDARD else file
    form = Path(file).suffix.lower() if file else ".jsonl"
    if form not in FORMS:
        raise UsageError(f"name the file {' or '.join(f'*{each}' for each in FORMS)}")
    settings = open_session(process, invocation.options).snapshot.settings
    found: dict[tuple[str, str | None], None] = {}
    left_out = 0
    with open_history(folders_of(process), wall_clock) as history:
        for recorded in history.newest(surface=Surface.CLI):
            if len(found) == count:
                break
            questions = [*_asked(recorded.run, settings)]
            left_out += not questions
            found.update(dict.fromkeys(questions))
    if not found:
        raise HexaiError(
            "no question is kept in the ledger; hexai history lists what is"
        )
    text = write(reversed([*found]), form)
    if file:
        _write_new(absolute(process, file), file, text)
    else:
        say(process, text)
    told = f"{counted(len(found), 'question')}, the newest last"
    if left_out:
        told += (
            f"; left out: {counted(left_out, 'run')}, going on with another or with "
            "texts that are not kept"
        )
    complain(process, f"{told}; add checks, then hexai bench ask {file or 'FILE'}")
    return 0


def _asked(run: RunRecord, settings: Settings) -> Iterator[tuple[str, str | None]]:
    """Give the question of a run, with its system prompt if that was its own."""
    asked = [each.content for each in run.messages if each.role is Role.USER]
    said = any(each.role is Role.ASSISTANT for each in run.messages)
    if len(asked) != 1 or said or not asked[0].strip():
        return
    system = next((m.content for m in run.messages if m.role is Role.SYSTEM), "")
    usual = {
        cli_system(settings.prompts.cli, explain=explain) for explain in (False, True)
    }
    is_usual = system == cli_system(
        settings.prompts.cli, explain=wants_explanation(asked[0])
    )
    yield asked[0].strip(), None if is_usual or system in usual else system


def _write_new(path: Path, name: str, text: str) -> None:
    """Write a file that nobody else reads, and none that is there."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(path, flags, _PRIVATE), "w", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise UsageError(f"{name} is there already; name a new file") from None
    except OSError as error:
        raise HexaiError(f"{name} cannot be written: {error.strerror}") from None
