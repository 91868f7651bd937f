"""Namespaces: a world without files, network and other processes, made by an ordinary user."""

from __future__ import annotations

import os
import signal
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from observatory.sandbox import libc

_WORLD = libc.CLONE_NEWNET | libc.CLONE_NEWNS | libc.CLONE_NEWIPC | libc.CLONE_NEWUTS | libc.CLONE_NEWPID
_PLACE = "/tmp"  # noqa: S108 - where an empty file system is mounted, in a namespace of its own


@dataclass
class World:
    """Where the warm process lives; `reason` says why it has no namespaces of its own, "" when it has."""

    reason: str = ""
    processes: int = -1
    """A descriptor of the namespace of processes that it is in; -1 without one."""

    def settle(self) -> None:
        """Take the view of all files away; called by the warm process, when all that it needs is loaded."""
        if self.reason:
            libc.prctl(libc.PR_SET_CHILD_SUBREAPER, 1)
            return
        self.processes = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _leave_files()
        except OSError as exc:
            self.reason = f"an empty file system cannot be mounted: {exc.strerror}"

    def fresh(self) -> None:
        """Give the next fork a namespace of processes of its own: when it ends, the kernel ends all that it started."""
        if self.processes >= 0:
            libc.setns(self.processes, libc.CLONE_NEWPID)
            libc.unshare(libc.CLONE_NEWPID)

    def end_strays(self, known: Collection[int]) -> None:
        """Without namespaces: end what an ended chart has left behind."""
        if self.reason:
            for pid in children_of(os.getpid()):
                if pid not in known:
                    with suppress(ProcessLookupError, ChildProcessError):
                        os.kill(pid, signal.SIGKILL)
                        os.waitpid(pid, 0)


def leave() -> World:
    """New namespaces for this process, which must have one thread, and for its children."""
    uid, gid = os.getuid(), os.getgid()
    try:
        libc.unshare(libc.CLONE_NEWUSER | _WORLD)
        for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
            Path(f"/proc/self/{name}").write_text(text, "ascii")
    except OSError as exc:
        return World(reason=f"the system gives none to an ordinary user: {exc.strerror}")
    return World()


def _leave_files() -> None:
    """An empty root that nothing can be written to; the old one is taken away, not only hidden."""
    flags = libc.MS_NOSUID | libc.MS_NODEV | libc.MS_NOEXEC
    libc.mount("none", "/", None, libc.MS_REC | libc.MS_PRIVATE)
    libc.mount("none", _PLACE, "tmpfs", flags, "size=16k,mode=755")
    for name in ("old", "empty"):
        os.mkdir(f"{_PLACE}/{name}")
    libc.pivot_root(_PLACE, f"{_PLACE}/old")
    os.chdir("/")
    libc.umount("/old", libc.MNT_DETACH)
    libc.mount("none", "/", None, libc.MS_REMOUNT | libc.MS_RDONLY | flags)
    os.chroot("/empty")
    os.chdir("/")


def children_of(pid: int) -> list[int]:
    """The processes that a process of one thread has started and not yet awaited."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_bytes().split()]
    except OSError:
        return []
