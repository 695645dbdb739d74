"""`-f`: what goes along with a question, what is left out, and what is refused."""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from hexai.service.attachments.read import FOLDER_FILE_LIMIT, TEXT_LIMIT
from tests.support.answers import anthropic_answer, openai_answer
from tests.support.command_line import Result, run_cli, simulated, write_config
from tests.support.ollama import Model, Ollama, serve
from tests.support.replies import json_answer, redirect, status
from tests.support.secrets import sample
from tests.support.upstream import Reply, Upstream

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
KINDS = {
    "a.png": (PNG, "image/png"),
    "a.jpg": (b"\xff\xd8\xff\xe0" + bytes(99), "image/jpeg"),
    "a.gif": (b"GIF89a" + bytes(99), "image/gif"),
    "a.webp": (b"RIFF\0\0\0\0WEBP" + bytes(99), "image/webp"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a repository with what is to be attached, and what is not."""
    root = tmp_path / "it"
    for name in ("src/deep", ".git", "build"):
        (root / name).mkdir(parents=True)
    (root / ".gitignore").write_text("build/\n*.log\n")
    (root / "notes.md").write_text("one\n```\ntwo\n```\n")
    (root / "src/a.py").write_text("a = 1\n")
    (root / "src/deep/b.py").write_text("b = 2\n")
    (root / "src/out.log").write_text("noise\n")
    (root / "build/made.py").write_text("made = 1\n")
    (root / ".env").write_text("KEY=1\n")
    return root


def configure(url: str, kind: str = "openai", more: str = "") -> None:
    """Configure an upstream as the only contender; it counts as a cloud."""
    write_config(
        f'[providers.fake]\ntype = "{kind}"\nbase_url = "{url}"\n{more}\n'
        '[[models.cli]]\nprovider = "fake"\nmodel = "m1"\n'
    )


def ask(*arguments: str, folder: Path, more: str = "") -> tuple[Result, list[Any]]:
    """Ask an upstream that answers; gives the bodies of what it was sent."""
    with Upstream(openai_answer("fine")) as upstream:
        configure(upstream.url, more=more)
        result = run_cli(*arguments, folder=folder)
    asked = [each for each in upstream.requests if each.path == "/chat/completions"]
    return result, [request.json for request in asked]


def prompt_of(*arguments: str, folder: Path) -> str:
    """Ask, and give the text that went out."""
    result, (body,) = ask(*arguments, folder=folder)
    assert result.code == 0, result.err
    said: str = body["messages"][-1]["content"]
    return said


class TestTexts:
    """Files and folders, as they stand in a prompt."""

    def test_a_file_has_its_name_and_a_fence_that_holds(self, folder: Path) -> None:
        """Below the words, in a fence that is longer than any in it."""
        said = prompt_of("-f", "notes.md", "sum", "up", folder=folder)
        assert said == "sum up\n\nnotes.md:\n````\none\n```\ntwo\n```\n````"

    def test_files_stand_in_the_order_in_which_they_are_named(
        self, folder: Path
    ) -> None:
        """Each once, by whatever names; without words they are the prompt."""
        names = (
            "-f",
            "src/deep/b.py",
            "-f",
            "src/a.py",
            "-f",
            str(folder / "src/a.py"),
        )
        said = prompt_of(*names, folder=folder)
        assert said == "src/deep/b.py:\n```\nb = 2\n```\n\nsrc/a.py:\n```\na = 1\n```"

    def test_a_path_outside_is_told_as_it_was_named(self, folder: Path) -> None:
        """Where a person's home lies is nobody's business."""
        said = prompt_of("-f", "../../it/notes.md", "x", folder=folder / "src")
        assert said.startswith("x\n\n../../it/notes.md:\n")

    def test_of_a_folder_go_the_files_that_are_not_ignored(self, folder: Path) -> None:
        """No link, no image, nothing large, and it is said how many there are."""
        (folder / "src/link").symlink_to("/etc/hostname")
        (folder / "src/a.png").write_bytes(PNG)
        (folder / "src/blob").write_bytes(b"\0\1\2")
        (folder / "src/large.txt").write_text("x" * (FOLDER_FILE_LIMIT + 1))
        os.mkfifo(folder / "src/fifo")
        result, (body,) = ask("-f", ".", "x", folder=folder)
        said = body["messages"][-1]["content"]
        names = [line[:-1] for line in said.splitlines() if line.endswith(":")]
        assert names == [".gitignore", "notes.md", "src/a.py", "src/deep/b.py"]
        assert "made" not in said
        assert "KEY" not in said
        assert result.code == 0

    def test_what_is_left_out_is_told(self, folder: Path) -> None:
        """On standard error, in a pipe too: the answer is to less than was meant."""
        simulated("echo")
        words = ("-f", "src", "-f", ".", "x")
        result = run_cli(*words, folder=folder, stderr="terminal")
        assert run_cli("--quiet", *words, folder=folder).err == ""
        assert run_cli(*words, folder=folder).err == "".join(
            line for line in result.err.splitlines(keepends=True) if "note:" in line
        )
        assert "hexai: note: src: 2 files, 1 KiB; left out: ignored (1)\n" in result.err
        assert (
            "hexai: note: .: 2 files, 1 KiB; "
            "left out: attached already (2), ignored (3)\n" in result.err
        )

    def test_a_folder_of_too_many_files_is_refused(self, folder: Path) -> None:
        """Rather than cut somewhere."""
        for number in range(501):
            (folder / f"src/{number}.txt").touch()
        result, bodies = ask("-f", "src", "x", folder=folder)
        assert (result.code, bodies) == (2, [])
        assert "src holds more than 500 files" in result.err

    def test_standard_input_can_be_attached(self, folder: Path) -> None:
        """By `-`, then it is no part of the words."""
        simulated("echo")
        result = run_cli("-f", "-", "what?", stdin="a\n", folder=folder)
        assert result.out == "what?\n\nstandard input:\n```\na\n```"

    def test_piped_text_goes_along_as_ever(self, folder: Path) -> None:
        """Between the words and the files."""
        simulated("echo")
        result = run_cli("-f", "src/a.py", "what?", stdin="a\n", folder=folder)
        assert result.out == "what?:\n\na\n\nsrc/a.py:\n```\na = 1\n```"

    def test_what_was_attached_is_in_the_record(self, folder: Path) -> None:
        """`show` prints it, and `--again` asks it again."""
        simulated("echo", "echo?x")
        run_cli("-f", "src/a.py", "x", "--only", "a", folder=folder)
        run_cli("--only", "a", "-f", "src/a.py", "x", folder=folder)
        shown = json.loads(run_cli("show", "--json").out)
        assert "src/a.py:\n```\na = 1\n```" in json.dumps(shown).replace("\\n", "\n")


class TestRefused:
    """What cannot go along ends the command before anything is sent."""

    @pytest.mark.parametrize(
        ("name", "make", "told"),
        [
            ("notes.mb", None, "notes.mb is not there; did you mean notes.md?"),
            ("x\ny", None, "x\\x0ay is not there"),
            ("", None, " is no path"),
            ("ftp://a.example/x", None, "x is no address that is fetched: http://"),
            ("f", os.mkfifo, "f is not a regular file; pipe it in"),
            ("gone", lambda p: p.symlink_to("nowhere"), "gone is a link to nothing"),
            ("b", lambda p: p.write_bytes(b"\0\1"), "b is binary, no text"),
            ("z", lambda p: p.write_bytes(b"PK\3\4\0"), "z is a ZIP archive"),
            ("h", lambda p: p.write_bytes(b"\0\0\0\1ftypheic"), "convert it to PNG"),
            ("u", lambda p: p.write_bytes(b"\xff\xfea\0"), "u is UTF-16, not UTF-8"),
            ("l", lambda p: p.write_bytes(b"a\n\xe9\n"), "l is not UTF-8 (line 2)"),
            ("build", None, "build has no file to attach; left out: ignored (1)"),
            ("/dev/null", None, "/dev/null is not a regular file"),
        ],
    )
    def test_it_is_told_with_what_to_do(
        self, folder: Path, name: str, make: Callable[[Path], None] | None, told: str
    ) -> None:
        """Exit code 2, one line."""
        if make is not None:
            make(folder / name)
        result, bodies = ask("-f", name, "x", folder=folder)
        assert (result.code, result.out, bodies) == (2, "", [])
        assert told in result.err
        assert result.err.count("\n") == 1

    def test_all_that_is_wrong_is_told_at_once(self, folder: Path) -> None:
        """Not one after the other."""
        result, _ = ask("-f", "none1", "-f", "none2", "x", folder=folder)
        assert "none1 is not there; none2 is not there" in result.err

    def test_too_much_text_is_refused(self, folder: Path) -> None:
        """As on standard input; nothing is cut."""
        (folder / "large.txt").write_text("x" * TEXT_LIMIT)
        result, bodies = ask("-f", "large.txt", "-f", "notes.md", folder=folder)
        assert (result.code, bodies) == (2, [])
        assert "notes.md is too much: at most 8 MiB of text" in result.err

    def test_piped_input_is_kept(self, folder: Path) -> None:
        """It would be lost, for a misspelt name."""
        simulated("echo")
        result = run_cli("-f", "none", stdin="a long text", folder=folder)
        assert "your input is kept in" in result.err

    @pytest.mark.parametrize("option", ["--again", "--tps-simulation=9"])
    def test_what_takes_no_files_says_so(self, option: str, folder: Path) -> None:
        """Nothing that was named is left out silently."""
        simulated("echo")
        result = run_cli(option, "-f", "notes.md", folder=folder)
        assert result.code == 2


class TestGuard:
    """What is attached is looked at like what is piped in."""

    def test_a_secret_keeps_all_of_it_here(self, folder: Path) -> None:
        """And it is said on which line of which file it is."""
        (folder / "src/a.py").write_text(f"# a\nt = '{sample('github-token')}'\n")
        result, bodies = ask("-f", "src", "x", folder=folder)
        assert (result.code, bodies) == (1, [])
        assert "found a secret on line 2 of src/a.py" in result.err
        assert "use --send-anyway" in result.err
        result, bodies = ask("--send-anyway", "-f", "src", "x", folder=folder)
        assert (result.code, len(bodies)) == (0, 1)

    @pytest.mark.parametrize("name", [".env", "src/out.log"])
    def test_an_ignored_file_that_is_named_stays_here(
        self, name: str, folder: Path
    ) -> None:
        """Local models may still answer; who overrides secrets overrides no names."""
        result, bodies = ask("--send-anyway", "-f", name, "x", folder=folder)
        assert (result.code, bodies) == (1, [])
        assert "not sent: " in result.err
        simulated("echo")
        assert run_cli("-f", name, "x", folder=folder).code == 0

    def test_what_an_image_says_in_letters_counts(self, folder: Path) -> None:
        """Its comment is sent with it."""
        (folder / "a.png").write_bytes(PNG + sample("github-token").encode() + b"\0")
        result, bodies = ask("-f", "a.png", "x", folder=folder)
        assert (result.code, bodies) == (1, [])
        assert "of a.png" in result.err


class TestImages:
    """Images, for models that take some."""

    @pytest.mark.parametrize("name", KINDS)
    def test_openai_gets_parts(self, name: str, folder: Path) -> None:
        """The text, then the images as addresses that hold them."""
        data, kind = KINDS[name]
        (folder / name).write_bytes(data)
        _, (body,) = ask("-f", name, "what?", folder=folder)
        text, image = body["messages"][-1]["content"]
        assert text == {"type": "text", "text": f"what?\n\n{name}: image 1"}
        said, _, encoded = image["image_url"]["url"].partition(";base64,")
        assert (said, b64decode(encoded)) == (f"data:{kind}", data)

    def test_anthropic_gets_blocks(self, folder: Path) -> None:
        """The images before the text."""
        (folder / "a.png").write_bytes(PNG)
        with Upstream(anthropic_answer("fine")) as upstream:
            configure(upstream.url, "anthropic", 'api_key_env = "K"')
            environ = {**os.environ, "K": "sk-1"}  # noqa: TID251
            result = run_cli("-f", "a.png", "what?", folder=folder, environ=environ)
        assert result.code == 0, result.err
        image, text = upstream.requests[-1].json["messages"][-1]["content"]
        assert text == {"type": "text", "text": "what?\n\na.png: image 1"}
        assert b64decode(image["source"].pop("data")) == PNG
        assert image == {
            "type": "image",
            "source": {"type": "base64", "media_type": "image/png"},
        }

    def test_ollama_gets_a_list(self, folder: Path) -> None:
        """Beside the text of the message."""
        (folder / "a.png").write_bytes(PNG)
        ollama = Ollama({"m1:latest": Model(capabilities=("completion", "vision"))})
        with serve(ollama) as upstream:
            configure(upstream.url, "ollama")
            result = run_cli("-f", "a.png", "what?", folder=folder)
        assert result.code == 0, result.err
        (image,) = ollama.asked[-1]["messages"][-1]["images"]
        assert b64decode(image) == PNG

    @pytest.mark.parametrize("provider", ["ollama", "llama.cpp", "simulated", "local"])
    def test_who_takes_none_fails_by_itself(self, provider: str, folder: Path) -> None:
        """It is told, its text is not sent without them, and the others answer."""
        (folder / "a.png").write_bytes(PNG)
        ollama = Ollama({"m1:latest": Model()})
        props = json_answer({"modalities": {"vision": False, "audio": False}})
        with serve(ollama) as blind, Upstream(openai_answer("a cat")) as sees:
            sees.on("/v1/props", json_answer({"modalities": {"vision": True}}))
            with Upstream(openai_answer("?")).on("/props", props) as llama:
                urls = {"ollama": blind.url, "llama.cpp": f"{llama.url}/v1"}
                kind = "ollama" if provider == "ollama" else "openai"
                name = "other" if provider in urls else provider
                write_config(
                    f'[providers.other]\ntype = "{kind}"\n'
                    f'base_url = "{urls.get(provider, sees.url)}"\n'
                    f'[providers.sees]\ntype = "openai"\nbase_url = "{sees.url}"\n'
                )
                models = ("-m", f"{name}:m1", "-m", "sees:m2")
                result = run_cli(*models, "-f", "a.png", "what?", folder=folder)
            asked = [each.path for each in llama.requests]
        assert result.code == 4
        assert result.out == "=== m1 (failed) ===\n\n=== m2 ===\na cat\n\n"
        assert "not sent: m1 takes no images, and a.png would be sent" in result.err
        assert (ollama.asked, asked) == ([], ["/props"] * (provider == "llama.cpp"))

    def test_no_model_is_loaded_to_say_that_it_sees_nothing(self, folder: Path) -> None:
        """A load takes long, and may push out the model that is wanted."""
        (folder / "a.png").write_bytes(PNG)
        sees = Model(capabilities=("completion", "vision"))
        ollama = Ollama({"blind:latest": Model(), "sees:latest": sees})
        with serve(ollama) as upstream:
            configure(upstream.url, "ollama", "local = true")
            models = ("-m", "fake:blind", "-m", "fake:sees")
            result = run_cli(*models, "-f", "a.png", "what?", folder=folder)
        assert result.code == 4, result.err
        assert [*ollama.loaded] == ["sees:latest"]
        assert "blind takes no images" in result.err
        assert not [event for event in ollama.log if "blind" in event]

    def test_a_refusal_is_told_in_the_upstreams_words(self, folder: Path) -> None:
        """Where nobody knew before."""
        (folder / "a.png").write_bytes(PNG)
        with Upstream(json_answer({"error": {"message": "no eyes"}}, code=400)) as up:
            configure(up.url)
            result = run_cli("-f", "a.png", "what?", folder=folder)
        assert result.code == 1
        assert "no eyes" in result.err

    def test_the_record_has_no_images(self, folder: Path) -> None:
        """Their names alone, so the question cannot be asked again without them."""
        (folder / "a.png").write_bytes(PNG)
        ask("-f", "a.png", "what?", folder=folder)
        result = run_cli("--again", "-m", "simulated:echo")
        assert result.code == 2
        assert "the last prompt had images, which are not kept (a.png)" in result.err

    def test_another_image_is_another_question(self, folder: Path) -> None:
        """The cache tells them apart, though the words are the same."""
        counts = []
        with Upstream(openai_answer("fine")) as upstream:
            configure(upstream.url)
            for data in (PNG, PNG, PNG + b"2"):
                (folder / "a.png").write_bytes(data)
                run_cli("-f", "a.png", "what?", folder=folder)
                sent = [r for r in upstream.requests if r.path != "/props"]
                counts.append(len(sent))
        assert counts == [1, 1, 2]


def page(body: str | bytes, kind: str = "text/plain") -> Reply:
    """Answer with a page."""
    return status(200, body, {"content-type": kind})


class TestPages:
    """What is fetched, and from whom."""

    def fetched(self, *replies: Reply, path: str = "/a") -> tuple[Result, Upstream]:
        """Attach a page of a server on this machine."""
        simulated("echo")
        with Upstream(*replies) as upstream:
            result = run_cli("-f", f"{upstream.url}{path}", "x", stderr="terminal")
        return result, upstream

    def test_a_page_has_its_address(self) -> None:
        """Without a query, which may hold what is secret; no key goes along."""
        result, upstream = self.fetched(page("hello\n"), path="/a?token=1")
        assert result.out == f"x\n\n{upstream.url}/a?…:\n```\nhello\n```"
        (request,) = upstream.requests
        assert (request.method, request.path) == ("GET", "/a?token=1")
        assert not {"authorization", "cookie", "referer"} & set(request.headers)

    def test_of_html_goes_the_text(self) -> None:
        """Scripts and markup only cost."""
        html = "<html><script>no()</script><h1>Hi</h1><p>a_b <b>b</b></p></html>"
        result, _ = self.fetched(page(html, "text/html; charset=utf-8"))
        assert "# Hi\n\na_b **b**" in result.out
        assert "no()" not in result.out

    def test_the_charset_that_is_told_counts(self) -> None:
        """A page need not be UTF-8."""
        result, _ = self.fetched(page(b"caf\xe9", "text/plain; charset=latin-1"))
        assert "café" in result.out

    def test_a_redirect_to_the_same_place_is_followed(self) -> None:
        """Up to five times."""
        result, upstream = self.fetched(redirect("/b"), page("there"))
        assert "there" in result.out
        assert [each.path for each in upstream.requests] == ["/a", "/b"]
        result, upstream = self.fetched(redirect("/a"))
        assert (result.code, len(upstream.requests)) == (2, 5)
        assert "redirects again and again" in result.err

    def test_a_redirect_elsewhere_is_told_and_not_followed(self) -> None:
        """Another port is another server, and 127.0.0.1 is everybody's favourite."""
        with Upstream(page("secret")) as other:
            result, _ = self.fetched(redirect(f"{other.url}/x?t=1"))
            assert other.connections == []
        assert result.code == 2
        assert f"redirects to {other.url}/x?…; if you trust that" in result.err

    @pytest.mark.parametrize(
        ("reply", "told"),
        [
            (status(404), "was refused with 404"),
            (page(b"\0\1"), "is binary, no text"),
            (page(b"a\xff"), "is not UTF-8 (line 1)"),
            (page("<b>" * 5000, "text/html"), "cannot be read (RecursionError)"),
        ],
    )
    def test_what_gives_nothing_is_told(self, reply: Reply, told: str) -> None:
        """Nothing is asked then."""
        result, _ = self.fetched(reply)
        assert (result.code, result.out) == (2, "")
        assert told in result.err

    def test_nothing_is_fetched_where_all_stays_here(self) -> None:
        """`local_only` is about what leaves this machine, addresses too."""
        simulated("echo", more="local_only = true\n")
        write_config('local_only = true\n[provider]\nname = "simulated"\n')
        result = run_cli("-f", "https://example.invalid/x?k=1", "x")
        assert result.code == 2
        assert "https://example.invalid/x?… is not fetched: local_only" in result.err

    @pytest.mark.parametrize(
        "address",
        [
            "https://me:pw@example.invalid/",
            "http://127.1/",
            "http://:9/",
            "http://[::1",
        ],
    )
    def test_an_odd_address_is_refused_without_its_password(self, address: str) -> None:
        """As a `base_url` would be."""
        simulated("echo")
        result = run_cli("-f", address, "x")
        assert result.code == 2
        assert "is no address to fetch" in result.err
        assert "pw" not in result.err


def pdf(text: str) -> bytes:
    """Write a PDF of one page."""
    drawn = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode() if text else b""
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /Contents 4 0 R /Resources 6 0 R >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(drawn), drawn),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Font << /F1 5 0 R >> >>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(written))
        written += b"%d 0 obj\n%b\nendobj\n" % (number, each)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 7\n0000000000 65535 f \n" + rows
    end = b"trailer\n<< /Size 7 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(written)
    return written + table + end


