"""What editors do with what is typed: words, pairs that they close, and snippets."""

import re

_FRAGMENT = re.compile(r"\w*\Z")


def is_word(text: str) -> bool:
    """Tell whether a text is of letters, digits and underscores only."""
    return all(character.isalnum() or character == "_" for character in text)


def fragment_of(text: str) -> str:
    """Give the letters, digits and underscores that a text ends with."""
    match = _FRAGMENT.search(text, max(0, len(text) - 200))
    return match[0] if match else ""


CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}


_AROUND = (
    ("(", ")"),
    ("[", "]"),
    ("{", "}"),
    (">", "</"),
    ('"""', '"""'),
    ("'''", "'''"),
)


def is_in_a_pair(before: str, after: str) -> bool:
    """Tell whether nothing stands yet between what opens and what closes.

    As in `f = {|}`, where mostly the editor has typed the second one.
    """
    left, right = before.rstrip(" \t"), after.lstrip(" \t")
    return any(left.endswith(one) and right.startswith(other) for one, other in _AROUND)


def closers_of(typed: str) -> str:
    """Give what an editor may have put behind a typed text, the innermost first."""
    closers = ""
    for character in typed:
        if character == closers[:1]:
            closers = closers[1:]
        else:
            closers = CLOSERS.get(character, "") + closers
    return closers


# In a snippet `$` begins a placeholder and a backslash takes a character as it is; `}`
# needs no backslash outside of a placeholder, but some clients want it. All three are
# escaped, so that any client gives back the text byte for byte.

_SPECIAL = re.compile(r"[\\$}]")


def escape(text: str) -> str:
    """Write a text so that a snippet expands to it, without placeholders."""
    return _SPECIAL.sub(r"\\\g<0>", text)
