"""`hexai bench`: the parsers of its commands, and those that only look or forget."""

import math
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

import click

from hexai.domain.bench import MARGIN, Kind
from hexai.domain.entry import Surface
from hexai.surfaces.cli.arguments import check_moment, yes_option
from hexai.surfaces.cli.command_line import (
    Invocation,
    make_parser,
)
from hexai.surfaces.cli.options import label_option, model_option

TASKS = 200
"""How many a bench of a repository's commits has where nobody says how many."""
_LONGEST_NAME = 60
_LEAST, _MOST = Decimal("0.000001"), Decimal(1_000_000)
"""USD that a budget may be."""


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`; a bare `bench` lists."""
    makers = {
        "bench": _bare_parser,
        "bench run": _run_parser,
        "bench ask": _ask_parser,
        "bench vote": _vote_parser,
        "bench show": _show_parser,
        "bench compare": _compare_parser,
        "bench export": _export_parser,
        "bench forget": _forget_parser,
    }
    return makers.get(name, _list_parser)()


class _Range(click.FloatRange):
    """Numbers from one to another."""

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> float:
        """Read a number, which `nan` is not, though it is in every range."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail("it is no number.", param, ctx)
        return number


class _Money(click.ParamType[Decimal]):
    """An amount of USD."""

    name = "USD"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Decimal:
        """Read an amount, with or without its sign."""
        try:
            amount = Decimal(str(value).removeprefix("$"))
        except InvalidOperation:
            self.fail("it is no amount of money such as 0.50.", param, ctx)
        if not (amount.is_finite() and _LEAST <= amount <= _MOST):
            self.fail(f"it must be from {_LEAST:f} to {_MOST:,}.", param, ctx)
        return amount


class _Name(click.ParamType[str]):
    """What a bench is called: a few words, which a table has room for."""

    name = "NAME"

    def convert(
        self,
        value: Any,
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str:
        """Take a name of one line."""
        text = str(value).strip()
        if len(text) > _LONGEST_NAME or not text.isprintable():
            told = f"it has to be a line of {_LONGEST_NAME} characters at most."
            self.fail(told, param, ctx)
        if text.isdecimal():
            self.fail("only digits are the number of a bench.", param, ctx)
        return text


def _run_parser() -> click.Command:
    def run(invocation: Invocation, **options: Any) -> int:
        from hexai.surfaces.cli.bench_run import run_bench

        return run_bench(invocation, **options)

    return make_parser(
        "bench run",
        run,
        params=[
            click.Argument(["path"], required=False, default=""),
            _surface_option(),
            *_which_tasks(),
            model_option(),
            label_option(),
            *_how_far(),
            _test_option(),
        ],
        explanation="Ask your models for completion to fill holes in code that was "
        "written lately in the repository at PATH, or below PATH in one, as your "
        "editor asks them, and say which is better, at which price, and how sure that "
        "is. Nothing is sent to a cloud without being asked; --dry-run says what it "
        "would take.",
    )


def _ask_parser() -> click.Command:
    def ask(invocation: Invocation, **options: Any) -> int:
        from hexai.surfaces.cli.bench_ask import ask_bench

        return ask_bench(invocation, **options)

    return make_parser(
        "bench ask",
        ask,
        params=[
            click.Argument(["file"], required=False, default=""),
            *_which_questions(),
            model_option(),
            label_option(),
            *_how_far(),
        ],
        explanation="Ask all of your models the questions of FILE: JSON Lines, YAML, "
        "TOML, or a paragraph each; - is standard input. Checks beside a question "
        "(contains, matches, equals, json, lines_at_most, runs) say which answers are "
        "right, without a judge; with --vote, you do, blind. promptfoo's tests are "
        "read too. Nothing is sent to a cloud without being asked.",
    )


def _which_questions() -> list[click.Parameter]:
    return [
        click.Option(
            ["--tasks"],
            type=click.IntRange(min=1, max=10_000),
            metavar="N",
            help="Ask so many questions at most, which the seed draws; repetitions "
            "count.",
        ),
        click.Option(
            ["--repeat"],
            type=click.IntRange(min=1, max=100),
            metavar="N",
            help="Ask each question so often; for models that answer by chance.",
        ),
        click.Option(
            ["--seed"],
            metavar="TEXT",
            help="Draw the order of the questions by this seed.",
        ),
        click.Option(
            ["--vote"],
            is_flag=True,
            help="Let me say which answers are better, once all are there; see hexai "
            "bench vote.",
        ),
        click.Option(
            ["--test"],
            is_flag=True,
            help="Run the commands of checks that have one, on what models answer.",
        ),
        click.Option(
            ["--history"],
            type=click.IntRange(min=1, max=10_000),
            metavar="N",
            help="Make FILE of the last N questions that were asked, and ask nobody.",
        ),
    ]


def _which_tasks() -> list[click.Parameter]:
    return [
        click.Option(
            ["--tasks"],
            type=click.IntRange(min=1, max=10_000),
            metavar="N",
            help=f"Ask so many tasks at most; {TASKS} if nothing else is said.",
        ),
        click.Option(
            ["--since"],
            metavar="WHEN",
            callback=check_moment,
            help="Take commits from a date or an age on; a year if nothing else is "
            "said, and further back where there are too few.",
        ),
        click.Option(
            ["--language"],
            multiple=True,
            metavar="NAME",
            help="Only this language, as editors name it; repeatable.",
        ),
        click.Option(
            ["--kind"],
            multiple=True,
            type=click.Choice([kind.value for kind in Kind]),
            help="Only holes of this kind; repeatable.",
        ),
        click.Option(
            ["--seed"],
            metavar="TEXT",
            help="Draw the tasks by this seed; the same again draws the same.",
        ),
    ]


def _how_far() -> list[click.Parameter]:
    return [
        click.Option(
            ["--budget"],
            type=_Money(),
            help="Stop before more than this may have been spent.",
        ),
        click.Option(
            ["--hours"],
            type=_Range(min=0, min_open=True, max=1000),
            metavar="H",
            help="Ask as many tasks as fit into so many hours.",
        ),
        click.Option(
            ["--margin"],
            type=_Range(min=0.1, max=50),
            metavar="POINTS",
            help="Call entries equal that differ by less; "
            f"{100 * MARGIN:g} if nothing else is said.",
        ),
        click.Option(
            ["--dry-run"],
            is_flag=True,
            help="Say what it would ask and take, and send nothing.",
        ),
        click.Option(
            ["--measure"],
            is_flag=True,
            help="Ask three tasks of each entry on this machine, for the time.",
        ),
        click.Option(
            ["--yes"], is_flag=True, help="Ask clouds without being asked about it."
        ),
        click.Option(
            ["--resume"],
            metavar="BENCH",
            help="Go on with a bench, if nothing has changed.",
        ),
        click.Option(
            ["--name"], type=_Name(), metavar="NAME", help="Call the bench so."
        ),
    ]


def _surface_option() -> click.Option:
    return click.Option(
        ["--surface"],
        default="completion",
        type=click.Choice([surface.value for surface in Surface]),
        help="Whose entries are asked; only completion is, which is the default.",
    )


def _test_option() -> click.Option:
    return click.Option(
        ["--test"],
        metavar="CMD",
        help="Run CMD on each answer that is a function's body, in a copy of the "
        "repository without network; runs its code and the models', so only for a "
        "trusted project.",
    )


def _looks(name: str) -> Callable[..., int]:
    """Give a callback that loads what it takes when it is called."""

    def look(invocation: Invocation, **options: Any) -> int:
        from hexai.surfaces.cli import bench_show

        done: int = getattr(bench_show, name)(invocation, **options)
        return done

    return look


def _vote_parser() -> click.Command:
    def vote(invocation: Invocation, **options: Any) -> int:
        from hexai.surfaces.cli.bench_vote import vote_bench

        return vote_bench(invocation, **options)

    return make_parser(
        "bench vote",
        vote,
        params=[click.Argument(["bench"], required=False)],
        explanation="Show two answers to one question at a time, and take your word "
        "for which is better; names come at the end. Each vote is kept as it is given, "
        "so stop when you like and go on later. The votes count in hexai leaderboard, "
        "a sitting as a whole.",
    )


def _bare_parser() -> click.Command:
    return make_parser(
        "bench",
        _looks("list_benches"),
        params=[_json()],
        explanation="Judge models by your own code and questions; each command has "
        "its own --help. Alone it lists the benches, the newest last.",
    )


def _list_parser() -> click.Command:
    return make_parser(
        "bench list",
        _looks("list_benches"),
        params=[_json()],
        explanation="List the benches, the newest last.",
    )


def _show_parser() -> click.Command:
    return make_parser(
        "bench show",
        _looks("show_bench"),
        params=[
            click.Argument(["bench"], required=False),
            click.Argument(["task"], required=False),
            _json(),
        ],
        explanation="Print what a bench has come to, the newest if none is named; or "
        "one of its tasks, with what was written there and what each entry said.",
    )


def _compare_parser() -> click.Command:
    return make_parser(
        "bench compare",
        _looks("compare_bench"),
        params=[
            click.Argument(["bench"], required=False),
            click.Argument(["labels"], nargs=-1, metavar="[A B]"),
        ],
        explanation="Say what is known of each two entries of a bench, or of two.",
    )


def _export_parser() -> click.Command:
    return make_parser(
        "bench export",
        _looks("export_bench"),
        params=[
            click.Argument(["bench"], required=False),
            _json(),
            click.Option(["--csv"], is_flag=True, help="Print one row a cell, as CSV."),
            click.Option(["--jsonl"], is_flag=True, help="Print one object a cell."),
        ],
        explanation="Write the figures of a bench, without any text.",
    )


def _forget_parser() -> click.Command:
    return make_parser(
        "bench forget",
        _looks("forget_bench"),
        params=[
            click.Argument(["bench"], required=False),
            yes_option(),
        ],
        explanation="Remove a bench for good, with its texts.",
    )


def _json() -> click.Option:
    return click.Option(["--json"], is_flag=True, help="Print JSON.")
