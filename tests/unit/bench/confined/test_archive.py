"""The files of a commit, packed: what is in, and what is left out."""

import tarfile
from pathlib import Path

import pytest
from pygit2.enums import FileMode

from hexai.bench.confined.archive import TooLarge, pack
from hexai.bench.mining.repository import Repository
from hexai.bench.mining.trees import Absent, Trees
from tests.support.repositories import MadeRepository


def packed(
    made: MadeRepository, tree: str = "", **limits: int
) -> dict[str, tarfile.TarInfo]:
    """Pack the last commit's files; gives the entries by name."""
    repository = Repository(made.folder)
    tree = tree or str(made.repository[made.ids[-1]].tree.id)
    with pack(repository, Trees(repository), tree, **limits) as file:
        file.seek(0)
        with tarfile.open(fileobj=file) as found:
            return {each.name: each for each in found.getmembers()}


@pytest.fixture
def made(tmp_path: Path) -> MadeRepository:
    """Make a repository of two files."""
    made = MadeRepository(tmp_path / "repo")
    made.commit({"a.txt": "a\n", "below/b.py": "b\n"})
    return made


def test_files_are_as_of_the_commit(made: MadeRepository) -> None:
    """Whatever lies in the folder today; programs may be run."""
    made.link("run.sh", "#!/bin/sh\n", FileMode.BLOB_EXECUTABLE)
    made.commit({"a.txt": "later\n"})
    (made.folder / "a.txt").write_text("today\n")
    (made.folder / "untracked").write_text("today\n")

    found = packed(made)

    assert sorted(found) == ["a.txt", "below/b.py", "run.sh"]
    assert found["a.txt"].size == len("later\n")
    assert found["run.sh"].mode == 0o755
    assert found["a.txt"].mode == 0o644


@pytest.mark.parametrize(
    ("path", "target", "is_in"),
    [
        ("link", "a.txt", True),
        ("below/link", "../a.txt", True),
        ("link", "/etc/passwd", False),
        ("link", "../a.txt", False),
        ("below/link", "../../repo/a.txt", False),
    ],
)
def test_links_lead_nowhere_else(
    made: MadeRepository, path: str, target: str, is_in: bool
) -> None:
    """Those within the copy are kept."""
    made.link(path, target)
    made.commit({"c.txt": "c\n"})

    assert (path in packed(made)) is is_in


def test_submodules_are_elsewhere(made: MadeRepository) -> None:
    """Their commits are not in this repository."""
    made.submodule("vendor", "a" * 40)
    made.commit({"c.txt": "c\n"})

    assert sorted(packed(made)) == ["a.txt", "below/b.py", "c.txt"]


def test_what_is_not_there_or_too_much_is_told(made: MadeRepository) -> None:
    """As in a partial clone, or of a commit that nobody wants to copy."""
    with pytest.raises(Absent):
        packed(made, "f" * 40)
    with pytest.raises(TooLarge, match="over 1 files"):
        packed(made, most_files=1)
