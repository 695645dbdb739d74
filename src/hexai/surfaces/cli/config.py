"""`hexai config`: edit, check, show and compare the configuration."""

import asyncio
import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import replace

from hexai.config.files import read_user_file
from hexai.config.order import load
from hexai.config.problems import dotted
from hexai.config.schema import Settings
from hexai.config.shown import TomlLine, document, find_changes, find_origins, summarise
from hexai.config.validate import find_slow
from hexai.domain.entry import Surface
from hexai.errors import ConfigError, SetupError, UsageError
from hexai.service.external_editor import VARIABLES, edit_file, editor_command
from hexai.service.fingerprints import fingerprint_of
from hexai.service.guard.options import inspect_spec, masked
from hexai.service.inventory import find_lacks
from hexai.service.private_files import make_private_folder
from hexai.service.runtime import Loop
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.json_records import to_json
from hexai.surfaces.cli.loaded_config import Session, open_session
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.process import folders_of
from hexai.text.sanitise import visible, visible_line


class _Command(Struct, frozen=True, kw_only=True):
    callback: Callable[..., int]
    explanation: str
    params: Sequence[click.Parameter] = ()


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`; a bare `config` edits."""
    command = _COMMANDS.get(name, _COMMANDS["config edit"])
    return make_parser(
        name,
        command.callback,
        params=command.params,
        explanation=command.explanation,
    )


def config_file(invocation: Invocation) -> Path:
    """Name the user's file, or the one that `--config` names; it need not be there."""
    own = invocation.options.config
    return folders_of(invocation.process).config_file if own is None else Path(own)


def edit(invocation: Invocation) -> int:
    """Open the file in the user's editor, then say what is wrong with it."""
    process, file = invocation.process, config_file(invocation).absolute()
    command = editor_command(process.environ, process.home)
    if command is None:
        raise SetupError(
            f"no editor is set; name one by {', '.join(VARIABLES)}, or edit {file}"
        )
    try:
        if not os.path.isdir(file.parent):
            make_private_folder(file.parent)
    except OSError as error:
        raise SetupError(f"{file.parent}: {error.strerror}") from None
    code = edit_file(command, file, keyboard=process.stdin, screen=process.stdout)
    if code != 0:
        raise SetupError(f"the editor ended with {code}")
    if os.path.isfile(file):
        open_session(process, invocation.options)
    return 0


def path(invocation: Invocation) -> int:
    """Print where the file is, or would be."""
    say(invocation.process, f"{config_file(invocation)}\n")
    return 0


def show(invocation: Invocation, *, origin: bool, json: bool) -> int:
    """Print what holds, as TOML or as JSON."""
    session = open_session(invocation.process, invocation.options)
    values = find_origins(session.snapshot)
    if json:
        record = {
            dotted(each.path): {"value": each.value, "origin": each.origin}
            for each in values
        }
        say(session.process, to_json(record) + "\n")
        return 0
    lines = (
        TomlLine(
            path=each.path,
            value=each.value,
            comment=visible_line(each.origin) if origin else "",
        )
        for each in values
    )
    say(session.process, document(lines))
    return 0


def check(invocation: Invocation, *, file: str | None) -> int:
    """Say all problems and warnings on standard error; problems end with 1."""
    options = invocation.options
    if file is not None:
        if options.config is not None:
            raise UsageError("say one file: --config FILE, or behind `config check`")
        options = replace(options, config=file)
    session = open_session(invocation.process, options)
    with asyncio.Runner(loop_factory=Loop) as runner:
        lacks = runner.run(_find_lacks(session))
    complain(session.process, *(f"warning: {lack}" for lack in lacks))
    complain(session.process, *_same_contenders(session))
    complain(session.process, *_secrets(session))
    complain(session.process, *_completion_off(session))
    complain(session.process, *_slow_popups(session))
    notes = [n for each in Surface for n in session.snapshot.entries(each).notes]
    complain(session.process, *(f"note: {note}" for note in dict.fromkeys(notes)))
    if not session.snapshot.has_file:
        say(session.process, f"{session.snapshot.file}: not there; defaults hold\n")
    else:
        say(session.process, f"{session.snapshot.file}: no problems\n")
    return 0


def _same_contenders(session: Session) -> Iterator[str]:
    """Tell of entries that differ in nothing but their labels."""
    settings = session.snapshot.settings
    for surface in Surface:
        labels: dict[tuple[str, str, str], list[str]] = {}
        for entry in session.snapshot.entries(surface).entries:
            spec = entry.spec
            options = fingerprint_of(settings, surface, spec)
            whom = spec.provider, spec.model, options
            labels.setdefault(whom, []).append(visible_line(entry.label))
        for same in labels.values():
            if len(same) > 1:
                yield (
                    f"warning: models.{surface.value}: {' and '.join(same)} differ in "
                    "nothing but their labels, so no choice between them counts"
                )


def _secrets(session: Session) -> Iterator[str]:
    """Tell of entries that no cloud is asked by, for what they ask with."""
    allowed = session.snapshot.settings.ignore.allow_secrets
    for surface in Surface:
        for entry in session.snapshot.entries(surface).entries:
            for spec in filter(None, (entry.spec, entry.fallback)):
                found = inspect_spec(spec, allow_secrets=allowed, for_one_call=False)
                label = masked(entry.label, allowed)
                if found.local_only:
                    yield (
                        f"warning: models.{surface.value}: {visible_line(label)} "
                        f"is asked on this machine alone: {found.local_only}"
                    )


def _completion_off(session: Session) -> tuple[str, ...]:
    """Tell users of the Go tool's file that its provider completes nothing here."""
    snapshot = session.snapshot
    origin = snapshot.merged.origin(("provider", "name"))
    inherits = origin is not None and origin.kind != "built-in"
    if not inherits or snapshot.entries(Surface.COMPLETION).entries:
        return ()
    name = visible_line(snapshot.settings.provider.name)
    told = f"note: [provider] {name} answers in the terminal, in chats and code actions"
    off = "completion, which asks while you type, is off until [[models.completion]]"
    return (f"{told}; {off} names somebody",)


def _slow_popups(session: Session) -> Iterator[str]:
    """Tell users of the Go tool's file what its values mean for lists."""
    snapshot = session.snapshot
    for slow in find_slow(snapshot.settings):
        yield f"note: {snapshot.merged.told(slow)}"


async def _find_lacks(session: Session) -> tuple[str, ...]:
    process = session.process
    async with session.services() as services, services.lease() as lease:
        return await find_lacks(
            session.snapshot,
            services.targets(session.snapshot.settings, lease),
            process.environ,
            process.home,
        )


def diff(invocation: Invocation, *, files: tuple[str, ...]) -> int:
    """Say how two files differ, or one and the defaults."""
    if not files:
        files = (str(config_file(invocation)),)
    settings = [_settings_of(invocation, Path(file)) for file in files]
    old, new = settings if len(settings) == 2 else (Settings(), settings[0])
    first = files[0] if len(files) == 2 else "defaults"
    title = f"{first} → {files[-1]}"
    text = summarise(find_changes(old, new), title=visible_line(title))
    say(invocation.process, visible(text) + "\n")
    return 0


def _settings_of(invocation: Invocation, file: Path) -> Settings:
    """Read one file alone: no variables, no project."""
    folders = folders_of(invocation.process)
    if read_user_file(file, is_asked_for=False) is None:
        raise ConfigError((f"{file}: there is no such file",))
    return load(folders, {}, config=file).settings


def schema(invocation: Invocation) -> int:
    """Print the JSON Schema."""
    import json

    from hexai.config.json_schema import json_schema

    text = json.dumps(json_schema(), indent=2, ensure_ascii=False)
    say(invocation.process, text + "\n")
    return 0


def _check_count(
    context: click.Context, parameter: click.Parameter, files: tuple[str, ...]
) -> tuple[str, ...]:
    if len(files) > 2:
        raise click.BadParameter("it compares two files.", context, parameter)
    return files


_COMMANDS = {
    "config edit": _Command(
        callback=edit,
        explanation="Open the configuration in HEXAI_EDITOR, VISUAL or EDITOR, "
        "and check it afterwards.",
    ),
    "config path": _Command(
        callback=path, explanation="Print where the configuration is, or would be."
    ),
    "config show": _Command(
        callback=show,
        params=(
            click.Option(
                ["--origin"], is_flag=True, help="Say of each value where it is from."
            ),
            click.Option(
                ["--json"], is_flag=True, help="Print JSON, with the origins."
            ),
        ),
        explanation="Print every value that holds here: defaults, file, project, "
        "variables. What may hold a secret is hidden.",
    ),
    "config check": _Command(
        callback=check,
        params=(click.Argument(["file"], required=False),),
        explanation="Say everything that is wrong with the configuration, or with "
        "FILE in its place; problems end with 1, warnings do not. Asks nobody.",
    ),
    "config diff": _Command(
        callback=diff,
        params=(
            click.Argument(
                ["files"], nargs=-1, callback=_check_count, metavar="[OLD] [NEW]"
            ),
        ),
        explanation="Say how two configuration files differ; one alone, or your own, "
        "is compared with the defaults.",
    ),
    "config schema": _Command(
        callback=schema,
        explanation="Print a JSON Schema of the configuration, for editors.",
    ),
}
