"""Repositories that would have a reader run things, wait, or read without end.

Each harmless program leaves a mark, and git is shown to start it: a test that no mark
can be left in would prove nothing.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pygit2
import pytest
from pygit2.enums import FileMode, ObjectType

from hexai.bench.mining.repository import NoHistory
from tests.support.mining import mined, module
from tests.support.repositories import MadeRepository

HOOKS = (
    "fsmonitor-watchman",
    "post-checkout",
    "post-index-change",
    "post-merge",
    "pre-auto-gc",
    "pre-commit",
    "proc-receive",
    "push-to-checkout",
    "reference-transaction",
)
ATTRIBUTES = """\
[attr]trap filter=trap diff=trap merge=trap
* trap filter=trap diff=trap merge=trap ident text working-tree-encoding=UTF-16
"""


def config(program: Path) -> str:
    """Write a configuration that names a program wherever one can be named."""
    return f"""\
[core]
    repositoryformatversion = 0
    fsmonitor = {program}
    hooksPath = {program.parent}
    pager = {program}
    editor = {program}
    askPass = {program}
    sshCommand = {program}
    gitProxy = {program}
    alternateRefsCommand = {program}
[diff]
    external = {program}
[diff "trap"]
    command = {program}
    textconv = {program}
[filter "trap"]
    clean = {program}
    smudge = {program}
    process = {program}
    required = true
[merge "trap"]
    driver = {program}
[credential]
    helper = !{program}
[gpg]
    program = {program}
[log]
    showSignature = true
[pager]
    log = {program}
[remote "origin"]
    url = ext::{program}
    uploadpack = {program}
    promisor = true
    partialCloneFilter = blob:none
[submodule "part"]
    update = !{program}
    url = ext::{program}
[include]
    path = {program.parent}/more
[extensions]
    partialClone = origin
"""


class Trap:
    """A repository full of programs to be run, and whether one was."""

    def __init__(self, folder: Path, *, bare: bool = False) -> None:
        self.mark = folder / "mark"
        self.made = MadeRepository(folder / "made", bare=bare)
        self.made.link("linked.py", "/etc/passwd")
        self.made.submodule("part", "1" * 40)
        self.made.commit(
            {
                "a.py": module("alpha"),
                ".gitattributes": ATTRIBUTES,
                ".gitmodules": '[submodule "part"]\n path = part\n url = ./part\n',
            }
        )
        self.made.commit({"a.py": module("alpha", "beta")})
        program = folder / "program"
        program.write_text(f"#!/bin/sh\n: > {self.mark}\ncat\n")
        program.chmod(0o755)
        for hook in HOOKS:
            for place in (folder, self.made.git / "hooks"):
                place.mkdir(exist_ok=True)
                (place / hook).write_bytes(program.read_bytes())
                (place / hook).chmod(0o755)
        (self.made.git / "config").write_text(config(program))
        (self.made.git / "info").mkdir(exist_ok=True)
        (self.made.git / "info" / "attributes").write_text(ATTRIBUTES)


@pytest.mark.parametrize("bare", [False, True], ids=["with files", "bare"])
def test_nothing_of_the_configuration_runs(tmp_path: Path, bare: bool) -> None:
    """No hook, watcher, filter, diff, helper or remote is started; git starts some."""
    trap = Trap(tmp_path, bare=bare)
    before = state(trap.made.folder)

    found = mined(trap.made.folder, now=trap.made.now)

    assert {task.path for task in found.tasks} == {"a.py"}
    assert not trap.mark.exists()
    assert state(trap.made.folder) == before
    subprocess.run(
        ["git", "-C", str(trap.made.folder), "log", "-p", "--ext-diff"],
        capture_output=True,
        check=False,
    )
    assert trap.mark.exists()


def state(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """Give mode, time and bytes of all there is in a folder."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        stat = path.lstat()
        data = path.read_bytes() if path.is_file() else b""
        found[str(path)] = stat.st_mode, stat.st_mtime_ns, data
    return found


