"""The options of a question, which stand before its first word."""

import math
from typing import Any, Literal, get_args

import click

from hexai.text.sanitise import mend

Layout = Literal["auto", "columns", "stacked", "plain"]
"""How answers stand on a terminal."""


class _EntryNumber(click.Option):
    """`-0`, `-1`…: one spelling for each entry, one line of help for all."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        del ctx
        return "-0, -1, …", self.help or ""


class _Text(click.types.StringParamType):
    """What models are sent; what was no UTF-8 is replaced, as no upstream takes it."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        return mend(super().convert(value, param, ctx))


def _check_seconds(
    context: click.Context, parameter: click.Parameter, seconds: float | None
) -> float | None:
    if seconds is not None and not 0 < seconds < math.inf:
        raise click.BadParameter("it must be above 0.", context, parameter)
    return seconds


_OF_A_CHAT = frozenset(
    {
        *("models", "indices", "only", "follow", "origin", "system", "options"),
        *("fresh", "timeout", "max_concurrency", "send_anyway"),
        *("layout", "plain", "blind", "vote"),
        *("files", "template", "parameters"),
    }
)


def chat_parameters() -> list[click.Parameter]:
    """Make those that hold for each question of a chat."""
    return [each for each in parameters() if each.name in _OF_A_CHAT]


def parameters() -> list[click.Parameter]:
    """Make all of them, in the order of the help."""
    return [*_whom(), *_what_is_sent(), *_how_asked(), *_how_shown(), *_general()]


def model_option() -> click.Option:
    """Make `-m`, which names models in place of the configured ones."""
    return click.Option(
        ["-m", "--model", "models"],
        multiple=True,
        metavar="PROVIDER:MODEL",
        help="Ask this model instead of the configured ones; repeatable.",
    )


def label_option() -> click.Option:
    """Make `--only`, which keeps entries by their labels."""
    return click.Option(
        ["--only"],
        multiple=True,
        metavar="LABEL",
        help="Ask only the entry with this label; repeatable.",
    )


def _whom() -> list[click.Parameter]:
    return [
        model_option(),
        _EntryNumber(
            ["--entry", "indices"],
            multiple=True,
            type=click.IntRange(min=0),
            help="Ask only the entry with this number; repeatable.",
        ),
        label_option(),
    ]


def _what_is_sent() -> list[click.Parameter]:
    return [
        *thread_options(),
        click.Option(
            ["-f", "--file", "files"],
            multiple=True,
            metavar="PATH|DIR|URL",
            help="Attach a file, the files of a folder, or a page; repeatable.",
        ),
        click.Option(
            ["-t", "--template"],
            metavar="NAME",
            help="Ask by this prompt of your own, from [prompts.templates].",
        ),
        click.Option(
            ["-p", "--param", "parameters"],
            type=_Text(),
            multiple=True,
            metavar="KEY=VALUE",
            help="Fill in this name of the template; repeatable.",
        ),
        click.Option(
            ["-s", "--system"],
            type=_Text(),
            metavar="TEXT",
            help="Use this system prompt.",
        ),
        click.Option(
            ["-o", "--option", "options"],
            type=_Text(),
            multiple=True,
            metavar="KEY=VALUE",
            help="Set an option of the models, such as top_p=0.9; repeatable.",
        ),
    ]


def _how_asked() -> list[click.Parameter]:
    return [
        _flag("--first", "End with the first answer and cancel the others."),
        _flag("--again", "Ask the last prompt again, of other models."),
        _flag("--fresh", "Ask anew, even where an answer is in the cache."),
        click.Option(
            ["--timeout"],
            type=float,
            metavar="SECONDS",
            callback=_check_seconds,
            help="Give each contender this long.",
        ),
        click.Option(
            ["--max-concurrency"],
            type=click.IntRange(min=1),
            metavar="N",
            help="Ask at most N contenders at once.",
        ),
        _flag("--send-anyway", "Send to a cloud what looks like a secret but is none."),
    ]


def _how_shown() -> list[click.Parameter]:
    return [
        click.Option(
            ["--layout"],
            type=click.Choice(get_args(Layout)),
            help="How answers stand on a terminal.",
        ),
        _flag("--plain", "Print answers as they were written, as into a pipe."),
        _flag("--quiet", "Say nothing on standard error; the exit code tells."),
        _flag("--json", "Print one JSON object."),
        _flag("--jsonl", "Print the events as they come, one JSON object a line."),
        click.Option(
            ["--blind/--no-blind"],
            default=None,
            help="Call the contenders A, B, C in shuffled order, and name none.",
        ),
        click.Option(
            ["--vote/--no-vote"],
            default=None,
            help="Ask at the end which answer is the best.",
        ),
        _flag(
            "--pick",
            "Show the answers on the terminal, and print the one that you choose.",
        ),
        click.Option(
            ["--tps-simulation"],
            metavar="RATE",
            help="Show the prompt at RATE tokens a second (12, 8-16 or 8:16), "
            "asking nobody.",
        ),
    ]


def _general() -> list[click.Parameter]:
    return [
        click.Option(["--config"], metavar="PATH", help="Read this config file."),
        click.Option(["--log"], metavar="FILE", help="Write a log, without texts."),
        _flag("--log-texts", "Write prompts and answers into the log too."),
        _flag("--version", "Print the version."),
        click.Option(["-h", "--help"], is_flag=True, help="Print this help."),
    ]


def _flag(name: str, explanation: str) -> click.Option:
    return click.Option([name], is_flag=True, help=explanation)


def thread_options() -> list[click.Option]:
    """Make `-c`, whose value may be left out, and `--from`."""
    return [
        click.Option(
            ["-c", "--continue", "follow"],
            is_flag=False,
            flag_value="",
            metavar="[LABEL|RUN]",
            help="Go on with the last run, each contender with its own thread; or with "
            "one contender of it, or with another run: -c=RUN.",
        ),
        click.Option(
            ["--from", "origin"],
            metavar="LABEL",
            help="With -c: let all go on with the answer of this contender.",
        ),
    ]
