"""Any names and any cells, written as CSV or JSON, come back as they were."""

import csv
import io
import json
import tempfile
from pathlib import Path

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from observatory.settings import Settings
from observatory.store import Store
from observatory.store.delimited import count_records
from observatory.store.names import unique_names
from observatory.store.records import read_rows

LETTER = st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t\r\"',;|\\")
TEXT = st.text(LETTER, max_size=12)
NAME = TEXT.filter(lambda name: name.strip() and name.lower() != "rowid")


def is_text(noise: bytes) -> bool:
    """Whether noise has so few control bytes that a file of it is no program and no picture."""
    return sum(byte < 32 for byte in noise) <= 8 and not noise.startswith((b"DUCK", b"WEBP"))


def ingested(content: bytes):
    """The dataset and its rows, through a store of its own."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t"
        path.write_bytes(content)
        store = Store(Path(folder) / "w", Settings())
        dataset = store.ingest(path)
        frame = store.table(dataset.id).query("SELECT * FROM t ORDER BY rowid")
        store.close()
        cells = [[None if pd.isna(cell) else cell for cell in row] for row in frame.itertuples(index=False, name=None)]
        return dataset, cells


@settings(max_examples=8, deadline=None)
@given(
    st.lists(NAME, min_size=2, max_size=4, unique_by=str.lower),
    st.lists(st.lists(TEXT, min_size=4, max_size=4), min_size=1, max_size=5),
)
def test_csv(names, cells):
    table = [[f"x{cell}y" for cell in row[: len(names)]] for row in cells]
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([names, *table])
    dataset, back = ingested(out.getvalue().encode())
    assert list(dataset.fields) == names
    assert back == table
    assert dataset.import_report.rejected == 0


@settings(max_examples=8, deadline=None)
@given(st.lists(NAME, min_size=1, max_size=4, unique_by=str.lower), st.lists(TEXT, min_size=1, max_size=5))
def test_json_text(names, cells):
    records = [dict.fromkeys(names, "x" + cell) for cell in cells]
    dataset, back = ingested(json.dumps(records).encode())
    assert list(dataset.fields) == names
    assert back == [["x" + cell] * len(names) for cell in cells]


@settings(max_examples=8, deadline=None)
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1, max_size=8).filter(
        lambda ns: any(n is not None for n in ns)
    )
)
def test_whole_numbers(numbers):
    text = "k,n\n" + "".join(f"x,{'' if n is None else n}\n" for n in numbers)
    assert [row[1] for row in ingested(text.encode())[1]] == numbers


@settings(max_examples=8, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8))
def test_floats(numbers):
    text = "k,n\n" + "".join(f"x,{n!r}\n" for n in numbers)
    assert [float(row[1]) for row in ingested(text.encode())[1]] == numbers


@settings(max_examples=12, deadline=None)
@given(st.binary(max_size=60).filter(is_text).map(lambda noise: b"a,b\n1,x\n" + noise + b"\n2,y\n"))
def test_any_noise_is_accounted_for(content):
    dataset, back = ingested(content)
    report = dataset.import_report
    assert report.physical == report.stored + report.rejected
    assert len(back) == report.stored


@settings(max_examples=80, deadline=None)
@given(st.lists(st.sampled_from(["a", ",", '"', '""', "\n", "\r\n", "b,c"]), max_size=25).map("".join))
def test_exact_reader_loses_no_line(text):
    lines = text.splitlines(keepends=True)
    rows = list(read_rows(lines, ","))
    covered = [number for row in rows for number in range(row.line, row.line + row.n_lines)]
    filled = [number for number, line in enumerate(lines, 1) if line.strip("\r\n")]
    assert set(filled) <= set(covered)
    assert len(covered) == len(set(covered))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(TEXT.map(lambda cell: "x" + cell), min_size=2, max_size=3), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
)
def test_parity_counts_the_records_that_were_written(cells, newline):
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=newline).writerows(
        [[cell.replace("\r", "").replace("\n", newline) for cell in row] for row in cells]
    )
    with tempfile.NamedTemporaryFile() as file:
        file.write(out.getvalue().encode())
        file.flush()
        assert count_records(Path(file.name), 0) == len(cells)


@given(st.lists(st.sampled_from(["", " ", "a", "A", "a (2)", "rowid", "ROWID", "é", "É"]), max_size=12))
def test_unique_names_differ_without_case_and_keep_the_first(raw):
    names, warnings = unique_names(raw)
    assert len({name.lower() if name.isascii() else name for name in names}) == len(raw)
    assert bool(warnings) or names == raw
