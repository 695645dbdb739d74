"""Addresses of models: what they mean, and where a hub may send."""

import pytest

from hexai.errors import UsageError
from hexai.service.setup.hub import (
    LISTED,
    may_follow,
    source_named,
    sum_in,
)

HUB = "https://huggingface.co/o/r/resolve/main/x.gguf"
SUM = "ab" * 32


def test_a_file_of_the_hub_has_an_address() -> None:
    """Folders are kept in the address, and not in the name."""
    source = source_named("hf:o/r/sub/x.GGUF", {})

    assert source is not None
    assert source.url == "https://huggingface.co/o/r/resolve/main/sub/x.GGUF"
    assert (source.file, source.name) == ("x.gguf", "x")
    assert source.hub == "https://huggingface.co:443"


def test_an_address_on_the_hub_belongs_to_it() -> None:
    """So a token goes along; to another server none does."""
    on_hub = source_named(f"{HUB}?download=true#x", {})
    elsewhere = source_named("https://example.org/a/x.gguf", {})

    assert on_hub is not None
    assert elsewhere is not None
    assert on_hub.hub
    assert on_hub.url == f"{HUB}?download=true"
    assert on_hub.shown == f"{HUB}?…"
    assert elsewhere.hub == ""


def test_another_hub_is_named_by_a_variable() -> None:
    """It must be https as well."""
    source = source_named("hf:o/r/x.gguf", {"HF_ENDPOINT": "https://mirror.test/hf/"})

    assert source is not None
    assert source.url == "https://mirror.test/hf/o/r/resolve/main/x.gguf"
    with pytest.raises(UsageError, match="HF_ENDPOINT"):
        source_named("hf:o/r/x.gguf", {"HF_ENDPOINT": "http://mirror.test"})


def test_listed_models_are_whole() -> None:
    """Each has a revision, a size and a sum, under a name of its own."""
    for listed in LISTED:
        source = source_named(listed.name, {})
        assert source is not None
        assert listed.revision in source.url
        assert source.file == f"{listed.name}.gguf"
        assert sum_in(source.sha256) == source.sha256 != ""
    assert len({each.name for each in LISTED}) == len(LISTED)


def test_a_name_is_no_address() -> None:
    """It is for the built-in model to know."""
    assert source_named("smollm2", {}) is None


@pytest.mark.parametrize(
    ("start", "target", "may"),
    [
        (HUB, "https://cas-bridge.xethub.hf.co/xet-bridge-us/1?sig=2", True),
        (HUB, "https://cdn-lfs-us-1.hf.co/repos/1/2", True),
        (HUB, "https://us.aws.cdn.hf.co/xet/1", True),
        (HUB, "https://cdn-lfs.huggingface.co/repos/1", True),
        (HUB, "https://huggingface.co/other/r/resolve/main/x.gguf", True),
        (HUB, "https://HUGGINGFACE.CO/x", True),
        (HUB, "https://nothf.co/x", False),
        (HUB, "https://hf.co.evil.example/x", False),
        (HUB, "https://evil.example/.hf.co", False),
        (HUB, "https://user@cdn-lfs.hf.co/x", False),
        (HUB, "http://cdn-lfs.hf.co/x", False),
        (HUB, "file:///etc/passwd", False),
        ("https://example.org/x.gguf", "https://cdn-lfs.hf.co/x", False),
        (
            "https://github.com/o/r/releases/download/1/x.gguf",
            "https://release-assets.githubusercontent.com/1",
            True,
        ),
    ],
)
def test_a_hub_sends_to_its_own_hosts(start: str, target: str, *, may: bool) -> None:
    """Whatever else an address is made to look like."""
    assert may_follow(start, target) == may


@pytest.mark.parametrize(
    ("etag", "found"),
    [
        (f'"{SUM}"', SUM),
        (f'W/"{SUM.upper()}"', SUM),
        (SUM, SUM),
        ('"d41d8cd98f00b204e9800998ecf8427e"', ""),
        (f'"{SUM}-2"', ""),
        ("", ""),
    ],
)
def test_a_tag_may_be_a_sum(etag: str, found: str) -> None:
    """Only 64 hex digits are one."""
    assert sum_in(etag) == found
