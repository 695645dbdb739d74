"""asyncio as on a Python without OpenSSL, for a start that needs no TLS of its own.

That takes 4 ms less of every question. Our own TLS (`providers/http/tls.py`) is spoken
by `ssl` itself, and loads it where a server wants it.
"""

import sys


def load_asyncio() -> None:
    """Load it, unless somebody has; to be called before anything else does."""
    if "ssl" in sys.modules:
        return  # as a `.pth` file may have it
    sys.modules["ssl"] = None  # type: ignore[assignment]  # not to be found
    try:
        import asyncio  # noqa: F401
    finally:
        del sys.modules["ssl"]
