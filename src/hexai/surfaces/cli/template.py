"""What `-t` names: a prompt of the user's own around what is asked."""

from msgspec.structs import replace

from hexai.prompts.own_templates import fill, find_named, read_parameters, wants_input
from hexai.surfaces.cli.loaded_config import Session
from hexai.surfaces.cli.prompt_input import Prompt


class Template:
    """The template of one command line."""

    def __init__(self, session: Session) -> None:
        """Find it; raises `UsageError` where there is none of that name."""
        self._name = session.options.template or ""
        self._prompt = find_named(session.snapshot.settings.prompts, self._name)
        self._values = read_parameters(session.options.parameters)

    @property
    def wants_input(self) -> bool:
        """Whether it is nothing without something that is asked."""
        return wants_input(self._prompt)

    def fill(self, prompt: Prompt) -> Prompt:
        """Put what is asked in; raises `UsageError` for wrong parameters."""
        filled = fill(self._name, self._prompt, self._values, prompt.text)
        return replace(prompt, text=filled.text, system=filled.system)
