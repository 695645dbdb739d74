"""One line after a vote: how those of the run stand, or why it cannot count; pure."""

from collections.abc import Iterator, Mapping, Sequence

from hexai.domain.entry import Surface
from hexai.domain.ranking import Comparison, Model, Stood, Verdict
from hexai.domain.record import Choice, Chosen, ContenderRecord, Method, RunRecord
from hexai.surfaces.contender_names import board_names, model_name, options_of
from hexai.surfaces.words import rounded
from hexai.text.sanitise import visible_line

_SAYS_NOTHING: Mapping[Choice, str] = {
    Choice.TIE: "a tie says nothing between them",
    Choice.BAD: "that none is good says nothing between them",
}
_DRAW = {
    Surface.CLI: "--blind, or on a terminal shuffle = true below [cli], draws it",
    Surface.CODE_ACTION: "--blind draws it",
    Surface.COMPLETION: "shuffle = true below [completion] draws it",
}
_MOST = 3
"""Pairs in one line."""


def standing_line(run: RunRecord, chosen: Chosen, stood: Stood) -> str:
    """Say how those of a run stand after a vote; never empty."""
    word = "vote" if chosen.method is Method.VOTE else "choice"
    if why := _why_not(run, chosen, stood):
        return visible_line(f"this {word} does not count: {why}")
    said = _SAYS_NOTHING.get(chosen.choice, "")
    pairs = [*_pairs(chosen, stood)]
    names = _names(run.contenders, stood)
    is_alone = len({*stood.models.values()}) == 2
    told = [_pair(each, names, is_alone=is_alone) for each in pairs[:_MOST]]
    if len(pairs) > _MOST:
        told.append(f"{len(pairs) - _MOST} more in hexai leaderboard")
    if not pairs:
        told = ["nothing is known between them yet"]
    if not said and run.seed is None:
        told.append(f"this {word} decides nothing, as {_not_drawn(run.surface)}")
    return visible_line("; ".join(filter(None, (said, *told))))


def _why_not(run: RunRecord, chosen: Chosen, stood: Stood) -> str:
    """Say why a vote compares nobody; empty if it does."""
    answered = [each for each in run.contenders if each.text or each.received]
    cut = [each.label for each in answered if each.given and each.given.cut]
    left_out = [index for index in chosen.indexes if index not in stood.models]
    if cut and (left_out or len(stood.models) < 2):
        return (
            f"the prompt of {', '.join(cut)} was cut by its upstream, so that is an "
            "answer to another question"
        )
    if left_out or len(stood.models) < 2:
        return "it takes two answers that do not come from the cache"
    if stood.decided_before:
        return "a thread counts once, by its first vote"
    if len({*stood.models.values()}) == 1:
        return _one(run.contenders, stood)
    compared = [each for each in run.contenders if each.index in stood.models]
    if compared[0].text and len({each.text for each in compared}) == 1:
        return "all have given the same answer"
    return ""


def _one(contenders: Sequence[ContenderRecord], stood: Stood) -> str:
    """Say that several entries are one contender."""
    same = [each for each in contenders if each.index in stood.models]
    labels = " and ".join(each.label for each in same)
    asked = f"{model_name(same[0])}, {options_of(same[0])}"
    return f"{labels} are one contender but for their labels ({asked})"


def _names(contenders: Sequence[ContenderRecord], stood: Stood) -> dict[Model, str]:
    """Call them what this run called them, and apart from others of that label.

    Who has another label by now would be somebody that the user did not see.
    """
    known = {} if stood.board is None else board_names(stood.board)
    there = {
        stood.models[each.index]: each.label
        for each in reversed(contenders)
        if each.index in stood.models
    }
    return {
        model: known[model] if known.get(model, "").startswith(label) else label
        for model, label in there.items()
    }


def _pairs(chosen: Chosen, stood: Stood) -> Iterator[Comparison]:
    """Give what is known of those of the run, of a winner alone if there is one."""
    if stood.board is None:
        return
    there = {*stood.models.values()}
    meant = {stood.models[index] for index in chosen.indexes} or there
    for ranking in stood.board.rankings:
        for each in ranking.comparisons:
            pair = {each.better, each.worse}
            if pair <= there and pair & meant:
                yield each


def _pair(compared: Comparison, names: Mapping[Model, str], *, is_alone: bool) -> str:
    """Say how two stand: `careful ahead 7:3; about 60 more`."""
    better, worse = names[compared.better], names[compared.worse]
    won, lost = compared.won, compared.choices - compared.won
    if compared.verdict is Verdict.OVER:
        return f"{better} over {worse}, decided at {won}:{lost}"
    if won == lost:
        return f"{better} and {worse} even at {won}:{lost}; {_more(compared)}"
    if won < lost:
        better, worse, won, lost = worse, better, lost, won
    whom = "" if is_alone else f" of {worse}"
    return f"{better} ahead{whom} {won}:{lost}; {_more(compared)}"


def _more(compared: Comparison) -> str:
    if compared.missing is None:
        return "too close for a verdict any time soon"
    return f"about {rounded(compared.missing)} more"


def _not_drawn(surface: Surface) -> str:
    draws = _DRAW.get(surface, "")
    return f"its order was not drawn: {draws}" if draws else "its order was not drawn"
