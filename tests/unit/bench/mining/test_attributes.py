"""What a repository says of its own files."""

import pytest

from hexai.bench.mining.attributes import is_marked, parse_attributes

CASES = [
    ("*.gen.py linguist-generated", "a/x.gen.py", True),
    ("*.gen.py linguist-generated=true text", "x.gen.py", True),
    ("api/** linguist-vendored", "api/x/y.py", True),
    ("/api/*.py linguist-vendored", "b/api/x.py", False),
    ("*.py linguist-generated\nx.py -linguist-generated", "x.py", False),
    ("*.py linguist-generated\nx.py linguist-generated=false", "x.py", False),
    ("*.py linguist-generatedness", "x.py", False),
    ("*.py filter=lfs diff=trap", "x.py", False),
    ("[attr]trap linguist-generated\n*.py trap", "x.py", False),
    ("# *.py linguist-generated", "x.py", False),
    ("", "x.py", False),
]


@pytest.mark.parametrize(("text", "path", "marked"), CASES)
def test_two_words_are_read(text: str, path: str, marked: bool) -> None:
    """The last line that names a file decides; all other words say nothing."""
    rules = parse_attributes(text.encode())

    assert is_marked(path.encode(), lambda folder: () if folder else rules) is marked


def test_a_folder_s_own_file_counts_most() -> None:
    """What stands nearer to a file overrules what stands above."""
    files = {
        b"": parse_attributes(b"*.py linguist-generated\n"),
        b"a": parse_attributes(b"x.py -linguist-generated\n"),
    }

    def marked(path: bytes) -> bool:
        return is_marked(path, lambda folder: files.get(folder, ()))

    assert marked(b"x.py")
    assert marked(b"a/y.py")
    assert not marked(b"a/x.py")
