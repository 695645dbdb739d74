"""A prompt may only ask for what it will be given."""

from pathlib import Path

from hexai.config.schema_prompts import (
    NAMES,
    ChatPrompts,
    CliPrompts,
    CodeActionPrompts,
    CompletionPrompts,
    CustomAction,
    Prompts,
    check_prompts,
    names_in,
)
from hexai.prompts.templates import built_in

ROOT = Path(__file__).parents[3]


def test_an_unknown_name_is_a_problem_with_its_place() -> None:
    """In any table, and in actions of the user's own; the known ones are listed."""
    prompts = Prompts(
        completion=CompletionPrompts(user_general="{{current}} {{curent}}"),
        chat=ChatPrompts(system="{{ nobody }}"),
        code_action=CodeActionPrompts(
            rewrite_user="{{selection}}",
            custom=(CustomAction(id="a", title="A", user="{{selektion}}"),),
        ),
    )

    problems = list(check_prompts(prompts))

    assert [(each.path, each.value) for each in problems] == [
        (("prompts", "completion", "user_general"), '"{{curent}}"'),
        (("prompts", "chat", "system"), '"{{nobody}}"'),
        (("prompts", "code_action", "custom", 0, "user"), '"{{selektion}}"'),
    ]
    assert problems[1].message == "asks for an unknown name; known are file, language"


def test_prompts_of_the_command_line_are_no_templates() -> None:
    """Braces in them are text."""
    prompts = Prompts(cli=CliPrompts(default_system="{{anything}}"))

    assert list(check_prompts(prompts)) == []


def test_the_built_in_prompts_ask_for_known_names_only() -> None:
    """Every prompt that can be set has a built-in text, but that for gaps."""
    for table, known in NAMES.items():
        if table == "provider_native":
            continue
        for key in getattr(Prompts(), table).__struct_fields__:
            if key != "custom":
                assert set(names_in(built_in(f"{table}.{key}"))) <= known


def test_every_name_is_documented() -> None:
    """The guide to prompts lists what may be asked for, and nothing else."""
    page = (ROOT / "docs/howto/prompts.md").read_text("utf-8")
    _, _, page = page.partition("## Names in `[prompts.completion]`")
    completion, _, others = page.partition("## ")
    rows = [row.split("|") for row in others.splitlines() if row.startswith("| `[")]

    assert set(names_in(completion)) == NAMES["completion"]
    assert {row[1].strip(" `[]"): set(names_in(row[2])) for row in rows} == {
        f"prompts.{table}": names
        for table, names in NAMES.items()
        if table != "completion"
    }
