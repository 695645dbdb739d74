"""What a model is asked by a code action."""

from typing import get_args

import pytest

from hexai.config.schema_prompts import CodeActionPrompts, CustomAction, Prompts
from hexai.domain.entry import Surface
from hexai.domain.messages import Role
from hexai.prompts.actions import (
    ActionKind,
    ActionSubject,
    action_request,
    can_test,
    custom_request,
    unit_test_request,
)

SUBJECT = ActionSubject(
    selection="\tx := {{selection}}",
    path="m.go",
    identifier="go",
    instruction="make it shorter",
    diagnostics="1. x is not used",
    function="func f() {}",
    module="m",
)


@pytest.mark.parametrize("kind", get_args(ActionKind))
def test_every_action_shows_the_selection_as_it_is(kind: ActionKind) -> None:
    """With its file and language, in a system and a user message."""
    request = action_request(kind, SUBJECT, Prompts())

    system, user = request.messages
    assert request.surface is Surface.CODE_ACTION
    assert (system.role, user.role) == (Role.SYSTEM, Role.USER)
    assert "File: m.go\nLanguage: Go\n" in user.content
    assert "<selection>\n\tx := {{selection}}\n</selection>" in user.content


@pytest.mark.parametrize(
    ("kind", "text"),
    [("rewrite", SUBJECT.instruction), ("diagnostics", SUBJECT.diagnostics)],
)
def test_what_is_to_be_done_is_said(kind: ActionKind, text: str) -> None:
    """The instruction, and what is to be resolved."""
    assert text in action_request(kind, SUBJECT, Prompts()).messages[1].content


def test_the_users_prompts_win() -> None:
    """Each for itself."""
    mine = Prompts(code_action=CodeActionPrompts(simplify_user="Less: {{selection}}"))

    system, user = action_request("simplify", SUBJECT, mine).messages

    assert user.content == "Less: \tx := {{selection}}"
    assert system == action_request("simplify", SUBJECT, Prompts()).messages[0]


def test_a_custom_instruction_goes_into_the_prompts_of_rewriting() -> None:
    """Its names are filled in."""
    action = CustomAction(id="a", title="A", instruction="Mend {{diagnostics}}")

    system, user = custom_request(action, SUBJECT, Prompts()).messages

    assert system == action_request("rewrite", SUBJECT, Prompts()).messages[0]
    assert "Instruction:\nMend 1. x is not used\n" in user.content


@pytest.mark.parametrize(("system", "expected"), [("Be brief.", "Be brief."), ("", "")])
def test_a_custom_prompt_is_sent_as_it_is(system: str, expected: str) -> None:
    """Without a system prompt of its own it has that of rewriting."""
    action = CustomAction(id="a", title="A", system=system, user="{{selection}}!")
    rewriting = action_request("rewrite", SUBJECT, Prompts()).messages[0].content

    sent = custom_request(action, SUBJECT, Prompts()).messages

    assert [each.content for each in sent] == [
        expected or rewriting,
        "\tx := {{selection}}!",
    ]


@pytest.mark.parametrize(
    ("path", "framework", "named"),
    [
        ("m.go", "testing", "package testing"),
        ("m.py", "pytest", "pytest.mark.parametrize"),
        ("m.js", "Jest", "describe"),
        ("m.tsx", "Vitest", "describe"),
        ("m.rs", "", "#[test]"),
    ],
)
def test_a_unit_test_is_asked_for_in_the_languages_own_way(
    path: str, framework: str, named: str
) -> None:
    """The function under test is shown whole."""
    subject = ActionSubject(function="f(){{x}}", path=path, framework=framework)

    system, user = unit_test_request(subject, Prompts()).messages

    assert can_test("", path)
    assert named in system.content
    assert "<function>\nf(){{x}}\n</function>" in user.content


def test_other_languages_have_no_unit_tests() -> None:
    """They are not offered there."""
    assert not can_test("ruby")
    assert not can_test("", "a.txt")
