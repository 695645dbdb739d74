"""Finding project files, and reading them whatever they are."""

import os
from pathlib import Path

import pytest

from hexai.config.folders import Folders, find_folders
from hexai.config.narrowing.project import (
    FILE_LIMIT,
    ProjectFile,
    find_project_files,
    read_project_file,
)
from hexai.config.narrowing.restrictions import Restrictions
from hexai.config.narrowing.trust import Owned
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Surface
from hexai.errors import ConfigError
from tests.support.projects import FILE_NAME, make_repository, write_project_file

UNKNOWN = "it has problems, so what it forbids is not known"


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Folders of a user without any file."""
    return find_folders({}, tmp_path / "user")


def _load(folders: Folders, project: Path, user: str = "") -> Snapshot:
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.config_file.write_text(user)
    return load(folders, {}, project=project)


def _read(folders: Folders, path: Path) -> ProjectFile:
    return read_project_file(path, folders, user=os.geteuid(), owned=Owned.by([]))


class TestFinding:
    """From the folder up to the outermost enclosing git root."""

    def test_every_file_up_to_the_outermost_root_counts(self, tmp_path: Path) -> None:
        """The outermost first; those of inner repositories and submodules too."""
        above = write_project_file(tmp_path, "")
        outer = make_repository(tmp_path / "outer", "")
        between = outer / "a"
        inner = make_repository(between / "inner", "")
        module = inner / "module"
        write_project_file(module, "")
        (module / ".git").write_text("gitdir: ../../../../../etc")
        deep = module / "src" / "x"
        deep.mkdir(parents=True)

        found = find_project_files(deep)

        assert found == tuple(place / FILE_NAME for place in (outer, inner, module))
        assert above not in found

    def test_without_a_root_only_the_folder_itself_counts(self, tmp_path: Path) -> None:
        """Nobody knows where the project begins."""
        write_project_file(tmp_path, "")
        here = write_project_file(tmp_path / "a", "")
        (tmp_path / "a" / "b").mkdir()

        assert find_project_files(tmp_path / "a") == (here,)
        assert find_project_files(tmp_path / "a" / "b") == ()

    def test_a_folder_behind_a_link_has_the_files_of_both_paths(
        self, tmp_path: Path
    ) -> None:
        """A link lifts nothing."""
        real = make_repository(tmp_path / "real", "")
        other = make_repository(tmp_path / "other", "")
        (other / "link").symlink_to(real)

        found = find_project_files(other / "link")

        assert found == (other / FILE_NAME, other / "link" / FILE_NAME)
        (real / "deep").mkdir()
        (other / "far").symlink_to(real / "deep")
        found = find_project_files(other / "far")
        assert found == (other / FILE_NAME, real / FILE_NAME)

    def test_the_users_own_file_is_no_project_file(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Wherever it lies, and whatever links lead to it."""
        config = write_project_file(tmp_path, "local_only = true")
        link = tmp_path / "link"
        link.symlink_to(tmp_path)

        snapshot = load(folders, {}, config=config, project=link)

        assert snapshot.project == ()
        assert snapshot.restrictions.local_only == ""


