"""`hexai lsp`: the options of the editor server."""

from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.invocation import Invocation, make_parser
from hexai.surfaces.cli.speak import say
from hexai.version import __version__


def parser() -> click.Command:
    """Make the parser of `hexai lsp`."""
    return make_parser(
        "lsp",
        _run,
        params=[
            click.Option(["--config"], metavar="PATH", help="Read this config file."),
            click.Option(
                ["--only"],
                multiple=True,
                metavar="LABEL",
                help="Ask only the entry with this label; repeatable.",
            ),
            click.Option(
                ["--log"],
                metavar="FILE",
                help="Write the log here; usually it is in the state folder.",
            ),
            click.Option(
                ["--log-texts"],
                is_flag=True,
                help="Write prompts and answers into the log too.",
            ),
            click.Option(
                ["--check"],
                is_flag=True,
                is_eager=True,
                help="Ask once, as an editor would, and say what it would show and "
                "why not; FILE[:LINE[:COLUMN]] says where.",
            ),
            click.Argument(
                ["file"], default="", callback=_only_to_check, metavar="[FILE]"
            ),
            click.Option(["--version"], is_flag=True, help="Print the version."),
        ],
        explanation="Serve an editor over standard input and output.",
    )


def _run(invocation: Invocation, *, check: bool, file: str, **options: Any) -> int:
    process, general = invocation.process, invocation.options
    if options["version"]:
        say(process, f"{__version__}\n")
        return 0
    if process.serve is None or process.look is None:
        raise UsageError("there is no editor server here")
    config, only = options["config"] or general.config, options["only"]
    if check:
        code, text = process.look(process, file, config=config, only=only)
        say(process, text)
        return code
    if process.stdin_is_terminal:
        raise UsageError(
            "the editor server speaks with an editor, not with a terminal; "
            "name `hexai lsp` in your editor's settings as the command to start, "
            "and see by `hexai lsp --check` what it would show"
        )
    return process.serve(
        process,
        config=config,
        only=only,
        log=options["log"] or general.log,
        log_texts=options["log_texts"] or general.log_texts,
    )


def _only_to_check(
    context: click.Context, parameter: click.Parameter, file: str
) -> str:
    if file and not context.params.get("check"):
        raise click.BadParameter("only --check takes a file.", context, parameter)
    return file
