"""Of whom a fact is, in words that a team may read."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from hexai.team.cells import Asked, cell_of
from hexai.team.server import Setting

SETTING = Setting(
    schema=1,
    team=UUID(int=1),
    salt=b"salt",
    labels=frozenset({"home"}),
    hosts=frozenset({"gpu.example"}),
)
ASKED = Asked(
    surface="cli",
    language="python",
    provider="openai",
    model="qwen/qwen3-coder:30b",
    fingerprint="max_tokens=800 prompts=0123456789ab temperature=0.2",
    label="home",
    upstream="https://gpu.example:8080",
)


def test_what_is_listed_or_built_in_goes() -> None:
    """A model's name as its provider knows it, and options that are no digests."""
    cell = cell_of(SETTING, ASKED)

    assert (cell.provider, cell.label, cell.host) == ("openai", "home", "gpu.example")
    assert cell.model == "qwen/qwen3-coder:30b"
    assert cell.options == "max_tokens=800 prompts=own temperature=0.2"


@pytest.mark.parametrize(
    ("name", "value", "part", "sent"),
    [
        ("provider", "acme", "provider", "profile"),
        ("label", "mine", "label", ""),
        ("upstream", "http://acme.example", "host", ""),
        ("upstream", "http://[", "host", ""),
        ("language", "a b", "language", "other"),
        ("fingerprint", "x=a/b", "options", "x=own"),
        ("fingerprint", "", "options", ""),
    ],
)
def test_what_is_nobodys_business_stays(
    name: str, value: str, part: str, sent: str
) -> None:
    """Names of people's own, and what is of no form that is known."""
    assert getattr(cell_of(SETTING, replace(ASKED, **{name: value})), part) == sent


@pytest.mark.parametrize(
    "path", ["/a/m.gguf", "~/m.gguf", "m.gguf", "./m", r"C:\a\m", r"a\m", "../m"]
)
def test_a_file_is_only_told_apart(path: str) -> None:
    """By its last part, wherever it lies, and by the team's salt."""
    model = cell_of(SETTING, replace(ASKED, model=path)).model
    other = replace(SETTING, salt=b"other")

    assert model.startswith("file ")
    assert len(model) == 13
    assert model != cell_of(other, replace(ASKED, model=path)).model


@given(st.text(), st.text(), st.text())
def test_whatever_a_name_holds_can_be_stored(
    model: str, language: str, fingerprint: str
) -> None:
    """No NUL, no half of a surrogate, nothing that acts; and no more than fits."""
    asked = replace(ASKED, model=model, language=language, fingerprint=fingerprint)

    parts = astuple(cell_of(SETTING, asked))[1:]

    text = "".join(parts)
    assert text.encode("utf-8").decode() == text
    assert "\0" not in text
    assert len(cell_of(SETTING, asked).model) <= 200
