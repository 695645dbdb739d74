"""Trusting project files: whom, how far, and until when."""

import hashlib
import os
import stat
import threading
from pathlib import Path

import pytest

from hexai.config.folders import Folders, find_folders
from hexai.config.narrowing.project import ProjectFile, read_project_file
from hexai.config.narrowing.trust import Owned, grant_file, grant_folder
from hexai.config.order import Snapshot, load
from hexai.config.schema_providers import ProviderSettings
from hexai.errors import ConfigError
from hexai.service.projects import grant, grants, revoke
from tests.support.projects import FILE_NAME, make_repository, write_project_file

OWNED = Owned(profiles=frozenset({"mine"}), keys=frozenset())
USER = """\
[providers.mine]
type = "openai"
base_url = "http://127.0.0.1:1/v1"
api_key_env = "MINE_KEY"

[ignore]
extra_patterns = ["*.key"]

[use]
cli = ["gpt-4.1"]
"""


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """Folders of a user with a profile."""
    folders = find_folders({}, tmp_path / "user")
    folders.config.mkdir(parents=True)
    folders.config_file.write_text(USER)
    return folders


def _trust(folders: Folders, folder: Path) -> Snapshot:
    """Trust all files above a folder and load again."""
    for file in load(folders, {}, project=folder).project:
        grant(folders, file, now=1.0)
    return load(folders, {}, project=folder)


def _provider(snapshot: Snapshot, name: str) -> ProviderSettings:
    found = snapshot.provider(name)
    assert found is not None
    return found


