"""Watched files: read again when they change, and never waited for."""

import os
from pathlib import Path

import pytest

from hexai.config.files import Unreadable
from hexai.config.folders import find_folders
from hexai.service.ignore.git import (
    LIMIT,
    Excludes,
    Git,
    GitSetting,
    TakesLong,
    WatchedFiles,
    find_repository,
    parse_config,
)


def test_a_file_is_parsed_once_for_each_state(tmp_path: Path) -> None:
    """What it says is the same object until it changes, is replaced, or goes."""
    parsed: list[bytes] = []

    def parse(content: bytes) -> list[bytes]:
        parsed.append(content)
        return content.splitlines()

    files = WatchedFiles(parse)
    path = tmp_path / "ignore"

    def say() -> list[bytes]:
        return files.say(str(path), patient=True)

    assert say() == []
    path.write_bytes(b"a\nb")
    first = say()
    assert first == [b"a", b"b"]
    assert say() is first
    (tmp_path / "new").write_bytes(b"c\nd")
    (tmp_path / "new").rename(path)
    assert say() == [b"c", b"d"]
    path.unlink()
    assert say() == []
    assert parsed == [b"", b"a\nb", b"c\nd"]


def test_no_file_is_waited_for(tmp_path: Path) -> None:
    """A FIFO, a folder and what never ends are told, not opened."""
    files = WatchedFiles(bytes)
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "zero").symlink_to("/dev/zero")

    for name in ("fifo", "zero", "."):
        path = str(tmp_path / name)
        with pytest.raises(Unreadable, match="is not a regular file"):
            files.say(path, patient=True)


def test_what_is_no_file_says_nothing(tmp_path: Path) -> None:
    """The null device is the usual way to say so; odd names are no failure."""
    files = WatchedFiles(bytes)
    (tmp_path / "file").write_text("")
    (tmp_path / "none").symlink_to("gone")
    (tmp_path / "null").symlink_to("/dev/null")

    for name in ("none", "null", "file/below", "n" * 300, "a\0b", "a\ud800b"):
        assert files.say(f"{tmp_path}/{name}", patient=True) == b""
    assert files.say("/dev/null", patient=True) == b""


def test_a_file_that_is_too_large_is_told(tmp_path: Path) -> None:
    """Up to the limit it is read."""
    files = WatchedFiles(len)
    path = tmp_path / "ignore"
    path.write_bytes(b"a" * LIMIT)

    assert files.say(str(path), patient=True) == LIMIT
    path.write_bytes(b"a" * (LIMIT + 1))
    with pytest.raises(Unreadable, match=f"{path} is over 256 KiB"):
        files.say(str(path), patient=True)


def test_a_loop_of_links_is_told(tmp_path: Path) -> None:
    """It cannot be read, so nobody knows what it would say."""
    (tmp_path / "ignore").symlink_to("ignore")

    with pytest.raises(Unreadable, match="cannot be opened"):
        WatchedFiles(bytes).say(str(tmp_path / "ignore"), patient=True)


def test_the_impatient_get_only_what_is_quick(tmp_path: Path) -> None:
    """A large file is parsed for the patient; then everybody has it."""
    files = WatchedFiles(len)
    path = tmp_path / "ignore"
    path.write_bytes(b"a\n" * 20_000)

    with pytest.raises(TakesLong):
        files.say(str(path), patient=False)
    files.say(str(path), patient=True)
    assert files.say(str(path), patient=False) == 40_000


def test_many_files_do_not_pile_up(tmp_path: Path) -> None:
    """The oldest are forgotten and read again."""
    files = WatchedFiles(bytes)
    for number in range(600):
        path = tmp_path / str(number)
        path.write_text(str(number))

        assert files.say(str(path), patient=True) == str(number).encode()
    assert files.say(str(tmp_path / "0"), patient=True) == b"0"
    assert len(files._said) < 600


class Home:
    """A user with a configuration of git and a repository."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.config = self.home / ".config" / "git"
        self.repository = folder / "repository"
        self.git = self.repository / ".git"
        self.git.mkdir(parents=True)
        self.config.mkdir(parents=True)
        self.environ = {"GIT_CONFIG_NOSYSTEM": "yes"}

    def excludes(self, repository: Path | None = None) -> Excludes:
        """Ask with a new memory."""
        git = Git(find_folders({}, self.home), self.environ)
        return git.excludes(str(repository or self.repository), patient=True)

    def files(self, repository: Path | None = None) -> list[str]:
        """Give the paths that count, as the user may write them."""
        files = self.excludes(repository).files
        return [file.replace(str(self.home), "~") for file in files[1:]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Give a home of its own to each test."""
    return Home(tmp_path)


def test_without_configuration_the_usual_file_counts(home: Home) -> None:
    """And the repository's own one before it."""
    assert home.excludes() == Excludes(
        files=(str(home.git / "info/exclude"), str(home.config / "ignore"))
    )


def test_the_configuration_names_another_file(home: Home) -> None:
    """The last to do so counts: the repository's after the user's two."""
    (home.config / "config").write_text("[core]\nexcludesFile = /a\n")
    assert home.files() == ["/a"]
    (home.home / ".gitconfig").write_text('[core]\n\texcludesfile = "~/b c" # mine\n')
    assert home.files() == ["~/b c"]
    (home.git / "config").write_text("[CORE] ExcludesFile=own\n[core]ignorecase\n")
    assert home.files() == [str(home.repository / "own")]
    assert home.excludes().any_case


