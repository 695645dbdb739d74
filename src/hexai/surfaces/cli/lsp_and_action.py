"""`hexai lsp` and `hexai action`: their options."""

from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.options import label_option
from hexai.surfaces.cli.output import say
from hexai.surfaces.cli.process import STANDARD
from hexai.version import __version__


def lsp_parser() -> click.Command:
    """Make the parser of `hexai lsp`."""
    return make_parser(
        "lsp",
        _run_lsp,
        params=[
            click.Option(["--config"], metavar="PATH", help="Read this config file."),
            label_option(),
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


def _run_lsp(invocation: Invocation, *, check: bool, file: str, **options: Any) -> int:
    process, general = invocation.process, invocation.options
    if options["version"]:
        say(process, f"hexai {__version__}\n")
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


def _unless_standard(
    _context: click.Context, _parameter: click.Parameter, file: str | None
) -> str | None:
    """Take what names standard input or output for what is used without a file."""
    return None if file == STANDARD else file


def action_parser() -> click.Command:
    """Make the parser of `hexai action`."""
    return make_parser(
        "action",
        _run_action,
        params=[*_what(), *_where(), *_about()],
        explanation="Let a model change a selection: it is piped in, a menu opens in "
        "tmux or on the terminal, and what you take goes to standard output. Without "
        "an answer taken, the selection goes out as it came.",
    )


def _what() -> list[click.Parameter]:
    return [
        click.Option(
            ["--action"],
            metavar="KIND",
            default="",
            help="Do this at once, without a menu: rewrite, simplify, document, "
            "gotest, fix_typos, custom_prompt, diagnostics, or the id of a custom "
            "action.",
        ),
        click.Option(
            ["--prompt"],
            metavar="TEXT",
            default="",
            help="What the selection is to become, for rewrite and custom_prompt.",
        ),
        click.Option(
            ["--compare"],
            is_flag=True,
            help="Ask every entry of models.code_action, and choose.",
        ),
        click.Option(
            ["--blind"], is_flag=True, help="Call the candidates A, B, C until then."
        ),
        click.Option(
            ["--send-anyway"],
            is_flag=True,
            help="Send to a cloud what looks like a secret but is none.",
        ),
    ]


def _where() -> list[click.Parameter]:
    return [
        click.Option(
            ["--infile"],
            metavar="PATH",
            callback=_unless_standard,
            help="Read the selection here.",
        ),
        click.Option(
            ["--outfile"],
            metavar="PATH",
            callback=_unless_standard,
            help="Write here what goes out.",
        ),
        click.Option(
            ["--tmux-target", "target"],
            metavar="PANE",
            default="",
            help="Open the popup over this pane.",
        ),
        click.Option(
            ["--tmux-popup-width", "width"],
            metavar="SIZE",
            default="60%",
            show_default=True,
            help="Cells, or a share of the terminal.",
        ),
        click.Option(
            ["--tmux-popup-height", "height"],
            metavar="SIZE",
            default="50%",
            show_default=True,
            help="Lines, or a share of the terminal.",
        ),
    ]


def _about() -> list[click.Parameter]:
    return [
        click.Option(
            ["--file"],
            metavar="PATH",
            default="",
            help="The file that the selection is from: its language, and the rules "
            "for files that stay on this machine.",
        ),
        click.Option(
            ["--language"],
            metavar="ID",
            default="",
            help="Its language, where there is no file.",
        ),
        click.Option(["--config"], metavar="PATH", help="Read this config file."),
        click.Option(["--quiet"], is_flag=True, help="Say nothing on standard error."),
        click.Option(["--log"], metavar="FILE", help="Write a log, without texts."),
        click.Option(
            ["--log-texts"],
            is_flag=True,
            help="Write prompts and answers into the log too.",
        ),
        click.Option(["--version"], is_flag=True, help="Print the version."),
    ]


def _run_action(invocation: Invocation, *, version: bool, **options: Any) -> int:
    process, general = invocation.process, invocation.options
    if version:
        say(process, f"hexai {__version__}\n")
        return 0
    if process.act is None:
        raise UsageError("there is no menu here")
    options["config"] = options["config"] or general.config
    options["log"] = options["log"] or general.log
    options["log_texts"] = options["log_texts"] or general.log_texts
    return process.act(process, options, wrong="")
