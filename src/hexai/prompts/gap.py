"""The gap at a cursor, for endpoints that fill it.

They know how their models want to be asked, so the text goes as it is. A template of
the user's own (`prompts.provider_native.completion`) stands before that: it makes the
text before the gap, or with `{{after}}` the whole prompt, for servers that serve a
model for gaps without knowing it.

Models read what is before the gap, then what is after it, so with each key the text
after it is read anew: it is short. What is further away is given apart where an
endpoint takes that. llama.cpp's `/infill` keeps three quarters of a batch before a gap
and a quarter after it, without a word about the rest, so no more than that is next to
the gap, and with what is apart all fits into the context.
"""

from msgspec.structs import replace

from hexai.config.tables.base import given
from hexai.config.tables.prompts import ProviderNativePrompts
from hexai.domain.infill import Infill
from hexai.prompts.anchors import begin_of_near, end_of_near
from hexai.prompts.excerpt import Excerpt
from hexai.prompts.template import names, render
from hexai.text.budget import estimate_tokens

_BATCH = 2048
"""Tokens of a batch of llama.cpp, by default."""
_BEFORE = 1400
_LEAST_BEFORE = 1000


def gap(
    prompts: ProviderNativePrompts,
    excerpt: Excerpt,
    *,
    path: str = "",
    language: str = "",
) -> Infill:
    """Describe a gap; raises `ConfigError` for a template with an unknown name."""
    before, after = excerpt.before, excerpt.near
    plain = Infill(
        prefix=before,
        suffix=after,
        path=path,
        language=language,
        standing=begin_of_near(before, least=_LEAST_BEFORE, most=_BEFORE),
        far=excerpt.far,
    )
    template = given(prompts.completion, "")
    if not template.strip():
        return plain
    values = {"before": before, "after": after, "path": path, "language": language}
    return replace(
        plain,
        prompt=render(template, values),
        whole_prompt="after" in names(template),
    )


def fitted_gap(gap: Infill, room: int, answer: int) -> Infill:
    """Leave out what llama.cpp would: it keeps room for a batch and two answers.

    Of what is apart the text after the gap goes first, from its end, then what is
    furthest above. It is told as whole lines, and never cut by the server.
    """
    left = max(0, room - _BATCH - answer)
    above = gap.prefix[: gap.standing]
    start = begin_of_near(above, least=left * 0.8, most=left)
    if estimate_tokens(above[start:]) > left:
        start = gap.standing
    left -= estimate_tokens(above[start:])
    far = gap.far
    if estimate_tokens(far) > left:
        far = far[: end_of_near(far, least=left * 0.5, most=left)] if left else ""
    return replace(gap, far=far, skipped=start)
