"""`scripts/environment.sh`, by which the scripts beside it make their environments."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_an_active_environment_is_not_made_anew_by_its_own_python(
    tmp_path: Path,
) -> None:
    """It would be removed before it is asked to make one."""
    scripts, active = tmp_path / "scripts", tmp_path / ".venv" / "bin"
    scripts.mkdir()
    active.mkdir(parents=True)
    text = (ROOT / "scripts" / "environment.sh").read_text("utf-8")
    (scripts / "environment.sh").write_text(text, "utf-8")
    (active / "python3").symlink_to(sys.executable)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "python3").symlink_to(sys.executable)

    path = f"{active}:{elsewhere}:{active}:{os.defpath}"
    found = subprocess.run(
        ["bash", "-c", f"source {scripts}/environment.sh && find_python"],
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=True,
    )

    assert found.stdout.strip() == str(elsewhere / "python3")
