"""An answer made to fit where the selection was: no talk, its indentation."""

import re

from msgspec import Struct

from hexai.text import chatter
from hexai.text.brackets import PROSE, writes_backticks
from hexai.text.cleaning import unfence, unfence_whole, unspan
from hexai.text.indent import depth, in_style, indent_of, is_relative

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
_TALK = 20
"""Paragraphs that may follow what was asked for; more are no talk."""
_TAGS = re.compile(
    r"\A\s*+<(selection|function)>[ \t]*+\n?(.*?)\n?</\1>\s*\Z", re.DOTALL
)


def is_refusal(answer: str, shown: str = "") -> bool:
    """Tell whether an answer only says that there will be none."""
    text = answer.strip()
    if not chatter.is_refusal(text) or "```" in text:
        return False
    return text.partition("\n")[0] not in shown


def without_chatter(answer: str, shown: str, language: str, *, code: bool) -> str:
    """Give the text that an answer is about, without a word before and after it.

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


_BREAK = re.compile(r"\r\n?|\n")
_BLANK_HEAD = re.compile(r"\A(?:[ \t]*(?:\r\n?|\n))*")


class Frame(Struct, frozen=True, kw_only=True):
    """Where an answer goes."""

    replaced: str
    """The selection, as it stands in the document."""
    shown: str
    """What of it the model was given: without the instruction."""
    near: str = ""
    """Lines around it, which show the document's style."""
    language: str = ""
    """The identifier of its language."""
    code: bool = True
    """It is no prose."""
    mid_line: bool = False
    """Something stands before it on its first line."""


class Unfit(Struct, frozen=True):
    """An answer that changes nothing."""

    reason: str
    """For people; holds nothing of the answer."""


def fit(answer: str, frame: Frame) -> str | Unfit:
    """Give the text that takes the place of the selection.

    How it is indented, broken and ended says the selection: models do as they like.
    """
    if not answer.strip():
        return Unfit("the answer is empty")
    if is_refusal(answer, frame.shown):
        return Unfit("the model refused")
    shown = _with_breaks(frame.shown, "\n")
    answer = _with_breaks(answer, "\n")
    answer = without_chatter(answer, shown, frame.language, code=frame.code)
    answer = _trimmed(answer)
    if not answer.strip():
        return Unfit("the answer is empty")
    model = shown if shown.strip() else _with_breaks(frame.replaced, "\n")
    if frame.code:
        answer = in_style(answer, f"{frame.near}\n{model}", "")
        answer = _indented(answer, model, frame)
    text = _BLANK_HEAD.match(model)[0] + answer + _tail(frame.replaced)  # type: ignore[index]
    text = _with_breaks(text, _break_of(frame))
    if text == frame.replaced:
        return Unfit("the model has nothing to change")
    return text


def _trimmed(answer: str) -> str:
    """Leave out blank lines before, and all blanks after; the first indent stays."""
    head = _BLANK_HEAD.match(answer)
    return answer[head.end() if head is not None else 0 :].rstrip()


def _with_breaks(text: str, end: str) -> str:
    """Write all line breaks alike; a pattern takes ten times as long for it."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text if end == "\n" else text.replace("\n", end)


def _tail(replaced: str) -> str:
    """Give the blanks and breaks that the selection ends with."""
    tail = replaced[len(replaced.rstrip()) :]
    return tail if replaced.strip() else ""


def _indented(answer: str, model: str, frame: Frame) -> str:
    """Indent an answer as the selection is."""
    lines = [line for line in model.split("\n") if line.strip()]
    wanted, given = indent_of(lines[0]) if lines else "", indent_of(answer)
    head, newline, rest = answer.partition("\n")
    if wanted == given or not lines:
        return answer
    if frame.mid_line or not newline:
        return wanted + head.lstrip(" \t") + newline + rest
    if given:
        return "\n".join(_moved(line, given, wanted) for line in answer.split("\n"))
    if _stands_alone(answer, lines, wanted, frame.language):
        rest = "\n".join(
            wanted + line if line.strip() else line for line in rest.split("\n")
        )
    return wanted + head + newline + rest


def _stands_alone(answer: str, lines: list[str], wanted: str, language: str) -> bool:
    """Tell whether all lines lack the indentation, and not the first alone."""
    least = min(depth(indent_of(line)) for line in lines)
    others = [line for line in answer.split("\n")[1:] if line.strip()]
    if any(depth(indent_of(line)) < least for line in others):
        return True
    return is_relative(answer, wanted, language)


def _moved(line: str, given: str, wanted: str) -> str:
    return wanted + line.removeprefix(given) if line.startswith(given) else line


def _break_of(frame: Frame) -> str:
    found = _BREAK.search(frame.replaced) or _BREAK.search(frame.near)
    return found[0] if found is not None else "\n"
