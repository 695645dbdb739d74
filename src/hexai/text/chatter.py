"""How models talk instead of saying what was asked for, or go in circles."""

import re

_REFUSAL = re.compile(
    r"(?:i['\u2019]m sorry|i am sorry|sorry,|i can['\u2019]?not |i can['\u2019]t |"
    r"i(?:['\u2019]m| am) (?:unable|not able) |i won['\u2019]t |as an ai\b|"
    r"unfortunately, i )",
    re.IGNORECASE,
)
_IN_CODE = re.compile(
    r"""
    \s* (?:
        (?:sure|certainly|of\ course|okay|great) \s* [,!.]
      | here(?:'s|\ is|\ are) \s (?:the|a|an|your|how|my) \b
      | (?:begin|start|end) \s your \s (?:reply|answer|response) \b
      | (?:i|you|we) (?:'ll|'m|'ve|\ will|\ can|\ am|\ have|\ would|\ should|\ need)
        \s [a-z]+ \s
      | (?:the|this) \s (?:code|function|method|class|following|above|line|text|answer)
        \s (?:is|are|will|should|you|that|provided|does|has|snippet|above|below) \b
      | (?:to|in\ order\ to) \s [a-z]+ \s (?:the|this|a) \s [a-z]+ .* [,:] \s* $
    )
    """,
    re.IGNORECASE | re.VERBOSE | re.MULTILINE,
)
_SURE = r"(?:sure|certainly|of\ course|okay|ok|absolutely) \s* [,!.:]+ \s*"
_HERE = r"here (?:'s|\ is|\ are) \s (?:the|a|an|your|my) \s (?:[a-z]+ \s){0,2}"
_CANNOT = (
    r"(?:can't|cannot|can\ not|won't|'m\ unable\ to|am\ unable\ to|'m\ not\ able\ to"
    r"|am\ not\ able\ to)"
)
_SORRY = r"(?:i'm\ sorry|i\ am\ sorry|sorry|unfortunately|i\ apologi[sz]e)"
_AN_AI = r"as \s an? \s (?:ai|(?:large\ )?language\ model) \b"
_BE_GLAD = r"(?:be\ )? (?:(?:happy|glad) \s to \s)?"
_REFUSES_TASK = re.compile(
    rf"""
    (?:{_SORRY} [,.]? \s* (?:but \s)?)? {_AN_AI}
    | {_SORRY}? [,.]? \s*
        (?:but \s)? i \s? {_CANNOT} \s (?:
            (?:help|assist) \s (?:you\ )? with
          | (?:complete|continue|provide|fulfil|comply|generate) \s (?:with\ )?
            (?:that|this|your)
        ) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OF_THE_TASK = re.compile(
    rf"""
    \s* (?:
        {_SURE} {_HERE} (?:continuation|completion|text|code|answer) \b
      | (?:{_SURE})? {_HERE} (?:continuation|completion|missing|completed) \b
      | (?:{_SURE})? the \s (?:missing|next|following|completed) \s (?:[a-z]+ \s){{0,2}}
        (?:is|are|would\ be|should\ be) \s* :
      | {_SURE} (?:i (?:'ll|'d|\ can|\ will|\ would|'m|\ am) \s {_BE_GLAD})
        (?:help|assist) \b
      | (?:i \s (?:would\ |'ll\ |will\ )? need | (?:please|could\ you|can\ you) \s
        (?:please\ )? (?:provide|share|give|specify|send)) \s
        (?:me\ )? (?:with\ )? (?:[a-z]+ \s){{0,3}}
        (?:context|information|details|text|code|content) \s
        (?:so\ (?:that\ )?i\ can | (?:in\ order\ )?to) \s
        (?:continue|complete\ (?:it|this|that|your|the\ code)|help\ you|assist) \b
      | (?:(?:hello|hi|sure) \s* [,!.]+ \s*)?
        (?:how\ (?:can|may)\ i\ (?:help|assist)\ you
        |what\ (?:do|would)\ you\ (?:like|want)\ (?:me\ )?to\ (?:write|continue)) \b
    )
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""What nobody means to write into a letter either."""


_LOOKED_AT = 400
"""Characters at the beginning of an answer."""
_MARKS = " \t\n#/*%;>!<-'\"`"
"""What begins comments, strings and quotations, in which models talk as well."""


def is_refusal(text: str) -> bool:
    """Tell whether an answer begins as one that says there will be none."""
    return _REFUSAL.match(text.lstrip()) is not None


def refuses_task(text: str) -> bool:
    """Tell whether an answer is a refusal that nobody means to have in a text."""
    said = text[:_LOOKED_AT].replace("\u2019", "'")
    return _REFUSES_TASK.match(said.lstrip(_MARKS)) is not None


def is_talk(text: str, *, in_code: bool) -> bool:
    """Tell whether an answer talks to whoever asked; `in_code` nobody else says I."""
    said = text[:_LOOKED_AT].replace("\u2019", "'")
    if refuses_task(said) or _OF_THE_TASK.match(said.lstrip(_MARKS)):
        return True
    return in_code and (is_refusal(said) or _IN_CODE.match(said) is not None)


_ROUNDS = re.compile(r"(\S.{3,62}?)\1{5,}")
_WORDS = re.compile(r"[^\W\d_]+")
_LETTERS = 4
_LONG = 7
"""Letters of words that nobody writes six times in a row; `None, ` is shorter."""
_WOUND = 2_000
"""Characters in which such a row is looked for."""


def goes_in_circles(text: str) -> bool:
    """Tell whether the same words come over and over within a line.

    Marks do so in rulers and tables, and short words and numbers in lists.
    """
    for loop in _ROUNDS.finditer(text[:_WOUND]):
        words = {word.lower() for word in _WORDS.findall(loop[1])}
        letters = sum(map(len, words))
        is_phrase = len(words) > 1 and not re.search(r"\d", loop[1])
        if letters >= (_LETTERS if is_phrase else _LONG):
            return True
    return False
