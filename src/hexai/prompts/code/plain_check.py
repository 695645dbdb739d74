"""Whether a text fits into its line, in languages that have no grammar here.

Where something follows the cursor, the line has to come out as whole as it was: no
bracket, quote or tag without a partner more than before. JSON is read by Python: a
document that was whole stays so, one that lacks nothing but a value or a member gets
one, and one that is being written breaks no sooner than behind what goes in.
"""

import json
import re
from collections.abc import Sequence

from hexai.text.brackets import unmatched
from hexai.text.indent import indent_of

_JSON = "json"
_LACKING = ("null", '"": null', '"')
"""What may be all that a document lacks: a value, a member, the end of a string."""
_LARGEST = 200_000
"""Characters of a document that is read in a few milliseconds."""
_MARKUP = frozenset({"html", "xml", "vue", "svelte", "astro", "handlebars"})
_PAIR_IN_PAIR = re.compile(
    r"\s*(?:- +)*[\w.-]+:\s+[^\s\"'\[{|>&*!#](?:(?!\s#).)*:(?:\s|$)"
)
"""A key and a value without quotes that holds a key."""
_BEGINS_TEXT = re.compile(r"[|>][-+\d]*\s*(?:#.*)?$")
_TAG = re.compile(r"<(/?)([A-Za-z][\w.:-]*+)(?:[^<>\"']|\"[^\"]*\"|'[^']*')*+>")
_LONGEST = 20_000
"""Characters of a line whose tags are counted."""
_VOID = frozenset(
    "area base br col embed hr img input link meta source track wbr".split()  # noqa: SIM905
)
"""Tags that nothing closes."""


def breaks_line(left: str, text: str, rest: str, old_rest: str, language: str) -> bool:
    """Tell whether a line comes out less whole with a text between its two sides.

    `rest` is what stays of the side that is `old_rest` now.
    """
    old, new = left + old_rest, left + text + rest
    if unmatched(new, language) > unmatched(old, language):
        return True
    if language not in _MARKUP or len(new) > _LONGEST:
        return False
    return _unmatched_tags(new) > _unmatched_tags(old)


def _unmatched_tags(text: str) -> int:
    waiting: list[str] = []
    lonely = 0
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if name in _VOID or tag[0].endswith("/>"):
            continue
        if not tag[1]:
            waiting.append(name)
        elif waiting and waiting[-1] == name:
            waiting.pop()
        else:
            lonely += 1
    return lonely + len(waiting)


def breaks_yaml(line: str, old: str, above: Sequence[str]) -> bool:
    """Tell whether a line of YAML gives a key a pair that is on the same line.

    In the text of a block it may.
    """
    if not _PAIR_IN_PAIR.match(line) or _PAIR_IN_PAIR.match(old):
        return False
    depth = len(indent_of(line))
    for one in reversed(above):
        if one.strip() and len(indent_of(one)) < depth:
            depth = len(indent_of(one))
            if _BEGINS_TEXT.search(one):
                return False
    return True


def breaks_json(before: str, text: str, after: str, old_after: str) -> bool:
    """Tell whether a text is no JSON between what stands before and after it."""
    if len(before) + len(old_after) > _LARGEST:
        return False
    breaks_at = _error(before + text + after)
    if breaks_at is None:
        return False
    if any(_error(before + one + old_after) is None for one in ("", *_LACKING)):
        return True
    old, new = before + old_after, before + text + after
    if old_after.strip() and unmatched(new, _JSON) > unmatched(old, _JSON):
        return True
    return len(before) <= breaks_at < len(before) + len(text.rstrip())


def is_json(language: str) -> bool:
    """Tell whether a language is JSON without anything else."""
    return language == _JSON


def _error(text: str) -> int | None:
    """Give where a text stops being JSON; None: nowhere."""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        return error.pos
    except (ValueError, RecursionError):  # numbers of thousands of digits, and depth
        return None
    return None
