"""What servers counted of the prompts of several sides, and what that has to hold to.

The figures are those of the issue about local models: how much of a prompt is read
anew with a key, and how soon its first token comes beside the other sides.
"""

import statistics
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from benchmarks.counted import Count
from benchmarks.keys import Edit

_LARGE = 2500
"""Tokens from which a gap's prompt has a limit by shares."""


class Asked(Struct, frozen=True, kw_only=True):
    """A request for a completion, and what the server counted of it."""

    edit: Edit
    count: Count


Places = Mapping[str, list[Asked]]
"""What was asked at each place."""


def report(name: str, found: Places) -> None:
    """Print what was read anew at each place."""
    print(f"{name}:")
    for place, asked in found.items():
        _print(f"  {place}", asked)
    every = [one for asked in found.values() for one in asked]
    _print("  all but first", every)
    print(f"  in all {_sum(found)} tokens anew of {sum(o.count.total for o in every)}")


def _print(name: str, asked: list[Asked]) -> None:
    counts = _later(asked)
    if not counts:
        print(f"{name}: nothing was asked")
        return
    shares = [count.share for count in counts]
    anew = [count.anew for count in counts]
    size = statistics.mean(count.total for count in counts)
    print(
        f"{name}: {statistics.mean(shares):.1%} anew (p95 {_p95(shares):.1%}), tokens"
        f" {statistics.mean(anew):.0f} (longest {max(anew)}) of {size:.0f};"
        f" suffix {_mean(map(_suffix, counts)):.1%};"
        f" first token {_first_token(asked):.3f} s, of processors"
        f" {_worked(asked):.3f} s; {len(counts)} requests",
        flush=True,
    )


def limits(how: str, sides: Mapping[str, Places], *, wanders: bool) -> Iterator[str]:
    """Say what of the wanted figures the first side holds, one in a line."""
    name, *others = sides
    ours = sides[name]
    counts = _later([one for asked in ours.values() for one in asked])
    shares = [count.share for count in counts]
    if wanders:
        yield _held(f"{how}: mean anew", _mean(shares), 0.15)
        return
    if how == "chat":
        yield _held("chat: mean anew", _mean(shares), 0.08)
        yield _held("chat: p95 anew", _p95(shares), 0.3)
    else:
        large = [count for count in counts if count.total >= _LARGE]
        small = [float(c.anew) for c in counts if c.total < _LARGE]
        anew = _mean(count.share for count in large)
        yield _held("infill: mean anew of large prompts", anew, 0.08)
        yield _held("infill: mean tokens anew of smaller ones", _mean(small), 200)
        suffix = _mean(map(_suffix, counts))
        yield _held("infill: suffix of all prompts", suffix, 0.05)
    for other in others:
        theirs = sides[other]
        most = 0.8 if other == "vim" else 0.15
        share = _sum(ours) / max(1, _sum(theirs))
        yield _held(f"{how}: tokens anew, of what {other} has", share, most)


def first_tokens(how: str, sides: Mapping[str, Places]) -> Iterator[str]:
    """Say how soon the first side has its first tokens, beside the others.

    It takes a real model: what a thin one does for each request, whatever is new in its
    prompt, is most of its time.
    """
    name, *others = sides
    for other in others:
        for place, ours in sides[name].items():
            theirs = sides[other][place]
            ratio = _first_token(ours) / (_first_token(theirs) or 1.0)
            worked = _worked(ours) / (_worked(theirs) or 1.0)
            line = f"{how}: first token at {place}, of what {other} has"
            told = f"{line}: {ratio:.3f}" if other == "vim" else _held(line, ratio, 0.2)
            yield f"{told}; of processors {worked:.3f}"


def _held(name: str, figure: float, most: float) -> str:
    word = "held" if figure <= most else "MISSED"
    return f"{word:6} {name}: {figure:.3f}, at most {most:g}"


def _later(asked: Iterable[Asked]) -> list[Count]:
    return [one.count for one in asked if not one.edit.is_first]


def _sum(found: Places) -> int:
    return sum(one.count.anew for asked in found.values() for one in asked)


def _first_token(asked: Iterable[Asked]) -> float:
    """Give the median of the seconds to the first token, the first request left out."""
    return statistics.median([c.first_token for c in _later(asked)] or [0.0])


def _worked(asked: Iterable[Asked]) -> float:
    """Give the median of what processors worked until then."""
    return statistics.median([c.worked for c in _later(asked)] or [0.0])


def _mean(figures: Iterable[float]) -> float:
    return statistics.mean([*figures] or [0.0])


def _p95(figures: list[float]) -> float:
    ranked = sorted(figures) or [0.0]
    return ranked[min(len(ranked) - 1, int(0.95 * len(ranked)))]


def _suffix(count: Count) -> float:
    """Give the share of a prompt's text that is behind the gap, by characters."""
    body = count.body
    if "input_prefix" not in body:
        return 0.0
    extra = sum(len(each["text"]) for each in body.get("input_extra", ()))
    behind = len(body["input_suffix"])
    prompt = len(body.get("prompt", ""))
    return behind / max(1, len(body["input_prefix"]) + prompt + extra + behind)
