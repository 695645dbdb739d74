"""The gap at a cursor, for endpoints that fill it.

They know how their models want to be asked, so the text goes as it is. A template of
the user's own (`prompts.provider_native.completion`) stands before that: it makes the
text before the gap, or with `{{after}}` the whole prompt, for servers that serve a
model for gaps without knowing it.

Models read what is before the gap, then what is after it, so with each key the text
after it is read anew: it is short. What is further away is given apart where an
endpoint takes that. llama.cpp's `/infill` keeps three quarters of a batch before a gap
and a quarter after it, without a word about the rest, so no more than that is next to
the gap, and with what is apart all fits into the context. How large a batch is it tells
nobody, so it is the default unless the user says otherwise.
"""

from msgspec.structs import replace

from hexai.config.tables.base import given
from hexai.config.tables.prompts import ProviderNativePrompts
from hexai.domain.infill import Infill
from hexai.prompts.anchors import begin_of_near, end_of_near, most_line_tokens
from hexai.prompts.excerpt import Excerpt
from hexai.prompts.template import names, render
from hexai.text.budget import most_tokens

_BATCH = 2048
"""Tokens of a batch of llama.cpp, by default."""
_BEFORE = 1400 / 2048
"""The share of a batch that is next to the gap, at most, and that the text after it
has; the server's own are three quarters and one."""
_AFTER = 450 / 2048
_LEAST = 0.7
"""The share of either that is used in any case."""


def gap(
    prompts: ProviderNativePrompts,
    excerpt: Excerpt,
    *,
    path: str = "",
    language: str = "",
) -> Infill:
    """Describe a gap; raises `ConfigError` for a template with an unknown name."""
    before, after = excerpt.before, excerpt.near
    sides = Infill(prefix=before, suffix=after, far=excerpt.far)
    plain = replace(within_batch(sides, _BATCH), path=path, language=language)
    template = given(prompts.completion, "")
    if not template.strip():
        return plain
    values = {"before": before, "after": after, "path": path, "language": language}
    return replace(
        plain,
        prompt=render(template, values),
        whole_prompt="after" in names(template),
    )


def within_batch(gap: Infill, batch: int) -> Infill:
    """Leave no more next to a gap than a llama.cpp keeps that reads so much at once."""
    before, after = batch * _BEFORE, batch * _AFTER
    standing = begin_of_near(
        gap.prefix, least=before * _LEAST, most=before, cost=most_line_tokens
    )
    end = end_of_near(
        gap.suffix, least=after * _LEAST, most=after, cost=most_line_tokens
    )
    return replace(
        gap,
        standing=standing,
        suffix=gap.suffix[:end],
        far=gap.suffix[end:] + gap.far,
    )


def fitted_gap(gap: Infill, room: int, answer: int, batch: int | None = None) -> Infill:
    """Leave out what llama.cpp would: it keeps room for a batch and two answers.

    Of what is apart the text after the gap goes first, from its end, then what is
    furthest above. It is told as whole lines, and never cut by the server.
    """
    left = max(0, room - (batch or _BATCH) - answer)
    above = gap.prefix[: gap.standing]
    cost = most_line_tokens
    start = begin_of_near(above, least=left * 0.8, most=left, cost=cost)
    if most_tokens(above[start:]) > left:
        start = gap.standing
    left -= most_tokens(above[start:])
    far = gap.far
    if most_tokens(far) > left > 0:
        far = far[: end_of_near(far, least=left * 0.5, most=left, cost=cost)]
    if most_tokens(far) > left:
        far = ""
    return replace(gap, far=far, skipped=start)
