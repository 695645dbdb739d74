"""`hexai models pull` of a model on a hub: what is fetched, checked, kept and said."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from tests.support.command_line import Result, run_cli, run_typed
from tests.support.hub import (
    FILE,
    MODEL,
    REPOSITORY,
    Hub,
    asked_instead,
    page,
    refusing,
    store,
)
from tests.support.upstream import Exchange

NAME = f"hf:{REPOSITORY}/{FILE}"
SUM = hashlib.sha256(MODEL).hexdigest()
TOKEN = "hf_MARK0123456789"


@pytest.fixture(name="hub")
def fixture_hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """Run a hub that is asked instead of the real one."""
    with asked_instead(tmp_path, monkeypatch) as hub:
        yield hub


def fetch(name: str = NAME) -> Result:
    """Pull a model, and say yes beforehand."""
    return run_cli("models", "pull", name, "--yes")


def kept() -> list[str]:
    """List what is in the store."""
    return sorted(path.name for path in store().iterdir()) if store().exists() else []


def test_a_file_of_the_hub_comes_into_the_store(hub: Hub) -> None:
    """With the size and the sum that were told before, and a card that keeps both."""
    result = fetch()

    assert result.code == 0
    assert f"SHA-256 as told: {SUM}" in result.err
    assert "(1 MB)" in result.err
    assert (store() / FILE).read_bytes() == MODEL
    assert (store() / FILE).stat().st_mode & 0o777 == 0o600
    assert kept() == [FILE, f"{FILE}.json"]
    card = msgspec.json.decode((store() / f"{FILE}.json").read_bytes())
    assert (card["size"], card["sha256"]) == (len(MODEL), SUM)
    assert [each.method for each in hub.front.requests] == ["HEAD", "GET"]


def test_nothing_is_fetched_without_being_asked(hub: Hub) -> None:
    """Where nobody can be asked, the size is told and the code is 2."""
    result = run_cli("models", "pull", NAME)

    assert result.code == 2
    assert "1 MB" in result.err
    assert "--yes" in result.err
    assert hub.gets() == []
    assert kept() == []


@pytest.mark.parametrize(("typed", "code"), [("y\n", 0), ("n\n", 1), ("\n", 1)])
def test_on_a_terminal_the_user_is_asked(hub: Hub, typed: str, code: int) -> None:
    """With the size; only yes means yes."""
    found, shown = run_typed(typed, "models", "pull", NAME)

    assert found == code
    assert "(1 MB)? [y/N]" in shown
    assert bool(hub.gets()) == (code == 0)


def test_what_broke_off_is_gone_on_with(hub: Hub) -> None:
    """From the byte where it ended, as often as it breaks."""
    hub.cuts = [300_000, 200_000]
    result = fetch()

    assert result.code == 0
    ranges = [each.headers.get("range") for each in hub.gets()]
    assert ranges == [None, "bytes=300000-", "bytes=500000-"]
    assert (store() / FILE).read_bytes() == MODEL


def test_a_later_command_goes_on_with_a_part(hub: Hub) -> None:
    """What an earlier one left counts, and the question says so."""
    hub.breaks_off(400_000)
    assert fetch().code == 1
    assert kept() == [f".{FILE}.part", f".{FILE}.part.json"]
    hub.recovers()
    result = fetch()

    assert result.code == 0
    assert [each.headers.get("range") for each in hub.gets()] == ["bytes=400000-"]
    assert kept() == [FILE, f"{FILE}.json"]


def test_a_part_of_another_file_is_not_gone_on_with(hub: Hub) -> None:
    """When the hub has changed the file meanwhile, it is fetched from its beginning."""
    hub.breaks_off(400_000)
    assert fetch().code == 1
    hub.model = hub.model[:-1] + b"!"
    hub.told = hashlib.sha256(hub.model).hexdigest()
    hub.recovers()
    result = fetch()

    assert result.code == 0
    assert [each.headers.get("range") for each in hub.gets()] == [None]
    assert (store() / FILE).read_bytes() == hub.model


def test_a_server_without_ranges_begins_anew(hub: Hub) -> None:
    """An answer with the whole file takes the place of the part."""
    hub.breaks_off(400_000)
    assert fetch().code == 1
    whole = hub.model

    async def give(exchange: Exchange) -> None:
        await exchange.head(200, length=len(whole))
        await exchange.send(whole)

    hub.recovers()
    hub.files.answer_with(give)
    assert fetch().code == 0
    assert (store() / FILE).read_bytes() == whole


def test_a_wrong_sum_keeps_nothing(hub: Hub) -> None:
    """Both sums are told."""
    hub.told = "0" * 64
    result = fetch()

    assert result.code == 1
    assert SUM in result.err
    assert "0" * 64 in result.err
    assert kept() == []


@pytest.mark.parametrize("by", [-1, 1])
def test_a_wrong_size_keeps_no_model(hub: Hub, by: int) -> None:
    """Longer or shorter than told."""
    hub.size += by
    result = fetch()

    assert result.code == 1
    assert FILE not in kept()


def test_a_page_is_no_model(hub: Hub) -> None:
    """A page to log in, or an error that calls itself a success."""
    hub.files.answer_with(page())
    result = fetch()

    assert result.code == 1
    assert "not a GGUF file (text/html)" in result.err
    assert kept() == []


def test_another_file_is_not_put_in_place_of_one_that_is_here(hub: Hub) -> None:
    """What the hub has changed is refused; the same again is already here."""
    assert fetch().code == 0
    again = fetch()
    assert (again.code, "already here" in again.err) == (0, True)
    hub.told = "1" * 64
    changed = fetch()

    assert changed.code == 1
    assert "another file" in changed.err
    assert (store() / FILE).read_bytes() == MODEL


def test_a_file_of_the_users_own_stays(hub: Hub) -> None:
    """One of that name that was not pulled is never overwritten."""
    store().mkdir(parents=True)
    (store() / FILE).write_bytes(b"mine")
    result = fetch()

    assert result.code == 1
    assert (store() / FILE).read_bytes() == b"mine"
    assert hub.gets() == []


def test_a_token_goes_to_the_hub_alone(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The files' server never sees it, and nothing says it."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    result = fetch()
    card = (store() / f"{FILE}.json").read_text()

    assert result.code == 0
    assert {each.headers["authorization"] for each in hub.front.requests} == {
        f"Bearer {TOKEN}"
    }
    assert all("authorization" not in each.headers for each in hub.files.requests)
    assert "MARK" not in result.err + result.out + card
    assert "SECRET-IN-QUERY" not in result.err + result.out + card


def test_a_token_does_not_go_to_another_server(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An https address of somebody else's is asked without it."""
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    result = fetch(hub.files_url)

    assert result.code == 0
    assert "nobody had told" in result.err
    assert all("authorization" not in each.headers for each in hub.files.requests)


