"""Name lookups that hang, in a network namespace with a resolver of its own."""

import json
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.debian, pytest.mark.alone]


def test_a_dead_name_server_holds_up_no_good_contender() -> None:
    """Six hanging lookups, one good contender: shown, and gone after 1.5 s."""
    world = ["unshare", "--net", "--mount", sys.executable, "-m"]
    ran = subprocess.run(
        [*world, "tests.support.dead_name_server"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    asked = json.loads(ran.stdout)

    for told in asked:
        assert "hi there" in told["stdout"]
        assert told["status"] == 4
        assert told["stderr"].count("failed provider=far") == 6
    assert min(told["seconds"] for told in asked) < 1.5
