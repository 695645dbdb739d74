"""What a model says around the text that it was asked for.

It is asked for text alone, and small models above all add a word before or after it.
Only what cannot be meant is taken away: in code, a line that introduces or a paragraph
that comments, written at the margin, and not in the text that the model was given.
"""

import re

from hexai.text.fences import unfence, unfence_whole, unspan
from hexai.text.languages import PROSE, writes_backticks

_OPENING = re.compile(
    r"(sure|certainly|of course|okay|ok|absolutely|below is|"
    r"here(?:['\u2019]s| is| are)|i['\u2019]ve|i have|"
    r"the (?:changed|improved|corrected|mended|updated|rewritten|simplified))\b",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(explanation|notes?|changes(?: made)?|key changes|in this version|"
    r"th(?:is|e) (?:code|function|version|change|selection|above)|"
    r"i(?:['\u2019]ve| have)|let me know|hope )\b",
    re.IGNORECASE,
)
_REFUSAL = re.compile(
    r"(?:i['\u2019]m sorry|i am sorry|sorry,|i can['\u2019]?not |i can['\u2019]t |"
    r"i(?:['\u2019]m| am) (?:unable|not able) |i won['\u2019]t |as an ai\b|"
    r"unfortunately, i )",
    re.IGNORECASE,
)
_TALK = 20
"""Paragraphs that may follow what was asked for; more are no talk."""
_TAGS = re.compile(
    r"\A\s*+<(selection|function)>[ \t]*+\n?(.*?)\n?</\1>\s*\Z", re.DOTALL
)


def is_refusal(answer: str, shown: str = "") -> bool:
    """Tell whether an answer only says that there will be none."""
    text = answer.strip()
    if _REFUSAL.match(text) is None or "```" in text:
        return False
    return text.partition("\n")[0] not in shown


def without_chatter(answer: str, shown: str, language: str, *, code: bool) -> str:
    """Give the text that an answer is about.

    `shown` is what the model was given: what stands there already is no chatter.
    """
    if (tagged := _TAGS.match(answer)) is not None and f"<{tagged[1]}>" not in shown:
        answer = tagged[2]
    if not code or language in PROSE:
        return _prose(answer, shown)
    if not _begins_fence(shown) and _begins_fence(answer):
        inner = unfence(answer, finished=True)
    else:
        inner = _without_closing(_without_opening(answer, shown), shown)
    if "\n" in inner.strip() or writes_backticks(language):
        return inner
    return unspan(inner)


def _prose(answer: str, shown: str) -> str:
    if shown.lstrip().startswith("```"):
        return answer
    unfenced = unfence_whole(answer, PROSE | {"md", "text", "txt", "plaintext", ""})
    return _without_opening(unfenced, shown)


def _begins_fence(text: str) -> bool:
    if "```" not in text and "~~~" not in text:
        return False  # long texts are looked through much faster for a word
    return re.search(r"^ {0,3}(?:```|~~~)", text, re.MULTILINE) is not None


def _without_opening(answer: str, shown: str) -> str:
    """Leave out a first line that introduces what follows."""
    head, _, rest = answer.lstrip("\n").partition("\n")
    line = head.strip()
    introduces = _OPENING.match(line) is not None and line.endswith((":", "!"))
    if introduces and rest.strip() and line not in shown:
        return rest.lstrip("\n")
    return answer


def _without_closing(answer: str, shown: str) -> str:
    """Leave out last paragraphs that talk about what stands before them."""
    text = answer.rstrip()
    for _ in range(_TALK):
        if (cut := text.rfind("\n\n")) < 0:
            break
        last = text[cut:].strip("\n")
        if _CLOSING.match(last) is None or last.partition("\n")[0] in shown:
            break
        text = text[:cut].rstrip()
    return text
