"""Texts that models might answer, token by token, as long as one wants them."""

from itertools import cycle, islice

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

```python
def undo(repository: Repository, *, keep: bool = True) -> None:
    \"\"\"Undo the last commit.\"\"\"
    mode = "soft" if keep else "hard"
    repository.run("reset", f"--{mode}", "HEAD~1")
```

"""
_CODE = """\
def total(rows: list[Row], *, since: float | None = None) -> Decimal:
    \"\"\"Sum up what rows have cost since a moment.\"\"\"
    result = Decimal(0)
    for row in rows:
        if since is not None and row.at < since:
            continue  # before that
        result += row.cost or Decimal("0.00")
    return result


"""
_WORDS = "One word follows another, and a sentence ends where it is over. " * 8 + "\n\n"
TEXTS = {
    "markdown": ("", _MARKDOWN),
    "code": ("```python\n", _CODE),
    "words": ("", _WORDS),
}
"""What a text begins with, and what it repeats."""


def tokens(name: str, count: int) -> list[str]:
    """Give the first tokens of a text without end."""
    first, body = TEXTS[name]
    text = "".join(islice(cycle(body), _TOKEN * count - len(first)))
    whole = first + text
    return [whole[at : at + _TOKEN] for at in range(0, len(whole), _TOKEN)]
