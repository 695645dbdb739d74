"""The reference page of the guard, made from its rules.

`python -m hexai.service.guard_page` prints it; docs/reference/guard.md is its output.
"""

import sys

from hexai.service.guard_rules import NameRule, Rules, TokenRule, rules

_USUAL_ENTROPY = 3.0

_INTRODUCTION = """\
# What the guard keeps on this machine

This page is made from `src/hexai/service/guard_rules.json` by
`python -m hexai.service.guard_page`.

Before a request is sent, all its messages are looked at once.
If one holds what looks like a secret, no cloud contender gets the request, not even
as a fallback: it ends with `not sent: …`, and local contenders still answer.
The message names the rule, the line and a fingerprint, never the secret itself.
What was refused is not stored either.

It is a net with the meshes shown below, not a proof that a text is harmless.

## When it is wrong

- For one call: `hexai --send-anyway …`.
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

| rule | finds | words | pattern | and |
| --- | --- | --- | --- | --- |
"""

_NAMES = """
## File names

A file with such a name, or whose real path has one, is kept on this machine.
Upper and lower case do not matter; `*` stands for anything.
These rules are for the documents of editors, whose server is still to come: what is
typed or piped on the command line has no name, and only the rules above look at it.

| name | is |
| --- | --- |
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
    )


def _token_row(rule: TokenRule) -> str:
    words = " ".join(_code(anchor) for anchor in rule.anchors)
    if rule.also:
        words += " with " + " ".join(_code(word) for word in rule.also)
    flags = {"any case": rule.any_case, "mixed": rule.mixed, "by name": rule.by_name}
    conditions = [name for name, holds in flags.items() if holds]
    if rule.entropy != _USUAL_ENTROPY:
        conditions.append(f"{rule.entropy:g} bits")
    cells = (rule.name, rule.what, words, _code(rule.pattern), ", ".join(conditions))
    return f"| {' | '.join(cells)} |\n"


def _name_row(rule: NameRule) -> str:
    return f"| {_code(rule.pattern)} | {rule.what} |\n"


def _code(text: str) -> str:
    """Quote text that may hold backticks, for a cell of a table."""
    ticks = "``" if "`" in text else "`"
    return f"{ticks}{text}{ticks}".replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page(rules()))
