"""Questions and answers of the past on a terminal, drawn as when they came."""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from hexai.config.order import load
from hexai.domain.record import ContenderRecord
from hexai.errors import HexaiError
from hexai.surfaces.cli.output import wrapped
from hexai.surfaces.cli.process import Process, folders_of
from hexai.surfaces.cli.recorded import as_outcome
from hexai.surfaces.colour import is_colour_wanted
from hexai.text.sanitise import visible, visible_line

_Draw = Callable[[str], str]
_DrawHead = Callable[[str, ContenderRecord, bool, str], str]


class Drawing(Struct, frozen=True, kw_only=True):
    """How texts are printed; they end in a line break unless they are empty."""

    answer: _Draw
    words: _Draw
    """Of what the user wrote: nothing but wrapped."""
    line: _Draw
    """Of what we say in one line."""
    head: _DrawHead | None = None
    """Of the line above an answer: a name, whose it is, whether that is hidden, and
    what else is to be known; None: as scripts read it."""
    columns: int | None = None
    """For how wide a screen the table at the end is; None: there is none."""


def drawing(process: Process, config: str | None, *, plain: bool) -> Drawing:
    """Say how texts are printed: as they are in a pipe, or where that is wanted.

    `config` names another file than the user's.
    """
    if not process.stdout_is_terminal:
        return Drawing(answer=_as_written, words=_as_written, line=_line)
    is_dumb = process.environ.get("TERM", "") in {"", "dumb"}
    if plain or is_dumb or not _is_wanted(process, config):
        return Drawing(answer=_made_visible, words=_made_visible, line=_line)
    from hexai.surfaces.cli.live.column import Column, MakeSource
    from hexai.surfaces.cli.live.header import Standing, heading
    from hexai.surfaces.cli.live.lines import PlainSource
    from hexai.surfaces.cli.live.rendering import load_now
    from hexai.surfaces.cli.live.rows import row

    cells = max(2, (process.columns or 80) - 1)

    def draw(text: str, make: MakeSource) -> str:
        column = Column(cells, make)
        column.feed(text.rstrip("\n"))
        column.finish()
        rows = column.take(column.count)
        return "".join(f"{row([pieces], [cells])}\n" for pieces in rows)

    colour = is_colour_wanted(process.environ)

    def head(name: str, whose: ContenderRecord, hidden: bool, more: str) -> str:  # noqa: FBT001
        standing = Standing(visible_line(name), blind=hidden)
        standing.outcome = as_outcome(whose)
        words = "cached" if whose.cached and not hidden else standing.lasting_words()
        told = "; ".join(filter(None, (words, visible_line(more))))
        return f"{heading(standing, told, cells + 1, colour=colour)}\n"

    make = load_now(colour=colour)
    return Drawing(
        answer=lambda text: draw(text, make),
        words=lambda text: draw(text, PlainSource),
        line=lambda text: f"{wrapped(visible_line(text), process.columns)}\n",
        head=head,
        columns=cells + 1,
    )


def _line(text: str) -> str:
    return f"{visible_line(text)}\n"


def _as_written(text: str) -> str:
    text = text.rstrip("\n")
    return f"{text}\n" if text else ""


def _made_visible(text: str) -> str:
    return visible(_as_written(text))


def _is_wanted(process: Process, config: str | None) -> bool:
    """Say whether the configuration wants it; one with problems says nothing."""
    path = None if config is None else Path(config)
    project = Path(process.folder) if process.folder else None
    try:
        snapshot = load(
            folders_of(process), process.environ, config=path, project=project
        )
    except HexaiError:
        return True
    return snapshot.settings.cli.render
