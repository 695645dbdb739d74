"""Where a model file comes from: what its address says, and what its hub may do; pure.

Nothing that is written in an address or told by a server chooses where a file is kept:
its name is one word that ends in `.gguf`, or the address is refused. A token goes to
the hub's own origin and nowhere else; where the hub sends us to is asked without it,
and only if it is the hub's own host or one that the hub says are its own.
"""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from msgspec import Struct

from hexai.config.addresses import check_base_url, origin, shown_address
from hexai.errors import UsageError

HUB = "https://huggingface.co"
ENDPOINT_VARIABLE = "HF_ENDPOINT"
"""Names another hub that speaks as this one does, such as a mirror."""
TOKEN_VARIABLE = "HF_TOKEN"  # noqa: S105 - the name of a variable

_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,180}\.gguf", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,95}")
_PART = re.compile(r"-\d{5}-of-\d{5}\.gguf$", re.IGNORECASE)
_SHA256 = re.compile(r"[0-9a-f]{64}")
HOW = "write hf:OWNER/REPO/FILE.gguf, or the https address of a GGUF file"

_ITS_HOSTS = {
    # Its own list, https://huggingface.co/.well-known/meta.json (lfsDomains and
    # cdnDomains, all below hf.co), as stored in 2026; older answers name
    # cdn-lfs.huggingface.co.
    "huggingface.co": (".hf.co", ".huggingface.co"),
    # Files of releases: docs.github.com/en/rest/releases/assets says "302 Found", to
    # release-assets.githubusercontent.com and, before 2025, objects.….
    "github.com": (".githubusercontent.com",),
}


class Source(Struct, frozen=True, kw_only=True):
    """A file that can be fetched."""

    url: str
    file: str
    """What it is called in the store."""
    hub: str = ""
    """The origin that a token may go to; empty: none."""
    size: int | None = None
    sha256: str = ""
    """What is known of it beforehand."""

    @property
    def shown(self) -> str:
        """The address without what may be secret in it."""
        return shown_address(self.url)

    @property
    def name(self) -> str:
        """What entries call the model."""
        return self.file[: -len(".gguf")]


class ListedModel(Struct, frozen=True, kw_only=True):
    """A model that is offered by name."""

    name: str
    repository: str
    revision: str
    file: str
    size: int
    sha256: str
    about: str


LISTED = (
    # Size, sum and revision as six public repositories pin them that fetch these very
    # files (seen 2026-11-29), and as the files have them that were tried here: both
    # have the tokens for gaps, and filled one. Apache-2.0, says the owner's card.
    ListedModel(
        name="qwen2.5-coder-0.5b",
        repository="Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
        revision="ebb2015119c907b064c512bf053e945850b5875f",
        file="qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
        size=491_400_064,
        sha256="1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
        about="code, fills gaps; quick on two cores",
    ),
    ListedModel(
        name="qwen2.5-coder-1.5b",
        repository="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
        revision="38f6bab61d341b23a6c00226f32c0d6148bf9f43",
        file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
        size=1_117_320_768,
        sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
        about="code, fills gaps; better, at half the speed",
    ),
)
"""Small code models with fill-in-the-middle."""


def source_named(name: str, environ: Mapping[str, str]) -> Source | None:
    """Find what an address or a listed name means; None: it is neither.

    Raises `UsageError` for an address that cannot be used.
    """
    hub = _hub(environ)
    for listed in LISTED:
        if listed.name == name:
            path = f"{listed.repository}/resolve/{listed.revision}/{listed.file}"
            return Source(
                url=f"{hub}/{path}",
                file=f"{listed.name}.gguf",
                hub=origin(hub),
                size=listed.size,
                sha256=listed.sha256,
            )
    if name.startswith("hf:"):
        return _on_hub(name.removeprefix("hf:"), hub)
    return _at(name, hub) if "://" in name else None


def may_follow(start: str, target: str) -> bool:
    """Tell whether an address of a file may send us to another one."""
    here, there = urlsplit(start), urlsplit(target)
    host, wanted = here.hostname or "", (there.hostname or "").lower()
    if there.scheme != "https" or "@" in there.netloc or not wanted:
        return False
    if wanted == host:
        return True
    known = _ITS_HOSTS.get(host, ())
    return any(wanted.endswith(suffix) for suffix in known)


def sum_in(etag: str) -> str:
    """Give the SHA-256 that a hub tells as a file's tag; empty if it tells none."""
    word = etag.strip().removeprefix("W/").strip('"').lower()
    return word if _SHA256.fullmatch(word) else ""


def _hub(environ: Mapping[str, str]) -> str:
    said = environ.get(ENDPOINT_VARIABLE, "").strip()
    try:
        checked = check_base_url(said or HUB)
    except ValueError as error:
        raise UsageError(f"{ENDPOINT_VARIABLE} {error}") from None
    if not checked.startswith("https:"):
        raise UsageError(f"{ENDPOINT_VARIABLE} must be an https address")
    return checked


def _on_hub(words: str, hub: str) -> Source:
    owner, _, rest = words.partition("/")
    repository, _, path = rest.partition("/")
    folders = path.split("/")[:-1]
    if not path or not all(map(_WORD.fullmatch, (owner, repository, *folders))):
        raise UsageError(f"hf:{words} names no file; {HOW}")
    return Source(
        url=f"{hub}/{owner}/{repository}/resolve/main/{path}",
        file=_file_of(path),
        hub=origin(hub),
    )


def _at(url: str, hub: str) -> Source:
    address, _, query = url.partition("#")[0].partition("?")
    try:
        checked = check_base_url(address)
    except ValueError as error:
        raise UsageError(f"{address.rpartition('@')[2][:200]}: {error}") from None
    if not checked.startswith("https:"):
        raise UsageError(f"{checked} is not https; {HOW}")
    if any(part in (".", "..") for part in unquote(urlsplit(checked).path).split("/")):
        raise UsageError(f"{checked} leads out of its folder; {HOW}")
    is_hub = origin(checked) == origin(hub)
    return Source(
        url=f"{checked}?{query}" if query else checked,
        file=_file_of(urlsplit(checked).path),
        hub=origin(hub) if is_hub else "",
    )


def _file_of(path: str) -> str:
    file = unquote(path.rpartition("/")[2])
    if _FILE.fullmatch(file) is None:
        raise UsageError(f"{file[:200]!r} cannot be the name of a GGUF file; {HOW}")
    if _PART.search(file):
        raise UsageError(f"{file} is one part of several; take a file that is whole")
    return f"{file[: -len('.gguf')]}.gguf"
