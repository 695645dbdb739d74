"""`-o`, and `options` of an entry: what is sent to whom, checked, refused, recorded."""

import json
from pathlib import Path
from typing import Any

import pytest

from hexai.config.schema_providers import ProviderSettings
from hexai.domain.entry import Options, RequestSpec, Surface
from hexai.domain.messages import Infill
from hexai.domain.request import Request
from hexai.providers.formats.ollama import OllamaInfill
from hexai.providers.formats.openai import OpenAIInfill
from hexai.providers.llamacpp.infill import LlamaCppInfill
from tests.support.answers import anthropic_answer, openai_answer
from tests.support.command_line import Result, run_cli, simulated, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.support.projects import make_repository
from tests.support.replies import json_answer
from tests.support.upstream import Upstream


def configure(url: str, kind: str = "openai", entry: str = "") -> Path:
    """Configure an upstream as the only contender."""
    return write_config(
        f'[providers.fake]\ntype = "{kind}"\nbase_url = "{url}"\n'
        f'[[models.cli]]\nprovider = "fake"\nmodel = "m1"\n{entry}\n'
    )


def sent(*arguments: str, entry: str = "", kind: str = "openai") -> dict[str, Any]:
    """Ask, and give the body that an upstream was sent."""
    answer = anthropic_answer("ok") if kind == "anthropic" else openai_answer("ok")
    with Upstream(answer) as upstream:
        configure(upstream.url, kind, entry)
        result = run_cli(*arguments, "hi")
    assert result.code == 0, result.err
    body: dict[str, Any] = upstream.requests[-1].json
    return body


def refused(*arguments: str, entry: str = "") -> Result:
    """Ask in vain: nothing is sent."""
    with Upstream(openai_answer("fine")) as upstream:
        configure(upstream.url, entry=entry)
        result = run_cli(*arguments, "hi")
    assert upstream.requests == []
    return result


class TestSent:
    """What upstreams are asked with, each in its own format."""

    def test_openai_gets_them_beside_the_messages(self) -> None:
        """Known and unknown ones, with the types that were meant."""
        more = ("-o", "logit_bias={}", "-o", "top_k=40", "-o", "verbosity=low")
        body = sent("-o", "top_p=0.9", "-o", "seed=7", "-o", "stop=END", *more)
        assert (body["top_p"], body["seed"], body["stop"]) == (0.9, 7, ["END"])
        assert (body["logit_bias"], body["top_k"], body["verbosity"]) == ({}, 40, "low")

    def test_anthropic_has_its_own_name_for_stops(self) -> None:
        """The rest goes as it is written."""
        thinking = 'thinking={"type":"enabled","budget_tokens":2000}'
        body = sent("-o", "top_k=5", "-o", "stop=END", "-o", thinking, kind="anthropic")
        assert (body["top_k"], body["stop_sequences"]) == (5, ["END"])
        assert body["thinking"] == {"type": "enabled", "budget_tokens": 2000}
        assert "stop" not in body

    def test_ollama_has_them_among_its_options(self) -> None:
        """But for the few that stand in the request itself."""
        ollama = Ollama({"m1:latest": Model(capabilities=("thinking",))})
        with serve(ollama) as upstream:
            configure(upstream.url, "ollama", "options = { top_k = 5, seed = 1 }")
            given = ("-o", "seed=7", "-o", "stop=END", "-o", "keep_alive=1m")
            result = run_cli(*given, "-o", "think=true", "-o", "num_ctx=512", "hi")
        assert result.code == 0, result.err
        body = ollama.asked[-1]
        assert (body["keep_alive"], body["think"]) == ("1m", True)
        options = {"seed": 7, "stop": ["END"], "top_k": 5, "num_ctx": 512}
        assert options.items() <= body["options"].items()
        assert "keep_alive" not in body["options"]

    def test_keys_of_an_entry_are_set_too(self) -> None:
        """Wherever the entry had them, the command line has the last word."""
        given = ("-o", "temperature=0", "-o", "max_tokens=9", "-o", "temperature=1")
        body = sent(*given, "-o", "reasoning_effort=low", entry="temperature = 0.5")
        assert (body["temperature"], body["max_tokens"]) == (1, 9)
        assert body["reasoning_effort"] == "low"

    def test_null_takes_an_option_of_the_entry_away(self) -> None:
        """For this question."""
        entry = "options = { top_p = 0.5, seed = 1 }"
        body = sent("-o", "top_p=null", entry=entry)
        assert (body.get("top_p"), body["seed"]) == (None, 1)

    @pytest.mark.parametrize(
        ("written", "meant"),
        [("007", "007"), ('"7"', "7"), ("a b", "a b"), ('"[1,"', "[1,"), ("", "")],
    )
    def test_what_is_no_json_is_a_text(self, written: str, meant: str) -> None:
        """And what would be something else is a text in quotes."""
        assert sent("-o", f"verbosity={written}")["verbosity"] == meant

    def test_all_of_the_users_stops_are_sent(self) -> None:
        """More than the upstream is known to take are for it to refuse."""
        stops = json.dumps([*"abcde"])
        assert sent("-o", f"stop={stops}")["stop"] == [*"abcde"]

    def test_a_fallback_of_another_provider_gets_what_many_have(self) -> None:
        """What only the entry's own provider knows would be refused there."""
        with (
            Upstream(json_answer({"error": {"message": "away"}}, code=503)) as away,
            Upstream(openai_answer("fine")) as other,
        ):
            write_config(
                f'[providers.away]\ntype = "openai"\nbase_url = "{away.url}"\n'
                f'[providers.other]\ntype = "openai"\nbase_url = "{other.url}"\n'
                '[[models.cli]]\nprovider = "away"\nmodel = "m"\n'
                'fallback = { provider = "other", model = "n" }\n'
            )
            result = run_cli("-o", "top_p=0.9", "-o", "mirostat=2", "hi")
        assert result.code == 0, result.err
        assert away.requests[0].json["mirostat"] == 2
        body = other.requests[0].json
        assert (body["top_p"], "mirostat" in body) == (0.9, False)


