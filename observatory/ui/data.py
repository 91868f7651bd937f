"""The front door and the fields: drop zone, cards of data sets, what happened at import, what is in each field."""

from __future__ import annotations

import tempfile
import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from observatory.model import Dataset, FieldProfile, Profile
from observatory.quoting import markdown
from observatory.report import words
from observatory.ui.session import observatory, open_dataset, privacy

if TYPE_CHECKING:
    from observatory.store.samples import Sample


def drop_zone() -> None:
    """Take a file, store it, and go to its overview; a file that cannot be read leaves nothing behind."""
    dropped = st.file_uploader("Drop a CSV, TSV, JSON, NDJSON, Parquet or Excel file here, or browse", key="drop")
    st.caption(f":material/lock: {markdown(privacy(observatory().settings))}")
    if dropped is None:
        return
    with st.spinner(f"Reading {markdown(dropped.name)} …", show_time=True):
        dataset = _store(dropped.name, dropped.getbuffer())
    open_dataset(dataset)


def _store(name: str, content: memoryview) -> Dataset:
    with tempfile.TemporaryDirectory(prefix="observatory-drop-") as folder:
        path = Path(folder) / "dropped"
        path.write_bytes(content)
        return observatory().ingest(path, Path(name).stem)


def sample_card(sample: Sample) -> None:
    """A sample data set: what it is, how large, what is known to be biased in it, and a button that opens it."""
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        with st.container(gap="xsmall"):
            st.markdown(f"**{markdown(sample.card.title)}**")
            st.caption(f"{words.count(sample.n_rows, 'row')} · {words.count(sample.n_fields, 'field')}")
            st.markdown(markdown(_cut(sample.card.description)))
            if sample.card.known_bias:
                st.caption(f"◐ {markdown(_cut(sample.card.known_bias))}")
        if st.button("Open", key=f"catalog_sample_{sample.name}", help=f"Open {sample.card.title}"):
            open_dataset(observatory().dataset(sample.name))


def _cut(text: str, length: int = 130) -> str:
    head, dot, _ = " ".join(text.split()).partition(". ")
    return textwrap.shorten(head + dot.strip(), length, placeholder=" …")


def dataset_card(dataset: Dataset) -> None:
    """A data set of the catalog, with buttons to open and to remove it."""
    with st.container(border=True, height="stretch", vertical_alignment="distribute"):
        st.markdown(f"**{markdown(dataset.title)}**")
        rows, fields = words.count(dataset.n_rows, "row"), words.count(dataset.n_columns, "field")
        st.caption(f"{rows} · {fields} · {dataset.import_report.format.upper()}")
        with st.container(horizontal=True):
            if st.button("Open", key=f"catalog_open_{dataset.id}", help=f"Open {dataset.title}"):
                open_dataset(dataset)
            if st.button("Remove", key=f"catalog_forget_{dataset.id}", type="tertiary", help=f"Remove {dataset.title}"):
                observatory().forget(dataset)
                st.rerun()


def import_report(dataset: Dataset) -> None:
    """What happened to every record of the file, in one line, and the rejected ones behind a click."""
    done = dataset.import_report
    lost = f", **{done.rejected:,} could not be read**" if done.rejected else ""
    with st.expander(
        f"{words.count(done.physical, 'record')} in the {done.format.upper()} file, {done.stored:,} stored{lost}"
    ):
        reading = " · ".join(part for part in (done.encoding, _delimiter(done.delimiter)) if part)
        st.markdown(f"Read as {markdown(done.format.upper())} {markdown(reading)} in {done.seconds:.1f} s.")
        for warning in done.warnings:
            st.markdown(f"- {markdown(warning)}")
        if done.rejects:
            rejects = pd.DataFrame([reject.to_dict() for reject in done.rejects])
            st.dataframe(rejects, hide_index=True, alt="Records that could not be stored, and why")


def _delimiter(delimiter: str | None) -> str:
    names = {",": "commas", "\t": "tabs", ";": "semicolons", "|": "bars"}
    return "" if delimiter is None else f"separated by {names.get(delimiter, delimiter)}"


def field_table(profile: Profile) -> None:
    """Every field in a line: what it is, what is missing, its values and their distribution."""
    rows = [_field_row(field, profile.n_rows) for field in profile.fields]
    column = st.column_config
    st.dataframe(
        pd.DataFrame(rows),
        hide_index=True,
        row_height=44,
        height=min(44 * (len(rows) + 1) + 4, 620),
        column_config={
            "field": column.TextColumn("Field", pinned=True),
            "what": column.TextColumn("What it is"),
            "missing": column.ProgressColumn("Missing", min_value=0.0, max_value=1.0, format="percent"),
            "distinct": column.NumberColumn("Distinct", format="localized"),
            "distribution": column.BarChartColumn("Distribution", y_min=0, color="#0f766e"),
            "values": column.TextColumn("Values", width="medium"),
        },
        alt="Every field with its type, missing share, number of distinct values and distribution",
    )


def _field_row(field: FieldProfile, n_rows: int) -> dict[str, Any]:
    return {
        "field": field.name,
        "what": _what(field),
        "missing": field.missing / n_rows if n_rows else 0.0,
        "distinct": field.distinct,
        "distribution": _heights(field),
        "values": words.extent(field),
    }


def _what(field: FieldProfile) -> str:
    if field.role == "time":
        return "time"
    return field.type if field.role == "measure" else f"{field.type} {field.role}"


def _heights(field: FieldProfile) -> Sequence[int]:
    return [bar.n for bar in field.histogram] or [top.n for top in field.top]
