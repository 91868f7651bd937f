"""A table under other names: the same rows, nothing copied, and SQL of every shape still runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from observatory.errors import ObservatoryError
from observatory.settings import Settings
from observatory.store import AlignedTable, Store

ROWS = pd.DataFrame({"Sex": ["F", "M", None, "F"], "table": [1, 2, 3, 4], 'a "b"': [0.5, None, -1.0, 2.0]})
COLUMNS = {"sex": "CASE \"Sex\" WHEN 'F' THEN 'female' ELSE \"Sex\" END", "table": '"table"', "n": '"a ""b"""'}


@pytest.fixture
def aligned(tmp_path: Path) -> Iterator[AlignedTable]:
    store = Store(tmp_path, Settings())
    yield AlignedTable(store.table(store.ingest_frame(ROWS, name="rows").id), COLUMNS)
    store.close()


@pytest.mark.parametrize(
    ("sql", "params", "expected"),
    [
        ("SELECT sex FROM t ORDER BY rowid", (), ["female", "M", None, "female"]),
        ("SELECT rowid AS r FROM t WHERE sex = 'female' ORDER BY 1", (), [0, 3]),
        ("SELECT column_name FROM (DESCRIBE SELECT * FROM t)", (), ["sex", "table", "n"]),
        ('WITH big AS (SELECT * FROM t WHERE "table" > ?) SELECT sex FROM big ORDER BY 1', (3,), ["female"]),
        ("WITH RECURSIVE x AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM x WHERE i < 2) SELECT i FROM x", (), [1, 2]),
        ("SELECT r FROM (SELECT rowid AS r, row_number() OVER (PARTITION BY sex) AS k FROM t) WHERE k = 2", (), [3]),
        ("SELECT count(*) AS c FROM t, t AS other", (), [16]),
        ("SELECT 'rowid WITH t' AS w FROM t LIMIT 1", (), ["rowid WITH t"]),
        ("with x as (select 1 as i) select i from x", (), [1]),
    ],
)
def test_sql_sees_the_columns_under_their_new_names(aligned, sql, params, expected):
    found = aligned.query(sql, params).iloc[:, 0].astype(object)
    assert found.where(found.notna(), None).tolist() == expected


def test_no_other_column_is_there(aligned):
    assert aligned.n_rows == 4
    with pytest.raises(ObservatoryError):
        aligned.query('SELECT "a ""b""" FROM t')


@pytest.mark.parametrize("n", [2, 4, 9])
def test_a_sample_holds_the_same_rows_as_of_the_table_itself(aligned, n):
    rows = aligned.sample(n, random_state=3)
    assert rows.columns.tolist() == ["sex", "table", "n"]
    assert rows.index.tolist() == aligned._table.sample(n, random_state=3).index.tolist()
    assert (rows["table"] == rows.index + 1).all()


def test_rows_are_picked_by_their_hash_as_in_the_table_itself(aligned):
    sql = "SELECT hash(rowid, 7) % 1000 AS h FROM t ORDER BY rowid"
    assert aligned.query(sql)["h"].tolist() == aligned._table.query(sql)["h"].tolist()


def test_the_view_is_as_locked_down_as_the_table(aligned):
    for sql in ("SELECT * FROM read_csv('/etc/passwd')", "DROP TABLE t", "SELECT 1; SELECT 2"):
        with pytest.raises(ObservatoryError):
            aligned.query(sql)
