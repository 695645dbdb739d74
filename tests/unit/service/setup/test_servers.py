"""Servers on this machine that speak OpenAI's format."""

import asyncio

import pytest

from hexai.service.setup.servers import Server, find_servers
from tests.support.replies import hang, raw
from tests.support.upstream import Upstream

HEAD = b"HTTP/1.0 200 OK\r\n\r\n"


def test_servers_are_found_by_their_models() -> None:
    """In the order of their ports, with a base URL to put into a profile."""
    body = b'{"object":"list","data":[{"id":"a"},{"id":"b","owned_by":"x"},{"id":""}]}'
    with Upstream(raw(HEAD + body)) as one, Upstream(hang()) as other:
        places = [("other", other.port), ("one", one.port)]
        found = asyncio.run(find_servers(places, patience=0.3))
        (request,) = one.requests

    assert found == (Server(name="one", port=one.port, models=("a", "b")),)
    assert found[0].base_url == f"{one.url}/v1"
    assert (request.method, request.path) == ("GET", "/v1/models")
    assert "authorization" not in request.headers


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"data":[]}', b'{"data":[{"id":1}]}', b"[" * 9999]
)
def test_what_lists_no_models_is_none(body: bytes) -> None:
    """Many things listen on port 8080."""
    with Upstream(raw(HEAD + body)) as upstream:
        places = [("any", upstream.port)]
        assert asyncio.run(find_servers(places, patience=0.5)) == ()