def test_a_damaged_token_is_not_shown(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is refused by the name of its variable."""
    monkeypatch.setenv("HF_TOKEN", f"{TOKEN}\nX: y")
    result = fetch()

    assert result.code == 1
    assert "HF_TOKEN" in result.err
    assert "MARK" not in result.err
    assert hub.front.requests == []


def test_an_address_is_gone_on_with_only_if_it_did_not_change(hub: Hub) -> None:
    """Where no sum is told, the server's tag says whether a part is of this file."""
    hub.breaks_off(400_000)
    assert fetch(hub.files_url).code == 1
    hub.model = hub.model[:-1] + b"!"
    hub.recovers()
    result = fetch(hub.files_url)

    assert result.code == 0
    assert (store() / FILE).read_bytes() == hub.model


@pytest.mark.parametrize(
    "to", ["https://127.0.0.1:1/x", "http://localhost/x", "https://a@localhost/x"]
)
def test_strange_redirects_are_not_followed(hub: Hub, to: str) -> None:
    """Another host, plain http and user names are refused; nothing is fetched."""
    hub.told, hub.location = "", to
    result = fetch()

    assert result.code == 1
    assert "not its own" in result.err
    assert hub.files.requests == []


def test_redirects_end(hub: Hub) -> None:
    """A circle is left."""
    hub.told, hub.location = "", f"{hub.url}/again"
    result = fetch()

    assert result.code == 1
    assert "again and again" in result.err
    assert len(hub.front.requests) < 10


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (401, "HF_TOKEN"),
        (403, "consent"),
        (404, "no such file"),
        (429, "try again in 7 s"),
        (500, "try again later"),
    ],
)
def test_a_refusal_says_what_to_do(hub: Hub, code: int, advice: str) -> None:
    """By its status."""
    hub.front.answer_with(refusing(code, retry_after="7" if code == 429 else ""))
    result = fetch()

    assert result.code == 1
    assert str(code) in result.err
    assert advice in result.err
    assert len(result.err.splitlines()) == 1


