"""Input that is kept when a run fails before anything was sent."""

import stat
from pathlib import Path

import pytest

from hexai.service.kept import MOST, KeptPrompts

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

    paths = [kept.keep(f"prompt {number}") for number in range(MOST + 5)]

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
