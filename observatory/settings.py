"""The settings of the observatory: one table, read from `OBSERVATORY_*` variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from observatory.errors import ObservatoryError


def _setting(default: Any, help: str) -> Any:
    return field(default=default, metadata={"help": help})


@dataclass(frozen=True)
class Settings:
    """One attribute for each `OBSERVATORY_*` variable, with its default; `help` says what it is for."""

    workspace: Path = _setting(Path("~/.local/share/observatory"), "folder of the catalog")
    models: Path = _setting(Path("~/.cache/observatory/models"), "folder of downloaded models")
    host: str = _setting("127.0.0.1", "address the dashboard listens on")
    port: int = _setting(8501, "port of the dashboard")
    hosts: str = _setting("", "names beside localhost that the dashboard may be opened under, with commas; `*` for any")
    llm: str = _setting("engine", "`engine` runs a local model, `off` uses no model")
    model: str = _setting("auto", "model of the registry, or `auto`: the largest that memory and disk hold")
    llm_base_url: str = _setting("", "an OpenAI-compatible URL to use instead of the engine")
    llm_api_key: str = _setting("", "key for that URL")
    llm_model: str = _setting("", "model to ask for at that URL; empty takes the first it lists")
    llm_timeout: float = _setting(60.0, "seconds to wait for an answer of the model")
    llm_code: str = _setting(
        "auto", "whether the model writes chart code first: `always`, `never`, or `auto`: if it is large enough"
    )
    engine_threads: int = _setting(0, "threads of the engine; 0 takes one for each physical core")
    engine_context: int = _setting(8192, "tokens of context that the engine keeps")
    engine_draft: str = _setting(
        "off", "speculative decoding: `off`, `ngram` repeats what was said before, or a smaller model of the registry"
    )
    model_hub: str = _setting("", "base URL of a model hub to try before the package index, or a mirror of one")
    max_bytes: int = _setting(2_147_483_648, "largest file to import, in bytes")
    max_columns: int = _setting(2_000, "most columns of a table")
    sample_rows: int = _setting(20_000, "rows that models such as isolation forest look at")
    code_rows: int = _setting(200_000, "rows that chart code is given; of more, a fixed random sample")
    code_seconds: float = _setting(10.0, "seconds after which chart code is stopped")
    code_memory: int = _setting(768, "megabytes of memory that chart code may use")
    memory_limit: str = _setting("4GB", "memory that one open table may use in DuckDB")

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Settings from the environment; a value of the wrong kind raises ObservatoryError naming its variable.

        >>> Settings.from_env({"OBSERVATORY_PORT": "9000"}).port
        9000
        """
        values = {f.name: _read(f"OBSERVATORY_{f.name.upper()}", f.default, environ) for f in fields(cls)}
        return cls(**values)


def _read(variable: str, default: Any, environ: Mapping[str, str]) -> Any:
    text = environ.get(variable, "").strip()
    kind = type(default)
    if isinstance(default, Path):
        return Path(text or default).expanduser()
    if not text:
        return default
    try:
        return kind(text)
    except ValueError as exc:
        raise ObservatoryError(
            f"The setting {variable} is “{text}”, which is not {'a number' if kind is not str else 'text'}.",
            f"Set {variable} to a value such as {default!r}.",
        ) from exc
