"""Addresses that are asked one by one: what goes out, and where that leads."""

import asyncio

import pytest

from hexai.errors import BadAnswer, ConnectionFailed
from hexai.providers.http.tls_contexts import Trust
from hexai.service.redirects import asked, redirect, root_of, target_of
from tests.support.replies import status
from tests.support.upstream import Upstream


def test_requests_are_ascii() -> None:
    """What an address holds beyond it is written in percents, once."""
    assert target_of("https://h/a%20b/ä.gguf?x=ü&y=%2F") == (
        "/a%20b/%C3%A4.gguf?x=%C3%BC&y=%2F"
    )


def test_a_root_is_an_origin_that_can_be_asked() -> None:
    """Whatever else the address says; what is none is refused."""
    assert root_of("https://a.example/x?y#z") == "https://a.example"
    with pytest.raises(ValueError, match="neither http nor https"):
        root_of("file:///etc/passwd")


async def _led(url: str) -> str | None:
    async with asked("GET", url, {}, environ={}, trust=Trust()) as answer:
        return redirect(answer, url)


@pytest.mark.parametrize(
    ("location", "leads"),
    [("/b?c", "{url}/b?c"), ("b", "{url}/a/b"), ("https://x/y", "https://x/y")],
)
def test_a_redirect_is_given_and_not_followed(location: str, leads: str) -> None:
    """It may name a place beside the one that was asked."""
    moved = status(302, "", {"location": location})
    with Upstream(moved) as upstream:
        led = asyncio.run(_led(f"{upstream.url}/a/"))

    assert led == leads.format(url=upstream.url)
    assert [each.path for each in upstream.requests] == ["/a/"]


def test_what_is_found_leads_nowhere() -> None:
    """An answer of any other status is the answer."""
    with Upstream(status(404, "")) as upstream:
        assert asyncio.run(_led(upstream.url)) is None


@pytest.mark.parametrize("headers", [{}, {"location": ""}])
def test_a_redirect_to_nowhere_is_not_asked_again(headers: dict[str, str]) -> None:
    """It leads to itself, as addresses are joined, and would be asked till the end."""
    with Upstream(status(300, "", headers)) as upstream:
        with pytest.raises(BadAnswer, match="300, and does not say where to go"):
            asyncio.run(_led(upstream.url))
        assert len(upstream.requests) == 1


def test_a_redirect_to_what_is_no_address_is_named() -> None:
    """By what it says, made visible."""
    with (
        Upstream(status(302, "", {"location": "http://["})) as upstream,
        pytest.raises(BadAnswer, match="redirects to http://\\[, which is no address"),
    ):
        asyncio.run(_led(upstream.url))


def test_who_gave_an_address_is_told_of_no_setting() -> None:
    """There is no provider whose `base_url` could be wrong."""
    with Upstream(status(200)) as upstream:
        url = upstream.url
    with pytest.raises(ConnectionFailed) as failed:
        asyncio.run(_led(f"{url}/a"))
    assert "check the address" in str(failed.value)
    assert "base_url" not in str(failed.value)
