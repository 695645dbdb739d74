"""Input that is kept when a run fails before anything was sent."""

import stat
from pathlib import Path

import pytest

from hexai.service.state_files import MOST_KEPT, KeptPrompts, Told

NOON = 1_800_000_000.25


def test_input_is_kept_in_a_private_file_of_its_own(tmp_path: Path) -> None:
    """Two inputs of the same moment are two files, whole, and only their owner's."""
    kept = KeptPrompts(tmp_path / "prompts", now=lambda: NOON)

    first, second = kept.keep("explain\n"), kept.keep("Grüße 🦉 \udcff")

    assert first.read_bytes() == b"explain\n"
    assert second.read_bytes() == "Grüße 🦉 ".encode() + b"\xff"
    assert first.parent == second.parent == tmp_path / "prompts"
    assert first.name == "20270115-080000-250000.md"
    assert {stat.S_IMODE(p.stat().st_mode) for p in (first, second)} == {0o600}


def test_the_oldest_input_goes(tmp_path: Path) -> None:
    """Only so many inputs are kept; those of the last runs stay."""
    clock = iter(range(2_000_000_000, 2_000_000_100))
    kept = KeptPrompts(tmp_path / "prompts", now=lambda: float(next(clock)))

    paths = [kept.keep(f"prompt {number}") for number in range(MOST_KEPT + 5)]

    assert sorted((tmp_path / "prompts").iterdir()) == paths[5:]


def test_all_input_is_forgotten(tmp_path: Path) -> None:
    """Forgetting removes every input, and does not mind if there is none."""
    kept = KeptPrompts(tmp_path / "prompts", now=lambda: NOON)
    kept.forget_all()
    kept.keep("secret plans")

    kept.forget_all()

    assert list((tmp_path / "prompts").iterdir()) == []


def test_input_that_cannot_be_kept_is_an_error(tmp_path: Path) -> None:
    """The caller hears of a folder that cannot be used, and can say so."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "prompts").symlink_to(tmp_path / "elsewhere")
    kept = KeptPrompts(tmp_path / "prompts", now=lambda: NOON)

    with pytest.raises(NotADirectoryError):
        kept.keep("text")

    assert list((tmp_path / "elsewhere").iterdir()) == []


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
