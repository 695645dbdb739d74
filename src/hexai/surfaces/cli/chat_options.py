"""`hexai chat`: its command line, read before anything of a chat is loaded."""

from typing import Any

import click

from hexai.surfaces.cli.arguments import is_run
from hexai.surfaces.cli.command_line import Invocation, make_parser, wants_help
from hexai.surfaces.cli.options import chat_parameters


def parser() -> click.Command:
    """Make the parser of `hexai chat`."""
    run = click.Argument(["run"], required=False, callback=_check_run)
    return make_parser(
        "chat",
        _chat,
        params=[*chat_parameters(), run],
        explanation="Ask one question after the other; each contender goes on with its "
        "own answers. With -c it begins with an earlier run: the last one, or RUN. "
        "What -f and -t name goes along with the first question. "
        "/help tells what can be typed; Ctrl-C stops an answer, Ctrl-D ends.",
    )


def _check_run(
    context: click.Context, parameter: click.Parameter, word: str | None
) -> str | None:
    """Take a run behind `-c` alone: all other words are a question."""
    if word is None or wants_help(context):
        return word
    if context.params.get("follow") != "" or not is_run(word):
        raise click.BadParameter("a chat takes no words.", context, parameter)
    return word


def _chat(invocation: Invocation, run: str | None, **options: Any) -> int:
    if run is not None:
        options["follow"] = run
    if options["origin"] is not None and options["follow"] is None:
        raise click.UsageError("--from says with whose answer -c goes on; add -c.")
    if options["parameters"] and options["template"] is None:
        raise click.UsageError("-p fills in a template; name it by -t.")
    from hexai.surfaces.cli.chat import chat

    return chat(invocation, options)
