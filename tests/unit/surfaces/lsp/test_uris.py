"""Which file a URI names."""

from pathlib import Path

import pytest

from hexai.surfaces.lsp.uris import to_path


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("file:///tmp/a.py", "/tmp/a.py"),
        ("file:///tmp/a%20b%23.py", "/tmp/a b#.py"),
        ("file:///tmp/%C3%A4.py", "/tmp/ä.py"),
        ("file:///tmp/%FF.py", "/tmp/\udcff.py"),
        ("file://localhost/tmp/a.py", "/tmp/a.py"),
        ("FILE:///tmp/a.py", "/tmp/a.py"),
        ("file:/tmp/a.py", "/tmp/a.py"),
        ("file://server/share/a.py", None),
        ("file:///tmp/%00", None),
        ("file:a.py", None),
        ("untitled:Untitled-1", None),
        ("vscode-notebook-cell:/tmp/a.ipynb#W0", None),
        ("https://example.org/a.py", None),
        ("file://[", None),
        ("", None),
    ],
)
def test_a_uri_names_a_file_or_none(uri: str, path: str | None) -> None:
    """Only a file of this machine has a path."""
    assert to_path(uri) == (Path(path) if path else None)
