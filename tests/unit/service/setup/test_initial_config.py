"""The configuration for a start."""

import itertools
from pathlib import Path

import pytest

from hexai.config.folders import find_folders
from hexai.config.order import Snapshot, load
from hexai.domain.entry import Surface
from hexai.service.setup.detect import Found, Server
from hexai.service.setup.initial_config import choices, compose

LLAMA = Server(name="llamacpp", port=8080, models=("qwen.gguf", "b"))


def found(
    *ollama: str,
    keys: tuple[str, ...] = (),
    embedded: bool = False,
    listens: bool = True,
) -> Found:
    """Say what was found."""
    return Found(
        extra_installed=embedded,
        model_there=embedded,
        ollama=ollama if listens else None,
        keys=keys,
    )


def loaded(text: str, place: Path) -> Snapshot:
    """Load a text as the user's file."""
    folders = find_folders({}, place)
    folders.config.mkdir(parents=True, exist_ok=True)
    folders.config_file.write_text(text)
    return load(folders, {})


def pair(snapshot: Snapshot) -> list[str]:
    """Name the contenders of the command line."""
    entries = snapshot.entries(Surface.CLI).entries
    return [f"{entry.spec.provider}:{entry.spec.model}" for entry in entries]


@pytest.mark.parametrize(
    ("what", "servers", "contenders"),
    [
        (
            found("qwen3:8b", "b", keys=("OPENAI_API_KEY",)),
            (),
            ["ollama:qwen3:8b", "openai:gpt-4.1"],
        ),
        (found("a", "b"), (), ["ollama:a", "ollama:b"]),
        (found("nomic-embed-text", "b"), (LLAMA,), ["ollama:b", "llamacpp:qwen.gguf"]),
        (found(embedded=True), (LLAMA,), ["llamacpp:qwen.gguf", "local:smollm2"]),
        (
            found(keys=("HEXAI_ANTHROPIC_API_KEY", "OPENROUTER_API_KEY")),
            (),
            ["anthropic:claude-sonnet-4-5", "openrouter:openrouter/auto"],
        ),
        (found("a", listens=True), (), ["ollama:a", "ollama:a"]),
        (found(listens=False), (), ["local:smollm2"]),
    ],
)
def test_a_pair_is_as_different_as_what_was_found_allows(
    what: Found, servers: tuple[Server, ...], contenders: list[str], tmp_path: Path
) -> None:
    """This machine first, then a cloud, if there is a key for one."""
    snapshot = loaded(compose(what, servers), tmp_path)

    assert pair(snapshot) == contenders
    assert snapshot.warnings == ()


def test_whatever_was_found_makes_a_file_without_problems(tmp_path: Path) -> None:
    """Every combination, and also once everything in it is uncommented."""
    names: list[tuple[str, ...]] = [(), ("a",), ("a", "b:cloud", "c")]
    keys: list[tuple[str, ...]] = [(), ("OPENAI_API_KEY",)]
    servers: list[tuple[Server, ...]] = [(), (LLAMA,)]
    for ollama, key, served, embedded in itertools.product(
        names, keys, servers, (False, True)
    ):
        what = found(*ollama, keys=key, embedded=embedded)
        text = compose(what, served)
        loaded(text, tmp_path)
        more = "\n".join(
            line[1:] if line[:1] == "#" and line[1:2] not in " #" else line
            for line in text.splitlines()
        )
        everything = pair(loaded(more, tmp_path))
        assert len(everything) >= max(2, len(choices(what, served)))


def test_names_from_a_server_cannot_break_out_of_the_file(tmp_path: Path) -> None:
    """Whatever listens there chooses them; what cannot be judged is not chosen."""
    name = 'x"\n[openai]\nbase_url = "http://evil.example" \x1b]0;p\x07\u202e'
    server = Server(name="vllm", port=8000, models=(name,))
    text = compose(found(name), (server,))
    snapshot = loaded(text, tmp_path)

    assert set(pair(snapshot)) == {f"vllm:{name.strip()}"}
    assert snapshot.settings.openai.base_url == "https://api.openai.com/v1"
    assert text.replace("\n", "").isprintable()


def test_a_server_is_not_taken_for_local_without_the_users_word(
    tmp_path: Path,
) -> None:
    """It may pass on what it gets, so secrets stay away from it."""
    settings = loaded(compose(found(), (LLAMA,)), tmp_path).provider("llamacpp")
    assert settings is not None
    assert settings.local is None


def labels(snapshot: Snapshot, surface: Surface) -> list[str]:
    """Name the contenders as people see them."""
    return [entry.label for entry in snapshot.entries(surface).entries]


@pytest.mark.parametrize("surface", [Surface.CLI, Surface.COMPLETION])
def test_one_model_of_this_machine_makes_a_pair_with_itself(
    surface: Surface, tmp_path: Path
) -> None:
    """Somebody who has only the embedded model sees two columns too."""
    snapshot = loaded(compose(found(embedded=True, listens=False), ()), tmp_path)
    entries = snapshot.entries(surface).entries

    assert labels(snapshot, surface) == ["careful", "lively"]
    assert [each.spec.temperature for each in entries] == [0.0, 0.9]
    if surface is Surface.CLI:
        assert {each.spec.max_tokens for each in entries} == {400}


