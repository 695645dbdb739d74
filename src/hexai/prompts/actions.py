"""What a model is asked by a code action: to change a selection, or to test a function.

The model sees the selection alone. It has to answer with what takes its place, and a
model that is shown the surroundings too, above all a small one, changes these as well.
"""

from typing import Literal

from msgspec import Struct

from hexai.config.schema_prompts import CustomAction, Prompts
from hexai.domain.entry import Surface
from hexai.domain.messages import Message, Role
from hexai.domain.request import Request
from hexai.prompts.code.languages import language_of
from hexai.prompts.templates import find, render

ActionKind = Literal["rewrite", "diagnostics", "document", "simplify", "fix_typos"]

TEST_FAMILIES = {
    "go": "go",
    "python": "python",
    "rust": "rust",
    "javascript": "javascript",
    "javascriptreact": "javascript",
    "typescript": "javascript",
    "typescriptreact": "javascript",
}
"""Languages that tests are written in, by identifier: whose prompts and conventions
each follows."""


class ActionSubject(Struct, frozen=True, kw_only=True):
    """What a code action works on."""

    selection: str = ""
    path: str = ""
    identifier: str = ""
    """The editor's name of the language."""
    instruction: str = ""
    diagnostics: str = ""
    """One a line."""
    function: str = ""
    """The function to be tested, whole."""
    module: str = ""
    """What a test has to import it from, or the package that both are in."""
    framework: str = ""
    """What runs the tests, where a language has several."""


def action_request(
    kind: ActionKind, subject: ActionSubject, prompts: Prompts
) -> Request:
    """Ask for what takes the place of a selection."""
    return _request(prompts, f"{kind}_system", f"{kind}_user", _values(subject))


def custom_request(
    action: CustomAction, subject: ActionSubject, prompts: Prompts
) -> Request:
    """Ask what a custom action asks for."""
    values = _values(subject)
    if not action.user.strip():
        values["instruction"] = render(action.instruction, values)
        return _request(prompts, "rewrite_system", "rewrite_user", values)
    system = action.system
    if not system.strip():
        system = find(prompts, "code_action", "rewrite_system").text
    return _composed(render(system, values), render(action.user, values))


def can_test(identifier: str, path: str = "") -> bool:
    """Tell whether there are prompts for unit tests in a language."""
    return language_of(identifier, path).id in TEST_FAMILIES


def unit_test_request(subject: ActionSubject, prompts: Prompts) -> Request:
    """Ask for unit tests of a function; `can_test` has said that there are prompts."""
    family = TEST_FAMILIES[language_of(subject.identifier, subject.path).id]
    kind = f"{family}_test"
    return _request(prompts, f"{kind}_system", f"{kind}_user", _values(subject))


def _request(
    prompts: Prompts, system: str, user: str, values: dict[str, str]
) -> Request:
    texts = (find(prompts, "code_action", key).text for key in (system, user))
    return _composed(*(render(text, values) for text in texts))


def _composed(system: str, user: str) -> Request:
    messages = (Message(Role.SYSTEM, system), Message(Role.USER, user))
    return Request(surface=Surface.CODE_ACTION, messages=messages)


def _values(subject: ActionSubject) -> dict[str, str]:
    return {
        "diagnostics": subject.diagnostics,
        "file": subject.path or "(no name)",
        "framework": subject.framework or "the framework that the project uses",
        "function": subject.function,
        "instruction": subject.instruction,
        "language": language_of(subject.identifier, subject.path).name,
        "module": subject.module or "(not known)",
        "selection": subject.selection,
    }
