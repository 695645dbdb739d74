"""What makes a worker another one."""

from pathlib import Path

import msgspec

from hexai.providers.llamacpp.model_files import find_model
from hexai.providers.llamacpp.worker import LoadOptions, identity


def test_every_fact_makes_another_worker(tmp_path: Path) -> None:
    """File, load options and nothing else that a caller can choose."""
    (tmp_path / "my.gguf").write_bytes(b"GGUF....")
    found, options = find_model("my", tmp_path), LoadOptions()
    others = [
        msgspec.structs.replace(found, **{name: getattr(found, name) + 1})
        for name in ("device", "inode", "size", "mtime_ns")
    ]
    identities = {
        identity(found, options),
        identity(found, LoadOptions(context=1)),
        identity(found, LoadOptions(parallel=1)),
        *(identity(other, options) for other in others),
    }

    assert len(identities) == 7
    elsewhere = msgspec.structs.replace(found, path="/the/same/by/another/name")
    assert identity(elsewhere, options) == identity(found, options)
