"""How languages are found by what editors and files call them."""

import pytest

from hexai.prompts.code.languages import BY_ENDING, BY_NAME, LANGUAGES, language_of


@pytest.mark.parametrize(
    ("identifier", "path", "expected"),
    [
        ("python", "", "python"),
        ("Python", "", "python"),
        ("py", "a.go", "python"),
        ("sh", "", "shellscript"),
        ("c-sharp", "", "csharp"),
        ("tsx", "", "typescriptreact"),
        ("", "src/a.rs", "rust"),
        ("", "A.TSX", "typescriptreact"),
        ("plaintext", "a.go", "go"),
        ("text", "", "plaintext"),
        ("", "Makefile", "makefile"),
        ("", "src/Main.hs", "haskell"),
        ("", "CMakeLists.txt", "cmake"),
        ("", ".git/COMMIT_EDITMSG", "git-commit"),
        ("", ".bashrc", "shellscript"),
        ("", "hs", "plaintext"),
        ("text", "data.json", "json"),
        ("", "a.b/c", "plaintext"),
        ("", "", "plaintext"),
        ("brainfuck", "a.py", "brainfuck"),
    ],
)
def test_a_language_is_known_by_name_or_ending(
    identifier: str, path: str, expected: str
) -> None:
    """The editor's word counts first; plain text is as good as no word."""
    assert language_of(identifier, path).id == expected


def test_every_language_is_known_by_a_file_name() -> None:
    """An editor that tells none, or plain text, is served as the others are."""
    names = (*BY_NAME, *(f"x.{ending}" for ending in BY_ENDING))
    named = {language_of("", name).id for name in names}

    assert named == {language.id for language in LANGUAGES}


def test_an_unknown_language_is_code_by_its_own_name() -> None:
    """It has neither comments nor a grammar."""
    unknown = language_of("Brainfuck")

    assert (unknown.name, unknown.kind) == ("Brainfuck", "code")
    assert unknown.grammar is None
    assert not unknown.line_comments + unknown.block_comments


def test_the_languages_that_are_parsed_are_the_promised_ones() -> None:
    """Thirteen, with JavaScript's and TypeScript's second form."""
    assert {each.id for each in LANGUAGES if each.grammar} == {
        *("python", "go", "rust", "java", "c", "cpp", "csharp", "ruby", "php", "lua"),
        *("javascript", "javascriptreact", "typescript", "typescriptreact"),
        "shellscript",
    }
