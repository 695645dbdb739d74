"""What documents are called, by URI or path."""

import os
import random
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.config.folders import find_folders
from hexai.config.schema import Ignore
from hexai.service.guard.rules import guard_rules
from hexai.service.ignore.git import TakesLong
from hexai.service.ignore.ignore import IgnoreRules, ignored_name, name_of, paths_of


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("/a/b.py", "/a/b.py"),
        ("/a/b#c?d%20.py", "/a/b#c?d%20.py"),
        ("file:///a/b%20c.py", "/a/b c.py"),
        ("file://host/a/b.py", "/a/b.py"),
        ("FILE:///a/gr%C3%BC%C3%9Fe", "/a/grüße"),
        ("file:///a/%FF", "/a/\udcff"),
        ("untitled:Untitled-1", "Untitled-1"),
        ("vscode-notebook-cell:/a/b.ipynb#W0", "/a/b.ipynb"),
        ("git:/a/b.py?ref", "/a/b.py"),
        ("C:\\a\\b.py", "C:\\a\\b.py"),
        ("relative.py", "relative.py"),
        ("", ""),
    ],
)
def test_a_path_is_taken_out_of_a_uri(uri: str, path: str) -> None:
    """The likeliest reading comes first; a plain path is itself and nothing else."""
    assert paths_of(uri)[0] == path


def test_where_it_is_not_clear_both_readings_count() -> None:
    """Some clients do not encode what they have to."""
    assert paths_of("file:///a/b#c.py") == ("/a/b", "/a/b#c.py")
    assert paths_of("file:///a%2eb") == ("/a.b", "/a%2eb")


def test_people_are_told_the_last_part() -> None:
    """Without scheme, folders or encoding."""
    assert name_of("file:///a/b%20c.py") == "b c.py"
    assert name_of("untitled:Untitled-1") == "Untitled-1"
    assert name_of("/a/b/") == "b"
    assert name_of("") == ""


NAMED = {
    ".env": ".env*",
    "/home/me/project/.ENV.Production": ".env*",
    "config/prod.env": "*.env",
    "file:///srv/app/.env.local": ".env*",
    "untitled:.env": ".env*",
    "C:\\Users\\me\\.aws\\credentials": ".aws/credentials",
    "~/.ssh/config": ".ssh/*",
    "deploy/server.PEM": "*.pem",
    "id_ed25519": "id_ed25519*",
    "/home/me/.kube/config": ".kube/config",
    "/home/me/.netrc": ".netrc",
    "client_secret_1234.apps.json": "client_secret*.json",
    "infra/terraform.tfstate": "*.tfstate",
}


@pytest.mark.parametrize(("path", "pattern"), NAMED.items())
def test_files_stay_here_for_their_name(path: str, pattern: str) -> None:
    """Case, folders, separators and URI schemes do not matter."""
    rule = ignored_name(path)

    assert rule is not None
    assert rule.pattern == pattern


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "main.py",
        "environment.py",
        "env",
        "src/keyboard.go",
        "kube/config",
        "config",
        ".aws",
        "docs/pem.md",
        "client_secret.py",
        "a.env/readme.md",
    ],
)
def test_other_files_may_go(path: str) -> None:
    """A name that is only similar to a rule is no reason."""
    assert ignored_name(path) is None


def test_every_name_rule_matches_what_it_says() -> None:
    """Each pattern matches a path made from it, in any case and any folder."""
    for rule in guard_rules().names:
        path = "/srv/" + rule.pattern.replace("*", "x")
        assert ignored_name(path) is not None
        assert ignored_name(path.upper()) is not None
        assert rule.pattern == rule.pattern.casefold()
        assert rule.pattern.rpartition("/")[2].count("*") <= 1


ENVIRON = {"GIT_CONFIG_NOSYSTEM": "1"}


class Tree:
    """A repository and a home beside it, asked about with one memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.home = folder / "home"
        (self.folder / ".git" / "info").mkdir(parents=True)
        (self.home / ".config" / "git").mkdir(parents=True)
        self.rules = IgnoreRules(find_folders({}, self.home), ENVIRON)

    def write(self, path: str, text: str) -> None:
        """Write a file of the repository."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def write_own(self, text: str) -> None:
        """Write the user's own excludes."""
        (self.home / ".config" / "git" / "ignore").write_text(text)

    def why(self, path: str, *patterns: str, gitignore: bool = True) -> str:
        """Say why a document of the repository is ignored; empty if it is not."""
        settings = Ignore(extra_patterns=patterns, gitignore=gitignore)
        found = self.rules.find((self.folder / path).as_uri(), settings)
        return found.reason if found else ""


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    """Give each test a repository of its own."""
    return Tree(tmp_path)


def test_every_level_counts_and_the_deepest_decides(tree: Tree) -> None:
    """From the document's folder up to the repository's."""
    tree.write(".gitignore", "*.log\n/top\n")
    tree.write("a/b/.gitignore", "!keep.log\nlocal\n")

    assert tree.why("x.log").endswith(f"line 1 of {tree.folder}/.gitignore")
    assert tree.why("a/x.log")
    assert not tree.why("a/b/keep.log")
    assert tree.why("a/b/local").endswith(f"line 2 of {tree.folder}/a/b/.gitignore")
    assert not tree.why("a/local")
    assert tree.why("top")
    assert not tree.why("a/top")


