"""Awkward files: what is in them comes back as it was, or the report says what happened to it."""

import gzip
import json
import zipfile

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from observatory.errors import EmptyTable, TableTooLarge, UnreadableFile


def rows(store, dataset):
    """All rows as tuples, None for what is missing."""
    frame = store.table(dataset.id).query("SELECT * FROM t ORDER BY rowid")
    return [tuple(None if pd.isna(cell) else cell for cell in row) for row in frame.itertuples(index=False, name=None)]


def storage(store, dataset):
    """The DuckDB types of the columns."""
    return list(store.table(dataset.id).query("DESCRIBE t")["column_type"])


READABLE = {
    "plain": ("a,b\n1,x\n2,y\n", [(1, "x"), (2, "y")]),
    "tabs": ("a\tb\n1\tx, y\n", [(1, "x, y")]),
    "semicolons": ("a;b\n1;x\n", [(1, "x")]),
    "pipes": ("a|b\n1|x\n", [(1, "x")]),
    "excel sep line": ("sep=;\na;b\n1;x\n", [(1, "x")]),
    "no newline at the end": ("a,b\n1,x", [(1, "x")]),
    "blank lines": ("a,b\n1,x\n\n2,y\n\n\n", [(1, "x"), (2, "y")]),
    "windows newlines": ("a,b\r\n1,x\r\n2,y\r\n", [(1, "x"), (2, "y")]),
    "old mac newlines": ("a,b\r1,x\r2,y\r", [(1, "x"), (2, "y")]),
    "mixed newlines": ("a,b\r\n1,x\n2,y\r3,z\n", [(1, "x"), (2, "y"), (3, "z")]),
    "quoted newline": ('a,b\n1,"x\ny"\n2,z\n', [(1, "x\ny"), (2, "z")]),
    "quoted newline in a header": ('"a\nb",c\n1,2\n', [(1, 2)]),
    "quoted quotes": ('a,b\n1,"say ""hi"""\n', [(1, 'say "hi"')]),
    "inch marks": ('a,b\n1,5" pipe\n2,6" pipe\n', [(1, '5" pipe'), (2, '6" pipe')]),
    "long line": ("a,b\n1," + "x" * 3_000_000 + "\n", [(1, "x" * 3_000_000)]),
    "byte order mark": (b"\xef\xbb\xbfa,b\n1,x\n", [(1, "x")]),
    "leading zeros": ("zip,n\n01234,1\n99999,2\n", [("01234", 1), ("99999", 2)]),
    "large ids": ("id,n\n9007199254740993,1\n9007199254740992,2\n", [(2**53 + 1, 1), (2**53, 2)]),
    "huge ids stay text": (
        "id,n\n123456789012345678901234567890,1\n5,2\n",
        [("123456789012345678901234567890", 1), ("5", 2)],
    ),
    "late text": ("n\n" + "1\n" * 25_000 + "x1\n", [*[("1",)] * 25_000, ("x1",)]),
    "ids and fractions": ("v\n9007199254740993\n0.5\n", [("9007199254740993",), ("0.5",)]),
    "booleans": ("a,b\ntrue,1\nFalse,2\n", [(True, 1), (False, 2)]),
    "decimal commas": ("a;b\n3,14;x\n-2,5;y\n", [(3.14, "x"), (-2.5, "y")]),
    "decimal commas in part": ("a;b\n3,14;x\n2.5;y\n", [("3,14", "x"), ("2.5", "y")]),
    "thousands stay text": ('a,b\n"1,234",x\n"2,500",y\n', [("1,234", "x"), ("2,500", "y")]),
    "scientific": ("a\n1e3\n-2.5E-2\n", [(1000.0,), (-0.025,)]),
    "overflowing number": ("a\n1e999\n1\n", [("1e999",), ("1",)]),
    "infinity": ("a\ninf\n-1.5\n", [(float("inf"),), (-1.5,)]),
    "one row": ("a,b\n1,x\n", [(1, "x")]),
    "one column": ("a\n1\n2\n", [(1,), (2,)]),
    "one column with a gap": ("a\n1\n\n3\n\n", [(1,), (None,), (3,)]),
    "one column of text with commas": ("name\nSmith\nLee, Ann\nKim\n", [("Smith",), ("Lee, Ann",), ("Kim",)]),
    "all null column": ("a,b\n,1\n,2\n", [(None, 1), (None, 2)]),
    "only markers": ("a,b\nNA,1\nNA,2\n", [("NA", 1), ("NA", 2)]),
    "constant column": ("a,b\n7,1\n7,2\n", [(7, 1), (7, 2)]),
    "no header": ("1,2\n3,4\n", [(1, 2), (3, 4)]),
    "years as header": ("country,1990,1991\nFrance,1.5,2.5\n", [("France", 1.5, 2.5)]),
    "row names of R": ('"a","b"\n"1",5,"x"\n"2",6,"y"\n', [(1, 5, "x"), (2, 6, "y")]),
    "padded cells": ("a, b\n1, 2\n3, 4\n", [(1, 2), (3, 4)]),
    "header like a program": ("MZ,b\n1,x\n", [(1, "x")]),
    "cell like a database": ("a,b\n1,x\nDUCK,y\n", [("1", "x"), ("DUCK", "y")]),
    "NUL": (b"a,b\n1,x\x00y\n", [(1, "xy")]),
}


