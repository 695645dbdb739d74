"""Pages that the user names: fetched by the connections that all requests use.

An address is fetched because somebody typed it, and nobody else's word counts: a
redirect is followed to the host that was named, with or without its `www.`, by https
where that was, and to no other. Where it leads elsewhere that is said, and whoever
trusts it names that. Nothing of the user's goes along: no key, no cookie, no body.
"""

import asyncio
import codecs
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from msgspec import Struct

from hexai.config.addresses import is_loopback, origin, shown_address
from hexai.domain.attachments import Attachment
from hexai.errors import ProviderError
from hexai.extras import install_command
from hexai.providers.http.client import Answer
from hexai.providers.http.tls_contexts import Trust
from hexai.service.attachments.kinds import (
    Unfit,
    attachment,
    image_type,
    is_pdf,
    text_of,
)
from hexai.service.attachments.read import Attached
from hexai.service.redirects import MOST_HOPS, asked, redirect, root_of
from hexai.text.sanitise import shorten

PATIENCE = 30.0
"""Seconds for a page and all that redirects to it."""
_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_CHARSET = re.compile(r"charset=\"?([\w.:-]{1,40})", re.IGNORECASE)
_HTML = frozenset({"text/html", "application/xhtml+xml"})
_LARGEST = 20 << 20
"""Bytes of a page, or of an image that an address gives."""
_MOST_SHOWN = 200


class _Page(Struct, frozen=True, kw_only=True):
    """What an address gave."""

    data: bytes
    type: str
    charset: str


def is_address(name: str) -> bool:
    """Tell an address to fetch from a path."""
    return _ADDRESS.match(name) is not None


async def fetch_pages(
    addresses: tuple[str, ...], environ: Mapping[str, str], *, local_only: str
) -> dict[str, Attached | str]:
    """Fetch some pages at the same time; gives what came of each, or why nothing did.

    `local_only` says why nothing beyond this machine may be asked; empty if it may.
    """
    trust = Trust()
    async with asyncio.TaskGroup() as group:
        tasks = {
            address: group.create_task(_fetch(address, environ, trust, local_only))
            for address in dict.fromkeys(addresses)
        }
    return {address: task.result() for address, task in tasks.items()}


async def _fetch(
    address: str, environ: Mapping[str, str], trust: Trust, local_only: str
) -> Attached | str:
    name = shown_address(address)
    try:
        where = _root(address)
        if local_only and not is_loopback(where):
            return f"{name} is not fetched: {local_only}"
        async with asyncio.timeout(PATIENCE):
            page = await _follow(address, environ, trust)
        return await asyncio.to_thread(_attached, name, address, page)
    except Unfit as error:
        return f"{name} {error}"
    except ProviderError as error:
        return f"{name} cannot be fetched: {error}"
    except TimeoutError:
        return f"{name} did not come within {PATIENCE:.0f} s; save it, and attach that"


async def _follow(address: str, environ: Mapping[str, str], trust: Trust) -> _Page:
    url = address
    accepted = {"accept": "text/html,text/*;q=0.9,*/*;q=0.5"}
    for _ in range(MOST_HOPS):
        async with asked("GET", url, accepted, environ=environ, trust=trust) as answer:
            target = redirect(answer, url)
            if target is None:
                return await _page(answer)
            url = _allowed(address, target)
    raise Unfit("redirects again and again; attach what it shows")


async def _page(answer: Answer) -> _Page:
    if answer.status >= 300:
        raise Unfit(f"was refused with {answer.status}; look at it in a browser")
    data = await answer.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise Unfit(f"is over {_LARGEST >> 20} MiB; attach the part that matters")
    told = answer.header("content-type")
    found = _CHARSET.search(told)
    kind = told.partition(";")[0].strip().lower()
    return _Page(data=data, type=kind, charset=found[1] if found else "utf-8")


def _allowed(address: str, target: str) -> str:
    """Give where a redirect leads; raises `Unfit` if that is not to be followed."""
    try:
        is_same = stays(_root(address), _root(target))
    except Unfit:
        is_same = False
    if is_same:
        return target
    told = shorten(shown_address(target), _MOST_SHOWN)
    raise Unfit(f"redirects to {told}; if you trust that address, name it instead")


def stays(named: str, target: str) -> bool:
    """Tell whether a redirect stays with the host that was named, and as safe.

    Both are addresses without path, in their normal form.
    """
    if origin(named) == origin(target):
        return True
    ours, theirs = urlsplit(named), urlsplit(target)
    hosts = {(parts.hostname or "").removeprefix("www.") for parts in (ours, theirs)}
    usual_ports = ours.port is None and theirs.port is None
    return len(hosts) == 1 and usual_ports and theirs.scheme == "https"


def _root(url: str) -> str:
    try:
        return root_of(url)
    except ValueError as error:
        raise Unfit(f"is no address to fetch: {error}") from None


def _attached(name: str, address: str, page: _Page) -> Attached:
    """Make an attachment of a page; of HTML its text, where that can be had."""
    if image_type(page.data) is not None or is_pdf(page.data):
        return Attached(attachments=(attachment(name, address, page.data),))
    text = text_of(page.data, _encoding(page.charset))
    notes: tuple[str, ...] = ()
    if page.type in _HTML:
        from hexai.service.attachments.extracted import page_text

        extracted = page_text(text)
        if extracted is not None:
            text = extracted
        else:
            how = install_command("files")
            notes = (f"{name} goes along as HTML; for its text alone: {how}",)
    made = Attachment(name=name, uri=address, text=text)
    return Attached(attachments=(made,), notes=notes)


def _encoding(charset: str) -> str:
    try:
        found = codecs.lookup(charset)
    except LookupError:
        return "utf-8"
    return found.name if found._is_text_encoding else "utf-8"  # noqa: SLF001
