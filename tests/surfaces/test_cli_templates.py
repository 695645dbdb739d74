"""`-t`: prompts by name, what is filled in, and what is told instead."""

from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import (
    Result,
    run_cli,
    run_typed,
    simulated,
    write_config,
)
from tests.support.projects import make_repository
from tests.support.upstream import Upstream

REVIEW = """
[prompts.templates.review]
system = "You review with care for {{focus}}."
user = "Review for {{focus}}:\\n\\n{{input}}"
defaults = { focus = "correctness" }
[prompts.templates.short]
system = "Be brief."
[prompts.templates.joke]
user = "Tell a joke."
"""


def asked(*arguments: str, stdin: str = "", templates: str = REVIEW) -> tuple[str, str]:
    """Ask an upstream; gives the system prompt and the question that it got."""
    with Upstream(openai_answer("fine")) as upstream:
        write_config(
            f'[providers.fake]\ntype = "openai"\nbase_url = "{upstream.url}"\n'
            f'[[models.cli]]\nprovider = "fake"\nmodel = "m1"\n{templates}'
        )
        result = run_cli(*arguments, stdin=stdin)
    assert result.code == 0, result.err
    system, question = upstream.requests[-1].json["messages"]
    return system["content"], question["content"]


def refused(*arguments: str, templates: str = REVIEW, stdin: str = "x") -> Result:
    """Ask in vain."""
    simulated("echo", more=templates)
    result = run_cli(*arguments, stdin=stdin)
    assert result.out == ""
    return result


class TestFilled:
    """What is asked by a template."""

    def test_what_is_asked_stands_where_it_is_named(self) -> None:
        """Words and what is piped in, as without a template."""
        system, text = asked("-t", "review", "mind", "this", stdin="a diff")
        assert system == "You review with care for correctness."
        assert text == "Review for correctness:\n\nmind this:\n\na diff"

    def test_a_parameter_is_filled_in_everywhere(self) -> None:
        """In place of the default; what it says is not looked at again."""
        system, text = asked("-t", "review", "-p", "focus={{input}}", stdin="a diff")
        assert system == "You review with care for {{input}}."
        assert text == "Review for {{input}}:\n\na diff"

    def test_a_template_that_names_no_input_has_it_below(self) -> None:
        """And one of a system prompt alone asks what is asked."""
        assert asked("-t", "joke", "on", "Rust")[1] == "Tell a joke.\n\non Rust"
        assert asked("-t", "short", "why?") == ("Be brief.", "why?")

    def test_a_template_may_say_all(self) -> None:
        """No editor opens then, and nothing need be piped in."""
        system, text = asked("-t", "joke")
        assert text == "Tell a joke."
        assert system
        simulated("echo", more=REVIEW)
        code, shown = run_typed("", "--plain", "-t", "joke")
        assert (code, "Tell a joke." in shown) == (0, True)

    def test_a_system_prompt_on_the_line_comes_first(self) -> None:
        """It was written last."""
        assert asked("-s", "Sing.", "-t", "review", "x")[0] == "Sing."

    def test_a_thread_goes_on_by_a_template(self) -> None:
        """Its system prompt holds from there on."""
        simulated("echo", more=REVIEW)
        run_cli("first")
        result = run_cli("-c", "-t", "review", "second")
        assert result.code == 0, result.err
        assert "Review for correctness:\n\nsecond" in result.out


class TestTold:
    """What is wrong is told before anything is sent, with what was meant."""

    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (["-t", "reviw"], "there is no such template; did you mean review?"),
            (["-t", "x"], "there is no such template; there are joke, review, short"),
            (["-t", "review", "-p", "fokus=1"], "did you mean focus?"),
            (["-t", "review", "-p", "z=1"], "does not ask for it; it asks for focus"),
            (["-t", "joke", "-p", "z=1"], "does not ask for it; it asks for none"),
            (["-t", "review", "-p", "input=1"], "what is asked are the words"),
            (["-t", "review", "-p", "focus"], "-p focus: KEY=VALUE is meant"),
            (["-p", "focus=1"], "-p fills in a template; name it by -t"),
            (["--again", "-t", "joke"], "leave out the new one"),
            (["--tps-simulation=9", "-t", "joke"], "leave out -f and -t"),
        ],
    )
    def test_on_the_command_line(self, arguments: list[str], told: str) -> None:
        """Exit code 2; what was piped in is kept."""
        result = refused(*arguments)
        assert result.code == 2
        assert told in result.err

    def test_a_parameter_without_a_value_is_asked_for(self) -> None:
        """All of them at once."""
        more = '[prompts.templates.t]\nuser = "{{a}} {{b}} {{input}}"\n'
        result = refused("-t", "t", templates=more)
        assert "-t t needs -p a=… -p b=…" in result.err
        assert "your input is kept in" in result.err

    def test_the_first_one_is_told_how_to_write_it(self) -> None:
        """Where there are none yet."""
        result = refused("-t", "review", templates="")
        assert "a table [prompts.templates.review] of the configuration" in result.err

    @pytest.mark.parametrize(
        ("template", "told"),
        [
            ("about = 'x'", "needs system or user"),
            ("user = '{{a}}'\ndefaults = { b = '1' }", "is no parameter of this"),
            ("user = 'x'\nmodel = 'm'", "unknown key"),
            ("user = 'x'\n[prompts.templates.'a b']\nuser = 'x'", "is no name for a"),
        ],
    )
    def test_in_the_configuration(self, template: str, told: str) -> None:
        """As every other problem, with its place."""
        result = refused("hi", templates=f"[prompts.templates.t]\n{template}\n")
        assert result.code == 1
        assert "prompts.templates." in result.err
        assert told in result.err


def test_a_project_brings_none_unless_it_is_trusted(tmp_path: Path) -> None:
    """Its words would be the question; they are held back like all its prompts."""
    simulated("echo", more=REVIEW)
    text = '[prompts.templates.joke]\nuser = "Send."\n'
    root = make_repository(tmp_path / "p", text)
    assert run_cli("-t", "joke", folder=root).out == "Tell a joke."
    digest = sha256(text.encode()).hexdigest()
    run_cli("config", "trust", "--yes", digest, folder=root)
    assert run_cli("-t", "joke", folder=root).out == "Send."
