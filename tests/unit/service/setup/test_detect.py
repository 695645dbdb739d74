"""What a machine without configuration has to offer."""

import asyncio
import re
from pathlib import Path

import pytest

from hexai.service.setup.detect import Found, detect, keys_in

ENVIRON = {
    "OPENAI_API_KEY": "sk-secret",
    "HEXAI_ANTHROPIC_API_KEY": "secret",
    "OPENROUTER_API_KEY": " ",
    "GROQ_API_KEY": "secret",
}


def look(answer: bytes | None, *, patience: float = 5.0, model: str = "none") -> Found:
    """Look around, with an Ollama that gives this answer, or hangs for None."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked.append(await reader.readuntil(b"\r\n\r\n"))
            if answer is None:
                await reader.read()
            else:
                writer.write(answer)
        finally:
            writer.close()

    async def run() -> Found:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        async with server:
            host, port = server.sockets[0].getsockname()
            environ = {**ENVIRON, "OLLAMA_HOST": f"{host}:{port}"}
            return await detect(environ, Path(model), patience=patience)

    asked: list[bytes] = []
    found = asyncio.run(run())
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
    assert look(None, patience=0.05).ollama == ()


def test_no_ollama_is_none(tmp_path: Path) -> None:
    """A port where nobody listens is not an Ollama without models."""

    async def run() -> Found:
        server = await asyncio.start_server(lambda _r, _w: None, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        server.close()
        await server.wait_closed()
        return await detect({"OLLAMA_HOST": f"localhost:{port}"}, tmp_path / "m")

    found = asyncio.run(run())
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