def test_nothing_is_taken_back_out_of_an_ignored_folder(tree: Tree) -> None:
    """As git does not look into it, its `.gitignore` cannot say otherwise."""
    tree.write(".gitignore", "build/\n")
    tree.write("build/.gitignore", "!*\n")

    assert tree.why("build/deep/down/a.py").startswith("a.py is ignored by line 1 of")


def test_excludes_come_after_the_folders(tree: Tree) -> None:
    """The repository's, then the user's; a `.gitignore` may take both back."""
    tree.write(".git/info/exclude", "*.one\n")
    tree.write_own("*.one\n*.two\n")
    tree.write("a/.gitignore", "!*.two\n")

    assert "/.git/info/exclude" in tree.why("x.one")
    assert "/git/ignore" in tree.why("x.two")
    assert not tree.why("a/x.two")


def test_a_change_counts_at_once(tree: Tree) -> None:
    """What was decided is decided anew when a file comes, changes or goes."""
    assert not tree.why("a.py")
    tree.write(".gitignore", "a.py\n")
    assert tree.why("a.py")
    tree.write(".gitignore", "# a.py\n")
    assert not tree.why("a.py")
    tree.write_own("*.py\n")
    assert tree.why("a.py")
    tree.write(".git/config", "[core]\nexcludesFile = /dev/null\n")
    assert not tree.why("a.py")


def test_tracked_or_not_does_not_matter_nor_whether_it_is_there(tree: Tree) -> None:
    """The file may exist or be about to."""
    tree.write(".gitignore", "*.private\n")
    tree.write("there.private", "")

    assert tree.why("there.private")
    assert tree.why("not/yet/there.private")


def test_an_inner_repository_is_its_own(tree: Tree) -> None:
    """As for git: the outer one says nothing about it."""
    tree.write(".gitignore", "*\n")
    (tree.folder / "inner" / ".git").mkdir(parents=True)

    assert tree.why("a.py")
    assert not tree.why("inner/a.py")


def test_both_paths_of_a_link_count(tree: Tree, tmp_path: Path) -> None:
    """Where it stands, and where it leads; through linked folders too."""
    tree.write(".gitignore", "*.private\n")
    (tree.folder / "public.py").symlink_to("real.private")
    (tree.folder / "link.private").symlink_to("real.py")
    (tmp_path / "outside").symlink_to("repository")

    assert tree.why("public.py").startswith("real.private is ignored")
    assert tree.why("link.private")
    assert tree.rules.find(f"{tmp_path}/outside/x.private", Ignore()) is not None
    assert tree.why("a/../x.private")


def test_case_counts_as_the_repository_says(tree: Tree) -> None:
    """`core.ignoreCase` is set where the file system does not tell case."""
    tree.write(".gitignore", "Build/\n*.[P]rivate\n")
    assert not tree.why("build/a.py")
    tree.write(".git/config", "[core]\n\tignorecase = true\n")
    assert tree.why("build/a.py")
    assert tree.why("BUILD/A.PY")
    assert tree.why("x.pRiVaTe")


def test_git_can_be_left_out(tree: Tree) -> None:
    """Names and the settings' patterns still count."""
    tree.write(".gitignore", "*.py\n")

    assert not tree.why("a.py", gitignore=False)
    assert tree.why(".env", gitignore=False)
    assert tree.why("a.py", "*.py", gitignore=False)


def test_patterns_of_the_settings_count_from_the_repository(tree: Tree) -> None:
    """And no `.gitignore` takes back what they ignore; a `!` among them does."""
    tree.write(".gitignore", "!*.draft\n")

    assert tree.why("a/x.draft", "*.draft").startswith("x.draft is ignored by the patt")
    assert tree.why("doc/x.py", "/doc/")
    assert not tree.why("a/doc/x.py", "/doc/")
    assert not tree.why("a/x.draft", "*.draft", "!x.draft")
    assert tree.why("a/x.draft", "*.draft", "!x.draft", "a/")


def test_a_whole_path_means_that_path(tree: Tree) -> None:
    """Whoever writes one has no repository in mind."""
    assert tree.why("a/x.py", f"{tree.folder}/a/")
    assert not tree.why("b/x.py", f"{tree.folder}/a/")
    settings = Ignore(extra_patterns=("~/clients/",))
    mine = tree.home / "clients" / "one" / "a.py"
    (mine.parent / ".git").mkdir(parents=True)
    assert tree.rules.find(str(mine), settings) is not None
    # The name of a folder above the repository is nobody's business.
    assert not tree.why("a.py", "repository/")


