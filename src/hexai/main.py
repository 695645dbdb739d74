"""The console scripts: answer --version at once, then hand over to a surface."""

import sys


def main() -> None:
    """Run `hexai`."""
    sys.exit(2)
