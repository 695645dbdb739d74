"""The scripted upstream that most tests ask."""

import gc
import socket

from tests.support.upstream import Upstream


def test_who_comes_as_it_ends_is_not_left_open() -> None:
    """A connection that outlives its loop is a warning in whatever test comes next."""
    for _ in range(100):
        with Upstream() as upstream:
            late = socket.create_connection(("127.0.0.1", upstream.port))
        late.close()
    gc.collect()
