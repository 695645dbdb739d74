"""The variables that change the entries of one surface.

They are no layer: a step of their own, after narrowing, works them into the entries.
"""

from typing import Literal

from msgspec import UNSET, Struct, UnsetType

from hexai.config.tables.entries import EntryTable
from hexai.domain.entry import Surface


class SurfaceVariables(Struct, frozen=True, kw_only=True):
    """What the environment says about one surface."""

    models: tuple[EntryTable, ...] | UnsetType = UNSET
    """HEXAI_MODELS_<SURFACE>: the whole list."""
    model: str | UnsetType = UNSET
    provider: str | UnsetType = UNSET
    temperature: float | Literal["default"] | UnsetType = UNSET

    @property
    def single(self) -> tuple[str, ...]:
        """Which of the variables for a single entry are set."""
        values = {
            "MODEL": self.model,
            "PROVIDER": self.provider,
            "TEMPERATURE": self.temperature,
        }
        return tuple(key for key, value in values.items() if value is not UNSET)


def variable(key: str, surface: Surface) -> str:
    """Give the name of a surface's variable: MODELS, MODEL, PROVIDER, TEMPERATURE."""
    return f"HEXAI_{key}_{surface.value.upper()}"
