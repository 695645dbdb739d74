"""Python's own reading of Python."""

import ast
import gc


def tree_of(source: str) -> ast.Module:
    """Parse a module as `ast.parse` does, whatever else is parsed meanwhile.

    CPython before 3.11.8 and 3.12.2 counts the depth of all that is being parsed in one
    place, and fails with a `SystemError` where a second parse comes between. Only what
    collected garbage still does can bring that about, so none is collected here
    (python/cpython#106905).
    """
    collects = gc.isenabled()
    gc.disable()
    try:
        return ast.parse(source)
    finally:
        if collects:
            gc.enable()
