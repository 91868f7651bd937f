"""A chart as a Python script of its own: it reads the file as the observatory did, and saves the chart as a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from observatory.model import Dataset, FieldProfile, Profile

_READERS = {
    "json": "pd.read_json(path, dtype=False, convert_dates=False)",
    "ndjson": "pd.read_json(path, lines=True, dtype=False, convert_dates=False)",
    "parquet": "pd.read_parquet(path)",
    "xlsx": "pd.read_excel(path, dtype=object)",
}
_NUMBERS = ("INT", "DOUBLE", "FLOAT", "DECIMAL", "REAL")
_LISTED = re.compile(r"“(.+?)”(?=[,. ]|$)")
_LIMIT = "alt.data_transformers.disable_max_rows()"


def script(code: str, dataset: Dataset, profile: Profile, title: str = "") -> str:
    """The script: `pip install altair pandas` and the file beside it are all that it needs.

    `code` is chart code over `data` that runs: it leaves a chart in `chart`, or defines `plot(data)`.

    >>> from observatory.model import ImportReport
    >>> report = ImportReport("csv", "utf-8", ",", 1, 1, 0)
    >>> dataset = Dataset("a", "it's.csv", "", 1, 1, ("n",), report)
    >>> profile = Profile(1, (FieldProfile("n", "quantitative", "measure", "BIGINT", 0, 1),))
    >>> made = script("chart = alt.Chart(data).mark_bar().encode(x='n')", dataset, profile)
    >>> made.splitlines()[-1]
    "chart.save('chart.html')"
    """
    named = [f"# {' '.join(title.split())[:200]}"] if title.strip() else []
    parts = ["\n".join([*named, "# Needs: pip install altair pandas", imports(dataset)]), reading(dataset, profile)]
    return "\n\n\n".join([*parts, f"{charted(code)}\nchart.save('chart.html')\n"])


def imports(dataset: Dataset) -> str:
    """The imports, with a word on what reading the format needs besides."""
    more = {"parquet": "  # and pyarrow, for Parquet", "xlsx": "  # and openpyxl, for XLSX"}
    return f"import altair as alt\nimport pandas as pd{more.get(dataset.import_report.format, '')}"


def reading(dataset: Dataset, profile: Profile) -> str:
    """The part that reads the file: names and types are those of the profile."""
    name = dataset.name if PurePath(dataset.name).suffix else f"{dataset.name}.{_suffix(dataset)}"
    lines = [
        f"FILE = {name!r}",
        f"NAMES = {list(dataset.fields)!r}",
        "",
        "",
        "def read(path):",
        f"    data = {_reader(dataset)}",
        "    data.columns = NAMES",
        *(f"    {line}" for line in _converted(dataset, profile)),
        "    return data",
        "",
        "",
        f"{_LIMIT}",
        "data = read(FILE)",
    ]
    return "\n".join(lines)


def charted(code: str) -> str:
    """Chart code that ends with the chart in `chart`."""
    text = re.sub(r"^import (altair as alt|pandas as pd)[ \t]*\n", "", code.strip() + "\n", flags=re.MULTILINE).strip()
    has_chart = re.search(r"^chart\b.*=", text, re.MULTILINE)
    return (
        f"{text}\n\n\nchart = plot(data)" if re.search(r"^def plot\(", text, re.MULTILINE) and not has_chart else text
    )


def _suffix(dataset: Dataset) -> str:
    kind = dataset.import_report.format
    return {"ndjson": "jsonl"}.get(kind, kind if kind in _READERS else "csv")


def _reader(dataset: Dataset) -> str:
    report = dataset.import_report
    if report.format in _READERS:
        return _READERS[report.format]
    options = [f"sep={report.delimiter or ','!r}", f"encoding={report.encoding or 'utf-8'!r}"]
    return f"pd.read_csv(path, {', '.join(options)}, dtype=str, keep_default_na=False, na_values=[''])"


def _converted(dataset: Dataset, profile: Profile) -> Iterator[str]:
    """The lines that give the columns their types."""
    report = dataset.import_report
    is_text = report.format not in _READERS
    for field in profile.fields:
        name = f"data[{field.name!r}]"
        if any(field.storage.startswith(kind) or kind in field.storage for kind in _NUMBERS):
            comma = is_text and _told(report.warnings, r"^Decimal commas", field)
            cells = f"{name}.str.replace(',', '.')" if comma else name
            yield f"{name} = pd.to_numeric({cells}, errors='coerce')"
        elif field.type == "temporal" and field.storage != "TIME":
            order = _order(report.warnings, field)
            more = f", format={order!r}" if order else ", format='ISO8601'" if is_text else ""
            yield f"{name} = pd.to_datetime({name}, errors='coerce'{more})"
        elif field.storage == "BOOLEAN" and is_text:
            yield f"{name} = {name}.str.strip().str.lower().map({{'true': True, 'false': False}})"
        elif is_text:
            missing = [
                found[1]
                for warning in report.warnings
                if (found := re.match(r"“(.+?)” was read as a missing value", warning)) and _told([warning], "", field)
            ]
            if missing:
                yield f"{name} = {name}.mask({name}.str.strip().isin({missing!r}))"


def _told(warnings: tuple[str, ...] | list[str], pattern: str, field: FieldProfile) -> bool:
    """Whether a sentence of the import names a field; one that names only the first few may mean it too."""
    for warning in warnings:
        listed = re.split(r" in (?:[\d,]+ cells of )?(?=“)", warning)[-1]
        if re.search(pattern, warning) and (f"“{field.name}”" in listed or re.search(r" and [\d,]+ more\.$", listed)):
            return True
    return False


def _order(warnings: tuple[str, ...], field: FieldProfile) -> str:
    """The format of dates that were not written as ISO 8601, "" for those that were."""
    for warning in warnings:
        found = re.match(r"Dates were read in the order (\S+) in ", warning)
        if found and _told([warning], "^Dates", field):
            order = found[1]
            for word, code in (("day", "%d"), ("month", "%m"), ("year", "%Y")):
                order = order.replace(word, code)
            return order
    return ""
