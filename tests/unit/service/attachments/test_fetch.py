"""Which redirects of a page are followed."""

import pytest

from hexai.service.attachments.fetch import is_address, stays


@pytest.mark.parametrize(
    ("asked", "target", "is_followed"),
    [
        ("http://a.example", "http://a.example", True),
        ("http://a.example", "https://a.example", True),
        ("http://a.example", "https://www.a.example", True),
        ("https://www.a.example", "https://a.example", True),
        ("https://a.example", "http://a.example", False),
        ("http://a.example", "http://www.a.example", False),
        ("https://a.example", "https://b.example", False),
        ("https://a.example", "https://a.example.evil", False),
        ("https://a.example", "https://a.example:8443", False),
        ("http://a.example:8000", "https://a.example", False),
        ("http://127.0.0.1:8000", "http://127.0.0.1:11434", False),
        ("https://a.example", "http://127.0.0.1", False),
        ("https://a.example", "http://169.254.169.254", False),
    ],
)
def test_only_the_host_that_was_named_is_asked(
    asked: str, target: str, is_followed: bool
) -> None:
    """And never less safely; another port is another server."""
    assert stays(asked, target) is is_followed


@pytest.mark.parametrize(
    ("name", "is_one"),
    [
        ("https://a.example/x", True),
        ("HTTP://a.example", True),
        ("a.example/x", False),
        ("file:///etc/passwd", False),
        ("ftp://a.example/x", False),
    ],
)
def test_only_pages_are_fetched(name: str, is_one: bool) -> None:
    """Whatever else has a colon is a path, and is probably not there."""
    assert is_address(name) is is_one