@pytest.mark.parametrize(
    "make", [OpenAIInfill, LlamaCppInfill, OllamaInfill], ids=lambda each: each.__name__
)
def test_gaps_are_filled_with_them_too(make: Any) -> None:
    """Completion in an editor asks with what its entry says."""
    settings = ProviderSettings(name="x", type="openai", built_in=False)
    options = Options(stop=("END",), more=(("top_k", "5"),))
    call = Request(
        surface=Surface.COMPLETION,
        messages=(),
        infill=Infill(prefix="a = ", suffix=""),
    ).call(RequestSpec(provider="x", model="m", options=options))
    wire = make(settings, "/completions") if make is OpenAIInfill else make(settings)

    body: dict[str, Any] = dict(wire.body(call))
    asked = body["options"] if make is OllamaInfill else body
    assert asked["top_k"] == 5
    assert asked["stop"][0] == "END"


def test_a_project_bounds_what_the_line_says(tmp_path: Path) -> None:
    """Its limits are no wishes: no option goes beyond them."""
    root = make_repository(tmp_path / "p", "[general]\nmax_tokens = 50\n")
    with Upstream(openai_answer("fine")) as upstream:
        configure(upstream.url)
        run_cli("-o", "max_tokens=900", "hi", folder=root)
    assert upstream.requests[0].json["max_tokens"] == 50


