"""A process that records runs and says of each when it is acknowledged.

Run as `python -m tests.support.ledger_writer FOLDER FIRST COUNT`; prints the number of
each run once nobody has to wait for it any more.
"""

import sys
import time
from pathlib import Path

from hexai.service.recorder import LedgerRecorder
from tests.support.records import run_record


def main() -> None:
    """Record runs, one after the other."""
    folder, first, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    recorder = LedgerRecorder(folder, now=time.time)  # noqa: TID251 - a real clock
    for number in range(first, first + count):
        recorder.record(run_record(number))
        recorder.flush()
        sys.stdout.write(f"{number}\n")
        sys.stdout.flush()
    recorder.close()


if __name__ == "__main__":
    main()
