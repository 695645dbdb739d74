"""Whether configuration files have changed, without reading them."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexai.config.folders import find_folders
from hexai.config.merge import Merged
from hexai.config.order import Snapshot
from hexai.config.reload import CHECK_EVERY, Listeners, Live, Sources, state_of
from hexai.config.schema import Settings
from hexai.config.shown import summarise
from hexai.domain.entry import Surface
from hexai.errors import ConfigError
from hexai.service.projects import grant


def test_size_time_and_identity_count(tmp_path: Path) -> None:
    """A file that was replaced by its like is another one."""
    file = tmp_path / "config.toml"
    absent = state_of([file])
    file.write_text("a")
    os.utime(file, ns=(1, 1))
    first = state_of([file])
    assert state_of([file]) == first != absent

    file.write_text("b")
    assert state_of([file]) != first
    os.utime(file, ns=(1, 1))
    assert state_of([file]) == first

    file.write_text("bb")
    os.utime(file, ns=(1, 1))
    longer = state_of([file])
    assert longer != first

    other = tmp_path / "other"
    other.write_text("bb")
    os.utime(other, ns=(1, 1))
    other.replace(file)
    assert state_of([file]) != longer


def test_what_cannot_be_looked_at_is_not_there(tmp_path: Path) -> None:
    """It raises nothing."""
    (tmp_path / "file").touch()
    assert state_of([tmp_path / "file" / "below", Path("x\0y")]) == (None, None)


def snapshot(name: str) -> Snapshot:
    """Make a snapshot that can be told from others."""
    merged = Merged(values={}, origins={})
    return Snapshot(settings=Settings(), file=Path(name), has_file=False, merged=merged)


A, B = snapshot("a"), snapshot("b")


def test_listeners_are_told_in_their_order_until_they_leave() -> None:
    """Leaving twice does no harm."""
    told: list[tuple[int, Snapshot | None, Snapshot]] = []
    listeners = Listeners()
    removes = [
        listeners.add(lambda old, new, n=n: told.append((n, old, new)))  # type: ignore[misc]
        for n in range(12)
    ]

    listeners.tell(None, A)
    assert told == [(n, None, A) for n in range(12)]
    removes[3]()
    removes[3]()
    told.clear()
    listeners.tell(A, B)
    assert told == [(n, A, B) for n in range(12) if n != 3]


def test_a_change_made_by_a_listener_is_told_after_this_one() -> None:
    """So nobody hears of the second before the first."""
    told: list[tuple[str, Snapshot]] = []
    listeners = Listeners()

    def first(_old: Snapshot | None, new: Snapshot) -> None:
        told.append(("first", new))
        if new is A:
            listeners.tell(A, B)

    listeners.add(first)
    listeners.add(lambda _old, new: told.append(("second", new)))
    listeners.tell(None, A)

    assert told == [("first", A), ("second", A), ("first", B), ("second", B)]


def test_what_a_listener_raises_is_raised_when_all_have_been_told() -> None:
    """Neither the others nor a later change suffer from it."""
    told: list[Snapshot] = []
    listeners = Listeners()

    def broken(_old: Snapshot | None, new: Snapshot) -> None:
        if new is A:
            listeners.tell(A, B)
            raise ValueError("a bug")

    listeners.add(broken)
    listeners.add(lambda _old, new: told.append(new))
    with pytest.raises(ValueError, match="a bug"):
        listeners.tell(None, A)
    assert told == [A, B]

    listeners.tell(A, B)
    assert told == [A, B, B]


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now

    def tick(self, seconds: float = CHECK_EVERY) -> None:
        """Let time pass."""
        self.now += seconds


class World:
    """A user with a configuration file, and a clock."""

    def __init__(self, place: Path, text: str, environ: Mapping[str, str]) -> None:
        self.folders = find_folders({}, place)
        self.file = self.folders.config_file
        self.file.parent.mkdir(parents=True)
        self.file.write_text(text)
        self.clock = Clock()
        self.sources = Sources(folders=self.folders, environ=environ)
        self.live = Live(self.sources, clock=self.clock)
        self.told: list[tuple[Snapshot | None, Snapshot]] = []
        self.live.subscribe(lambda old, new: self.told.append((old, new)))

    def project(self, name: str, text: str) -> Path:
        """Make a git repository with a project file; gives a document in it."""
        folder = self.folders.home / name
        (folder / ".git").mkdir(parents=True)
        (folder / ".hexaiconfig.toml").write_text(text)
        return folder / "main.py"


def world(place: Path, text: str = "", **environ: str) -> World:
    """Make the world of one test."""
    return World(place, text, environ)


TWO = '[[models.cli]]\nmodel = "a"\n[[models.cli]]\nmodel = "b"\n'


def labels(snapshot: Snapshot) -> list[str]:
    """Name the entries of the command line."""
    return [entry.label for entry in snapshot.entries(Surface.CLI).entries]


class TestReload:
    """All or nothing, every layer kept."""

    def test_a_reload_says_what_has_changed(self, tmp_path: Path) -> None:
        """Old snapshots stay as they were, for the requests that began with them."""
        here = world(tmp_path, "[general]\nmax_tokens = 1\n")
        before = here.live.snapshot()
        here.file.write_text("[general]\nmax_tokens = 2\n[cli]\nblind = true\n")
        changes = here.live.reload()

        assert summarise(changes) == (
            "Reloaded config (2 changes):\n"
            "- cli.blind: false → true\n"
            "- general.max_tokens: 1 → 2"
        )
        assert before.settings.general.max_tokens == 1
        assert here.live.snapshot().settings.general.max_tokens == 2
        assert here.told == [(before, here.live.snapshot())]

    def test_a_reload_without_a_change_says_so_and_is_told(
        self, tmp_path: Path
    ) -> None:
        """It was a reload."""
        here = world(tmp_path)
        assert summarise(here.live.reload()) == (
            "Reloaded config (no changes detected)."
        )
        assert len(here.told) == 1

    def test_a_reload_keeps_the_environment(self, tmp_path: Path) -> None:
        """It is a layer like the file, and above it."""
        here = world(tmp_path, HEXAI_MAX_TOKENS="7", HEXAI_MODEL_CLI="mine")
        here.file.write_text("[general]\nmax_tokens = 2\n")

        assert here.live.reload() == ()
        assert here.live.snapshot().settings.general.max_tokens == 7
        assert labels(here.live.snapshot()) == ["mine"]

    @pytest.mark.parametrize(
        "text", ["[general]\nmax_tokens = 'x'\n", "[", "[providers.p]\n"]
    )
    def test_a_reload_that_fails_changes_nothing(
        self, tmp_path: Path, text: str
    ) -> None:
        """It says why; nobody is told, and the next good one is taken."""
        here = world(tmp_path, "[general]\nmax_tokens = 1\n")
        document = here.project("p", "local_only = true\n")
        before = here.live.snapshot(), here.live.snapshot(document)
        here.file.write_text(text)
        with pytest.raises(ConfigError) as raised:
            here.live.reload()

        assert str(raised.value).startswith(str(here.file))
        assert here.live.snapshot() is before[0]
        assert here.live.snapshot(document) is before[1]
        assert here.told == []
        here.file.write_text("[general]\nmax_tokens = 3\n")
        assert [change.new for change in here.live.reload()] == ["3"]

    def test_a_project_opened_while_the_file_is_broken_gets_the_last_good_text(
        self, tmp_path: Path
    ) -> None:
        """A failed reload has changed nothing, for nobody."""
        here = world(tmp_path, "[general]\nmax_tokens = 5\n")
        here.file.write_text("[")
        document = here.project("p", "local_only = true\n")
        snapshot = here.live.snapshot(document)

        assert snapshot.settings.general.max_tokens == 5
        assert snapshot.settings.local_only

    def test_a_broken_file_at_the_start_is_told_until_it_is_mended(
        self, tmp_path: Path
    ) -> None:
        """The server is up, with every surface off."""
        here = world(tmp_path, "[")
        for _ in range(2):
            with pytest.raises(ConfigError, match="is not valid TOML"):
                here.live.snapshot()
        assert here.live.snapshots() == ()
        with pytest.raises(ConfigError):
            here.live.reload()
        assert here.live.reload_if_changed() is None
        here.file.write_text("")
        here.clock.tick()

        assert here.live.reload_if_changed() == ()
        assert here.told == [(None, here.live.snapshot())]

    def test_other_sources_are_taken_over_whole(self, tmp_path: Path) -> None:
        """As when the editor sends its settings, and kept from then on."""
        here = world(tmp_path)
        changes = here.live.replace(
            replace(here.sources, editor={"local_only": True, "nonsense": 1})
        )
        assert [str(change) for change in changes] == ["local_only: false → true"]
        assert here.live.reload() == ()
        assert here.live.snapshot().settings.local_only
        with pytest.raises(ConfigError, match="no such file"):
            here.live.replace(replace(here.live.sources, config=tmp_path / "none"))
        assert here.live.sources.config is None
        assert here.live.reload() == ()

    def test_secrets_are_never_part_of_a_change(self, tmp_path: Path) -> None:
        """That they changed is."""
        here = world(tmp_path, '[openai.headers]\nx-key = "MARK1"\n')
        here.file.write_text('[openai.headers]\nx-key = "MARK2"\n')
        told = summarise(here.live.reload())

        assert "openai.headers.x-key: (hidden) → (hidden) (changed)" in told
        assert "MARK" not in told


class TestPaths:
    """Project files, by document."""

    def test_a_document_has_the_project_files_above_it(self, tmp_path: Path) -> None:
        """Others do not."""
        here = world(tmp_path, TWO)
        document = here.project("p", 'use.cli = ["b"]\n')

        assert labels(here.live.snapshot(document)) == ["b"]
        assert labels(here.live.snapshot()) == ["a", "b"]
        assert labels(here.live.snapshot(tmp_path / "elsewhere.py")) == ["a", "b"]

    def test_documents_share_a_snapshot_where_they_share_the_files(
        self, tmp_path: Path
    ) -> None:
        """It is made once."""
        here = world(tmp_path, TWO)
        document = here.project("p", "local_only = true\n")
        below = document.parent / "src" / "deep" / "x.py"
        below.parent.mkdir(parents=True)

        snapshot = here.live.snapshot(document)
        assert here.live.snapshot(below) is snapshot
        assert here.live.snapshot(document) is snapshot
        assert here.live.snapshot() is here.live.snapshot(tmp_path / "x.py")
        assert len(here.live.snapshots()) == 2

    def test_a_reload_covers_every_project_and_says_what_changed_for_one(
        self, tmp_path: Path
    ) -> None:
        """What a project file uses is part of the list."""
        here = world(tmp_path, TWO)
        document = here.project("p", 'use.cli = ["b"]\n')
        other = here.project("q", "local_only = true\n")
        here.live.snapshot(other)
        here.live.snapshot(document)
        project = document.with_name(".hexaiconfig.toml")
        project.write_text('use.cli = ["a"]\nlocal_only = true\n')
        other.with_name(".hexaiconfig.toml").unlink()

        assert [str(change) for change in here.live.reload(document)] == [
            "local_only: false → true",
            "use.cli: b → a",
        ]
        assert labels(here.live.snapshot(document)) == ["a"]
        assert here.live.snapshot(other) is here.live.snapshot()

    def test_a_bound_that_is_in_no_setting_is_a_change(self, tmp_path: Path) -> None:
        """The time to the first token, which differs from provider to provider."""
        here = world(tmp_path)
        document = here.project("p", "")
        here.live.snapshot(document)
        document.with_name(".hexaiconfig.toml").write_text(
            "fanout.first_token_timeout = 7\n"
        )

        assert [str(change) for change in here.live.reload(document)] == [
            "fanout.first_token_timeout: (unset) → 7"
        ]

    def test_without_a_path_a_given_folder_counts(self, tmp_path: Path) -> None:
        """The working directory of the command line."""
        here = world(tmp_path, TWO)
        document = here.project("p", 'use.cli = ["b"]\n')
        sources = replace(here.sources, project=document.parent)
        live = Live(sources, clock=here.clock)

        assert labels(live.snapshot()) == ["b"]
        assert live.reload() == ()


class TestChanges:
    """Detection on activity."""

    def test_a_changed_file_is_taken_over_at_most_once_a_second(
        self, tmp_path: Path
    ) -> None:
        """The first look is a second after the load."""
        here = world(tmp_path)
        here.file.write_text("[general]\nmax_tokens = 2\n")
        here.clock.tick(0.9)
        assert here.live.reload_if_changed() is None
        here.clock.tick(0.1)
        assert [str(c) for c in here.live.reload_if_changed() or ()] == [
            "general.max_tokens: 4000 → 2"
        ]
        here.clock.tick()
        assert here.live.reload_if_changed() is None
        assert len(here.told) == 1

    def test_it_can_be_turned_off(self, tmp_path: Path) -> None:
        """A reload by hand still works."""
        off = "[general]\nreload_on_change = false\n"
        here = world(tmp_path, off)
        here.file.write_text(off + "max_tokens = 2\n")
        here.clock.tick()
        assert here.live.reload_if_changed() is None
        assert len(here.live.reload()) == 1

    def test_each_broken_state_is_told_once(self, tmp_path: Path) -> None:
        """And the next good one is taken over."""
        here = world(tmp_path)
        here.live.snapshot(tmp_path / "x.py")
        for text in ("[", "[[["):
            here.file.write_text(text)
            here.clock.tick()
            with pytest.raises(ConfigError):
                here.live.reload_if_changed()
            here.clock.tick()
            assert here.live.reload_if_changed() is None
            assert here.live.reload_if_changed(tmp_path / "x.py") is None
        here.file.unlink()
        here.clock.tick()
        assert here.live.reload_if_changed(tmp_path / "x.py") is not None

    def test_every_place_is_still_looked_at_after_a_failure(
        self, tmp_path: Path
    ) -> None:
        """Also those beyond the ones that a reload makes anew."""
        here = world(tmp_path)
        document = here.project("p", "")
        here.live.snapshot(document)
        for number in range(80):
            here.live.snapshot(tmp_path / str(number) / "x.py")
        here.file.write_text("[")
        with pytest.raises(ConfigError):
            here.live.reload()
        here.file.write_text("")
        here.live.reload_if_changed()
        document.with_name(".hexaiconfig.toml").write_text("local_only = true\n")
        here.clock.tick()

        assert changed(here, document) == ["local_only: false → true"]

    def test_a_project_file_that_comes_changes_or_goes_is_seen(
        self, tmp_path: Path
    ) -> None:
        """By the documents that it is above."""
        here = world(tmp_path, TWO)
        document = here.project("p", "")
        file = document.with_name(".hexaiconfig.toml")
        file.unlink()
        assert not here.live.snapshot(document).settings.local_only
        file.write_text("local_only = true\n")
        here.clock.tick()
        assert here.live.reload_if_changed() is None
        assert here.live.reload_if_changed(document)
        assert here.live.snapshot(document).settings.local_only
        file.write_text("local_only = false\n")
        here.clock.tick()
        assert here.live.reload_if_changed(document)
        assert not here.live.snapshot(document).settings.local_only
        file.unlink()
        here.clock.tick()
        assert here.live.reload_if_changed(document) == ()
        assert here.live.snapshot(document) is here.live.snapshot()

    def test_trust_is_seen_like_a_change_of_the_file(self, tmp_path: Path) -> None:
        """It is given in another process."""
        here = world(tmp_path)
        document = here.project("p", "[openai]\nmodel = 'theirs'\n")
        (file,) = here.live.snapshot(document).project
        assert here.live.snapshot(document).settings.openai.model == "gpt-4.1"
        grant(here.folders, file, now=1.0)
        here.clock.tick()

        assert [str(c) for c in here.live.reload_if_changed(document) or ()] == [
            "openai.model: gpt-4.1 → theirs"
        ]

    def test_a_path_that_was_never_asked_for_is_not_looked_at(
        self, tmp_path: Path
    ) -> None:
        """Its snapshot will be made of what is there then."""
        here = world(tmp_path)
        document = here.project("p", "local_only = true\n")
        here.clock.tick()
        assert here.live.reload_if_changed(document) is None


class TestLinks:
    """What lies behind links counts as much as the links themselves."""

    def test_a_changed_target_and_a_changed_link_are_seen(self, tmp_path: Path) -> None:
        """Of the user's file."""
        here = world(tmp_path)
        for name in ("one", "two"):
            (tmp_path / name).write_text(f"[openai]\nmodel = '{name}'\n")
        here.file.unlink()
        here.file.symlink_to(tmp_path / "one")
        here.clock.tick()
        assert changed(here) == ["openai.model: gpt-4.1 → one"]

        (tmp_path / "one").write_text("[openai]\nmodel = 'other'\n")
        here.clock.tick()
        assert changed(here) == ["openai.model: one → other"]

        here.file.unlink()
        here.file.symlink_to(tmp_path / "two")
        here.clock.tick()
        assert changed(here) == ["openai.model: other → two"]

    def test_a_project_file_behind_a_link_is_watched(self, tmp_path: Path) -> None:
        """Its target, and where it points."""
        here = world(tmp_path)
        document = here.project("p", "")
        file = document.with_name(".hexaiconfig.toml")
        (tmp_path / "shared").write_text("local_only = false\n")
        (tmp_path / "other").write_text("")
        file.unlink()
        file.symlink_to(tmp_path / "shared")
        here.live.snapshot(document)

        (tmp_path / "shared").write_text("local_only = true\n")
        here.clock.tick()
        assert changed(here, document) == ["local_only: false → true"]
        file.unlink()
        file.symlink_to(tmp_path / "other")
        here.clock.tick()
        assert changed(here, document) == ["local_only: true → false"]

    def test_a_document_behind_a_link_has_the_rules_of_both_its_paths(
        self, tmp_path: Path
    ) -> None:
        """Where it is named, and where it is; neither lifts what the other forbids."""
        here = world(tmp_path, TWO)
        real = here.project("real", 'use.cli = ["b"]\n')
        real.touch()
        given = here.project("given", "general.max_tokens = 100\n")
        given.symlink_to(real)
        snapshot = here.live.snapshot(given)

        assert labels(snapshot) == ["b"]
        assert snapshot.settings.general.max_tokens == 100
        assert here.live.snapshot(real).settings.general.max_tokens == 4000
        assert labels(here.live.snapshot(given.with_name("other.py"))) == ["a", "b"]

    def test_a_folder_that_is_linked_elsewhere_has_other_rules_at_once(
        self, tmp_path: Path
    ) -> None:
        """No reload is needed for what was never loaded."""
        here = world(tmp_path)
        free = here.project("free", "")
        bound = here.project("bound", "local_only = true\n")
        link = tmp_path / "link"
        link.symlink_to(free.parent)
        document = link / free.name
        assert not here.live.snapshot(document).settings.local_only
        link.unlink()
        link.symlink_to(bound.parent)

        assert here.live.snapshot(document).settings.local_only

    def test_a_path_that_no_file_can_have_has_the_users_rules(
        self, tmp_path: Path
    ) -> None:
        """An editor may send any."""
        here = world(tmp_path, TWO)
        document = here.project("p", "local_only = true\n").parent / "a\0b" / "c.py"

        assert labels(here.live.snapshot(document)) == ["a", "b"]
        assert here.live.reload(document) == ()


