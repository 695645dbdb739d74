"""Which file a model's name stands for, and what tells one model from another."""

import os
import sys
from pathlib import Path

import pytest

from hexai.errors import NotSent, UnknownModel
from hexai.providers.llamacpp.model_files import (
    find_model,
    model_path,
    xllamacpp_version,
)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("smollm2", "/store/smollm2.gguf"),
        ("qwen.Q4_1", "/store/qwen.Q4_1.gguf"),
        ("qwen.gguf", "/store/qwen.gguf"),
        ("/models/my.gguf", "/models/my.gguf"),
        ("/models/my", "/models/my"),
    ],
)
def test_a_name_is_in_the_store_and_a_path_is_itself(model: str, expected: str) -> None:
    """Only a name without a slash is looked for among the pulled models."""
    assert model_path(model, Path("/store")) == Path(expected)


def test_a_relative_path_is_refused() -> None:
    """Nothing is looked up relative to the working directory."""
    with pytest.raises(UnknownModel, match="relative path; give the absolute path"):
        model_path("./my.gguf", Path("/store"))


def test_a_model_is_described_by_its_file(tmp_path: Path) -> None:
    """Device, inode, size and time are those of the file that a link leads to."""
    real = _gguf(tmp_path / "real.gguf")
    (tmp_path / "link.gguf").symlink_to(real)

    found = find_model(str(tmp_path / "link.gguf"), tmp_path)

    assert found.path == str(tmp_path / "link.gguf")
    assert (found.device, found.inode) == (real.stat().st_dev, real.stat().st_ino)
    assert (found.size, found.mtime_ns) == (8, real.stat().st_mtime_ns)


@pytest.mark.parametrize(
    ("model", "advice"),
    [
        ("smollm2", "run: hexai models pull smollm2"),
        ("other", "or give the path of a GGUF file"),
        ("/nowhere/my.gguf", "there is no file /nowhere/my.gguf"),
        ("/nowhere/\udce9.gguf", "not valid text"),
        ("/nowhere/\0.gguf", "not valid text"),
    ],
)
def test_a_missing_model_says_what_to_do(
    tmp_path: Path, model: str, advice: str
) -> None:
    """A model that is not there is one line that names the way out."""
    with pytest.raises(UnknownModel) as caught:
        find_model(model, tmp_path)

    assert advice in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("kind", ["text", "empty", "folder", "fifo"])
def test_what_is_no_model_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    """Anything but a regular file that begins like a model, and nothing that hangs."""
    path = tmp_path / "my.gguf"
    match kind:
        case "text":
            path.write_text("PK..")
        case "empty":
            path.touch()
        case "folder":
            path.mkdir()
        case _:
            os.mkfifo(path)

    with pytest.raises(UnknownModel, match="is not a GGUF file"):
        find_model(str(path), tmp_path)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    """The system's reason is told; here a link that leads to itself."""
    (tmp_path / "loop.gguf").symlink_to(tmp_path / "loop.gguf")

    with pytest.raises(UnknownModel, match=r"cannot read .*loop.gguf: Too many levels"):
        find_model("loop", tmp_path)


def test_a_file_that_was_swapped_is_noticed(tmp_path: Path) -> None:
    """The bytes that were looked at are there until another file has their name."""
    path = _gguf(tmp_path / "my.gguf")
    found = find_model("my", tmp_path)
    assert found.is_still_there()

    _gguf(tmp_path / "new.gguf").replace(path)
    assert not found.is_still_there()
    path.unlink()
    assert not found.is_still_there()


def test_the_version_of_xllamacpp_makes_another_worker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The version is found without importing anything."""
    (tmp_path / "xllamacpp").mkdir()
    (tmp_path / "xllamacpp" / "__init__.py").write_text("raise RuntimeError")
    (tmp_path / "xllamacpp-1.2.3.dist-info").mkdir()
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "xllamacpp", raising=False)

    assert "1.2.3" in xllamacpp_version()


def test_a_missing_extra_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without xllamacpp the one line names the extra."""
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.delitem(sys.modules, "xllamacpp", raising=False)

    with pytest.raises(NotSent, match=r"pip install .*'hexai\[local\]'"):
        xllamacpp_version()


def _gguf(path: Path) -> Path:
    path.write_bytes(b"GGUF....")
    return path
