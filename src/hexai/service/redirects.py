"""Addresses that somebody named: asked one by one, as they send us on.

Where we may be sent is for who asks to say. Connections are those of all requests, each
hop by a client of its own, since it may be another host.
"""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import quote, urljoin, urlsplit

from hexai.config.addresses import check_base_url
from hexai.errors import BadAnswer
from hexai.providers.http.client import Answer, HttpClient
from hexai.providers.http.route import Advice
from hexai.providers.http.tls_contexts import Trust
from hexai.text.sanitise import mend, shorten, visible_line

MOST_HOPS = 5
"""Addresses that are asked for one that was named, by who goes from one to the next."""
_ADVICE = Advice(
    reach="check the address, and whether this machine is online",
    trust="check the host name; for a private authority set SSL_CERT_FILE",
    speech="check the address",
    place="check the address",
)
"""No provider's settings are asked here."""
_AS_IS = "/:@!$&'()*+,;=~%-._"


@asynccontextmanager
async def asked(
    method: str,
    url: str,
    headers: Mapping[str, str],
    *,
    environ: Mapping[str, str],
    trust: Trust,
    patience: float | None = None,
) -> AsyncGenerator[Answer, None]:
    """Ask one address; the answer may redirect.

    `environ` is asked for proxies. Raises `ValueError` for what is no address,
    `ProviderError`, and `TimeoutError` if no answer begins within `patience` seconds.
    """
    client = HttpClient.for_origin(
        root_of(url),
        environ=environ,
        trust=trust,
        advice=_ADVICE,
        hands_over_redirects=True,
    )
    try:
        async with AsyncExitStack() as stack:
            async with asyncio.timeout(patience):
                sending = client.send(method, target_of(url), headers=headers)
                answer = await stack.enter_async_context(sending)
            yield answer
    finally:
        await client.aclose()


def redirect(answer: Answer, url: str) -> str | None:
    """Give where the answer of an address sends us; None if it does not.

    Raises `BadAnswer` for what is no address, or if it names none.
    """
    if not 300 <= answer.status < 400:
        return None
    target = answer.header("location")
    if not target:
        raise BadAnswer(
            f"it answers with {answer.status}, and does not say where to go",
            advice=_ADVICE.speech,
        )
    try:
        return urljoin(url, target)
    except ValueError:
        told = shorten(visible_line(mend(target)), 200)
        raise BadAnswer(
            f"it redirects to {told}, which is no address", advice=_ADVICE.speech
        ) from None


def root_of(url: str) -> str:
    """Give scheme, host and port of an address; raises `ValueError` if it is none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return check_base_url(url)  # which says it better
    return check_base_url(f"{parts.scheme}://{parts.netloc}")


def target_of(url: str) -> str:
    """Give the path and query of an address, as a request has them."""
    parts = urlsplit(url)
    path = quote(parts.path or "/", safe=_AS_IS)
    query = quote(parts.query, safe=_AS_IS + "?")
    return f"{path}?{query}" if query else path
