"""`hexai lsp`: the options of the editor server."""

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
            click.Option(["--version"], is_flag=True, help="Print the version."),
        ],
        explanation="Serve an editor over standard input and output.",
    )


def _run(
    invocation: Invocation,
    *,
    config: str | None,
    only: tuple[str, ...],
    log: str | None,
    log_texts: bool,
    version: bool,
) -> int:
    process, general = invocation.process, invocation.options
    if version:
        say(process, f"{__version__}\n")
        return 0
    if process.serve is None:
        raise UsageError("there is no editor server here")
    if process.stdin_is_terminal:
        raise UsageError(
            "the editor server speaks with an editor, not with a terminal; "
            "name `hexai lsp` in your editor's settings as the command to start"
        )
    return process.serve(
        process,
        config=config or general.config,
        only=only,
        log=log or general.log,
        log_texts=log_texts or general.log_texts,
    )
