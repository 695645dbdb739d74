"""`hexai team`: the parsers of its commands."""

from collections.abc import Callable
from typing import Any

import click

from hexai.errors import UsageError
from hexai.surfaces.cli.arguments import required, yes_option
from hexai.surfaces.cli.command_line import Invocation, make_parser


def parser(name: str) -> click.Command:
    """Make the parser of `hexai NAME`; a bare `team` shows the status."""
    makers = {
        "team": _bare_parser,
        "team init": _init_parser,
        "team member": _member_bare_parser,
        "team member add": _member_parser,
        "team push": _push_parser,
        "team publish": _publish_parser,
        "team forget": _forget_parser,
    }
    return makers.get(name, _status_parser)()


def _runs(name: str) -> Callable[..., int]:
    """Give a callback that loads what it takes when it is called."""

    def run(invocation: Invocation, **options: Any) -> int:
        from hexai.surfaces.cli import team_commands

        done: int = getattr(team_commands, name)(invocation, **options)
        return done

    return run


def _bare_parser() -> click.Command:
    return make_parser(
        "team",
        _runs("status"),
        explanation="Choose models as a team, by a ledger on a PostgreSQL server; each "
        "command has its own --help. Alone it shows how things stand.",
    )


def _member_bare_parser() -> click.Command:
    return make_parser(
        "team member",
        _only_add,
        explanation="Enrol people in a team's ledger. `hexai team status` shows its "
        "owner who is enrolled.",
    )


def _only_add(_invocation: Invocation) -> int:
    from hexai.surfaces.cli.slips import BEHIND_DASHES

    raise UsageError(f"did you mean `hexai team member add`? {BEHIND_DASHES}")


def _init_parser() -> click.Command:
    return make_parser(
        "team init",
        _runs("init"),
        params=[
            click.Argument(["url"], required=False, default=""),
            click.Option(
                ["--apply"], is_flag=True, help="Apply it, instead of printing it."
            ),
            click.Option(
                ["--label"],
                multiple=True,
                metavar="LABEL",
                help="Let members send this label, or provider of their own; "
                "repeatable. With --apply.",
            ),
            click.Option(
                ["--host"],
                multiple=True,
                metavar="HOST",
                help="Let members send this upstream's host; repeatable. With --apply.",
            ),
        ],
        explanation="Print the SQL that makes a team's ledger in a PostgreSQL "
        "database, or brings it up to date; --apply applies it. The role that does so "
        "owns the ledger. URL is postgresql://ROLE@HOST/DATABASE, without a password; "
        "left out, it is the server of the configuration.",
    )


def _member_parser() -> click.Command:
    return make_parser(
        "team member add",
        _runs("add_member"),
        params=[
            click.Argument(["name"], required=False, callback=required),
            click.Option(
                ["--role"],
                default="",
                metavar="ROLE",
                help="Enrol this role, which is there, instead of making one.",
            ),
        ],
        explanation="Enrol a person by NAME, which only you see: others see nobody. "
        "Prints the role and its password, once.",
    )


def _push_parser() -> click.Command:
    return make_parser(
        "team push",
        _runs("push"),
        params=[
            click.Option(
                ["--dry-run"],
                is_flag=True,
                help="Print what would go, for one run and in sum; ask nobody.",
            ),
            click.Option(["--background"], is_flag=True, hidden=True),
        ],
        explanation="Send what the team's ledger has not got yet: figures and "
        "choices, under a pseudonym, never a text, a file's name or a time of the day. "
        "The owner of the server can know who you are.",
    )


def _status_parser() -> click.Command:
    return make_parser(
        "team status",
        _runs("status"),
        explanation="Show what the team's ledger has of you, what waits here, and what "
        "was published; its owner sees who is enrolled.",
    )


def _publish_parser() -> click.Command:
    return make_parser(
        "team publish",
        _runs("publish"),
        explanation="Publish ratings and figures of all weeks that are over, once a "
        "week: run it by cron. Nothing is said of fewer than five people.",
    )


def _forget_parser() -> click.Command:
    return make_parser(
        "team forget",
        _runs("forget"),
        params=[
            click.Argument(["name"], required=False, default="", metavar="[ME|NAME]"),
            yes_option(),
        ],
        explanation="Have the team's ledger forget all that it has of you, for "
        "good; its owner may name somebody else. What the server has had does not come "
        "back, whichever machine pushes it, nor does what was recorded on this one. "
        "What another machine has recorded and not pushed yet does come; and so does, "
        "where the owner forgets somebody, what was not pushed yet of that person.",
    )
