"""The fingerprint of what an entry asks with, by what is configured around it."""

from msgspec.structs import asdict, replace

from hexai.config.provider_defaults import provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_prompts import Prompts
from hexai.config.schema_providers import ProviderSettings
from hexai.config.schema_types import given
from hexai.config.validate import OPTION_TYPES
from hexai.domain.entry import RequestSpec, Surface
from hexai.domain.fingerprint import UNSET, fingerprint
from hexai.prompts.templates import revision
from hexai.service.guard.options import without_secrets

_TABLES = {
    Surface.COMPLETION: ("completion", "provider_native"),
    Surface.CODE_ACTION: ("code_action",),
    Surface.CHAT: ("chat",),
    Surface.CLI: ("cli",),
}


def fingerprint_of(settings: Settings, surface: Surface, spec: RequestSpec) -> str:
    """Give the fingerprint of an entry's spec, or of its fallback's, on a surface.

    It is kept, shown and published, so what looks like a secret in an option is masked.
    """
    options = without_secrets(spec.options, settings.ignore.allow_secrets)
    spec = replace(spec, options=options)
    provider = provider_settings(settings, spec.provider)
    return fingerprint(
        spec if provider is None else _as_sent(spec, provider),
        surface,
        prompts=own_prompts(settings.prompts, surface),
        infill="auto" if provider is None else provider.infill,
        room=given(settings.completion.max_tokens, None),
    )


def _as_sent(spec: RequestSpec, provider: ProviderSettings) -> RequestSpec:
    """Leave out the options that the provider's format does not have."""
    others = {
        name: getattr(UNSET, name)
        for name, types in OPTION_TYPES.items()
        if name in UNSET.__struct_fields__ and provider.type not in types
    }
    return replace(spec, options=replace(spec.options, **others))


def prompts_revision(surface: Surface) -> str:
    """Name the built-in prompts of a surface; an update of Hexai may change them."""
    return revision(_TABLES[surface][0])


def own_prompts(prompts: Prompts, surface: Surface) -> dict[str, str]:
    """Give the prompts of a surface that the user wrote; blank ones are not used.

    Code actions of the user's own are questions of their own, and no part of this.
    """
    return {
        f"{table}.{key}": text
        for table in _TABLES[surface]
        for key, text in asdict(getattr(prompts, table)).items()
        if isinstance(text, str) and text.strip()
    }