def test_nobody_need_have_excludes(home: Home) -> None:
    """An empty name means none, and another user's home is not looked up."""
    for value in ("", '""', "~somebody/ignore"):
        (home.home / ".gitconfig").write_text(f"[core]\nexcludesfile = {value}\n")
        assert home.files() == []


def test_included_files_count_where_they_are_included(home: Home) -> None:
    """What a condition decides counts beside the rest."""
    (home.home / ".gitconfig").write_text(
        "[core]\nexcludesfile = /a\n[include]\npath = more\n"
        '[includeIf "gitdir:~/work/"]\npath = ~/work.config\n'
    )
    (home.home / "more").write_text("[core]\nexcludesfile = /b\n")
    (home.home / "work.config").write_text("[core]\nexcludesfile = /c\n")

    assert home.files() == ["/b", "/c"]


def test_files_that_include_each_other_end(home: Home) -> None:
    """Each is read once, and there are not too many."""
    (home.home / ".gitconfig").write_text("[include]\npath = .gitconfig\npath = b\n")
    (home.home / "b").write_text("[include]\npath=b\n[core]\nexcludesfile=/a\n" * 99)
    assert home.files() == ["/a"]

    many = "".join(f"path = c{number}\n" for number in range(100))
    (home.home / "b").write_text(f"[include]\n{many}")
    with pytest.raises(Unreadable, match="one file too many"):
        home.files()


def test_the_environment_names_other_files(home: Home, tmp_path: Path) -> None:
    """As for git itself; a relative name is nowhere looked up."""
    (home.home / ".gitconfig").write_text("[core]\nexcludesfile = /a\n")
    (tmp_path / "system").write_text("[core]\nexcludesfile = /b\n")
    (tmp_path / "global").write_text("[core]\nexcludesfile = /c\n")

    home.environ["GIT_CONFIG_GLOBAL"] = "relative"
    assert home.files() == ["~/.config/git/ignore"]
    home.environ |= {"GIT_CONFIG_SYSTEM": str(tmp_path / "system")}
    assert home.files() == ["~/.config/git/ignore"]
    home.environ["GIT_CONFIG_NOSYSTEM"] = "0"
    assert home.files() == ["/b"]
    home.environ["GIT_CONFIG_GLOBAL"] = str(tmp_path / "global")
    assert home.files() == ["/c"]


def test_worktrees_share_the_excludes_of_their_repository(
    home: Home, tmp_path: Path
) -> None:
    """`.git` is a file there, and leads to a folder that leads on."""
    link = home.git / "worktrees" / "one"
    link.mkdir(parents=True)
    (link / "commondir").write_text("../..\n")
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / ".git").write_text(f"gitdir: {link}\n")
    (home.git / "config").write_text("[core]\nexcludesfile = /a\n")

    excludes = home.excludes(tree).files
    assert Path(excludes[0]).resolve() == home.git / "info" / "exclude"
    assert home.files(tree) == ["/a"]


def test_submodules_have_excludes_of_their_own(home: Home) -> None:
    """Their `.git` names a folder by a relative path."""
    inner = home.repository / "inner"
    inner.mkdir()
    (inner / ".git").write_text("gitdir: ../.git/modules/inner\n")

    excludes = home.excludes(inner).files
    assert Path(excludes[0]).resolve() == home.git / "modules/inner/info/exclude"


@pytest.mark.parametrize(
    "content", ["", "nonsense", "gitdir: a\0b", "gitdir: /dev/zero"]
)
def test_a_git_file_may_hold_anything(home: Home, content: str) -> None:
    """What leads nowhere adds nothing, and fails nothing."""
    home.git.rmdir()
    home.git.write_text(content)

    assert home.files() == ["~/.config/git/ignore"]


def test_the_innermost_repository_counts(home: Home) -> None:
    """As for git; whatever `.git` is."""
    inner = home.repository / "a" / "b"
    inner.mkdir(parents=True)

    assert find_repository(f"{inner}/x.py") == str(home.repository)
    (inner / ".git").symlink_to("nowhere")
    assert find_repository(f"{inner}/x.py") == str(inner)
    assert find_repository("/x.py") == ""


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("excludesfile = a b ", "a b"),
        ('excludesfile = "a # b" ; c', "a # b"),
        (r'excludesfile = "a\"b\\c"', r'a"b\c'),
        ("excludesfile = a \\\n  b", "a   b"),
        ("excludesfile =", ""),
        ("excludesfile", "true"),
        ('excludesfile = a"b c"d', "ab cd"),
        ('excludesfile = "a b  "', "a b  "),
    ],
)
def test_values_are_read_as_git_reads_them(line: str, value: str) -> None:
    """Quotes, escapes, comments and continued lines."""
    setting = GitSetting(section="core", key="excludesfile", value=value)
    assert parse_config(f"[core]\n{line}\n".encode()) == (setting,)


@pytest.mark.parametrize(
    "text",
    [
        '[core "x"]\nexcludesfile = a\n',
        "[corex]\nexcludesfile = a\n",
        "# [core]\nexcludesfile = a\n",
        "[core]\n# excludesfile = a\n",
        "[core]\nexcludes = a\n",
        "[core\nexcludesfile = a\n",
        '[include "x"]\npath = a\n',
        "\xff\xfe\0",
    ],
)
def test_other_settings_do_not_matter(text: str) -> None:
    """Nor does what is no configuration."""
    assert parse_config(text.encode("latin-1")) == ()


@pytest.mark.parametrize(
    "text", ["[a]" * 90_000, '[core "' + "\\" * 200_000, "a=" * 99]
)
def test_no_configuration_takes_long(text: str) -> None:
    """One pass over each line, whatever it is."""
    assert parse_config(text.encode()) == ()