class TestRefused:
    """What is told instead of being sent."""

    @pytest.mark.parametrize(
        ("option", "told"),
        [
            ("top_p", "KEY=VALUE is meant"),
            ("=1", "KEY=VALUE is meant"),
            ("top_p=2", "-o top_p=2 must be a number from 0 to 1"),
            ('stop=["a"', "must be JSON"),
            ('logit_bias={"1":', "must be JSON"),
            ("stop=[/INST]", "-o 'stop=\"[/INST]\"'"),
            ("stop=", "must be a text that is not empty or a list of 1 to 64 such"),
            ("reasoning=low", "did you mean reasoning_effort?"),
            ("seed=x", '-o seed="x" must be an integer'),
            ("stop=[]", "-o stop=a list must be a text"),
            ("think=maybe", "-o think=\"maybe\" must be true or false or one of 'low'"),
            ("temperature=9", "-o temperature=9 must be a number from 0 to 2"),
            ("model=x", "is not for an option to set"),
            ("stream=false", "is not for an option to set"),
            ("max_completion_tokens=9", "is called max_tokens here"),
            ("maxOutputTokens=9", "is called max_tokens here"),
            ("Stream=false", "is not for an option to set"),
            ("a b=1", "is no name of an option"),
            ("big=99999999999999999999", "cannot be written as JSON"),
        ],
    )
    def test_what_cannot_be_meant(self, option: str, told: str) -> None:
        """Exit code 2, before anything is sent."""
        result = refused("-o", option)
        assert (result.code, result.out) == (2, "")
        assert told in result.err

    @pytest.mark.parametrize(
        ("options", "told"),
        [
            ("top_p = 2", "must be a number from 0 to 1"),
            ("temperature = 0.2", "is a key of the entry itself"),
            ("stream = false", "is not for an option to set"),
            ("num_predict = 9", "is called max_tokens here"),
            ("min_p = nan", "must be a number from 0 to 1"),
            ("at = 1979-05-27", "cannot be written as JSON"),
        ],
    )
    def test_the_same_in_a_file(self, options: str, told: str) -> None:
        """With its line; the command line stops."""
        result = refused(entry=f"options = {{ {options} }}")
        assert result.code == 1
        assert "models.cli[0].options." in result.err
        assert told in result.err

    def test_an_upstream_says_itself_what_it_refuses(self) -> None:
        """The request is not repeated without what the user has named."""
        error = {
            "error": {"message": "Unsupported parameter: 'stop'.", "param": "stop"}
        }
        with Upstream(json_answer(error, code=400)) as upstream:
            configure(upstream.url)
            result = run_cli("-o", "stop=END", "hi")
        assert (result.code, len(upstream.requests)) == (1, 1)
        assert "Unsupported parameter: 'stop'" in result.err

    def test_what_was_named_goes_before_what_is_sent_anyway(self) -> None:
        """Claude takes one of the two: that of the user, not our usual temperature."""
        told = "`temperature` and `top_p` cannot both be specified for this model."
        refusal = {"type": "invalid_request_error", "message": told}
        refused = json_answer({"type": "error", "error": refusal}, code=400)
        replies = refused, anthropic_answer("fine")
        with Upstream(*replies) as upstream:
            configure(upstream.url, "anthropic")
            result = run_cli("-o", "top_p=0.9", "hi")
        assert result.code == 0, result.err
        first, second = (request.json for request in upstream.requests)
        assert {"temperature", "top_p"} <= first.keys()
        assert second["top_p"] == 0.9
        assert "temperature" not in second

    @pytest.mark.parametrize(
        ("word", "meant"),
        [
            ("temprature=0", "temperature"),
            ("temp=0", "temperature"),
            ("freq=1", "frequency_penalty"),
            ("n_ctx=512", "num_ctx"),
            ("effort=low", "reasoning_effort"),
            ("seeed=9", "seed"),
            ("top_pp=0.9", "top_p"),
            ("Temperature=0", "temperature"),
            ("Temp=0", "temperature"),
            ("topP=0.9", "top_p"),
            ("Reasoning-Effort=low", "reasoning_effort"),
            ("Prompt_Cache_Key=x", "prompt_cache_key"),
            ("num_ctxt=8", "num_ctx"),
            ("tempartrue=1", "temperature"),
            ("resonning_efort=low", "reasoning_effort"),
        ],
    )
    def test_a_slip_asks_nobody(self, word: str, meant: str) -> None:
        """It would make a contender of its own, and change nothing."""
        result = refused("-o", word)
        assert (result.code, result.out) == (2, "")
        assert f"did you mean {meant}?" in result.err

    @pytest.mark.parametrize(
        ("words", "name"),
        [
            (["--temperature", "0"], "temperature"),
            (["--temp=0"], "temperature"),
            (["--max-tokens=9"], "max_tokens"),
            (["--topP", "1"], "top_p"),
            (["--max-output-tokens", "9"], "max_tokens"),
        ],
    )
    def test_an_option_of_other_tools_is_told_as_ours(
        self, words: list[str], name: str
    ) -> None:
        """They have one of their own for what a model is told."""
        result = refused(*words)
        assert (result.code, result.out) == (2, "")
        assert f"is set by -o, as in -o {name}=VALUE" in result.err

    @pytest.mark.parametrize(
        "name",
        [
            *("api_key", "apiKey", "key", "x-api-key", "token", "access_token"),
            *("hf_token", "Authorization", "password", "client_secret", "auth"),
            *("OPENAI_API_KEY", "db_passwd", "session_cookie"),
        ],
    )
    def test_a_secret_is_neither_sent_nor_kept(self, name: str) -> None:
        """Nor said back; in a file it is a problem, without its value."""
        result = refused("-o", f"{name}=hunter2")
        assert (result.code, result.out) == (2, "")
        assert "api_key_command" in result.err
        kept = refused(entry=f'options = {{ {name} = "hunter2" }}')
        assert f"options.{name}" in kept.err
        checked = run_cli("config", "check")
        assert "hunter2" not in result.err + kept.err + checked.out + checked.err

    @pytest.mark.parametrize(
        "value", ['{"Authorization": "hunter2"}', '[{"api_key": "hunter2"}]']
    )
    def test_a_secret_in_a_table_is_found(self, value: str) -> None:
        """As whoever sets headers of a gateway would write it."""
        result = refused("-o", f"extra={value}")
        assert "api_key_command" in result.err
        assert "hunter2" not in result.err

    @pytest.mark.parametrize(
        "name",
        [
            *(
                "prompt_cache_key",
                "stop_token_ids",
                "logit_bias",
                "skip_special_tokens",
            ),
            *("min_tokens", "eos_token", "ban_eos_token", "thinking_budget_tokens"),
            *("safety_identifier", "user", "truncate_prompt_tokens", "author"),
        ],
    )
    def test_what_only_looks_like_a_secret_is_sent(self, name: str) -> None:
        """Tokens are mostly pieces of a text."""
        assert sent("-o", f"{name}=1")[name] == 1

    @pytest.mark.parametrize(
        "word",
        ["Authorization: Bearer hunter2==", "api_key hunter2=", "apikey:hunter2"],
    )
    def test_a_secret_before_the_sign_is_not_said_back(self, word: str) -> None:
        """As where a header was meant."""
        result = refused("-o", word)
        assert (result.code, result.out) == (2, "")
        assert "hunter2" not in result.err

    @pytest.mark.parametrize(
        "value",
        ['{"properties":{"key":{"type":"string"}},"required":["key"]}', '{"token":-1}'],
    )
    def test_a_schema_may_ask_for_what_is_called_a_key(self, value: str) -> None:
        """What stands behind the name is a description or a number, no secret."""
        assert sent("-o", f"shape={value}")["shape"] == json.loads(value)

    @pytest.mark.parametrize(
        "name", ["nope", "top_a", "repetition_penalty", "speed", "prompt_cache_key"]
    )
    def test_a_provider_s_own_option_goes_through(self, name: str) -> None:
        """However near to one of ours it is spelled."""
        assert sent("-o", f"{name}=1")[name] == 1

    def test_an_entry_sends_what_looks_like_a_slip(self) -> None:
        """A newer upstream may know what we do not; the check tells."""
        assert sent(entry="options = { top_pp = 0.9 }")["top_pp"] == 0.9
        checked = run_cli("config", "check")
        assert "did you mean top_p?" in checked.out + checked.err

    def test_an_option_that_is_not_sent_is_told(self) -> None:
        """Into a pipe too, by the label of who does not get it, and what it takes."""
        with Upstream(openai_answer("fine")) as upstream:
            configure(upstream.url)
            result = run_cli("-o", "think=true", "hi")
        assert "think" not in upstream.requests[0].json
        assert "-o think is not sent to m1: only providers of type ollama" in (
            result.err
        )
        assert "-o reasoning_effort may be meant" in result.err

    def test_who_is_not_asked_is_not_told_of(self) -> None:
        """Only those whom the command line has chosen."""
        simulated("echo", "echo?seed=2")
        result = run_cli("-0", "-o", "num_ctx=4096", "hi")
        assert "-o num_ctx is not sent to a: only" in result.err


def test_another_option_is_another_contender_and_question() -> None:
    """In the ledger, and for the cache."""
    with Upstream(openai_answer("fine")) as upstream:
        configure(upstream.url)
        for option in ("top_p=0.9", "top_p=0.9", "top_p=0.5", "stop=END"):
            run_cli("-o", option, "hi")
    assert len(upstream.requests) == 3
    assert "top_p=0.5" in run_cli("history", "export").out
    assert "stop=" in run_cli("history", "export").out
