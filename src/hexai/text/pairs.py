"""Brackets and quotes that an editor closes by itself as they are typed."""

CLOSERS = {"(": ")", "[": "]", "{": "}", '"': '"', "'": "'", "`": "`"}


def closers_of(typed: str) -> str:
    """Give what an editor may have put behind a typed text, the innermost first."""
    closers = ""
    for character in typed:
        if character == closers[:1]:
            closers = closers[1:]
        else:
            closers = CLOSERS.get(character, "") + closers
    return closers
