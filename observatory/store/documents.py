"""JSON into staging: an array of records, an object that holds one, columns of equal length, or one record a line."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from observatory.errors import EmptyTable, TableTooLarge, UnreadableFile
from observatory.store.decode import Text
from observatory.store.dialect import is_header
from observatory.store.names import unique_names
from observatory.store.staging import Intake, Staging

MAX_DOCUMENT = 500_000_000
_HINT = 'Save it as an array of records, such as [{"city": "Bern", "people": 134000}].'
_Record = tuple[int, Any, str]
"""A line or position (1-based), the value there, and its text when it is no record."""


def read_lines(text: Text, staging: Staging, max_columns: int) -> Intake:
    """Stage NDJSON; a line that is not a record is rejected."""
    intake = Intake([], "ndjson", text.encoding, warnings=list(text.warnings))
    return _stage(lambda: _lines(text.path), staging, intake, max_columns)


def read_document(text: Text, staging: Staging, max_columns: int) -> Intake:
    """Stage one JSON document; what is not a record in its array is rejected by its position."""
    intake = Intake([], "json", text.encoding, warnings=list(text.warnings))
    if text.path.stat().st_size > MAX_DOCUMENT:
        raise TableTooLarge(
            f"The JSON document is larger than {MAX_DOCUMENT:,} bytes.", "Save it with one record a line (NDJSON)."
        )
    try:
        document = json.loads(text.path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as exc:
        raise UnreadableFile(
            f"The JSON is damaged at line {exc.lineno}, column {exc.colno}: {exc.msg}.", "Repair or save it again."
        ) from exc
    except RecursionError as exc:
        raise UnreadableFile("The JSON is nested too deeply to be a table.", _HINT) from exc
    items = _items(document, intake)
    return _stage(lambda: _positions(items), staging, intake, max_columns)


def _lines(path: Path) -> Iterator[_Record]:
    with path.open(encoding="utf-8", newline="\n") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                try:
                    yield number, json.loads(line), line.rstrip("\r\n")
                except (json.JSONDecodeError, RecursionError):
                    yield number, None, line.rstrip("\r\n")


def _positions(items: Iterable[Any]) -> Iterator[_Record]:
    for position, item in enumerate(items, 1):
        yield position, item, "" if isinstance(item, Mapping) else _json(item)


def _items(document: Any, intake: Intake) -> list[Any]:
    """The records of a document, wherever it keeps them."""
    if isinstance(document, list):
        return _from_rows(document, intake)
    if isinstance(document, Mapping):
        lists = {key: value for key, value in document.items() if isinstance(value, list) and value}
        of_records = [key for key, value in lists.items() if isinstance(value[0], Mapping)]
        if len(of_records) == 1:
            others = [key for key in document if key != of_records[0]]
            if others:
                named = ", ".join(f"“{key}”" for key in others[:5])
                intake.warnings.append(
                    f"The table is under “{of_records[0]}”; what is beside it was left out: {named}."
                )
            return lists[of_records[0]]
        if lists and len(lists) == len(document) and len({len(value) for value in lists.values()}) == 1:
            return [dict(zip(lists, cells)) for cells in zip(*lists.values())]
        if not lists and document:
            return [document]
    raise UnreadableFile("The JSON holds no table: no array of records was found in it.", _HINT)


def _from_rows(items: list[Any], intake: Intake) -> list[Any]:
    """Arrays of cells as records, named by the first of them when it is a header."""
    if not items or not all(isinstance(item, list) for item in items):
        return items
    texts = [[str(cell) for cell in item] for item in items[:100]]
    if all(isinstance(cell, str) for cell in items[0]) and is_header(texts[0], texts[1:]):
        names, said = unique_names(items[0])
        intake.warnings += said
        items = items[1:]
    else:
        names = []
    width = max(map(len, items), default=0)
    names += [f"column {i}" for i in range(len(names) + 1, width + 1)]
    return [dict(zip_longest(names, item)) for item in items]


def _stage(records: Callable[[], Iterator[_Record]], staging: Staging, intake: Intake, max_columns: int) -> Intake:
    has_text: dict[str, bool] = {}
    has_other: set[str] = set()
    nested: set[str] = set()
    for line, record, raw in records():
        if not isinstance(record, Mapping):
            intake.reject(line, "not a JSON object", raw)
            continue
        for key, value in record.items():
            is_text = isinstance(value, (str, list, dict))
            has_text[key] = has_text.get(key, False) or is_text
            if not is_text and value is not None:
                has_other.add(key)
            if isinstance(value, (list, dict)):
                nested.add(key)
    if not has_text:
        raise EmptyTable("The JSON has no records with fields.", _HINT)
    intake.names, said = unique_names(list(has_text))
    intake.check_width(max_columns)
    intake.kinds = ["text" if is_text else "cell" for is_text in has_text.values()]
    intake.warnings += said
    _tell("Nested values are kept as JSON text in", nested, intake)
    _tell(
        "Text and other values are mixed, and kept as text, in", {k for k in has_other if has_text[k]} - nested, intake
    )
    keys = list(has_text)
    rows = ([_cell(record.get(key)) for key in keys] for _, record, _ in records() if isinstance(record, Mapping))
    intake.physical += staging.load_rows(rows, len(keys))
    return intake


def _tell(sentence: str, keys: Iterable[str], intake: Intake) -> None:
    named = [f"“{key}”" for key in sorted(keys)]
    if named:
        more = f" and {len(named) - 5:,} more" if len(named) > 5 else ""
        intake.warnings.append(f"{sentence} {', '.join(named[:5])}{more}.")


def _cell(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, dict)):
        return _json(value)
    text = value if isinstance(value, str) else repr(value)
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace").decode()
