"""A repository with functions and their tests, and models of which one is right."""

import hashlib
import shlex
import sys
from pathlib import Path

from tests.support.answers import openai_answer
from tests.support.command_line import run_cli
from tests.support.repositories import MadeRepository
from tests.support.upstream import Reply

RIGHT = "return second + 2 * first"
WRONG = "return second - first"
CHECK = shlex.join([sys.executable, "-S", "check.py"])
"""Calls every function; quicker than a runner of tests."""
_NAMES = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta")

_CALLS = """\
import shapes

for name, function in vars(shapes).items():
    if name.startswith("plus_"):
        assert function(3, 1) == 7, name
"""


def _function(name: str) -> str:
    return (
        f"def plus_{name}(first, second):\n    doubled_{name} = first * 2\n"
        f"    return doubled_{name} + second\n"
    )


def checked(folder: Path, *, trusted: bool = True) -> MadeRepository:
    """Make one whose commits each add a function; the check calls all there are."""
    made = MadeRepository(folder)
    text = "import math\n"
    first = {"shapes.py": text, "check.py": _CALLS, ".hexaiconfig.toml": ""}
    made.commit(first)
    for name in _NAMES:
        text += "\n\n" + _function(name)
        made.commit({"shapes.py": text}, message=f"add {name}")
    if trusted:
        trust(made)
    return made


def trust(made: MadeRepository) -> None:
    """Trust its project file as it is."""
    content = (made.folder / ".hexaiconfig.toml").read_bytes()
    sha256 = hashlib.sha256(content).hexdigest()
    result = run_cli("config", "trust", "--yes", sha256, folder=made.folder)
    assert result.code == 0, result.err


def says(text: str) -> Reply:
    """Answer the same always."""
    return openai_answer(text)
