"""In prose, an answer ends where it comes to what stands right of the cursor."""

import pytest

from hexai.text.rest_of_prose import without_rest_of_prose

CUT = {
    "words": ("The quick | fox jumps over it.", "brown fox jumps over me.", "brown"),
    "two words": ("The |lazy animals.", "quick and lazy animals run", "quick and "),
    "link": ("See [docs](|) for more.", "https://x.org) for us.", "https://x.org"),
    "name of a link": ("See [|](a.md).", "docs](b.md) for more", "docs"),
    "strong": ("**|** is bold.", "This** is", "This"),
    "emphasis in a list": ("* *|* is", "This* was", "This"),
    "underscores": ("_|_ is", "snake_case_ was", "snake_case"),
    "code": ("Use `|` here.", "foo` there.", "foo"),
}
LEFT = {
    "link with brackets": ("See [a](|) b", "https://x.org/a_(b)"),
    "one that is open before": ("(see [a](|) b", "x.org"),
    "bracket that nothing opens": ("1|) first", "a) b"),
    "mark that begins": ("This |**is** bold", "or **that** "),
    "another mark": ("**|** is", "a `b` *c*"),
    "short words": ("It |is a b.", "was or is a c"),
    "within a word": ("An |apple tart.", "pineapple tart or "),
    "nothing right of the cursor": ("An |", "apple"),
}


def _cut(marked: str, answer: str, language: str) -> str:
    before, _, after = marked.partition("|")
    return without_rest_of_prose(answer, before, f"{after}\n", language)


@pytest.mark.parametrize("case", CUT)
def test_what_follows_is_not_said_twice(case: str) -> None:
    """Neither a mark that ends something nor the next words."""
    marked, answer, wanted = CUT[case]
    assert _cut(marked, answer, "markdown") == wanted


@pytest.mark.parametrize("case", LEFT)
def test_what_belongs_to_the_answer_stays(case: str) -> None:
    """Marks that it begins itself, and few letters that are there by chance."""
    marked, answer = LEFT[case]
    assert _cut(marked, answer, "markdown") == answer


def test_code_is_for_its_brackets() -> None:
    """A backtick or a star is something else there."""
    assert _cut("x = a *|* b", "b* c", "python") == "b* c"