class TestReading:
    """Whatever lies there: it is told, nothing hangs, and nothing leaves."""

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            (b"a =", ":1: column 4: is not valid TOML: Invalid value"),
            (b"\xff", ": is not UTF-8 (line 1); save it as UTF-8"),
            (b"#" * (FILE_LIMIT + 1), ": is over 64 KiB"),
            (b"local_onyl = true", ":1: local_onyl: unknown key; did you mean"),
            (b'local_only = "yes"', ":1: local_only: must be true or false"),
            (b"use.cli = 5", ":1: use.cli: must be a list, each a text"),
            (b".".join([b"a"] * 30) + b" = 1", ":1: has a name of very many parts"),
            (b"a = " + b"[" * 40, ":1: nests lists or tables very deeply"),
            (b"\na = '%b'" % (b"x" * 33_000), ":2: has a line of over 32 KiB"),
            (b"a = [%b]" % (b"1," * 2_500), ":1: holds more keys than are left"),
        ],
    )
    def test_a_file_with_problems_forbids_what_it_might(
        self, folders: Folders, tmp_path: Path, content: bytes, problem: str
    ) -> None:
        """Its restrictions cannot be known, so everything stays here."""
        path = write_project_file(tmp_path / "p", content)

        snapshot = _load(folders, path.parent)

        (warning,) = snapshot.warnings
        assert warning.startswith(f"{path}{problem}")
        assert "nothing goes from here to a cloud" in warning
        assert snapshot.settings.local_only
        reason = f"refused by {FILE_NAME}: {UNKNOWN}"
        assert snapshot.restrictions.local_only == reason
        assert snapshot.project[0].never_trusted == "it has problems"

    def test_the_files_of_a_chain_have_one_budget(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """What is beyond it is not read, and forbids what it might."""
        place = make_repository(tmp_path / "p", "")
        for _ in range(40):
            place /= "d"
            write_project_file(place, "general.max_tokens = 100\n")

        snapshot = _load(folders, place)

        read = [not file.problems for file in snapshot.project]
        assert read == [True] * 32 + [False] * 9
        assert snapshot.restrictions.local_only == f"refused by {FILE_NAME}: {UNKNOWN}"

    def test_the_keys_of_a_chain_have_one_budget(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Two files that each would be read are not both read."""
        many = "ignore.extra_patterns = [%s]\n" % ("'*.x',\n" * 1_100)
        outer = make_repository(tmp_path / "p", many)
        write_project_file(outer / "inner", many)

        first, second = _load(folders, outer / "inner").project

        assert not first.problems
        assert "holds more keys than are left for it" in second.problems[0]

    def test_the_users_own_file_is_looked_at_too(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """And refused with the line, since nothing of it is in effect."""
        text = "#" * 10_000 + "\n" + ".".join("a" * 30) + " = 1"

        with pytest.raises(ConfigError, match=r"config\.toml:2: has a name of very"):
            _load(folders, tmp_path, text)

    def test_what_is_well_formed_in_it_still_restricts(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """One wrong key hides no other, and several make one warning."""
        text = "odd = 1\nodder = 2\ngeneral.max_tokens = 100\n"
        path = write_project_file(tmp_path / "p", text)

        snapshot = _load(folders, path.parent)

        assert snapshot.settings.general.max_tokens == 100
        assert [" (and 1 more); " in told for told in snapshot.warnings] == [True]

    def test_values_of_a_file_with_problems_are_not_shown(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """A link may lead to a private file."""
        private = tmp_path / "private"
        private.write_text('local_only = "PRIVATE"')
        path = tmp_path / FILE_NAME
        path.symlink_to(private)

        file = _read(folders, path)

        assert file.problems == (f"{path}:1: local_only: must be true or false",)

    def test_a_fifo_hangs_nothing(self, folders: Folders, tmp_path: Path) -> None:
        """It is not a regular file."""
        os.mkfifo(tmp_path / FILE_NAME)

        file = _read(folders, tmp_path / FILE_NAME)

        assert file.problems == (f"{file.path}: is not a regular file",)

    @pytest.mark.parametrize("target", ["/dev/zero", "/dev/tty", "/nowhere", "."])
    def test_a_link_to_anything_hangs_nothing(
        self, folders: Folders, tmp_path: Path, target: str
    ) -> None:
        """Devices, folders, nothing at all, and itself."""
        path = tmp_path / FILE_NAME
        path.symlink_to(FILE_NAME if target == "." else target)

        assert find_project_files(tmp_path) == (path,)
        (problem,) = _read(folders, path).problems
        assert problem.startswith(f"{path}: ")

    def test_a_folder_of_that_name_is_no_file(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """And says so."""
        (tmp_path / FILE_NAME).mkdir()

        file = _read(folders, tmp_path / FILE_NAME)

        assert file.problems == (f"{file.path}: is not a regular file",)

    def test_tables_of_the_go_tool_only_warn(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """They restrict nothing."""
        path = write_project_file(tmp_path, "[mcp]\nx = 1")

        snapshot = _load(folders, tmp_path)

        assert snapshot.warnings == (
            f"{path}:1: mcp: is ignored: the prompt store over MCP is gone",
        )
        assert not snapshot.settings.local_only


class TestLoading:
    """What a snapshot knows of project files."""

    USER = """\
        [models]
        cli = [{ provider = "ollama", model = "qwen", label = "home" }, "gpt"]
        """

    def test_restrictions_add_up_over_files(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """An inner repository lifts none of the outer one's."""
        outer = make_repository(
            tmp_path / "outer", 'local_only = true\nuse.cli = ["home"]'
        )
        inner = make_repository(
            outer / "inner", 'local_only = false\nuse.cli = ["gpt", "home"]'
        )

        snapshot = _load(folders, inner, self.USER)

        assert snapshot.restrictions.local_only == f"refused by {FILE_NAME}: local_only"
        labels = [entry.label for entry in snapshot.entries(Surface.CLI).entries]
        assert labels == ["home"]
        assert snapshot.warnings == ()

    def test_the_environment_undoes_no_restriction(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """It is narrowed like any other layer."""
        write_project_file(tmp_path, "local_only = true\ngeneral.max_tokens = 100")
        environ = {"HEXAI_LOCAL_ONLY": "false", "HEXAI_MAX_TOKENS": "9000"}

        snapshot = load(folders, environ, project=tmp_path)

        assert snapshot.settings.local_only
        assert snapshot.settings.general.max_tokens == 100

    def test_what_is_held_back_is_one_warning(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """That names the keys, though not all of very many."""
        text = """\
            general.max_tokens = 100
            general.max_context_tokens = 9000
            [cli]
            vote = true
            """
        path = write_project_file(tmp_path, text)

        snapshot = _load(folders, tmp_path)

        why = "ignored until you trust the file (see `hexai config trust`)"
        keys = "general.max_context_tokens, cli.vote"
        assert snapshot.warnings == (f"{path}: {why}: {keys}",)
        assert set(snapshot.narrowed) == {("general", "max_tokens")}

    def test_many_keys_are_cut_short(self, folders: Folders, tmp_path: Path) -> None:
        """A warning stays a line that somebody reads."""
        keys = "\n".join(f'"k{n}" = "x"' for n in range(20))
        write_project_file(tmp_path, f"[openai.presets]\n{keys}")

        (warning,) = _load(folders, tmp_path).warnings

        assert warning.endswith("openai.presets.k7 and 12 more")

    def test_editor_settings_only_narrow(self, folders: Folders) -> None:
        """What else they say is told, and can never be trusted."""
        editor = {
            "general": {"max_tokens": 50, "request_timeout": 9000},
            "openai": {"base_url": "https://evil.example"},
            "odd": 1,
        }

        snapshot = load(folders, {}, editor=editor)

        assert snapshot.settings.general.max_tokens == 50
        assert snapshot.settings.openai.base_url == "https://api.openai.com/v1"
        assert not snapshot.settings.local_only
        assert [warning.partition(";")[0] for warning in snapshot.warnings] == [
            "editor settings: odd: unknown key",
            "editor settings: ignored, as they can only narrow",
        ]
        assert snapshot.warnings[1].endswith("general.request_timeout, openai.base_url")

    @pytest.mark.parametrize("wrong", [{"local_only": "yes"}, {"use": {"cli": 5}}])
    def test_editor_settings_that_might_forbid_do_forbid(
        self, folders: Folders, wrong: dict[str, object]
    ) -> None:
        """A restriction that cannot be read keeps everything here."""
        snapshot = load(folders, {}, editor=wrong)

        reason = "they have problems, so what they forbid is not known"
        assert (
            snapshot.restrictions.local_only == f"refused by editor settings: {reason}"
        )
        assert len(snapshot.warnings) == 1

    def test_null_is_not_set(self, folders: Folders) -> None:
        """So do editors send what nobody has set."""
        editor = {"local_only": None, "use": {"cli": None}, "general": None}

        snapshot = load(folders, {}, editor=editor)

        assert snapshot.warnings == ()
        assert not snapshot.settings.local_only
        assert snapshot.restrictions == Restrictions()

    def test_editor_settings_of_any_depth_are_told(self, folders: Folders) -> None:
        """Nothing is walked that deeply."""
        deep: dict[str, object] = {}
        for _ in range(5000):
            deep = {"a": deep}

        snapshot = load(folders, {}, editor=deep)

        assert snapshot.settings.local_only
        assert "nested too deeply" in snapshot.warnings[0]

    def test_many_editor_settings_are_cut_short(self, folders: Folders) -> None:
        """As those of a file."""
        presets = {f"k{n}": "x" for n in range(10)}

        snapshot = load(folders, {}, editor={"openai": {"presets": presets}})

        assert snapshot.warnings[0].endswith("openai.presets.k7 and 2 more")
        wrong = load(folders, {}, editor={f"k{n}": 1 for n in range(10)})
        assert len(wrong.warnings) == 9
        assert wrong.warnings[8] == "editor settings: 2 more problems like these"

    def test_the_users_problems_stay_problems(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """A project file neither hides nor causes any before it is trusted."""
        write_project_file(tmp_path, '[providers.x]\nbase_url = "nonsense"')
        assert _load(folders, tmp_path).project

        with pytest.raises(ConfigError) as error:
            _load(folders, tmp_path, "odd = 1")
        assert len(error.value.problems) == 1
