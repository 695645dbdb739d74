"""What a contender was asked with, as it is kept."""

import msgspec

from hexai.config.schema_entries import EntryTable
from hexai.domain.entry import Options, RequestSpec
from hexai.service.asked_with import read, write
from tests.support.secrets import sample


def spec(**options: object) -> RequestSpec:
    """Give what a model is asked with."""
    made = msgspec.convert(options, Options)
    return RequestSpec(provider="p", model="m", temperature=0.0, options=made)


def test_all_that_makes_a_contender_comes_back() -> None:
    """With its types; what changes no answer is its entry's."""
    more = (("seed", "7"), ("user", '"me"'), ("verbosity", '{"a": [1.5, null]}'))
    asked = spec(think="low", stop=["END"], more=more, prompt_cache=True)

    known = read(write(asked, ()))

    assert known is not None
    assert known.lost == ()
    options = {"seed": 7, "user": "me", "verbosity": {"a": [1.5, None]}}
    assert known.table == EntryTable(
        temperature=0.0,
        max_tokens=0,
        think="low",
        options={**options, "stop": ["END"]},
    )


def test_a_secret_is_lost_and_its_option_named() -> None:
    """The others are kept."""
    token = sample("github-token")
    text = write(spec(more=(("user", f'"{token}"'), ("seed", "7"))), ())
    known = read(text)

    assert token not in text
    assert known is not None
    assert (known.lost, known.table.options) == (("user",), {"seed": 7})


def test_what_comes_from_elsewhere_sets_nothing_else() -> None:
    """A ledger may be somebody else's: it names nobody, and says nothing of its own."""
    foreign = {
        "provider": "evil",
        "fallback": {"provider": "evil", "model": "m"},
        "timeout": 1,
        "temperature": 1.0,
        "options": {"messages": [], "seed": 7, "n": 9},
    }
    known = read(msgspec.json.encode(foreign).decode())

    assert known is not None
    assert known.table == EntryTable(temperature=1.0, options={"seed": 7})
    assert read("") is read("[]") is read('{"temperature": 9}') is None
