"""The reference page of the guard, made from its rules."""

from hexai.service.guard.rules import NameRule, Rules, TokenRule
from hexai.service.ignore.git import LIMIT

_USUAL_ENTROPY = 3.0
_USUAL_LINES = 3

_INTRODUCTION = """\
# What the guard keeps on this machine

This page is made from `src/hexai/service/guard/rules.json` by `scripts/generate`.

Before a request is sent, it is looked at once: its messages, and in an editor the
documents that they were made of.
If there is what looks like a secret, or a document is ignored, no cloud contender gets
the request, not even as a fallback: it ends with `not sent: …`, and local contenders
still answer.
The message names the rule, the line and a fingerprint, never the secret itself.
What was refused is not stored either.
The same rules look at what an entry is asked with beside the messages: the name of its
model, and names and values of its options (`-o`, `options`).
Whoever has a secret there is asked on this machine alone, and the others as ever; in
the ledger, figures and exports `********` stands for such an option or name.

It is a net with the meshes shown below, not a proof that a text is harmless.

## When it is wrong

- For one call: `hexai --send-anyway …`; it overrules the rules for tokens only.
- For good: put the fingerprint into your own configuration file.

```toml
[ignore]
allow_secrets = ["0123456789ab"]
```

A fingerprint is the first 12 hex digits of the token's SHA-256, so it names one token
wherever it stands, and nothing else.
Treat the fingerprint of a short password as you treat the password: who knows it can
try guesses against it.

"""

_TOKENS = """\
## Tokens

A pattern is applied if one of the words beside it is in the text.
What it matches is left alone if it is a placeholder: if its characters repeat so much
that one is worth less than {entropy:g} bits, or as many as the table says, or if its
beginning holds one of these words:
{placeholders}.
A token that must be *mixed* has letters and digits.
One that is known only *by its name* must also not be made of words, refer to a value
elsewhere (`$NAME`, `/path`, `vault:…`), or be a UUID.
*Any case* patterns see the text in lower case.

A match may stretch over three lines, blank ones not counted; one of a rule that says
so, over as many as it says.
Of a document, the lines that are sent are looked at together with 200 lines before and
after them, so that it does not matter where a cursor or the window cuts a token.

| rule | finds | words | pattern | and |
| --- | --- | --- | --- | --- |
"""

_NAMES = """
## File names

A file with such a name, or whose real path has one, is kept on this machine.
Upper and lower case do not matter; `*` stands for anything.
The name is taken out of a path or a URI of any scheme (`untitled:.env`,
`vscode-remote://host/%2Eenv`), percent-encoding undone.
What is typed or piped on the command line has no name, and only the rules above look
at it.

| name | is |
| --- | --- |
"""


_IGNORED = f"""
## Ignored files

A document stays on this machine if git ignores it, tracked or not, by its given path
or by its real one.
As in git, these are asked in this order, the first with a word for a path decides, and
nothing within an ignored folder is taken back:

1. `.gitignore` in the document's folder and in each above it, up to that of the
   innermost repository;
2. `info/exclude` of the repository, of a worktree's main one too;
3. the user's own excludes: `core.excludesFile`, else `git/ignore` in the configuration
   folder.

Git is not started.
Of its configuration (system, user and repository, with what they include) only
`core.excludesFile` and `core.ignoreCase` are read; a file that is included under a
condition counts as if the condition held.
`ignore.gitignore = false` turns this off.

The patterns of `ignore.extra_patterns` are written as in `.gitignore` and count from
the repository's folder, without a repository from `/`.
One that begins with `/` or `~/` also stands for that very path.
No `!` of a repository takes back what they ignore.

Ignore files are regular files of at most {LIMIT >> 10} KiB.
If one is anything else or cannot be read, what it ignores is not known, and nothing
that it could ignore leaves this machine; `/dev/null` is an empty one.
"""


def page(contents: Rules) -> str:
    """Write the page for these rules, in Markdown."""
    placeholders = ", ".join(_code(word) for word in contents.placeholders)
    return (
        _INTRODUCTION
        + _TOKENS.format(entropy=_USUAL_ENTROPY, placeholders=placeholders)
        + "".join(map(_token_row, contents.tokens))
        + _NAMES
        + "".join(map(_name_row, contents.names))
        + _IGNORED
    )


def _token_row(rule: TokenRule) -> str:
    words = " ".join(_code(anchor) for anchor in rule.anchors)
    if rule.also:
        words += " with " + " ".join(_code(word) for word in rule.also)
    flags = {"any case": rule.any_case, "mixed": rule.mixed, "by name": rule.by_name}
    conditions = [name for name, holds in flags.items() if holds]
    if rule.entropy != _USUAL_ENTROPY:
        conditions.append(f"{rule.entropy:g} bits")
    if rule.lines != _USUAL_LINES:
        conditions.append(f"{rule.lines} lines")
    cells = (rule.name, rule.what, words, _code(rule.pattern), ", ".join(conditions))
    return f"| {' | '.join(cells)} |\n"


def _name_row(rule: NameRule) -> str:
    return f"| {_code(rule.pattern)} | {rule.what} |\n"


def _code(text: str) -> str:
    """Quote text that may hold backticks, for a cell of a table."""
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{text}{ticks}".replace("|", "\\|")
