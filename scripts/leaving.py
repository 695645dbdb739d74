"""Says which packets try to leave a network namespace, and whose they are.

`scripts/offline` runs this beside a command, and counts what it prints: a line for
each process and place, once, as soon as it is seen.
"""

import contextlib
import ipaddress
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

_ALL = 0x0003
"""Packets of every protocol (`ETH_P_ALL` of linux/if_ether.h)."""
_ETHERNET, _IPV4 = 14, 0x0800
_UDP, _DNS = 8, 12
"""Bytes of their headers."""
_TABLES = {6: ("tcp", "tcp6"), 17: ("udp", "udp6")}


def main(device: str) -> None:
    """Watch a device until killed."""
    seen = set()
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ALL)) as raw:
        raw.bind((device, 0))
        print("watching", flush=True)
        while True:
            frame, (_, kind, direction, *_) = raw.recvfrom(256)
            if direction != socket.PACKET_OUTGOING:
                continue
            line = _of_ipv4(frame[_ETHERNET:]) if kind == _IPV4 else f"type {kind:#x}"
            if line not in seen:
                seen.add(line)
                print(line, flush=True)


def _of_ipv4(packet: bytes) -> str:
    protocol = packet[9]
    place = str(ipaddress.IPv4Address(packet[16:20]))
    if protocol not in _TABLES:
        return f"{place}, IP protocol {protocol}"
    ports = packet[(packet[0] & 0xF) * 4 :]
    ours = int.from_bytes(ports[:2], "big")
    name = _TABLES[protocol][0]
    port = int.from_bytes(ports[2:4], "big")
    asked = f" ({_asked(ports[_UDP + _DNS :])})" if (name, port) == ("udp", 53) else ""
    return f"{name} {place}:{port}{asked} by {_owner(_TABLES[protocol], ours)}"


def _asked(labels: bytes) -> str:
    """Read the name that a question of DNS is about (RFC 1035, 4.1.2)."""
    name = []
    while labels and labels[0]:
        name.append(labels[1 : 1 + labels[0]].decode("ascii", "replace"))
        labels = labels[1 + labels[0] :]
    return ".".join(name)


def _owner(tables: tuple[str, ...], port: int) -> str:
    """Name the process that has a local port, by its command line and its test."""
    inodes = {inode for table in tables for inode in _inodes(table, port)}
    links = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if any(str(fd.readlink()) in links for fd in (process / "fd").iterdir()):
                return _described(process)
    return "a process that has ended"


def _inodes(table: str, port: int) -> Iterator[str]:
    """Read the sockets at a port from a table of proc_net_tcp(5)'s form."""
    for row in Path("/proc/net", table).read_text().splitlines()[1:]:
        fields = row.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            yield fields[9]


def _described(process: Path) -> str:
    words = (process / "cmdline").read_bytes().split(b"\0")
    told = b" ".join(words)[:200].decode(errors="replace").strip()
    for setting in (process / "environ").read_bytes().split(b"\0"):
        if setting.startswith(b"PYTEST_CURRENT_TEST="):
            told += f" in {setting.partition(b'=')[2].decode(errors='replace')}"
    return " ".join(told.split())


if __name__ == "__main__":
    main(sys.argv[1])
