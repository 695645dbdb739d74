"""The command line from its first word to its exit code."""

from collections.abc import Callable
from functools import partial

import click
from msgspec.structs import replace

from hexai.errors import HexaiError, NoInput, UsageError
from hexai.surfaces.cli.command_line import (
    AskOptions,
    CommandLine,
    Invocation,
    is_option,
    option_names,
    parse_options,
    root_command,
    run_command,
    split_line,
    stray_options,
)
from hexai.surfaces.cli.commands import (
    could_be_asked,
    find,
    find_script,
    summaries,
)
from hexai.surfaces.cli.output import complain, say
from hexai.surfaces.cli.process import (
    A_BUG,
    INTERRUPTED,
    NOBODY_READS,
    NONE_ANSWERED,
    USAGE,
    Hush,
    Process,
    folders_of,
)
from hexai.version import __version__


def run(process: Process) -> int:
    """Carry out a command line; gives the exit code, raises nothing."""
    hush = Hush()
    try:
        return _carry_out(replace(process, hush=hush), partial(_run, hush))
    finally:
        hush.release()


def run_script(process: Process, name: str) -> int:
    """Carry out the command that has a script of its own, as `run` does."""

    def run_it(process: Process) -> int:
        try:
            context = find_script(name, process.arguments)
        except click.UsageError as error:
            if process.act is None or name != "action":
                raise
            return process.act(process, {}, wrong=_text_of(error))
        return run_command(context, Invocation(process=process, options=AskOptions()))

    return _carry_out(process, run_it)


def _carry_out(process: Process, work: Callable[[Process], int]) -> int:
    try:
        return work(process)
    except (click.UsageError, UsageError, NoInput) as error:
        complain(process, _text_of(error), *_notes(error))
        return USAGE
    except HexaiError as error:
        complain(process, *str(error).split("\n"), *_notes(error))
        return NONE_ANSWERED
    except BrokenPipeError:
        return NOBODY_READS
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as bug:  # noqa: BLE001 - the outermost function of the surface
        return _report(process, bug)


def _run(hush: Hush, process: Process) -> int:
    if instruction := process.environ.get("_HEXAI_COMPLETE"):
        from hexai.surfaces.cli.shell_completion import complete

        return complete(process, instruction)
    root = root_command(summaries())
    names = option_names(root)
    line = split_line(process.arguments, names)
    options = parse_options(root, line.options)
    if options.help:
        say(process, root.make_context("hexai", []).get_help() + "\n")
        return 0
    if options.version:
        say(process, f"hexai {__version__}\n")
        return 0
    try:
        context = find(line, options, partial(_labels, process, options))
    except UsageError as error:
        if process.act is None or line.words[:1] != ("action",):
            raise
        return process.act(process, {}, wrong=str(error))
    if context is not None:
        hush.release()
        return _command(context, Invocation(process=process, options=options), line)
    _refuse_options_behind(process, options, line)
    if process.act is not None:
        process.act.forget()
    if options.quiet and not options.vote:
        hush.silence()
    for word in stray_options(line, names):
        complain(process, f"note: {word} stands after the first word, so it is prompt")
    return _ask(process, options, line)


def _command(context: click.Context, invocation: Invocation, line: CommandLine) -> int:
    try:
        return run_command(context, invocation)
    except HexaiError as error:
        if could_be_asked(line.words):
            from hexai.surfaces.cli.slips import BEHIND_DASHES

            error.add_note(BEHIND_DASHES.lower())
        raise


def _refuse_options_behind(
    process: Process, options: AskOptions, line: CommandLine
) -> None:
    if line.literal or not any(map(is_option, line.words[1:])):
        return
    from hexai.surfaces.cli.options_behind import refuse_options_behind

    refuse_options_behind(line.words, partial(_labels, process, options))


def _labels(process: Process, options: AskOptions) -> frozenset[str]:
    """Give the labels that are configured; none where that cannot be read."""
    from hexai.surfaces.cli.loaded_config import labels_of

    return labels_of(process, options)


def _ask(process: Process, options: AskOptions, line: CommandLine) -> int:
    if options.tps_simulation is not None:
        from hexai.surfaces.cli.simulate import simulate

        return simulate(process, options, line.words)
    from hexai.service.without_tls import load_asyncio

    load_asyncio()
    from hexai.surfaces.cli.ask import ask_words

    return ask_words(process, options, line)


def _text_of(error: click.UsageError | HexaiError) -> str:
    if isinstance(error, click.UsageError):
        command = error.ctx.command_path if error.ctx is not None else "hexai"
        if isinstance(error, click.NoSuchOption) and (instead := _of_models(error)):
            return f"No such option '{error.option_name}'; {instead}"
        return f"{error.format_message()} See {command} --help."
    return str(error)


def _of_models(error: click.NoSuchOption) -> str:
    """Say how an option of a model is set that is none of the command's own."""
    params = error.ctx.command.params if error.ctx is not None else ()
    if not any("-o" in each.opts for each in params):
        return ""
    from hexai.config.model_options import option_of_models

    name = option_of_models(error.option_name.lstrip("-"))
    return name and f"what a model is told is set by -o, as in -o {name}=VALUE"


def _notes(error: Exception) -> tuple[str, ...]:
    return tuple(getattr(error, "__notes__", ()))


def _report(process: Process, bug: Exception) -> int:
    from hexai.service.crash import describe, keep_details

    complain(
        process,
        f"this is a bug in Hexai: {describe(bug)}; "
        f"{keep_details(bug, folders_of(process).state)}",
    )
    return A_BUG
