"""The editor server in the real Emacs, by eglot and by lsp-mode."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.support.answers import openai_answer
from tests.support.command_line import write_config
from tests.support.emacs import ask, complete
from tests.support.upstream import Upstream
from tests.surfaces.lsp.test_hidden import HIDDEN

pytestmark = [pytest.mark.e2e, pytest.mark.debian, pytest.mark.xdist_group("emacs")]

_CLIENTS = pytest.mark.parametrize("client", ["eglot", "lsp-mode"])


@contextmanager
def two_models(first: str, second: str) -> Iterator[Upstream]:
    """Run an upstream for each answer; their labels begin alike.

    Gives another one, for chat, which answers nothing.
    """
    with ExitStack() as stack:
        chat = stack.enter_context(Upstream())
        lines = ["[completion]", "completion_debounce_ms = 0"]
        lines += ["[providers.chat]", 'type = "openai"', 'model = "m"', "local = true"]
        lines += [
            f'base_url = "{chat.url}"',
            "[models]",
            'chat = { provider = "chat" }',
        ]
        for label, answer in {"qwen-a": first, "qwen-b": second}.items():
            upstream = stack.enter_context(Upstream(openai_answer(answer)))
            lines += [f"[providers.{label}]", 'type = "openai"', "local = true"]
            lines += [f'base_url = "{upstream.url}"', f'model = "{label}"']
            lines += ["[[models.completion]]", f'provider = "{label}"']
            lines += [f'label = "{label}"']
        write_config("\n".join(lines) + "\n")
        yield chat


@_CLIENTS
def test_what_is_taken_is_exact(client: str, tmp_path: Path) -> None:
    """A dedent, an empty line, a tab and what looks like a snippet come in as said."""
    answer = 'if a:\n        return b\n\n    return "\t$1 ${2:x} \\\\ }"'
    with two_models("return a + b", answer):
        done = complete(
            client, tmp_path / "x.py", "def f(a, b):\n    |\n\nf(1, 2)\n", pick=1
        )
    assert done.text == f"def f(a, b):\n    {answer}\n\nf(1, 2)\n"
    assert [detail.split()[0] for detail in done.details] == ["qwen-a", "qwen-b"]


@_CLIENTS
def test_a_word_and_a_bracket_are_completed(client: str, tmp_path: Path) -> None:
    """The word before the cursor is replaced; the bracket behind it is not doubled."""
    with two_models("result, 1)", "results)"):
        done = complete(client, tmp_path / "x.py", "print(res|)\n", pick=0)
    assert done.text == "print(result, 1)\n"


@_CLIENTS
def test_what_stands_right_of_an_emoji_is_exact(client: str, tmp_path: Path) -> None:
    """Eglot counts as was agreed; to lsp-mode 8 an emoji is one column."""
    with two_models("x\u6f22, '\u5b57')", "y)"):
        text = "\u00e9 = ('\u6f22\u5b57\U0001f600\U0001f600', x|)\n"
        done = complete(client, tmp_path / "x.py", text, pick=0)
    assert done.text == text.replace("x|)", "x\u6f22, '\u5b57')")


@_CLIENTS
def test_no_label_gets_into_the_text(client: str, tmp_path: Path) -> None:
    """What rows have in common is inserted first, so it must be code."""
    with two_models("result = a", "resume(a)"):
        done = complete(client, tmp_path / "x.py", "a = 1\nr|\n", pick=0)
    assert "result = a".startswith(done.common)
    assert done.text == "a = 1\nresult = a\n"


@_CLIENTS
def test_a_row_is_chosen_by_its_first_letters(client: str, tmp_path: Path) -> None:
    """The line goes in, however long it is, without the name of a model."""
    line = "result = compute_something(one_argument, another_argument, a_third)"
    with two_models(line, "other = 1"):
        done = complete(client, tmp_path / "x.py", "def f():\n    |\n", pick="res")
    assert done.text == f"def f():\n    {line}\n"


@_CLIENTS
def test_rows_that_begin_alike_are_told_apart(client: str, tmp_path: Path) -> None:
    """The second one is what it says, and the first is not taken in its place."""
    with two_models("if a:\n        return 1", "if a:\n        return 2"):
        text = "def f(a):\n    |\n"
        done = complete(client, tmp_path / "x.py", text, pick=1)
    assert len(set(done.rows)) == 2
    assert done.text == text.replace("|", "if a:\n        return 2")


@_CLIENTS
@pytest.mark.parametrize("hidden", ["a snippet", "a command", "all of them", "links"])
def test_an_answer_goes_in_as_it_is_and_starts_nothing(
    client: str, hidden: str, tmp_path: Path
) -> None:
    """What looks like a prompt or a command is nobody's, for no one has typed it."""
    with two_models("pass", HIDDEN[hidden]) as chat:
        text = 'x = """\n\n|\n\n"""\n'  # in code it would not even be offered
        done = complete(client, tmp_path / "x.py", text, pick=1)

    assert done.text == f'x = """\n\n{HIDDEN[hidden]}\n\n"""\n'
    assert chat.requests == []


@contextmanager
def chat_model(answer: str) -> Iterator[Upstream]:
    """Run an upstream that answers questions typed in a document."""
    with Upstream(openai_answer(answer)) as chat:
        write_config(
            '[providers.chat]\ntype = "openai"\nmodel = "m"\nlocal = true\n'
            f'base_url = "{chat.url}"\n[models]\nchat = {{ provider = "chat" }}\n'
        )
        yield chat


def test_a_question_is_answered_while_one_types_on(tmp_path: Path) -> None:
    """Eglot tells of it with all that was typed since, in one change."""
    with chat_model("It is 42.") as chat:
        done = ask(tmp_path / "x.py", may_edit=True)

    assert len(chat.requests) == 1
    assert done.text == "what is it?\n\n> It is 42.\n\nand I type on, and on\nm"


def test_eglot_asks_whether_to_edit_only_once(tmp_path: Path) -> None:
    """Its question takes the keys that are being typed, and a "no" is final."""
    with chat_model("It is 42."):
        done = ask(tmp_path / "x.py", may_edit=False)

    assert (done.asked, done.text) == (1, "what is it?>\n\nand I type on, and on\nmn")
