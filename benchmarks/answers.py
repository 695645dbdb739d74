"""Texts that models might answer, token by token, as long as one wants them.

No line of them comes twice where a model would not repeat itself: code is our own, and
the words of a text are drawn anew each time, so that nothing is quick by memory alone.
"""

import random
import re
from collections.abc import Iterator
from itertools import chain, cycle, islice
from pathlib import Path

_TOKEN = 5
"""Characters of a token, about what English and code have."""

_MARKDOWN = """\
## How to undo a commit

There are **three ways** to do it, and which one is right depends on whether the commit
was pushed. `git reset` moves the branch; [the manual](https://git-scm.com) has more.

1. **Keep the changes** in the working tree:
   - run `git reset --soft HEAD~1`
   - look at what is staged
2. *Drop* them, which cannot be undone.

   ```bash
   git reset --hard HEAD~1   # gone
   ```

| way | keeps the changes | rewrites history |
|-----|:-----------------:|-----------------:|
| soft | yes | yes |
| revert | no | no |

> A commit that others have is reverted, never reset.

"""
_PROSE = "One word follows another, and a sentence ends where it is over. " * 8 + "\n\n"
_SOURCE = Path(__file__).parents[1] / "src" / "hexai"
_WORD = re.compile(r"(?<![`/.(])\b[a-z]{4,}\b")
_VOCABULARY = _WORD.findall(_MARKDOWN + (_SOURCE / "text" / "cells.py").read_text())


def _code() -> Iterator[str]:
    """Give our own modules, again and again."""
    return cycle(path.read_text() for path in sorted(_SOURCE.rglob("*.py")))


def _functions() -> Iterator[str]:
    """Give what stands between two blank rows of them, if it is not long."""
    parts = chain.from_iterable(text.split("\n\n\n") for text in _code())
    return (part for part in parts if part.count("\n") in range(3, 20))


def _markdown() -> Iterator[str]:
    """Give the page with other words each time, and with a function of ours."""
    chance, functions = random.Random(1), _functions()
    for function in functions:
        page = _WORD.sub(lambda _: chance.choice(_VOCABULARY), _MARKDOWN)
        yield f"{page}```python\n{function.strip()}\n```\n\n"


TEXTS = {
    "markdown": ("", _markdown),
    "code": ("```python\n", _code),
    "words": ("", lambda: cycle([_PROSE])),
}
"""What a text begins with, and the pages that it goes on with, without end."""


def tokens(name: str, count: int, *, skip: int = 0) -> list[str]:
    """Give the first tokens of a text without end; of another if pages are skipped."""
    first, pages = TEXTS[name]
    characters = chain(first, chain.from_iterable(islice(pages(), skip, None)))
    whole = "".join(islice(characters, _TOKEN * count))
    return [whole[at : at + _TOKEN] for at in range(0, len(whole), _TOKEN)]
