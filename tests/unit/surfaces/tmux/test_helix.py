"""Who has started us, as far as it matters."""

from pathlib import Path

import pytest

from hexai.surfaces.tmux.helix import reads_standard_error


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["hx"], True),
        (["sh", "helix"], True),
        (["sh", "a b) c", "hx"], True),
        (["sh", "nvim"], False),
        (["1", "2", "3", "4", "hx"], False),
        ([], False),
    ],
)
def test_helix_is_found_behind_a_shell(
    tmp_path: Path, names: list[str], found: bool
) -> None:
    """A few generations up, whatever the processes between are called."""
    for number, name in enumerate(names, 10):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "stat").write_text(f"{number} ({name}) S {number + 1} 1 1")

    assert reads_standard_error(10, tmp_path) is found
