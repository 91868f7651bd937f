"""The sample tables that ship with the observatory, each with its card."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from observatory.errors import UnreadableFile
from observatory.model import DataCard


@dataclass(frozen=True)
class Sample:
    """A table that ships with the observatory; `card.reference` is the `name` of another one."""

    name: str
    path: Path
    card: DataCard
    n_rows: int
    n_fields: int


def samples(folder: Path | None = None) -> tuple[Sample, ...]:
    """The sample tables of a folder by name, from `NAME.toml` beside `NAME.csv`; no folder, no samples.

    Raises UnreadableFile when a card is not well formed or its table is missing.

    >>> [sample.name for sample in samples() if sample.card.reference]
    ['titanic_passengers', 'us_forces']
    """
    return tuple(_read(card) for card in sorted((folder or samples_folder()).glob("*.toml")))


def samples_folder() -> Path:
    """The `datasets` folder beside the package."""
    return Path(__file__).resolve().parents[2] / "datasets"


def _read(card: Path) -> Sample:
    table = card.with_suffix(".csv")
    if not table.is_file():
        raise UnreadableFile(f"The card {card.name} has no table.", f"Add {table.name} beside it.")
    data = _parse(card)
    fields = data["fields"]
    return Sample(card.stem, table, DataCard.from_dict(data), n_rows=data["rows"], n_fields=len(fields))


def card_beside(table: Path) -> DataCard | None:
    """The card in `NAME.toml` beside a table `NAME.…`, None without one; it needs a title, all else may be left out.

    A `reference` that names a file beside the card is given with its path. UnreadableFile when it is not TOML.
    """
    path = table.with_suffix(".toml")
    if path == table or not path.is_file():
        return None
    data = _toml(path)
    if not isinstance(data.get("title"), str):
        return None
    card = DataCard.from_dict(data)
    beside = table.parent / str(card.reference)
    return replace(card, reference=str(beside.resolve())) if card.reference and beside.is_file() else card


def _toml(card: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(card.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise UnreadableFile(f"The card {card.name} is not well-formed TOML.", f"Correct this: {exc}.") from exc


def _parse(card: Path) -> dict[str, Any]:
    needed = {"title": str, "rows": int, "fields": dict}
    data = _toml(card)
    for key, kind in needed.items():
        if not isinstance(data.get(key), kind):
            raise UnreadableFile(f"The card {card.name} has no {key}.", "datasets/README.md shows what a card holds.")
    return data