class TestBrokenProjects:
    """They keep nobody else from a reload."""

    BROKEN = "[providers.team]\ntype = 'openai'\nbase_url = 'ftp://team.example'\n"

    def test_a_trusted_file_that_is_no_use_stops_its_own_project_alone(
        self, tmp_path: Path
    ) -> None:
        """Nothing leaves this machine from there, and it says why."""
        here = world(tmp_path, "[general]\nmax_tokens = 1\n")
        document = here.project("p", self.BROKEN)
        (file,) = here.live.snapshot(document).project
        grant(here.folders, file, now=1.0)
        here.file.write_text("[general]\nmax_tokens = 2\n")

        assert [str(change) for change in here.live.reload()] == [
            "general.max_tokens: 1 → 2"
        ]
        assert not here.live.snapshot().settings.local_only
        snapshot = here.live.snapshot(document)
        assert snapshot.settings.local_only
        assert "team" not in snapshot.settings.providers
        (warning,) = snapshot.warnings
        assert warning.startswith(f"{file.path}:3: providers.team.base_url: is neither")
        assert "nothing goes from here to a cloud" in warning

    def test_a_reload_that_the_users_change_makes_unfit_says_so_there(
        self, tmp_path: Path
    ) -> None:
        """And is mended by the next one."""
        menu = "[[tmux_action.menu]]\nkind = 'skip'\n"
        hotkey = "[tmux]\ncustom_menu_hotkey = 'r'\n"
        here = world(tmp_path, "")
        document = here.project("p", "tmux_action.menu = []\n")
        (file,) = here.live.snapshot(document).project
        grant(here.folders, file, now=1.0)
        here.file.write_text(menu + hotkey)
        changes = [str(change) for change in here.live.reload(document)]

        assert "local_only: false → true" in changes
        (warning,) = here.live.snapshot(document).warnings
        assert warning.startswith(f"{file.path}: brings a problem: {here.file}:4: ")
        here.file.write_text(menu)
        here.live.reload()
        assert not here.live.snapshot(document).settings.local_only


