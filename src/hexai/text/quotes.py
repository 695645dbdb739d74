"""Closing quotes, which editors type by themselves, as they do with brackets.

An apostrophe is a quote in code and none in prose, so single quotes are not weighed as
brackets are. But where the cursor stands in a string of its line, with the quote that
ends it right behind, what an answer says up to the next such quote is the string.
"""

import re

from hexai.text.brackets import CHARACTERS, PROSE, line_comment

_BEGUN_AGAIN = r"\s*{0}(?=[^\s,;:)\]}}{0}])[^{0}\n]*{0}"
"""An answer that begins with the quote that is there already, and is a whole string."""

_INTERPOLATES = re.compile(r"[$#]?\{[^{}]*\Z")
"""The brace that a line leaves open last, and what begins an interpolation by it."""


def without_closing_quote(answer: str, before: str, after: str, language: str) -> str:
    """Cut an answer where it ends the string that is ended right behind the cursor.

    Not if it goes on with more than what follows: then that has to go (`ends_string`).
    """
    quote = _quote_around(answer, before, after, language)
    if not quote:
        return answer
    if before.endswith(quote) and re.match(_BEGUN_AGAIN.format(quote), answer):
        answer = answer[answer.index(quote) + 1 :]
    end = _end(answer, quote)
    if end < 0:
        return answer
    said = answer[end + 1 :].partition("\n")[0].strip()
    right = after[1:].partition("\n")[0].strip()
    is_code = re.search(r"\w", right) is not None
    again = right.startswith(said) or (is_code and said.startswith(right))
    return answer[:end] if again else answer


def without_closing_brace(answer: str, before: str, after: str, language: str) -> str:
    """Cut an answer where it ends the interpolation that the cursor is in.

    Brackets in strings are not weighed; this one stands right behind the cursor.
    """
    left, rest = before.rpartition("\n")[2], after.partition("\n")[0]
    text = answer.rstrip()
    interpolates = _INTERPOLATES.search(left)
    if interpolates is None or not rest.startswith("}") or "\n" in text:
        return answer
    if interpolates[0][0] == "{" and not open_quote(left, language):
        return answer
    for size in range(min(len(text), len(rest)), 0, -1):
        cut = text[:-size]
        if text.endswith(rest[:size]) and cut.count("{") == cut.count("}"):
            return cut
    return answer


def ends_string(answer: str, before: str, after: str, language: str) -> bool:
    """Tell whether an answer ends the string that is ended right behind the cursor.

    Then that quote has to go, for the answer brings it along; unless it begins another
    string, which that quote ends.
    """
    quote = _quote_around(answer, before, after, language)
    if not quote or _end(answer, quote) < 0:
        return False
    left = before.rpartition("\n")[2] + answer
    return "\n" in answer or open_quote(left, language) != quote


def _quote_around(answer: str, before: str, after: str, language: str) -> str:
    """Give the quote of the string that the cursor is at the end of; empty: of none."""
    quote = after[:1]
    if quote not in ("'", '"', "`") or language in PROSE:
        return ""
    if after.partition("\n")[0].count(quote) % 2 == 0:
        return ""  # it begins a string
    if not answer.strip(f"{quote} \t\n"):
        return ""  # two or three quotes in the making
    if after.startswith(quote * 2) or before.endswith(quote * 2):
        return ""  # three of them, or a string that is over
    left = before.rpartition("\n")[2]
    return quote if open_quote(left, language) == quote else ""


def open_quote(left: str, language: str) -> str:
    """Give the quote of the string that a line leaves open; empty: none."""
    quotes = '"`' if language in CHARACTERS else "\"'`"
    comment = line_comment(language)
    quote, place = "", 0
    while place < len(left):
        one = left[place]
        if one == "\\":
            place += 1
        elif quote:
            quote = "" if one == quote else quote
        elif one in quotes:
            quote = one
        elif left.startswith(comment, place):
            return ""
        place += 1
    return quote


def _end(answer: str, quote: str) -> int:
    """Give where a string ends that an answer goes on with; -1: it does not."""
    inner = r"[^\\{0}]" if quote == "`" else r"[^\\\n{0}]"
    match = re.match(rf"(?:\\.|{inner.format(quote)})*{quote}", answer, re.DOTALL)
    return match.end() - 1 if match else -1
