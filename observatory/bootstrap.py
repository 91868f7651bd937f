"""The only wiring: from settings to a working Observatory, every part replaceable by a parameter."""

from __future__ import annotations

import dataclasses
import shutil
import tempfile
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from observatory.settings import Settings
from observatory.workbench import Observatory

if TYPE_CHECKING:
    from observatory.llm import LLM, Source
    from observatory.sandbox.box import Sandbox


def open(  # noqa: A001 - `observatory.open` is the name people call
    workspace: Path | str | None = None,
    llm: LLM | Literal["default"] | None = None,
    *,
    settings: Settings | None = None,
    source: Source | None = None,
    sandbox: Sandbox | None = None,
) -> Observatory:
    """Open an observatory.

    `workspace` None is private and removed at the end. `llm` None uses no model, "default" what the settings say,
    started when first needed, and a client object that client. `source` replaces the whole service behind `llm`, and
    `sandbox` what chart code runs in.

    >>> import observatory
    >>> with observatory.open() as obs:
    ...     obs.engine().state
    'off'
    """
    from observatory.store import Store
    from observatory.store.samples import samples

    settings = settings or Settings.from_env()
    private = None
    if workspace is None:
        private = tempfile.mkdtemp(prefix="observatory-")
    settings = dataclasses.replace(settings, workspace=Path(workspace or private or settings.workspace).expanduser())
    observatory = Observatory(
        Store(settings.workspace, settings),
        source or _source(llm, settings),
        sandbox or _sandbox(settings),
        settings,
        samples(),
    )
    if private is not None:
        weakref.finalize(observatory, shutil.rmtree, private, ignore_errors=True)
    return observatory


def _source(llm: LLM | Literal["default"] | None, settings: Settings) -> Source:
    from observatory.llm.source import GivenLLM, NoLLM, open_llm

    if llm is None:
        return NoLLM()
    if llm == "default":
        return open_llm(settings)
    return GivenLLM(llm)


def _sandbox(settings: Settings) -> Sandbox:
    from observatory.sandbox.box import Sandbox
    from observatory.sandbox.layers import Limits

    cpu = max(1, round(settings.code_seconds))
    return Sandbox(Limits(seconds=settings.code_seconds, cpu_seconds=cpu, memory=settings.code_memory * 2**20))
