"""What is said once."""

import stat
from pathlib import Path

from hexai.service.told import Told


def test_a_text_is_first_once(tmp_path: Path) -> None:
    """For all processes that share the folder; another text is another."""
    folder = tmp_path / "state" / "told"

    assert Told(folder).is_first("a")
    assert not Told(folder).is_first("a")
    assert Told(folder).is_first("b")


def test_marks_are_private_and_tell_nothing(tmp_path: Path) -> None:
    """Empty files, called by digests."""
    folder = tmp_path / "told"
    Told(folder).is_first("MARK")

    [mark] = folder.iterdir()
    assert (stat.S_IMODE(mark.stat().st_mode), mark.read_bytes()) == (0o600, b"")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert "MARK" not in mark.name


def test_where_no_mark_can_be_left_it_is_said_each_time(tmp_path: Path) -> None:
    """A link in its place is not followed."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "told").symlink_to(tmp_path / "elsewhere")
    told = Told(tmp_path / "told")

    assert told.is_first("a")
    assert told.is_first("a")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_marks_do_not_pile_up(tmp_path: Path) -> None:
    """Whoever has seen very many is told again."""
    told = Told(tmp_path / "told")

    assert all(told.is_first(str(number)) for number in range(450))
    assert len(list((tmp_path / "told").iterdir())) <= 200


def test_marks_can_be_forgotten(tmp_path: Path) -> None:
    """Then all is said again."""
    told = Told(tmp_path / "told")
    told.is_first("a")

    assert told.forget_all() == []
    assert told.is_first("a")
