"""The first run, with nothing configured: what was found here, and what to do.

Nothing is sent to a cloud because a key happens to lie in the environment. Three lines
say what was found and which command sets it up; then the user decides.
"""

import asyncio
import os
from typing import TYPE_CHECKING

from hexai.config.schema_providers import BUILT_IN_MODEL
from hexai.domain.entry import Entry
from hexai.errors import SetupError
from hexai.extras import install_command
from hexai.service.setup.detect import Found, detect, extra_installed

if TYPE_CHECKING:
    from hexai.surfaces.cli.loaded_config import Session


class NothingSetUp(SetupError):
    """There is neither a configuration nor a model; its text is three lines."""


def check(session: "Session", entries: tuple[Entry, ...]) -> None:
    """Raise `NothingSetUp` if only defaults are left to ask and they cannot answer."""
    if not all(map(_is_default, entries)):
        return
    model = session.folders.models / f"{BUILT_IN_MODEL}.gguf"
    if extra_installed() and os.path.isfile(model):
        return
    found = asyncio.run(detect(session.process.environ, model))
    raise NothingSetUp("\n".join(advice(found, str(session.snapshot.file))))


def advice(found: Found, config: str) -> tuple[str, str, str]:
    """Say what there is and what to do, in three lines."""
    return (
        "nothing is configured yet, and the built-in local model is not set up",
        f"found: {_what(found)}",
        f"set up: {_how(found, config)}",
    )


def _is_default(entry: Entry) -> bool:
    return entry.spec.provider == "local" and entry.spec.model in {"", BUILT_IN_MODEL}


def _what(found: Found) -> str:
    things = []
    if found.ollama is not None:
        models = ", ".join(found.ollama[:3]) or "no model"
        more = f" and {len(found.ollama) - 3} more" if len(found.ollama) > 3 else ""
        things.append(f"Ollama on this machine with {models}{more}")
    if found.ollama_elsewhere:
        things.append(elsewhere(found))
    things += [f"{name} in the environment" for name in found.keys]
    if found.model_there:
        things.append(f"the model {BUILT_IN_MODEL}, but not the extra that runs it")
    return "; ".join(things) or "no Ollama on this machine, no key in the environment"


def elsewhere(found: Found) -> str:
    """Say of an Ollama on another machine that it is for the user to name."""
    return (
        f"the Ollama at {found.ollama_elsewhere} (OLLAMA_HOST), which is not on this "
        "machine or not reached in clear; name its models yourself"
    )


def _how(found: Found, config: str) -> str:
    steps = []
    if not found.extra_installed:
        steps.append(install_command("local"))
    if not found.model_there:
        steps.append(f"hexai models pull {BUILT_IN_MODEL}")
    embedded = " && ".join(steps)
    if found.ollama or found.keys:
        return f"hexai config init (it writes {config}), or {embedded}"
    return f"{embedded} && hexai config init (it writes {config})"
