"""Whether configuration files have changed, without reading them."""

import os
from pathlib import Path

from hexai.config.watch import state_of


def test_size_time_and_identity_count(tmp_path: Path) -> None:
    """A file that was replaced by its like is another one."""
    file = tmp_path / "config.toml"
    absent = state_of([file])
    file.write_text("a")
    os.utime(file, ns=(1, 1))
    first = state_of([file])
    assert state_of([file]) == first != absent

    file.write_text("b")
    assert state_of([file]) != first
    os.utime(file, ns=(1, 1))
    assert state_of([file]) == first

    file.write_text("bb")
    os.utime(file, ns=(1, 1))
    longer = state_of([file])
    assert longer != first

    other = tmp_path / "other"
    other.write_text("bb")
    os.utime(other, ns=(1, 1))
    other.replace(file)
    assert state_of([file]) != longer


def test_what_cannot_be_looked_at_is_not_there(tmp_path: Path) -> None:
    """It raises nothing."""
    (tmp_path / "file").touch()
    assert state_of([tmp_path / "file" / "below", Path("x\0y")]) == (None, None)
