"""Telling from how a text begins that a model may be thinking aloud.

A model whose template opens its block of reasoning marks only the end of it. If the
answer breaks off before that, nothing but the words themselves can tell. They are
asked only where a wrong guess loses little: about a text without its end, of a model
of which nothing is known yet.
"""

import re

_SOUNDS = r"(?:okay|ok|alright|all\sright|hmm+|wait|well|so|right|first|now|got\sit)"
_THINK = (
    r"(?:think|see|look\sat|start|break|parse|figure|analy[sz]e|check|consider"
    r"|understand|recall)"
)
_DO = (
    r"(?:complete|write|output|produce|provide|fill|find|figure|answer|respond|reply"
    r"|return)"
)
_MUSING = rf"""
    [\s*_#>]* (?:{_SOUNDS}\b [\s,.!:…—-]+)*
    (?:
        the \s user (?:'s)? \s [a-z]
      | user \s (?:wants|asks|is \s asking|says|said) \b
      | (?:let's|let \s us|let \s me) \s {_THINK} \b
      | (?:we|i) (?:'ll|'m)? \s (?:need|have|must|should|asked|am \s asked|are \s asked)
        \s (?:to \s)? {_DO} \b
      | the \s (?:question|task|prompt|request|instruction)s? \s
        (?:is|asks|says|wants) \b
      | here (?:'s|\s is) \s (?:a|my) \s (?:thinking|thought) \s process
      | thinking \s process :
      | 嗯 | 用户
    )
    """
"""How reasoning begins, as the models of `thinking_marks` write it; compiled at its
first use, which few answers need, and which takes as long as loading ten modules."""

_LOOKED_AT = 200


def may_be_musing(text: str) -> bool:
    """Say whether a text begins as reasoning does; plain answers nearly never do."""
    beginning = text[:_LOOKED_AT].replace("\u2019", "'")
    return re.match(_MUSING, beginning, re.IGNORECASE | re.VERBOSE) is not None
