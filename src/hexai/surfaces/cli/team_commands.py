"""What the commands of `hexai team` do; `team_words.py` has what they say."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from hexai.errors import UsageError
from hexai.service.wall_clock import wall_clock
from hexai.surfaces.cli.command_line import Invocation
from hexai.surfaces.cli.output import complain, is_sure, say
from hexai.surfaces.cli.process import Process
from hexai.surfaces.cli.team_here import Here, here_of
from hexai.surfaces.cli.team_words import (
    done_words,
    enrolled_words,
    forget_words,
    forgotten_words,
    here_words,
    last_words,
    made_words,
    members_words,
    pending_words,
    progress_words,
    published_words,
    standing_words,
)
from hexai.team.address import is_here
from hexai.team.members import enrol, is_own_name, listed, pseudonym_of
from hexai.team.pending import pending, standing
from hexai.team.publish import publish_week
from hexai.team.push import Pusher, forget_me, forget_person, noted, read_last
from hexai.team.schema import is_owner, make_partitions, migrate, script, settle
from hexai.team.server import described, read_setting

_PATIENCE = 5.0
"""Seconds that a push says nothing."""


def init(invocation: Invocation, url: str, **options: Any) -> int:
    """Print or apply the schema."""
    here = here_of(invocation)
    if not options["apply"] and (options["label"] or options["host"]):
        raise UsageError("labels and hosts are settled with --apply")
    with here.connected(url) as connection:
        if not options["apply"]:
            say(here.process, script(connection))
            return 0
        migrate(connection)
        made = make_partitions(connection)
        settle(connection, options["label"], options["host"])
        setting = read_setting(connection)
        where = described(connection)
        _say(here, made_words(where, setting.schema, partitions=len(made)))
    return 0


def add_member(invocation: Invocation, name: str, role: str) -> int:
    """Enrol a person, and print what that person needs."""
    here = here_of(invocation)
    with here.connected() as connection:
        read_setting(connection)
        enrolled = enrol(connection, name, role=role)
        info = connection.info
        host, port, database = info.host or "localhost", info.port, info.dbname
    _say(here, enrolled_words(enrolled, host, port, database))
    if enrolled.password is not None and is_here(host):
        complain(here.process, here_words(host))
    return 0


def push(invocation: Invocation, *, dry_run: bool, background: bool) -> int:
    """Send what is new."""
    here = here_of(invocation)
    now = wall_clock()
    if background:
        from hexai.surfaces.cli.team_background import push_quietly

        return push_quietly(here.process, here.folders, here.team)
    if dry_run:
        with here.history() as history:
            state, projects = here.folders.state, here.team.projects
            _say(here, pending_words(pending(history.changes, state, projects, now)))
        return 0
    state = here.folders.state
    with noted(state, now), here.history() as history, here.connected() as connection:
        pusher = Pusher.open(connection, history.changes, state, here.team.projects)
        done = pusher.run(now, _progress(here.process))
    _say(here, done_words(done))
    return 1 if done.full else 0


def _progress(process: Process) -> Callable[[int], None]:
    """Give what says now and then how far a long push has come, to who looks."""
    said = time.monotonic()

    def progress(rows: int) -> None:
        nonlocal said
        if process.stderr_is_terminal and time.monotonic() - said > _PATIENCE:
            complain(process, progress_words(rows))
            said = time.monotonic()

    return progress


def status(invocation: Invocation) -> int:
    """Show how things stand, here and there."""
    here = here_of(invocation)
    _say(here, last_words(read_last(here.folders.state)))
    with here.history() as history, here.connected() as connection:
        stand = standing(connection, history.changes)
        _say(here, standing_words(described(connection), stand))
        if is_owner(connection):
            _say(here, members_words(listed(connection)))
    return 0


def forget(invocation: Invocation, name: str, *, yes: bool) -> int:
    """Have the server forget somebody."""
    here = here_of(invocation)
    whom = "" if name == "ME" else name
    asked = forget_words(whom)
    if not is_sure(here.process, asked, command="team forget", yes=yes):
        return 1
    with here.history() as history, here.connected() as connection:
        read_setting(connection)
        if not whom or is_own_name(connection, whom):
            runs = forget_me(connection, history.changes, here.folders.state)
        else:
            runs = forget_person(connection, pseudonym_of(connection, whom))
    _say(here, forgotten_words(runs))
    return 0


def publish(invocation: Invocation) -> int:
    """Publish what is known of all people together."""
    here = here_of(invocation)
    with here.connected() as connection:
        _say(here, published_words(publish_week(connection)))
    return 0


def _say(here: Here, lines: Iterable[str]) -> None:
    say(here.process, "".join(f"{line}\n" for line in lines))
