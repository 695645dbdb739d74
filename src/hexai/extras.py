"""How what Hexai needs for some of its work is added to an installation."""

import sys
from importlib.util import find_spec


def install_command(extra: str) -> str:
    """Give the command that adds an extra to the environment that runs now.

    It names that environment's Python: the `pip` of a shell is mostly another one's.
    An environment that uv has made holds no pip. Neither way fetches Hexai anew.
    """
    import shlex  # only who lacks something is told

    python = shlex.quote(sys.executable)
    if find_spec("pip") is None:
        return f"uv pip install --python {python} 'hexai[{extra}]'"
    return f"{python} -m pip install 'hexai[{extra}]'"
