"""What makes a text a comment, and what it says without that."""

import re

from hexai.prompts.code.languages import Language

_STARS = re.compile(r"^[ \t]*\*+[ \t]?")


def is_block(comment: str, language: Language) -> bool:
    """Tell whether a comment has an end of its own, and so is not ended by its line."""
    return any(comment.startswith(opening) for opening, _ in language.block_comments)


def comment_text(comment: str, language: Language) -> str:
    """Give what a comment says: without markers, stars and blanks around."""
    for opening, closing in language.block_comments:
        if comment.startswith(opening):
            inner = comment.removeprefix(opening).removesuffix(closing)
            lines = [_STARS.sub("", line).rstrip() for line in inner.split("\n")]
            return "\n".join(lines).strip("*! \t\n")
    opening = next(filter(comment.startswith, language.line_comments), "")
    rest = comment.removeprefix(opening).lstrip(opening[-1:])
    return rest.removeprefix("!" if opening == "//" else "").strip()
