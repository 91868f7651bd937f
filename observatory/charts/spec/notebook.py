"""A chart as a Jupyter notebook: the question, the code in cells, and what must be known of it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

from observatory.charts.spec.script import charted, imports, reading
from observatory.model import Dataset, Profile
from observatory.quoting import markdown


def notebook(
    code: str,
    dataset: Dataset,
    profile: Profile,
    *,
    question: str = "",
    facts: Sequence[str] = (),
    caveats: Sequence[str] = (),
) -> dict[str, Any]:
    """The notebook as JSON of nbformat 4.5, without outputs; the file of the data set lies beside it.

    >>> from observatory.model import FieldProfile, ImportReport
    >>> dataset = Dataset("a", "a.csv", "", 1, 1, ("n",), ImportReport("csv", "utf-8", ",", 1, 1, 0))
    >>> profile = Profile(1, (FieldProfile("n", "quantitative", "measure", "BIGINT", 0, 1),))
    >>> made = notebook("chart = alt.Chart(data).mark_bar().encode(x='n')", dataset, profile, question="How many?")
    >>> [cell["cell_type"] for cell in made["cells"]], made["nbformat"], made["nbformat_minor"]
    (['markdown', 'code', 'code', 'code'], 4, 5)
    """
    lines = [f"# {markdown(question or dataset.title)}", f"Data: {markdown(dataset.name)}, {dataset.n_rows:,} rows."]
    cells = [_cell("markdown", "\n\n".join([*lines, *map(markdown, facts)]))]
    cells += [_cell("code", text) for text in (imports(dataset), reading(dataset, profile), f"{charted(code)}\nchart")]
    if caveats:
        cells.append(_cell("markdown", "\n".join(["**To keep in mind**", "", *(f"- {markdown(c)}" for c in caveats)])))
    for number, cell in enumerate(cells):
        cell["id"] = hashlib.sha256(f"{number}{cell['source']}".encode()).hexdigest()[:12]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind: str, text: str) -> dict[str, Any]:
    cell: dict[str, Any] = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
    return cell | ({"execution_count": None, "outputs": []} if kind == "code" else {})