def test_a_range_that_is_no_more_begins_anew(hub: Hub) -> None:
    """A part longer than the file is of no use."""
    store().mkdir(parents=True, mode=0o700)
    hub.breaks_off(400_000)
    assert fetch().code == 1
    with (store() / f".{FILE}.part").open("ab") as part:
        part.write(b"x" * len(MODEL))
    hub.recovers()
    assert fetch().code == 0
    assert (store() / FILE).read_bytes() == MODEL


def test_so_does_one_of_a_file_whose_size_nobody_tells(hub: Hub) -> None:
    """What came before is forgotten, and is not taken for all of it."""

    async def without_size(exchange: Exchange) -> None:
        if exchange.request.method == "HEAD":
            await exchange.head(200, {"etag": '"a"'})
        elif "range" in exchange.request.headers:
            await exchange.head(416, length=0)
        else:
            await exchange.head(200, {"etag": '"a"'}, length=len(MODEL))
            await exchange.send(MODEL[: hub.cuts.pop(0)] if hub.cuts else MODEL)
            exchange.cut()

    hub.files.answer_with(without_size)
    hub.cuts = [400_000]
    assert fetch(hub.files_url).code == 0
    assert (store() / FILE).read_bytes() == MODEL


@pytest.mark.parametrize(
    "name",
    [
        "hf:owner/repo/../../x.gguf",
        "hf:owner/repo/%2e%2e%2fx.gguf",
        "hf:owner/repo/.x.gguf",
        "hf:owner/repo/x.bin",
        "hf:owner/repo/x-00001-of-00002.gguf",
        "hf:owner/x.gguf",
        "https://localhost/a/..%2f..%2fx.gguf",
        "https://localhost/%2e%2e/x.gguf",
        "https://localhost/a/x%00.gguf",
        "https://u:p@localhost/x.gguf",
        "http://localhost/x.gguf",
        "ftp://localhost/x.gguf",
    ],
)
def test_an_address_that_leads_elsewhere_is_refused(hub: Hub, name: str) -> None:
    """Nobody is asked, and nothing is written."""
    result = fetch(name)

    assert result.code == 2
    assert hub.front.requests == []
    assert kept() == []


def test_a_certificate_that_nobody_knows_is_refused(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As for every other request."""
    monkeypatch.delenv("SSL_CERT_FILE")
    result = fetch()

    assert result.code == 1
    assert "for a private authority set SSL_CERT_FILE" in result.err
    assert "ca_file" not in result.err
    assert hub.front.requests == []


def test_a_name_of_the_list_must_have_its_sum(hub: Hub) -> None:
    """What the hub has under that name is another file, so nothing is fetched."""
    result = fetch("qwen2.5-coder-0.5b")

    assert result.code == 1
    assert "491400064" in result.err
    assert hub.gets() == []


def test_without_a_name_some_are_offered(hub: Hub) -> None:
    """With their sizes; nobody is asked."""
    result = run_cli("models", "pull")

    assert result.code == 0
    assert "qwen2.5-coder-0.5b" in result.out
    assert "491 MB" in result.out
    assert hub.front.requests == []


def test_a_disk_without_room_is_told_with_what_stays_free(
    hub: Hub, tmp_path: Path
) -> None:
    """Before anything is fetched, and whatever this machine has."""
    hub.size = shutil.disk_usage(tmp_path).free + 10**12
    result = fetch()

    assert result.code == 1
    assert "MB are free, and 67 MB are to stay so" in result.err
    assert hub.gets() == []