@pytest.mark.parametrize("case", READABLE)
def test_every_cell_comes_back(case, ingest, store):
    content, expected = READABLE[case]
    dataset = ingest(content)
    assert rows(store, dataset) == expected
    assert dataset.import_report.rejected == 0


ENCODED = {
    "utf-16": "name,city\nJosé,Málaga\nMüller,Köln\n",
    "utf-16-le": "name,city\nJosé,Málaga\nMüller,Köln\n",
    "cp1252": "name,city\nJosé,Málaga\nMüller,Köln – „Süd“\n",
    "gb18030": "姓名,城市\n张伟,北京\n王芳,上海\n",
    "big5": "姓名,城市\n張偉,臺北\n王芳,高雄\n",
    "shift_jis": "名前,都市\n田中,東京\nさくら,大阪\n",
    "euc_kr": "이름,도시\n김철수,서울\n이영희,부산\n",
}


@pytest.mark.parametrize("encoding", ENCODED)
def test_encoding_is_told_and_no_row_is_lost(encoding, ingest, store):
    text = ENCODED[encoding]
    dataset = ingest(text.encode(encoding))
    assert rows(store, dataset) == [tuple(line.split(",")) for line in text.split()[1:]] or encoding == "cp1252"
    assert list(dataset.fields) == text.split("\n")[0].split(",")
    assert dataset.import_report.encoding == encoding
    assert dataset.n_rows == 2


def test_lone_western_letters_are_not_taken_for_japanese(ingest, store):
    assert rows(store, ingest("item,price\ntea,£5\n".encode("cp1252"))) == [("tea", "£5")]


def test_one_bad_byte_does_not_spoil_utf8(ingest, store):
    content = "name,n\nJosé,1\nZoë,2\n".encode() + "Müller,3\n".encode("cp1252")
    dataset = ingest(content)
    assert rows(store, dataset) == [("José", 1), ("Zoë", 2), ("Müller", 3)]
    assert any("1 bytes are not UTF-8" in warning for warning in dataset.import_report.warnings)


def test_ragged_rows_are_padded_or_rejected_and_told(ingest, store):
    dataset = ingest("a,b,c\n1,2,3\n4,5\n6,7,8,9\nfootnote\n1,2,3\n")
    report = dataset.import_report
    assert rows(store, dataset) == [(1, 2, 3), (4, 5, None), (1, 2, 3)]
    assert [(r.line, r.raw) for r in report.rejects] == [(4, "6,7,8,9"), (5, "footnote")]
    assert (report.physical, report.stored, report.rejected) == (5, 3, 2)
    assert any("1 rows were short" in warning for warning in report.warnings)


def test_open_quote_spoils_one_line_only(ingest, store):
    dataset = ingest('a,b\n1,x\n"open,2\n3,y\n4,"z"\n')
    assert rows(store, dataset) == [(1, "x"), (3, "y"), (4, "z")]
    assert [(r.line, r.raw) for r in dataset.import_report.rejects] == [(3, '"open,2')]


def test_text_after_a_quote_is_rejected_with_its_line(ingest):
    report = ingest('a,b\n"x"y,2\n3,4\n').import_report
    assert [(r.line, r.reason) for r in report.rejects] == [(2, "text follows a closing quotation mark")]