def test_outside_a_repository_patterns_count_from_the_root(tmp_path: Path) -> None:
    """Git's files say nothing there, the settings do."""
    tree = Tree(tmp_path)
    tree.write_own("*.py\n")
    (tmp_path / ".gitignore").write_text("*.py\n")
    path = str(tmp_path / "loose" / "a.py")

    assert tree.rules.find(path, Ignore()) is None
    assert tree.rules.find(path, Ignore(extra_patterns=("loose/",))) is not None
    assert (
        tree.rules.find("untitled:a.py", Ignore(extra_patterns=("*.py",))) is not None
    )


@pytest.mark.parametrize("name", [".gitignore", "a/.gitignore", ".git/info/exclude"])
def test_what_cannot_be_read_may_ignore_anything(tree: Tree, name: str) -> None:
    """A FIFO is not waited for, and what it would say is not known."""
    (tree.folder / name).parent.mkdir(exist_ok=True)
    os.mkfifo(tree.folder / name)

    why = tree.why("a/x.py")
    assert why.endswith("is not a regular file, so what it ignores is not known")
    assert name in why


def test_the_empty_file_of_the_system_ignores_nothing(tree: Tree) -> None:
    """`/dev/null` in place of a file is how people say so."""
    (tree.folder / ".gitignore").symlink_to("/dev/null")

    assert not tree.why("a.py")


ODD = ["", "/", "file:", "file:///", "untitled:", "/a\0b", "file:///%00", "a:b:c"]
ODDER = [
    "/\ud800",
    "file:///\udcff",
    "/" + "a/" * 50_000,
    "//",
    "/../..",
    "%",
    "file:///%",
]


@pytest.mark.parametrize("uri", [*ODD, *ODDER], ids=lambda uri: ascii(uri)[:20])
def test_any_uri_can_be_asked_about(tree: Tree, uri: str) -> None:
    """Odd ones are no failure, take no time, and are not ignored for it."""
    began = time.thread_time()

    assert tree.rules.find(uri, Ignore(extra_patterns=("*.x", "/y"))) is None
    assert time.thread_time() - began < 0.5


def test_the_impatient_are_told_what_takes_long(tree: Tree) -> None:
    """Thousands of patterns are compared in a thread, and remembered."""
    tree.write(".gitignore", "".join(f"*.{n}\n" for n in range(2500)))
    uri = str(tree.folder / ("a/" * 40) / "x.py")

    with pytest.raises(TakesLong):
        tree.rules.find(uri, Ignore(), patient=False)
    assert tree.rules.find(uri, Ignore(), patient=True) is None
    assert tree.rules.find(uri, Ignore(), patient=False) is None


def test_many_documents_do_not_pile_up(tree: Tree) -> None:
    """What was decided of the oldest is decided again."""
    tree.write(".gitignore", "*.1\n")
    for number in range(600):
        assert bool(tree.why(f"a{number}.{number % 2}")) == bool(number % 2)
    assert tree.why("a1.1")
    assert len(tree.rules._decided) < 600


def test_hostile_patterns_take_no_time(tree: Tree) -> None:
    """Of its 30 stars, eight take a backtracking matcher half a minute."""
    tree.write(".gitignore", ("a*" * 30 + "b\n") * 50)
    began = time.thread_time()

    assert not tree.why("a" * 60)
    assert time.thread_time() - began < 0.5


LINES = [
    "*.a",
    "!*.a",
    "/x",
    "x/",
    "!x/",
    "y/*",
    "!y/z",
    "**/z",
    "x/**",
    "!x/y.a",
    "z.?",
]


def test_git_says_the_same_of_whole_trees(tree: Tree) -> None:
    """Files of patterns at all levels and in all places, made at random."""
    chance = random.Random(3)
    environ = ENVIRON | {
        "PATH": os.environ["PATH"],  # noqa: TID251 - to find git
        "HOME": str(tree.home),
    }
    subprocess.run(["git", "init", "-q", tree.folder], check=True, env=environ)
    names = ["x", "y", "z", "k.a", "y.a", "z.b"]
    paths = ["/".join(chance.choices(names, k=1 + n % 4)) for n in range(80)]
    for _ in range(25):
        for name in (".gitignore", "x/.gitignore", "y/z/.gitignore"):
            tree.write(name, _some_lines(chance))
        tree.write(".git/info/exclude", _some_lines(chance))
        tree.write_own(_some_lines(chance))
        said = dict(_explained(tree.folder, paths, environ))
        for path in paths:
            assert tree.why(path).rpartition(" line ")[2] == said.get(path, ""), path


def _some_lines(chance: random.Random) -> str:
    return "".join(f"{line}\n" for line in chance.sample(LINES, chance.randint(0, 4)))


def _explained(
    folder: Path, paths: list[str], environ: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """Let git say which line of which file ignores a path."""
    ran = subprocess.run(
        ["git", "-C", folder, "check-ignore", "--no-index", "-z", "-v", "--stdin"],
        input="\0".join(paths).encode(),
        capture_output=True,
        check=False,
        env=environ,
    )
    told = ran.stdout.decode().split("\0")
    for file, line, pattern, path in zip(*[iter(told)] * 4, strict=False):
        if not pattern.startswith("!"):
            yield path, f"{line} of {folder / file}"
