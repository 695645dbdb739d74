"""`hexai models`: what is configured, and whether it answers."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.answers import ollama_answer, openai_answer
from tests.support.command_line import Terminal, run_cli, simulated, write_config
from tests.support.model_head import model_head
from tests.support.ollama import Model, Ollama, serve
from tests.support.patience import PATIENCE
from tests.support.replies import json_answer, status
from tests.support.upstream import Exchange, Upstream


async def _say_nothing(exchange: Exchange) -> None:
    await exchange.hang()


class TestList:
    """`hexai models list` asks servers what they hold, and no model anything."""

    def configure(self, upstream: Upstream) -> None:
        """Configure local, cloud and unknown upstreams, with keys and without."""
        write_config(
            f"""
            [provider]
            name = "simulated"
            [simulated]
            model = "echo"
            [ollama]
            base_url = "{upstream.url}"
            [providers.proxy]
            type = "openai"
            base_url = "{upstream.url}/v1"
            local = false
            api_key_env = "PROXY_KEY"
            [[models.cli]]
            provider = "ollama"
            model = "qwen3:8b"
            [[models.cli]]
            provider = "proxy"
            model = "m"
            label = "cloudy"
            [[models.cli]]
            provider = "openai"
            model = "gpt-4.1"
            [[models.cli]]
            provider = "nobody"
            model = "x"
            [[models.cli]]
            provider = "proxy"
            """
        )

    def test_every_entry_of_every_surface_is_listed(self) -> None:
        """Aligned, with where it goes and what it lacks; nothing is sent."""
        with Upstream() as upstream:
            self.configure(upstream)
            result = run_cli("models", "list")
            assert upstream.requests == []
        assert result.code == 0
        header, *rows = result.out.splitlines()
        assert header.split() == [
            *("SURFACE", "LABEL", "MODEL", "WHERE", "CONTEXT", "UPSTREAM", "KEY")
        ]
        assert [row.split()[0] for row in rows] == [
            *("code_action", "chat", *["cli"] * 5)
        ]
        start = header.index("MODEL")
        assert [row[start:].split()[0] for row in rows[2:]] == [
            *("ollama:qwen3:8b", "proxy:m", "openai:gpt-4.1", "nobody:x", "proxy:")
        ]
        assert rows[2].split()[3:5] == ["unknown", upstream.url]
        assert "PROXY_KEY" in rows[3]
        assert "set HEXAI_OPENAI_API_KEY or OPENAI_API_KEY" in rows[4]
        assert "unknown provider" in rows[5]
        assert rows[6].split()[:4] == ["cli", "proxy", "proxy:", "cloud"]
        assert "none:" not in rows[6]

    def test_json_has_the_same_facts(self) -> None:
        """One object for each entry."""
        with Upstream() as upstream:
            self.configure(upstream)
            result = run_cli("models", "list", "--json")
        items = json.loads(result.out)
        assert items[3] == {
            "surface": "cli",
            "label": "cloudy",
            "provider": "proxy",
            "model": "m",
            "where": "cloud",
            "key": "missing API key for provider proxy; set HEXAI_PROXY_API_KEY or "
            "PROXY_KEY",
            "origin": upstream.url,
            "context": None,
            "loaded": None,
            "missing": False,
            "capabilities": [],
            "trouble": "",
        }

    def test_an_ollama_tells_what_it_has_and_holds(self) -> None:
        """Whose each model is, how much of it is loaded, and what it can do."""
        ollama = Ollama(
            {
                "coder:7b": Model(capabilities=("completion", "insert")),
                "chat:latest": Model(),
                "big:latest": Model(remote="https://ollama.com"),
            }
        )
        ollama.loaded["coder:7b"] = 8192
        with serve(ollama) as upstream:
            entries = "".join(
                f"[[models.cli]]\nprovider = 'ollama'\nmodel = '{model}'\n"
                for model in ("coder:7b", "chat", "big", "gone")
            )
            write_config(f"[ollama]\nbase_url = '{upstream.url}'\n{entries}")
            rows = run_cli("models", "list").out.splitlines()[1:]
            items = json.loads(run_cli("models", "list", "--json").out)
        rows = [row for row in rows if row.startswith("cli")]
        cells = [" ".join(row.split()[3:-3]) for row in rows]
        assert cells == [
            *("local 8192, fills gaps", "local not loaded", "cloud not loaded"),
            "unknown no such model",
        ]
        told = [item for item in items if item["surface"] == "cli"]
        assert [item["context"] for item in told] == [8192, None, None, None]
        assert [item["loaded"] for item in told] == [True, False, False, False]
        assert ollama.log == []

    def test_a_model_that_is_passed_on_hides_no_other(self) -> None:
        """The server of both is asked what it holds of the one that runs there."""
        ollama = Ollama({"coder:7b": Model()})
        ollama.loaded["coder:7b"] = 8192
        with serve(ollama) as upstream:
            entries = "".join(
                f"[[models.cli]]\nprovider = 'ollama'\nmodel = '{model}'\n"
                for model in ("big:120b-cloud", "coder:7b", "other:cloud")
            )
            write_config(f"[ollama]\nbase_url = '{upstream.url}'\n{entries}")
            items = json.loads(run_cli("models", "list", "--json").out)
        told = [item["context"] for item in items if item["surface"] == "cli"]
        assert told == [None, 8192, None]

    def test_a_server_that_is_down_or_hangs_is_told(self) -> None:
        """Once, with why; the rest of the list stands there as ever."""
        with Upstream() as gone:
            pass
        with Upstream().on("/api/tags", _say_nothing) as hangs:
            write_config(
                f"[ollama]\nbase_url = '{hangs.url}'\n"
                f"[providers.own]\ntype = 'openai'\nbase_url = '{gone.url}/v1'\n"
                "local = true\n"
                "[[models.cli]]\nprovider = 'ollama'\nmodel = 'a'\n"
                "[[models.cli]]\nprovider = 'ollama'\nmodel = 'b'\n"
                "[[models.cli]]\nprovider = 'own'\nmodel = 'c'\n"
            )
            result = run_cli("models", "list")
        asked = [row for row in result.out.splitlines() if row.startswith("cli")]
        assert (result.code, len(asked)) == (0, 3)
        silent, refused = result.err.splitlines()
        assert f"{hangs.url}: no answer within 1 s" in silent
        assert refused.count(gone.url) == 1
        assert "refused" in refused

    @pytest.mark.parametrize(("trained", "held"), [(2048, 2048), (131_072, 16_384)])
    def test_an_embedded_model_holds_what_it_was_trained_for(
        self, trained: int, held: int, tmp_path: Path
    ) -> None:
        """But no more than a worker gives it; it is not started for that."""
        file = tmp_path / "m.gguf"
        file.write_bytes(model_head(trained))
        write_config(
            f"[[models.cli]]\nprovider = 'local'\nmodel = '{file}'\n"
            "[[models.cli]]\nprovider = 'local'\nmodel = 'nowhere'\n"
        )
        told = json.loads(run_cli("models", "list", "--json").out)
        one, other = (item for item in told if item["surface"] == "cli")
        assert (one["context"], one["missing"]) == (held, False)
        assert (other["context"], other["missing"]) == (None, True)

    def test_a_file_that_is_no_model_is_told_as_such(self, tmp_path: Path) -> None:
        """It is there, so it is not said to be missing."""
        other, gone = tmp_path / "other.gguf", tmp_path / "gone.gguf"
        other.write_text("not a model")
        write_config(
            '[provider]\nname = "local"\n'
            f'[models]\ncli = "{other}"\ncompletion = "{gone}"\n'
        )
        result = run_cli("models", "list")
        found = {line.split()[0]: line for line in result.out.splitlines()}
        assert "no such model" not in found["cli"]
        assert "no such model" in found["completion"]
        assert f"{other} is not a GGUF file" in result.err

    def test_what_cannot_fill_gaps_is_told_where_it_is_to(self, tmp_path: Path) -> None:
        """By the check, for completion alone; its file says what it can do."""
        file = tmp_path / "m.gguf"
        file.write_bytes(model_head(2048))
        entry = f"provider = 'local'\nmodel = '{file}'\nask = 'infill'\n"
        write_config(f"[[models.completion]]\n{entry}")
        assert 'ask = "infill" cannot be' in run_cli("config", "check").err
        write_config(f"[[models.completion]]\n{entry}".replace("infill", "continue"))
        assert "cannot be" not in run_cli("config", "check").err
        write_config(f"[[models.cli]]\n{entry}")
        assert "cannot be" not in run_cli("config", "check").err

    def test_a_bare_models_lists_them(self) -> None:
        """And takes the same option."""
        simulated("echo")
        assert run_cli("models").out == run_cli("models", "list").out
        assert json.loads(run_cli("models", "--json").out)


class TestTest:
    """`hexai models test` asks everybody once."""

    def test_each_distinct_entry_is_asked_at_once_for_a_few_tokens(self) -> None:
        """Entries that differ in nothing that is sent are asked once."""
        ollama = Upstream().on("/api/show", json_answer({})).on(
            "/api/chat", ollama_answer("hello")
        )  # fmt: skip
        with ollama, Upstream(openai_answer("hello", delay=0.05)) as proxy:
            write_config(
                f"""
                [ollama]
                base_url = "{ollama.url}"
                model = "qwen3:8b"
                [providers.proxy]
                type = "openai"
                base_url = "{proxy.url}"
                [[models.cli]]
                provider = "proxy"
                model = "m"
                fallback = {{ provider = "ollama", model = "other" }}
                """
            )
            result = run_cli("models", "test")
            assert result.code == 0
            chats = [r for r in ollama.requests if r.path == "/api/chat"]
            assert len(chats) == 1
            assert chats[0].json["options"]["num_predict"] < 50
            assert len(proxy.requests) == 1
        header, first, second = result.out.splitlines()
        assert "FIRST TOKEN" in header
        assert first.startswith("code_action, chat  qwen3:8b  ollama:qwen3:8b")
        assert first.endswith("reachable")
        assert second.startswith("cli                m         proxy:m")
        assert "cloud" in second

    def test_reasons_stand_beside_those_who_do_not_answer(self) -> None:
        """Some: 4. The reason is the one that a question would give."""
        with Upstream(status(401, '{"error":{"message":"bad key"}}')) as upstream:
            write_config(
                f"""
                [provider]
                name = "simulated"
                [simulated]
                model = "echo"
                [providers.p]
                type = "openai"
                base_url = "{upstream.url}"
                [[models.cli]]
                provider = "p"
                model = "m"
                """
            )
            result = run_cli("models", "test")
            assert result.code == 4
            assert "bad key" in result.out
            record = json.loads(run_cli("models", "test", "--json").out)
        assert [item["reachable"] for item in record] == [True, False]
        assert record[0]["reason"] is None
        assert "bad key" in record[1]["reason"]

    def test_who_was_not_configured_is_not_asked(self) -> None:
        """Nor does its failing say anything about those who were."""
        write_config(
            '[[models.cli]]\nprovider = "simulated"\nmodel = "echo"\nlabel = "mine"\n'
        )
        for command in ("test", "list"):
            result = run_cli("models", command)
            assert result.code == 0
            assert [line.split()[:2] for line in result.out.splitlines()] == [
                ["SURFACE", "LABEL"],
                ["cli", "mine"],
            ]
            assert result.err == (
                "hexai: code_action and chat are not configured, and would ask "
                "ollama:qwen3-coder:30b\n"
            )

    def test_who_inherits_what_was_configured_is_asked(self) -> None:
        """Chat would ask it."""
        write_config(
            '[provider]\nname = "simulated"\n[simulated]\nmodel = "echo"\n'
            '[[models.cli]]\nprovider = "simulated"\nmodel = "lorem"\n'
        )
        result = run_cli("models", "test")
        rows = json.loads(run_cli("models", "test", "--json").out)
        assert result.code == 0
        assert {row["label"]: row["surfaces"] for row in rows} == {
            "echo": ["code_action", "chat"],
            "lorem": ["cli"],
        }

    def test_who_has_two_labels_has_two_rows(self) -> None:
        """Each with the surfaces that call it so."""
        entry = 'provider = "simulated"\nmodel = "echo"\n'
        write_config(
            f'[[models.cli]]\n{entry}label = "mine"\n'
            f"[[models.chat]]\n{entry}[[models.code_action]]\n{entry}"
        )
        rows = json.loads(run_cli("models", "test", "--json").out)

        assert {row["label"]: row["surfaces"] for row in rows} == {
            "echo": ["code_action", "chat"],
            "mine": ["cli"],
        }

    def test_one_alone_is_asked_by_its_label(self) -> None:
        """On whatever surface; or by its model. Who is nobody is told, not asked."""
        write_config(
            '[[models.cli]]\nprovider = "simulated"\nmodel = "echo"\nlabel = "mine"\n'
            '[[models.chat]]\nprovider = "simulated"\nmodel = "lorem"\n'
        )
        by_label = json.loads(run_cli("models", "test", "--json", "mine").out)
        by_model = json.loads(
            run_cli("models", "test", "--json", "simulated:lorem").out
        )
        unknown = run_cli("models", "test", "lively")

        assert [each["surfaces"] for each in by_label] == [["cli"]]
        assert [each["surfaces"] for each in by_model] == [["chat"]]
        assert (unknown.code, unknown.out) == (2, "")
        assert "nobody is called lively; there are lorem, mine" in unknown.err
        assert unknown.err.lower().count("to ask these words") == 1

    def test_on_a_terminal_a_row_stands_there_as_soon_as_its_model_answered(
        self,
    ) -> None:
        """The slow one, named below with a clock, keeps no other back."""
        with Upstream(openai_answer("hello")) as quick, Upstream(_say_nothing) as slow:
            write_config(
                f"""
                [providers.quick]
                type = "openai"
                base_url = "{quick.url}"
                [providers.slow]
                type = "openai"
                base_url = "{slow.url}"
                [[models.cli]]
                provider = "slow"
                model = "m"
                label = "tortoise"
                [[models.cli]]
                provider = "quick"
                model = "m"
                label = "hare"
                """
            )
            terminal = Terminal(columns=120)
            words = [sys.executable, "-m", "hexai", "models", "test"]
            slave = terminal.descriptor
            process = subprocess.Popen(words, stdin=slave, stdout=slave, stderr=slave)
            try:
                terminal.wait_for("hare      quick:m")
                terminal.wait_for(" s ago", times=2)  # it goes on counting
                process.send_signal(signal.SIGINT)
                assert process.wait(PATIENCE) == 130
            finally:
                process.kill()
                process.wait()
            screen = terminal.text()
        assert "cancelled" in screen.rpartition("hare")[2]

    def test_a_llamacpp_tells_what_it_holds(self) -> None:
        """Though the question is too short for anybody to need to know."""
        props = json_answer({"default_generation_settings": {"n_ctx": 2048}})
        with Upstream(openai_answer("hello")).on("/props", props) as upstream:
            write_config(
                "[[models.cli]]\nprovider = 'own'\nmodel = 'm'\n"
                f"[providers.own]\ntype = 'openai'\nbase_url = '{upstream.url}/v1'\n"
                "local = true\n"
            )
            [item] = json.loads(run_cli("models", "test", "--json").out)
            rows = run_cli("models", "test").out.splitlines()
        assert (item["where"], item["context"]) == ("local", 2048)
        assert "own:m local 2048" in " ".join(rows[1].split())

    def test_completion_is_asked_to_fill_a_gap(self) -> None:
        """A server that chats may fail at it: then the entry does, chat does not."""
        no_gaps = {"error": {"code": 501, "message": "Infill is not supported"}}
        refusal = json_answer(no_gaps, code=501)
        with Upstream(openai_answer("hello")).on("/infill", refusal) as upstream:
            write_config(
                "[[models.cli]]\nprovider = 'own'\nmodel = 'm'\n"
                "[[models.completion]]\nprovider = 'own'\nmodel = 'm'\n"
                f"[providers.own]\ntype = 'openai'\nbase_url = '{upstream.url}/v1'\n"
                "infill = 'infill'\nlocal = true\n"
            )
            result = run_cli("models", "test", "--json")
        told = {item["surfaces"][0]: item for item in json.loads(result.out)}
        assert result.code == 4
        assert told["cli"]["reachable"]
        assert not told["completion"]["reachable"]
        assert "Infill is not supported" in told["completion"]["reason"]

    def test_nobody_answers(self) -> None:
        """None: 1."""
        write_config(
            '[provider]\nname = "simulated"\n[simulated]\nmodel = "echo?fail=401"\n'
        )
        assert run_cli("models", "test").code == 1


class TestPull:
    """`hexai models pull`; what it fetches has tests of its own."""

    def test_an_unknown_model_is_an_error(self) -> None:
        """It is a command, so the name is never sent to a model."""
        simulated("echo")
        result = run_cli("models", "pull", "gpt")
        assert (result.code, result.out) == (2, "")
        assert "smollm2" in result.err


@pytest.mark.parametrize("words", [["models", "list"], ["models", "test"]])
def test_problems_of_the_configuration_are_all_told(words: list[str]) -> None:
    """One line each, and the code is 1."""
    write_config("nonsense = 1\n[cli]\nlayout = 3\n")
    result = run_cli(*words)
    assert (result.code, result.out) == (1, "")
    assert len(result.err.splitlines()) == 2
    assert all(line.startswith("hexai: ") for line in result.err.splitlines())


def test_models_that_do_not_fit_beside_each_other_are_told() -> None:
    """What the test itself has shown, with what completion makes of it."""
    ollama = Ollama({"one:latest": Model(loads_in=0.2), "two:latest": Model()})
    with serve(ollama) as upstream:
        entries = "".join(
            f"[[models.{surface}]]\nprovider = 'ollama'\nmodel = '{model}'\n"
            for surface, model in (
                *(("cli", "one"), ("cli", "two")),
                *(("chat", "one"), ("code_action", "one")),
            )
        )
        write_config(f"[ollama]\nbase_url = '{upstream.url}'\n{entries}")
        result = run_cli("models", "test")
        items = json.loads(run_cli("models", "test", "--json").out)
    assert result.code == 0
    assert "4096" in result.out
    assert "cannot be loaded beside it" in result.out
    assert {each["context"] for each in items if each["reachable"]} == {4096}
    assert {each["where"] for each in items if each["reachable"]} == {"local"}
    assert ["one:latest"] in [each["swaps_with"] for each in items]