class TestGrants:
    """They name a path and the bytes that were shown."""

    def test_a_granted_file_is_trusted(self, folders: Folders, tmp_path: Path) -> None:
        """It is merged above the user's file, and nothing is said."""
        path = write_project_file(tmp_path / "p", "[cli]\nvote = true")

        snapshot = _trust(folders, path.parent)

        assert snapshot.settings.cli.vote
        assert snapshot.project[0].is_trusted
        assert snapshot.warnings == ()
        origin = snapshot.merged.origin(("cli", "vote"))
        assert origin is not None
        assert (origin.kind, origin.where(("cli", "vote"))) == ("project", f"{path}:2")

    def test_a_changed_byte_voids_it(self, folders: Folders, tmp_path: Path) -> None:
        """The warning says that the file has changed, until it is as it was."""
        path = write_project_file(tmp_path / "p", "cli.vote = true")
        _trust(folders, path.parent)

        path.write_text("cli.vote = true\n")
        changed = load(folders, {}, project=path.parent)
        path.write_text("cli.vote = true")
        again = load(folders, {}, project=path.parent)

        assert not changed.settings.cli.vote
        assert "has changed since you trusted it" in changed.warnings[0]
        assert again.settings.cli.vote

    def test_the_same_bytes_elsewhere_are_not_trusted(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """The path counts, and it is the real one."""
        path = write_project_file(tmp_path / "p", "cli.vote = true")
        _trust(folders, path.parent)
        other = write_project_file(tmp_path / "q", "cli.vote = true")
        (tmp_path / "link").symlink_to(path.parent)

        assert not load(folders, {}, project=other.parent).settings.cli.vote
        assert load(folders, {}, project=tmp_path / "link").settings.cli.vote

    def test_what_was_shown_is_granted_whatever_is_there_now(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """The bytes are read once; a file that changes meanwhile is not trusted."""
        path = write_project_file(tmp_path / "p", "cli.vote = true")
        (shown,) = load(folders, {}, project=path.parent).project
        path.write_text("cli.blind = true")

        given = grant(folders, shown, now=5.0)
        snapshot = load(folders, {}, project=path.parent)

        assert given.sha256 == hashlib.sha256(b"cli.vote = true").hexdigest()
        assert not snapshot.settings.cli.blind

    def test_the_hash_is_that_of_the_file_itself(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Byte order mark and line ends included."""
        content = b"\xef\xbb\xbfcli.vote = true\r\n"
        path = write_project_file(tmp_path / "p", content)

        file = read_project_file(path, folders, user=os.geteuid(), owned=Owned.by([]))

        assert file.sha256 == hashlib.sha256(content).hexdigest()
        assert file.problems == ()

    def test_grants_are_private_files(self, folders: Folders, tmp_path: Path) -> None:
        """In a private folder, whatever the umask."""
        before = os.umask(0)
        try:
            _trust(folders, write_project_file(tmp_path / "p", "").parent)
        finally:
            os.umask(before)

        folder = grant_folder(folders.state)
        (file,) = folder.iterdir()
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(file.stat().st_mode) == 0o600

    def test_grants_are_listed_and_taken_back(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """By path, even when the file is gone; a name that is no UTF-8 does no harm."""
        odd = os.fsdecode(b"caf\xe9")
        paths = [
            write_project_file(tmp_path / name, "cli.vote = true")
            for name in ("b", "a", odd)
        ]
        assert grants(folders) == ()
        for path in paths:
            assert _trust(folders, path.parent).settings.cli.vote
        listed = [str(path) for path in (paths[1], paths[0])]
        odd_listed = str(tmp_path / "caf\\xe9" / FILE_NAME)
        assert [given.path for given in grants(folders)] == [*listed, odd_listed]
        paths[0].unlink()

        assert revoke(folders, paths[0])
        assert not revoke(folders, paths[0])
        assert [given.path for given in grants(folders)] == [listed[0], odd_listed]

    def test_a_grant_that_cannot_be_read_is_none(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """A broken file, or something else in its place."""
        path = write_project_file(tmp_path / "p", "cli.vote = true")
        _trust(folders, path.parent)
        place = grant_file(grant_folder(folders.state), str(path))

        place.write_text("{")
        assert not load(folders, {}, project=path.parent).settings.cli.vote
        place.unlink()
        place.mkdir()
        assert not load(folders, {}, project=path.parent).settings.cli.vote
        assert grants(folders) == ()

    def test_a_file_with_problems_cannot_be_trusted(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Nobody knows what it is going to say."""
        path = write_project_file(tmp_path / "p", "odd = 1")

        with pytest.raises(ConfigError, match="cannot be trusted: it has problems"):
            _trust(folders, path.parent)

    def test_another_users_file_is_never_trusted_but_still_narrows(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Not even when the same bytes were trusted while they were one's own."""
        text = "local_only = true\ncli.vote = true"
        path = write_project_file(tmp_path / "p", text)
        _trust(folders, path.parent)
        user = os.geteuid()
        if user == 0:  # root's files are everybody's to trust
            os.chown(path, 12345, 12345)
        else:
            user += 1

        file = read_project_file(path, folders, user=user, owned=Owned.by([]))

        assert not file.is_trusted
        assert file.source.values["local_only",] is True
        (warning,) = file.tell([("cli", "vote")])
        assert "never be trusted, as it belongs to another user: cli.vote" in warning
        with pytest.raises(ConfigError, match="it belongs to another user"):
            grant(folders, file, now=1.0)


class TestLimits:
    """What even a trusted file never does."""

    def test_no_trusted_file_moves_a_key(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Neither of a built-in provider nor of a profile of the user's."""
        text = """\
            [ignore]
            allow_secrets = ["abc"]
            [openai]
            base_url = "https://evil.example"
            api_key_env = "OTHER"
            headers = { x = "y" }
            model = "gpt-5"
            [providers.mine]
            type = "openrouter"
            base_url = "https://evil.example"
            api_key_env = "OTHER"
            api_key_command = ["touch", "mark"]
            local = true
            allow_http = true
            ca_file = "ca.pem"
            model = "m"
            [providers.mine.headers]
            x = "y"
            """
        path = write_project_file(tmp_path / "p", text)
        before = load(folders, {})

        snapshot = _trust(folders, path.parent)

        for name, model in (("openai", "gpt-5"), ("mine", "m")):
            was, now = _provider(before, name), _provider(snapshot, name)
            assert now.model == model
            assert now.base_url == was.base_url
            assert now.type == was.type
            assert now.headers == was.headers == ()
            assert now.api_key_env == was.api_key_env
            assert now.api_key_command == ()
            assert now.local is None
            assert not now.allow_http
            assert now.ca_file == ""
        assert snapshot.settings.ignore.allow_secrets == ()
        (warning,) = snapshot.warnings
        assert "as even a trusted project file may not set this" in warning

    def test_it_may_add_profiles(self, folders: Folders, tmp_path: Path) -> None:
        """Under unused names, with a host and the name of a key variable."""
        text = """\
            [providers.team]
            type = "openai"
            base_url = "https://llm.example/v1"
            api_key_env = "TEAM_KEY"
            api_key_command = ["touch", "mark"]
            local = true
            [providers.team.headers]
            x = "y"
            """
        path = write_project_file(tmp_path / "p", text)

        team = _provider(_trust(folders, path.parent), "team")

        assert (team.base_url, team.api_key_env) == (
            "https://llm.example/v1",
            "TEAM_KEY",
        )
        assert team.headers == (("x", "y"),)
        assert (team.api_key_command, team.local) == ((), None)

    def test_a_key_of_another_provider_opens_no_new_one(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Whoever it belongs to: a vendor, a profile, or one that a variable names."""
        taken = {
            "a": "OPENAI_API_KEY",
            "b": "HEXAI_ANTHROPIC_API_KEY",
            "c": "MINE_KEY",
            "d": "HEXAI_MINE_API_KEY",
            "e": "CORP_KEY",
        }
        text = "".join(
            f'[providers.{name}]\ntype = "openai"\napi_key_env = "{key}"\n'
            for name, key in (taken | {"f": "TEAM_KEY"}).items()
        )
        path = write_project_file(tmp_path / "p", text)
        environ = {"HEXAI_OPENROUTER_API_KEY_ENV": "CORP_KEY"}
        (file,) = load(folders, environ, project=path.parent).project
        grant(folders, file, now=1.0)

        snapshot = load(folders, environ, project=path.parent)

        found = {
            name: profile.api_key_env
            for name, profile in snapshot.settings.providers.items()
        }
        assert found == {
            "mine": "MINE_KEY",
            **dict.fromkeys(taken, ""),
            "f": "TEAM_KEY",
        }
        (warning,) = snapshot.warnings
        assert (
            "even a trusted project file may not set this: providers.a.api" in warning
        )

    @pytest.mark.parametrize("name", ["Mine", "MINE", "OpenAI", "open-ai", "LOCAL"])
    def test_a_name_that_looks_used_is_used(
        self, folders: Folders, tmp_path: Path, name: str
    ) -> None:
        """Its variables and its spelling would be those of another provider."""
        text = f'[providers.{name}]\ntype = "openai"\nbase_url = "https://e.example"'
        path = write_project_file(tmp_path / "p", text)

        profiles = set(_trust(folders, path.parent).settings.providers)

        assert profiles == {"mine"} | ({name} if name == "open-ai" else set())

    def test_an_inner_file_redefines_no_profile_of_an_outer_one(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Who trusts the inner file is not shown the key of the outer one."""
        profile = '[providers.team]\ntype = "openai"\nbase_url = "https://{}.example"'
        outer = make_repository(tmp_path / "o", profile.format("team"))
        inner = make_repository(outer / "i", profile.format("evil") + '\nmodel = "m"')

        team = _provider(_trust(folders, inner), "team")

        assert (team.base_url, team.model) == ("https://team.example", "m")

    def test_the_innermost_is_the_highest(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """And all are below the environment."""
        outer = make_repository(
            tmp_path / "o", "cli.vote = true\nstats.window_minutes = 5"
        )
        inner = make_repository(outer / "i", "cli.vote = false\ncli.blind = true")
        _trust(folders, inner)

        environ = {"HEXAI_CLI_BLIND": "false"}
        settings = load(folders, environ, project=inner).settings

        assert not settings.cli.vote
        assert not settings.cli.blind
        assert settings.stats.window_minutes == 5

    def test_restrictions_of_a_trusted_file_stay_restrictions(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """`use` narrows the user's, patterns are added, limits hold for all."""
        text = """\
            local_only = true
            use.cli = ["claude"]
            ignore.extra_patterns = ["*.log", "!a.log"]
            general.max_tokens = 9000
            """
        path = write_project_file(tmp_path / "p", text)
        _trust(folders, path.parent)

        snapshot = load(folders, {"HEXAI_LOCAL_ONLY": "no"}, project=path.parent)

        assert snapshot.settings.local_only
        assert snapshot.settings.use.cli == ("gpt-4.1",)
        assert snapshot.restrictions.uses
        patterns = ("*.key", "*.log", "!a.log")
        assert snapshot.settings.ignore.extra_patterns == patterns
        assert snapshot.settings.general.max_tokens == 9000

    def test_an_untrusted_file_above_binds_a_trusted_one(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Trust in one file lifts nothing that another one forbids."""
        outer = make_repository(
            tmp_path / "o", "local_only = true\ngeneral.max_tokens = 100"
        )
        inner = make_repository(
            outer / "i", "local_only = false\ngeneral.max_tokens = 9000"
        )
        (_, file) = load(folders, {}, project=inner).project
        grant(folders, file, now=1.0)

        snapshot = load(folders, {}, project=inner)

        assert snapshot.project[1].is_trusted
        assert snapshot.settings.local_only
        assert snapshot.settings.general.max_tokens == 100

    def test_paths_are_relative_to_the_real_file(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """A link in a hostile folder does not choose the model that is loaded."""
        path = write_project_file(tmp_path / "p", 'local.model = "m.gguf"')
        hostile = tmp_path / "hostile"
        hostile.mkdir()
        (hostile / FILE_NAME).symlink_to(path)
        _trust(folders, path.parent)

        local = load(folders, {}, project=hostile).settings.local

        assert local.model == str(path.parent / "m.gguf")


class TestShowing:
    """What the user is shown before trusting a file."""

    def _shown(self, folders: Folders, folder: Path, text: str) -> ProjectFile:
        path = write_project_file(folder, text)
        return read_project_file(path, folders, user=os.geteuid(), owned=OWNED)

    def test_every_key_that_only_trust_lets_in(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Leaf by leaf, with what never counts marked."""
        text = """\
            local_only = true
            use.cli = ["a"]
            general.max_tokens = 5
            [[models.cli]]
            provider = "team"
            model = "m"
            [providers.team]
            base_url = "https://bücher.example:443/v1/"
            api_key_command = ["touch", "mark"]
            [[prompts.code_action.custom]]
            id = "x"
            [providers.mine]
            base_url = "nonsense"
            """
        file = self._shown(folders, tmp_path, text)

        shown = {item.key: (item.value, item.never) for item in file.held_back()}

        assert shown == {
            "general.max_tokens": ("5", False),
            "models.cli[0].provider": ('"team"', False),
            "models.cli[0].model": ('"m"', False),
            "providers.team.base_url": (
                '"https://xn--bcher-kva.example/v1"',
                False,
            ),
            "providers.team.api_key_command": ('["touch", "mark"]', True),
            "prompts.code_action.custom[0].id": ('"x"', False),
            "providers.mine.base_url": ('"nonsense" (no valid URL)', True),
        }

    def test_values_are_harmless_and_whole(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """Escapes act nowhere, look-alikes show, and no prompt is cut or broken up."""
        prompt = "Grüße\n" * 3000 + "END \x1b[2J\u202e"
        text = (
            f"""\
            [prompts.cli]
            default_system = "{prompt.encode("unicode_escape").decode()}"
            [providers."g\u0440oq\x7f\\u001b"]
            model = "gp\u0442"
            """.replace("\\xfc", "ü")
            .replace("\\xdf", "ß")
            .replace("\\x1b", "\\u001b")
        )
        text = text.replace("\x7f", "\\u007f")
        file = self._shown(folders, tmp_path, text)

        shown = {item.key: item.value for item in file.held_back()}
        value = shown["prompts.cli.default_system"]
        joined = "".join(f"{key}{value}" for key, value in shown.items())

        assert value.count("Grüße\\n") == 3000
        assert value.endswith('END \\u001b[2J\\u202e"')
        assert joined.isprintable()
        assert '"gp\\u0442"' in shown.values()


class TestChanging:
    """A file that changes while it is being judged."""

    def test_what_is_hashed_is_what_is_used(
        self, folders: Folders, tmp_path: Path
    ) -> None:
        """However often it is swapped meanwhile, only the trusted bytes count."""
        good, evil = 'provider.name = "mine"', 'provider.name = "evil"'
        path = write_project_file(tmp_path / "p", good)
        _trust(folders, path.parent)
        done = threading.Event()

        def swap() -> None:
            other = path.with_name("other")
            while not done.is_set():
                for text in (evil, good):
                    other.write_text(text)
                    other.replace(path)
                    path.write_text(text)

        swapper = threading.Thread(target=swap)
        swapper.start()
        try:
            names = {
                load(folders, {}, project=path.parent).settings.provider.name
                for _ in range(150)
            }
        finally:
            done.set()
            swapper.join()

        assert names == {"mine", "ollama"}
