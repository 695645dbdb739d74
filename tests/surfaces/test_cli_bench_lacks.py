"""`hexai bench run` where an entry cannot be asked: told before, and set aside."""

from pathlib import Path

import pytest

from tests.support.bench_command import bench, by_prompt, cells, entries, history
from tests.support.command_line import run_cli, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.support.ports import closed_port
from tests.support.repositories import MadeRepository
from tests.support.upstream import Upstream


@pytest.fixture
def made(tmp_path: Path) -> MadeRepository:
    """Make a repository with a history."""
    return history(tmp_path / "repo")


def _words(text: str) -> str:
    return " ".join(text.split())


def _add(path: Path, more: str) -> None:
    write_config(path.read_text("utf-8") + more)


KEYLESS = """
[providers.keyless]
type = "openai"
base_url = "https://keyless.invalid/v1"
api_key_env = "NOBODY_SETS_THIS"
[[models.completion]]
provider = "keyless"
model = "m"
label = "k"
"""


class TestKeys:
    """A key that is missing is missing for every task."""

    def test_a_dry_run_says_so(self, made: MadeRepository) -> None:
        """With the variable to be set, and without a price."""
        with Upstream(by_prompt()) as one:
            _add(entries(one), KEYLESS)
            result = bench(made, "--tasks", "4", "--dry-run")

        assert "k is not asked: missing API key" in _words(result.out)
        assert "NOBODY_SETS_THIS" in result.out
        assert "not asked" in result.out

    def test_a_run_asks_the_others_and_loses_no_cell(
        self, made: MadeRepository
    ) -> None:
        """The entry is set aside before its first cell; no cloud is confirmed."""
        with Upstream(by_prompt()) as one:
            _add(entries(one), KEYLESS)
            result = bench(made, "--tasks", "4")

        assert result.code == 4, result.err
        assert "k is not asked: missing API key" in _words(result.err)
        assert "k was set aside: missing API key" in _words(result.out)
        assert {cell["contender"] for cell in cells()} == {"a"}

    def test_where_nobody_can_be_asked_no_bench_begins(
        self, made: MadeRepository
    ) -> None:
        """Nothing is left behind that would have to be gone on with or forgotten."""
        write_config(KEYLESS)
        result = bench(made, "--tasks", "4")

        assert result.code == 1
        assert "k is not asked: missing API key" in _words(result.err)
        assert "nobody can be asked" in result.err
        assert "there is no bench yet" in run_cli("bench", "list").err


class TestServers:
    """A server of one's own that does not run."""

    @pytest.mark.parametrize(("more", "told"), [((), False), (("--measure",), True)])
    def test_a_dry_run_looks_only_to_measure(
        self, made: MadeRepository, more: tuple[str, ...], told: bool
    ) -> None:
        """Else it connects to nobody."""
        with Upstream(by_prompt()) as one:
            text = entries(one).read_text("utf-8")
        with closed_port() as port:
            write_config(text.replace(one.url, f"http://127.0.0.1:{port}"))
            result = bench(made, "--tasks", "4", "--dry-run", *more)

        assert result.code == 0, result.err
        assert ("cannot connect to http://127.0.0.1" in _words(result.out)) == told

    def test_an_ollama_is_looked_at_always(self, made: MadeRepository) -> None:
        """It is asked where its models run anyway; its price may be none."""
        with Upstream(by_prompt()) as one, closed_port() as port:
            _add(
                entries(one),
                f"""
                [ollama]
                base_url = "http://127.0.0.1:{port}"
                [[models.completion]]
                provider = "ollama"
                model = "m"
                label = "o"
                """,
            )
            result = bench(made, "--tasks", "4", "--dry-run", "--budget", "1")

        assert "o: cannot connect to http://127.0.0.1" in _words(result.out)
        assert "no answer" in result.out
        assert "nothing is sent" not in _words(result.out)

    def test_an_ollama_without_the_model_is_told(self, made: MadeRepository) -> None:
        """It answers, but nobody could ask it for that."""
        with Upstream(by_prompt()) as one, serve(Ollama({"n": Model()})) as ollama:
            _add(
                entries(one),
                f"""
                [ollama]
                base_url = "{ollama.url}"
                [[models.completion]]
                provider = "ollama"
                model = "m"
                label = "o"
                """,
            )
            result = bench(made, "--tasks", "4", "--dry-run")

        assert "has no m; it is set aside if that stays so" in _words(result.out)


def test_local_only_asks_no_cloud_and_needs_no_word(made: MadeRepository) -> None:
    """Who is not on this machine is shown as not asked, and has no cell."""
    with Upstream(by_prompt()) as one, Upstream(by_prompt()) as other:
        path = entries(one)
        text = "local_only = true\n" + path.read_text("utf-8")
        write_config(
            f'{text}\n[providers.far]\ntype = "openai"\nbase_url = "{other.url}/v1"\n'
            'local = false\n[[models.completion]]\nprovider = "far"\nmodel = "m"\n'
            'label = "far"\n'
        )
        dry = bench(made, "--tasks", "4", "--dry-run")
        run = bench(made, "--tasks", "4")
        assert not other.connections

    assert "far is not asked: local_only" in _words(dry.out)
    assert run.code == 4, run.err
    assert {cell["contender"] for cell in cells()} == {"a"}
