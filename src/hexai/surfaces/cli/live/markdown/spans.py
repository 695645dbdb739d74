"""What is marked in a line of text, where that is simple; pure.

Most of what models mark is bold, code or a link, and all of it within a line. That is
read here, by one expression, as the parser would; a test holds the two against each
other. Where anything else may be meant, the parser has to read it.
"""

import re
from collections.abc import Sequence
from operator import itemgetter

Spans = list[re.Match[str]]
"""The parts of a line; the last group of each says what it is."""

_UNMARKED = r"(?:[^*_`~<&!\\\[]++|!(?!\[)|(?<!~)~(?!~)|(?<=[^\W_])_(?=[^\W_]))"
_ADDRESS = r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[A-Za-z0-9_./-]*)?"
_SIMPLE = re.compile(
    rf"(?P<text>{_UNMARKED}++)"
    r"|`(?P<code>[^` ](?:[^`]*[^` ])?)`(?!`)"
    rf"|\*\*(?=[^\W_])(?P<strong>{_UNMARKED}++)(?<=[^\W_])\*\*(?!\*)"
    rf"|\*(?=[^\W_])(?P<em>{_UNMARKED}++)(?<=[^\W_])\*(?!\*)"
    rf"|\[(?P<link>[^*_`~<&!\\\[\]]++)\]\((?P<href>{_ADDRESS})\)"
    rf"|(?P<open>(?:\*\*?|`){_UNMARKED}*+|\[[^*_`~<&!\\\[)]*+)\Z"
)
"""What is marked in most texts, and means the same wherever it stands in a line.

The last begins what is not over yet, and is shown as it stands if nothing follows.
"""

_WHOLE = itemgetter(0)


def simple_spans(lines: Sequence[str]) -> list[Spans] | None:
    """Part lines into what is simple; None if there is more, for the parser to read."""
    spans: list[Spans] = []
    for line in lines:
        found = [*_SIMPLE.finditer(line)]
        if sum(map(len, map(_WHOLE, found))) != len(line) or (spans and is_open(spans)):
            return None
        spans.append(found)
    return spans


def is_open(spans: Sequence[Spans]) -> bool:
    """Tell whether something begins in the last line that is not over there."""
    return bool(spans and spans[-1]) and spans[-1][-1].lastgroup == "open"