def test_title_above_the_header_is_told(ingest, store):
    dataset = ingest("Report of 2020\n\na,b,c\n1,2,3\n4,5,6\n")
    assert dataset.fields == ("a", "b", "c")
    assert [r.raw for r in dataset.import_report.rejects] == ["Report of 2020"]
    assert rows(store, dataset) == [(1, 2, 3), (4, 5, 6)]


def test_markers_are_missing_in_numbers_and_then_in_text_but_not_among_codes(ingest, store):
    dataset = ingest("n,sex,country\n1,m,NA\nNA,NA,DE\n3,f,FR\n")
    assert rows(store, dataset) == [(1, "m", "NA"), (None, None, "DE"), (3, "f", "FR")]
    told = " ".join(dataset.import_report.warnings)
    assert "“NA” was read as a missing value in 2 cells of “n”, “sex”" in told
    assert "“NA” was kept as text in “country”" in told


def test_na_alone_in_text_is_kept_and_null_is_not(ingest, store):
    dataset = ingest("a,b\nNA,NULL\nBern,x\nRome,y\n")
    assert rows(store, dataset) == [("NA", None), ("Bern", "x"), ("Rome", "y")]


def test_near_numbers_stay_text_and_the_culprit_is_named(ingest, store):
    dataset = ingest("n\n" + "\n".join(map(str, range(100))) + "\n12 (est.)\n")
    assert storage(store, dataset) == ["VARCHAR"]
    assert any("12 (est.)" in warning for warning in dataset.import_report.warnings)


