"""What Linux has for rooms of processes, as Python 3.11 lacks it; each raises OSError.

The numbers of the newer calls are the same on all machines.
"""

import ctypes
import os
import struct

NEW_USER, NEW_MOUNTS, NEW_PIDS = 0x10000000, 0x00020000, 0x20000000
NEW_NETWORK, NEW_IPC, NEW_NAMES = 0x40000000, 0x08000000, 0x04000000

NO_SUID, NO_DEVICES, NO_EXEC, READ_ONLY = 0x2, 0x4, 0x8, 0x1
_RECURSIVE, _PRIVATE = 0x4000, 0x40000

_OPEN_TREE, _MOVE_MOUNT, _MOUNT_SETATTR = 428, 429, 442
_HERE = -100
"""The working directory, for calls that take a folder and a path."""
_CLONE, _CLOSE_ON_EXEC, _ALL_BELOW = 0x1, 0o2000000, 0x8000
_FROM_DESCRIPTOR = 0x4

_DEATH_SIGNAL, _DUMPABLE, _DROP_CAPABILITY, _NO_NEW_PRIVILEGES = 1, 4, 24, 38
_CAPABILITIES = 64
_KILL = 9

_libc = ctypes.CDLL(None, use_errno=True)


def _checked(result: int, path: str = "") -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), path or None)
    return result


def _call(number: int, *arguments: object) -> int:
    result: int = _libc.syscall(ctypes.c_long(number), *arguments)
    return result


def unshare(flags: int) -> None:
    """Leave what this process shares with others."""
    _checked(_libc.unshare(flags))


def be_oneself(user: int, group: int) -> None:
    """Have the same ids within a new user namespace as outside, and no others."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{user} {user} 1"),
        ("gid_map", f"{group} {group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:  # noqa: PTH123 - no path of ours
            file.write(text)


def mount(
    kind: str, target: str, *, flags: int = NO_SUID | NO_DEVICES, options: str = ""
) -> None:
    """Mount a file system of a kind that has no device."""
    texts = (kind.encode(), os.fsencode(target), kind.encode())
    _checked(_libc.mount(*texts, ctypes.c_ulong(flags), options.encode()), target)


def make_private() -> None:
    """Let no mount get out of here."""
    flags = ctypes.c_ulong(_RECURSIVE | _PRIVATE)
    _checked(_libc.mount(None, b"/", None, flags, None))


def make_read_only(path: str) -> None:
    """Let nothing be written to all that is mounted now at a folder and below it."""
    attributes = struct.pack("4Q", READ_ONLY | NO_SUID, 0, 0, 0)
    size = ctypes.c_size_t(len(attributes))
    where, below = ctypes.c_int(_HERE), ctypes.c_uint(_ALL_BELOW)
    told = where, os.fsencode(path), below
    _checked(_call(_MOUNT_SETATTR, *told, attributes, size), path)


def open_tree(path: str) -> int:
    """Hold on to a file or a folder, to be put elsewhere; gives a descriptor."""
    flags = ctypes.c_uint(_CLONE | _CLOSE_ON_EXEC | _ALL_BELOW)
    where = ctypes.c_int(_HERE)
    return _checked(_call(_OPEN_TREE, where, os.fsencode(path), flags), path)


def put(tree: int, path: str) -> None:
    """Mount what is held over a file or a folder, and let go of it."""
    flags = ctypes.c_uint(_FROM_DESCRIPTOR)
    where = ctypes.c_int(_HERE)
    try:
        _checked(
            _call(
                *(_MOVE_MOUNT, ctypes.c_int(tree), b""),
                *(where, os.fsencode(path), flags),
            ),
            path,
        )
    finally:
        os.close(tree)


def _prctl(option: int, value: int) -> None:
    arguments = (ctypes.c_ulong(each) for each in (value, 0, 0, 0))
    _checked(_libc.prctl(option, *arguments))


def die_with_parent() -> None:
    """Be killed when the thread ends that made this process."""
    _prctl(_DEATH_SIGNAL, _KILL)


def be_closed() -> None:
    """Let no process of the same user look into this one, or change it."""
    _prctl(_DUMPABLE, 0)


def give_up_privileges() -> None:
    """Keep no power over this room, whatever is run next."""
    _prctl(_NO_NEW_PRIVILEGES, 1)
    for number in range(_CAPABILITIES):
        try:
            _prctl(_DROP_CAPABILITY, number)
        except OSError:  # there are no more
            break
