"""What the tables of the configuration share: their base, and their units.

A field's range is its type's `Meta`; what it is for is said by the string under it.
Both are the source of the JSON Schema, the example file and the reference page; the
strings cost nothing at start-up, as descriptions in a `Meta` would.
"""

from typing import Annotated, Literal, TypeVar

from msgspec import Meta, Struct, UnsetType

from hexai.domain.entry import Ask, Effort, LimitKey, Think


class Table(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One table of the file; what is not in the file has its default here."""


Count = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Milliseconds = Annotated[int, Meta(ge=0, le=60_000)]
Seconds = Annotated[float, Meta(ge=0, le=604_800)]
"""At most a week."""
Temperature = Annotated[float, Meta(ge=0, le=2)]
Share = Annotated[float, Meta(ge=0, le=1)]
ProviderTemperature = Temperature | Literal["default"] | UnsetType
MaybeLimitKey = LimitKey | UnsetType
MaybeThink = Think | UnsetType
MaybeEffort = Effort | UnsetType
MaybeAsk = Ask | UnsetType
Character = Annotated[str, Meta(min_length=1, max_length=1)]

Plain = Annotated[object, Meta(description="any value", extra_json_schema={})]
"""Whatever TOML and JSON both have; rules of their own say what it may be."""

MaybeText = str | UnsetType
MaybeFlag = bool | UnsetType
MaybeCount = Count | UnsetType
MaybeContext = Annotated[int, Meta(ge=256, le=10_000_000)] | UnsetType
MaybeBatch = Annotated[int, Meta(ge=32, le=1_000_000)] | UnsetType
MaybeSlot = Annotated[int, Meta(ge=0, le=1_000)] | UnsetType
MaybeSeconds = Seconds | UnsetType
"""Not set is not 0: what it then is, the field says."""

T = TypeVar("T")
D = TypeVar("D")


def given(value: T | UnsetType, default: D) -> T | D:
    """Give a value, or the default where it is not set."""
    return default if isinstance(value, UnsetType) else value
