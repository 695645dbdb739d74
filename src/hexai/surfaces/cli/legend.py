"""What the headings of tables mean, in a line below them; pure."""

from collections.abc import Iterable

STATS = {
    "RUNS": "how often it was asked",
    "ANSWERED": "of those that nobody cancelled",
    "FAILED": "with an error or out of time",
    "LATE": "after the list had gone out",
    "FIRST": "until the first token, half of them sooner",
    "TOTAL": "until the end",
    "TOK/S": "tokens a second",
    "LOADING": "runs that waited for its model to be loaded, and how long in all",
    "QUEUED": "the same for a slot, ours or its server's; both are in no other time",
    "COST": "of all its answers",
    "CACHED": "of the input, what upstreams read from their caches + wrote there",
    "ACCEPTED": "of the lists in which it stood, and of votes; late ones are not",
    "SHARE": "of those, how many",
    "CHARACTERS": "of what was accepted",
    "EACH": "money for answers in lists, by those that were accepted",
    "KEPT": "how much of what was accepted is still there then",
    "NOT OFFERED": "of the answers",
    "BESIDE": "who stood in the same lists",
    "LISTS": "in which both stood",
    "ABOVE": "of these, where it stood above the other",
    "DIFFERENCE": "between their shares there, in points of a hundred",
}
LEADERBOARD = {
    "STRENGTH": "the better the more is it chosen; 0 is the middle of these",
    "95 %": "where its true strength lies in 95 of 100 cases",
    "BEST": "how likely it is the best of these",
    "SHOWN": "lists and votes in which it stood",
    "CHOSEN": "how often it was chosen there",
}


def legend(headings: Iterable[str], meanings: dict[str, str]) -> list[str]:
    """Explain the headings that are there: `RUNS: how often …; FAILED: with …`."""
    there = tuple(headings)
    told = [
        f"{name}: {meaning}"
        for name, meaning in meanings.items()
        if any(heading.startswith(name) for heading in there)
    ]
    return [f"{'; '.join(told)}."] if told else []