def changed(here: World, document: Path | None = None) -> list[str]:
    """Reload if something has changed, and say what."""
    changes = here.live.reload_if_changed(document)
    assert changes is not None
    return [str(change) for change in changes]


class TestReplacedFile:
    """The user's file is replaced while the server runs, in every way there is."""

    def test_a_rename_counts_at_the_next_look(self, tmp_path: Path) -> None:
        """As of most editors, and of the same size at the same time too."""
        here = world(tmp_path, TWO)
        new = here.file.with_suffix(".new")
        new.write_text(TWO.replace('"b"', '"c"'))
        os.utime(new, ns=(1, here.file.stat().st_mtime_ns))
        new.replace(here.file)
        here.clock.tick()

        assert here.live.reload_if_changed() is not None
        assert labels(here.live.snapshot()) == ["a", "c"]

    def test_a_file_that_is_emptied_before_it_is_written_forbids_as_before(
        self, tmp_path: Path
    ) -> None:
        """Between the two nothing is loaded; what is written then is."""
        here = world(tmp_path, TWO)
        here.file.write_text("")
        here.clock.tick()
        assert here.live.reload_if_changed() is None
        assert labels(here.live.snapshot()) == ["a", "b"]

        here.file.write_text(TWO.replace('"b"', '"c"'))
        here.clock.tick()
        assert here.live.reload_if_changed() is not None
        assert labels(here.live.snapshot()) == ["a", "c"]

    def test_a_file_that_stays_empty_counts(self, tmp_path: Path) -> None:
        """The second look takes it for what is meant; so does a reload by hand."""
        here = world(tmp_path, TWO)
        here.file.write_text("")
        here.clock.tick()
        here.live.reload_if_changed()
        here.clock.tick()
        assert here.live.reload_if_changed()
        assert labels(here.live.snapshot()) != ["a", "b"]

        other = world(tmp_path / "other", TWO)
        other.file.write_text("")
        assert other.live.reload()

    @pytest.mark.parametrize("kind", ["folder", "pipe", "link to nothing", "half"])
    def test_what_is_no_file_leaves_the_last_good_one_in_use(
        self, kind: str, tmp_path: Path
    ) -> None:
        """It is told once, nothing waits for it, and a file in its place counts."""
        here = world(tmp_path, TWO)
        here.file.unlink()
        match kind:
            case "folder":
                here.file.mkdir()
            case "pipe":
                os.mkfifo(here.file)
            case "link to nothing":
                here.file.symlink_to(tmp_path / "away")
            case _:
                here.file.write_text(TWO[:-3])
        here.clock.tick()
        with pytest.raises(ConfigError):
            here.live.reload_if_changed()
        here.clock.tick()
        assert here.live.reload_if_changed() is None
        assert labels(here.live.snapshot()) == ["a", "b"]

        here.file.rmdir() if kind == "folder" else here.file.unlink()
        here.file.write_text(TWO.replace('"b"', '"c"'))
        here.clock.tick()
        assert here.live.reload_if_changed() is not None
        assert labels(here.live.snapshot()) == ["a", "c"]

    def test_a_change_during_a_reload_is_seen_by_the_next_look(
        self, tmp_path: Path
    ) -> None:
        """A listener that writes the file stands for whoever writes meanwhile."""
        here = world(tmp_path, TWO)
        third = TWO.replace('"b"', '"third"')

        def write(text: str) -> None:
            here.file.write_text(text)

        ends = here.live.subscribe(lambda *_: write(third))
        here.file.write_text(TWO.replace('"b"', '"second"'))
        here.clock.tick()
        here.live.reload_if_changed()
        ends()
        assert labels(here.live.snapshot()) == ["a", "second"]
        here.clock.tick()
        here.live.reload_if_changed()
        assert labels(here.live.snapshot()) == ["a", "third"]
