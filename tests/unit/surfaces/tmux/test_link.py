"""Only the view that knows the key comes in by a door."""

import asyncio
import os
import socket
import stat
from collections.abc import Awaitable, Callable
from pathlib import Path

from hexai.surfaces.tmux.link import Link, admit
from hexai.surfaces.tmux.private_socket import Door
from hexai.surfaces.tmux.view_messages import Hello, Left, encode
from tests.support.patience import PATIENCE


def knock(door: Door, data: bytes) -> socket.socket:
    """Connect and say something."""
    knocking = socket.socket(socket.AF_UNIX)
    knocking.connect(door.path)
    knocking.sendall(data)
    knocking.setblocking(False)
    return knocking


def opened(tmp_path: Path, body: Callable[[Door], Awaitable[None]]) -> Door:
    """Let somebody knock at a door."""
    tmp_path.chmod(0o700)
    door = Door({"XDG_RUNTIME_DIR": str(tmp_path)})

    async def within() -> None:
        async with asyncio.timeout(PATIENCE):
            await body(door)

    try:
        asyncio.run(within())
    finally:
        door.close()
    return door


async def hear(link: Link) -> object:
    """Give what comes in by a link, and close it."""
    try:
        return await link.receive()
    finally:
        link.close()


def test_wrong_keys_are_sent_away_and_keep_nobody_waiting(tmp_path: Path) -> None:
    """The view comes in although others knocked first, said nothing or nonsense."""

    async def body(door: Door) -> None:
        others = [
            knock(door, encode(Hello(key="0" * 64))),
            knock(door, encode(Left())),
            knock(door, b"{nonsense\n"),
            knock(door, b""),
        ]
        view = knock(door, encode(Hello(key=door.key)) + encode(Left()))
        link = await admit(door)
        assert await hear(link) == Left()
        for each in (view, *others):
            each.close()

    opened(tmp_path, body)


def test_a_second_view_is_told_nothing(tmp_path: Path) -> None:
    """Whoever comes later with the right key is hung up on."""

    async def body(door: Door) -> None:
        view = knock(door, encode(Hello(key=door.key)))
        late = knock(door, encode(Hello(key=door.key)))
        link = await admit(door)
        door.close()
        heard = await asyncio.get_running_loop().sock_recv(late, 100)
        assert heard == b""
        link.close()
        view.close()
        late.close()

    opened(tmp_path, body)


def test_a_line_without_end_is_sent_away(tmp_path: Path) -> None:
    """What grows over the limit is cut off before the view comes in."""

    async def body(door: Door) -> None:
        endless = knock(door, b"")
        loop = asyncio.get_running_loop()
        view = None

        async def pour() -> None:
            try:
                while True:
                    await loop.sock_sendall(endless, b"x" * (1 << 20))
            except OSError:
                nonlocal view
                view = knock(door, encode(Hello(key=door.key)))

        async with asyncio.TaskGroup() as group:
            group.create_task(pour())
            link = await admit(door)
        link.close()
        endless.close()
        assert view is not None
        view.close()

    opened(tmp_path, body)


def test_a_door_is_private_and_leaves_nothing(tmp_path: Path) -> None:
    """Folder and key are the user's alone, and both are gone at the end."""
    modes: list[int] = []

    async def body(door: Door) -> None:
        both = (Path(door.folder), Path(door.folder) / "key")
        modes.extend(stat.S_IMODE(each.stat().st_mode) for each in both)

    before = os.umask(0)
    try:
        door = opened(tmp_path, body)
    finally:
        os.umask(before)

    assert modes == [0o700, 0o600]
    assert not Path(door.folder).exists()


def test_a_folder_that_others_may_enter_holds_no_socket(tmp_path: Path) -> None:
    """Then, and where its name is too long for a socket, it lies in /tmp."""
    open_one, long_one = tmp_path / "open", tmp_path / ("x" * 100)
    for folder, mode in ((open_one, 0o777), (long_one, 0o700)):
        folder.mkdir()
        folder.chmod(mode)
    doors = [Door({"XDG_RUNTIME_DIR": str(each)}) for each in (open_one, long_one)]
    for door in doors:
        door.close()

    assert [Path(door.folder).parent for door in doors] == [Path("/tmp")] * 2
