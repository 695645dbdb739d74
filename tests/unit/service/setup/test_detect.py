"""One small question to a server on this machine."""

import asyncio
import re
from pathlib import Path

import pytest

from hexai.service.setup.detect import (
    Found,
    Server,
    Unusable,
    detect,
    find_servers,
    keys_in,
)
from hexai.service.setup.port_answers import Answer, fetch
from tests.support.clock import pass_over, run_settably
from tests.support.ports import closed_port, served
from tests.support.replies import json_answer, raw, status
from tests.support.upstream import Reply, Upstream


def query(
    answer: bytes | None, *, patience: float = 50.0
) -> tuple[Answer | None, bytes]:
    """Ask a server that gives this answer, or hangs for None; gives what it saw too."""
    seen = b""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        try:
            seen = await reader.readuntil(b"\r\n\r\n")
            if answer is None:
                pass_over(patience)
                await reader.read()
            else:
                writer.write(answer)
        finally:
            writer.close()

    async def run() -> Answer | None:
        async with served(serve) as port:
            address = ("127.0.0.1", port)
            return await fetch(address, "/v1/models", patience=patience)

    return run_settably(run()), seen


def test_the_body_of_the_answer_is_given() -> None:
    """The request holds a path and a host, and nothing else."""
    answer, seen = query(b"HTTP/1.0 200 OK\r\nx: y\r\n\r\nbody\r\n\r\nmore")
    assert answer == Answer(status=200, body=b"body\r\n\r\nmore")
    assert seen.startswith(b"GET /v1/models HTTP/1.0\r\nHost: 127.0.0.1:")
    assert seen.count(b"\r\n") == 3


def test_who_says_nothing_is_there_all_the_same() -> None:
    """It costs no more than the patience."""
    assert query(None)[0] == Answer(status=0, body=b"")


def test_an_endless_answer_is_cut() -> None:
    """Nobody fills the memory."""
    answer, _ = query(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * (12 << 20))
    assert answer is not None
    assert len(answer.body) <= (8 << 20) + (1 << 17)


def test_where_nobody_listens_there_is_nothing() -> None:
    """That is not the same as an empty answer."""
    with closed_port() as port:
        nothing = asyncio.run(fetch(("127.0.0.1", port), "/", patience=20.0))

    assert nothing is None


ENVIRON = {
    "OPENAI_API_KEY": "sk-secret",
    "HEXAI_ANTHROPIC_API_KEY": "secret",
    "OPENROUTER_API_KEY": " ",
    "GROQ_API_KEY": "secret",
}


