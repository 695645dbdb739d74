"""What is said about where a question comes from."""

from pathlib import Path

import pytest

from hexai.surfaces.lsp.asking import Origin
from hexai.surfaces.lsp.documents import Document
from hexai.text.lines import Lines, Position


def origin(uri: str, *, version: int = 1) -> Origin:
    """Give the origin of a document."""
    lines = Lines.of("x = 1\n")
    return Origin.of(
        Document(
            uri=uri, language="python", version=version, lines=lines, changed_at=0.0
        )
    )


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Make a project with a folder in it."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "src").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("name", "expected"), [("src/a.py", "src/a.py"), ("src/%FF.py", "src/?.py")]
)
def test_models_are_told_the_path_within_the_project(
    project: Path, name: str, expected: str
) -> None:
    """Nothing above it, and nothing that cannot be sent."""
    found = origin(f"file://{project}/{name}")

    assert found.project == str(project)
    assert found.name == expected


def test_models_are_told_no_folder_where_there_is_no_project() -> None:
    """The folders of a user's home are nobody's business."""
    assert origin("file:///nowhere/at/all/a.py").name == "a.py"


def test_a_document_that_is_no_file_has_no_name() -> None:
    """Nor has it a project."""
    found = origin("untitled:Untitled-1")

    assert (found.name, found.project) == ("", "")


def test_servers_that_ask_at_one_place_of_one_version_give_the_same_place() -> None:
    """Another position, version or document is another one, and none is readable."""
    here = origin("file:///a.py").background(Position(0, 1)).place
    others = {
        origin("file:///a.py").background(Position(0, 2)).place,
        origin("file:///a.py", version=2).background(Position(0, 1)).place,
        origin("file:///b.py").background(Position(0, 1)).place,
    }

    assert origin("file:///a.py").background(Position(0, 1)).place == here
    assert len({here, *others}) == 4
    assert "a.py" not in here


def test_a_question_without_a_place_has_none() -> None:
    """Chat and code actions are not joined with other servers' questions."""
    assert origin("file:///a.py").background().place == ""
