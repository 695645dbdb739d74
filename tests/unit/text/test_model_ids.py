"""Whether a model is called by a path, and what is left of it without its folder."""

import pytest

from hexai.text.model_ids import is_file, without_folder


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("/home/me/my models/x.gguf", "x.gguf"),
        ("~/models/x.gguf", "x.gguf"),
        ("../models/x.gguf", "x.gguf"),
        ("models/of me/x.Q4_K_M.GGUF", "x.Q4_K_M.GGUF"),
        ("/home/me/models/Qwen2.5-7B", "Qwen2.5-7B"),
        ("/Qwen2.5-7B/", "Qwen2.5-7B/"),
        ("./models/x", "x"),
        ("file:///Users/me/x", "x"),
        (r"C:\Users\me\models\x.gguf", "x.gguf"),
        ("C:/Users/me/models/x", "x"),
        (r"\\nas\me\x", "x"),
        (r"me\x.llamafile", "x.llamafile"),
    ],
)
def test_a_path_is_named_without_its_folder(name: str, shown: str) -> None:
    """Whether it is a file or, as vLLM has it, a folder; on Windows too."""
    assert is_file(name)
    assert without_folder(name) == shown


@pytest.mark.parametrize(
    "name",
    [
        "qwen/qwen3-coder:free",
        "~openai/gpt-latest",
        "@cf/meta/llama-3.1-8b-instruct",
        "accounts/fireworks/models/qwen3",
        "hf.co/unsloth/Qwen3-GGUF:Q4_K_M",
        "gpt-4.1",
        "m",
        "",
    ],
)
def test_the_names_of_vendors_stay(name: str) -> None:
    """With all of their slashes."""
    assert not is_file(name)
    assert without_folder(name) == name


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("local:/home/me/models/x-q4.gguf#2", "local:x-q4.gguf#2"),
        (r"local:C:\me\x since 3 Nov", "local:x since 3 Nov"),
        ("fast (/home/me/x)", "fast (x)"),
        ("line at 3 Nov: /srv/me/a became b", "line at 3 Nov: a became b"),
        ("x (unix:/run/user/1/w.sock)", "x (unix:w.sock)"),
        ("http://localhost/v1", "http://localhost/v1"),
        ("with / without", "with / without"),
    ],
)
def test_a_path_within_words_is_found(words: str, shown: str) -> None:
    """A label that nobody gave has a provider before it, and a number behind."""
    assert without_folder(words) == shown