def look(answer: bytes | None, *, patience: float = 50.0, model: str = "none") -> Found:
    """Look around, with an Ollama that gives this answer, or hangs for None."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            if answer is None:
                pass_over(patience)
                await reader.read()
            else:
                writer.write(answer)
        finally:
            writer.close()

    async def run() -> Found:
        async with served(serve) as port:
            environ = {**ENVIRON, "OLLAMA_HOST": f"127.0.0.1:{port}"}
            return await detect(environ, Path(model), patience=patience)

    asked: list[bytes] = []
    found = run_settably(run())
    assert asked
    assert asked[0].startswith(b"GET /api/tags HTTP/1.0\r\n")
    assert b"secret" not in asked[0]
    return found


def test_variables_with_a_key_are_named_and_never_shown() -> None:
    """Blank ones and vendors that are not built in do not count."""
    assert keys_in(ENVIRON) == ("OPENAI_API_KEY", "HEXAI_ANTHROPIC_API_KEY")


def test_the_models_of_ollama_are_listed() -> None:
    """What else it says of them does not matter."""
    body = b'{"models":[{"name":"a:1b","size":3},{"name":"b"}],"more":1}'
    assert look(b"HTTP/1.0 200 OK\r\n\r\n" + body).ollama == ("a:1b", "b")


def test_an_ollama_that_talks_nonsense_is_there_without_models() -> None:
    """Whatever listens is named, and nothing it says does harm."""
    for body in (b"<html>", b"[]", b'{"models":[1]}', b"", b"[" * 100_000):
        assert look(b"HTTP/1.0 200 OK\r\n\r\n" + body).ollama == ()


def test_an_ollama_that_hangs_costs_no_more_than_the_patience() -> None:
    """The first run is not held up by it."""
    assert look(None).ollama == ()


def test_no_ollama_is_none(tmp_path: Path) -> None:
    """A port where nobody listens is not an Ollama without models."""
    with closed_port() as port:
        environ = {"OLLAMA_HOST": f"localhost:{port}"}
        found = asyncio.run(detect(environ, tmp_path / "m"))

    assert found.ollama is None
    assert found.keys == ()
    assert not found.model_there


def test_the_embedded_model_is_ready_only_with_the_extra_and_the_file() -> None:
    """Either alone cannot answer."""

    def found(*, extra: bool, model: bool) -> Found:
        return Found(extra_installed=extra, model_there=model, ollama=None, keys=())

    assert found(extra=True, model=True).embedded_ready
    assert not found(extra=True, model=False).embedded_ready
    assert not found(extra=False, model=True).embedded_ready


def test_a_model_file_is_found(tmp_path: Path) -> None:
    """It is a file at the given place, not a folder."""
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    ok = b"HTTP/1.0 200 OK\r\n\r\n{}"
    assert look(ok, model=str(tmp_path / "m.gguf")).model_there
    assert not look(ok, model=str(tmp_path)).model_there


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("box", "http://box:11434"),
        ("10.0.0.7:99", "http://10.0.0.7:99"),
        ("https://127.0.0.1", "https://127.0.0.1"),
    ],
)
def test_an_ollama_elsewhere_is_not_looked_at(
    tmp_path: Path, said: str, url: str
) -> None:
    """Nor is the usual port: what would be asked later is the other one."""
    environ = {"OLLAMA_HOST": said}

    found = asyncio.run(detect(environ, tmp_path / "m"))

    assert found.ollama is None
    assert (found.ollama_elsewhere, found.ollama_url) == (url, "")


def test_an_ollama_at_another_port_is_named_with_it() -> None:
    """So that a configuration can say where it is, whatever the variables then."""
    found = look(b'HTTP/1.0 200 OK\r\n\r\n{"models":[{"name":"a"}]}')

    assert found.ollama == ("a",)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", found.ollama_url)
    assert found.ollama_elsewhere == ""


HEAD = b"HTTP/1.0 200 OK\r\n\r\n"


def test_servers_are_found_by_their_models() -> None:
    """In the order of their ports, with a base URL to put into a profile."""
    body = b'{"object":"list","data":[{"id":"a"},{"id":"b","owned_by":"x"},{"id":""}]}'
    seen = b""

    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def lists(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal seen
        seen = await reader.readuntil(b"\r\n\r\n")
        writer.write(HEAD + body)
        writer.write_eof()
        await reader.read()  # it has been heard out
        pass_over(50.0)

    async def run() -> None:
        async with served(silent) as other, served(lists) as one:
            places = [("other", other), ("one", one)]
            nothing, found = await find_servers(places, patience=50.0)

        assert isinstance(nothing, Unusable)
        assert nothing.port == other
        assert nothing.why.startswith("lists no models within 50 seconds")
        assert found == Server(name="one", port=one, models=("a", "b"))
        assert found.base_url == f"http://127.0.0.1:{one}/v1"

    run_settably(run())

    assert seen.startswith(b"GET /v1/models HTTP/1.0\r\n")
    assert b"authorization" not in seen.lower()


def ask_one(reply: Reply, *, patience: float = 20.0) -> Server | Unusable:
    """Look at one port, where somebody listens who answers so."""
    with Upstream(reply) as upstream:
        places = [("lmstudio", upstream.port)]
        (found,) = asyncio.run(find_servers(places, patience=patience))
    return found


@pytest.mark.parametrize("body", [b"<p>", b"[]", b"{}", b"[" * 9999, b'{"data":1}'])
def test_what_gives_no_list_is_named_with_what_to_do(body: bytes) -> None:
    """Many things listen on port 8080, and a server of models may be among them."""
    found = ask_one(raw(HEAD + body))

    assert isinstance(found, Unusable)
    assert found.why.startswith("lists no models: if it is a server of models, see")
    assert found.why.endswith("then run hexai config init again")


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (json_answer({"data": []}), "has no model: load one, then"),
        (json_answer({"data": None}), "has no model: load one, then"),
        (json_answer({"data": [{"id": 1}]}), "has no model: load one, then"),
        (status(401), "wants a key: describe it in [providers.lmstudio], and put"),
        (status(503, "loading"), "lists no models (status 503)"),
        (raw(b"SSH-2.0-x\r\n"), "does not speak HTTP (it says 'SSH-2.0-x'): if"),
        (
            raw(
                b"HTTP/1.1 404 x\r\nServer: nginx/1\r\n\r\n"
                b"\n<!-- x --><!DOCTYPE html><html><TITLE>No\nsuch</TITLE>"
            ),
            "shows a web page and lists no models (status 404, “No such”, by nginx/1)",
        ),
        (
            raw(b"HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n"),
            "lists no models (status 302, it points to /login): if",
        ),
        (
            json_answer({"data": [{"id": "whisper-1"}, {"id": "nomic-embed"}]}),
            "lists none that answers questions (whisper-1 and 1 more): load one, then",
        ),
    ],
)
def test_why_nobody_there_can_be_asked_is_told(reply: Reply, why: str) -> None:
    """By what came."""
    found = ask_one(reply)

    assert isinstance(found, Unusable)
    assert found.why.startswith(why)


def test_a_strange_entry_leaves_the_good_ones() -> None:
    """One of a server of many makes nothing else unreadable."""
    data = [{"id": "a"}, {"id": None}, 7, {"owned_by": "x"}, {"id": "b"}]
    found = ask_one(json_answer({"data": data}))

    assert isinstance(found, Server)
    assert found.models == ("a", "b")


@pytest.mark.parametrize("length", [True, False])
def test_a_server_that_does_not_close_is_read(*, length: bool) -> None:
    """At once where it said how long its answer is, else when patience ends."""
    body = b'{"data":[{"id":"a"}]}'
    head = b"HTTP/1.1 200 OK\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(body) if length else b"\r\n"
    patience = 30.0 if length else 2.0
    found = ask_one(raw(head + body, close=False), patience=patience)

    assert isinstance(found, Server)
    assert found.models == ("a",)


def test_models_that_answer_nothing_are_not_taken() -> None:
    """Whatever their place in the list: the first is asked by default."""
    names = ("text-embedding-nomic-embed-text-v1.5", "qwen3-4b", "tts-1", "gemma-3")
    found = ask_one(json_answer({"data": [{"id": name} for name in names]}))

    assert isinstance(found, Server)
    assert found.models == ("qwen3-4b", "gemma-3")


def test_why_nobody_at_an_ollama_can_be_asked_is_told() -> None:
    """And the models that it can name are found beside others."""
    assert look(HEAD + b'{"models":[]}').ollama_fault.startswith(
        "has no model: `ollama pull qwen3:8b` gets one, then"
    )
    assert "see what /api/tags gives there" in look(HEAD + b"<html>").ollama_fault
    found = look(HEAD + b'{"models":[{"name":null},{"name":"a"}]}')
    assert (found.ollama, found.ollama_fault) == (("a",), "")
