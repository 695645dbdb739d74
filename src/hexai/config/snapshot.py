"""The configuration at one moment: what every request works with from its start on."""

from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace

from hexai.config.entries.entries import Options, Resolved, resolve_entries
from hexai.config.entries.variables import SurfaceVariables
from hexai.config.merge import Layer, Merged
from hexai.config.narrowing.project import ProjectFile
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.problems import KeyPath
from hexai.config.profiles import provider_settings
from hexai.config.provider_settings import ProviderSettings
from hexai.config.schema import Settings
from hexai.domain.entry import Surface


class Snapshot(Struct, frozen=True, kw_only=True):
    """Settings, complete and validated, with what is known about where they are from.

    Project files and editor settings have narrowed them already.

    Immutable; its mappings are not to be written to.
    """

    settings: Settings
    file: Path
    """The user's file, or the one that `--config` named."""
    has_file: bool
    """Whether that file exists; without one the embedded model is the default."""
    merged: Merged
    """Every value with its origin, before narrowing."""
    variables: Mapping[Surface, SurfaceVariables] = field(default_factory=dict)
    project: tuple[ProjectFile, ...] = ()
    """The project files that were read, the outermost first."""
    restrictions: Restrictions = Restrictions()
    """What project files and the editor forbid beyond the settings."""
    narrowed: Mapping[KeyPath, Layer] = field(default_factory=dict)
    """The keys that a project file or the editor has bounded; who did so last."""
    elsewhere: Mapping[str, str] = field(default_factory=dict)
    """What whoever asks a provider should know about where it is asked."""
    warnings: tuple[str, ...] = ()
    """What the user should know; one line each."""
    surplus: Mapping[Surface, str] = field(default_factory=dict)
    """Of the warnings, those about entries that a surface has and does not ask."""

    def entries(self, surface: Surface, options: Options | None = None) -> Resolved:
        """Give the entries that take part when `surface` asks.

        Raises `UsageError` for options that name nothing.
        """
        resolved = resolve_entries(
            self.settings,
            surface,
            variables=self.variables.get(surface),
            options=options,
            restrictions=self.restrictions,
        )
        asked = {entry.spec.provider for entry in resolved.entries}
        told = {name: t for name, t in self.elsewhere.items() if name in asked}
        warnings = [text for name, text in told.items() if name != "ollama"]
        notes = [text for name, text in told.items() if name == "ollama"]
        return replace(
            resolved, warnings=(*resolved.warnings, *warnings), notes=tuple(notes)
        )

    def warnings_if_all_are_asked(self, surface: Surface) -> tuple[str, ...]:
        """Give the warnings that hold where a surface asks all its entries."""
        surplus = self.surplus.get(surface)
        return tuple(each for each in self.warnings if each != surplus)

    def provider(self, name: str) -> ProviderSettings | None:
        """Resolve one provider; None if there is no such provider."""
        return provider_settings(self.settings, name)