def test_a_cloud_is_not_billed_twice_for_a_pair(tmp_path: Path) -> None:
    """One answer of it is enough until there is another model."""
    text = compose(found(listens=False, keys=("OPENAI_API_KEY",)), ())
    assert labels(loaded(text, tmp_path), Surface.CLI) == ["gpt-4.1"]


def test_those_made_for_completing_complete(tmp_path: Path) -> None:
    """Whatever order Ollama lists them in; tags only tell apart what needs it."""
    what = Found(
        extra_installed=False,
        model_there=False,
        ollama=("llama3:8b", "coder:1.5b", "coder:7b"),
        ollama_fills=frozenset({"coder:1.5b", "coder:7b"}),
        keys=(),
    )
    snapshot = loaded(compose(what, ()), tmp_path)

    assert labels(snapshot, Surface.COMPLETION) == ["coder-1.5b", "coder-7b"]
    assert labels(snapshot, Surface.CLI) == ["llama3", "coder-1.5b"]


@pytest.mark.parametrize(
    ("models", "short"),
    [
        (("a/b/c.gguf", "d"), ["c", "d"]),
        (("x:1", "y/x:1"), ["x-1", "x-1-2"]),
        (("n" * 99, "m"), ["n" * 24, "m"]),
    ],
)
def test_labels_are_short_and_unlike(
    models: tuple[str, ...], short: list[str], tmp_path: Path
) -> None:
    """They are what one types behind `--only`."""
    snapshot = loaded(compose(found(*models), ()), tmp_path)
    assert labels(snapshot, Surface.CLI) == short


def test_models_of_this_machine_complete(tmp_path: Path) -> None:
    """Those that keep the text here; the editor asks nobody else by itself."""
    what = Found(
        extra_installed=False,
        model_there=False,
        ollama=("far", "x:cloud", "near"),
        ollama_remote=frozenset({"far"}),
        keys=("OPENAI_API_KEY",),
    )
    text = compose(what, ())
    entries = loaded(text, tmp_path).entries(Surface.COMPLETION).entries

    assert [each.spec.model for each in entries] == ["near", "near"]
    notes = {each.model: each.note for each in choices(what, ())}
    assert notes["far"] == notes["x:cloud"] == "Ollama passes this on to a cloud"
    assert notes["near"] == "stays on this machine"


def test_completion_stays_off_where_text_would_leave(tmp_path: Path) -> None:
    """It is proposed, and for the user to switch on."""
    text = compose(found(listens=False, keys=("OPENAI_API_KEY",)), ())

    assert loaded(text, tmp_path).entries(Surface.COMPLETION).entries == ()
    assert "#[[models.completion]]" in text


FAR = ("gpt-oss:120b-cloud", "deepseek:671b")
"""The name gives the first one away, what Ollama lists the second."""


def passed_on(*here: str, keys: tuple[str, ...] = ()) -> Found:
    """Say that an Ollama has models of its own behind those that it passes on."""
    return Found(
        extra_installed=False,
        model_there=False,
        ollama=(*FAR, *here),
        ollama_remote=frozenset(FAR[1:]),
        keys=keys,
    )


@pytest.mark.parametrize(
    ("what", "servers", "contenders"),
    [
        (passed_on("a"), (), ["ollama:a", "ollama:a"]),
        (passed_on("a", "b"), (), ["ollama:a", "ollama:b"]),
        (passed_on(), (LLAMA,), ["llamacpp:qwen.gguf", "llamacpp:b"]),
        (
            passed_on("a", keys=("OPENAI_API_KEY",)),
            (),
            ["ollama:a", "openai:gpt-4.1"],
        ),
        (passed_on(keys=("OPENAI_API_KEY",)), (), ["openai:gpt-4.1"]),
    ],
)
def test_what_ollama_passes_on_takes_part_only_by_the_user_s_hand(
    what: Found, servers: tuple[Server, ...], contenders: list[str], tmp_path: Path
) -> None:
    """It is in the file as a comment, wherever Ollama lists it."""
    text = compose(what, servers)

    assert pair(loaded(text, tmp_path)) == contenders
    for model in FAR:
        assert f'#model = "{model}"' in text


def test_nobody_takes_part_where_all_is_passed_on(tmp_path: Path) -> None:
    """The file says why, and what is passed on is no default either."""
    text = compose(passed_on(), ())
    settings = loaded(text, tmp_path).settings

    assert settings.provider.name == "local"
    assert "Nothing found here surely stays on this machine, so nobody does." in text
    assert "\n[[models." not in text


def test_a_server_of_thousands_makes_a_file_that_can_be_read(tmp_path: Path) -> None:
    """A few are proposed; how many more there are is said, and what lists them."""
    many = tuple(f"model-{number}" for number in range(3000))
    server = Server(name="vllm", port=8000, models=many)
    text = compose(found(*(f"near-{number}" for number in range(20))), (server,))

    assert pair(loaded(text, tmp_path)) == ["ollama:near-0", "vllm:model-0"]
    assert len(text.splitlines()) < 120
    said = text.partition("# 3,012 more can be asked")[2]
    assert "# ollama list\n# curl http://127.0.0.1:8000/v1/models\n" in said
