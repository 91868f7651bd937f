"""Folders that appear whole or not at all, shared by several processes without a server.

A dataset is written into a hidden `.partial-<pid>-<random>` sibling that its process holds locked, synced, and then
renamed. What a killed process left behind has no lock, and the next one to open the workspace removes it.
"""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from observatory.errors import WorkspaceUnavailable

_PREFIX = ".partial-"
_GRACE_SECONDS = 60


@contextmanager
def available(folder: Path) -> Iterator[None]:
    """Turn the operating system's errors about a workspace into WorkspaceUnavailable."""
    try:
        yield
    except OSError as exc:
        if exc.errno in (errno.ENOSPC, errno.EDQUOT):
            message, hint = f"The disk that holds {folder} is full.", "Free some space; nothing was half stored."
        else:
            reason = (exc.strerror or str(exc)).lower()
            message = f"The workspace {folder} cannot be used: {reason}."
            hint = "Set OBSERVATORY_WORKSPACE to a folder that you can write to."
        raise WorkspaceUnavailable(message, hint) from exc


@contextmanager
def partial_folder(parent: Path) -> Iterator[Path]:
    """A new locked folder to build something in; what is still there at the end is removed."""
    folder = parent / f"{_PREFIX}{os.getpid()}-{secrets.token_hex(6)}"
    folder.mkdir()
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def publish(folder: Path, target: Path) -> bool:
    """Sync a folder and give it its name; False when another process was first."""
    for file in folder.iterdir():
        _sync(file)
    _sync(folder)
    try:
        folder.rename(target)
    except OSError as exc:
        if exc.errno in (errno.ENOTEMPTY, errno.EEXIST):
            return False
        raise
    _sync(target.parent)
    return True


def discard(target: Path) -> None:
    """Remove a folder at once for everyone, then its files."""
    trash = target.with_name(f"{_PREFIX}{os.getpid()}-{secrets.token_hex(6)}")
    target.rename(trash)
    shutil.rmtree(trash, ignore_errors=True)


def sweep(parent: Path) -> None:
    """Remove the partial folders whose process is gone."""
    for folder in parent.glob(f"{_PREFIX}*"):
        if _is_abandoned(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_abandoned(folder: Path) -> bool:
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_old = time.time() - os.fstat(handle).st_mtime > _GRACE_SECONDS
        return is_old or not _is_alive(folder.name.removeprefix(_PREFIX).split("-")[0])
    except OSError:
        return False
    finally:
        os.close(handle)


def _is_alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
