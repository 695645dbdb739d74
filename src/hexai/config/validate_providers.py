"""Rules for the tables of providers that types cannot say."""

import re
from collections.abc import Iterator
from typing import get_args

from msgspec import Struct, UnsetType

from hexai.config.addresses import check_base_url, origin
from hexai.config.allowed import allowed
from hexai.config.environment import profile_prefix, profile_variables, schema_variables
from hexai.config.problems import KeyPath, Problem, dotted, shown
from hexai.config.provider_defaults import BUILT_IN, provider_settings
from hexai.config.schema import Settings
from hexai.config.schema_entries import EntryTable, listed, text_of
from hexai.config.schema_providers import HttpTable, Infill, ProfileType
from hexai.config.schema_types import given
from hexai.domain.entry import Surface

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,40}")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
_OTHER_FORMATS = ("ollama", "anthropic")
_OUR_HEADERS = {
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
}


def check_providers(settings: Settings) -> Iterator[Problem]:
    """Find what is wrong with built-in providers and profiles."""
    for built_in in BUILT_IN:
        table = getattr(settings, built_in)
        if isinstance(table, HttpTable):
            yield from _check_http(table, (built_in,), needs_url=True)
    if settings.providers:
        yield from _check_names(settings)
    for name, profile in settings.providers.items():
        path = ("providers", name)
        yield from _check_http(profile, path, needs_url=False)
        if isinstance(profile.type, UnsetType):
            message = f"is missing; must be {allowed(ProfileType)}"
            yield Problem(path=(*path, "type"), message=message)
        elif profile.type in _OTHER_FORMATS and profile.infill not in get_args(Infill):
            where = (*path, "infill")
            message = f"must be {allowed(Infill)} for a server of type {profile.type}"
            yield Problem(
                path=where, message=message, value=shown(profile.infill, where)
            )


def _check_http(
    table: HttpTable, path: KeyPath, *, needs_url: bool
) -> Iterator[Problem]:
    if table.base_url or needs_url:
        try:
            check_base_url(table.base_url)
        except ValueError as error:
            yield Problem(path=(*path, "base_url"), message=str(error))
    if table.api_key_env and not _VARIABLE.fullmatch(table.api_key_env):
        message = "must be the name of an environment variable, not the key itself"
        yield Problem(path=(*path, "api_key_env"), message=message)
    if table.api_key_command and not table.api_key_command[0].strip():
        message = "must be a list of words that begins with a program"
        yield Problem(path=(*path, "api_key_command"), message=message)
    for header, value in table.headers.items():
        if message := _wrong_header(header, value):
            yield Problem(path=(*path, "headers", header), message=message)
    if table.ca_file and not table.ca_file.startswith("/"):
        where = (*path, "ca_file")
        value = shown(table.ca_file, where)
        yield Problem(path=where, message="must be an absolute path", value=value)


def _wrong_header(name: str, value: str) -> str:
    if not _HEADER_NAME.fullmatch(name):
        return "is not a valid header name"
    if name.lower() in _OUR_HEADERS:
        return "is set by Hexai itself"
    if not _HEADER_VALUE.fullmatch(value):
        return "the value must be visible ASCII, with no blanks around it"
    return ""


def _check_names(settings: Settings) -> Iterator[Problem]:
    taken: dict[str, str] = {profile_prefix(name): name for name in BUILT_IN}
    variables = schema_variables()
    for name in settings.providers:
        path = ("providers", name)
        prefix = profile_prefix(name)
        if not _NAME.fullmatch(name):
            message = "a profile's name has letters, digits, - and _ only"
            yield Problem(path=path, message=message)
        elif prefix in taken:
            message = f"its variables {prefix}… are those of {taken[prefix]}; rename it"
            yield Problem(path=path, message=message)
        elif clash := sorted(variables.keys() & profile_variables(name).keys()):
            key = dotted(variables[clash[0]])
            message = f"its variable {clash[0]} is that of {key}; rename it"
            yield Problem(path=path, message=message)
        taken.setdefault(prefix, name)


# An Ollama holds a model once. Asked with another `num_ctx` it loads the model anew, so
# two surfaces that differ make it load with every turn that they take.


class _Use(Struct, frozen=True):
    """Where a model stands, and which context it is loaded with there."""

    path: KeyPath
    num_ctx: int | None


def find_uneven_contexts(settings: Settings) -> Iterator[Problem]:
    """Find entries that would have a model loaded anew, each but the first."""
    for uses in _uses(settings).values():
        first = uses[0]
        for use in uses[1:]:
            if use.num_ctx != first.num_ctx:
                yield _uneven(use, first)


def _uneven(use: _Use, first: _Use) -> Problem:
    there = "is not set" if first.num_ctx is None else f"is {first.num_ctx}"
    path = (*use.path, "num_ctx")
    message = (
        f"differs from {dotted(first.path)}, where it {there}: the Ollama loads the "
        "model anew whenever they take turns; give both the same"
    )
    if use.num_ctx is None:
        return Problem(path=use.path, message=f"num_ctx is not set, and {message}")
    return Problem(path=path, message=message, value=shown(use.num_ctx, path))


def _uses(settings: Settings) -> dict[tuple[str, str], list[_Use]]:
    """Give where each model of an Ollama stands."""
    found: dict[tuple[str, str], list[_Use]] = {}
    for surface in Surface:
        entries = getattr(settings.models, surface.value)
        for path, table in listed(entries, ("models", surface.value)):
            if table.enabled and (use := _use(settings, path, table)):
                found.setdefault(use[0], []).append(use[1])
    return found


def _use(
    settings: Settings, path: KeyPath, table: EntryTable
) -> tuple[tuple[str, str], _Use] | None:
    name = given(text_of(table.provider), settings.provider.name)
    provider = provider_settings(settings, name)
    if provider is None or provider.type != "ollama":
        return None
    model = given(text_of(table.model), provider.model)
    num_ctx = given(table.num_ctx, provider.options.num_ctx)
    return (origin(provider.base_url), model), _Use(path, num_ctx)
