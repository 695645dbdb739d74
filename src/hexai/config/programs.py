"""Programs, looked up by the environment and never relative to the working directory.

That directory may be anybody's, and so is what lies in it. So a program is named by an
absolute path, or found in the absolute entries of PATH; empty ones and `.` are none.
"""

import os


def find_program(name: str, path: str) -> str | None:
    """Find a program by its absolute path, or its bare name in a PATH; None if not."""
    if "/" in name:
        candidates = [name]
    else:
        candidates = [f"{entry}/{name}" for entry in path.split(os.pathsep)]
    return next((each for each in candidates if _is_program(each)), None)


def absolute_entries(path: str) -> str:
    """Keep the entries of a PATH that do not depend on the working directory."""
    entries = path.split(os.pathsep)
    return os.pathsep.join(entry for entry in entries if entry.startswith("/"))


def _is_program(path: str) -> bool:
    # Without pathlib, whose 5 ms the popup of `hexai action` would wait for.
    is_file = path.startswith("/") and os.path.isfile(path)  # noqa: PTH113
    return is_file and os.access(path, os.X_OK)