def test_times(ingest, store):
    dataset = ingest(
        "day,at,instant,slash,both\n"
        "2020-02-29,2020-01-01 10:00:00.25,2020-01-01T10:00:00+02:00,31/12/2020,01/02/2020\n"
        "1500-01-01,2020-01-01 11:00,2020-01-01T10:00:00Z,01/12/2020,03/04/2020\n"
    )
    assert storage(store, dataset) == ["DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "DATE", "VARCHAR"]
    first, second = rows(store, dataset)
    assert first[0] == pd.Timestamp("2020-02-29")
    assert str(second[0])[:10] == "1500-01-01"
    assert first[1] == pd.Timestamp("2020-01-01 10:00:00.25")
    assert first[2] == pd.Timestamp("2020-01-01 08:00", tz="UTC")
    assert first[3] == pd.Timestamp("2020-12-31")
    told = " ".join(dataset.import_report.warnings)
    assert "could have the day or the month first" in told
    assert "same instants in UTC" in told


def test_names_are_made_unique_and_told(ingest):
    dataset = ingest(",a,a,A,rowid,a (2)\n1,2,3,4,5,6\n")
    assert dataset.fields == ("column 1", "a", "a (3)", "A (4)", "rowid (2)", "a (2)")
    assert len(dataset.import_report.warnings) == 2


HOSTILE = [
    "a b",
    'say "hi"',
    "😀",
    "x'); DROP TABLE t; --",
    "<script>alert(1)</script>",
    ":- not f(X).",
    "a.b[0]",
    "\\",
    "%s{}",
]


def test_hostile_names_stay_exactly(ingest, store):
    header = ",".join('"' + name.replace('"', '""') + '"' for name in HOSTILE)
    dataset = ingest(header + "\n" + ",".join("1" for _ in HOSTILE) + "\n")
    assert list(dataset.fields) == HOSTILE
    assert list(store.table(dataset.id).query("SELECT * FROM t").columns) == HOSTILE


REFUSED = {
    "empty": (b"", EmptyTable, "empty"),
    "blank": (b"\n \n", EmptyTable, "empty"),
    "only a mark": (b"\xef\xbb\xbf", EmptyTable, "empty"),
    "header only": (b"a,b\n", EmptyTable, "no rows"),
    "html": (b"<!DOCTYPE html><html><body>Not found</body></html>", UnreadableFile, "web page"),
    "xml": (b"<?xml version='1.0'?><a/>", UnreadableFile, "XML"),
    "png": (b"\x89PNG\r\n\x1a\n" + bytes(range(200)), UnreadableFile, "PNG"),
    "pdf": (b"%PDF-1.7 ...", UnreadableFile, "PDF"),
    "pickle": (b"\x80\x04\x95\x05\x00\x00\x00\x00\x00\x00\x00K\x01.", UnreadableFile, "pickle"),
    "sqlite": (b"SQLite format 3\x00" + bytes(80), UnreadableFile, "SQLite"),
    "duckdb": (b"\x01" * 8 + b"DUCK" + bytes(80), UnreadableFile, "DuckDB"),
    "noise": (bytes(np.random.default_rng(0).integers(0, 256, 4096, dtype=np.uint8)), UnreadableFile, "binary"),
    "truncated parquet": (b"PAR1\x15\x04\x15\x10", UnreadableFile, "cut off"),
    "damaged parquet": (b"PAR1" + bytes(40) + b"PAR1", UnreadableFile, "damaged"),
    "truncated gzip": (gzip.compress(b"a,b\n1,2\n" * 100)[:-12], UnreadableFile, "damaged"),
    "gzip of a picture": (gzip.compress(b"\x89PNG\r\n\x1a\n" + bytes(50)), UnreadableFile, "PNG"),
    "broken json": (b'[{"a": 1}, {"a": ', UnreadableFile, "line 1"),
    "json without a table": (b'{"a": [1, 2], "b": [1]}', UnreadableFile, "no table"),
    "all rejected": (b'a,b\n"x"y,1\n', UnreadableFile, "line 2"),
    "too wide": (
        b",".join(b"c%d" % i for i in range(50_000)) + b"\n" + b",".join([b"1"] * 50_000),
        TableTooLarge,
        "500",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_sentence_and_nothing_stored(case, ingest, store):
    content, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words) as caught:
        ingest(content)
    assert caught.value.hint
    assert store.datasets() == []
    assert list((store._folder).iterdir()) == []


def test_zip_and_damaged_workbook_are_refused(ingest, tmp_path):
    with zipfile.ZipFile(tmp_path / "z", "w") as archive:
        archive.writestr("a.csv", "a\n1\n")
    with pytest.raises(UnreadableFile, match="zip archive"):
        ingest((tmp_path / "z").read_bytes(), "t.xlsx")
    with pytest.raises(UnreadableFile, match="damaged"):
        ingest((tmp_path / "z").read_bytes()[:60], "t.xlsx")


def test_gzip_is_unpacked_with_a_cap(store, tmp_path):
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(b"a,b\n1,x\n"))
    assert store.ingest(path).name == "t"
    path.write_bytes(gzip.compress(b"a\n" + b"1\n" * 2_000_000))
    small = type(store)(tmp_path / "small", type(store._settings)(max_bytes=1_000_000))
    with pytest.raises(TableTooLarge, match="1,000,000"):
        small.ingest(path)


JSON = {
    "records": ([{"a": 1, "b": "x"}, {"b": "y", "c": True}], [(1, "x", None), (None, "y", True)]),
    "wrapped": ({"data": [{"a": 1}, {"a": 2}], "next": None}, [(1,), (2,)]),
    "columns": ({"a": [1, 2], "b": ["x", "y"]}, [(1, "x"), (2, "y")]),
    "rows": ([["a", "b"], [1, "x"]], [(1, "x")]),
    "one record": ({"a": 1, "b": "x"}, [(1, "x")]),
    "text stays text": ([{"zip": "007", "n": "12", "e": ""}], [("007", "12", "")]),
    "large numbers": ([{"n": 2**53 + 1}, {"n": 5}], [(2**53 + 1,), (5,)]),
    "nested": ([{"a": {"b": [1, "é"]}}], [('{"b": [1, "é"]}',)]),
    "mixed": ([{"a": 1}, {"a": "x"}], [("1",), ("x",)]),
    "times": ([{"t": "2020-01-01"}], [(pd.Timestamp("2020-01-01"),)]),
    "lone surrogate": ([{"a": "\ud800"}], [("?",)]),
}


@pytest.mark.parametrize("case", JSON)
def test_json(case, ingest, store):
    document, expected = JSON[case]
    dataset = ingest(json.dumps(document), "t.json")
    assert rows(store, dataset) == expected
    assert dataset.import_report.format == "json"


def test_ndjson_rejects_by_line(ingest, store):
    dataset = ingest('{"a":1}\n{"a":\n[1]\n{"a":2}\n', "t.txt")
    report = dataset.import_report
    assert (report.format, report.physical, report.stored) == ("ndjson", 4, 2)
    assert [r.line for r in report.rejects] == [2, 3]


def test_json_value_that_is_no_record_is_rejected(ingest):
    report = ingest('[{"a": 1}, 7, {"a": 2}]').import_report
    assert [(r.line, r.raw) for r in report.rejects] == [(2, "7")]


def test_parquet_keeps_types_and_tells_of_changes(ingest, store, tmp_path):
    table = pa.table(
        {
            "id": pa.array([2**53 + 1, None], pa.int64()),
            "x": pa.array([float("nan"), 1.5]),
            "l": pa.array([[1, 2], None]),
            "d": pa.array([1, 2], pa.date32()),
            "b": pa.array([b"\x00a", None]),
            "u": pa.array([2**64 - 1, 1], pa.uint64()),
        }
    )
    pq.write_table(table, tmp_path / "p")
    dataset = ingest((tmp_path / "p").read_bytes(), "no_suffix")
    assert storage(store, dataset) == ["BIGINT", "DOUBLE", "VARCHAR", "DATE", "VARCHAR", "UBIGINT"]
    assert rows(store, dataset)[0][:3] == (2**53 + 1, None, "[1,2]")
    assert rows(store, dataset)[0][5] == 2**64 - 1
    assert any("NaN" in warning for warning in dataset.import_report.warnings)


def test_parquet_names_that_differ_in_case_survive(ingest, tmp_path):
    pq.write_table(pa.table([pa.array([1]), pa.array([2])], names=["a", "A"]), tmp_path / "p")
    assert ingest((tmp_path / "p").read_bytes()).fields == ("a", "A (2)")


def test_parquet_bomb_is_refused(store, tmp_path):
    pq.write_table(pa.table({"a": pa.array(np.zeros(2_000_000, np.int8))}), tmp_path / "bomb.parquet")
    small = type(store)(tmp_path / "small", type(store._settings)(max_bytes=1_000_000))
    with pytest.raises(TableTooLarge, match="2,000,000 cells"):
        small.ingest(tmp_path / "bomb.parquet")


def sheet(rows_of_cells):
    """The XML of a worksheet; text cells are inline."""
    lines = []
    for cells in rows_of_cells:
        row = "".join(
            "<c/>"
            if cell is None
            else f"<c><v>{cell}</v></c>"
            if not isinstance(cell, str)
            else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in cells
        )
        lines.append(f"<row>{row}</row>")
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData></worksheet>'


def workbook(path, sheets):
    """The smallest XLSX file that holds the sheets."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    rel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    book = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, name in enumerate(sheets, 1))
    links = "".join(
        f'<Relationship Id="r{i}" Type="{rel}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in range(1, len(sheets) + 1)
    )
    types = f'<Types xmlns="{package}/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
    root = f'<Relationship Id="r" Type="{rel}/officeDocument" Target="xl/workbook.xml"/>'
    parts = {
        "[Content_Types].xml": types,
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">{root}</Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{rel}"><sheets>{book}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{links}</Relationships>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        for i, cells in enumerate(sheets.values(), 1):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", sheet(cells))


def test_workbook_reads_the_first_sheet_with_data(ingest, store, tmp_path):
    body = [["code", "n", "x", "gap"], ["007", 1, 0.5, None], ["A1", 2, 1.25, 3]]
    workbook(tmp_path / "w", {"Empty": [], "Data": body, "Notes": [["hello"]]})
    dataset = ingest((tmp_path / "w").read_bytes(), "t.xlsx")
    assert rows(store, dataset) == [("007", 1, 0.5, None), ("A1", 2, 1.25, 3)]
    assert dataset.import_report.format == "xlsx"
    assert any("“Notes”" in warning for warning in dataset.import_report.warnings)


def test_workbook_of_text_digits_keeps_them(ingest, store, tmp_path):
    workbook(tmp_path / "w", {"S": [["a", "b"], ["1", "x"], ["2", "y"]]})
    assert rows(store, ingest((tmp_path / "w").read_bytes())) == [("1", "x"), ("2", "y")]


def test_empty_workbook_is_refused(ingest, tmp_path):
    workbook(tmp_path / "w", {"S": []})
    with pytest.raises(EmptyTable):
        ingest((tmp_path / "w").read_bytes())


def test_the_order_of_dates_is_said_in_words(ingest):
    days = "".join(f"{day:02}.03.2024\n" for day in range(1, 29))
    assert "Dates were read in the order day.month.year in “day”." in ingest(f"day\n{days}").import_report.warnings
