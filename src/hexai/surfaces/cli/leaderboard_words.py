"""What a leaderboard says, in words that are true; pure.

A verdict is about what was chosen so far, and says since when. What is missing is said
with how to get it, and so is what has changed since.
"""

from collections.abc import Iterator, Mapping

from hexai.domain.figures import By
from hexai.domain.ranking import (
    Changed,
    Comparison,
    Leaderboard,
    Model,
    Ranking,
    Returned,
    Verdict,
)
from hexai.surfaces.cli.output import wrapped_lines
from hexai.surfaces.cli.recorded import when
from hexai.surfaces.contender_names import day, model_name, options_of
from hexai.surfaces.words import counted, percent, rounded
from hexai.text.sanitise import visible_line

Names = Mapping[Model, str]
_DRAW = {
    "cli": "--blind, or on a terminal shuffle = true below [cli], draws",
    "completion": "shuffle = true below [completion] draws",
}
_SEVERAL = "the editor orders lists of several servers"
_NOTHING_YET = (
    "Nobody can know yet: there are no choices that fit.",
    "Vote in the terminal (hexai vote), or take suggestions in the editor.",
    "About 60 choices between two models, in a drawn order and each at another time,",
    "decide where one wins 70 of 100. About 200 decide where one wins 60.",
    "If you mostly take what stands first, it takes half as many again.",
    "Orders are drawn by --blind, or by shuffle = true below [cli] or [completion].",
)
_NARROWED = "it did not note who was seen before the letters that were typed"
_SAME: Mapping[By, str] = {
    "entry": "all that stood there are one, as they differ in nothing but their labels",
    "model": "all that stood there are entries of one model; --by entry compares them",
}
APART_WORDS = (
    "Nothing compares these with those above, so they are not ranked against them:"
)
UNCOMPARED_WORDS = (
    "no choice compares it with another yet",
    "none of them was chosen over another yet",
)


def comparison_words(
    comparison: Comparison, board: Leaderboard, names: Names
) -> Iterator[str]:
    """Say what is known of two models, and what has changed between them."""
    yield "; ".join(filter(None, _parts(comparison, board, names)))
    if comparison.changed is not None:
        yield _change(comparison, board, names)


def _parts(comparison: Comparison, board: Leaderboard, names: Names) -> Iterator[str]:
    better, worse = (
        _name(names, each) for each in (comparison.better, comparison.worse)
    )
    choices = counted(comparison.choices, "choice")
    match comparison.verdict:
        case Verdict.OVER:
            yield f"{better} over {worse} {_time(comparison)} ({choices})"
            return
        case Verdict.LEANING:
            sure = f"leaning, {percent(comparison.stronger)} likely so far"
            yield f"{better} over {worse}: {sure} ({choices})"
        case Verdict.ORDER:
            why = "always in the same order, which may be all that there is to it"
            yield f"{better}, {worse}: {why} ({choices})"
        case Verdict.POOLED:
            many = "several entries are rolled up, so there is no verdict; --by entry"
            yield f"{better} {comparison.won}, {worse} {_lost(comparison)}: {many}"
            return
        case Verdict.OPEN:
            yield f"{better}, {worse}: not enough yet ({choices})"
    yield _drawn(comparison, board.surface)
    yield _more(comparison, board.clusters)


def _lost(comparison: Comparison) -> int:
    return comparison.choices - comparison.won


def _time(comparison: Comparison) -> str:
    """Say of which time a verdict speaks: a preference may have turned since."""
    since = day_of(comparison.since)
    if comparison.until is None:
        return f"so far, since {since}"
    return f"from {since} to {day_of(comparison.until)}, and not since"


def _drawn(comparison: Comparison, surface: str) -> str:
    """Say whether the order was drawn, and how to have it drawn; empty if it was."""
    draw = _DRAW.get(surface)
    fixed = comparison.choices - comparison.drawn - comparison.joined
    if comparison.drawn == comparison.choices or draw is None:
        return ""
    counting = f"{comparison.drawn} of them count"
    if not fixed:
        return f"{counting}: {_SEVERAL}; one server with all entries can draw it"
    more = f", but for {comparison.joined}: {_SEVERAL}" if comparison.joined else ""
    if comparison.drawn:
        return f"{counting}, whose order was drawn; {draw} that of all{more}"
    return f"only a drawn order can decide: {draw} it{more}"


def _more(comparison: Comparison, clusters: str) -> str:
    if comparison.missing is None:
        return "too close for a verdict any time soon"
    more = f"about {counted(rounded(comparison.missing), 'more choice')}"
    sittings = comparison.sittings or 0
    if sittings >= comparison.missing:
        return more
    one = clusters.removesuffix("s")
    return f"{more}, in about {counted(rounded(sittings), one, clusters)}"


