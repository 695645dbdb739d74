"""Where a team's server is, and how the connection to it is secured.

libpq finds passwords, certificates and services as it always does. What is ours is one
rule: off this machine a server has to prove who it is, unless the user's own file says
that it need not. What an address in a variable says does not lift it.
"""

import configparser
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path

from hexai.config.schema_team import Team
from hexai.errors import TeamError

Words = dict[str, str]
"""What libpq is told, by its own names."""

SAFE = "verify-full"
_HOST, _PORT = re.compile(r"[\w.:%-]*|[/@][^@]*"), re.compile(r"[0-9]*")
_UNREADABLE = (
    "the team's address cannot be read; write it as postgresql://ROLE@HOST/DATABASE, "
    "and what is not a letter or digit in a password by its code: %40 for @, %2F for /"
)
_NOT_NAMED = (
    "no team's server is named: set service = … below [team] in your configuration, or "
    "the variable {variable}"
)


def address(
    team: Team, environ: Mapping[str, str], home: Path, *, url: str = ""
) -> Words:
    """Give what libpq is told to connect; `url` goes before what is configured.

    Raises `TeamError` where no server is named, or it would not be asked who it is.
    """
    if not team.enabled:
        raise TeamError("the team's ledger is switched off: team = false")
    words = _given(team, environ, url)
    known = _service(words.get("service", ""), environ, home)
    hosts = _first("hostaddr", words, known) or _first("host", words, known)
    if "service" in words and not known:
        hosts = words["service"]  # the system's own file: nobody has looked at it
    hosts = hosts or environ.get("PGHOSTADDR") or environ.get("PGHOST", "")
    if all(map(is_here, hosts.split(","))):
        return words | ({"sslmode": team.sslmode} if team.sslmode else {})
    said = words.get("sslmode", SAFE)
    allowed = team.sslmode or known.get("sslmode", SAFE)
    if said not in (SAFE, allowed):
        raise TeamError(
            f"the address says sslmode={said}, with which anybody could pass for the "
            f'server; if you mean it, set sslmode = "{said}" below [team] in your own '
            "configuration"
        )
    return words | {"sslmode": allowed}


def _given(team: Team, environ: Mapping[str, str], url: str) -> Words:
    if url:
        words = _parse(url)
        if "password" in words:
            raise TeamError(
                "a password in an argument is seen by everybody on this machine; "
                "put it into ~/.pgpass"
            )
        return words
    if team.service:
        return {"service": team.service}
    if given := environ.get(team.url_env, "").strip():
        return _parse(given)
    raise TeamError(_NOT_NAMED.format(variable=team.url_env))


def _parse(url: str) -> Words:
    from psycopg import ProgrammingError
    from psycopg.conninfo import conninfo_to_dict

    try:
        words = conninfo_to_dict(url)
    except (ProgrammingError, UnicodeEncodeError):  # its words may quote a password
        raise TeamError(_UNREADABLE) from None
    given = {name: str(value) for name, value in words.items()}
    if not _is_whole(given):
        raise TeamError(_UNREADABLE)
    return given


def _is_whole(words: Words) -> bool:
    """Tell that no part of a password has become another part.

    It would be looked up as a host's name, and stand in what is said of that.
    """
    hosts, ports = words.get("host", ""), words.get("port", "")
    return (
        all(map(_HOST.fullmatch, hosts.split(",")))
        and all(map(_PORT.fullmatch, ports.split(",")))
        and "@" not in words.get("dbname", "")
    )


def _service(name: str, environ: Mapping[str, str], home: Path) -> Words:
    """Read a service of the user's own file; nothing where it has none of that name."""
    if not name:
        return {}
    place = environ.get("PGSERVICEFILE") or str(home / ".pg_service.conf")
    parser = configparser.RawConfigParser(strict=False, delimiters=("=",))
    try:
        parser.read(place, encoding="utf-8")
        return dict(parser[name]) if parser.has_section(name) else {}
    except (configparser.Error, OSError, UnicodeDecodeError):
        raise TeamError(f"{place} cannot be read as a file of services") from None


def _first(key: str, *places: Words) -> str:
    return next((place[key] for place in places if place.get(key)), "")


def is_here(host: str) -> bool:
    """Tell a socket and loopback from another machine."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