def test_the_environment_of_git_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is the repository at the path that is read, whatever git is told."""
    trap, other = Trap(tmp_path / "one"), MadeRepository(tmp_path / "other")
    other.commit({"other.py": module("other")})
    monkeypatch.setenv("GIT_DIR", str(other.git))
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", str(other.git / "objects"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other.folder))
    monkeypatch.setenv("GIT_EXTERNAL_DIFF", str(tmp_path / "one" / "program"))
    monkeypatch.setenv("GIT_CONFIG_COUNT", "1")
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "diff.external")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(tmp_path / "one" / "program"))

    found = mined(trap.made.folder, now=trap.made.now)

    assert {task.path for task in found.tasks} == {"a.py"}
    assert not trap.mark.exists()


def git(folder: Path, *arguments: str) -> None:
    """Have git itself make something of a repository."""
    subprocess.run(
        ["git", "-c", "protocol.file.allow=always", "-C", str(folder), *arguments],
        check=True,
        capture_output=True,
    )


def worktree(made: MadeRepository) -> Path:
    """Give a second folder of files, whose `.git` is a file."""
    place = made.folder.parent / "second"
    git(made.folder, "worktree", "add", "--detach", str(place))
    return place


def linked(made: MadeRepository) -> Path:
    """Give a folder whose `.git` is a link."""
    place = made.folder.parent / "linked"
    place.mkdir()
    (place / ".git").symlink_to(made.git)
    return place


def packed(made: MadeRepository) -> Path:
    """Pack all objects and references."""
    git(made.folder, "gc", "--quiet")
    return made.folder


def borrowing(made: MadeRepository) -> Path:
    """Give a clone whose objects are in another repository."""
    place = made.folder.parent / "borrowing"
    git(made.folder, "clone", "--quiet", "--shared", str(made.folder), str(place))
    return place


def detached(made: MadeRepository) -> Path:
    """Have HEAD name a commit, and no branch."""
    git(made.folder, "update-ref", "--no-deref", "HEAD", made.ids[-1])
    return made.folder


def bare(made: MadeRepository) -> Path:
    """Give a clone without files."""
    place = made.folder.parent / "bare.git"
    git(made.folder, "clone", "--quiet", "--bare", str(made.folder), str(place))
    return place


@pytest.mark.parametrize("make", [worktree, linked, packed, borrowing, detached, bare])
def test_repositories_come_in_many_shapes(
    tmp_path: Path, make: Callable[[MadeRepository], Path]
) -> None:
    """Wherever its objects and references lie, the history is the same."""
    made = MadeRepository(tmp_path / "made")
    for name in ("alpha", "beta", "gamma"):
        made.commit({f"{name}.py": module(name)})
    expected = mined(made.folder, now=made.now).tasks

    found = mined(make(made), now=made.now)

    assert found.tasks == expected != ()


def test_a_submodule_is_a_repository_of_its_own(tmp_path: Path) -> None:
    """What is checked out in it is found there, and not in the one around it."""
    inner = MadeRepository(tmp_path / "inner")
    inner.commit({"inner.py": module("inner")})
    outer = MadeRepository(tmp_path / "outer")
    outer.commit({"outer.py": module("outer")})
    git(outer.folder, "reset", "--quiet")
    git(outer.folder, "submodule", "--quiet", "add", str(inner.folder), "part")

    paths = [
        {task.path for task in mined(folder, now=outer.now).tasks}
        for folder in (outer.folder, outer.folder / "part")
    ]

    assert paths == [{"outer.py"}, {"inner.py"}]


def test_the_boundary_of_a_shallow_clone_is_left_out(tmp_path: Path) -> None:
    """Its whole tree looks added, and nobody wrote it in that commit."""
    made = MadeRepository(tmp_path / "made")
    for name in ("alpha", "beta", "gamma"):
        made.commit({f"{name}.py": module(name)})
    place = tmp_path / "shallow"
    url = f"file://{made.folder}"
    git(made.folder, "clone", "--quiet", "--depth", "2", url, str(place))

    found = mined(place, now=made.now)

    assert {task.path for task in found.tasks} == {"gamma.py"}
    assert any("shallow" in note for note in found.notes)


def test_absent_objects_of_a_partial_clone_are_left_out(tmp_path: Path) -> None:
    """Nothing is fetched, and a line says so."""
    made = MadeRepository(tmp_path / "made")
    for name in ("alpha", "beta", "gamma"):
        made.commit({f"{name}.py": module(name)})
    git(made.folder, "config", "uploadpack.allowFilter", "true")
    place = tmp_path / "partial"
    git(
        made.folder,
        *("clone", "--quiet", "--filter=blob:none", "--no-checkout"),
        f"file://{made.folder}",
        str(place),
    )

    found = mined(place, now=made.now)

    assert found.tasks == ()
    assert any("partial" in note for note in found.notes)


def test_objects_named_by_sha256_are_told(tmp_path: Path) -> None:
    """They cannot be read, and one line says so."""
    git(tmp_path, "init", "--quiet", "--object-format=sha256", "made")
    folder = tmp_path / "made"
    person = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org")
    git(folder, *person, "commit", "--quiet", "--allow-empty", "--message=one")

    with pytest.raises(NoHistory, match="SHA-256"):
        mined(folder, now=0)


@pytest.mark.parametrize(
    "place",
    ["HEAD", "packed-refs", "shallow", "objects/info/alternates", "objects/pack/x.idx",
     "objects/12/" + "3" * 38],
)  # fmt: skip
def test_nothing_waits_for_a_pipe(tmp_path: Path, place: str) -> None:
    """A FIFO in place of a file would hang who opens it."""
    made = MadeRepository(tmp_path / "made")
    made.commit({"alpha.py": module("alpha")})
    path = made.git / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    if place == "packed-refs":
        (made.git / (made.git / "HEAD").read_text()[5:].strip()).unlink()

    with pytest.raises(NoHistory):
        mined(made.folder, now=made.now)


def test_a_large_file_is_not_read(tmp_path: Path) -> None:
    """Its size is known before: 400 MB of zeros leave the memory as it was."""
    made = MadeRepository(tmp_path / "made", bare=True)
    made.commit({"alpha.py": module("alpha")})
    made.commit({"large.py": bytes(400 << 20), "beta.py": module("beta")})
    script = (
        "import sys; from pathlib import Path\n"
        "from tests.support.mining import mined\n"
        "found = mined(Path(sys.argv[1]), now=int(sys.argv[2]))\n"
        "status = Path('/proc/self/status').read_text()\n"
        "peak = int(status.partition('VmHWM:')[2].split()[0])\n"
        "print(*sorted({task.path for task in found.tasks}), peak >> 10)"
    )

    done = subprocess.run(
        [sys.executable, "-c", script, str(made.folder), str(made.now)],
        cwd=Path(__file__).parents[4],
        capture_output=True,
        check=True,
    )

    *paths, peak = done.stdout.decode().split()
    assert paths == ["alpha.py", "beta.py"]
    assert int(peak) < 150


def tree_of(made: MadeRepository, entries: list[tuple[bytes, bytes, str]]) -> str:
    """Write a folder as it is given, which git would not."""
    data = b"".join(
        mode + b" " + name + b"\0" + bytes.fromhex(id_) for mode, name, id_ in entries
    )
    return str(made.repository.odb.write(ObjectType.TREE, data))


def commit_tree(made: MadeRepository, tree: str) -> None:
    """Commit a folder."""
    person = pygit2.Signature("Ada", "ada@example.org", made.now, 0)
    made.repository.create_commit("HEAD", person, person, "odd", tree, made.ids[-1:])


ODD_NAMES = [
    b"..",
    b".",
    b".git",
    b".GIT",
    b"a\\b.py",
    b"\xff.py",
    b"a\nb.py",
    b"\x1b[m.py",
]


@pytest.mark.parametrize("name", ODD_NAMES, ids=repr)
def test_odd_names_lead_nowhere(tmp_path: Path, name: bytes) -> None:
    """What a path on disk must not be is no task, nor is anything below it."""
    made = MadeRepository(tmp_path / "made")
    made.commit({"alpha.py": module("alpha")})
    blob = str(made.repository.create_blob(module("odd").encode()))
    inner = tree_of(made, [(b"100644", b"odd.py", blob)])
    is_file = name.endswith(b".py")
    odd = (b"100644", name, blob) if is_file else (b"40000", name, inner)
    alpha = str(made.repository.create_blob(module("alpha").encode()))
    commit_tree(made, tree_of(made, [odd, (b"100644", b"alpha.py", alpha)]))

    found = mined(made.folder, now=made.now)

    assert {task.path for task in found.tasks} == {"alpha.py"}


def test_a_tree_without_end_ends(tmp_path: Path) -> None:
    """Ten names for ten names for ten names: 10^12 files, which nobody counts."""
    made = MadeRepository(tmp_path / "made")
    made.commit({"alpha.py": module("alpha")})
    inner = tree_of(made, [])
    for _ in range(12):
        inner = tree_of(made, [(b"40000", b"%d" % n, inner) for n in range(10)])
    commit_tree(made, inner)

    with pytest.raises(NoHistory, match="files"):
        mined(made.folder, now=made.now)


def test_links_and_submodules_are_no_files(tmp_path: Path) -> None:
    """A link named like code leads elsewhere."""
    made = MadeRepository(tmp_path / "made")
    made.link("link.py", "/etc/passwd")
    made.link("odd.py", module("odd"), FileMode.LINK)
    made.commit({"alpha.py": module("alpha")})

    found = mined(made.folder, now=made.now)

    assert {task.path for task in found.tasks} == {"alpha.py"}
