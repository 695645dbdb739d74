"""The gap at a cursor, plain or by the user's own template."""

import pytest

from hexai.config.tables.prompts import ProviderNativePrompts
from hexai.domain.infill import Infill
from hexai.errors import ConfigError
from hexai.prompts.gap import gap


def made(template: str | None) -> Infill:
    """Describe a gap with a template, or without any."""
    prompts = ProviderNativePrompts()
    if template is not None:
        prompts = ProviderNativePrompts(completion=template)
    return gap(prompts, before="a{{after}}", after="z", path="x.py", language="python")


@pytest.mark.parametrize("template", [None, "", "  \n"])
def test_without_a_template_both_sides_go_as_they_are(template: str | None) -> None:
    """A blank one is none."""
    plain = made(template)

    assert (plain.before, plain.after) == ("a{{after}}", "z")
    assert plain.texts == ("a{{after}}", "z")
    assert (plain.path, plain.language) == ("x.py", "python")


def test_a_template_makes_the_text_before_the_gap() -> None:
    """As the Go tool has it; what follows the gap is sent apart."""
    own = made("# {{path}}\n{{before}}")

    assert (own.before, own.after) == ("# x.py\na{{after}}", "z")
    assert own.texts == ("# x.py\na{{after}}", "z")


def test_a_template_with_both_sides_is_the_whole_prompt() -> None:
    """So that tokens of a model can be written where its server knows none."""
    own = made("<P>{{before}}<S>{{after}}<M>")

    assert (own.before, own.after) == ("<P>a{{after}}<S>z<M>", None)
    assert own.texts == ("<P>a{{after}}<S>z<M>",)


def test_an_unknown_name_is_said() -> None:
    """It would stay in the prompt."""
    with pytest.raises(ConfigError, match="cursor"):
        made("{{cursor}}")