class TestExtracted:
    """What goes of documents that are no text."""

    def test_of_a_pdf_goes_the_text(self, folder: Path) -> None:
        """The guard looks at it like at any other."""
        (folder / "a.pdf").write_bytes(pdf("Hello there"))
        said = prompt_of("-f", "a.pdf", "x", folder=folder)
        assert said == "x\n\na.pdf:\n```\nHello there\n```"
        (folder / "a.pdf").write_bytes(pdf(sample("github-token")))
        result, bodies = ask("-f", "a.pdf", "x", folder=folder)
        assert (result.code, bodies) == (1, [])

    @pytest.mark.parametrize(
        ("data", "told"),
        [
            (pdf(""), "a.pdf is a PDF without text, perhaps scanned"),
            (b"%PDF-1.7\nrubbish", "a.pdf is a PDF that cannot be read"),
        ],
    )
    def test_a_pdf_without_text_is_told(
        self, data: bytes, told: str, folder: Path
    ) -> None:
        """Whatever its library makes of it."""
        (folder / "a.pdf").write_bytes(data)
        result, bodies = ask("-f", "a.pdf", "x", folder=folder)
        assert (result.code, bodies) == (2, [])
        assert told in result.err

    def test_without_the_extra_it_is_said_what_to_install(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A PDF cannot go along, a page goes as it is."""
        monkeypatch.setitem(sys.modules, "pypdf", None)
        monkeypatch.setitem(sys.modules, "markdownify", None)
        (folder / "a.pdf").write_bytes(pdf("Hello there"))
        result, _ = ask("-f", "a.pdf", "x", folder=folder)
        assert "-m pip install 'hexai[files]'" in result.err
        simulated("echo")
        with Upstream(page("<p>a", "text/html")) as upstream:
            result = run_cli("-f", upstream.url, "x", stderr="terminal")
        assert "<p>a" in result.out
        assert "-m pip install 'hexai[files]'" in result.err


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "empty.md is empty"), ("\ufeff\n \t\n", "empty.md has only blanks")],
)
def test_a_file_without_a_word_goes_along_and_is_told(
    text: str, words: str, folder: Path
) -> None:
    """It was named, so it was meant; but another one was probably."""
    (folder / "empty.md").write_text(text, "utf-8")
    result, bodies = ask("-f", "empty.md", "x", folder=folder)

    assert (result.code, result.err.count(f"hexai: note: {words}\n")) == (0, 1)
    assert "empty.md" in str(bodies)


def test_an_empty_file_of_a_folder_is_not_told(folder: Path) -> None:
    """Nobody named it, and every package of Python has one."""
    (folder / "src/__init__.py").write_text("")
    result, _ = ask("-f", "src", "x", folder=folder)

    assert "empty" not in result.err
