"""Words of any script, as they are typed."""

from hexai.text.words import fragment_of, is_word


def test_words() -> None:
    """Letters, digits and underscores of any script."""
    assert is_word("größe_1")
    assert is_word("")
    assert not is_word("a b")
    assert not is_word("a.")


def test_a_fragment_has_letters_of_all_scripts() -> None:
    """Letters, digits and underscores; not what stands before them."""
    assert fragment_of("x.größe_2") == "größe_2"
    assert fragment_of("漢字") == "漢字"
    assert fragment_of("x.") == fragment_of("") == ""
