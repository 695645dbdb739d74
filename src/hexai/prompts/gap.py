"""The gap at a cursor, for endpoints that fill it.

They know how their models want to be asked, so the text goes as it is. A template of
the user's own (`prompts.provider_native.completion`) stands before that: it makes the
text before the gap, or with `{{after}}` the whole prompt, for servers that serve a
model for gaps without knowing it.
"""

from hexai.config.tables.base import given
from hexai.config.tables.prompts import ProviderNativePrompts
from hexai.domain.infill import Infill
from hexai.prompts.template import names, render


def gap(
    prompts: ProviderNativePrompts,
    *,
    before: str,
    after: str,
    path: str = "",
    language: str = "",
) -> Infill:
    """Describe a gap; raises `ConfigError` for a template with an unknown name."""
    template = given(prompts.completion, "")
    plain = Infill(prefix=before, suffix=after, path=path, language=language)
    if not template.strip():
        return plain
    values = {"before": before, "after": after, "path": path, "language": language}
    return Infill(
        prefix=before,
        suffix=after,
        path=path,
        language=language,
        prompt=render(template, values),
        whole_prompt="after" in names(template),
    )
