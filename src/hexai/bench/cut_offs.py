"""Until when the data reaches that a model was trained on, as its maker says; pure.

Code that was written later it cannot know by heart. A model's name says something at
its maker's, and mostly elsewhere too: who serves another one under it has a bench that
says the wrong thing about it. Of many models nobody tells; then nothing is said.

Makers tell either the end of what was trained on, or until when a model is reliable,
which may be earlier; rows say which. Later training (by others, on code of others) is
nothing that a name tells.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Literal

from msgspec import Struct

_OPENAI = "https://platform.openai.com/docs/models, documented, not opened here"
_CLAUDE = "https://platform.claude.com/docs/en/about-claude/models/overview"


class Row(Struct, frozen=True, kw_only=True):
    """Models whose data ends on one day."""

    models: str
    """A regular expression for the start of a name, without vendor, lower-cased."""
    last: date
    """The last day; that of a month or year, where only that is told."""
    says: Literal["training", "knowledge"]
    """What ends then, in its maker's words."""
    seen: str
    """Where, with a public source."""


ROWS = (
    Row(
        models=r"gpt-4\.1\b",
        last=date(2024, 6, 1),
        says="knowledge",
        seen=_OPENAI,
    ),
    Row(
        models=r"gpt-4o(-mini)?(-2024-(05|07|08)-\d\d)?$",
        last=date(2023, 10, 1),
        says="knowledge",
        seen=_OPENAI,
    ),
    Row(
        models=r"gpt-5(-2025-\d\d-\d\d)?$|gpt-5-codex$",
        last=date(2024, 9, 30),
        says="knowledge",
        seen=_OPENAI,
    ),
    Row(
        models=r"gpt-5-(mini|nano)\b",
        last=date(2024, 5, 31),
        says="knowledge",
        seen=_OPENAI,
    ),
    Row(
        models=r"(o3(-2025-\d\d-\d\d)?|o4-mini.*)$",
        last=date(2024, 6, 1),
        says="knowledge",
        seen=_OPENAI,
    ),
    Row(
        models=r"gpt-oss\b",
        last=date(2024, 6, 30),
        says="knowledge",
        seen="its model card, https://arxiv.org/abs/2508.10925, not opened here",
    ),
    Row(
        models=r"claude-(sonnet|haiku)-4[-.]5\b|claude-4\.5-(sonnet|haiku)",
        last=date(2025, 7, 31),
        says="training",
        seen=f"{_CLAUDE}, as quoted in 2026",
    ),
    Row(
        models=r"claude-opus-4[-.][56]\b|claude-4\.[56]-opus",
        last=date(2025, 8, 31),
        says="training",
        seen=f"{_CLAUDE}, as quoted in 2026",
    ),
    Row(
        models=r"claude-(opus|sonnet)-4(-1\b|\.1\b|-0\b|-\d{8}|$)",
        last=date(2025, 3, 31),
        says="training",
        seen=f"{_CLAUDE}, documented, not opened here",
    ),
    Row(
        models=r"gemini-2\.5-(pro|flash)\b",
        last=date(2025, 1, 31),
        says="knowledge",
        seen="2025-06: https://cloud.google.com/vertex-ai/generative-ai/docs/models/"
        "gemini/2-5-flash",
    ),
    Row(
        models=r"(meta-)?llama-?3\.[123]\b",
        last=date(2023, 12, 31),
        says="knowledge",
        seen="the model card of Llama 3.3, 2024-12:"
        " https://github.com/meta-llama/llama-models",
    ),
    Row(
        models=r"(meta-)?llama-?4\b",
        last=date(2024, 8, 31),
        says="knowledge",
        seen="https://github.com/meta-llama/llama-models, not opened here",
    ),
    Row(
        models=r"starcoder2\b",
        last=date(2023, 9, 6),
        says="training",
        seen="the archive that The Stack v2 was made of:"
        " https://arxiv.org/abs/2402.19173, not opened here",
    ),
    Row(
        models=r"deepseek-coder-v2\b",
        last=date(2023, 11, 30),
        says="training",
        seen="of its code: https://arxiv.org/abs/2406.11931, not opened here",
    ),
    Row(
        models=r"phi-?4(:.*|-mini.*)?$",
        last=date(2024, 6, 30),
        says="training",
        seen="its model card, https://arxiv.org/abs/2412.08905, not opened here",
    ),
)


@lru_cache(maxsize=64)
def cut_off(model: str) -> Row | None:
    """Find until when the data of a model reaches; None where nobody tells."""
    name = model.rpartition("/")[2].lower()
    return next((row for row in ROWS if re.match(row.models, name)), None)


def is_later(committed_at: int, row: Row) -> bool:
    """Tell whether code was committed after a model's data ends."""
    return committed_at >= _end(row).timestamp()


def _end(row: Row) -> datetime:
    day = row.last + timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
