"""`hexai config init`: looks on this machine, and never overwrites."""

import json
import os
import stat
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from hexai.service.setup.detect import Server
from tests.support.command_line import run_cli, run_typed, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.support.replies import json_answer, raw, status
from tests.support.upstream import Upstream


@pytest.fixture(autouse=True)
def _no_ollama(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have none on this machine, whatever listens on its usual port."""
    monkeypatch.setenv("OLLAMA_HOST", "127.0.0.1:1")


def place() -> Path:
    """Give the user's file."""
    return Path(os.environ["XDG_CONFIG_HOME"]) / "hexai" / "config.toml"  # noqa: TID251


def with_key() -> dict[str, str]:
    """Give surroundings in which somebody can be asked."""
    return {**os.environ, "OPENAI_API_KEY": "sk-MARK"}  # noqa: TID251


def test_it_says_where_it_looks_and_writes_a_private_file() -> None:
    """The file has no problems; a key is named, and never written."""
    environ = with_key()
    usual = (("llamacpp", 1), ("vllm", 2))
    result = run_cli("config", "init", "--yes", environ=environ, usual=usual)
    assert (result.code, result.out) == (0, f"written: {place()}\n")
    first, *rest = result.err.splitlines()
    assert first.startswith("hexai: looking at ports 1, 1, 2 of this machine")
    assert "hexai: found: OPENAI_API_KEY in the environment" in rest
    assert stat.S_IMODE(place().stat().st_mode) == 0o600
    assert stat.S_IMODE(place().parent.stat().st_mode) == 0o700
    assert "MARK" not in place().read_text() + result.err
    assert run_cli("config", "check", environ=environ).code == 0


def test_a_file_that_is_there_stays_as_it_is() -> None:
    """Nobody is asked anything; a link to nothing counts too."""
    write_config("# mine\n")
    result = run_cli("config", "init", "--yes")
    assert (result.code, result.out) == (1, "")
    assert "is there already" in result.err
    assert "looking" not in result.err
    assert place().read_text() == "# mine\n"
    place().unlink()
    place().symlink_to("nowhere")
    assert run_cli("config", "init", "--yes").code == 1
    assert not place().exists()


def test_another_place_can_be_named(tmp_path: Path) -> None:
    """As for every command."""
    other = tmp_path / "new" / "other.toml"
    words = ("--config", str(other), "config", "init", "--yes")
    assert run_cli(*words, environ=with_key()).code == 0
    assert other.is_file()
    assert not place().exists()


def test_without_a_terminal_it_needs_to_be_told() -> None:
    """Nobody could say yes."""
    result = run_cli("config", "init")
    assert (result.code, result.out) == (2, "")
    assert "--yes" in result.err
    assert not place().exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """With its name."""
    (tmp_path / "file").touch()
    config = str(tmp_path / "file" / "config.toml")
    words = ("--config", config, "config", "init", "--yes")
    result = run_cli(*words, environ=with_key())
    assert result.code == 1
    assert config in result.err


def test_on_a_terminal_the_file_is_shown_before_the_question() -> None:
    """Only yes writes it; what a no leaves one with is told."""
    have_model()
    code, shown = run_typed("n\n", "config", "init")
    assert code == 1
    assert "[provider]" in shown.partition("Write this to")[0]
    assert "nothing was written; `hexai config init` asks again" in shown
    assert not place().exists()

    assert run_typed("y\n", "config", "init")[0] == 0
    assert place().is_file()


def have_model() -> None:
    """Put something where the built-in model is looked for."""
    models = Path(os.environ["XDG_DATA_HOME"]) / "hexai" / "models"  # noqa: TID251
    models.mkdir(parents=True)
    (models / "smollm2.gguf").touch()


def test_where_nobody_can_be_asked_a_script_gets_no_file() -> None:
    """One would be in the way of the next `config init`, and names nobody."""
    result = run_cli("config", "init", "--yes")

    assert result.code == 1
    assert "no model was found, so nothing was written; start a server" in result.err
    assert "hexai models pull smollm2; then run hexai config init" in result.err
    assert not place().exists()


def test_where_nobody_can_be_asked_the_built_in_model_is_offered() -> None:
    """Before the question whether to write; no means a file that names nobody."""
    code, shown = run_typed("n\nn\n", "config", "init")

    offered, _, rest = shown.partition("No model was found. Get the built-in one")
    assert "Write this to" not in offered
    said, _, after = rest.partition("Write this to")
    assert "[provider]" in said
    assert "no model was found, so this file names nobody; start a server" in said
    assert "nothing was written" in after
    assert code == 1
    assert not place().exists()


def test_an_ollama_is_looked_for_where_its_variable_says() -> None:
    """On this machine only; the file says where it is."""
    models = raw(b'HTTP/1.0 200 OK\r\n\r\n{"models": [{"name": "small:1b"}]}')
    with Upstream().on("/api/tags", models) as upstream:
        port = upstream.url.rpartition(":")[2]
        environ = {**os.environ, "OLLAMA_HOST": f"127.0.0.1:{port}"}  # noqa: TID251
        result = run_cli("config", "init", "--yes", environ=environ)
        paths = [request.path for request in upstream.requests]

    assert result.err.startswith(f"hexai: looking at ports {port} of")
    assert paths == ["/api/tags", "/api/show"]
    written = place().read_text()
    assert f'[ollama]\nbase_url = "http://127.0.0.1:{port}"' in written
    assert 'model = "small:1b"' in written


@pytest.mark.parametrize("beside", ["nothing", "a key", "a server"])
def test_what_an_ollama_has_is_what_is_asked(beside: str) -> None:
    """On all surfaces; who fills gaps is told only of each model by older ones."""
    models = {
        "qwen3:8b": Model(),
        "qwen2.5-coder:1.5b": Model(capabilities=("completion", "insert")),
    }
    more = {"OPENAI_API_KEY": "sk-MARK"} if beside == "a key" else {}
    with Upstream(json_answer({"data": [{"id": "m"}]})) as server:
        usual = [("llamacpp", int(server.url.rpartition(":")[2]))]
        with serve(Ollama(models, lists_capabilities=False)) as upstream:
            host = upstream.url.removeprefix("http://")
            environ = {**os.environ, "OLLAMA_HOST": host, **more}  # noqa: TID251
            made = run_cli(
                *("config", "init", "--yes"),
                environ=environ,
                usual=tuple(usual if beside == "a server" else ()),
            )
            listed = run_cli("models", "list", "--json", environ=environ)
    told = json.loads(listed.out)
    rows = [(each["surface"], each["model"]) for each in told]

    assert made.code == 0
    assert {("chat", "qwen3:8b"), ("code_action", "qwen3:8b")} <= {*rows}
    assert not any(each["missing"] for each in told)
    assert next(m for s, m in rows if s == "completion") == "qwen2.5-coder:1.5b"


def test_an_ollama_on_another_machine_is_for_the_user_to_name() -> None:
    """Its models are nowhere called this machine's; nobody is asked there."""
    environ = {**with_key(), "OLLAMA_HOST": "box.example"}
    result = run_cli("config", "init", "--yes", environ=environ)

    assert result.code == 0
    assert "not looked at: the Ollama at http://box.example:11434" in result.err
    assert "11434," not in result.err
    assert 'provider = "ollama"' not in "\n".join(
        line for line in place().read_text().splitlines() if not line.startswith("#")
    )


def test_the_first_run_names_an_ollama_elsewhere() -> None:
    """Among what was found, and asks it nothing."""
    environ = {**os.environ, "OLLAMA_HOST": "box.example"}  # noqa: TID251
    result = run_cli("hi", environ=environ)

    assert result.code != 0
    assert "the Ollama at http://box.example:11434 (OLLAMA_HOST)" in result.err


@pytest.fixture(name="server")
def fixture_server() -> Iterator[Server]:
    """Have a server with one model, on a port that is nobody else's."""
    with Upstream(json_answer({"data": [{"id": "coder-7b"}]})) as upstream:
        yield Server(name="vllm", port=upstream.port, models=("coder-7b",))


def at(server: Server) -> tuple[tuple[str, int], ...]:
    """Have it looked for where it is."""
    return ((server.name, server.port),)


def test_the_users_word_lets_a_server_complete(server: Server) -> None:
    """Who really listens nobody knows, and completion sends all code there."""
    code, shown = run_typed("y\ny\n", "config", "init", usual=at(server))

    assert code == 0
    asked = shown.partition("Write this to")[0]
    assert f"Does what port {server.port} is sent stay on this machine?" in asked
    assert "does not complete" not in shown
    listed = run_cli("models", "list").out
    assert [line.split()[0] for line in listed.splitlines()].count("completion") == 2
    written = place().read_text().splitlines()
    assert any(line.startswith("local = true") for line in written)


@pytest.mark.parametrize("typed", ["n\ny\n", ""])
def test_without_it_the_screen_says_why_it_does_not(server: Server, typed: str) -> None:
    """And what to change; nobody is asked where --yes was said."""
    if typed:
        code, shown = run_typed(typed, "config", "init", usual=at(server))
    else:
        result = run_cli("config", "init", "--yes", usual=at(server))
        code, shown = result.code, result.err
    assert code == 0
    assert f"port {server.port} does not complete in your editor" in shown
    assert "completion" not in run_cli("models", "list").out


def test_who_listens_and_cannot_be_asked_is_told() -> None:
    """With what to do, beside whatever else was found."""
    tags = json_answer({"models": []})
    with (
        Upstream(json_answer({"data": []})) as empty,
        Upstream(
            status(200, "<html><title>It &gt;_ \x1b]0;x\x07works</title>")
        ) as page,
        Upstream().on("/api/tags", tags) as ollama,
    ):
        usual = (("lmstudio", empty.port), ("vllm", page.port))
        environ = {**with_key(), "OLLAMA_HOST": f"127.0.0.1:{ollama.port}"}
        result = run_cli("config", "init", "--yes", environ=environ, usual=usual)

    assert result.code == 0
    said = result.err.splitlines()[1:4]
    assert said[0].startswith("hexai: Ollama's port answers, but has no model: ")
    assert said[1].startswith(f"hexai: port {empty.port} answers, but has no model")
    assert said[2].startswith(
        f"hexai: port {page.port} answers, but shows a web page and lists no models "
        "(“It >_ \\x1b]0;x\\x07works”)"
    )
    assert "[providers." not in place().read_text()


def test_the_default_is_one_that_answers() -> None:
    """Chat and code actions ask it, whatever stands first in a server's list."""
    names = ("text-embedding-nomic-embed-text-v1.5", "qwen3-4b", "gemma-3")
    listed = json_answer({"data": [{"id": name} for name in names]})
    with Upstream(listed) as upstream:
        usual = (("lmstudio", upstream.port),)
        result = run_cli("config", "init", "--yes", usual=usual)

    assert result.code == 0
    settings = tomllib.loads(place().read_text())
    assert settings["providers"]["lmstudio"]["model"] == "qwen3-4b"
    assert [each["model"] for each in settings["models"]["cli"]] == [
        "qwen3-4b",
        "gemma-3",
    ]
