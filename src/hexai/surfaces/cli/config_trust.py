"""`hexai config trust`: what a project file would set, and whether it may."""

import os
import re
from pathlib import Path

import click

from hexai.config.narrowing.project import FILE_NAME, ProjectFile
from hexai.config.narrowing.trust import Grant
from hexai.config.order import load
from hexai.errors import ConfigError, UsageError
from hexai.service.projects import grant, grants, revoke
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.output import can_confirm, complain, confirm, say, table
from hexai.surfaces.cli.process import Process, absolute, folders_of
from hexai.text.sanitise import visible_line

_SHA256 = re.compile(r"[0-9a-f]{64}")


def parser() -> click.Command:
    """Make the parser of `hexai config trust`."""
    return make_parser(
        "config trust",
        trust,
        params=[
            click.Argument(["path"], required=False),
            click.Option(
                ["--list", "listing"], is_flag=True, help="Say what is trusted."
            ),
            click.Option(
                ["--revoke", "revoked"], metavar="PATH", help="Take trust back."
            ),
            click.Option(
                ["--yes"],
                metavar="SHA256",
                callback=_check_sum,
                help="Trust the state with this sum without asking.",
            ),
        ],
        explanation=f"Show what the {FILE_NAME} files above PATH, or above this "
        "folder, would set, and ask whether they may. A changed byte voids it. Some "
        "keys are never set by a project. Of a trusted project alone "
        "`hexai bench run --test` runs the code.",
    )


def trust(
    invocation: Invocation,
    *,
    path: str | None,
    listing: bool,
    revoked: str | None,
    yes: str | None,
) -> int:
    """List, revoke, or show and ask."""
    if listing + (revoked is not None) + (path is not None or yes is not None) > 1:
        raise UsageError("`config trust` takes one of PATH, --list and --revoke")
    if listing:
        return _list(invocation.process)
    if revoked is not None:
        return _revoke(invocation.process, revoked)
    if yes is None and not can_confirm(invocation.process):
        raise UsageError(
            "`config trust` asks on a terminal; elsewhere say --yes with the SHA-256 "
            "of the file that you have read"
        )
    files = _files(invocation, path)
    if yes is not None:
        files = _in_state(files, yes)
    codes = [_ask(invocation.process, file, sure=yes is not None) for file in files]
    unfit = _trusted_in_vain(_files(invocation, path), files)
    complain(invocation.process, *unfit)
    return max(*codes, 1 if unfit else 0)


def _trusted_in_vain(
    now: tuple[ProjectFile, ...], before: tuple[ProjectFile, ...]
) -> list[str]:
    """Say what keeps files that have just been trusted from being used."""
    sound = {file.path for file in before if not file.problems}
    problems = (each for file in now if file.path in sound for each in file.problems)
    return [f"trusted, but of no use until it is mended: {each}" for each in problems]


def _in_state(files: tuple[ProjectFile, ...], sha256: str) -> tuple[ProjectFile, ...]:
    """Keep the files in the state that the user has seen, or else the unreadable."""
    found = tuple(file for file in files if file.sha256 == sha256)
    found = found or tuple(file for file in files if not file.sha256)
    if not found:
        raise ConfigError(
            tuple(f"{file.path}: is not in the state of that sum" for file in files)
        )
    return found


def _check_sum(
    context: click.Context, parameter: click.Parameter, word: str | None
) -> str | None:
    if word is not None and not _SHA256.fullmatch(word.lower()):
        raise click.BadParameter("it is no SHA-256.", context, parameter)
    return word and word.lower()


def _files(invocation: Invocation, path: str | None) -> tuple[ProjectFile, ...]:
    """Read the project files above a folder, or the one that is named."""
    process, own = invocation.process, invocation.options.config
    place = _meant(process, path or ".")
    folder = place if os.path.isdir(place) else place.parent
    snapshot = load(
        folders_of(process),
        process.environ,
        config=None if own is None else Path(own),
        project=folder,
    )
    files = snapshot.project
    if place != folder:
        files = tuple(file for file in files if file.path == place)
    if not files:
        raise ConfigError((f"there is no {FILE_NAME} above {place} that counts",))
    return files


def _meant(process: Process, path: str) -> Path:
    return Path(os.path.normpath(absolute(process, path)))


def _ask(process: Process, file: ProjectFile, *, sure: bool) -> int:
    """Show one file, and trust it if the user says so."""
    name = visible_line(str(file.path))
    if file.never_trusted:
        complain(process, f"{file.path}: cannot be trusted: {file.never_trusted}")
        complain(process, *file.problems)
        return 1
    if file.is_trusted:
        say(process, f"{name}: is trusted as it is\n")
        return 0
    held = file.held_back()
    say(process, f"{name}\nsha256 {file.sha256}\n")
    question = "Let this project set these keys?"
    if all(each.never for each in held):
        say(process, f"{name}: sets nothing that needs trust\n")
        question = "Trust this project?"
    for each in held:
        ignored = "   (ignored even if trusted)" if each.never else ""
        say(process, f"  {each.key} = {each.value}{ignored}\n")
    say(process, "If it is trusted, `hexai bench run --test` may run its code.\n")
    if not sure and not confirm(process, question):
        complain(process, f"{file.path}: is not trusted")
        return 1
    _grant(process, file)
    say(process, f"{name}: is trusted until it changes\n")
    return 0


def _grant(process: Process, file: ProjectFile) -> None:
    now = wall_clock()
    try:
        grant(folders_of(process), file, now=now)
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}"
        raise ConfigError((f"the trust cannot be kept: {reason}",)) from None


def _list(process: Process) -> int:
    known = grants(folders_of(process))
    if not known:
        say(process, "no project file is trusted\n")
        return 0
    rows = [(each.path, each.sha256[:12], _state(each)) for each in known]
    say(process, table(("FILE", "SHA256", "STATE"), rows, columns=process.columns))
    return 0


def _state(known: Grant) -> str:
    import hashlib

    from hexai.config.files import Unreadable, read_file

    try:
        file = read_file(Path(known.path))
    except Unreadable:
        return "cannot be read"
    if file is None:
        return "gone"
    same = hashlib.sha256(file.content).hexdigest() == known.sha256
    return "trusted" if same else "has changed, so not trusted"


def _revoke(process: Process, path: str) -> int:
    place = _meant(process, path)
    if os.path.isdir(place):
        place /= FILE_NAME
    if not revoke(folders_of(process), place):
        raise ConfigError((f"{place}: was not trusted",))
    say(process, f"{visible_line(str(place))}: is not trusted any more\n")
    return 0
