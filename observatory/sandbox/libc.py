"""The system calls that Python has no name for, through the C library; each raises OSError when it fails."""

from __future__ import annotations

import ctypes
import os
import platform

CLONE_NEWNS, CLONE_NEWUTS, CLONE_NEWIPC = 0x00020000, 0x04000000, 0x08000000
CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = 0x10000000, 0x20000000, 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC, MS_REMOUNT = 1, 2, 4, 8, 32
MS_REC, MS_PRIVATE = 16384, 1 << 18
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_CHILD_SUBREAPER = 1, 4, 36
PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS = 38, 39
MACHINE = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
NUMBERS = {
    "x86_64": {"capset": 126, "pivot_root": 155, "seccomp": 317, "close_range": 436, "landlock_create_ruleset": 444},
    "aarch64": {"capset": 91, "pivot_root": 41, "seccomp": 277, "close_range": 436, "landlock_create_ruleset": 444},
}
LANDLOCK_RESTRICT_SELF = 446

_libc = ctypes.CDLL(None, use_errno=True)


def syscall(number: int, *arguments: int | bytes | ctypes.Array[ctypes.c_char] | None) -> int:
    """What a system call returns; numbers are passed as 64 bits, bytes as their address."""
    passed = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    return _checked(_libc.syscall(ctypes.c_long(number), *passed))


def number_of(name: str) -> int:
    """The number of a system call on this machine; OSError where it is not known."""
    try:
        return NUMBERS[MACHINE][name]
    except KeyError as exc:
        raise OSError(f"no number of {name} for {MACHINE} is known") from exc


def unshare(flags: int) -> None:
    """Leave the namespaces of these kinds for new ones; those of processes hold for children to come."""
    _checked(_libc.unshare(flags))


def setns(fd: int, kind: int) -> None:
    """Enter the namespace that a descriptor stands for."""
    _checked(_libc.setns(fd, kind))


def mount(source: str, target: str, kind: str | None, flags: int, data: str = "") -> None:
    """Mount a file system, or change how one is mounted."""
    encoded = None if kind is None else kind.encode()
    _checked(_libc.mount(source.encode(), target.encode(), encoded, ctypes.c_ulong(flags), data.encode()))


def pivot_root(new: str, old: str) -> None:
    """Make `new` the root of this mount namespace and put the old one at `old`."""
    syscall(number_of("pivot_root"), new.encode(), old.encode())


def umount(target: str, flags: int) -> None:
    """Take a file system away."""
    _checked(_libc.umount2(target.encode(), flags))


def prctl(option: int, value: int = 0) -> int:
    """Change or ask something about this process."""
    return _checked(_libc.prctl(option, *(ctypes.c_ulong(v) for v in (value, 0, 0, 0))))


def drop_capabilities() -> None:
    """Give up all capabilities for good."""
    header = (0x20080522).to_bytes(4, "little") + bytes(4)
    syscall(number_of("capset"), header, bytes(24))


def close_all_but(kept: frozenset[int]) -> None:
    """Close all descriptors but these."""
    first = 0
    for fd in [*sorted(kept), 1 << 31]:
        if fd > first:
            _close_range(first, fd - 1)
        first = fd + 1


def _close_range(first: int, last: int) -> None:
    try:
        syscall(number_of("close_range"), first, last, 0)
    except OSError:
        os.closerange(first, min(last + 1, os.sysconf("SC_OPEN_MAX")))


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return result