def _change(comparison: Comparison, board: Leaderboard, names: Names) -> str:
    assert comparison.changed is not None
    better = comparison.changed.better
    other = comparison.worse if better == comparison.better else comparison.better
    day = day_of(comparison.changed.at)
    now = ", ".join(
        f"{_name(names, model)} is {visible_line(newest.model)} now"
        for model in (better, other)
        if (newest := _newest(board, model)) is not None
    )
    pair = f"{_name(names, better)} has become better against {_name(names, other)}"
    ids = f" ({now})" if now else ""
    after = _moment_after(comparison.changed)
    return f"{pair} since about {day}{ids}; --since {after} looks at the time after"


def _moment_after(changed: Changed) -> str:
    """Write a moment for --since with nothing after it of before: a day if one is."""
    words = when(changed.at)
    day, _, clock = words.partition(" ")
    return day if day_of(changed.before) != day else f"{day}T{clock}"


def _newest(board: Leaderboard, model: Model) -> Returned | None:
    """Give what the upstream calls a model now, if that tells more than its name."""
    rated = board.models[model]
    newest = rated.returned[-1] if rated.returned else None
    if newest is None or [each.model for each in rated.returned] == [rated.model]:
        return None
    return newest


def first_place_words(ranking: Ranking, names: Names) -> Iterator[str]:
    """Say that the first place does more to one model than to another, if it does."""
    if not ranking.uneven_positions:
        return
    effects = [(each.first_effect or 0.0, each.model) for each in ranking.standings]
    (least, less), (most, more) = min(effects), max(effects)
    yield (
        f"standing first helps {_name(names, more)} more than {_name(names, less)} "
        f"({most:+z.1f} and {least:+z.1f}); the intervals allow for it"
    )


def entry_words(board: Leaderboard, model: Model, names: Names) -> Iterator[str]:
    """Say what stands behind a label, and what has changed of it."""
    rated = board.models[model]
    label, since = rated.title.label, rated.title.since
    if label and (label != rated.model or since):
        asked = f"{model_name(rated)}, {options_of(rated)}"
        yield visible_line(f"{names[model]}: {asked}")
    for at in rated.title.updated:
        yield (
            f"{_name(names, model)}: an update changed the built-in prompts on "
            f"{day(at)}; what was before counts along"
        )
    yield from returned_words(board, model, names)


def returned_words(board: Leaderboard, model: Model, names: Names) -> Iterator[str]:
    """Say that the upstream returned several ids for a model, if it did."""
    returned = board.models[model].returned
    if len(returned) > 1:
        ids = ", ".join(
            f"{visible_line(each.model)} since {when(each.since)}" for each in returned
        )
        name, newest = _name(names, model), when(returned[-1].since)
        since = f"--since {newest.replace(' ', 'T')} looks at the time after"
        yield f"{name} has changed: {ids}; {since}"


def counted_words(ranking: Ranking, board: Leaderboard) -> str:
    """Say how many lists or votes a ranking is made of."""
    nothing = f", {ranking.none} without a choice" if ranking.none else ""
    return f"{counted(ranking.trials, _what(board))}{nothing}"


def _what(board: Leaderboard) -> str:
    return "vote" if board.surface == "cli" else "list"


def day_of(moment: float) -> str:
    """Write the day of a moment as people on this machine do, and as --since reads."""
    return when(moment).partition(" ")[0]


def _name(names: Names, model: Model) -> str:
    return visible_line(names[model])


def of_benches_words(board: Leaderboard) -> Iterator[str]:
    """Say which votes were given in benches, and how to look at them apart."""
    trials = sum(ranking.trials for ranking in board.rankings)
    if board.of_benches == trials > 0:
        yield "all of these votes were given in benches, many in a sitting"
    elif board.of_benches:
        votes = counted(board.of_benches, "vote")
        yield (
            f"{votes} of these were given in benches; --method bench looks at them "
            "alone, --method vote at the others"
        )


def left_out(board: Leaderboard, columns: int = 0, *, by: By = "entry") -> str:
    """Say how many lists are left out, and why; empty if none is."""
    words = []
    if board.narrowed:
        lists = counted(board.narrowed, "list")
        words = [f"{board.surface}: {lists} of an older version left out: {_NARROWED}"]
    if board.same:
        lists = counted(board.same, _what(board))
        words.append(f"{board.surface}: {lists} left out: {_SAME[by]}")
    return wrapped_lines(words, columns)


def nothing_yet(columns: int = 0) -> str:
    """Say that nobody can know, and what it takes."""
    return wrapped_lines(_NOTHING_YET, columns)
