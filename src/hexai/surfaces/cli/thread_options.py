"""The options by which a question, or a chat, goes on with an earlier run."""

import click


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
