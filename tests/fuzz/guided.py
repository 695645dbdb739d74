"""Runs one target under atheris, which keeps inputs that reach new code.

    scripts/fuzz --guided TARGET [OPTION OF LIBFUZZER …]

What it keeps lies in `.fuzz/corpus/TARGET`, beside the seeds, and is no part of the
repository; what fails is written to the working directory.
"""

import sys
import zlib
from pathlib import Path
from random import Random

import atheris

with atheris.instrument_imports(include=["hexai"]):
    from tests.fuzz.targets import TARGETS

_CORPUS = Path(__file__).parents[2] / ".fuzz" / "corpus"


def main() -> None:
    """Read the command line and run until stopped."""
    name, *options = sys.argv[1:]
    target = next(target for target in TARGETS if target.name == name)
    corpus = _CORPUS / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number}").write_bytes(seed)

    def one_input(data: bytes) -> None:
        target.run(data, Random(zlib.crc32(data)))

    arguments = [sys.argv[0], str(corpus), "-timeout=5", "-max_len=8192", *options]
    atheris.Setup(arguments, one_input)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
