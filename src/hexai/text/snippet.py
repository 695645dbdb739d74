"""Text as a snippet: what the protocol's snippet syntax would take for its own.

In a snippet `$` begins a placeholder and a backslash takes a character as it is; `}`
needs no backslash outside of a placeholder, but some clients want it. All three are
escaped, so that any client gives back the text byte for byte.
"""

import re

_SPECIAL = re.compile(r"[\\$}]")


def escape(text: str) -> str:
    """Write a text so that a snippet expands to it, without placeholders."""
    return _SPECIAL.sub(r"\\\g<0>", text)
