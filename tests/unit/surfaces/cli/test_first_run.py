"""The three lines of the first run."""

import pytest

from hexai.extras import install_command
from hexai.service.setup.detect import Found
from hexai.surfaces.cli.first_run import advice

INSTALL = install_command("local")
NOTHING = Found(extra_installed=False, model_there=False, ollama=None, keys=())


def test_a_bare_machine_is_told_both_steps() -> None:
    """The extra and the model, as one command line."""
    assert advice(NOTHING, "/c.toml") == (
        "nothing is configured yet, and the built-in local model is not set up",
        "found: no Ollama on this machine, no key in the environment",
        (
            f"set up: {INSTALL} && hexai models pull smollm2 && "
            "hexai config init (it writes /c.toml)"
        ),
    )


@pytest.mark.parametrize(
    ("found", "what", "how"),
    [
        (
            Found(extra_installed=True, model_there=False, ollama=("a",), keys=("K",)),
            "found: Ollama on this machine with a; K in the environment",
            "set up: hexai config init (it writes /c.toml), or hexai models pull",
        ),
        (
            Found(
                extra_installed=False,
                model_there=True,
                ollama=tuple("abcde"),
                keys=(),
            ),
            (
                "found: Ollama on this machine with a, b, c and 2 more; "
                "the model smollm2, but not the extra that runs it"
            ),
            (f"set up: hexai config init (it writes /c.toml), or {INSTALL}"),
        ),
        (
            Found(extra_installed=True, model_there=False, ollama=(), keys=()),
            "found: Ollama on this machine with no model",
            "set up: hexai models pull smollm2 && hexai config init (it",
        ),
    ],
)
def test_what_is_there_is_named_and_only_what_lacks_is_set_up(
    found: Found, what: str, how: str
) -> None:
    """Nobody is told to install what is installed."""
    _, second, third = advice(found, "/c.toml")
    assert second == what
    assert third.startswith(how)
